// Well-formed UTF-8 by table 3-7 of the Unicode standard. Source text is nearly always ASCII, so runs of ASCII are taken eight
// bytes at a time and only the rest is decoded.
#include "source/utf8.h"

#include <cstdint>
#include <cstring>

namespace beamwright::source {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080ull;

bool eight_ascii(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return (word & kHighBits) == 0;
}

// Length of the run of ASCII at text[at], counted in steps of eight: the caller goes on byte by byte.
std::size_t ascii_run(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end + 8 <= text.size() && eight_ascii(text.data() + end)) end += 8;
  return end - at;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;  // 0 is no continuation byte
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return continues(1) ? 2 : 0;
  if (first < 0xF0) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (first < 0xF5) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_ascii(std::string_view text) {
  for (std::size_t at = ascii_run(text, 0); at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
  }
  return true;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t run = ascii_run(text, at)) {
      at += run;
      count += run;
      continue;
    }
    const std::size_t length = character_length(text, at);
    at += length ? length : 1;
    ++count;
  }
  return count;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = ascii_run(text, at);
    if (length == 0) length = character_length(text, at);
    if (length == 0) {
      valid += "\xEF\xBF\xBD";
      ++at;
    } else {
      valid.append(text, at, length);
      at += length;
    }
  }
  return valid;
}

}  // namespace beamwright::source
