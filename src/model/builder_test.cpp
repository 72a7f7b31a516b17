#include "model/builder.h"

#include <gtest/gtest.h>

#include <string>

#include "base/invariant.h"

namespace beamwright::model {
namespace {

// Builds one function f out of small pieces; places are counted up, so that text order is the order of building.
class Builder : public ::testing::Test {
 protected:
  explicit Builder(source::Language language) : builder(file_of(language)) { module = builder.begin_module({}); }

  static source::SourceFile file_of(source::Language language) {
    source::SourceFile file;
    file.id = source::FileId(0);
    file.language = language;
    return file;
  }

  ExprId var(const char* name) {
    const std::uint32_t begin = at++;
    return builder.variable(intern(name), begin, begin + 1);
  }
  ExprId number() { return builder.integer(1, at, at + 1); }
  ExprId match(ExprId pattern, ExprId value) { return node(ExprKind::kMatch, {pattern, value}); }
  ExprId block(std::initializer_list<ExprId> children) { return node(ExprKind::kBlock, children); }
  ExprId tuple(std::initializer_list<ExprId> children) { return node(ExprKind::kTuple, children); }
  ExprId pin(ExprId child) { return node(ExprKind::kPin, {child}); }
  ExprId node(ExprKind kind, std::initializer_list<ExprId> children) {
    return builder.add(kind, at, at + 1, 0, std::span<const ExprId>(children.begin(), children.size()));
  }
  ExprId local_call(const char* name, std::initializer_list<ExprId> arguments = {}) {
    Call call;
    call.name = intern(name);
    const std::uint32_t begin = at++;
    return builder.call(call, begin, begin + 1, std::span<const ExprId>(arguments.begin(), arguments.size()));
  }
  Clause clause(std::initializer_list<ExprId> patterns, ExprId body, ExprId guard = {}) {
    return builder.clause(std::span<const ExprId>(patterns.begin(), patterns.size()), guard, body, 0, at);
  }
  ExprId with_clauses(ExprKind kind, std::initializer_list<Clause> clauses, std::initializer_list<ExprId> children = {},
                      std::uint8_t flags = 0) {
    return builder.with_clauses(kind, at, at + 1, std::span<const Clause>(clauses.begin(), clauses.size()),
                                std::span<const ExprId>(children.begin(), children.size()), flags);
  }
  void function(std::initializer_list<Clause> clauses, const char* name = "f") {
    Function f;
    f.name = intern(name);
    f.end = at;
    builder.function(module, f, std::span<const Clause>(clauses.begin(), clauses.size()));
  }
  const Unit& finish() {
    unit = builder.finish();
    return *unit;
  }

  VariableId id(ExprId e) const { return VariableId(unit->expr(e).payload); }
  bool binds(ExprId e) const { return unit->expr(e).has(kBinds); }
  bool same(ExprId a, ExprId b) const { return id(a) && id(a) == id(b); }

  UnitBuilder builder;
  LocalModuleId module;
  std::uint32_t at = 0;
  std::unique_ptr<Unit> unit;
};

struct ElixirBinding : Builder {
  ElixirBinding() : Builder(source::Language::kElixir) {}
};
struct ErlangBinding : Builder {
  ErlangBinding() : Builder(source::Language::kErlang) {}
};
using UnitBuilding = ErlangBinding;

TEST_F(ElixirBinding, AMatchRebindsAndLaterUsesMeanTheNewVariable) {
  const auto parameter = var("x"), before = var("x"), rebound = var("x"), after = var("x");
  function({clause({parameter}, block({match(rebound, before), after}))});
  finish();
  EXPECT_TRUE(same(parameter, before));
  EXPECT_TRUE(same(rebound, after));
  EXPECT_FALSE(same(parameter, after));
  EXPECT_TRUE(binds(parameter) && binds(rebound));
  EXPECT_FALSE(binds(before) || binds(after));
  EXPECT_EQ(unit->variable_of(unit->expr(after)).binding, rebound);
}

TEST_F(ElixirBinding, ANameTwiceInOnePatternIsOneVariableAndAPinMeansTheOneBefore) {
  const auto parameter = var("x"), first = var("x"), pinned = var("x"), second = var("x");
  function({clause({parameter}, block({match(tuple({first, pin(pinned), second}), number())}))});
  finish();
  EXPECT_TRUE(same(first, second));
  EXPECT_TRUE(same(parameter, pinned));
  EXPECT_TRUE(binds(first));
  EXPECT_FALSE(binds(second));
}

TEST_F(ElixirBinding, NothingLeaksFromABranch) {
  const auto parameter = var("x"), inside = var("x"), used_inside = var("x"), after = var("x");
  const auto only_inside = var("y"), unknown = var("y");
  const auto body = block({match(inside, number()), match(only_inside, number()), used_inside});
  const auto branch = with_clauses(ExprKind::kCase, {clause({}, body)}, {number()});
  function({clause({parameter}, block({branch, after, unknown}))});
  finish();
  EXPECT_TRUE(same(inside, used_inside));
  EXPECT_TRUE(same(parameter, after));
  EXPECT_FALSE(id(unknown));
}

TEST_F(ElixirBinding, WithStepsSeeEarlierStepsAndElseDoesNot) {
  const auto bound = var("x"), source_of_second = var("x"), in_body = var("x"), in_else = var("x"), after = var("x");
  const auto first = node(ExprKind::kGenerator, {bound, number()});
  const auto second = node(ExprKind::kGenerator, {var("y"), source_of_second});
  const auto with = with_clauses(ExprKind::kWith, {clause({var("e")}, in_else)}, {first, second, in_body});
  function({clause({}, block({with, after}))});
  finish();
  EXPECT_TRUE(same(bound, source_of_second));
  EXPECT_TRUE(same(bound, in_body));
  EXPECT_FALSE(id(in_else));
  EXPECT_FALSE(id(after));
}

TEST_F(ElixirBinding, GuardOfAGeneratorUsesWhatItsPatternBinds) {
  const auto bound = var("x"), in_guard = var("x");
  const ExprId parts[] = {bound, in_guard};
  const auto guarded = builder.add(ExprKind::kOperator, 0, 1, sym::when.index, parts);
  const auto generator = node(ExprKind::kGenerator, {guarded, number()});
  function({clause({}, with_clauses(ExprKind::kWith, {}, {generator, number()}))});
  finish();
  EXPECT_TRUE(same(bound, in_guard));
  EXPECT_FALSE(unit->expr(in_guard).has(kInPattern));
  EXPECT_TRUE(unit->expr(bound).has(kInPattern));
}

TEST_F(ElixirBinding, TryKeepsItsBodyToItself) {
  const auto bound = var("x"), in_else = var("x"), in_catch = var("x"), in_after = var("x");
  const Clause else_clause = clause({number()}, in_else);
  const Clause catch_clause = clause({number()}, in_catch);
  const auto attempt = builder.try_(0, 1, match(bound, number()), {&else_clause, 1}, {&catch_clause, 1}, in_after);
  function({clause({}, attempt)});
  finish();
  EXPECT_FALSE(id(in_else) || id(in_catch) || id(in_after));
}

TEST_F(ElixirBinding, AClauseOfOneFunctionKnowsNothingOfAnother) {
  const auto bound = var("x"), in_second = var("x");
  function({clause({bound}, number()), clause({}, in_second)});
  finish();
  EXPECT_FALSE(id(in_second));
}

TEST_F(ErlangBinding, ABoundVariableInAPatternIsAUse) {
  const auto parameter = var("X"), compared = var("X");
  function({clause({parameter}, match(compared, number()))});
  finish();
  EXPECT_TRUE(same(parameter, compared));
  EXPECT_FALSE(binds(compared));
}

TEST_F(ErlangBinding, BranchesExportOneVariableForAName) {
  const auto first = var("X"), second = var("X"), after = var("X");
  const auto branches = with_clauses(ExprKind::kCase, {clause({first}, number()), clause({second}, number())}, {number()});
  function({clause({}, block({branches, after}))});
  finish();
  EXPECT_TRUE(same(first, second));
  EXPECT_TRUE(same(first, after));
  EXPECT_TRUE(binds(first) && binds(second));
  EXPECT_EQ(unit->variable_of(unit->expr(after)).binding, first);
}

TEST_F(ErlangBinding, BranchesHaveTheirOwnVariablesWhereNothingUsesThemAfterwards) {
  const auto first = var("X"), in_first = var("X"), second = var("X"), in_second = var("X");
  const auto branches = with_clauses(ExprKind::kCase, {clause({first}, in_first), clause({second}, in_second)}, {number()});
  function({clause({}, block({branches, number()}))});
  finish();
  EXPECT_FALSE(same(first, second));
  EXPECT_TRUE(same(first, in_first));
  EXPECT_TRUE(same(second, in_second));
  EXPECT_EQ(unit->variable_of(unit->expr(in_second)).binding, second);
}

TEST_F(ErlangBinding, ABranchWithinABranchJoinsTheVariableOfItsSiblings) {
  const auto first = var("X"), inner_first = var("X"), inner_second = var("X"), in_fun = var("X"), after = var("X");
  const auto fun = with_clauses(ExprKind::kClosure, {clause({}, match(in_fun, number()))});
  const auto inner =
      with_clauses(ExprKind::kCase, {clause({inner_first}, number()), clause({inner_second}, number())}, {number()});
  const auto outer =
      with_clauses(ExprKind::kCase, {clause({first}, number()), clause({number()}, block({fun, inner}))}, {number()});
  function({clause({}, block({outer, after}))});
  finish();
  EXPECT_TRUE(same(first, inner_first));
  EXPECT_TRUE(same(first, inner_second));
  EXPECT_TRUE(same(first, after));
  EXPECT_TRUE(id(in_fun));
  EXPECT_FALSE(same(first, in_fun));
}

TEST_F(ErlangBinding, ReceiveExportsFromItsTimeoutToo) {
  const auto bound = var("X"), after = var("X");
  const auto wait = with_clauses(ExprKind::kReceive, {clause({number()}, number())}, {number(), match(bound, number())});
  function({clause({}, block({wait, after}))});
  finish();
  EXPECT_TRUE(same(bound, after));
}

TEST_F(ErlangBinding, FunHeadsAndGeneratorsShadow) {
  const auto parameter = var("X"), head = var("X"), in_fun = var("X"), generated = var("X"), source = var("X"),
             in_template = var("X"), after = var("X");
  const auto fun = with_clauses(ExprKind::kClosure, {clause({head}, in_fun)});
  const auto comprehension = node(ExprKind::kComprehension, {node(ExprKind::kGenerator, {generated, source}), in_template});
  function({clause({parameter}, block({fun, comprehension, after}))});
  finish();
  EXPECT_TRUE(same(head, in_fun));
  EXPECT_FALSE(same(parameter, head));
  EXPECT_TRUE(same(parameter, source));
  EXPECT_TRUE(same(generated, in_template));
  EXPECT_FALSE(same(parameter, generated));
  EXPECT_TRUE(same(parameter, after));
}

TEST_F(ErlangBinding, AMapKeyInAFunHeadIsAUse) {
  const auto parameter = var("K"), key = var("K"), value = var("K");
  const auto fun = with_clauses(ExprKind::kClosure, {clause({node(ExprKind::kMap, {key, value})}, number())});
  function({clause({parameter}, fun)});
  finish();
  EXPECT_TRUE(same(parameter, key));
  EXPECT_FALSE(same(parameter, value));
}

TEST_F(ErlangBinding, ANamedFunKnowsItsOwnName) {
  const auto name = var("Loop"), inside = var("Loop"), after = var("Loop");
  const auto fun = with_clauses(ExprKind::kClosure, {clause({}, inside)}, {name}, kNamed);
  function({clause({}, block({fun, after}))});
  finish();
  EXPECT_TRUE(same(name, inside));
  EXPECT_FALSE(id(after));
}

TEST_F(ErlangBinding, TheBodyOfATryIsSeenByOfClausesAlone) {
  const auto bound = var("X"), in_of = var("X"), in_catch = var("X"), after = var("X");
  const Clause of_clause = clause({number()}, in_of);
  const Clause catch_clause = clause({number()}, in_catch);
  const auto attempt = builder.try_(0, 1, match(bound, number()), {&of_clause, 1}, {&catch_clause, 1}, {});
  function({clause({}, block({attempt, after}))});
  finish();
  EXPECT_TRUE(same(bound, in_of));
  EXPECT_FALSE(id(in_catch) || id(after));
}

TEST_F(ErlangBinding, DeepNestingIsCutWithoutHarm) {
  ExprId nested = var("X");
  const ExprId deepest = nested;
  for (int i = 0; i < 200000; ++i) nested = tuple({nested});
  function({clause({var("X")}, nested)});
  finish();
  EXPECT_FALSE(id(deepest));
  EXPECT_EQ(unit->parents.size(), unit->exprs.size());
}

TEST_F(ElixirBinding, DeepClosuresAreCutWithoutHarm) {
  ExprId nested = var("x");
  const ExprId deepest = nested;
  for (int i = 0; i < 20000; ++i) nested = with_clauses(ExprKind::kClosure, {clause({}, nested)});
  function({clause({var("x")}, nested)});
  finish();
  EXPECT_FALSE(id(deepest));
}

TEST_F(UnitBuilding, CallsStandByFunctionAndInTextOrder) {
  const auto early = local_call("early");
  const auto late = local_call("late");
  const auto other = local_call("other");
  function({clause({}, other)}, "g");
  function({clause({}, block({late, early}))}, "h");
  finish();
  ASSERT_EQ(unit->calls.size(), 3u);
  EXPECT_EQ(unit->calls[0].expr, other);
  EXPECT_EQ(unit->calls[1].expr, early);
  EXPECT_EQ(unit->calls[2].expr, late);
  EXPECT_EQ(unit->functions[0].calls.count, 1u);
  EXPECT_EQ(unit->functions[1].calls.first, 1u);
  EXPECT_EQ(unit->functions[1].calls.count, 2u);
  EXPECT_EQ(unit->calls[2].function, LocalFunctionId(1));
  EXPECT_EQ(unit->call_of(unit->expr(late)).name, intern("late"));
}

TEST_F(UnitBuilding, CallsKnowTheirClosureAndTheirGuard) {
  const auto in_guard = local_call("is_pid", {var("X")});
  const auto inside = local_call("inside");
  const auto fun = with_clauses(ExprKind::kClosure, {clause({}, inside)});
  const auto outside = local_call("outside", {fun});
  function({clause({var("X")}, outside, in_guard)});
  finish();
  EXPECT_TRUE(unit->call_of(unit->expr(in_guard)).in_guard);
  EXPECT_FALSE(unit->call_of(unit->expr(outside)).in_guard);
  EXPECT_EQ(unit->call_of(unit->expr(inside)).closure, fun);
  EXPECT_FALSE(unit->call_of(unit->expr(outside)).closure);
}

TEST_F(ElixirBinding, AConditionOfCondIsNoGuard) {
  const auto condition = local_call("expensive");
  function({clause({}, with_clauses(ExprKind::kCase, {clause({}, number(), condition)}))});
  finish();
  EXPECT_FALSE(unit->call_of(unit->expr(condition)).in_guard);
}

TEST_F(UnitBuilding, ParentsLeadThroughClausesAndDynamicModules) {
  const auto pattern = var("X"), body = var("X"), module_expr = var("M");
  const auto branches = with_clauses(ExprKind::kCase, {clause({pattern}, body)}, {number()});
  Call call;
  call.target = TargetKind::kDynamicModule;
  call.name = intern("f");
  call.module_expr = module_expr;
  const auto dynamic = builder.call(call, 0, 1, {&branches, 1});
  function({clause({var("M")}, dynamic)});
  finish();
  EXPECT_EQ(unit->parent(pattern), branches);
  EXPECT_EQ(unit->parent(body), branches);
  EXPECT_EQ(unit->parent(branches), dynamic);
  EXPECT_EQ(unit->parent(module_expr), dynamic);
  EXPECT_FALSE(unit->parent(dynamic));
  EXPECT_TRUE(id(module_expr));
  EXPECT_TRUE(unit->expr(pattern).has(kInPattern));
  EXPECT_FALSE(unit->expr(body).has(kInPattern));
}

TEST_F(UnitBuilding, ACallInNoFunctionComesLastAndBelongsToNone) {
  const auto value = local_call("compile_time");
  builder.attribute(module, {intern("limit"), value, 0, 1});
  function({clause({}, local_call("run_time"))});
  finish();
  ASSERT_EQ(unit->calls.size(), 2u);
  EXPECT_EQ(unit->calls[1].expr, value);
  EXPECT_FALSE(unit->calls[1].function);
  EXPECT_EQ(unit->modules[0].attribute_count, 1u);
}

TEST_F(UnitBuilding, FunctionsAndDirectivesAreGroupedByModule) {
  const auto nested = builder.begin_module({});
  const auto place = [&](LocalModuleId m, const char* name, std::uint32_t begin, std::uint32_t end) {
    Function f;
    f.name = intern(name);
    f.begin = begin;
    f.end = end;
    builder.function(m, f, {});
  };
  place(module, "a", 0, 10);
  place(nested, "b", 12, 20);
  place(module, "c", 30, 40);
  const auto import_at = [&](LocalModuleId m, std::uint32_t begin) {
    Directive d = {};
    d.kind = DirectiveKind::kImport;
    d.begin = begin;
    d.end = begin + 1;
    builder.directive(m, d);
  };
  import_at(module, 35);
  import_at(nested, 11);
  import_at(module, 25);
  finish();
  ASSERT_EQ(unit->functions.size(), 3u);
  EXPECT_EQ(unit->functions[1].name, intern("c"));
  EXPECT_EQ(unit->functions[2].name, intern("b"));
  EXPECT_EQ(unit->functions[2].module, nested);
  EXPECT_EQ(unit->modules[0].functions.count, 2u);
  EXPECT_EQ(unit->modules[1].functions.first, 2u);
  ASSERT_EQ(unit->directives_of(unit->modules[0]).size(), 2u);
  EXPECT_EQ(unit->directives_of(unit->modules[0])[0].function, LocalFunctionId(1));
  EXPECT_FALSE(unit->directives_of(unit->modules[0])[1].function);
  EXPECT_FALSE(unit->directives_of(unit->modules[1])[0].function);
}

TEST_F(UnitBuilding, AChildBuiltAfterItsParentIsAnInvariantFailure) {
  EXPECT_THROW(tuple({ExprId(0)}), InvariantFailure);
  EXPECT_THROW(clause({}, ExprId(0)), InvariantFailure);
}

}  // namespace
}  // namespace beamwright::model
