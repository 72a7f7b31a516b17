// Tokens as the compiler's tokenizer names them.
#include <gtest/gtest.h>

#include "elixir/characters.h"
#include "elixir/dump.h"

namespace beamwright::elixir {
namespace {

// Kinds of all tokens but the last.
std::string kinds(std::string_view text, int minor = 14) {
  Options options;
  options.level.minor = minor;
  const std::string dump = dump_tokens(source::FileId(0), text, options);
  std::string found;
  for (std::size_t at = 0; at < dump.size();) {
    const std::size_t kind = dump.find(' ', at) + 1;
    const std::size_t end = dump.find_first_of(" \n", kind);
    const std::string one = dump.substr(kind, end - kind);
    if (one == "end_of_input") break;
    found += (found.empty() ? "" : " ") + one;
    at = dump.find('\n', end) + 1;
  }
  return found;
}

TEST(ElixirLexer, TellsNamesByWhatFollowsThem) {
  EXPECT_EQ(
      kinds("a a( a[ a do a -1 a - 1 a: A"),
      "identifier paren_identifier ( bracket_identifier [ do_identifier do op_identifier dual_op int identifier dual_op int "
      "kw_identifier alias end ] )");
}

TEST(ElixirLexer, JoinsLinesBeforeOperatorsButNotBeforeSigns) {
  EXPECT_EQ(kinds("a\n|> b"), "identifier arrow_op identifier");
  EXPECT_EQ(kinds("a\n- b"), "identifier eol dual_op identifier");
}

TEST(ElixirLexer, TakesTheLongestOperator) {
  EXPECT_EQ(kinds("a <<< b <~> c <- d <= e"),
            "identifier arrow_op identifier arrow_op identifier in_match_op identifier rel_op identifier");
}

TEST(ElixirLexer, ReadsOperatorsAsAtomsKeywordsAndCaptures) {
  EXPECT_EQ(kinds(":<> :{} :.. [+: 1] &+/2"), "atom atom atom [ kw_identifier int ] capture_op identifier mult_op int");
}

TEST(ElixirLexer, KnowsNoKeywordsBehindADot) { EXPECT_EQ(kinds("a.end"), "identifier . identifier"); }

TEST(ElixirLexer, TakesBackslashAndLineEndForASpace) { EXPECT_EQ(kinds("a \\\n b"), "identifier identifier"); }

TEST(ElixirLexer, ReadsSigilsWithSeveralLettersFrom115On) {
  EXPECT_EQ(kinds("~HTML[a]", 15), "sigil");
  EXPECT_EQ(kinds("~s/a/ ~S'''\n a\n '''", 14), "sigil sigil");
}

TEST(ElixirLexer, AcceptsLettersOfEveryScriptInNames) { EXPECT_EQ(kinds("naïve = größe?"), "identifier match_op identifier"); }

TEST(ElixirLexer, PutsTheTokensOfAnInterpolationBehindTheirText) {
  const std::string dump = dump_tokens(source::FileId(0), "\"a#{b}\" c");
  EXPECT_NE(dump.find("1:1 bin_string"), std::string::npos);
  EXPECT_NE(dump.find("1:5 identifier b"), std::string::npos);
  EXPECT_NE(dump.find("1:9 identifier c"), std::string::npos);
}

TEST(ElixirCharacters, CutsClustersAsOtpDoes) {
  const auto length = [](std::string_view text) { return grapheme_length(text.data(), text.size()); };
  EXPECT_EQ(length("ab"), 1u);
  EXPECT_EQ(length("e\xCC\x81x"), 3u);
  EXPECT_EQ(length("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9"), 8u);  // a flag and half of one
  EXPECT_EQ(length("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9"), 11u);     // joined people
  EXPECT_EQ(length("\xE1\x84\x80\xE1\x85\xA1"), 6u);                          // Hangul jamo
}

}  // namespace
}  // namespace beamwright::elixir
