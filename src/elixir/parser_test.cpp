// What Elixir code becomes, compared with the quoted form the compiler of 1.14 gives (places are left out where they say
// nothing).
#include "elixir/dump.h"

#include <gtest/gtest.h>

#include "elixir/tree.h"

namespace beamwright::elixir {
namespace {

// The quoted form with all metadata, and without any.
std::string full(std::string_view text, int minor = 14) {
  Options options;
  options.level.minor = minor;
  const Tree tree = parse(source::FileId(0), text, options);
  EXPECT_TRUE(tree.diagnostics.empty()) << tree.diagnostics[0].message << " in " << text;
  return dump_tree(tree, text);
}

// The quoted form with _ for all metadata. Without token metadata its lists hold no lists, and a column comes last.
std::string plain(std::string_view text) {
  Options options;
  options.level.minor = 14;
  options.token_metadata = false;
  const Tree tree = parse(source::FileId(0), text, options);
  EXPECT_TRUE(tree.diagnostics.empty()) << tree.diagnostics[0].message << " in " << text;
  std::string dump = dump_tree(tree, text);
  for (std::size_t at = 0; (at = dump.find(", [{:", at)) != std::string::npos; ++at) {
    const std::size_t end = dump.find(']', at);
    const std::size_t last = dump.rfind("{:", end);
    if (dump.compare(last, 9, "{:column,") == 0 && dump.find('[', at + 3) > end) dump.replace(at, end + 1 - at, ", _");
  }
  return dump;
}

TEST(ElixirParser, GivesEachNodeItsLineAndColumn) {
  EXPECT_EQ(full("foo(1,\n  bar)"),
            "{:foo, [{:closing, [{:line, 2}, {:column, 6}]}, {:line, 1}, {:column, 1}], "
            "[1, {:bar, [{:line, 2}, {:column, 3}], nil}]}");
}

TEST(ElixirParser, BindsOperatorsByPrecedence) {
  EXPECT_EQ(plain("a + b * c"), R"({:"+", _, [{:a, _, nil}, {:"*", _, [{:b, _, nil}, {:c, _, nil}]}]})");
}

TEST(ElixirParser, BindsListOperatorsToTheRight) {
  EXPECT_EQ(plain("a ++ b -- c"), R"({:"++", _, [{:a, _, nil}, {:"--", _, [{:b, _, nil}, {:c, _, nil}]}]})");
}

TEST(ElixirParser, GivesTheArgumentsOfNestedCallsWithoutParenthesesToTheInnerOne) {
  EXPECT_EQ(plain("f g a, b"), "{:f, _, [{:g, _, [{:a, _, nil}, {:b, _, nil}]}]}");
}

TEST(ElixirParser, GivesTheDoBlockToTheOutermostCallWithoutParentheses) {
  EXPECT_EQ(plain("f g a do\n b\nend"), "{:f, _, [{:g, _, [{:a, _, nil}]}, [{:do, {:b, _, nil}}]]}");
}

TEST(ElixirParser, ReadsASignThatTouchesItsNumberAsAnArgument) {
  EXPECT_EQ(plain("f -1"), R"({:f, _, [{:"-", _, [1]}]})");
  EXPECT_EQ(plain("f - 1"), R"({:"-", _, [{:f, _, nil}, 1]})");
}

TEST(ElixirParser, PutsKeywordTailsIntoOneLastArgument) {
  EXPECT_EQ(plain("f a, b: 1, c: 2"), "{:f, _, [{:a, _, nil}, [{:b, 1}, {:c, 2}]]}");
  EXPECT_EQ(plain("[a, b: 1]"), "[{:a, _, nil}, {:b, 1}]");
}

TEST(ElixirParser, ReadsAllSectionsOfADoBlock) {
  EXPECT_EQ(plain("try do\n a\nrescue\n x -> 1\nelse\n _ -> 2\nafter\n c\nend"),
            R"({:try, _, [[{:do, {:a, _, nil}}, {:rescue, [{:"->", _, [[{:x, _, nil}], 1]}]}, )"
            R"({:else, [{:"->", _, [[{:_, _, nil}], 2]}]}, {:after, {:c, _, nil}}]]})");
}

TEST(ElixirParser, CollectsTheLinesBehindAnArrowInItsClause) {
  EXPECT_EQ(plain("fn a ->\n  b\n  c\nend"),
            R"({:fn, _, [{:"->", _, [[{:a, _, nil}], {:__block__, [], [{:b, _, nil}, {:c, _, nil}]}]}]})");
}

TEST(ElixirParser, MovesTheGuardAroundAllArgumentsOfAClause) {
  EXPECT_EQ(plain("fn a, b when c -> d end"),
            R"({:fn, _, [{:"->", _, [[{:when, _, [{:a, _, nil}, {:b, _, nil}, {:c, _, nil}]}], {:d, _, nil}]}]})");
  EXPECT_EQ(plain("fn (a, b) when c -> d end"), plain("fn a, b when c -> d end"));
}

TEST(ElixirParser, RewritesNotInOnBothSides) {
  EXPECT_EQ(plain("[a not in b]"), "[{:not, _, [{:in, _, [{:a, _, nil}, {:b, _, nil}]}]}]");
  EXPECT_EQ(plain("[not a in b]"), plain("[a not in b]"));
}

TEST(ElixirParser, ReadsSteppedRangesAndTheRangeOfAll) {
  EXPECT_EQ(plain("1..9//2"), R"({:"..//", _, [1, 9, 2]})");
  EXPECT_EQ(plain(".."), R"({:"..", _, []})");
}

TEST(ElixirParser, ReadsCaptures) {
  EXPECT_EQ(plain("&f/1"), R"({:"&", _, [{:"/", _, [{:f, _, nil}, 1]}]})");
  EXPECT_EQ(plain("&1 + 2"), R"({:"+", _, [{:"&", _, [1]}, 2]})");
  EXPECT_EQ(plain("&+/2"), R"({:"&", _, [{:"/", _, [{:"+", _, nil}, 2]}]})");
}

TEST(ElixirParser, ReadsAccessOnNamesCallsAndAttributes) {
  EXPECT_EQ(plain("a[b]"), R"({{:".", _, [:"Elixir.Access", :get]}, _, [{:a, _, nil}, {:b, _, nil}]})");
  EXPECT_EQ(plain("@a[b]"), R"({{:".", _, [:"Elixir.Access", :get]}, _, [{:"@", _, [{:a, _, nil}]}, {:b, _, nil}]})");
  EXPECT_EQ(plain("a [b]"), "{:a, _, [[{:b, _, nil}]]}");
}

TEST(ElixirParser, ReadsMapsStructsAndTheirUpdates) {
  EXPECT_EQ(plain("%{a => 1, b: 2}"), R"({:"%{}", _, [{{:a, _, nil}, 1}, {:b, 2}]})");
  EXPECT_EQ(plain("%{m | a: 1}"), R"({:"%{}", _, [{:"|", _, [{:m, _, nil}, [{:a, 1}]]}]})");
  EXPECT_EQ(plain("%A{m | a: 1}"),
            R"({:"%", _, [{:__aliases__, _, [:A]}, {:"%{}", _, [{:"|", _, [{:m, _, nil}, [{:a, 1}]]}]}]})");
}

TEST(ElixirParser, ReadsRemoteCallsWithQuotedNamesAndOperators) {
  EXPECT_EQ(plain("A.\"b c\"(1)"), R"({{:".", _, [{:__aliases__, _, [:A]}, :"b c"]}, _, [1]})");
  EXPECT_EQ(plain("A.+(1)"), R"({{:".", _, [{:__aliases__, _, [:A]}, :"+"]}, _, [1]})");
  EXPECT_EQ(plain("A.{B, C}"),
            R"({{:".", _, [{:__aliases__, _, [:A]}, :"{}"]}, _, [{:__aliases__, _, [:B]}, {:__aliases__, _, [:C]}]})");
}

TEST(ElixirParser, MarksCallsThatHaveNoParentheses) {
  EXPECT_EQ(full("a.b"), R"({{:".", [{:line, 1}, {:column, 2}], [{:a, [{:line, 1}, {:column, 1}], nil}, :b]}, )"
                         R"([{:no_parens, true}, {:line, 1}, {:column, 3}], []})");
}

TEST(ElixirParser, CallsWhatACallReturns) {
  EXPECT_EQ(plain("f(1)(2)"), "{{:f, _, [1]}, _, [2]}");
  EXPECT_EQ(plain("f.(1)"), R"({{:".", _, [{:f, _, nil}]}, _, [1]})");
}

TEST(ElixirParser, InterpolatesStringsCharlistsAtomsAndKeywords) {
  EXPECT_EQ(plain("\"a#{b}c\""),
            R"({:"<<>>", _, ["a", {:"::", _, [{{:".", _, [:"Elixir.Kernel", :to_string]}, _, [{:b, _, nil}]}, )"
            R"({:binary, _, nil}]}, "c"]})");
  EXPECT_EQ(plain("'a#{b}'"), R"({{:".", _, [:"Elixir.List", :to_charlist]}, _, [["a", )"
                              R"({{:".", _, [:"Elixir.Kernel", :to_string]}, _, [{:b, _, nil}]}]]})");
  EXPECT_EQ(plain("[\"k k\": 1]"), R"([{:"k k", 1}])");
}

TEST(ElixirParser, StripsTheIndentationOfHeredocs) { EXPECT_EQ(plain("\"\"\"\n    a\n  b\n c\n  \"\"\""), R"("  a\nb\nc\n")"); }

TEST(ElixirParser, LeavesTheEscapesOfSigilsToTheirMacro) {
  EXPECT_EQ(plain(R"(~s(a\n\)b)x)"), R"({:sigil_s, _, [{:"<<>>", _, ["a\\n)b"]}, [120]]})");
  EXPECT_EQ(plain("~S|a#{b}|"), R"({:sigil_S, _, [{:"<<>>", _, ["a\#{b}"]}, []]})");
}

TEST(ElixirParser, ReadsEscapesInStringsAndCharacters) {
  EXPECT_EQ(plain(R"("\x41\u00e9\u{1F600}\t\q")"), R"("A\xC3\xA9\xF0\x9F\x98\x80\x09q")");
  EXPECT_EQ(plain("[?a, ?\\n, ?\\\\, ?é]"), "[97, 10, 92, 233]");
}

TEST(ElixirParser, ReadsNumbersOfEveryBaseAndSize) {
  EXPECT_EQ(plain("[1_000, 0x1F, 0o17, 0b101, 1.5e3, 0xFFFFFFFFFFFFFFFFFFFF]"),
            "[1000, 31, 15, 5, 1500.0, 1208925819614629174706175]");
}

TEST(ElixirParser, WrapsWhatASingleExpressionWouldLose) {
  EXPECT_EQ(plain("(unquote_splicing(a))"), "{:__block__, _, [{:unquote_splicing, _, [{:a, _, nil}]}]}");
  EXPECT_EQ(plain("(a; b)"), "{:__block__, _, [{:a, _, nil}, {:b, _, nil}]}");
  EXPECT_EQ(plain("(a)"), "{:a, _, nil}");
  EXPECT_EQ(plain(""), "{:__block__, [], []}");
}

TEST(ElixirParser, NotesTheEndOfEachExpressionButTheLast) {
  EXPECT_EQ(full("a\n\nb"),
            "{:__block__, [], [{:a, [{:end_of_expression, [{:newlines, 2}, {:line, 1}, {:column, 2}]}, {:line, 1}, "
            "{:column, 1}], nil}, {:b, [{:line, 3}, {:column, 1}], nil}]}");
}

TEST(ElixirParser, FollowsTheLevelInWhatVersionsChanged) {
  EXPECT_EQ(full("%{}", 16), R"({:"%{}", [{:closing, [{:line, 1}, {:column, 3}]}, {:line, 1}, {:column, 2}], []})");
  EXPECT_EQ(full("%{}", 17), R"({:"%{}", [{:closing, [{:line, 1}, {:column, 3}]}, {:line, 1}, {:column, 1}], []})");
  EXPECT_EQ(full("(a)", 17), "{:a, [{:line, 1}, {:column, 2}], nil}");
  EXPECT_EQ(
      full("(a)", 18),
      "{:a, [{:parens, [{:line, 1}, {:column, 1}, {:closing, [{:line, 1}, {:column, 3}]}]}, {:line, 1}, {:column, 2}], nil}");
  EXPECT_EQ(full("...", 14), R"({:"...", [{:line, 1}, {:column, 1}], nil})");
  EXPECT_EQ(full("...", 20), R"({:"...", [{:line, 1}, {:column, 1}], []})");
}

TEST(ElixirParser, CountsAGraphemeClusterInAStringAsOneColumn) {
  EXPECT_EQ(full("{\"e\xCC\x81\", a}"), "{\"e\\xCC\\x81\", {:a, [{:line, 1}, {:column, 7}], nil}}");
}

TEST(ElixirParser, KeepsTheSpanOfEveryExpression) {
  const std::string text = "x = foo(1, bar: 2) |> baz";
  const Tree tree = parse(source::FileId(0), text);
  const Node& match = *tree.root;
  EXPECT_EQ(text.substr(match.begin, match.end - match.begin), text);
  const Node& pipe = match.child(1);
  EXPECT_EQ(text.substr(pipe.begin, pipe.end - pipe.begin), "foo(1, bar: 2) |> baz");
  EXPECT_EQ(text.substr(pipe.offset, 2), "|>");
  const Node& call = pipe.child(0);
  EXPECT_EQ(text.substr(call.begin, call.end - call.begin), "foo(1, bar: 2)");
}

TEST(ElixirParser, KeepsCommentsInOrder) {
  const std::string text = "# one\na # two\r\n";
  const Tree tree = parse(source::FileId(0), text);
  ASSERT_EQ(tree.comments.size(), 2u);
  EXPECT_EQ(text.substr(tree.comments[1].begin, tree.comments[1].end - tree.comments[1].begin), "# two");
}

}  // namespace
}  // namespace beamwright::elixir
