#include <gtest/gtest.h>

#include "design/design.h"
#include "report/html_text.h"
#include "report/sample_review.h"

namespace beamwright::report {
namespace {

TEST(HtmlText, NothingInATextIsMarkup) {
  EXPECT_EQ(html("</script><img src='x' onerror=\"a&b\">"),
            "&lt;/script&gt;&lt;img src=&#39;x&#39; onerror=&quot;a&amp;b&quot;&gt;");
  EXPECT_EQ(html("a\x1b[31m"), "a\xEF\xBF\xBD[31m");
}

TEST(HtmlText, ProseHasParagraphsAndCode) {
  EXPECT_EQ(html_prose("Write `a < b`\nthere:\n\n    x = 1\n\n      y\n\nThen go."),
            "<p>Write <code>a &lt; b</code>\nthere:</p><pre><code>x = 1\n\n  y</code></pre><p>Then go.</p>");
  EXPECT_EQ(html_prose(""), "");
  EXPECT_EQ(html_prose("one `tick"), "<p>one `tick</p>");
}

TEST(HtmlText, SourceIsNumberedAndMarkedWithoutItsCommonIndentation) {
  SampleReview sample;
  const source::FileId file = sample.add("a.erl", "f() ->\n    A = <<\"é\">>,\n      g(A),\n    ok.\n");
  EXPECT_EQ(html_source(sample.files, sample.find(file, "g(A)"), 1),
            "<pre class=\"source\"><span class=\"line\"><span class=\"number\">2</span><code>A = "
            "&lt;&lt;&quot;é&quot;&gt;&gt;,</code></span>"
            "<span class=\"line\"><span class=\"number\">3</span><code>  <mark>g(A)</mark>,</code></span>"
            "<span class=\"line\"><span class=\"number\">4</span><code>ok.</code></span></pre>");
  EXPECT_EQ(html_source(sample.files, {}, 1), "");
}

TEST(HtmlText, AMarkThatGoesOnInLaterLinesEndsWithItsLine) {
  SampleReview sample;
  const source::FileId file = sample.add("a.erl", "  g(A,\n    B)\n");
  EXPECT_NE(html_source(sample.files, sample.find(file, "g(A,\n    B)"), 0).find("<code><mark>g(A,</mark></code>"),
            std::string::npos);
}

TEST(Html, ARewriteIsShownAsAPatch) {
  SampleReview sample;
  sample.add_blocking_finding();
  EXPECT_EQ(write_html(sample.review, design::Design{}).find("<h4>Rewrite</h4>"), std::string::npos);
  findings::Finding& finding = sample.review.findings[0];
  finding.rewrite = {"Write <head>", {{sample.find(finding.span.file, "get"), "head"}}};
  const std::string page = write_html(sample.review, design::Design{});
  EXPECT_NE(page.find("<h4>Rewrite</h4><p>Write &lt;head&gt;: <code>beamwright check --fix</code> writes it.</p>"),
            std::string::npos);
  EXPECT_NE(page.find("+    {:reply, Http.head(url(id)), state}"), std::string::npos);
}

TEST(Html, APageHoldsTheFindingAsHtmlWithItsPath) {
  SampleReview sample;
  sample.add_blocking_finding();
  sample.review.findings[0].message = "<b>{{beamwright:data}}";
  const std::string page = write_html(sample.review, design::Design{});
  EXPECT_NE(page.find("<body class=\"review\">"), std::string::npos);
  EXPECT_NE(page.find("id=\"finding-0123456789abcdef\""), std::string::npos);
  EXPECT_NE(page.find("<mark>Http.get(url(id))</mark>"), std::string::npos);
  EXPECT_NE(page.find("lib/http.ex:1:19"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;{{beamwright:data}}"), std::string::npos) << "what is filled in is no hole";
  EXPECT_NE(page.find("<script type=\"application/json\" id=\"data\">{\"schema\":1"), std::string::npos);
}

}  // namespace
}  // namespace beamwright::report
