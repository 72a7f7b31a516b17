// Matching with one mark to go back to for each kind of star: time grows with the product of the lengths, never beyond.
#include "base/glob.h"

#include <cstddef>

namespace beamwright {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Where to try again when what follows a star does not fit: the star takes one character more.
struct Retry {
  std::size_t pattern = kNone;
  std::size_t text = 0;
  bool whole_parts = false;  // "**/": what follows begins a part
};

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text, char separator) {
  while (!pattern.empty() && pattern.back() == separator) pattern.remove_suffix(1);
  if (pattern.empty()) return false;
  std::size_t p = 0, t = 0;
  Retry star, double_star;
  for (;;) {
    if (p == pattern.size() && (t == text.size() || text[t] == separator)) return true;
    if (p + 1 < pattern.size() && pattern[p] == '*' && pattern[p + 1] == '*') {
      p += 2;
      // "**/" may stand for nothing, so the separator after it belongs to what the stars take.
      const bool folder = p < pattern.size() && pattern[p] == separator && (t == 0 || text[t - 1] == separator);
      if (folder) ++p;
      double_star = {p, t, folder};
      star = {};
      continue;
    }
    if (p < pattern.size() && pattern[p] == '*') {
      star = {++p, t};
      continue;
    }
    if (p < pattern.size() && t < text.size() && (pattern[p] == text[t] || (pattern[p] == '?' && text[t] != separator))) {
      ++p;
      ++t;
      continue;
    }
    if (star.pattern != kNone && star.text < text.size() && text[star.text] != separator) {
      p = star.pattern;
      t = ++star.text;
      continue;
    }
    if (double_star.pattern == kNone || double_star.text >= text.size()) return false;
    p = double_star.pattern;
    t = ++double_star.text;
    if (double_star.whole_parts) {
      const std::size_t next = text.find(separator, t - 1);
      if (next == kNone) return false;
      t = double_star.text = next + 1;
    }
    star = {};
  }
}

}  // namespace beamwright
