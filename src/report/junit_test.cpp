#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Junit, TellsAFailingFindingToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  EXPECT_THAT(
      write_junit(sample.review),
      HasSubstr(
          R"text(    <testcase classname="examples/shop/lib/pricing.ex" name="BW401 blocking-call-handler: Shop.Pricing.handle_call/3" time="0">
      <failure type="high BW401" message="Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.">examples/shop/lib/pricing.ex:3

Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.

Why: While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.

Path:
  1. Shop.Pricing.handle_call/3 calls Shop.Http.get/1 (examples/shop/lib/pricing.ex:3)
  2. Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit) (examples/shop/lib/http.ex:1)

Instead: Let a task do the request and answer from there:

    Task.Supervisor.start_child(Shop.Tasks, fn -&gt;
      GenServer.reply(from, Http.get(url(id)))
    end)
    {:noreply, state}
</failure>
    </testcase>
)text"));
}

TEST(Junit, FailsWhatFailsOnTheCommandLineAndPassesTheOthers) {
  SampleReview sample;
  sample.add_blocking_finding();
  EXPECT_THAT(write_junit(sample.review), HasSubstr("failures=\"1\""));
  sample.review.fail_on = findings::Severity::kCritical;
  const std::string mild = write_junit(sample.review);
  EXPECT_THAT(mild, Not(HasSubstr("<failure")));
  EXPECT_THAT(mild, HasSubstr("<system-out>examples/shop/lib/pricing.ex:3\n"));
  sample.review.fail_on = std::nullopt;
  EXPECT_THAT(write_junit(sample.review), Not(HasSubstr("<failure")));
}

TEST(Junit, HasAPassingSuiteForEachFamilyWithoutFindings) {
  const std::string text = write_junit(Review());
  for (const char* family : {"supervision", "mailbox", "bottleneck", "blocking", "state", "cluster"}) {
    EXPECT_THAT(text, HasSubstr("<testsuite name=\"beamwright." + std::string(family) + "\""));
  }
  EXPECT_THAT(text, HasSubstr("<testcase classname=\"rules\" name=\"BW401 blocking-call-handler\" time=\"0\"/>"));
  EXPECT_THAT(text, Not(HasSubstr("failures=\"1\"")));
}

TEST(Junit, HasNoTestForARuleThatWasNotAskedFor) {
  Review review;
  review.selection.select = {"blocking"};
  review.selection.ignore = {"BW402"};
  const std::string text = write_junit(review);
  EXPECT_THAT(text, HasSubstr("BW401"));
  EXPECT_THAT(text, Not(HasSubstr("BW402")));
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"beamwright.state\" tests=\"0\""));
}

TEST(Junit, GivesNoTwoTestsTheSameNameAndTellsDiagnostics) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.review.findings.push_back(sample.review.findings[0]);
  sample.review.diagnostics.push_back({source::DiagnosticKind::kIo, {sample.add("b\xc3(<.ex", ""), 0, 0}, "\xed & gone\x01"});
  const std::string text = write_junit(sample.review);
  EXPECT_THAT(text, HasSubstr("Shop.Pricing.handle_call/3 (2)\""));
  EXPECT_THAT(text, HasSubstr("<testcase classname=\"examples/shop/b\uFFFD(&lt;.ex\" name=\"io\""));
  EXPECT_THAT(text, HasSubstr("\uFFFD &amp; gone\uFFFD"));
}

}  // namespace
}  // namespace beamwright::report
