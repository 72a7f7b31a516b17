// Turns byte offsets into lines and columns. Built once per file when first asked for: most files never need one.
#pragma once

#include <string_view>
#include <vector>

#include "source/span.h"

namespace beamwright::source {

// How many "\n" a text has; eight bytes at a time.
std::size_t count_line_ends(std::string_view text);

class LineIndex {
 public:
  // The text must outlive the index. "\n" and "\r\n" end a line, as in both compilers. With `bytes_are_columns` each byte counts
  // as a column, as where the text says that it is Latin-1.
  explicit LineIndex(std::string_view text, bool bytes_are_columns = false);

  // Any offset is valid; one past the end is the place after the last character. A byte inside a multi-byte character counts as
  // that character; a byte that is not UTF-8 counts as one column.
  Position position(std::uint32_t offset) const;
  // 1-based line; its text without the line end. Empty when there is no such line.
  std::string_view line_text(std::uint32_t line) const;
  // Places after a last line end are on a line of their own, so this is one more than the number of line ends.
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(starts_.size()); }
  // Offset of the first byte of a 1-based line, clamped to the text.
  std::uint32_t line_start(std::uint32_t line) const;

 private:
  // Where a column is already known inside a very long line, so that finding a place in one stays cheap.
  struct Checkpoint {
    std::uint32_t offset;
    std::uint32_t column;
  };

  void add_checkpoints();

  std::string_view text_;
  std::vector<std::uint32_t> starts_;
  std::vector<Checkpoint> checkpoints_;  // by offset; none in a text of ASCII alone
  bool ascii_ = true;                    // or a byte is a column: then a column is a difference of offsets
};

}  // namespace beamwright::source
