// Broken and hostile texts: a diagnostic where the compiler names one, a tree of the rest, and never more time than the size asks
// for.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "elixir/dump.h"
#include "elixir/tree.h"
#include "source/line_index.h"

namespace beamwright::elixir {
namespace {

Tree parse_text(std::string_view text) { return parse(source::FileId(0), text); }

// Line of the first diagnostic, 0 when there is none.
std::uint32_t first_line(std::string_view text, int minor = 20) {
  Options options;
  options.level.minor = minor;
  const Tree tree = parse(source::FileId(0), text, options);
  if (tree.diagnostics.empty()) return 0;
  return source::LineIndex(text).position(tree.diagnostics[0].span.begin).line;
}

void collect(const Node& node, std::vector<std::string>& found) {
  if (node.is_call(sym::def) && node.child_count > 0) {
    found.emplace_back(node.child(0).symbol.text());
  } else if (node.is_call(sym::dunder_block)) {
    for (const Node* one : node.children()) collect(*one, found);
  } else if (node.is_call(sym::defmodule) && node.child_count > 0) {
    const Node& sections = node.child(node.child_count - 1);
    if (sections.kind != NodeKind::kList) return;
    for (const Node* section : sections.children())
      if (section->kind == NodeKind::kPair) collect(section->child(1), found);
  }
}

// Names of the functions that stand directly in modules.
std::vector<std::string> functions(std::string_view text) {
  const Tree tree = parse_text(text);
  std::vector<std::string> found;
  collect(*tree.root, found);
  return found;
}

const std::vector<std::string> kAll{"a", "b", "c"};

TEST(ElixirTolerance, KeepsTheFunctionsAroundABrokenExpression) {
  const std::string text = "defmodule M do\n  def a(x), do: x\n  def b(x) do\n    x + \n  end\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
  EXPECT_EQ(first_line(text), 5u);
}

TEST(ElixirTolerance, EndsAFunctionWithoutItsEndBeforeTheNextOne) {
  const std::string text =
      "defmodule M do\n  def a(x) do\n    if x do\n      1\n  end\n\n  def b(x) do\n    x\n  end\n\n  def c(x) do\n    x\n  "
      "end\nend\n";
  EXPECT_EQ(functions(text), kAll);
}

TEST(ElixirTolerance, DropsAnEndThatIsTooMany) {
  const std::string text = "defmodule M do\n  def a(x) do\n    x\n    end\n  end\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
}

TEST(ElixirTolerance, ClosesABracketAtTheEndOfItsFunction) {
  const std::string text = "defmodule M do\n  def a(x) do\n    foo(x, [1\n  end\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
  EXPECT_EQ(first_line(text), 3u);      // the opening, from 1.16 on
  EXPECT_EQ(first_line(text, 14), 4u);  // before, the `end` that does not match
}

TEST(ElixirTolerance, EndsAStringWithoutItsQuoteAtItsLine) {
  const std::string text = "defmodule M do\n  def a(x) do\n    \"x\n  end\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
  EXPECT_EQ(first_line(text), 3u);
}

TEST(ElixirTolerance, EndsAHeredocWithoutItsQuotesBeforeTheNextDefinition) {
  const std::string text =
      "defmodule M do\n  def a(x), do: x\n  @doc \"\"\"\n  text\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
}

TEST(ElixirTolerance, EndsAStringThatWouldSwallowDefinitions) {
  const std::string text =
      "defmodule M do\n  @x \"y\n  def a(x), do: x\n\n  @doc \"\"\"\n  z\n  \"\"\"\n  def b(x), do: \"x\"\n  def c(x), do: "
      "x\nend\n";
  EXPECT_EQ(functions(text), kAll);
  const std::string doubled = "defmodule M do\n  def a(x), do: \"\"x\"\n  def b(x), do: \"x\"\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(doubled), kAll);
}

TEST(ElixirTolerance, EndsAHeredocThatWouldSwallowDefinitions) {
  const std::string text =
      "defmodule M do\n  @doc \"\"\"\n  text\n      def example\n  def a(x), do: x\n\n  @doc \"\"\"\n  text\n  \"\"\"\n"
      "  def b(x), do: x\n  def c(x), do: x)\nend\n";
  EXPECT_EQ(functions(text), kAll);
}

TEST(ElixirTolerance, LeavesLongStringsOfFilesWithoutErrorsAlone) {
  const Tree tree = parse_text("x = \"\n  def a\nend\n\"\n");
  EXPECT_TRUE(tree.diagnostics.empty());
  EXPECT_EQ(tree.root->child(1).text(), "\n  def a\nend\n");
}

TEST(ElixirTolerance, KeepsTheBlockOfAStatementThatCannotBeRead) {
  for (const char* head : {"defmodule M.. do", "M defmodule do", "defmodule do M do", "defmodule M + do", "defmodule M, do"}) {
    std::string text = std::string(head) + "\n  def a(x), do: x\n  def b(x), do: x\n  def c(x), do: x\nend\n";
    if (std::string_view(head) == "defmodule do M do") text += "end\n";
    EXPECT_EQ(functions(text), kAll) << text;
  }
}

TEST(ElixirTolerance, EndsAnOpenBracketOfASpecBeforeItsFunction) {
  const std::string text =
      "defmodule M do\n  @spec a((x) :: y\n  def a(x) do\n    x\n  end\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
}

TEST(ElixirTolerance, GoesOnBehindACharacterThatIsNoToken) {
  const std::string text = "defmodule M do\n  def a(x), do: x $ 1\n  def b(x), do: x\n  def c(x), do: x\nend\n";
  EXPECT_EQ(functions(text), kAll);
  EXPECT_EQ(first_line(text), 2u);
}

TEST(ElixirTolerance, ReportsOneDiagnosticForEachBrokenStatement) {
  const Tree tree = parse_text("a b c d: e f\n1 2\nok\n[1 2 3 4]\n");
  EXPECT_EQ(tree.diagnostics.size(), 2u);
}

TEST(ElixirTolerance, RefusesWhatTheCompilerRefuses) {
  EXPECT_EQ(first_line("foo a, bar b, c"), 1u);
  EXPECT_EQ(first_line("x\n[a, b c, d]"), 2u);
  EXPECT_EQ(first_line("f(a: 1, b)"), 1u);
  EXPECT_EQ(first_line("Foo()"), 1u);
  EXPECT_EQ(first_line("foo, do\nend"), 1u);
  EXPECT_EQ(first_line("a\n\"\\xZZ\""), 2u);
  EXPECT_EQ(first_line("a:b"), 1u);
  EXPECT_EQ(first_line("1a"), 1u);
  EXPECT_EQ(first_line("# \xE2\x80\xAE"), 1u);
  EXPECT_EQ(first_line("<<<<<<< HEAD\n"), 1u);
}

TEST(ElixirTolerance, ReportsBytesThatAreNotUtf8) { EXPECT_EQ(first_line("a\n\"\xFF\"\n"), 2u); }

std::uint32_t height(const Node& node) {
  std::uint32_t deepest = node.kind == NodeKind::kCallOn ? height(*node.callee) : 0;
  for (const Node* child : node.children()) deepest = std::max(deepest, height(*child));
  return deepest + 1;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Whatever nests, the tree stays within its height and says that it was cut.
class ElixirNesting : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(ElixirNesting, IsCutWithADiagnostic) {
  const auto [open, close] = GetParam();
  const std::string balanced = repeated(open, 100000) + "a" + repeated(close, 100000);
  for (const std::string& text : {balanced, repeated(open, 100000)}) {
    const Tree tree = parse_text(text);
    EXPECT_LE(height(*tree.root), kMaxTreeHeight);
    EXPECT_FALSE(tree.diagnostics.empty());
    EXPECT_FALSE(dump_tree(tree, text).empty());
  }
}

INSTANTIATE_TEST_SUITE_P(All, ElixirNesting,
                         testing::Values(std::pair{"(", ")"}, std::pair{"[", "]"}, std::pair{"{", "}"}, std::pair{"<<", ">>"},
                                         std::pair{"%{a: ", "}"}, std::pair{"f(", ")"}, std::pair{"fn -> ", " end"},
                                         std::pair{"f do ", " end"}, std::pair{"a[", "]"}, std::pair{"\"#{", "}\""},
                                         std::pair{"not ", ""}, std::pair{"a + ", ""}, std::pair{"a ++ ", ""},
                                         std::pair{"f ", ""}, std::pair{"@", ""}, std::pair{"a.b", ""}, std::pair{"%", "{}"},
                                         std::pair{"a -> ", ""}, std::pair{"f a: ", ""}, std::pair{"(]", ""},
                                         std::pair{"a\"#{'#{", ""}));

TEST(ElixirTolerance, SurvivesEveryCutAndEveryMissingByteOfAModule) {
  const std::string text =
      "defmodule A.B do\n  @doc \"\"\"\n  x #{y}\n  \"\"\"\n  def f(a, b \\\\ 1) when a in [1, 2] do\n    x = %{a | b: ~w(c "
      "d)a}\n"
      "    case x do\n      %A{} = y -> y.z[:k]\n      <<1::8, _::binary>> -> &(&1 + 1.5e3)\n      _ -> fn -> 'a#{b}' end\n    "
      "end\n"
      "  rescue\n    _ -> ?a\n  end\nend\n";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string cut = text.substr(0, i);
    const std::string without = text.substr(0, i) + text.substr(i + 1);
    EXPECT_FALSE(dump_tree(parse_text(cut), cut).empty());
    EXPECT_FALSE(dump_tree(parse_text(without), without).empty());
    EXPECT_FALSE(dump_tokens(source::FileId(0), cut).empty());
  }
}

TEST(ElixirTolerance, SurvivesEveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; b += 3) {
      const std::string text{static_cast<char>(a), static_cast<char>(b), ' ', static_cast<char>(b), 'a'};
      EXPECT_NE(parse_text(text).root, nullptr);
    }
  }
}

TEST(ElixirTolerance, ReadsALongLineInTimeWithItsLength) {
  const std::string text = repeated("foo(bar, :baz, \"str\", %{a: 1}) |> x; ", 100000);
  const Tree tree = parse_text(text);
  EXPECT_TRUE(tree.diagnostics.empty());
  EXPECT_EQ(tree.root->child_count, 100000u);
}

}  // namespace
}  // namespace beamwright::elixir
