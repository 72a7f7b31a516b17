#include <gtest/gtest.h>

#include "erlang/test_source.h"

namespace beamwright::erlang {
namespace {

std::string expression(const std::string& text, int otp = 25) {
  TestSource source;
  source.options.level.otp = otp;
  return source.expression(text);
}

std::string form(const std::string& text, int otp = 25) {
  TestSource source;
  source.options.level.otp = otp;
  return source.forms(text + ".\n");
}

TEST(ErlangExpressions, BindOperatorsAsTheGrammarDoes) {
  EXPECT_EQ(expression("1+2*3"), "{op,{1,7},'+',{integer,{1,6},1},{op,{1,9},'*',{integer,{1,8},2},{integer,{1,10},3}}}");
  EXPECT_EQ(expression("A=B!C"), "{match,{1,6},{var,{1,6},'A'},{op,{1,9},'!',{var,{1,8},'B'},{var,{1,10},'C'}}}");
  EXPECT_EQ(expression("a++b--c"), "{op,{1,7},'++',{atom,{1,6},a},{op,{1,10},'--',{atom,{1,9},b},{atom,{1,12},c}}}");
}

TEST(ErlangExpressions, LetCatchTakeAllThatFollows) {
  EXPECT_EQ(expression("A=catch B,C"), "{match,{1,6},{var,{1,6},'A'},{'catch',{1,8},{var,{1,14},'B'}}},{var,{1,16},'C'}");
}

TEST(ErlangExpressions, RefuseChainsOfComparisons) {
  TestSource source;
  EXPECT_EQ(source.diagnostics("f() -> 1 < 2 < 3."), "1:14 syntax error before: <");
}

TEST(ErlangExpressions, ReadRemoteCallsAtTheirModule) {
  EXPECT_EQ(expression("m:f(1)"), "{call,{1,6},{remote,{1,7},{atom,{1,6},m},{atom,{1,8},f}},[{integer,{1,10},1}]}");
}

TEST(ErlangExpressions, JoinAdjacentStrings) { EXPECT_EQ(expression("\"a\" \"b\""), "{string,{1,6},\"ab\"}"); }

TEST(ErlangExpressions, ReadListsWithTails) {
  EXPECT_EQ(expression("[a,b|C]"), "{cons,{1,6},{atom,{1,7},a},{cons,{1,9},{atom,{1,9},b},{var,{1,11},'C'}}}");
}

TEST(ErlangExpressions, ReadMapsAndTheirUpdates) {
  EXPECT_EQ(expression("M#{a=>1}#{b:=2}"),
            "{map,{1,14},{map,{1,7},{var,{1,6},'M'},[{map_field_assoc,{1,10},{atom,{1,9},a},{integer,{1,12},1}}]},"
            "[{map_field_exact,{1,17},{atom,{1,16},b},{integer,{1,19},2}}]}");
}

TEST(ErlangExpressions, ReadRecords) {
  EXPECT_EQ(expression("R#r{a=1,_=2}"),
            "{record,{1,7},{var,{1,6},'R'},r,[{record_field,{1,10},{atom,{1,10},a},{integer,{1,12},1}},"
            "{record_field,{1,14},{var,{1,14},'_'},{integer,{1,16},2}}]}");
  EXPECT_EQ(expression("R#r.a"), "{record_field,{1,7},{var,{1,6},'R'},r,{atom,{1,10},a}}");
  EXPECT_EQ(expression("#r.a"), "{record_index,{1,6},r,{atom,{1,9},a}}");
}

TEST(ErlangExpressions, ReadBinaries) {
  EXPECT_EQ(expression("<<A:8/little-unit:2,-1>>"),
            "{bin,{1,6},[{bin_element,{1,8},{var,{1,8},'A'},{integer,{1,10},8},[little,{unit,2}]},"
            "{bin_element,{1,26},{op,{1,26},'-',{integer,{1,27},1}},default,default}]}");
}

TEST(ErlangExpressions, ReadComprehensions) {
  EXPECT_EQ(expression("[X||X<-L,X]"),
            "{lc,{1,6},{var,{1,7},'X'},[{generate,{1,11},{var,{1,10},'X'},{var,{1,13},'L'}},{var,{1,15},'X'}]}");
  EXPECT_EQ(expression("<<X||<<X>><=B>>"),
            "{bc,{1,6},{var,{1,8},'X'},[{b_generate,{1,16},{bin,{1,11},[{bin_element,{1,13},{var,{1,13},'X'},default,default}]},{"
            "var,{1,18},'B'}}]}");
}

TEST(ErlangExpressions, ReadMapGeneratorsFrom26On) {
  EXPECT_EQ(expression("[K||K:=V<-M]", 26),
            "{lc,{1,6},{var,{1,7},'K'},[{m_generate,{1,14},{map_field_exact,{1,11},{var,{1,10},'K'},{var,{1,13},'V'}},{var,{1,16}"
            ",'M'}}]}");
}

TEST(ErlangExpressions, ReadMapComprehensionsFrom26On) {
  EXPECT_EQ(expression("#{K=>1||K<-L}", 26),
            "{mc,{1,6},{map_field_assoc,{1,9},{var,{1,8},'K'},{integer,{1,11},1}},[{generate,{1,15},{var,{1,14},'K'},{var,{1,17},"
            "'L'}}]}");
}

TEST(ErlangExpressions, ReadStrictAndZippedGeneratorsFrom28On) {
  EXPECT_EQ(expression("[X||X<:-L&&Y<-M]", 28),
            "{lc,{1,6},{var,{1,7},'X'},[{zip,{1,11},[{generate_strict,{1,11},{var,{1,10},'X'},{var,{1,14},'L'}},"
            "{generate,{1,18},{var,{1,17},'Y'},{var,{1,20},'M'}}]}]}");
}

TEST(ErlangExpressions, ReadFuns) {
  EXPECT_EQ(expression("fun f/1"), "{'fun',{1,6},{function,f,1}}");
  EXPECT_EQ(expression("fun m:F/1"), "{'fun',{1,6},{function,{atom,{1,10},m},{var,{1,12},'F'},{integer,{1,14},1}}}");
  EXPECT_EQ(expression("fun(X)->X end"), "{'fun',{1,6},{clauses,[{clause,{1,9},[{var,{1,10},'X'}],[],[{var,{1,14},'X'}]}]}}");
  EXPECT_EQ(expression("fun F(X)->X end"), "{named_fun,{1,6},'F',[{clause,{1,10},[{var,{1,12},'X'}],[],[{var,{1,16},'X'}]}]}");
}

TEST(ErlangExpressions, ReadTryWithEveryPart) {
  EXPECT_EQ(expression("try a of b->c catch d->e;error:F:S->g after h end"),
            "{'try',{1,6},[{atom,{1,10},a}],[{clause,{1,15},[{atom,{1,15},b}],[],[{atom,{1,18},c}]}],"
            "[{clause,{1,26},[{tuple,{1,26},[{atom,{1,26},throw},{atom,{1,26},d},{var,{1,26},'_'}]}],[],[{atom,{1,29},e}]},"
            "{clause,{1,31},[{tuple,{1,31},[{atom,{1,31},error},{var,{1,37},'F'},{var,{1,39},'S'}]}],[],[{atom,{1,42},g}]}],"
            "[{atom,{1,50},h}]}");
}

TEST(ErlangExpressions, ReadReceive) {
  EXPECT_EQ(expression("receive a->b after 0->c end"),
            "{'receive',{1,6},[{clause,{1,14},[{atom,{1,14},a}],[],[{atom,{1,17},b}]}],{integer,{1,25},0},[{atom,{1,28},c}]}");
}

TEST(ErlangExpressions, ReadIfAndCaseWithGuards) {
  EXPECT_EQ(expression("if A,B;C->d end"),
            "{'if',{1,6},[{clause,{1,9},[],[[{var,{1,9},'A'},{var,{1,11},'B'}],[{var,{1,13},'C'}]],[{atom,{1,16},d}]}]}");
  EXPECT_EQ(expression("case A of B when C->d end"),
            "{'case',{1,6},{var,{1,11},'A'},[{clause,{1,16},[{var,{1,16},'B'}],[[{var,{1,23},'C'}]],[{atom,{1,26},d}]}]}");
}

TEST(ErlangExpressions, TakeSigilsForBinaries) {
  EXPECT_EQ(expression("~\"a\"", 27), "{bin,{1,6},[{bin_element,{1,7},{string,{1,7},\"a\"},default,[utf8]}]}");
}

TEST(ErlangAttributes, BecomeTerms) {
  EXPECT_EQ(form("-export([f/1,g/0])"), "{attribute,{1,2},export,[{f,1},{g,0}]}.\n");
  EXPECT_EQ(form("-compile([{inline,[f/1]},-1,$a,\"s\",#{a=>1.5},<<\"b\">>])"),
            "{attribute,{1,2},compile,[{inline,[{f,1}]},-1,97,\"s\",#{a => 1.5},<<98>>]}.\n");
  EXPECT_EQ(form("-import(m, [f/1])"), "{attribute,{1,2},import,{m,[{f,1}]}}.\n");
}

TEST(ErlangAttributes, ReadRecordsWithTypes) {
  EXPECT_EQ(form("-record(r, {a, b = 1, c :: t(), d = 2 :: u})"),
            "{attribute,{1,2},record,{r,[{record_field,{1,13},{atom,{1,13},a}},{record_field,{1,16},{atom,{1,16},b},{integer,{1,"
            "20},1}},"
            "{typed_record_field,{record_field,{1,23},{atom,{1,23},c}},{user_type,{1,28},t,[]}},"
            "{typed_record_field,{record_field,{1,33},{atom,{1,33},d},{integer,{1,37},2}},{atom,{1,42},u}}]}}.\n");
}

TEST(ErlangAttributes, ReadTypes) {
  EXPECT_EQ(form("-type t(A) :: [A] | {a, ...}"), "{error,{1,1}}.\n");
  EXPECT_EQ(form("-type t(A) :: [A, ...] | #{a := 1..2} | fun((...) -> B)"),
            "{attribute,{1,2},type,{t,{type,{1,15},union,[{type,{1,15},nonempty_list,[{var,{1,16},'A'}]},"
            "{type,{1,26},map,[{type,{1,30},map_field_exact,[{atom,{1,28},a},{type,{1,33},range,[{integer,{1,33},1},{integer,{1,"
            "36},2}]}]}]},"
            "{type,{1,45},'fun',[{type,{1,45},any},{var,{1,54},'B'}]}]},[{var,{1,9},'A'}]}}.\n");
}

TEST(ErlangAttributes, TakeATypeWithoutADefinitionForAnAttribute) {
  EXPECT_EQ(form("-type session"), "{attribute,{1,2},type,session}.\n");
  EXPECT_EQ(form("-opaque([a])"), "{attribute,{1,2},opaque,[a]}.\n");
  EXPECT_EQ(form("-type session()"), "{error,{1,1}}.\n");
}

TEST(ErlangAttributes, ReadSpecsWithConstraints) {
  EXPECT_EQ(form("-spec f(A) -> m:t() when A :: atom()"),
            "{attribute,{1,2},spec,{{f,1},[{type,{1,8},bounded_fun,[{type,{1,8},'fun',[{type,{1,8},product,[{var,{1,9},'A'}]},"
            "{remote_type,{1,15},[{atom,{1,15},m},{atom,{1,17},t},[]]}]},"
            "[{type,{1,26},constraint,[{atom,{1,26},is_subtype},[{var,{1,26},'A'},{type,{1,31},atom,[]}]]}]]}]}}.\n");
}

TEST(ErlangAttributes, ReadNominalTypesFrom28On) {
  EXPECT_EQ(form("-nominal t() :: 1", 28), "{attribute,{1,2},nominal,{t,{integer,{1,17},1},[]}}.\n");
}

TEST(ErlangAttributes, ReadDocumentation) {
  EXPECT_EQ(form("-doc \"\"\"\n  Text.\n  \"\"\"", 27), "{attribute,{1,2},doc,\"Text.\"}.\n");
  EXPECT_EQ(form("-moduledoc #{since => \"1\"}", 27), "{attribute,{1,2},moduledoc,#{since => \"1\"}}.\n");
}

TEST(ErlangSpans, CoverTheWholeExpression) {
  TestSource source;
  const std::string text = "f() -> g(a, [b]) + 1.\n";
  const Tree tree = source.parse(text);
  const Node& function = *tree.forms[1].node;
  EXPECT_EQ(text.substr(function.begin, function.end - function.begin), "f() -> g(a, [b]) + 1");
  const Node& sum = function.child(1).child(0).child(2).child(0);
  EXPECT_EQ(text.substr(sum.begin, sum.end - sum.begin), "g(a, [b]) + 1");
  const Node& call = sum.child(0);
  EXPECT_EQ(text.substr(call.begin, call.end - call.begin), "g(a, [b])");
}

}  // namespace
}  // namespace beamwright::erlang
