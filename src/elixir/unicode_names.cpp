// Normal form C and the mixing of scripts, over tables of the code points that names are made of.
#include "elixir/unicode_names.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "elixir/characters.h"
#include "elixir/escapes.h"
#include "elixir/script_tables.h"

namespace beamwright::elixir {
namespace {

using Points = std::vector<std::uint32_t>;

constexpr std::uint64_t kEveryScript = ~std::uint64_t{0};

template <std::size_t kSize>
const tables::Range* find_range(const tables::Range (&ranges)[kSize], std::uint32_t c) {
  const auto* found = std::upper_bound(std::begin(ranges), std::end(ranges), c,
                                       [](std::uint32_t value, const tables::Range& range) { return value < range.first; });
  if (found == std::begin(ranges)) return nullptr;
  --found;
  return c <= found->last ? found : nullptr;
}

std::uint64_t scripts_of(std::uint32_t c) {
  if (c < 0x80) return is_letter(static_cast<char>(c)) ? tables::kLatin : kEveryScript;
  const tables::Range* range = find_range(tables::kScripts, c);
  return range == nullptr ? kEveryScript : tables::kScriptSets[range->kind];
}

std::uint8_t combining_class(std::uint32_t c) {
  const tables::Range* range = c < 0x300 ? nullptr : find_range(tables::kCombiningClasses, c);
  return range == nullptr ? 0 : range->kind;
}

void decompose(std::uint32_t c, Points& into) {
  const auto* found = std::lower_bound(std::begin(tables::kCompositions), std::end(tables::kCompositions), c,
                                       [](const tables::Composition& one, std::uint32_t value) { return one.whole < value; });
  if (found == std::end(tables::kCompositions) || found->whole != c) {
    into.push_back(c);
    return;
  }
  decompose(found->base, into);
  into.push_back(found->mark);
}

std::uint32_t compose(std::uint32_t base, std::uint32_t mark) {
  static const auto by_parts = [] {
    auto all = std::to_array(tables::kCompositions);
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.base != b.base ? a.base < b.base : a.mark < b.mark; });
    return all;
  }();
  const auto found =
      std::lower_bound(by_parts.begin(), by_parts.end(), std::pair(base, mark), [](const auto& one, const auto& parts) {
        return one.base != parts.first ? one.base < parts.first : one.mark < parts.second;
      });
  return found != by_parts.end() && found->base == base && found->mark == mark ? found->whole : 0;
}

// The Unicode Standard, 3.11: decompose, order the marks, join each with its letter unless another of its class stands between.
Points normal_form(const Points& name) {
  Points points;
  for (const std::uint32_t c : name) decompose(c, points);
  for (auto begin = points.begin(); begin != points.end();) {
    auto end = begin + 1;
    while (end != points.end() && combining_class(*end) != 0) ++end;
    if (combining_class(*begin) == 0) ++begin;
    std::stable_sort(begin, end, [](std::uint32_t a, std::uint32_t b) { return combining_class(a) < combining_class(b); });
    begin = end;
  }
  Points composed;
  std::size_t starter = SIZE_MAX;
  for (const std::uint32_t c : points) {
    const std::uint8_t own = combining_class(c);
    if (starter != SIZE_MAX) {
      const bool adjacent = starter + 1 == composed.size();
      const bool blocked = !adjacent && combining_class(composed.back()) >= own;
      const std::uint32_t whole = blocked ? 0 : compose(composed[starter], c);
      if (whole != 0) {
        composed[starter] = whole;
        continue;
      }
    }
    if (own == 0) starter = composed.size();
    composed.push_back(c);
  }
  return composed;
}

bool all_go_with(const Points& name, std::uint64_t scripts) {
  return std::all_of(name.begin(), name.end(), [scripts](std::uint32_t c) { return (scripts_of(c) & scripts) != 0; });
}

bool parts_are_single(const Points& name) {
  std::uint64_t scripts = kEveryScript;
  for (const std::uint32_t c : name) {
    scripts = c == '_' ? (scripts == 0 ? 0 : kEveryScript) : scripts & scripts_of(c);
    if (scripts == 0) return false;
  }
  return true;
}

bool mixes_scripts(const Points& original, const Points& normal, const Level& level) {
  std::uint64_t common = kEveryScript;
  for (const std::uint32_t c : original) common &= scripts_of(c);
  if (common != 0) return false;
  if (level.at_least(1, 18)) return !parts_are_single(normal);
  using tables::kLatin;
  return !all_go_with(normal, kLatin | tables::kJapanese) && !all_go_with(normal, kLatin | tables::kHanWithBopomofo) &&
         !all_go_with(normal, kLatin | tables::kKorean);
}

}  // namespace

UnicodeName read_unicode_name(std::string_view name, const Level& level, Arena& arena) {
  Points original;
  for (std::size_t at = 0; at < name.size();) {
    std::uint32_t length = 0;
    std::uint32_t c = decode_character(name.data() + at, name.size() - at, length);
    if (c == 0xB5) c = 0x3BC;  // the micro sign stands for the letter mu
    original.push_back(c);
    at += length;
  }
  const Points normal = normal_form(original);
  std::string text;
  for (const std::uint32_t c : normal) {
    char bytes[4];
    text.append(bytes, encode_character(c, bytes));
  }
  return {text == name ? name : arena.copy(std::string_view(text)), mixes_scripts(original, normal, level)};
}

}  // namespace beamwright::elixir
