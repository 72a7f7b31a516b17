#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(std::string_view text, std::string_view wanted) {
  std::size_t found = 0;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) ++found;
  return found;
}

TEST(Github, IsTheCommandsToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  EXPECT_EQ(
      write_github(sample.review),
      R"text(::error file=examples/shop/lib/pricing.ex,line=3,endLine=3,col=14,endColumn=31,title=BW401 blocking-call-handler::Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.%0A%0AWhile one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.%0A%0AInstead: Let a task do the request and answer from there:%0A%0A    Task.Supervisor.start_child(Shop.Tasks, fn ->%0A      GenServer.reply(from, Http.get(url(id)))%0A    end)%0A    {:noreply, state}
::notice file=examples/shop/lib/broken.ex,line=2,title=beamwright-syntax::unexpected c
::notice title=Beamwright::FIX-FIRST: 1 high finding.
)text");
}

TEST(Github, EscapesWhatWouldEndAPropertyOrALine) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.files.file(sample.review.findings[0].span.file).path = "a:b,50%.ex";
  sample.review.findings[0].message = "100%, really: yes\r\n::error::no";
  const std::string text = write_github(sample.review);
  EXPECT_THAT(text, HasSubstr("::error file=examples/shop/a%3Ab%2C50%25.ex,line=3,"));
  EXPECT_THAT(text, HasSubstr("::100%25, really: yes"));
  EXPECT_EQ(count(text, "\n::"), 1u) << text;
}

TEST(Github, GivesTenOfAKindTheWorstFirstAndSaysWhatIsLeftOut) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding worst = sample.review.findings[0];
  worst.severity = findings::Severity::kCritical;
  worst.message = "The worst";
  findings::Finding mild = sample.review.findings[0];
  mild.severity = findings::Severity::kMedium;
  mild.message = "##[error]a\n::error::b";
  sample.review.findings.insert(sample.review.findings.end(), 11, sample.review.findings[0]);
  sample.review.findings.push_back(worst);
  sample.review.findings.insert(sample.review.findings.end(), 12, mild);
  const std::string text = write_github(sample.review);
  EXPECT_EQ(count(text, "::error file="), 10u);
  EXPECT_EQ(count(text, "::warning "), 10u);
  EXPECT_LT(text.find("::The worst."), text.find("::Shop.Pricing answers"));
  EXPECT_THAT(
      text, HasSubstr("::group::5 findings and diagnostics without an annotation\n  high BW401 examples/shop/lib/pricing.ex:3 "));
  EXPECT_THAT(text, HasSubstr("5 more, the mildest, are in the log of this step."));
  EXPECT_THAT(text, HasSubstr("  medium BW401 examples/shop/lib/pricing.ex:3 ## [error]a ::error::b\n"));
}

TEST(Github, SaysThatNothingWasFound) { EXPECT_EQ(write_github(Review()), "::notice title=Beamwright::SHIP: no findings.\n"); }

}  // namespace
}  // namespace beamwright::report
