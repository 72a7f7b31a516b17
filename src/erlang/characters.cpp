// Encodings of source files, after epp.erl (read_encoding_from_binary) and compile.erl.
#include "erlang/characters.h"

#include <cstring>

namespace beamwright::erlang {
namespace {

// Length of the valid UTF-8 sequence at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

enum class Declared : std::uint8_t { kNothing, kUtf8, kLatin1 };

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

Declared encoding_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (!is_name_byte(static_cast<unsigned char>(c)) && c != '-') break;
    if (c == '_' || c == '@') break;
    name += lower(c);
  }
  if (name == "utf-8" || name.starts_with("utf-8-")) return Declared::kUtf8;
  if (name == "latin-1" || name.starts_with("latin-1-")) return Declared::kLatin1;
  return Declared::kNothing;
}

// The comment `coding: NAME` in the first two lines; epp looks at 512 bytes.
Declared declared_encoding(std::string_view text) {
  text = text.substr(0, 512);
  for (int line = 0; line < 2 && !text.empty(); ++line) {
    const auto line_end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    const auto comment = whole.find('%');
    if (comment == std::string_view::npos) continue;
    for (auto at = whole.find("coding", comment); at != std::string_view::npos; at = whole.find("coding", at + 1)) {
      auto next = at + 6;
      bool separated = false;
      while (next < whole.size() && (whole[next] == ' ' || whole[next] == ':' || whole[next] == '=')) {
        separated = separated || whole[next] != ' ';
        ++next;
      }
      if (separated) return encoding_name(whole.substr(next));
    }
  }
  return Declared::kNothing;
}

}  // namespace

std::size_t first_broken_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word;
    while (at + 8 <= text.size() && (std::memcpy(&word, text.data() + at, 8), (word & 0x8080808080808080ull) == 0)) at += 8;
    if (at >= text.size()) break;
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return text.size();
}

Encoding encoding_of(std::string_view text) {
  const Declared declared = declared_encoding(text);
  if (declared == Declared::kLatin1) return Encoding::kLatin1;
  if (first_broken_utf8(text) == text.size()) return Encoding::kUtf8;
  return declared == Declared::kUtf8 ? Encoding::kBrokenUtf8 : Encoding::kUndeclared;
}

void append_utf8(std::uint32_t c, std::string& to) {
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += static_cast<char>(0xc0 | (c >> 6));
    to += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    to += static_cast<char>(0xe0 | (c >> 12));
    to += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    to += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    to += static_cast<char>(0xf0 | (c >> 18));
    to += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
    to += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    to += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::uint32_t decode_utf8(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  const std::uint32_t first = byte(0);
  std::uint32_t c = first;
  const std::size_t length = sequence_length(text, at);
  if (length == 2) c = ((first & 0x1f) << 6) | (byte(1) & 0x3f);
  if (length == 3) c = ((first & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f);
  if (length == 4) c = ((first & 0x07) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f);
  at += length == 0 ? 1 : length;
  return c;
}

}  // namespace beamwright::erlang
