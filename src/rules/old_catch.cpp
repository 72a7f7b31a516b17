#include "rules/old_catch.h"

#include "analysis/values.h"

namespace beamwright::rules {
namespace {

// {'EXIT', Reason}, also with a name for the whole.
bool is_exit(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kMatch && e.child_count == 2)
    return is_exit(unit, unit.child(pattern, 0)) || is_exit(unit, unit.child(pattern, 1));
  return e.kind == ExprKind::kTuple && e.child_count == 2 && analysis::atom_value(unit, unit.child(pattern, 0)) == sym::EXIT;
}

// The case that follows in the same block: Result = (catch f()), case Result of.
ExprId case_after(const Unit& unit, ExprId old_catch, ExprId match) {
  const ExprId block = unit.parent(match);
  if (!block || unit.expr(block).kind != ExprKind::kBlock) return {};
  for (const ExprId statement : unit.children_of(unit.expr(block))) {
    if (unit.expr(statement).begin < unit.expr(match).end) continue;
    const ExprId looked = unit.expr(statement).kind == ExprKind::kMatch ? unit.child(statement, 1) : statement;
    const model::Expr& e = unit.expr(looked);
    if (e.kind == ExprKind::kCase && e.child_count > 0 && analysis::local_value(unit, unit.child(looked, 0)) == old_catch)
      return looked;
  }
  return {};
}

}  // namespace

std::vector<model::ClauseId> exit_clauses(const Unit& unit, ExprId old_catch) {
  const ExprId around = unit.parent(old_catch);
  if (!around) return {};
  ExprId choice;
  if (unit.expr(around).kind == ExprKind::kCase && unit.child(around, 0) == old_catch) choice = around;
  if (unit.expr(around).kind == ExprKind::kMatch) choice = case_after(unit, old_catch, around);
  std::vector<model::ClauseId> found;
  if (!choice) return found;
  for (const model::ClauseId id : unit.clauses_of(unit.expr(choice))) {
    const auto patterns = unit.patterns_of(unit.clause(id));
    if (patterns.size() == 1 && is_exit(unit, patterns[0])) found.push_back(id);
  }
  return found;
}

}  // namespace beamwright::rules
