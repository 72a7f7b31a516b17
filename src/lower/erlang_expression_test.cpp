#include <gtest/gtest.h>

#include "lower/erlang_show.h"

namespace beamwright::lower {
namespace {

// The body of f(A, B, C) as the model has it.
std::string lowered(std::string_view body, std::string_view forms = "") {
  const LoweredErlang file("-module(m).\n" + std::string(forms) + "f(A, B, C) -> " + std::string(body) + ".\n");
  EXPECT_EQ(file.diagnostics, 0u) << body;
  std::string shown = file.show_function("f");
  const std::string_view head = "A!, B!, C! -> ";
  EXPECT_EQ(shown.substr(0, head.size()), head);
  return shown.substr(std::min(shown.size(), head.size()));
}

TEST(ErlangExpressions, LiteralsAreThemselves) {
  EXPECT_EQ(lowered("{ok, 'Quoted atom', 16#ff, $a, -7, 1.5, -2.0, \"text\", <<\"bin\">>, <<>>}"),
            "{ok, Quoted atom, 255, 97, -7, 1.500000, -2.000000, 'text', \"bin\", \"\"}");
}

TEST(ErlangExpressions, NumbersBeyond64BitsSaturate) {
  EXPECT_EQ(lowered("{100000000000000000000, -100000000000000000000}"), "{9223372036854775807, -9223372036854775808}");
}

TEST(ErlangExpressions, ListsAreFlatAndMayHaveATail) {
  EXPECT_EQ(lowered("[[], [1, 2, 3], [A, B | C]]"), "[[], [1, 2, 3], [A, B | C]]");
}

TEST(ErlangExpressions, MapsAreConstructedUpdatedAndMatched) {
  EXPECT_EQ(lowered("#{key := X} = A, B#{a => X, b := 1}, #{}"), "begin #{key => X!} = A, #{B | a => X, b => 1}, #{} end");
}

TEST(ErlangExpressions, RecordsAreMapsWithANameAndAtomKeys) {
  EXPECT_EQ(lowered("#state{n = X} = A, B#state{n = X, _ = C}, A#state.n, #state.q",
                    "-record(state, {n :: integer(), m = 1, q = [] :: list()}).\n"),
            "begin #state{n => X!} = A, #state{B | n => X, _ => C}, A.n, 4 end");
  const LoweredErlang file("-module(m).\nf(S) -> S#state.n.\n");
  const auto& f = *file.function("f");
  const model::Expr& field = file.unit->expr(file.unit->clause(f.clauses[0]).body);
  EXPECT_EQ(field.kind, model::ExprKind::kField);
  EXPECT_TRUE(field.has(model::kRecord));
}

TEST(ErlangExpressions, TheIndexOfAnUnknownRecordIsUnknown) { EXPECT_EQ(lowered("#state.n"), "unknown()"); }

TEST(ErlangExpressions, BinariesKeepTheValuesOfTheirSegments) {
  EXPECT_EQ(lowered("<<X:8, Rest/binary>> = A, <<\"head \", B/binary, X:C>>"),
            "begin <<X!, Rest!>> = A, <<\"head \", B, X>> end");
}

TEST(ErlangExpressions, OperatorsKeepTheirNames) {
  EXPECT_EQ(lowered("A + B * C =:= -A andalso not B"), "(andalso (=:= (+ A (* B C)) (- A)) (not B))");
}

TEST(ErlangExpressions, SendingIsACallOfErlangSend) {
  EXPECT_EQ(lowered("A ! {msg, B}, erlang:send(A, B), send(A, B)"),
            "begin erlang:send(A, {msg, B}), erlang:send(A, B), send(A, B) end");
}

TEST(ErlangExpressions, CallsSayHowMuchOfTheirTargetIsWritten) {
  EXPECT_EQ(lowered("g(A), lists:map(A, B), A:init(B), A(B), A:B(C), m:B(C), (g())(C), ?MODULE:g()"),
            "begin g(A), lists:map(A, B), (A):init(B), (A)(B), apply({A, B})(C), apply({m, B})(C), (g())(C), m:g() end");
}

TEST(ErlangExpressions, ApplyWithAWrittenListIsTheCallItself) {
  EXPECT_EQ(lowered("apply(gen_server, call, [A, B]), erlang:apply(A, stop, []), apply(A, [B]), apply(A, B, [C])"),
            "begin gen_server:call(A, B), (A):stop(), (A)(B), apply({A, B})(C) end");
  EXPECT_EQ(lowered("apply(m, g, A), apply(m, g, [A | B]), apply(A, B)"),
            "begin apply(m, g, A), apply(m, g, [A | B]), apply(A, B) end");
}

TEST(ErlangExpressions, AnApplyOfOnesOwnIsAnOrdinaryFunction) {
  EXPECT_EQ(lowered("apply(m, g, [])", "apply(_, _, _) -> ok.\n"), "apply(m, g, [])");
}

TEST(ErlangExpressions, FunsByNameAreCaptures) {
  EXPECT_EQ(lowered("[fun g/1, fun lists:map/2, fun A:init/1, fun A:B/C, fun m:B/2]"),
            "[fun g/1, fun lists:map/2, fun (A):init/1, fun apply({A, B, C})/0, fun apply({m, B})/2]");
}

TEST(ErlangExpressions, FunsAndNamedFunsAreClosures) {
  EXPECT_EQ(lowered("fun(X) when X > A -> B; (_) -> C end"), "fun X! when (> X A) -> B; _ -> C end");
  EXPECT_EQ(lowered("fun Loop(X) -> Loop(X) end"), "fun Loop! X! -> (Loop)(X) end");
}

TEST(ErlangExpressions, CaseIfAndReceiveHaveClauses) {
  EXPECT_EQ(lowered("case A of {ok, X} when X > 1, B; C -> X; _ -> B end"),
            "case A of {ok, X!} when (or (and (> X 1) B) C) -> X; _ -> B end");
  EXPECT_EQ(lowered("if A > 1 -> B; true -> C end"), "case when (> A 1) -> B; when true -> C end");
  EXPECT_EQ(lowered("receive {A, X} -> X after 5000 -> B, C end"), "receive {A, X!} -> X after 5000 -> begin B, C end end");
  EXPECT_EQ(lowered("receive after infinity -> ok end"), "receive  after infinity -> ok end");
}

TEST(ErlangExpressions, WhatEveryBranchBindsIsBoundAfterwards) {
  EXPECT_EQ(lowered("case A of 1 -> X = B; _ -> X = C end, X"), "begin case A of 1 -> X! = B; _ -> X! = C end, X end");
}

TEST(ErlangExpressions, TryHasClassesReasonsAndWrittenStacktraces) {
  EXPECT_EQ(
      lowered("try A, B of ok -> C catch error:R:S -> {R, S}; exit:_ -> B; C:R -> R; T -> T after g() end"),
      "try begin A, B end of ok -> C catch error, R!, S! -> {R, S}; exit, _ -> B; C, R! -> R; throw, T! -> T after g() end");
}

TEST(ErlangExpressions, OldCatchCatchesEverything) {
  EXPECT_EQ(lowered("catch g(A)"), "old try g(A) catch _, _ -> unknown() end");
}

TEST(ErlangExpressions, MaybeIsAWith) {
  EXPECT_EQ(lowered("maybe {ok, X} ?= A, Y = X, {ok, Y} else {error, E} -> E end", "-feature(maybe_expr, enable).\n"),
            "with {ok, X!} <- A, Y! = X, {ok, Y} else {error, E!} -> E end");
}

TEST(ErlangExpressions, ComprehensionsHaveGeneratorsFiltersAndABody) {
  EXPECT_EQ(lowered("[{X, Y} || X <- A, X > 1, {Y, _} <- B]"), "[{X, Y} || X! <- A, (> X 1), {Y!, _} <- B]");
  EXPECT_EQ(lowered("<< <<X>> || <<X:8>> <= A >>"), "[<<X>> || <<X!>> <- A]");
  EXPECT_EQ(lowered("[{X, Y} || X <- A && Y <- B]"), "[{X, Y} || X! <- A, Y! <- B]");
}

TEST(ErlangExpressions, MapComprehensionsHavePairs) {
  EXPECT_EQ(lowered("[K || K := _ <- A]"), "[K || {K!, _} <- A]");
  EXPECT_EQ(lowered("#{K => V || K := V <- A}"), "[{K, V} || {K!, V!} <- A]");
}

TEST(ErlangExpressions, BlocksOfOneExpressionAreThatExpression) {
  EXPECT_EQ(lowered("begin A end, begin B, C end"), "begin A, begin B, C end end");
}

TEST(ErlangExpressions, PlacesAreThoseOfTheText) {
  const LoweredErlang file("-module(m).\nf(X) ->\n  gen_server:call(X, {get, 1}, 5000).\n");
  const auto& body = file.unit->clause(file.function("f")->clauses[0]).body;
  EXPECT_EQ(file.text(body), "gen_server:call(X, {get, 1}, 5000)");
  EXPECT_EQ(file.text(file.unit->child(body, 1)), "{get, 1}");
}

TEST(ErlangExpressions, WhatAMacroMakesStandsAtTheMacro) {
  const LoweredErlang file("-module(m).\n-define(SERVER, {global, shop}).\nf(X) -> gen_server:call(?SERVER, X).\n");
  const auto& body = file.unit->clause(file.function("f")->clauses[0]).body;
  EXPECT_EQ(file.text(file.unit->child(body, 0)), "?SERVER");
  EXPECT_EQ(file.text(file.unit->child(file.unit->child(body, 0), 1)), "?SERVER");
}

TEST(ErlangExpressions, WhatAMacroTurnsRoundStillBeginsBeforeItEnds) {
  const LoweredErlang file("-module(m).\n-define(SWAP(A, B), {B + A}).\nf(X, Y) -> ?SWAP(X, Y).\n");
  const auto& body = file.unit->clause(file.function("f")->clauses[0]).body;
  EXPECT_EQ(file.text(file.unit->child(body, 0)), "X, Y");
}

TEST(ErlangExpressions, ALongListIsLoweredWithoutDepth) {
  std::string elements = "1";
  for (int i = 0; i < 100000; ++i) elements += ",1";
  const LoweredErlang file("-module(m).\nf() -> [" + elements + "].\n");
  const auto& body = file.unit->clause(file.function("f")->clauses[0]).body;
  EXPECT_EQ(file.unit->children_of(body).size(), 100001u);
}

}  // namespace
}  // namespace beamwright::lower
