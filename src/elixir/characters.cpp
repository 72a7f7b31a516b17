// Classes of characters beyond ASCII, by binary search.
#include "elixir/characters.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "elixir/character_tables.h"
#include "source/utf8.h"

namespace beamwright::elixir {
namespace {

template <std::size_t kSize>
std::uint8_t lookup(const tables::Range (&ranges)[kSize], std::uint32_t c) {
  const auto* found = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                       [](std::uint32_t value, const tables::Range& range) { return value < range.first; });
  if (found == std::begin(ranges)) return 0;
  --found;
  return c <= found->last ? found->kind : 0;
}

enum Grapheme : std::uint8_t {
  kOther = 0,
  kExtend = 1,
  kJoiner = 2,
  kSpacing = 3,
  kPrepend = 4,
  kRegional = 5,
  kHangulL = 6,
  kHangulV = 7,
  kHangulT = 8,
  kPictograph = 11
};

bool is_syllable(std::uint32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }

}  // namespace

NameCharacter name_character(std::uint32_t code_point) { return static_cast<NameCharacter>(lookup(tables::kNames, code_point)); }

std::uint32_t decode_character(const char* text, std::size_t size, std::uint32_t& length) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  length = static_cast<std::uint32_t>(source::character_length(std::string_view(text, std::min<std::size_t>(size, 4)), 0));
  switch (length) {
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    default:
      length = 1;
      return byte(0);
  }
}

std::size_t grapheme_length(const char* text, std::size_t size) {
  std::uint32_t length = 0;
  std::uint32_t previous = decode_character(text, size, length);
  std::size_t at = length;
  if (previous < 0x20 || previous == 0x7F) return at;
  std::uint8_t kind = lookup(tables::kGraphemes, previous);
  bool pictograph = kind == kPictograph;
  bool pair_open = kind == kRegional;
  while (at < size) {
    if (static_cast<unsigned char>(text[at]) < 0x80 && kind != kPrepend) break;
    const std::uint32_t next = decode_character(text + at, size - at, length);
    if (next < 0x20 || next == 0x7F) break;
    const std::uint8_t next_kind = lookup(tables::kGraphemes, next);
    const bool leading = kind == kHangulL || kind == kHangulV || is_syllable(previous);
    const bool hangul = (kind == kHangulL && (next_kind == kHangulL || next_kind == kHangulV || is_syllable(next))) ||
                        (next_kind == kHangulV && leading && (kind != kOther || (previous - 0xAC00) % 28 == 0)) ||
                        (next_kind == kHangulT && (leading || kind == kHangulT) && kind != kHangulL);
    const bool joins = next_kind == kExtend || next_kind == kJoiner || next_kind == kSpacing || kind == kPrepend || hangul ||
                       (kind == kJoiner && pictograph && next_kind == kPictograph) || (pair_open && next_kind == kRegional);
    if (!joins) break;
    pair_open = false;
    if (next_kind == kPictograph) pictograph = true;
    previous = next;
    kind = next_kind;
    at += length;
  }
  return at;
}

}  // namespace beamwright::elixir
