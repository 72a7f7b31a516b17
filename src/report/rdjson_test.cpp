#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using nlohmann::json;

TEST(Rdjson, IsTheFormatToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  finding.rewrite = {"Write head", {{sample.find(finding.span.file, "get"), "head"}}};
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  EXPECT_EQ(write_rdjson(sample.review), R"text({
  "source": {
    "name": "beamwright"
  },
  "diagnostics": [
    {
      "message": "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.\n\nWhy: While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.\n\nPath:\n  1. Shop.Pricing.handle_call/3 calls Shop.Http.get/1 (examples/shop/lib/pricing.ex:3)\n  2. Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit) (examples/shop/lib/http.ex:1)\n\nInstead: Let a task do the request and answer from there:\n\n    Task.Supervisor.start_child(Shop.Tasks, fn ->\n      GenServer.reply(from, Http.get(url(id)))\n    end)\n    {:noreply, state}",
      "location": {
        "path": "examples/shop/lib/pricing.ex",
        "range": {
          "start": {
            "line": 3,
            "column": 14
          },
          "end": {
            "line": 3,
            "column": 31
          }
        }
      },
      "severity": "ERROR",
      "code": {
        "value": "BW401"
      },
      "suggestions": [
        {
          "range": {
            "start": {
              "line": 3,
              "column": 19
            },
            "end": {
              "line": 3,
              "column": 22
            }
          },
          "text": "head"
        }
      ]
    },
    {
      "message": "unexpected c",
      "location": {
        "path": "examples/shop/lib/broken.ex",
        "range": {
          "start": {
            "line": 2,
            "column": 3
          },
          "end": {
            "line": 2,
            "column": 4
          }
        }
      },
      "severity": "WARNING",
      "code": {
        "value": "beamwright-syntax"
      }
    }
  ]
}
)text");
}

TEST(Rdjson, CountsColumnsInBytes) {
  SampleReview sample;
  sample.add_blocking_finding();
  const source::FileId file = sample.add("lib/wide.ex", "ab\n\xC3\xA9\xC3\xA9 x");
  sample.review.findings[0].span = sample.find(file, "x");
  const json range = json::parse(write_rdjson(sample.review))["diagnostics"][0]["location"]["range"];
  EXPECT_EQ(range, json::parse(R"({"start": {"line": 2, "column": 6}, "end": {"line": 2, "column": 7}})"));
}

TEST(Rdjson, PutsTheEditsOfAFileTogetherAndLeavesRewritesOfSeveralOut) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  const source::FileId file = finding.span.file;
  finding.rewrite = {"", {{sample.find(file, "Http"), "Web"}, {sample.find(file, "id)"), "key)"}}};
  const json one = json::parse(write_rdjson(sample.review))["diagnostics"][0]["suggestions"];
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0]["text"], "Web.get(url(key)");
  EXPECT_EQ(one[0]["range"]["end"]["column"], 30);
  finding.rewrite.edits.push_back({finding.path[1].span, "elsewhere"});
  EXPECT_FALSE(json::parse(write_rdjson(sample.review))["diagnostics"][0].contains("suggestions"));
}

}  // namespace
}  // namespace beamwright::report
