#include "findings/finish.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace beamwright::findings {
namespace {

class FinishTest : public testing::Test {
 protected:
  source::FileId file(const std::string& path, const std::string& text) {
    source::SourceFile row;
    row.path = path;
    return files_.add_text(std::move(row), text);
  }

  Finding finding(source::FileId where, std::uint32_t begin, std::string_view code = "BW401", std::string key = "") {
    Finding f;
    f.code = code;
    f.span = {where, begin, begin + 1};
    f.function = "Shop.Cart.handle_call/3";
    f.key = std::move(key);
    return f;
  }

  source::FileTable files_;
};

TEST_F(FinishTest, SortsByPathLineColumnAndCode) {
  const auto b = file("b.ex", "one\ntwo");
  const auto a = file("a.ex", "one\ntwo");
  const Findings done = finish({finding(b, 0), finding(a, 5), finding(a, 4, "BW402"), finding(a, 4)}, files_);
  ASSERT_EQ(done.size(), 4u);
  EXPECT_EQ(done[0].span, (source::Span{a, 4, 5}));
  EXPECT_EQ(done[0].code, "BW401");
  EXPECT_EQ(done[1].code, "BW402");
  EXPECT_EQ(done[2].span.begin, 5u);
  EXPECT_EQ(done[3].span.file, b);
}

TEST_F(FinishTest, WhatIsOnlyPossibleNeverRisesAboveMedium) {
  const auto a = file("a.ex", "text");
  Finding possible = finding(a, 0);
  possible.severity = Severity::kCritical;
  possible.confidence = Confidence::kPossible;
  Finding likely = finding(a, 1);
  likely.severity = Severity::kCritical;
  const Findings done = finish({possible, likely}, files_);
  EXPECT_EQ(done[0].severity, Severity::kMedium);
  EXPECT_EQ(done[1].severity, Severity::kCritical);
}

TEST_F(FinishTest, TheSameFaultIsToldOnceAtItsWorst) {
  const auto a = file("a.ex", "text");
  Finding worse = finding(a, 0);
  worse.severity = Severity::kHigh;
  for (const Findings& input : {Findings{finding(a, 0), worse}, Findings{worse, finding(a, 0)}}) {
    const Findings done = finish(input, files_);
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(done[0].severity, Severity::kHigh);
  }
}

TEST_F(FinishTest, AFingerprintSurvivesMovedLinesAndTellsRepetitionsApart) {
  const auto a = file("a.ex", "x y");
  const Findings before = finish({finding(a, 0, "BW401", "get"), finding(a, 2, "BW401", "get")}, files_);
  source::FileTable later;
  source::SourceFile row;
  row.path = "a.ex";
  const auto moved = later.add_text(std::move(row), "\n\n# a comment\n   x y");
  const Findings after = finish({finding(moved, 19, "BW401", "get"), finding(moved, 17, "BW401", "get")}, later);
  EXPECT_EQ(before[0].fingerprint.size(), 16u);
  EXPECT_EQ(before[0].fingerprint.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(before[0].fingerprint, after[0].fingerprint);
  EXPECT_EQ(before[1].fingerprint, after[1].fingerprint);
  EXPECT_NE(before[0].fingerprint, before[1].fingerprint);
}

TEST_F(FinishTest, AFingerprintDependsOnRuleFunctionFileAndKey) {
  const auto a = file("a.ex", "text"), b = file("b.ex", "text");
  Finding other_function = finding(a, 3);
  other_function.function = "Shop.Cart.init/1";
  Findings done =
      finish({finding(a, 0), finding(a, 1, "BW402"), finding(a, 2, "BW401", "key"), other_function, finding(b, 0)}, files_);
  std::vector<std::string> prints;
  for (const Finding& f : done) prints.push_back(f.fingerprint);
  std::sort(prints.begin(), prints.end());
  EXPECT_EQ(std::unique(prints.begin(), prints.end()), prints.end());
  // Pinned: people keep fingerprints in files, so they must never change.
  EXPECT_EQ(finish({finding(a, 0)}, files_)[0].fingerprint, "90e37601f0ca165c");
}

TEST_F(FinishTest, AnyOrderOfTheInputGivesTheSameOutput) {
  const auto a = file("a.ex", "some longer text\nof lines");
  Findings input;
  for (int i = 0; i < 8; ++i) {
    Finding f = finding(a, static_cast<std::uint32_t>(i % 3), i % 2 ? "BW401" : "BW301", std::to_string(i % 2));
    f.message = "message " + std::to_string(i);
    input.push_back(f);
  }
  const Findings expected = finish(input, files_);
  for (int turn = 0; turn < 8; ++turn) {
    std::rotate(input.begin(), input.begin() + 1, input.end());
    const Findings done = finish(input, files_);
    ASSERT_EQ(done.size(), expected.size());
    for (std::size_t i = 0; i < done.size(); ++i) {
      EXPECT_EQ(done[i].message, expected[i].message);
      EXPECT_EQ(done[i].fingerprint, expected[i].fingerprint);
    }
  }
}

TEST(Verdict, FollowsTheWorstFinding) {
  Finding medium, high, redesign, mild_redesign;
  medium.severity = Severity::kMedium;
  high.severity = Severity::kHigh;
  redesign.severity = Severity::kCritical;
  redesign.structural = true;
  mild_redesign.structural = true;  // a fault of the design that is not serious
  EXPECT_EQ(verdict_of({}), Verdict::kShip);
  EXPECT_EQ(verdict_of({medium, mild_redesign}), Verdict::kShip);
  EXPECT_EQ(verdict_of({medium, high}), Verdict::kFixFirst);
  EXPECT_EQ(verdict_of({high, redesign}), Verdict::kNeedsRedesign);
}

TEST(Words, AreThoseOfTheContract) {
  EXPECT_EQ(to_string(Severity::kInfo), "info");
  EXPECT_EQ(to_string(Severity::kLow), "low");
  EXPECT_EQ(to_string(Severity::kMedium), "medium");
  EXPECT_EQ(to_string(Severity::kHigh), "high");
  EXPECT_EQ(to_string(Severity::kCritical), "critical");
  EXPECT_EQ(to_string(Confidence::kPossible), "possible");
  EXPECT_EQ(to_string(Confidence::kLikely), "likely");
  EXPECT_EQ(to_string(Confidence::kCertain), "certain");
  EXPECT_EQ(to_string(Family::kSupervision), "supervision");
  EXPECT_EQ(to_string(Family::kMailbox), "mailbox");
  EXPECT_EQ(to_string(Family::kBottleneck), "bottleneck");
  EXPECT_EQ(to_string(Family::kBlocking), "blocking");
  EXPECT_EQ(to_string(Family::kState), "state");
  EXPECT_EQ(to_string(Family::kCluster), "cluster");
  EXPECT_EQ(to_string(Verdict::kShip), "SHIP");
  EXPECT_EQ(to_string(Verdict::kFixFirst), "FIX-FIRST");
  EXPECT_EQ(to_string(Verdict::kNeedsRedesign), "NEEDS-REDESIGN");
}

}  // namespace
}  // namespace beamwright::findings
