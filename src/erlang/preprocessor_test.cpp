#include <gtest/gtest.h>

#include "erlang/test_source.h"

namespace beamwright::erlang {
namespace {

TEST(ErlangMacros, PutTheirBodyAtThePlaceOfTheCall) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(A,\n  {b,c}).\nf() ->\n  ?A.\n"),
            "{function,{3,1},f,0,[{clause,{3,1},[],[],[{tuple,{4,4},[{atom,{4,4},b},{atom,{4,4},c}]}]}]}.\n");
}

TEST(ErlangMacros, LetArgumentsKeepTheirPlaceAndGoOnThere) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(A(X), {b,X,c}).\nf() -> ?A(d).\n"),
            "{function,{2,1},f,0,[{clause,{2,1},[],[],[{tuple,{2,9},[{atom,{2,9},b},{atom,{2,11},d},{atom,{2,11},c}]}]}]}.\n");
}

TEST(ErlangMacros, AreChosenByTheNumberOfArguments) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(A, 0).\n-define(A(X), 1).\n-define(A(X, Y), 2).\nf() -> {?A, ?A(a), ?A((a,b), [c,d])}.\n"),
            "{function,{4,1},f,0,[{clause,{4,1},[],[],[{tuple,{4,8},[{integer,{4,10},0},{integer,{4,14},1},{integer,{4,21},2}]}]}"
            "]}.\n");
}

TEST(ErlangMacros, TurnArgumentsIntoStrings) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(S(X), ??X).\nf() -> ?S(a(B , \"c\")).\n"),
            "{function,{2,1},f,0,[{clause,{2,1},[],[],[{string,{2,9},\"a ( B , \\\"c\\\" )\"}]}]}.\n");
}

TEST(ErlangMacros, WriteAtomsBeyondLatin1AsEscapes) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(S(X), ??X).\nf() -> ?S('\u6f22a' + '\u00e9').\n"),
            "{function,{2,1},f,0,[{clause,{2,1},[],[],[{string,{2,9},\"'\\\\x{6F22}a' + \u00e9\"}]}]}.\n");
}

TEST(ErlangMacros, TakeStringifiedNamesThatAreNoParametersAsTheyStand) {
  TestSource source;
  EXPECT_EQ(source.forms("-define(A, ??B).\n-define(C(X), ??D).\nf() -> {?A, ?C(1)}.\n"),
            "{function,{3,1},f,0,[{clause,{3,1},[],[],[{tuple,{3,8},[{var,{3,10},'B'},{var,{3,14},'D'}]}]}]}.\n");
}

TEST(ErlangMacros, WriteFloatsAsTheShortestText) {
  TestSource source;
  const std::string floats =
      "1.5e3 100.0 1.0e3 1.0e4 1.2e5 1.23e5 120.0 0.001 0.0001 1.5e-4 0.012 0.15 123456789.0 1.0e22 9.007199254740992e15 "
      "9007199254740990.0 1.23456e8 1.5e300 1.2345e10 0.0 1.0e-10 12.5";
  const std::string forms = source.forms("-define(S(X), ??X).\nf() -> ?S(" + floats + ").\n");
  EXPECT_NE(forms.find('"' + floats + '"'), std::string::npos) << forms;
}

TEST(ErlangMacros, KnowModuleLineAndFunction) {
  TestSource source;
  EXPECT_EQ(source.forms("-module(m).\nf(_, [a, b]) ->\n  {?MODULE, ?MODULE_STRING, ?LINE, ?FUNCTION_NAME, ?FUNCTION_ARITY}.\n"),
            "{attribute,{1,2},module,m}.\n"
            "{function,{2,1},f,2,[{clause,{2,1},[{var,{2,3},'_'},{cons,{2,6},{atom,{2,7},a},{cons,{2,10},{atom,{2,10},b},{nil,{2,"
            "11}}}}],[],"
            "[{tuple,{3,3},[{atom,{3,5},m},{string,{3,14},\"m\"},{integer,{3,30},3},{atom,{3,37},f},{integer,{3,53},2}]}]}]}.\n");
}

TEST(ErlangMacros, KnowTheModuleWhoseAttributeHasNoFullStop) {
  TestSource source;
  const Tree tree = source.parse("-module(m)\n-export([f/0]).\nf() -> ?MODULE.\n");
  EXPECT_EQ(tree.diagnostics.size(), 1u);
  EXPECT_EQ(function_names(tree), "f/0");
}

TEST(ErlangMacros, SeeTheReleaseOfTheLevel) {
  TestSource source;
  source.options.level.otp = 26;
  EXPECT_EQ(source.expression("?OTP_RELEASE"), "{integer,{1,7},26}");
}

TEST(ErlangMacros, ThatAreNotDefinedAreNamedOnTheirLine) {
  TestSource source;
  const Tree tree = source.parse("f() ->\n  ?NONE.\ng() -> ok.\n");
  EXPECT_EQ(source.diagnostics(tree), "2:4 undefined macro 'NONE'");
  EXPECT_EQ(function_names(tree), "f/0 g/0");
}

TEST(ErlangMacros, ThatTheBuildMayDefineAreNoErrorsWhereThatIsAskedFor) {
  TestSource source;
  source.options.build_may_define = true;
  const Tree tree = source.parse("f() -> \"v\" ++ ?VSN.\n-if(?DEBUG).\n-endif.\ng() -> ok.\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_EQ(function_names(tree), "f/0 g/0");
}

TEST(ErlangMacros, OfAMissingHeaderAreNoErrors) {
  TestSource source;
  const Tree tree = source.parse("-include(\"none.hrl\").\nf(X) -> ?LOG(X, #?REC{a = ?B}).\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_EQ(function_names(tree), "f/1");
  ASSERT_EQ(tree.missing_includes.size(), 1u);
  EXPECT_EQ(tree.missing_includes[0], "none.hrl");
}

TEST(ErlangMacros, ThatCallThemselvesAreCircular) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("-define(A, ?B).\n-define(B, ?A).\nf() -> ?A.\n"), "3:9 circular macro 'A'");
}

TEST(ErlangMacros, CannotBeDefinedTwice) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("-define(A, 1).\n-define(A, 2).\n-undef(A).\n-define(A, 3).\n"), "2:9 redefining macro 'A'");
}

TEST(ErlangMacros, ComeFromTheBuildToo) {
  TestSource source;
  const Macro defines[] = {{"DEBUG", ""}, {"SIZE", "12"}};
  source.options.defines.assign(std::begin(defines), std::end(defines));
  EXPECT_EQ(source.expression("{?DEBUG,?SIZE}"), "{tuple,{1,6},[{atom,{1,8},true},{integer,{1,15},12}]}");
}

TEST(ErlangConditions, KeepOneBranch) {
  TestSource source;
  const Tree tree = source.parse(
      "-ifdef(NONE).\na() -> 1.\n-else.\nb() -> 1.\n-endif.\n-ifndef(NONE).\nc() -> 1.\n-else.\nd() -> 1.\n-endif.\n");
  EXPECT_EQ(function_names(tree), "b/0 c/0");
}

TEST(ErlangConditions, AreEvaluated) {
  TestSource source;
  const Tree tree = source.parse(
      "-if(?OTP_RELEASE >= 26).\na() -> 1.\n-elif(?OTP_RELEASE =:= 25 andalso not defined(NONE)).\nb() -> 1.\n-else.\nc() -> "
      "1.\n-endif.\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_EQ(function_names(tree), "b/0");
}

TEST(ErlangConditions, ThatCannotBeKnownAreTakenToHold) {
  TestSource source;
  source.options.build_may_define = true;
  const Tree tree = source.parse("-if(?FLAVOUR =:= a).\na() -> 1.\n-else.\nb() -> 1.\n-endif.\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_EQ(function_names(tree), "a/0");
}

TEST(ErlangConditions, OfUnboundVariablesAndUnknownFunctionsFail) {
  TestSource source;
  const Tree tree =
      source.parse("-if(OTP_RELEASE >= 20).\na() -> 1.\n-elif(is_exported(a)).\nb() -> 1.\n-else.\nc() -> 1.\n-endif.\n");
  EXPECT_EQ(source.diagnostics(tree), "");
  EXPECT_EQ(function_names(tree), "c/0");
}

TEST(ErlangConditions, ThatAreNoGuardsAreNamed) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("-if(list_to_atom(\"a\")).\n-endif.\n"), "1:2 badly formed 'if'");
}

TEST(ErlangConditions, ThatDoNotEndAreNamed) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("-ifdef(A).\nf() -> 1.\n"), "3:1 unterminated '-if'");
}

TEST(ErlangIncludes, BringMacrosRecordsAndForms) {
  TestSource source;
  source.header("a.hrl", "-record(r, {a}).\n-define(A, 1).\n");
  EXPECT_EQ(source.forms("-include(\"a.hrl\").\nf() -> ?A.\n"),
            "{attribute,{1,2},record,{r,[{record_field,{1,13},{atom,{1,13},a}}]}}.\n"
            "{function,{2,1},f,0,[{clause,{2,1},[],[],[{integer,{2,9},1}]}]}.\n");
}

TEST(ErlangIncludes, ShareTheTokensOfHeaders) {
  TestSource source;
  HeaderCache cache;
  source.header("a.hrl", "-record(r, {a}).\n-type t() :: a.\n-define(A(X), {X, ?MODULE}).\n");
  const std::string module = "-module(m).\n-include(\"a.hrl\").\nf() -> ?A(1).\n";
  const std::string alone = source.forms(module);
  source.options.headers = &cache;
  EXPECT_EQ(source.forms(module), alone);
  EXPECT_EQ(source.forms(module), alone);
}

TEST(ErlangIncludes, CanLeaveOutWhatAReviewDoesNotNeed) {
  TestSource source;
  source.options.keep_header_forms = false;
  source.header("a.hrl", "-record(r, {a}).\n-type t() :: a.\ng() -> 1.\n");
  EXPECT_EQ(source.forms("-include(\"a.hrl\").\n"),
            "{attribute,{1,2},record,{r,[{record_field,{1,13},{atom,{1,13},a}}]}}.\n"
            "{function,{3,1},g,0,[{clause,{3,1},[],[],[{integer,{3,8},1}]}]}.\n");
}

TEST(ErlangIncludes, StopWhereTheyNestTooDeeply) {
  TestSource source;
  source.header("a.hrl", "-include(\"a.hrl\").\n-include(\"a.hrl\").\n");
  const Tree tree = source.parse("-include(\"a.hrl\").\nf() -> ok.\n");
  EXPECT_EQ(function_names(tree), "f/0");
  EXPECT_EQ(tree.diagnostics.front().message, "include too deep");
}

TEST(ErlangFeatures, ReserveTheWordsOfMaybe) {
  TestSource source;
  EXPECT_EQ(source.expression("maybe"), "{atom,{1,6},'maybe'}");
  EXPECT_EQ(source.forms("-feature(maybe_expr, enable).\nf() -> maybe ok ?= g() else _ -> no end.\n"),
            "{function,{2,1},f,0,[{clause,{2,1},[],[],[{'maybe',{2,8},[{maybe_match,{2,17},{atom,{2,14},ok},{call,{2,20},{atom,{"
            "2,20},g},[]}}],"
            "{'else',{2,24},[{clause,{2,29},[{var,{2,29},'_'}],[],[{atom,{2,34},no}]}]}}]}]}.\n");
}

TEST(ErlangFileAttribute, MovesTheLinesThatFollow) {
  TestSource source;
  EXPECT_EQ(source.expression("1"), "{integer,{1,6},1}");
  const Tree tree = source.parse("-file(\"x.yrl\", 100).\nf() -> ?LINE.\n");
  const std::string dump = dump_tree(tree, source.files);
  EXPECT_NE(dump.find("{function,{101,1},f,0,[{clause,{101,1},[],[],[{integer,{101,9},101}]}]}"), std::string::npos) << dump;
}

TEST(ErlangComments, AreKeptInSourceOrder) {
  TestSource source;
  const std::string text = "%% one\nf() -> % two\r\n  ok.\n";
  const Tree tree = source.parse(text);
  ASSERT_EQ(tree.comments.size(), 2u);
  EXPECT_EQ(text.substr(tree.comments[0].begin, tree.comments[0].end - tree.comments[0].begin), "%% one");
  EXPECT_EQ(text.substr(tree.comments[1].begin, tree.comments[1].end - tree.comments[1].begin), "% two");
}

}  // namespace
}  // namespace beamwright::erlang
