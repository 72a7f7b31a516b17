#include "rules/conditions.h"

#include <algorithm>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::rules {

using model::Clause;
using model::ClauseId;
using model::Expr;

namespace {

bool is_within(const Unit& unit, ExprId id, const Clause& clause) {
  const std::uint32_t at = unit.expr(id).begin;
  return at >= clause.begin && at < clause.end;
}

bool tests_kind_in_guard(const Program& program, const Unit& unit, const Clause& clause, ExprId pattern) {
  const std::vector<model::VariableId> variables = analysis::variables_in(unit, pattern);
  return analysis::any_below(unit, clause.guard, [&](ExprId id) {
    if (unit.expr(id).kind != ExprKind::kCall) return false;
    const model::Call& call = program.call(CallId(unit.first_call + unit.expr(id).payload));
    return call.name.text().starts_with("is_") && analysis::mentions(unit, id, variables);
  });
}

// What a function answers, rather than what it is asked for.
bool is_outcome(Symbol atom) {
  return atom == sym::true_ || atom == sym::false_ || atom == sym::ok || atom == sym::error || atom == sym::undefined ||
         atom == sym::nil || atom.text() == "none" || atom.text() == "not_found";
}

// Does the clause ask what kind of thing an argument is that nobody knows: a pid, a record, a job by its name?
bool tests_kind(const Program& program, const Unit& unit, const Clause& clause, const KnownArguments& arguments) {
  const std::span<const ExprId> patterns = unit.patterns_of(clause);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (i < arguments.size() && arguments[i]) continue;
    const Expr& e = unit.expr(patterns[i]);
    const bool named = (e.kind == ExprKind::kAtom && !is_outcome(e.symbol())) || (e.kind == ExprKind::kMap && Symbol(e.payload));
    if (named || tests_kind_in_guard(program, unit, clause, patterns[i])) return true;
  }
  return false;
}

bool has_effect(const Program& program, const Facts& facts, FunctionId function, ClauseId clause, Effect effect) {
  const std::vector<CallId> sites = analysis::calls_in_clause(program, function, clause);
  return std::any_of(sites.begin(), sites.end(),
                     [&](CallId site) { return analysis::effects_at(program, facts, site).has(effect); });
}

}  // namespace

bool is_one_of_overloads(const Program& program, const Facts& facts, FunctionId function, CallId site,
                         const KnownArguments& arguments, std::uint64_t feasible, Effect effect) {
  const model::ClauseRange clauses = program.function(function).clauses;
  if (clauses.size() < 2 || clauses.size() > 64) return false;
  const Unit& unit = program.unit_of(function);
  const ExprId call = program.call(site).expr;
  const auto any_feasible = [&](auto holds) {
    for (std::uint32_t i = 0; i < clauses.size(); ++i) {
      if (((feasible >> i) & 1u) != 0 && unit.clause(clauses[i]).body && holds(clauses[i])) return true;
    }
    return false;
  };
  return any_feasible([&](ClauseId id) { return tests_kind(program, unit, unit.clause(id), arguments); }) &&
         any_feasible([&](ClauseId id) {
           return !is_within(unit, call, unit.clause(id)) && !has_effect(program, facts, function, id, effect);
         });
}

bool stands_in_branch(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const ExprId call = program.call(site).expr;
  ExprId below = call;
  for (ExprId around = unit.parent(call); around; below = around, around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kClosure) return false;
    const bool branches = e.kind == ExprKind::kCase || e.kind == ExprKind::kReceive || e.kind == ExprKind::kTry;
    if (branches && (e.child_count == 0 || unit.child(around, 0) != below)) return true;
  }
  return false;
}

bool follows_failure(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const ExprId call = program.call(site).expr;
  ExprId below = call;
  for (ExprId around = unit.parent(call); around; below = around, around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kClosure) return false;
    if (e.kind != ExprKind::kTry || unit.child(around, 0) == below) continue;
    for (const ClauseId id : unit.try_of(e).catch_clauses) {
      if (is_within(unit, call, unit.clause(id))) return true;
    }
  }
  return false;
}

}  // namespace beamwright::rules
