#include "base/unified_diff.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace beamwright {
namespace {

TEST(UnifiedDiff, IsEmptyWhereNothingChanged) {
  EXPECT_EQ(unified_diff("a.ex", "one\n", "one\n"), "");
  EXPECT_EQ(unified_diff("a.ex", "", ""), "");
}

TEST(UnifiedDiff, ShowsAChangedLineWithThreeLinesAround) {
  EXPECT_EQ(unified_diff("lib/a.ex", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a/lib/a.ex\n+++ b/lib/a.ex\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, JoinsChangesWhoseSurroundingsTouchAndPartsOthers) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  EXPECT_EQ(unified_diff("a", before, "one\n2\n3\n4\n5\n6\n7\neight\n9\n"),
            "--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n-1\n+one\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+eight\n 9\n");
  EXPECT_EQ(unified_diff("a", before, "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"),
            "--- a/a\n+++ b/a\n@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+nine\n");
}

TEST(UnifiedDiff, SaysWhereALastLineHasNoEnd) {
  EXPECT_EQ(unified_diff("a", "1", "1\n"), "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n\\ No newline at end of file\n+1\n");
  EXPECT_EQ(unified_diff("a", "1\n2", "0\n2"), "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-1\n+0\n 2\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, ShowsAFileThatIsNewOrEmptied) {
  EXPECT_EQ(unified_diff("new.toml", std::nullopt, "a\nb\n"), "--- /dev/null\n+++ b/new.toml\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(unified_diff("a", "1\n", ""), "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-1\n");
}

TEST(UnifiedDiff, KeepsCarriageReturns) {
  EXPECT_EQ(unified_diff("a", "1\r\n2\r\n", "1\r\nx\r\n"), "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\r\n-2\r\n+x\r\n");
}

TEST(UnifiedDiff, WritesNamesAsGitDoes) {
  EXPECT_EQ(unified_diff("a b", std::nullopt, "1\n"), "--- /dev/null\n+++ b/a b\t\n@@ -0,0 +1 @@\n+1\n");
  EXPECT_EQ(unified_diff("a\"\n", std::nullopt, "1\n"), "--- /dev/null\n+++ \"b/a\\\"\\012\"\n@@ -0,0 +1 @@\n+1\n");
}

// What stands in the diff of one text, read by its own numbers: the lines before and after.
void read_back(const std::string& diff, const std::vector<std::string>& before, std::vector<std::string>& after) {
  std::size_t at = 0, line = 0;
  while (line < diff.size()) {
    const std::size_t end = diff.find('\n', line);
    const std::string text = diff.substr(line, end - line);
    line = end + 1;
    if (text.starts_with("---") || text.starts_with("+++")) continue;
    if (text.starts_with("@@")) {
      const std::size_t comma = text.find_first_of(", ", 4);
      const std::size_t first = std::stoul(text.substr(4, comma - 4)) - (text.substr(comma, 3) == ",0 " ? 0 : 1);
      while (at < first) after.push_back(before[at++]);
    } else if (text[0] == '+') {
      after.push_back(text.substr(1));
    } else {
      ASSERT_EQ(before.at(at), text.substr(1));
      if (text[0] == ' ') after.push_back(before[at]);
      ++at;
    }
  }
  while (at < before.size()) after.push_back(before[at++]);
}

TEST(UnifiedDiff, MakesTheOneTextOfTheOther) {
  std::mt19937 random(7);
  const auto lines = [&](std::size_t count, unsigned kinds) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(std::string(1, static_cast<char>('a' + random() % kinds)));
    return made;
  };
  const auto text = [](const std::vector<std::string>& all) {
    std::string joined;
    for (const std::string& line : all) joined += line + "\n";
    return joined;
  };
  for (int round = 0; round < 500; ++round) {
    const std::vector<std::string> before = lines(random() % 40, 5), after = lines(random() % 40, 5);
    std::vector<std::string> made;
    read_back(unified_diff("a", text(before), text(after)), before, made);
    ASSERT_EQ(made, after) << "round " << round;
  }
}

TEST(UnifiedDiff, StaysRightWhereMoreChangedThanIsSearched) {
  std::vector<std::string> before, after;
  std::string before_text, after_text;
  for (int i = 0; i < 5000; ++i) {
    before.push_back("b" + std::to_string(i)), before_text += before.back() + "\n";
    after.push_back("a" + std::to_string(i)), after_text += after.back() + "\n";
  }
  std::vector<std::string> made;
  read_back(unified_diff("a", before_text, after_text), before, made);
  EXPECT_EQ(made, after);
}

}  // namespace
}  // namespace beamwright
