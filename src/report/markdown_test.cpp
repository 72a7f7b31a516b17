#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/concerned.h"
#include "report/markdown_text.h"
#include "report/sample_review.h"

namespace beamwright::report {
namespace {

using testing::HasSubstr;
using testing::Not;

design::Node node(std::string name, design::NodeKind kind, std::uint32_t application) {
  design::Node made;
  made.id = made.name = std::move(name);
  made.kind = kind;
  made.application = application;
  return made;
}

// An application, its supervisor and four processes, the first of which calls the second.
design::Design small_design() {
  design::Design design;
  design.nodes = {node("shop", design::NodeKind::kApplication, design::kNone),
                  node("Shop.Supervisor", design::NodeKind::kSupervisor, 0)};
  for (const char* name : {"Shop.Pricing", "Shop.Rates", "Shop.Quiet", "Shop.Mild"}) {
    design.nodes.push_back(node(name, design::NodeKind::kProcess, 0));
  }
  for (std::uint32_t process = 2; process < 6; ++process) {
    design::Child child;
    child.supervisor = 1;
    child.node = process;
    design.children.push_back(child);
  }
  design::Flow flow;
  flow.from = 2;
  flow.to = 3;
  flow.message = "{:rate, …}";
  design.flows.push_back(flow);
  design::Concern concern;
  concern.node = 2;
  concern.rank = findings::Severity::kHigh;
  design.concerns.push_back(concern);
  concern.node = 5;
  concern.rank = findings::Severity::kLow;
  design.concerns.push_back(concern);
  return design;
}

TEST(Markdown, IsACommentToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  findings::Finding& finding = sample.review.findings[0];
  finding.rewrite = {"Write head", {{sample.find(finding.span.file, "get"), "head"}}};
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  EXPECT_EQ(write_markdown(sample.review, {}), R"text(<!-- beamwright -->
## Beamwright: FIX-FIRST

1 high finding in 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.

|  | critical | high | medium | low | info |
|:--|--:|--:|--:|--:|--:|
| blocking |  | 1 |  |  |  |

<details><summary><b>high</b> BW401 blocking-call-handler · <code>examples/shop/lib/pricing.ex:3</code><br>Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.</summary>

In `Shop.Pricing.handle_call/3`, certain.

**Why.** While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.

1. Shop.Pricing.handle\_call/3 calls Shop.Http.get/1 – `examples/shop/lib/pricing.ex:3`
2. Shop.Http.get/1 calls :httpc.request/4 (http, waits without limit) – `examples/shop/lib/http.ex:1`

**Instead.** Let a task do the request and answer from there:

```elixir
Task.Supervisor.start_child(Shop.Tasks, fn ->
  GenServer.reply(from, Http.get(url(id)))
end)
{:noreply, state}
```

**Rewrite.** Write head

```diff
--- a/examples/shop/lib/pricing.ex
+++ b/examples/shop/lib/pricing.ex
@@ -1,5 +1,5 @@
 defmodule Shop.Pricing do
   def handle_call({:price, id}, _from, state) do
-    {:reply, Http.get(url(id)), state}
+    {:reply, Http.head(url(id)), state}
   end
 end
```

</details>

<details><summary>1 diagnostic: what could not be read or understood wholly</summary>

- `examples/shop/lib/broken.ex:2` syntax: unexpected c

</details>
)text");
}

TEST(Markdown, SaysThatNothingWasFoundAndWhatIsNotShown) {
  SampleReview sample;
  sample.review.suppressed_count = 1;
  sample.review.known_count = 2;
  EXPECT_EQ(
      write_markdown(sample.review, {}),
      "<!-- beamwright -->\n## Beamwright: SHIP\n\nNo findings in 2 files with 1,234 lines: 1 module, 1 process, 0 supervisors.\n"
      "\nNot shown: 1 finding suppressed in the code, 2 findings known to the baseline.\n");
}

// GitHub refuses a comment of more than 65,536 characters.
TEST(Markdown, FitsIntoACommentAndCountsWhatDoesNot) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.review.findings.resize(500, sample.review.findings[0]);
  sample.review.findings.back().severity = findings::Severity::kCritical;
  sample.review.findings.back().message = "The worst";
  const std::string text = write_markdown(sample.review, small_design());
  EXPECT_LE(text.size(), 65536u);
  EXPECT_GT(text.size(), 60000u);
  EXPECT_LT(text.find("The worst"), text.find("Shop.Pricing answers"));
  EXPECT_THAT(text, HasSubstr(" more, the mildest, do not fit into a comment"));
  EXPECT_THAT(text, HasSubstr("```mermaid\nflowchart LR\n"));
}

TEST(Markdown, MapsTheProcessesConcernedTheirSupervisorsAndWhomTheyCall) {
  SampleReview sample;
  sample.add_blocking_finding();
  const std::string text = write_markdown(sample.review, small_design());
  EXPECT_THAT(text, HasSubstr("n2(\"Shop.Pricing<br>1 finding\")"));
  EXPECT_THAT(text, HasSubstr("n1[[\"Shop.Supervisor\"]]"));
  EXPECT_THAT(text, HasSubstr("n2 -->|\"{:rate, …}\"| n3"));
  EXPECT_THAT(text, Not(HasSubstr("Shop.Quiet")));
  EXPECT_THAT(text, Not(HasSubstr("Shop.Mild")));
}

TEST(Markdown, TakesOnlyTheWorstProcesses) {
  EXPECT_TRUE(concerned_part({}, 3).nodes.empty());
  design::Design design = small_design();
  design.concerns[1].rank = findings::Severity::kCritical;
  design.flows.clear();
  const design::Design part = concerned_part(design, 1);
  ASSERT_EQ(part.nodes.size(), 3u);
  EXPECT_EQ(part.nodes[2].name, "Shop.Mild");
  EXPECT_EQ(part.nodes[2].application, 0u);
  ASSERT_EQ(part.children.size(), 1u);
  EXPECT_EQ(part.children[0].node, 2u);
}

TEST(MarkdownText, NothingInProseIsMarkupButCodeBetweenBackticks) {
  EXPECT_EQ(markdown_prose("a_b *c* [d](e) <f> & `x_y` ~z~ |"), "a\\_b \\*c\\* \\[d\\](e) &lt;f&gt; &amp; `x_y` \\~z\\~ \\|");
  EXPECT_EQ(markdown_prose("@user #12 one ` alone"), "@\u2060user #\u206012 one \\` alone");
  EXPECT_EQ(markdown_prose("- no list\n+ none"), "\\- no list\n\\+ none");
  EXPECT_EQ(markdown_prose("\x1b[1m\xff"), "\uFFFD\\[1m\uFFFD");
}

TEST(MarkdownText, FencesWhateverACodeHolds) {
  EXPECT_EQ(markdown_code("a`b"), "``a`b``");
  EXPECT_EQ(markdown_code("`a"), "`` `a ``");
  EXPECT_EQ(markdown_block("```\nx", "elixir"), "````elixir\n```\nx\n````\n");
  EXPECT_EQ(markdown_html("<b> `x`\n@y"), "&lt;b&gt; <code>x</code> @\u2060y");
}

TEST(MarkdownText, TellsIndentedCodeFromProse) {
  EXPECT_EQ(markdown_paragraphs("Do this:\n\n    a\n\n      b\n\nThen that.", "erlang"),
            "Do this:\n\n```erlang\na\n\n  b\n```\n\nThen that.\n");
}

}  // namespace
}  // namespace beamwright::report
