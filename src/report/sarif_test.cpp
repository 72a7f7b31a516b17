#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using nlohmann::json;

json run_of(const Review& review) { return json::parse(write_sarif(review))["runs"][0]; }

void add_rewrite(SampleReview& sample) {
  findings::Finding& finding = sample.review.findings[0];
  finding.rewrite = {"Write head", {{sample.find(finding.span.file, "get"), "head"}}};
}

TEST(Sarif, TellsAFindingToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  add_rewrite(sample);
  EXPECT_EQ(run_of(sample.review)["results"], json::array({json::parse(R"text({
  "ruleId": "BW401",
  "ruleIndex": 0,
  "level": "error",
  "rank": 80.0,
  "message": {
    "text": "Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.\n\nWhile one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.\n\nThe way to it ends here: [Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)](1).\n\nInstead: Let a task do the request and answer from there:\n\n    Task.Supervisor.start_child(Shop.Tasks, fn ->\n      GenServer.reply(from, Http.get(url(id)))\n    end)\n    {:noreply, state}"
  },
  "locations": [
    {
      "physicalLocation": {
        "artifactLocation": {
          "uri": "examples/shop/lib/pricing.ex",
          "uriBaseId": "%SRCROOT%",
          "index": 0
        },
        "region": {
          "startLine": 3,
          "startColumn": 14,
          "endLine": 3,
          "endColumn": 31,
          "snippet": {
            "text": "Http.get(url(id))"
          }
        }
      },
      "logicalLocations": [
        {
          "fullyQualifiedName": "Shop.Pricing.handle_call/3"
        }
      ]
    }
  ],
  "partialFingerprints": {
    "primaryLocationLineHash": "0123456789abcdef:1",
    "beamwright/v1": "0123456789abcdef"
  },
  "codeFlows": [
    {
      "threadFlows": [
        {
          "locations": [
            {
              "location": {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "examples/shop/lib/pricing.ex",
                    "uriBaseId": "%SRCROOT%",
                    "index": 0
                  },
                  "region": {
                    "startLine": 3,
                    "startColumn": 14,
                    "endLine": 3,
                    "endColumn": 31
                  }
                },
                "message": {
                  "text": "Shop.Pricing.handle_call/3 calls Shop.Http.get/1"
                }
              }
            },
            {
              "location": {
                "physicalLocation": {
                  "artifactLocation": {
                    "uri": "examples/shop/lib/http.ex",
                    "uriBaseId": "%SRCROOT%",
                    "index": 1
                  },
                  "region": {
                    "startLine": 1,
                    "startColumn": 19,
                    "endLine": 1,
                    "endColumn": 58
                  }
                },
                "message": {
                  "text": "Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)"
                }
              }
            }
          ]
        }
      ]
    }
  ],
  "relatedLocations": [
    {
      "id": 1,
      "physicalLocation": {
        "artifactLocation": {
          "uri": "examples/shop/lib/http.ex",
          "uriBaseId": "%SRCROOT%",
          "index": 1
        },
        "region": {
          "startLine": 1,
          "startColumn": 19,
          "endLine": 1,
          "endColumn": 58
        }
      },
      "message": {
        "text": "Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)"
      }
    }
  ],
  "fixes": [
    {
      "description": {
        "text": "Write head."
      },
      "artifactChanges": [
        {
          "artifactLocation": {
            "uri": "examples/shop/lib/pricing.ex",
            "uriBaseId": "%SRCROOT%",
            "index": 0
          },
          "replacements": [
            {
              "deletedRegion": {
                "startLine": 3,
                "startColumn": 19,
                "endLine": 3,
                "endColumn": 22
              },
              "insertedContent": {
                "text": "head"
              }
            }
          ]
        }
      ]
    }
  ],
  "properties": {
    "severity": "high",
    "confidence": "certain"
  }
})text")}));
}

TEST(Sarif, DescribesTheRulesThatFoundSomethingAndTheFilesThatAreNamed) {
  SampleReview sample;
  sample.add_blocking_finding();
  const json run = run_of(sample.review);
  const json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0]["id"], "BW401");
  EXPECT_EQ(rules[0]["name"], "blocking-call-handler");
  EXPECT_TRUE(rules[0]["help"]["markdown"].get<std::string>().starts_with("# blocking-call-handler (BW401)\n"));
  EXPECT_LE(rules[0]["fullDescription"]["text"].get<std::string>().size(), 1024u);
  EXPECT_LE(rules[0]["properties"]["tags"].size(), 20u);
  EXPECT_EQ(run["artifacts"], json::parse(R"([
      {"location": {"uri": "examples/shop/lib/pricing.ex", "uriBaseId": "%SRCROOT%"}, "sourceLanguage": "elixir"},
      {"location": {"uri": "examples/shop/lib/http.ex", "uriBaseId": "%SRCROOT%"}, "sourceLanguage": "elixir"}])"));
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  EXPECT_EQ(run["properties"]["verdict"], "FIX-FIRST");
}

TEST(Sarif, TellsWhatCouldNotBeReadAsNotifications) {
  SampleReview sample;
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  sample.review.diagnostics.push_back({source::DiagnosticKind::kInternal, {}, "a rule failed"});
  const json run = run_of(sample.review);
  EXPECT_EQ(run["results"], json::array());
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"], json::parse(R"([
      {"descriptor": {"id": "beamwright-syntax"}, "level": "warning", "message": {"text": "unexpected c."},
       "locations": [{"physicalLocation": {
           "artifactLocation": {"uri": "examples/shop/lib/broken.ex", "uriBaseId": "%SRCROOT%", "index": 0},
           "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4}}}]},
      {"descriptor": {"id": "beamwright-internal"}, "level": "error", "message": {"text": "a rule failed."}}])"));
  const json& described = run["tool"]["driver"]["notifications"];
  ASSERT_EQ(described.size(), 2u);
  EXPECT_EQ(described[0]["id"], "beamwright-internal");
  EXPECT_EQ(described[1]["id"], "beamwright-syntax");
  // Code scanning asks for all three.
  for (const char* field : {"shortDescription", "fullDescription", "help"}) EXPECT_FALSE(described[0][field]["text"].empty());
}

TEST(Sarif, MarksOneLineOfASpanOfSeveral) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  finding.span.end = static_cast<std::uint32_t>(sample.files.file(finding.span.file).text.size());
  EXPECT_EQ(run_of(sample.review)["results"][0]["locations"][0]["physicalLocation"]["region"], json::parse(R"({
      "startLine": 3, "startColumn": 14, "endLine": 3, "endColumn": 39, "snippet": {"text": "Http.get(url(id)), state}"}})"));
}

TEST(Sarif, EscapesPathsAndKeepsTextsFromBecomingLinks) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  sample.files.file(finding.span.file).path = "a b/50%:\xff?#.ex";
  finding.message = "It reads list[0](1)";
  finding.path.back().message = "takes [a] of it";
  const json result = run_of(sample.review)["results"][0];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "examples/shop/a%20b/50%25%3A%FF%3F%23.ex");
  const auto text = result["message"]["text"].get<std::string>();
  EXPECT_TRUE(text.starts_with("It reads list[0] (1).")) << text;
  EXPECT_NE(text.find("[takes \\[a\\] of it](1)"), std::string::npos) << text;
}

// GitHub refuses a file with more than 25,000 results and shows the 5,000 worst.
TEST(Sarif, KeepsTheWorstOfMoreThanGitHubTakes) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding mild = sample.review.findings[0];
  mild.severity = findings::Severity::kLow;
  mild.why = mild.fix = {};
  mild.path.resize(1);
  sample.review.findings.insert(sample.review.findings.begin(), 25500, mild);
  const std::string text = write_sarif(sample.review);
  const auto count = [&](std::string_view wanted) {
    std::size_t found = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("\"ruleIndex\": 0"), 25000u);
  EXPECT_EQ(count("\"codeFlows\": ["), 5000u);
  EXPECT_GT(text.rfind("\"codeFlows\": ["), text.rfind("\"ruleIndex\": 0"));
  EXPECT_EQ(count("\"501 findings, the least severe, are left out: GitHub takes 25000 in a file.\""), 1u);
}

TEST(Sarif, StaysValidWhateverBytesTheSourcesHold) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.review.findings[0].message = "bad \xff byte, cut \xe2\x82";
  EXPECT_TRUE(
      run_of(sample.review)["results"][0]["message"]["text"].get<std::string>().starts_with("bad \uFFFD byte, cut \uFFFD."));
  EXPECT_EQ(run_of(Review())["results"], json::array());
}

}  // namespace
}  // namespace beamwright::report
