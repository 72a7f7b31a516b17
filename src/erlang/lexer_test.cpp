#include <gtest/gtest.h>

#include "erlang/dump.h"

namespace beamwright::erlang {
namespace {

std::string tokens(std::string_view text, int otp = 25) {
  Options options;
  options.level.otp = otp;
  return dump_tokens({}, text, options);
}

TEST(ErlangLexer, NamesTokensByCategoryAndPlace) {
  EXPECT_EQ(tokens("f(X) ->\n  'ok now'."),
            "1:1 atom f\n1:2 ( (\n1:3 var X\n1:4 ) )\n1:6 -> ->\n2:3 atom 'ok now'\n2:11 dot .\n");
}

TEST(ErlangLexer, EndsAFormOnlyWhereWhiteSpaceFollowsThePoint) {
  EXPECT_EQ(tokens("a.b"), "1:1 atom a\n1:2 . .\n1:3 atom b\n");
  EXPECT_EQ(tokens("a.%b"), "1:1 atom a\n1:2 dot .\n");
  EXPECT_EQ(tokens("1.5"), "1:1 float 1.5\n");
  EXPECT_EQ(tokens("1..5"), "1:1 integer 1\n1:2 .. ..\n1:4 integer 5\n");
}

TEST(ErlangLexer, ReadsIntegersOfEveryBaseAndSize) {
  EXPECT_EQ(tokens("16#fF"), "1:1 integer 255\n");
  EXPECT_EQ(tokens("2#1_000"), "1:1 integer 8\n");
  EXPECT_EQ(tokens("1_000_000"), "1:1 integer 1000000\n");
  EXPECT_EQ(tokens("16#10000000000000000"), "1:1 integer 18446744073709551616\n");
  EXPECT_EQ(tokens("123456789012345678901234567890"), "1:1 integer 123456789012345678901234567890\n");
}

TEST(ErlangLexer, RefusesABaseThatDoesNotExist) {
  EXPECT_EQ(tokens("a 37#1"), "1:1 atom a\n1:6 integer 1\n1:3 error illegal base\n");
}

TEST(ErlangLexer, ReadsFloats) {
  EXPECT_EQ(tokens("1.0e10 2.5E-3 1_0.0_1"), "1:1 float 1.0e10\n1:8 float 0.0025\n1:15 float 10.01\n");
}

TEST(ErlangLexer, ReadsCharacterLiteralsAndEscapes) {
  EXPECT_EQ(tokens("$a $\\n $\\x{e9} $\\^A $\\101 $ "),
            "1:1 char $a\n1:4 char $\\n\n1:8 char $\xc3\xa9\n1:16 char $\\001\n1:21 char $A\n1:27 char $\\s\n");
}

TEST(ErlangLexer, ReadsEscapesInStringsAndKeepsOtherCharacters) {
  EXPECT_EQ(tokens("\"a\\tb\\x41\\\"\xc3\xa9\""), "1:1 string \"a\\tbA\\\"\xc3\xa9\"\n");
}

TEST(ErlangLexer, NamesTheOpeningQuoteOfAStringThatDoesNotEnd) {
  EXPECT_EQ(tokens("f \"ab\ncd"), "1:1 atom f\n1:3 error unterminated string\n");
}

TEST(ErlangLexer, ReadsLatin1WhereTheFileSaysSo) {
  EXPECT_EQ(tokens("%% coding: latin-1\n\"\xe9\""), "2:1 string \"\xc3\xa9\"\n");
}

TEST(ErlangLexer, ReadsLatin1WhereTheFileIsNoUtf8) { EXPECT_EQ(tokens("x\xe9y"), "1:1 atom x\xc3\xa9y\n"); }

TEST(ErlangLexer, TakesThreeQuotesForAnEmptyStringAndAQuoteBefore27) {
  EXPECT_EQ(tokens("\"\"\"a\"\"\"", 26), "1:1 string \"\"\n1:3 string \"a\"\n1:6 string \"\"\n");
}

TEST(ErlangLexer, TakesTheIndentationOfTheLastLineFromATripleQuotedString) {
  EXPECT_EQ(tokens("\"\"\"\n  one\n    \"two\"\n  \"\"\"", 27), "1:1 string \"one\\n  \\\"two\\\"\"\n");
}

TEST(ErlangLexer, ReadsSigilsFrom27On) {
  EXPECT_EQ(tokens("~\"a\\n\"", 27), "1:1 sigil ~\"a\\n\"\n");
  EXPECT_EQ(tokens("~B[a\\n]", 27), "1:1 sigil ~B\"a\\\\n\"\n");
  EXPECT_EQ(tokens("~s(a\\n)", 27), "1:1 sigil ~s\"a\\n\"\n");
  EXPECT_EQ(tokens("~a", 27), "1:3 error illegal string\n");
}

TEST(ErlangLexer, KnowsStrictGeneratorSignsFrom28On) {
  EXPECT_EQ(tokens("<:- &&", 28), "1:1 <:- <:-\n1:5 && &&\n");
  EXPECT_EQ(tokens("<:-", 27), "1:1 < <\n1:2 : :\n1:3 - -\n");
}

}  // namespace
}  // namespace beamwright::erlang
