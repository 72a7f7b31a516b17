#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using nlohmann::json;

TEST(Gitlab, IsTheReportToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSuppression, {broken, 0, 1}, "in vain"});
  EXPECT_EQ(write_gitlab(sample.review), R"text([
  {
    "type": "issue",
    "check_name": "BW401 blocking-call-handler",
    "description": "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.",
    "categories": [
      "Bug Risk"
    ],
    "severity": "critical",
    "fingerprint": "0123456789abcdef",
    "location": {
      "path": "examples/shop/lib/pricing.ex",
      "lines": {
        "begin": 3,
        "end": 3
      }
    },
    "content": {
      "body": "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.\n\nWhy: While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.\n\nPath:\n  1. Shop.Pricing.handle_call/3 calls Shop.Http.get/1 (examples/shop/lib/pricing.ex:3)\n  2. Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit) (examples/shop/lib/http.ex:1)\n\nInstead: Let a task do the request and answer from there:\n\n    Task.Supervisor.start_child(Shop.Tasks, fn ->\n      GenServer.reply(from, Http.get(url(id)))\n    end)\n    {:noreply, state}"
    }
  },
  {
    "type": "issue",
    "check_name": "beamwright-syntax",
    "description": "Not reviewed wholly: unexpected c",
    "categories": [
      "Bug Risk"
    ],
    "severity": "info",
    "fingerprint": "484bb3f16a6da413",
    "location": {
      "path": "examples/shop/lib/broken.ex",
      "lines": {
        "begin": 2,
        "end": 2
      }
    }
  }
]
)text");
}

TEST(Gitlab, GivesNoTwoIssuesTheSameFingerprint) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.review.findings.push_back(sample.review.findings[0]);
  const source::Diagnostic diagnostic{source::DiagnosticKind::kIo, {}, "cannot be read"};
  sample.review.diagnostics = {diagnostic, diagnostic};
  std::set<std::string> fingerprints;
  for (const json& issue : json::parse(write_gitlab(sample.review))) fingerprints.insert(issue["fingerprint"].get<std::string>());
  EXPECT_EQ(fingerprints.size(), 4u);
}

TEST(Gitlab, IsAnEmptyListWithoutFindings) { EXPECT_EQ(write_gitlab(Review()), "[]\n"); }

}  // namespace
}  // namespace beamwright::report
