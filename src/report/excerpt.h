// The line of source a finding is about, with its place marked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace beamwright::report {

struct Excerpt {
  std::string line;        // cleaned for the terminal, clipped to a window around the place with "…" where it was cut
  std::size_t caret = 0;   // columns before the marked run
  std::size_t length = 1;  // columns of the marked run, at least 1, never beyond the line by more than 1
};

// `begin` and `end` are byte offsets into the line; `end` may lie beyond it when the span goes on in later lines. Takes time by
// `columns` alone, whatever the length of the line.
Excerpt excerpt_of(std::string_view line, std::size_t begin, std::size_t end, std::size_t columns);

}  // namespace beamwright::report
