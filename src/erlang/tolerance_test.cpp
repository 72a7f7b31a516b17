#include <gtest/gtest.h>

#include "erlang/test_source.h"

namespace beamwright::erlang {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Hostile input must end with a diagnostic; CTest ends what hangs.
class Hostile : public ::testing::Test {
 protected:
  TestSource source;
};

TEST(ErlangTolerance, ABrokenFunctionDoesNotLoseTheOthers) {
  TestSource source;
  const Tree tree = source.parse("a() -> 1.\nb() -> 2 2.\nc() -> 3.\n");
  EXPECT_EQ(function_names(tree), "a/0 c/0");
  EXPECT_EQ(source.diagnostics(tree), "2:10 syntax error before: 2");
}

TEST(ErlangTolerance, AMissingFullStopLosesNoFunction) {
  TestSource source;
  const Tree tree = source.parse("a() ->\n  1\n\nb() -> 2.\nc() -> 3.\n");
  EXPECT_EQ(function_names(tree), "a/0 b/0 c/0");
  EXPECT_EQ(source.diagnostics(tree), "4:1 syntax error before: b");
}

TEST(ErlangTolerance, AMissingFullStopAfterAnAttributeLosesNothing) {
  TestSource source;
  const Tree tree = source.parse("-record(r, {a})\n-spec f() -> ok.\nf() -> ?MODULE_STRING\n-spec g() -> ok.\ng() -> ok.\n");
  EXPECT_EQ(function_names(tree), "g/0");
  EXPECT_NE(dump_tree(tree, source.files).find("{attribute,{1,2},record,{r,"), std::string::npos);
  EXPECT_NE(dump_tree(tree, source.files).find("{attribute,{4,2},spec,"), std::string::npos);
}

TEST(ErlangTolerance, ABrokenModuleAttributeTellsTheName) {
  for (const char* attribute : {"module(m).", "--module(m).", "-module module(m).", "-module(m m).", "-module m)."}) {
    TestSource source;
    const Tree tree = source.parse(std::string(attribute) + "\nf() -> ?MODULE.\n");
    EXPECT_EQ(function_names(tree), "f/0") << attribute;
    EXPECT_EQ(tree.diagnostics.size(), 1u) << attribute;
  }
}

TEST(ErlangTolerance, AMissingBracketDoesNotLoseTheNextFunction) {
  TestSource source;
  const Tree tree = source.parse("a() -> foo(1.\nb() -> 2.\n");
  EXPECT_EQ(function_names(tree), "b/0");
}

TEST(ErlangTolerance, AMissingQuoteDoesNotLoseTheNextFunctions) {
  TestSource source;
  const Tree tree = source.parse("a() -> \"text.\n\nb() -> \"x\".\n-spec c() -> ok.\nc() -> ok.\n");
  EXPECT_EQ(function_names(tree), "b/0 c/0");
  EXPECT_EQ(tree.diagnostics.size(), 1u);
}

TEST(ErlangTolerance, ABrokenClauseIsNotTakenForAnotherFunction) {
  TestSource source;
  const Tree tree = source.parse("a(1) ->\n  x(;\na(2) ->\n  2.\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree), "b/0");
  EXPECT_EQ(source.diagnostics(tree), "2:5 syntax error before: ;");
}

TEST(ErlangTolerance, ABrokenDirectiveDoesNotSwallowTheFile) {
  TestSource source;
  const Tree tree = source.parse("-undef(A)\n-ifdef(B).\na() -> 1.\n-endif.\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree), "b/0");
}

TEST(ErlangTolerance, AnIllegalCharacterCostsItsFormOnly) {
  TestSource source;
  const Tree tree = source.parse("a() -> \xe2\x82\xac.\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree), "b/0");
  EXPECT_EQ(source.diagnostics(tree), "1:8 illegal character");
}

TEST(ErlangTolerance, BytesThatAreNoUtf8AreNamedAndReadAsLatin1) {
  TestSource source;
  const Tree tree = source.parse("a() -> 1.\nb() -> \"\xe9\".\n");
  EXPECT_EQ(function_names(tree), "a/0 b/0");
  EXPECT_EQ(source.diagnostics(tree), "2:9 the file is not UTF-8 and does not say that it is Latin-1");
  EXPECT_EQ(source.diagnostics("%% coding: latin-1\nb() -> \"\xe9\".\n"), "");
}

TEST(ErlangTolerance, ATextThatEndsEarlyIsNamedAtItsLastToken) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("a() -> 1.\nb() -> foo(\n"), "2:11 syntax error before: ");
}

TEST(ErlangTolerance, ClausesOfDifferentNamesAreNamedAtTheSecond) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("a() -> 1;\nb() -> 2.\n"), "2:1 head mismatch");
}

TEST(ErlangTolerance, AnyBytesGiveATree) {
  TestSource source;
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const Tree tree = source.parse(bytes + "\n" + bytes + ".\n\nf() -> ok.\n");
  EXPECT_FALSE(tree.diagnostics.empty());
  EXPECT_EQ(tree.forms.back().node->kind, NodeKind::kEndOfFile);
}

TEST(ErlangTolerance, EveryPrefixOfAModuleGivesATree) {
  const std::string module =
      "-module(m).\n-define(A(X), {X, ??X}).\n-record(r, {a = 1 :: integer()}).\n-spec f(A) -> B when A :: t(), B :: <<_:8>>.\n"
      "f(X) -> try ?A(#r{a = <<X:8/little>>}) of {Y, \"z\"} when Y > 1; true -> fun g/1 catch _:E:S -> $\\n after [Z || Z <- X] "
      "end.\n";
  for (std::size_t size = 0; size <= module.size(); ++size) {
    TestSource source;
    const Tree tree = source.parse(module.substr(0, size));
    EXPECT_EQ(tree.forms.back().node->kind, NodeKind::kEndOfFile) << size;
  }
}

TEST_F(Hostile, DeepNestingIsRefused) {
  for (const char* open : {"(", "[", "{", "<<", "#{a=>", "fun()->", "begin ", "-", "catch ", "f(", "not ", "case "}) {
    const Tree tree = source.parse("a() -> " + repeated(open, 100'000) + "1.\nb() -> 1.\n");
    EXPECT_EQ(tree.diagnostics.size(), 1u) << open;
    EXPECT_EQ(function_names(tree), "b/0") << open;
  }
}

TEST_F(Hostile, DeepTypesAreRefused) {
  const Tree tree = source.parse("-type t() :: " + repeated("{", 100'000) + ".\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree), "b/0");
}

TEST_F(Hostile, LongChainsOfOperatorsAreRefused) {
  for (const char* part : {"1+", "a=", "A!", "\"x\"++", "a orelse "}) {
    const Tree tree = source.parse("a() -> " + repeated(part, 100'000) + "1.\nb() -> 1.\n");
    EXPECT_EQ(function_names(tree), "b/0") << part;
  }
  EXPECT_EQ(function_names(source.parse("a() -> X" + repeated("#{}", 100'000) + ".\nb() -> 1.\n")), "b/0");
}

TEST_F(Hostile, LongListsAreRead) {
  const Tree tree = source.parse("a() -> [" + repeated("x,", 300'000) + "y].\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_GT(dump_tree(tree, source.files).size(), 300'000u);
}

TEST_F(Hostile, ExponentialMacrosAreCutOff) {
  std::string text = "-define(A0, x).\n-define(B0(X), X).\n";
  for (int i = 1; i < 60; ++i) {
    const std::string n = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    text += "-define(A" + n + ", ?A" + before + ",?A" + before + ").\n";
    text += "-define(B" + n + "(X), ?B" + before + "(X),?B" + before + "(X)).\n";
  }
  const Tree tree = source.parse(text + "a() -> ?A59.\nb() -> ?B59(1).\nc() -> 1.\n");
  EXPECT_EQ(function_names(tree).substr(function_names(tree).size() - 3), "c/0");
  EXPECT_GE(tree.diagnostics.size(), 1u);
}

TEST_F(Hostile, MacrosThatMakeTheirOwnCallsEnd) {
  const Tree tree = source.parse("-define(M(X), ?X(X)).\na() -> ?M(M).\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree).substr(function_names(tree).size() - 3), "b/0");
  EXPECT_EQ(tree.diagnostics.size(), 1u);
}

TEST_F(Hostile, LongChainsOfMacrosEnd) {
  std::string text = "-define(A0, x).\n";
  for (int i = 1; i < 20'000; ++i) text += "-define(A" + std::to_string(i) + ", ?A" + std::to_string(i - 1) + ").\n";
  const Tree tree = source.parse(text + "a() -> ?A19999.\nb() -> 1.\n");
  EXPECT_EQ(tree.diagnostics.size(), 1u);
}

TEST_F(Hostile, NestedMacroCallsEnd) {
  const Tree tree =
      source.parse("-define(F(X), X).\na() -> " + repeated("?F(", 50'000) + "1" + repeated(")", 50'000) + ".\nb() -> 1.\n");
  EXPECT_EQ(function_names(tree).substr(function_names(tree).size() - 3), "b/0");
}

TEST_F(Hostile, AHugeLineIsReadInOnePass) {
  const Tree tree = source.parse("a() -> [" + repeated("{abc, \"def\", 12},", 500'000) + "z].\n");
  EXPECT_EQ(source.diagnostics(tree), "");
}

TEST_F(Hostile, AFormOfManyMillionTokensIsRefused) {
  const Tree tree = source.parse("a() -> " + repeated("(", 20'000'000) + ".\nb() -> ok.\n");
  EXPECT_EQ(source.diagnostics(tree), "1:1 form too large");
  EXPECT_EQ(function_names(tree), "b/0");
}

TEST_F(Hostile, QuotesOnEveryLineAreNoQuadraticTrap) {
  source.parse(repeated("f(\"\n", 500'000));
  source.parse(repeated("\"\nf(\n'", 300'000));
  EXPECT_LE(source.parse(repeated("f(.\n", 500'000)).diagnostics.size(), 500u);
}

TEST_F(Hostile, ManyOpenConditionsEnd) {
  const Tree tree = source.parse(repeated("-ifdef(A).\n", 200'000) + repeated("-ifndef(A).\n", 1000));
  EXPECT_LE(tree.diagnostics.size(), 500u);
}

TEST_F(Hostile, HugeBinariesInDocumentationAreRefused) {
  source.options.level.otp = 27;
  const Tree tree = source.parse("-doc <<" + repeated("0:1048576,", 100'000) + "0>>.\n");
  EXPECT_EQ(source.diagnostics(tree), "1:6 bad attribute");
}

TEST_F(Hostile, HugeIntegersAreRefusedOrRead) {
  EXPECT_EQ(source.diagnostics("a() -> 16#" + repeated("f", 1'000'000) + ".\n"), "1:8 illegal integer");
  EXPECT_EQ(source.diagnostics("a() -> " + repeated("9", 1'000'000) + ".\n"), "");
}

}  // namespace
}  // namespace beamwright::erlang
