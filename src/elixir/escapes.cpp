// The escapes of strings, charlists, heredocs and quoted names in one pass over the raw text.
#include "elixir/escapes.h"

#include "elixir/characters.h"

namespace beamwright::elixir {
namespace {

constexpr std::string_view kBadHex = "invalid hex escape character, expected \\xHH where H is a hexadecimal digit";
constexpr std::string_view kBadUnicode =
    "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit";
constexpr std::string_view kBadCodePoint = "invalid or reserved Unicode code point";

class Cook {
 public:
  Cook(std::string_view raw, const EscapeOptions& how, char* to) : raw_(raw), how_(how), begin_(to), to_(to) {}

  CookedText run() {
    if (how_.line_start) skip_indentation();
    while (at_ < raw_.size()) {
      const char c = raw_[at_];
      if (c == '\\' && at_ + 1 < raw_.size()) {
        escape();
      } else {
        *to_++ = c;
        ++at_;
        if (c == '\n') skip_indentation();
      }
    }
    return {{begin_, static_cast<std::size_t>(to_ - begin_)}, error_};
  }

 private:
  char peek(std::size_t ahead) const { return at_ + ahead < raw_.size() ? raw_[at_ + ahead] : '\0'; }

  void skip_indentation() {
    if (!how_.heredoc) return;
    for (std::uint32_t left = how_.indentation; left > 0 && (peek(0) == ' ' || peek(0) == '\t'); --left) ++at_;
  }

  void copy(std::size_t count) {
    for (; count > 0; --count) *to_++ = raw_[at_++];
  }

  void escape() {
    const char next = peek(1);
    const bool newline = next == '\n' || (next == '\r' && peek(2) == '\n');
    if (!how_.heredoc && next == how_.last) {
      ++at_;
      return copy(1);
    }
    if (how_.heredoc && next == how_.last && peek(2) == how_.last && peek(3) == how_.last) {
      ++at_;
      return copy(3);
    }
    if (newline) {
      const std::size_t length = next == '\n' ? 2 : 3;
      how_.unescape ? void(at_ += length) : copy(length);
      return skip_indentation();
    }
    if (!how_.unescape) return copy(2);
    if (next == 'x') return hex();
    if (next == 'u') return unicode();
    *to_++ = escaped_character(next);
    at_ += 2;
  }

  void fail(std::string_view error) {
    if (error_.empty()) error_ = error;
    copy(2);
  }

  void hex() {
    if (is_hex(peek(2)) && is_hex(peek(3))) {
      *to_++ = static_cast<char>(hex_value(peek(2)) * 16 + hex_value(peek(3)));
      at_ += 4;
      return;
    }
    if (!how_.short_hex) return fail(kBadHex);
    if (is_hex(peek(2))) return code_point(static_cast<std::uint32_t>(hex_value(peek(2))), 3);
    braced(kBadHex);
  }

  void unicode() {
    if (is_hex(peek(2)) && is_hex(peek(3)) && is_hex(peek(4)) && is_hex(peek(5))) {
      std::uint32_t value = 0;
      for (std::size_t i = 2; i < 6; ++i) value = value * 16 + static_cast<std::uint32_t>(hex_value(peek(i)));
      return code_point(value, 6);
    }
    braced(kBadUnicode);
  }

  // {H} to {HHHHHH} behind \x or \u.
  void braced(std::string_view error) {
    std::size_t length = 3;
    std::uint32_t value = 0;
    while (length < 9 && is_hex(peek(length))) value = value * 16 + static_cast<std::uint32_t>(hex_value(peek(length++)));
    if (peek(2) != '{' || length == 3 || peek(length) != '}') return fail(error);
    code_point(value, length + 1);
  }

  void code_point(std::uint32_t value, std::size_t length) {
    const std::size_t written = encode_character(value, to_);
    if (written == 0) return fail(kBadCodePoint);
    to_ += written;
    at_ += length;
  }

  std::string_view raw_;
  const EscapeOptions& how_;
  char* begin_;
  char* to_;
  std::size_t at_ = 0;
  std::string_view error_;
};

}  // namespace

CookedText cook_text(std::string_view raw, const EscapeOptions& how, Arena& arena) {
  if (raw.empty()) return {raw, {}};
  // No escape is longer than what it stands for.
  auto* to = static_cast<char*>(arena.allocate(raw.size(), 1));
  return Cook(raw, how, to).run();
}

char escaped_character(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'd':
      return '\x7F';
    case 'e':
      return '\x1B';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 's':
      return ' ';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

std::size_t encode_character(std::uint32_t c, char* to) {
  const auto put = [to](std::size_t i, std::uint32_t value) { to[i] = static_cast<char>(value); };
  if (c < 0x80) return put(0, c), 1;
  if (c < 0x800) return put(0, 0xC0 | (c >> 6)), put(1, 0x80 | (c & 0x3F)), 2;
  if (c >= 0xD800 && c < 0xE000) return 0;
  if (c < 0x10000) return put(0, 0xE0 | (c >> 12)), put(1, 0x80 | ((c >> 6) & 0x3F)), put(2, 0x80 | (c & 0x3F)), 3;
  if (c > 0x10FFFF) return 0;
  put(0, 0xF0 | (c >> 18)), put(1, 0x80 | ((c >> 12) & 0x3F)), put(2, 0x80 | ((c >> 6) & 0x3F)), put(3, 0x80 | (c & 0x3F));
  return 4;
}

}  // namespace beamwright::elixir
