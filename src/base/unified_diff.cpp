// Lines become numbers, equal where the lines are; what both texts begin and end with is set aside; the rest is compared by
// Myers's greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986), which keeps one row of furthest reaches
// for each number of edits and walks back through the rows.
#include "base/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace beamwright {
namespace {

constexpr std::size_t kContext = 3;
// The rows of the search grow with the square of the edits: a thousand edits are two megabytes.
constexpr std::size_t kMaxEdits = 1000;

// Each with its "\n"; the last one may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

// Which lines go and which come; all others are common, in order.
struct Script {
  std::vector<bool> removed;  // by line of the text before
  std::vector<bool> added;    // by line of the text after
};

class Comparison {
 public:
  Comparison(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    const auto number = [&](std::string_view line) {
      return numbers.emplace(line, static_cast<std::uint32_t>(numbers.size())).first->second;
    };
    std::transform(before.begin(), before.end(), std::back_inserter(before_), number);
    std::transform(after.begin(), after.end(), std::back_inserter(after_), number);
  }

  Script script() {
    Script script{std::vector<bool>(before_.size()), std::vector<bool>(after_.size())};
    const std::size_t shorter = std::min(before_.size(), after_.size());
    std::size_t last = 0;
    while (first_ < shorter && before_[first_] == after_[first_]) ++first_;
    while (last < shorter - first_ && before_[before_.size() - 1 - last] == after_[after_.size() - 1 - last]) ++last;
    before_end_ = before_.size() - last;
    after_end_ = after_.size() - last;
    if (!search()) {
      std::fill(script.removed.begin() + offset(first_), script.removed.begin() + offset(before_end_), true);
      std::fill(script.added.begin() + offset(first_), script.added.begin() + offset(after_end_), true);
      return script;
    }
    walk_back(script);
    return script;
  }

 private:
  static constexpr std::ptrdiff_t kNowhere = -1;

  static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  std::ptrdiff_t removable() const { return offset(before_end_ - first_); }
  std::ptrdiff_t addable() const { return offset(after_end_ - first_); }

  // In row d the diagonals -d, -d + 2 … d; on diagonal k the line of `before` that d edits reach, counted from first_.
  std::ptrdiff_t& reach(std::size_t d, std::ptrdiff_t k) { return rows_[d][static_cast<std::size_t>((k + offset(d)) / 2)]; }

  // Where the best way to diagonal k goes on with its d-th edit, an added line (from diagonal k + 1) or a removed one (from k -
  // 1); kNowhere where that leaves the text.
  std::ptrdiff_t adding(std::size_t d, std::ptrdiff_t k) {
    const std::ptrdiff_t from = k + 1 < offset(d) ? reach(d - 1, k + 1) : kNowhere;
    return from == kNowhere || from - k - 1 >= addable() ? kNowhere : from;
  }
  std::ptrdiff_t removing(std::size_t d, std::ptrdiff_t k) {
    const std::ptrdiff_t from = k - 1 > -offset(d) ? reach(d - 1, k - 1) : kNowhere;
    return from == kNowhere || from >= removable() ? kNowhere : from + 1;
  }

  // Fills the rows up to the one that reaches the end of both texts. False when that takes too many edits.
  bool search() {
    for (std::size_t d = 0; d <= kMaxEdits; ++d) {
      rows_.emplace_back(d + 1);
      const std::ptrdiff_t edits = offset(d);
      for (std::ptrdiff_t k = -edits; k <= edits; k += 2) {
        std::ptrdiff_t x = d == 0 ? 0 : std::max(adding(d, k), removing(d, k));
        while (x != kNowhere && x < removable() && x - k < addable() && same(x, x - k)) ++x;
        reach(d, k) = x;
        if (x == removable() && x - k == addable()) return true;
      }
    }
    return false;
  }

  bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
    return before_[first_ + static_cast<std::size_t>(x)] == after_[first_ + static_cast<std::size_t>(y)];
  }

  void walk_back(Script& script) {
    std::ptrdiff_t k = offset(before_end_) - offset(after_end_);
    for (std::size_t d = rows_.size() - 1; d > 0; --d) {
      if (adding(d, k) >= removing(d, k)) {
        ++k;
        script.added[first_ + static_cast<std::size_t>(reach(d - 1, k) - k)] = true;
      } else {
        --k;
        script.removed[first_ + static_cast<std::size_t>(reach(d - 1, k))] = true;
      }
    }
  }

  std::vector<std::uint32_t> before_, after_;
  std::size_t first_ = 0, before_end_ = 0, after_end_ = 0;  // what is left when equal beginnings and ends are set aside
  std::vector<std::vector<std::ptrdiff_t>> rows_;
};

// A run of changes with the lines around it: half-open ranges of both texts.
struct Hunk {
  std::size_t before_begin, before_end, after_begin, after_end;
};

std::vector<Hunk> hunks_of(const Script& script) {
  std::vector<Hunk> hunks;
  std::size_t before = 0, after = 0;
  while (before < script.removed.size() || after < script.added.size()) {
    const bool removed = before < script.removed.size() && script.removed[before];
    const bool added = after < script.added.size() && script.added[after];
    if (!removed && !added) {
      ++before, ++after;
      continue;
    }
    // Changes with so few lines between that their surroundings touch make one hunk.
    if (hunks.empty() || before - hunks.back().before_end > 2 * kContext) hunks.push_back({before, before, after, after});
    before += removed;
    after += !removed;
    hunks.back().before_end = before;
    hunks.back().after_end = after;
  }
  for (Hunk& hunk : hunks) {
    const std::size_t above = std::min(kContext, hunk.before_begin);
    const std::size_t below = std::min(kContext, script.removed.size() - hunk.before_end);
    hunk = {hunk.before_begin - above, hunk.before_end + below, hunk.after_begin - above, hunk.after_end + below};
  }
  return hunks;
}

// "12,5"; a single line is "12", and no lines are named by the line before them.
std::string range(std::size_t begin, std::size_t end) {
  if (end - begin == 1) return std::to_string(begin + 1);
  return std::to_string(begin + (begin == end ? 0 : 1)) + "," + std::to_string(end - begin);
}

std::string file_name(std::string_view prefix, std::string_view path) {
  const std::string name = std::string(prefix) + std::string(path);
  const auto special = [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < ' ') || c == 127; };
  if (std::none_of(name.begin(), name.end(), special)) {
    // A tab says where a name with spaces ends, as git and diff write it.
    return name + (name.find(' ') == std::string::npos ? "" : "\t");
  }
  std::string quoted = "\"";
  for (const char c : name) {
    if (!special(c)) {
      quoted += c;
    } else if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else {
      const auto byte = static_cast<unsigned char>(c);
      for (const int shift : {6, 3, 0}) {
        if (shift == 6) quoted += '\\';
        quoted += static_cast<char>('0' + ((byte >> shift) & 7));
      }
    }
  }
  return quoted + "\"";
}

void add_line(std::string& text, char mark, std::string_view line) {
  (text += mark) += line;
  if (!line.ends_with('\n')) text += "\n\\ No newline at end of file\n";
}

}  // namespace

std::string unified_diff(std::string_view path, std::optional<std::string_view> before, std::string_view after) {
  const std::vector<std::string_view> before_lines = lines_of(before.value_or("")), after_lines = lines_of(after);
  const Script script = Comparison(before_lines, after_lines).script();
  const std::vector<Hunk> hunks = hunks_of(script);
  if (hunks.empty()) return {};
  std::string text = "--- " + (before ? file_name("a/", path) : "/dev/null") + "\n+++ " + file_name("b/", path) + "\n";
  for (const Hunk& hunk : hunks) {
    text += "@@ -" + range(hunk.before_begin, hunk.before_end) + " +" + range(hunk.after_begin, hunk.after_end) + " @@\n";
    std::size_t b = hunk.before_begin, a = hunk.after_begin;
    while (b < hunk.before_end || a < hunk.after_end) {
      if (b < hunk.before_end && script.removed[b]) {
        add_line(text, '-', before_lines[b++]);
      } else if (a < hunk.after_end && script.added[a]) {
        add_line(text, '+', after_lines[a++]);
      } else {
        add_line(text, ' ', before_lines[b++]);
        ++a;
      }
    }
  }
  return text;
}

}  // namespace beamwright
