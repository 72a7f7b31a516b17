#include "report/layout.h"

#include <gtest/gtest.h>

#include "report/excerpt.h"

namespace beamwright::report {
namespace {

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string out;
  append_wrapped(out, text, indent, columns);
  return out;
}

TEST(Layout, BreaksAtSpacesAndHangsUnderTheStart) {
  EXPECT_EQ(wrapped("one two three four", 2, 11), "one two\n  three\n  four");
  EXPECT_EQ(wrapped("short", 2, 12), "short");
  EXPECT_EQ(wrapped("", 2, 12), "");
}

TEST(Layout, ANumberStaysWithItsUnit) {
  EXPECT_EQ(wrapped("waits 5 s, always", 0, 8), "waits\n5 s,\nalways");
  EXPECT_EQ(wrapped("waits 5 so", 0, 8), "waits 5\nso");
}

TEST(Layout, LinesThatFitKeepTheirShape) {
  EXPECT_EQ(wrapped("use:\n\n    def a do\n      b  c\n    end\n", 2, 20), "use:\n\n      def a do\n        b  c\n      end");
}

TEST(Layout, ContinuationsKeepTheIndentationOfTheirLine) {
  EXPECT_EQ(wrapped("    call(one, two)", 0, 14), "    call(one,\n    two)");
}

TEST(Layout, AWordThatIsTooLongStaysWhole) {
  EXPECT_EQ(wrapped("a lib/very/long/path.ex:1:1 b", 1, 10), "a\n lib/very/long/path.ex:1:1\n b");
}

TEST(Layout, NothingSteersTheTerminal) {
  EXPECT_EQ(clean("a\tb\x1b[31m\x7f\r\n\xc2\x9b"), "a b\uFFFD[31m\uFFFD\uFFFD\n\uFFFD");
  EXPECT_EQ(clean("x\u202Ey\u2066z\u200F"), "x\uFFFDy\uFFFDz\uFFFD");
  EXPECT_EQ(clean("\u00e9\u20ac\u2026 \xff"), "\u00e9\u20ac\u2026 \uFFFD");
}

TEST(Layout, ColourOnlyWhenAsked) {
  EXPECT_EQ(Painter(false)(Ink::kRed, "x"), "x");
  EXPECT_EQ(Painter(true)(Ink::kRed, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Painter(true)(Ink::kRed, ""), "");
}

TEST(Layout, NumbersAreGrouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(0, "file"), "0 files");
  EXPECT_EQ(counted(2, "process", "processes"), "2 processes");
}

TEST(Excerpt, MarksThePlace) {
  const Excerpt e = excerpt_of("  x = call(a)", 6, 13, 90);
  EXPECT_EQ(e.line, "  x = call(a)");
  EXPECT_EQ(e.caret, 6u);
  EXPECT_EQ(e.length, 7u);
}

TEST(Excerpt, CountsCharactersAndShowsTabsAsOneColumn) {
  const Excerpt e = excerpt_of("\t\"\u00e9\u20ac\" <> b", 9, 99, 90);
  EXPECT_EQ(e.line, " \"\u00e9\u20ac\" <> b");
  EXPECT_EQ(e.caret, 6u);
  EXPECT_EQ(e.length, 4u);
}

TEST(Excerpt, AnEmptyPlaceIsOneCaret) {
  EXPECT_EQ(excerpt_of("", 0, 0, 90).length, 1u);
  EXPECT_EQ(excerpt_of("abc", 3, 3, 90).caret, 3u);
  EXPECT_EQ(excerpt_of("abc", 50, 60, 90).caret, 3u);
}

TEST(Excerpt, AVeryLongLineIsClippedAroundThePlace) {
  const std::string line = std::string(40'000'000, 'a') + "HERE" + std::string(40'000'000, 'b');
  const Excerpt e = excerpt_of(line, 40'000'000, 40'000'004, 32);
  EXPECT_EQ(e.line, "…" + std::string(10, 'a') + "HERE" + std::string(16, 'b') + "…");
  EXPECT_EQ(e.caret, 11u);
  EXPECT_EQ(e.length, 4u);
}

}  // namespace
}  // namespace beamwright::report
