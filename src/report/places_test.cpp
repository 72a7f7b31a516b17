#include "report/places.h"

#include <gtest/gtest.h>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

TEST(Places, PathsBeginInTheFolderInWhichTheCommandWasRun) {
  SampleReview sample;
  const source::FileId file = sample.add("lib/a.ex", "");
  const auto path = [&](std::string root) {
    sample.review.root = std::move(root);
    return path_from_here(sample.review, file);
  };
  EXPECT_EQ(path("."), "lib/a.ex");
  EXPECT_EQ(path("./"), "lib/a.ex");
  EXPECT_EQ(path(""), "lib/a.ex");
  EXPECT_EQ(path("backend"), "backend/lib/a.ex");
  EXPECT_EQ(path("./apps//backend/"), "apps/backend/lib/a.ex");
  EXPECT_EQ(path("apps/../backend"), "backend/lib/a.ex");
  EXPECT_EQ(path("..backend"), "..backend/lib/a.ex");
}

TEST(Places, PathsBeginInTheRootWhereItLiesElsewhere) {
  SampleReview sample;
  const source::FileId file = sample.add("lib/a.ex", "");
  for (const char* root : {"/srv/backend", "..", "../backend"}) {
    sample.review.root = root;
    EXPECT_EQ(path_from_here(sample.review, file), "lib/a.ex") << root;
  }
  EXPECT_EQ(path_from_here(sample.review, {}), ".");
}

TEST(Places, SpansEndOnTheirFirstLine) {
  SampleReview sample;
  const source::FileId file = sample.add("lib/a.ex", "one\r\ntwo\n");
  const OneLine line = one_line(sample.review, {file, 1, 8});
  EXPECT_EQ(line.begin, (source::Position{1, 2}));
  EXPECT_EQ(line.end, (source::Position{1, 4}));
}

TEST(Places, TheWorstComeFirstAndElseTheOrderStays) {
  findings::Findings findings(4);
  findings[1].severity = findings::Severity::kHigh;
  findings[2].confidence = findings::Confidence::kCertain;
  const auto sorted = worst_first(findings);
  EXPECT_EQ(sorted, (std::vector<const findings::Finding*>{&findings[1], &findings[2], &findings[0], &findings[3]}));
}

TEST(Places, WordsAreSentencesAndCutBetweenCharacters) {
  EXPECT_EQ(sentence("It waits"), "It waits.");
  EXPECT_EQ(sentence("Does it wait?"), "Does it wait?");
  EXPECT_EQ(clipped("short", 5), "short");
  EXPECT_EQ(clipped("\u20AC\u20AC\u20AC", 8), "\u20AC…");
  EXPECT_EQ(counts_in_words({}), "no findings");
}

}  // namespace
}  // namespace beamwright::report
