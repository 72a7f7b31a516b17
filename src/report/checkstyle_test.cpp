#include <gtest/gtest.h>

#include "report/sample_review.h"
#include "report/xml.h"

namespace beamwright::report {
namespace {

TEST(Checkstyle, IsTheFormatToTheLetter) {
  SampleReview sample;
  sample.add_blocking_finding();
  const source::FileId broken = sample.add("lib/broken.ex", "a\nb c");
  sample.review.diagnostics.push_back({source::DiagnosticKind::kSyntax, {broken, 4, 5}, "unexpected c"});
  EXPECT_EQ(write_checkstyle(sample.review), R"text(<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="4.3">
  <file name="examples/shop/lib/broken.ex">
    <error line="2" column="3" severity="warning" message="unexpected c" source="beamwright.diagnostic.syntax"/>
  </file>
  <file name="examples/shop/lib/pricing.ex">
    <error line="3" column="14" severity="error" message="Shop.Pricing answers {:price, id} only after an HTTP request that waits without limit.&#10;While one request is slow, every caller of Shop.Pricing waits in line and gives up after 5 s, and what was given up is still worked off.&#10;Instead: Let a task do the request and answer from there:&#10;&#10;    Task.Supervisor.start_child(Shop.Tasks, fn -&gt;&#10;      GenServer.reply(from, Http.get(url(id)))&#10;    end)&#10;    {:noreply, state}" source="beamwright.blocking.BW401.blocking-call-handler"/>
  </file>
</checkstyle>
)text");
}

TEST(Checkstyle, IsADocumentWithoutFindings) {
  EXPECT_EQ(write_checkstyle(Review()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n</checkstyle>\n");
}

TEST(Xml, HoldsNothingThatXmlForbids) {
  EXPECT_EQ(xml_attribute("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(xml_attribute("\t\n\r"), "&#9;&#10;&#13;");
  EXPECT_EQ(xml_text("\t\n\r]]>"), "\t\n&#13;]]&gt;");
  EXPECT_EQ(xml_text(std::string("\0\x1b\x7f\xff", 4)), "\uFFFD\uFFFD\x7f\uFFFD");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE\xEF\xBF\xBF \u20AC \xED\xA0\x80"), "\uFFFD\uFFFD \u20AC \uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace beamwright::report
