#include <gtest/gtest.h>

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
