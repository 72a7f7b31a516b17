#include "rules/multicall_items.h"

#include <algorithm>

#include "analysis/values.h"

namespace beamwright::rules {

using model::Expr;

namespace {

// The function that a call of a list function runs for each item of `list`, where it is written there.
bool add_consumer(const Facts& facts, const Unit& unit, ExprId list, std::vector<ItemClauses>& found) {
  const ExprId call = unit.parent(list);
  if (!call || unit.expr(call).kind != ExprKind::kCall) return false;
  const CallId site(unit.first_call + unit.expr(call).payload);
  const analysis::External* external = facts.calls.external(site);
  if (!external || (external->module != sym::lists && external->module != sym::Elixir_Enum)) return false;
  for (const ExprId argument : unit.children_of(call)) {
    if (unit.expr(argument).kind != ExprKind::kClosure) continue;
    found.push_back({site, unit.clauses_of(unit.expr(argument))});
    return true;
  }
  return false;
}

bool takes(const Unit& unit, ExprId pattern, Symbol tag) {
  const Expr& e = unit.expr(pattern);
  switch (e.kind) {
    case ExprKind::kVariable:
    case ExprKind::kWildcard:
      return true;
    case ExprKind::kMatch:
      return takes(unit, unit.child(pattern, 0), tag) && takes(unit, unit.child(pattern, 1), tag);
    case ExprKind::kTuple: {
      if (e.child_count != 2) return false;
      const Expr& first = unit.expr(unit.child(pattern, 0));
      return first.kind == ExprKind::kAtom ? first.symbol() == tag : true;
    }
    default:
      return e.kind == ExprKind::kUnknown;
  }
}

}  // namespace

std::vector<ExprId> answer_uses(const Program& program, CallId multicall, bool in_pair) {
  std::vector<ExprId> found;
  const Unit& unit = program.unit_of(multicall);
  const ExprId call = program.call(multicall).expr;
  const ExprId match = unit.parent(call);
  if (!match || unit.expr(match).kind != ExprKind::kMatch || unit.child(match, 1) != call) return found;
  ExprId pattern = unit.child(match, 0);
  if (in_pair) {
    if (unit.expr(pattern).kind != ExprKind::kTuple || unit.expr(pattern).child_count != 2) return found;
    pattern = unit.child(pattern, 0);
  }
  const model::VariableId variable = analysis::whole_variable(unit, pattern);
  if (!variable) return found;
  const analysis::Uses uses(unit);
  for (const ExprId use : uses.of(variable)) {
    if (!unit.expr(use).has(model::kBinds)) found.push_back(use);
  }
  return found;
}

std::vector<ItemClauses> item_clauses(const Program& program, const Facts& facts, CallId multicall, bool in_pair) {
  std::vector<ItemClauses> found;
  const Unit& unit = program.unit_of(multicall);
  const ExprId call = program.call(multicall).expr;
  if (!in_pair && add_consumer(facts, unit, call, found)) return found;
  for (const ExprId use : answer_uses(program, multicall, in_pair)) add_consumer(facts, unit, use, found);
  return found;
}

bool takes_tagged(const Unit& unit, model::ClauseRange clauses, Symbol tag) {
  for (const model::ClauseId id : clauses) {
    const auto patterns = unit.patterns_of(unit.clause(id));
    if (patterns.empty() || takes(unit, patterns[0], tag)) return true;
  }
  return false;
}

bool takes_tagged(const Unit& unit, ExprId pattern, Symbol tag) { return takes(unit, pattern, tag); }

}  // namespace beamwright::rules
