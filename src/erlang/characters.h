// What a byte of Erlang source may be, and the two encodings a file may have. erl_scan works on code points up to 255 with the
// classes of Latin-1; above that only strings, quoted atoms and comments may go.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace beamwright::erlang {

enum class Encoding : std::uint8_t {
  kUtf8,        // every byte sequence is valid
  kBrokenUtf8,  // declared as UTF-8, but not: a bad byte counts as the Latin-1 character
  kLatin1,      // declared
  kUndeclared,  // not declared, and not UTF-8, which the compiler does not take: read as Latin-1
};

// epp's choice: the `coding:` comment of the first two lines, else UTF-8.
Encoding encoding_of(std::string_view text);
// Offset of the first byte that is no UTF-8; the size of the text when all is.
std::size_t first_broken_utf8(std::string_view text);

void append_utf8(std::uint32_t code_point, std::string& to);
// Reads one character of valid UTF-8 and moves `at` past it; a bad byte is returned as itself.
std::uint32_t decode_utf8(std::string_view text, std::size_t& at);

// Code points that erl_scan's ?UNICODE takes.
constexpr bool is_unicode(std::uint32_t c) { return c < 0xd800 || (c > 0xdfff && c < 0xfffe) || (c > 0xffff && c <= 0x10ffff); }

enum CharacterClass : std::uint8_t { kNameByte = 1, kDigitByte = 2, kSpaceByte = 4 };

inline constexpr std::array<std::uint8_t, 256> kCharacterClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c <= ' '; ++c) classes[static_cast<std::size_t>(c)] = kSpaceByte;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = kNameByte;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = kNameByte;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = kNameByte | kDigitByte;
  classes['_'] = classes['@'] = kNameByte;
  return classes;
}();
constexpr bool is_name_byte(unsigned char c) { return (kCharacterClasses[c] & kNameByte) != 0; }
constexpr bool is_digit_byte(unsigned char c) { return (kCharacterClasses[c] & kDigitByte) != 0; }
constexpr bool is_space_byte(unsigned char c) { return (kCharacterClasses[c] & kSpaceByte) != 0; }
// The letters of Latin-1 above ASCII.
constexpr bool is_wide_lowercase(std::uint32_t c) { return c >= 0xdf && c <= 0xff && c != 0xf7; }
constexpr bool is_wide_uppercase(std::uint32_t c) { return c >= 0xc0 && c <= 0xde && c != 0xd7; }

}  // namespace beamwright::erlang
