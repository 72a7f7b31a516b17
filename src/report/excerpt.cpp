// The window is found by stepping over characters from the marked place outwards.
#include "report/excerpt.h"

#include <algorithm>

#include "report/layout.h"
#include "source/utf8.h"

namespace beamwright::report {
namespace {

// The start of the character before `at`; a broken byte is a character of its own.
std::size_t step_back(std::string_view line, std::size_t at) {
  for (std::size_t length = 1; length <= 4 && length <= at; ++length) {
    if (source::character_length(line, at - length) == length) return at - length;
  }
  return at - 1;
}

std::size_t step_on(std::string_view line, std::size_t at) {
  return at + std::max<std::size_t>(1, source::character_length(line, at));
}

}  // namespace

Excerpt excerpt_of(std::string_view line, std::size_t begin, std::size_t end, std::size_t columns) {
  begin = std::min(begin, line.size());
  end = std::clamp(end, begin, line.size());
  // A third of the room before the place, unless the line is short enough to show from its start.
  std::size_t from = begin;
  std::size_t before = 0;
  while (from > 0 && before < columns) {
    from = step_back(line, from);
    ++before;
  }
  if (from > 0 || before + 20 > columns) {
    from = begin;
    for (before = 0; from > 0 && before < columns / 3; ++before) from = step_back(line, from);
  }
  std::size_t to = from;
  std::size_t shown = 0;
  while (to < line.size() && shown < columns - 2) {
    to = step_on(line, to);
    ++shown;
  }
  Excerpt excerpt;
  if (from > 0) excerpt.line = "…";
  excerpt.line += clean(line.substr(from, to - from));
  if (to < line.size()) excerpt.line += "…";
  excerpt.caret = before + (from > 0 ? 1 : 0);
  const std::size_t marked_end = std::min(end, to);
  excerpt.length = marked_end > begin ? std::max<std::size_t>(1, width(line.substr(begin, marked_end - begin))) : 1;
  return excerpt;
}

}  // namespace beamwright::report
