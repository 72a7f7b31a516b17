// Which characters Elixir's names are made of. ASCII is a table of one byte each; the rest follows
// lib/elixir/unicode/tokenizer.ex: letters by general category, without the restricted ones of UTS 39. unicode_names.h refuses
// mixed scripts.
#pragma once

#include <array>
#include <cstdint>

namespace beamwright::elixir {

enum CharacterClass : std::uint8_t {
  kCharLower = 1,  // may start an identifier: a-z and _
  kCharUpper = 2,  // A-Z
  kCharDigit = 4,
  kCharContinue = 8,  // may stand inside a name, "@" included
  kCharSpace = 16,    // space, tab, line ends
  kCharAt = 32,
};

inline constexpr std::array<std::uint8_t, 256> kCharacterClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = kCharLower | kCharContinue;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = kCharUpper | kCharContinue;
  for (int c = '0'; c <= '9'; ++c) table[c] = kCharDigit | kCharContinue;
  table['_'] = kCharLower | kCharContinue;
  table['@'] = kCharContinue | kCharAt;
  table[' '] = table['\t'] = table['\n'] = table['\r'] = kCharSpace;
  return table;
}();

inline bool is_class(char c, int classes) { return (kCharacterClasses[static_cast<unsigned char>(c)] & classes) != 0; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
inline int hex_value(char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; }

enum class NameCharacter : std::uint8_t { kNone, kUpper, kStart, kContinue };
// For code points above 127.
NameCharacter name_character(std::uint32_t code_point);

// U+202A … U+2069: characters that reorder what a reader sees; the compiler refuses them in comments and strings.
inline bool is_bidirectional_control(std::uint32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

// Length in bytes of the grapheme cluster at the begin of the text, one at least, as OTP's unicode_util:gc/1 cuts it.
std::size_t grapheme_length(const char* text, std::size_t size);

// Decodes one character; broken bytes count as one character each. Sets its length.
std::uint32_t decode_character(const char* text, std::size_t size, std::uint32_t& length);

}  // namespace beamwright::elixir
