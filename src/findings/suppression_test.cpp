#include "findings/suppression.h"

#include <gtest/gtest.h>

namespace beamwright::findings {
namespace {

class SuppressionTest : public testing::Test {
 protected:
  // Reads all comments of the text, which run from # or % to the end of the line.
  void file(std::string text) {
    source::SourceFile row;
    row.path = "a.ex";
    file_ = files_.add_text(std::move(row), text);
    for (std::size_t at = 0; (at = text.find_first_of("#%", at)) != std::string::npos;) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const source::Span comment{file_, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)};
      if (auto read = read_suppression(files_, comment, diagnostics_)) suppressions_.push_back(*read);
      at = end;
    }
  }

  Finding finding(std::string_view place) {
    Finding f;
    f.code = "BW401";
    f.name = "blocking-call-handler";
    f.family = Family::kBlocking;
    const auto at = static_cast<std::uint32_t>(files_.file(file_).text.find(place));
    f.span = {file_, at, at + 1};
    return f;
  }

  bool is_silent(std::string_view place) { return suppress({finding(place)}, suppressions_).empty(); }

  source::FileTable files_;
  source::FileId file_;
  std::vector<Suppression> suppressions_;
  source::Diagnostics diagnostics_;
};

TEST_F(SuppressionTest, CoversTheLineItStandsOn) {
  file("one()\ntwo() # beamwright:ignore BW401 bounded by the vendor\nthree()\n");
  EXPECT_FALSE(is_silent("one"));
  EXPECT_TRUE(is_silent("two"));
  EXPECT_FALSE(is_silent("three"));
}

TEST_F(SuppressionTest, CoversTheNextLineOfCode) {
  file("% beamwright:ignore BW401 bounded\n% more words\n\n  one()\n  two()\n");
  EXPECT_TRUE(is_silent("one"));
  EXPECT_FALSE(is_silent("two"));
}

TEST_F(SuppressionTest, CoversTheFile) {
  file("one()\n# beamwright:ignore-file blocking a script\ntwo()");
  EXPECT_TRUE(is_silent("one"));
  EXPECT_TRUE(is_silent("two"));
}

TEST_F(SuppressionTest, LeavesTheFunctionToTheCaller) {
  file("# beamwright:ignore-function BW401 bounded\none()\n");
  ASSERT_EQ(suppressions_.size(), 1u);
  EXPECT_EQ(suppressions_[0].scope, Suppression::Scope::kFunction);
  EXPECT_FALSE(is_silent("one"));
}

TEST_F(SuppressionTest, NamesRulesByCodeNameOrFamily) {
  for (const char* word : {"bw401", "Blocking_call-handler", "BLOCKING", "BW402,BW401"}) {
    suppressions_.clear();
    file(std::string("one() # beamwright:ignore ") + word + " reason\n");
    EXPECT_TRUE(is_silent("one")) << word;
  }
  suppressions_.clear();
  file("one() # beamwright:ignore BW402 reason\n");
  EXPECT_FALSE(is_silent("one"));
}

TEST_F(SuppressionTest, WithoutAReasonSuppressesNothing) {
  file("one() # beamwright:ignore BW401\ntwo() # beamwright:ignore\nthree() # beamwright:ignore-line BW401 x\n");
  EXPECT_TRUE(suppressions_.empty());
  ASSERT_EQ(diagnostics_.size(), 3u);
  EXPECT_EQ(diagnostics_[0].kind, source::DiagnosticKind::kSuppression);
  EXPECT_NE(diagnostics_[0].message.find("reason"), std::string::npos);
  EXPECT_NE(diagnostics_[1].message.find("names no rule"), std::string::npos);
  EXPECT_NE(diagnostics_[2].message.find("beamwright:ignore-function"), std::string::npos);
}

TEST_F(SuppressionTest, OtherCommentsAreNone) {
  file("# we once had beamwright:ignore BW401 here\n# plain\n#\n");
  EXPECT_TRUE(suppressions_.empty());
  EXPECT_TRUE(diagnostics_.empty());
}

TEST_F(SuppressionTest, TellsWhatIsSuppressedInVain) {
  file("one() # beamwright:ignore BW401,BW403 reason\n");
  EXPECT_TRUE(is_silent("one"));
  report_unused(suppressions_, diagnostics_);
  ASSERT_EQ(diagnostics_.size(), 1u);
  EXPECT_NE(diagnostics_[0].message.find("BW403 finds nothing here"), std::string::npos);
}

}  // namespace
}  // namespace beamwright::findings
