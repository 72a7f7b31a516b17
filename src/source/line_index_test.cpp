#include "source/line_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace beamwright::source {
namespace {

Position at(std::uint32_t line, std::uint32_t column) { return {line, column}; }

TEST(LineIndex, AnEmptyTextHasOneLine) {
  const LineIndex index("");
  EXPECT_EQ(index.line_count(), 1u);
  EXPECT_EQ(index.position(0), at(1, 1));
  EXPECT_EQ(index.position(7), at(1, 1));
  EXPECT_EQ(index.line_text(1), "");
  EXPECT_EQ(index.line_text(0), "");
  EXPECT_EQ(index.line_text(2), "");
}

TEST(LineIndex, FindsLinesAndColumns) {
  const LineIndex index("ab\n\ncd");
  EXPECT_EQ(index.line_count(), 3u);
  EXPECT_EQ(index.position(0), at(1, 1));
  EXPECT_EQ(index.position(2), at(1, 3));  // the line end belongs to its line
  EXPECT_EQ(index.position(3), at(2, 1));
  EXPECT_EQ(index.position(4), at(3, 1));
  EXPECT_EQ(index.position(6), at(3, 3));
  EXPECT_EQ(index.position(UINT32_MAX), at(3, 3));
  EXPECT_EQ(index.line_text(2), "");
  EXPECT_EQ(index.line_text(3), "cd");
}

TEST(LineIndex, AfterTheLastLineEndComesAnEmptyLine) {
  const LineIndex index("ab\n");
  EXPECT_EQ(index.position(3), at(2, 1));
  EXPECT_EQ(index.line_text(2), "");
}

TEST(LineIndex, LineTextsHaveNoLineEnd) {
  const LineIndex index("ab\r\ncd\re\r");
  EXPECT_EQ(index.line_text(1), "ab");
  EXPECT_EQ(index.line_text(2), "cd\re\r");  // a lone carriage return ends no line
  EXPECT_EQ(index.position(4), at(2, 1));
}

TEST(LineIndex, ColumnsCountCodePoints) {
  const LineIndex index("a\u00e9\u20ac\U0001F600b\n\u00e9x");
  EXPECT_EQ(index.position(1), at(1, 2));
  EXPECT_EQ(index.position(2), at(1, 2));  // inside é
  EXPECT_EQ(index.position(3), at(1, 3));
  EXPECT_EQ(index.position(5), at(1, 3));
  EXPECT_EQ(index.position(6), at(1, 4));
  EXPECT_EQ(index.position(10), at(1, 5));
  EXPECT_EQ(index.position(11), at(1, 6));
  EXPECT_EQ(index.position(14), at(2, 2));
}

TEST(LineIndex, CountsBytesWhereTheTextIsLatin1) {
  const LineIndex index("\xc3\xa9x", true);
  EXPECT_EQ(index.position(2), at(1, 3));
}

TEST(LineIndex, EachBrokenByteIsOneColumn) {
  const LineIndex index("\xff\xc3(\xed\xa0\x80.");  // a stray byte, a cut character, a surrogate
  EXPECT_EQ(index.position(1), at(1, 2));
  EXPECT_EQ(index.position(2), at(1, 3));
  EXPECT_EQ(index.position(3), at(1, 4));
  EXPECT_EQ(index.position(6), at(1, 7));
}

TEST(LineIndex, VeryLongLinesGiveTheSameColumnsThroughCheckpoints) {
  std::string text = "first\n";
  for (int i = 0; i < 200000; ++i) text += "\u00e9x";  // three bytes, two columns
  text += "\nlast\u00e9!";
  const LineIndex index(text);
  for (const std::uint32_t pair : {0u, 1u, 21845u, 21846u, 65536u, 199999u}) {
    EXPECT_EQ(index.position(6 + 3 * pair), at(2, 1 + 2 * pair)) << pair;
    EXPECT_EQ(index.position(6 + 3 * pair + 1), at(2, 1 + 2 * pair)) << pair;
    EXPECT_EQ(index.position(6 + 3 * pair + 2), at(2, 2 + 2 * pair)) << pair;
  }
  EXPECT_EQ(index.position(6 + 600000), at(2, 400001));
  EXPECT_EQ(index.position(6 + 600001 + 6), at(3, 6));
}

TEST(LineIndex, LineStartsAreClampedToTheText) {
  const LineIndex index("ab\ncd");
  EXPECT_EQ(index.line_start(0), 0u);
  EXPECT_EQ(index.line_start(1), 0u);
  EXPECT_EQ(index.line_start(2), 3u);
  EXPECT_EQ(index.line_start(3), 5u);
}

TEST(LineIndex, CountsLineEndsAsOneByOne) {
  std::string text;
  for (std::size_t i = 0; i < 5000; ++i) {
    text += i % 7 == 3 || i % 11 == 0 ? '\n' : static_cast<char>(i * 37);
    const std::string_view part = std::string_view(text).substr(i % 13);
    if (i % 97 == 0 || i < 40) {
      EXPECT_EQ(count_line_ends(part), static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n')));
    }
  }
  EXPECT_EQ(count_line_ends(std::string(8 * 255 + 20, '\n')), 8u * 255 + 20);
  EXPECT_EQ(count_line_ends(""), 0u);
}

}  // namespace
}  // namespace beamwright::source
