// The Elixir in templates is code of the function that holds the template.
#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"

namespace beamwright::lower {
namespace {

// The body of render(assigns) with this template in ~H.
std::string rendered(std::string_view markup, std::string_view sigil = "H") {
  const std::string text = "defmodule M do\n  def render(assigns) do\n    ~" + std::string(sigil) + "\"\"\"\n" +
                           std::string(markup) + "\n    \"\"\"\n  end\nend\n";
  const std::string body = Lowered(text).body("render");
  // Without the template's own text, which comes first.
  const std::size_t text_end = body.find("\", ");
  return text_end == std::string::npos ? "text" : body.substr(text_end + 3);
}

TEST(ElixirTemplates, WithoutCodeAreTexts) {
  EXPECT_EQ(rendered("<p class=\"a\">b</p>"), "text");
  EXPECT_EQ(rendered("{a}", "E"), "text");
}

TEST(ElixirTemplates, HoldTheExpressionsOfEex) {
  for (const char* sigil : {"H", "E", "L"})
    EXPECT_EQ(rendered("<p><%= Shop.price(@cart) %></p><% log(1) %>", sigil), "Shop.price(assigns.cart), log(1)>>");
}

TEST(ElixirTemplates, JoinBlocksOfEex) {
  EXPECT_EQ(rendered("<%= if @a do %><b><%= f() %></b><% else %><%= g() %><% end %>", "E"),
            "case assigns.a {truthy -> f(); falsy -> g()}>>");
  EXPECT_EQ(rendered("<%= for x <- @xs do %><%= f(x) %><% end %>"), "for(x <- assigns.xs, f(x))>>");
  EXPECT_EQ(rendered("<%= form_for @a, fn b -> %><%= f(b) %><% end %>"), "form_for(assigns.a, fn{(b) -> f(b)})>>");
  EXPECT_EQ(rendered("<%= case @a do %><% 1 -> %><%= f() %><% _ -> %><%= g() %><% end %>"),
            "case assigns.a {(1) -> f(); (_) -> g()}>>");
}

TEST(ElixirTemplates, LeaveCommentsAndQuotedCodeAlone) {
  EXPECT_EQ(rendered("<%# f() %><%% g() %><%!-- <%= h() %> --%>"), "text");
  EXPECT_EQ(rendered("<!-- {f()} <%= g() %> -->"), "g()>>");
}

TEST(ElixirTemplates, HoldWhatStandsInBraces) {
  EXPECT_EQ(rendered("<p id={f(@id)} {g()} class=\"{h()}\">{i(%{a: {1}})}</p>"), "f(assigns.id), g(), i(%{:a => {1}})>>");
}

TEST(ElixirTemplates, HaveNoCodeInBracesOfScriptsAndStyles) {
  EXPECT_EQ(rendered("<style>a {b: c}</style><script>if (a) {b()} <%= c() %></script>"), "c()>>");
  EXPECT_EQ(rendered("<p phx-no-curly-interpolation>{a()}</p>{b()}"), "b()>>");
}

TEST(ElixirTemplates, CallTheirComponents) {
  EXPECT_EQ(rendered("<.button kind={f()} phx-click=\"x\" {@rest}>{g()}</.button>"),
            "assigns.rest, button(%{:kind => f()}), g()>>");
  EXPECT_EQ(rendered("<Shop.Core.icon/>"), "Shop.Core.icon(%{})>>");
}

TEST(ElixirTemplates, PutConditionsAndLoopsAroundTheirElement) {
  EXPECT_EQ(rendered("<li :for={x <- @xs} id={x.id}>{f(x)}</li>{g()}"), "for(x <- assigns.xs, (x.id; f(x))), g()>>");
  EXPECT_EQ(rendered("<br :if={f()} id={g()}>{h()}"), "case f() {truthy -> g(); falsy -> nil}, h()>>");
}

TEST(ElixirTemplates, BindWhatASlotGives) {
  EXPECT_EQ(rendered("<.form :let={f} for={@form}>{g(f)}</.form>"), "form(%{:for => assigns.form}), f = assigns, g(f)>>");
}

TEST(ElixirTemplates, KeepThePlacesOfTheirCode) {
  const Lowered unit(
      "defmodule M do\n  def r(assigns) do\n    ~H\"\"\"\n    <.row a={Shop.get(@id)}>é <%= Shop.put(1) %></.row>\n    \"\"\"\n  "
      "end\nend\n");
  EXPECT_EQ(unit.source_of("Shop.get(assigns.id)"), "Shop.get(@id)");
  EXPECT_EQ(unit.source_of("assigns.id"), "@id");
  EXPECT_EQ(unit.source_of("Shop.put(1)"), "Shop.put(1)");
}

TEST(ElixirTemplates, SurviveWhatIsBroken) {
  EXPECT_EQ(rendered("<%= f( %><p {g()"), "f(g())>>");
  EXPECT_EQ(rendered("</p></li>{f()}<li :if={@a}>"), "f(), case assigns.a {truthy -> nil; falsy -> nil}>>");
  for (const char* markup : {"<", "<%", "<%=", "<.", "<a b=", "<a b='", "{", "<!--", "<%!--", "</", "<.a b={"})
    EXPECT_NE(rendered(markup), "");
}

TEST(ElixirTemplates, InOneLineSigils) {
  EXPECT_EQ(Lowered("defmodule M do\n  def f(assigns), do: ~H\"<b>{g(@a)}</b>\"\nend\n").body("f"),
            "<<\"<b>{g(@a)}</b>\", g(assigns.a)>>");
}

}  // namespace
}  // namespace beamwright::lower
