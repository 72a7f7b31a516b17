#include <gtest/gtest.h>

#include "design/design.h"
#include "report/sample_review.h"

namespace beamwright::report {
namespace {

std::string plain(const Review& review) { return write_text(review, TextOptions{}); }

TEST(Text, TellsAFindingFromPlaceToFix) {
  SampleReview sample;
  sample.add_blocking_finding();
  EXPECT_EQ(plain(sample.review), R"text(HIGH  BW401 blocking-call-handler  certain
  examples/shop/lib/pricing.ex:3:14  in Shop.Pricing.handle_call/3
     3 │     {:reply, Http.get(url(id)), state}
       │              ^^^^^^^^^^^^^^^^^
  Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.
  why   While one request is slow, every caller of Shop.Pricing waits in line and gives up after
        5 s, and what was given up is still worked off.
  path  1. Shop.Pricing.handle_call/3 calls Shop.Http.get/1
        2. Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit)
           examples/shop/lib/http.ex:1:19
  fix   Let a task do the request and answer from there:

            Task.Supervisor.start_child(Shop.Tasks, fn ->
              GenServer.reply(from, Http.get(url(id)))
            end)
            {:noreply, state}

                critical      high    medium       low      info
  blocking             ·         1         ·         ·         ·
  all                  ·         1         ·         ·         ·

Reviewed 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.
FIX-FIRST  1 high finding: blocking-call-handler (BW401)
)text");
}

TEST(Text, ARewriteIsSaidInOneLine) {
  SampleReview sample;
  sample.add_blocking_finding();
  EXPECT_EQ(plain(sample.review).find("--fix"), std::string::npos);
  findings::Finding& finding = sample.review.findings[0];
  finding.fix = "Ask for the head alone.";
  finding.rewrite = {"Write head", {{sample.find(finding.span.file, "get"), "head"}}};
  EXPECT_NE(plain(sample.review).find("  fix   Ask for the head alone.\n  --fix writes it: Write head\n\n"), std::string::npos)
      << plain(sample.review);
}

TEST(Text, TheWorstComesFirstAndTheVerdictLast) {
  SampleReview sample;
  const source::FileId file = sample.add("a.ex", "one\ntwo\nthree\n");
  const auto add = [&](std::string_view code, std::string_view name, findings::Severity severity, findings::Family family,
                       std::string_view where, bool structural) {
    findings::Finding f;
    f.code = code;
    f.name = name;
    f.severity = severity;
    f.family = family;
    f.span = sample.find(file, where);
    f.message = "Message of " + std::string(name) + ".";
    f.structural = structural;
    sample.review.findings.push_back(std::move(f));
  };
  add("BW501", "dynamic-atom", findings::Severity::kMedium, findings::Family::kState, "one", false);
  add("BW303", "ets-without-concurrency", findings::Severity::kLow, findings::Family::kBottleneck, "two", false);
  add("BW214", "mailbox-unobservable", findings::Severity::kInfo, findings::Family::kMailbox, "two", false);
  add("BW403", "call-cycle", findings::Severity::kCritical, findings::Family::kBlocking, "two", true);
  add("BW604", "rpc-without-timeout", findings::Severity::kHigh, findings::Family::kCluster, "three", false);
  sample.review.verdict = findings::verdict_of(sample.review.findings);
  EXPECT_EQ(plain(sample.review), R"text(CRITICAL  BW403 call-cycle  likely
  examples/shop/a.ex:2:1
     2 │ two
       │ ^^^
  Message of call-cycle.

HIGH  BW604 rpc-without-timeout  likely
  examples/shop/a.ex:3:1
     3 │ three
       │ ^^^^^
  Message of rpc-without-timeout.

MEDIUM  BW501 dynamic-atom  likely
  examples/shop/a.ex:1:1
     1 │ one
       │ ^^^
  Message of dynamic-atom.

In short  --format json or html has all of it
  low  BW303 ets-without-concurrency  examples/shop/a.ex:2:1
    Message of ets-without-concurrency.
  info  BW214 mailbox-unobservable  examples/shop/a.ex:2:1
    Message of mailbox-unobservable.

                critical      high    medium       low      info
  mailbox              ·         ·         ·         ·         1
  bottleneck           ·         ·         ·         1         ·
  blocking             1         ·         ·         ·         ·
  state                ·         ·         1         ·         ·
  cluster              ·         1         ·         ·         ·
  all                  1         1         1         1         1

Reviewed 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.
NEEDS-REDESIGN  1 critical and 1 high findings; the design itself is at fault: call-cycle (BW403)
)text");
}

TEST(Text, GroupsDiagnosticsByFileAndSaysHowManyAreLeftOut) {
  SampleReview sample;
  const source::FileId a = sample.add("a.ex", std::string(20, '\n'));
  const source::FileId b = sample.add("b\x1b.ex", "");
  for (std::uint32_t i = 0; i < 9; ++i)
    sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {a, i, i}, "unexpected end"});
  sample.review.diagnostics.push_back({source::DiagnosticKind::kIo, {b, 0, 0}, "cannot read b.ex: Permission denied"});
  sample.review.diagnostics.push_back({source::DiagnosticKind::kInternal, {b, 0, 0}, "a sequence was empty"});
  EXPECT_EQ(plain(sample.review), R"text(Not read or not understood
  examples/shop/a.ex:1:1  unexpected end
  examples/shop/a.ex:2:1  unexpected end
  examples/shop/a.ex:3:1  unexpected end
  examples/shop/a.ex:4:1  unexpected end
  examples/shop/a.ex:5:1  unexpected end
  examples/shop/a.ex  and 4 more; --format json gives all
  examples/shop/b�.ex  cannot read b.ex: Permission denied
  examples/shop/b�.ex  fault of Beamwright itself: a sequence was empty

Reviewed 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.
SHIP  no finding of medium severity or above; 2 files not wholly read
)text");
}

TEST(Text, AVerdictOverNothingSaysSo) {
  SampleReview sample;
  sample.review.verdict = findings::Verdict::kNotJudged;
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {sample.add("a.ex", "]"), 0, 1}, "unexpected ]"});
  EXPECT_NE(plain(sample.review).find("NOT-JUDGED  no function could be read in 1 file\n"), std::string::npos);
}

TEST(Text, ManyUnreadFilesAreCountedRatherThanListed) {
  SampleReview sample;
  for (int i = 0; i < 50; ++i) {
    sample.review.diagnostics.push_back(
        {source::DiagnosticKind::kIo, {sample.add("f" + std::to_string(100 + i) + ".ex", ""), 0, 0}, "x"});
  }
  const std::string text = plain(sample.review);
  EXPECT_NE(text.find("f139.ex  x\n  and 10 more files; --format json gives all\n"), std::string::npos) << text;
  EXPECT_NE(text.find("; 50 files not wholly read\n"), std::string::npos) << text;
}

TEST(Text, ACleanReviewIsShort) {
  SampleReview sample;
  EXPECT_EQ(plain(sample.review), R"text(Reviewed 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.
SHIP  no finding of medium severity or above
)text");
}

// A design in which lib/a.ex and lib/b.ex are processes, and two others send to the second.
struct SampleDesign : SampleReview {
  design::Design design;
  source::FileId a = add("lib/a.ex", "one\ntwo\nthree\nfour\n");
  source::FileId b = add("lib/b.ex", "five\nsix\n");

  SampleDesign() {
    review.root = ".";
    for (const char* name : {"A", "B", "C"}) {
      design::Node node;
      node.id = std::string("process:") + name;
      node.name = name;
      node.type = "GenServer";
      node.contract.supervision = "under Sup (one_for_one, 3 restarts in 5 s), permanent";
      design.nodes.push_back(std::move(node));
    }
    for (const std::uint32_t from : {0u, 2u, 2u}) {
      design::Flow flow;
      flow.from = from, flow.to = 1;
      design.flows.push_back(std::move(flow));
    }
  }

  findings::Finding& find_in(std::uint32_t node, source::FileId file, std::string_view where, std::string_view name,
                             findings::Severity severity) {
    findings::Finding f;
    f.code = f.name = name;
    f.severity = severity;
    f.span = find(file, where);
    f.message = "Message at " + std::string(where) + ".";
    f.fingerprint = std::string(name) + std::string(where);
    design::Concern concern;
    concern.node = node;
    concern.fingerprint = f.fingerprint;
    design.concerns.push_back(std::move(concern));
    review.findings.push_back(std::move(f));
    return review.findings.back();
  }

  std::string text(std::size_t columns = 100) {
    review.verdict = findings::verdict_of(review.findings);
    TextOptions options;
    options.columns = columns;
    options.design = &design;
    return write_text(review, options);
  }
};

TEST(Text, FindingsOfOneProcessStandTogetherUnderItsName) {
  SampleDesign sample;
  sample.find_in(0, sample.a, "one", "first", findings::Severity::kMedium);
  sample.find_in(1, sample.b, "five", "second", findings::Severity::kMedium);
  sample.find_in(0, sample.a, "four", "third", findings::Severity::kHigh);
  const std::string text = sample.text(60);
  EXPECT_TRUE(text.starts_with(R"text(── A: 2 findings ───────────────────────────────────────────
   GenServer, under Sup (one_for_one, 3 restarts in 5 s),
   permanent

HIGH  third third  likely
  lib/a.ex:4:1
     4 │ four
       │ ^^^^
  Message at four.

MEDIUM  first first  likely
)text"))
      << text;
  EXPECT_EQ(text.find("── B"), std::string::npos) << "one finding needs no heading";
  EXPECT_EQ(text.find("What matters most"), std::string::npos) << "a few findings need no overview";
}

TEST(Text, ALongReviewBeginsWithWhatMattersMost) {
  SampleDesign sample;
  for (const char* where : {"one", "two", "three"}) sample.find_in(0, sample.a, where, "often", findings::Severity::kHigh);
  sample.find_in(1, sample.b, "five", "called", findings::Severity::kHigh);
  sample.find_in(0, sample.a, "four", "worst", findings::Severity::kCritical);
  sample.find_in(1, sample.b, "six", "lesser", findings::Severity::kMedium);
  const std::string text = sample.text();
  EXPECT_TRUE(text.starts_with(R"text(FIX-FIRST  1 critical and 4 high findings: worst (worst), often (often), called (called)

What matters most
  CRITICAL  worst   A             lib/a.ex:4:1
  HIGH      called  B, 2 callers  lib/b.ex:1:1
  HIGH      often   A             lib/a.ex:1:1
  HIGH      often   A             lib/a.ex:2:1
  MEDIUM    lesser  B, 2 callers  lib/b.ex:2:1

── A: 4 findings ──)text"))
      << text;
  EXPECT_NE(sample.text(42).find("\n  CRITICAL  worst   A             a.ex:4:1\n"), std::string::npos) << sample.text(42);
  EXPECT_NE(sample.text(40).find("\n  CRITICAL  worst   lib/a.ex:4:1\n"), std::string::npos) << sample.text(40);
}

TEST(Text, SaysNothingTwice) {
  SampleDesign sample;
  for (const char* where : {"one", "two"}) {
    findings::Finding& finding = sample.find_in(0, sample.a, where, "rule", findings::Severity::kHigh);
    finding.why = "It breaks.";
    finding.path = {{finding.span, "here"}};
  }
  const std::string text = sample.text();
  EXPECT_NE(text.find("  why   It breaks.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  why   as at a.ex:1:1 above\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("  path"), std::string::npos) << "the one step is on the line that is shown";
}

TEST(Text, TheFirstPlaceOfAFileIsWholeAndLaterOnesAreShort) {
  SampleDesign sample;
  findings::Finding& finding = sample.find_in(0, sample.a, "one", "rule", findings::Severity::kHigh);
  finding.path = {{finding.span, "start"},
                  {sample.find(sample.a, "three"), "goes on"},
                  {sample.find(sample.b, "five"), "over there"},
                  {sample.find(sample.b, "six"), "ends"}};
  EXPECT_NE(
      sample.text().find(
          "  path  1. start\n        2. goes on  a.ex:3:1\n        3. over there  lib/b.ex:1:1\n        4. ends  b.ex:2:1\n"),
      std::string::npos)
      << sample.text();
}

TEST(Text, WhatOneRuleSaysOftenOfLowSeverityIsSaidOnce) {
  SampleDesign sample;
  for (const char* where : {"three", "one", "two"}) sample.find_in(0, sample.a, where, "rule", findings::Severity::kLow);
  EXPECT_TRUE(sample.text().starts_with("In short  --format json or html has all of it\n  low  rule rule, 3 times\n"))
      << sample.text();
}

TEST(Text, PathsStandAsTheUserWouldTypeThem) {
  SampleReview sample;
  sample.add_blocking_finding();
  for (const auto& [root, shown] : std::initializer_list<std::pair<const char*, const char*>>{
           {".", "\n  lib/pricing.ex:3:14"}, {"/", "\n  /lib/pricing.ex:3:14"}, {"../x", "\n  ../x/lib/pricing.ex:3:14"}}) {
    sample.review.root = root;
    EXPECT_NE(plain(sample.review).find(shown), std::string::npos) << root;
  }
}

TEST(Text, ColourChangesNothingButColour) {
  SampleReview sample;
  sample.add_blocking_finding();
  std::string colored = write_text(sample.review, TextOptions{true});
  EXPECT_NE(colored.find("\x1b[31mHIGH\x1b[0m"), std::string::npos);
  for (std::size_t at; (at = colored.find('\x1b')) != std::string::npos;) colored.erase(at, colored.find('m', at) - at + 1);
  EXPECT_EQ(colored, plain(sample.review));
}

}  // namespace
}  // namespace beamwright::report
