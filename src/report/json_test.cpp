#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/sample_review.h"
#include "report/version.h"

namespace beamwright::report {
namespace {

TEST(Json, IsTheContractToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  std::string expected = R"text({
  "schema": 1,
  "tool": {
    "name": "beamwright",
    "version": "VERSION"
  },
  "verdict": "FIX-FIRST",
  "summary": {
    "severities": {
      "critical": 0,
      "high": 1,
      "medium": 0,
      "low": 0,
      "info": 0
    },
    "families": {
      "supervision": 0,
      "mailbox": 0,
      "bottleneck": 0,
      "blocking": 1,
      "state": 0,
      "cluster": 0
    },
    "rules": {
      "BW401": 1
    },
    "suppressed": 0,
    "known": 0,
    "unchanged": 0,
    "files": 2,
    "lines": 1234,
    "modules": 1,
    "processes": 1,
    "supervisors": 0
  },
  "findings": [
    {
      "rule": "BW401",
      "name": "blocking-call-handler",
      "family": "blocking",
      "severity": "high",
      "confidence": "certain",
      "file": "lib/pricing.ex",
      "line": 3,
      "column": 14,
      "end_line": 3,
      "end_column": 31,
      "function": "Shop.Pricing.handle_call/3",
      "message": "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.",
      "why": "While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.",
      "fix": "Let a task do the request and answer from there:\n\n    Task.Supervisor.start_child(Shop.Tasks, fn ->\n      GenServer.reply(from, Http.get(url(id)))\n    end)\n    {:noreply, state}",
      "rewrite": null,
      "path": [
        {
          "file": "lib/pricing.ex",
          "line": 3,
          "column": 14,
          "message": "Shop.Pricing.handle_call/3 calls Shop.Http.get/1"
        },
        {
          "file": "lib/http.ex",
          "line": 1,
          "column": 19,
          "message": "Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)"
        }
      ],
      "fingerprint": "0123456789abcdef"
    }
  ],
  "diagnostics": [
    {
      "file": "lib/broken.ex",
      "line": 2,
      "column": 3,
      "kind": "syntax",
      "message": "unexpected c"
    }
  ]
}
)text";
  expected.replace(expected.find("VERSION"), 7, version());
  EXPECT_EQ(write_json(sample.review), expected);
}

TEST(Json, GivesARewriteAsReplacementsOfText) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  finding.rewrite = {"Write head", {{sample.find(finding.span.file, "get"), "head"}}};
  const auto document = nlohmann::json::parse(write_json(sample.review));
  EXPECT_EQ(document["findings"][0]["rewrite"], nlohmann::json::parse(R"({"title": "Write head", "edits": [
      {"file": "lib/pricing.ex", "line": 3, "column": 19, "end_line": 3, "end_column": 22, "text": "head"}]})"));
}

TEST(Json, AnEmptyReviewHasEveryKey) {
  const Review review;
  const auto document = nlohmann::json::parse(write_json(review));
  EXPECT_EQ(document["verdict"], "SHIP");
  EXPECT_TRUE(document["findings"].is_array());
  EXPECT_TRUE(document["diagnostics"].is_array());
  EXPECT_EQ(document["summary"]["files"], 0);
}

TEST(Json, StaysValidWhateverBytesTheSourcesHold) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& f = sample.review.findings[0];
  f.message = "bad \xff byte, cut \xe2\x82";
  f.function = std::string("zero \0 and \x1b[31m", 16);
  sample.review.diagnostics.push_back({source::DiagnosticKind::kIo, {sample.add("b\xc3(.ex", ""), 0, 0}, "\xed\xa0\x80"});
  const std::string text = write_json(sample.review);
  const auto document = nlohmann::json::parse(text);
  EXPECT_EQ(document["findings"][0]["message"], "bad \uFFFD byte, cut \uFFFD");
  EXPECT_EQ(document["diagnostics"][0]["file"], "b\uFFFD(.ex");
  EXPECT_EQ(document["diagnostics"][0]["line"], 1);
}

}  // namespace
}  // namespace beamwright::report
