// Only the lines around a finding are looked at, as text: there are hundreds of findings, and hundreds of thousands of comments.
#include "findings/intent.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace beamwright::findings {
namespace {

using source::Language;
using source::LineIndex;
using source::Span;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// What people write where they mean it. Not "don't care": it tells of an outcome that is expected, and the fault is mostly
// another.
constexpr std::array<std::string_view, 12> kMeant = {
    "on purpose",     "intentional",     "deliberate", "by design", "best effort", "best-effort",
    "doesn't matter", "does not matter", "is fine",    "are fine",  "is safe",     "safely",
};
// What people write where it is not for long.
constexpr std::array<std::string_view, 4> kUnsure = {"todo", "fixme", "xxx", "hack"};

bool says_it_is_meant(std::string_view comment) {
  std::string lower(comment);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view text = lower;
  const auto has = [&](std::string_view word) { return text.find(word) != text.npos; };
  if (text.ends_with('?') || std::any_of(kUnsure.begin(), kUnsure.end(), has)) return false;
  return std::any_of(kMeant.begin(), kMeant.end(), [&](std::string_view meant) {
    const std::string_view before = text.substr(0, std::min(text.find(meant), text.size()));
    const bool denied = before.ends_with("not ") || before.ends_with("n't ") || before.ends_with("un");
    return has(meant) && !denied;
  });
}

class Comments {
 public:
  Comments(const source::FileTable& files, Span place)
      : lines_(files.lines(place.file)),
        file_(place.file),
        mark_(files.file(place.file).language == Language::kElixir ? '#' : '%'),
        line_(lines_.position(place.begin).line) {}

  // The comment that says so, nearest first.
  std::optional<Span> of_intent() const {
    if (const std::optional<Span> behind = meant(behind_code())) return behind;
    if (const std::optional<Span> before = meant(above())) return before;
    return opens_clause() ? meant(below()) : std::nullopt;
  }

 private:
  static constexpr std::uint32_t kLongest = 8;  // lines

  bool is_comment(std::uint32_t line) const {
    const std::string_view text = trimmed(lines_.line_text(line));
    return !text.empty() && text.front() == mark_;
  }

  bool opens_clause() const {
    const std::string_view text = trimmed(lines_.line_text(line_));
    return text.ends_with("->") || text.ends_with(" do");
  }

  // The comments that touch this line.
  Span above() const {
    std::uint32_t first = line_;
    while (first > 1 && line_ - first < kLongest && is_comment(first - 1)) --first;
    return {file_, lines_.line_start(first), lines_.line_start(line_)};
  }
  Span below() const {
    std::uint32_t end = line_ + 1;
    while (end - line_ <= kLongest && is_comment(end)) ++end;
    return {file_, lines_.line_start(line_ + 1), lines_.line_start(end)};
  }

  // From the mark of a comment at the end of the line on; empty without one. A mark in a text or a character is none.
  Span behind_code() const {
    const std::string_view text = lines_.line_text(line_);
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\\' || (c == (mark_ == '#' ? '?' : '$') && !quote)) {
        ++i;
      } else if (quote) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == mark_) {
        const std::uint32_t begin = lines_.line_start(line_) + static_cast<std::uint32_t>(i);
        return {file_, begin, begin + static_cast<std::uint32_t>(trimmed(text.substr(i)).size())};
      }
    }
    return {};
  }

  std::optional<Span> meant(Span comment) const {
    if (comment.begin >= comment.end) return std::nullopt;
    const std::uint32_t first = lines_.position(comment.begin).line, last = lines_.position(comment.end - 1).line;
    std::string text;
    for (std::uint32_t line = first; line <= last; ++line) {
      std::string_view part = lines_.line_text(line);
      if (line == first) part = part.substr(comment.begin - lines_.line_start(line));
      part = trimmed(part);
      part.remove_prefix(std::min(part.find_first_not_of("#% "), part.size()));
      text += (text.empty() ? "" : " ") + std::string(part);
    }
    return says_it_is_meant(text) ? std::optional(comment) : std::nullopt;
  }

  const LineIndex& lines_;
  source::FileId file_;
  char mark_;
  std::uint32_t line_;
};

}  // namespace

Findings weigh_intent(Findings findings, const source::FileTable& files) {
  for (Finding& finding : findings) {
    // What has one right rewrite is a slip, whatever its author meant.
    if (finding.severity != Severity::kMedium || !finding.rewrite.edits.empty() || !finding.span.file) continue;
    const std::optional<Span> comment = Comments(files, finding.span).of_intent();
    if (!comment) continue;
    finding.severity = Severity::kLow;
    finding.path.push_back({*comment, "the comment says that this is meant"});
  }
  return findings;
}

}  // namespace beamwright::findings
