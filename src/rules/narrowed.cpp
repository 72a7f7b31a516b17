#include "rules/narrowed.h"

#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// `{:nodedown, node} = message`: the tuple is one of the sides.
ExprId tuple_in(const Unit& unit, ExprId id) {
  while (id && unit.expr(id).kind == ExprKind::kMatch && unit.expr(id).child_count == 2) {
    const ExprId left = unit.child(id, 0);
    id = unit.expr(left).kind == ExprKind::kTuple ? left : unit.child(id, 1);
  }
  return id && unit.expr(id).kind == ExprKind::kTuple ? id : ExprId();
}

// The whole message's own pattern does not count as a repetition.
bool is_repeated(const Unit& unit, const model::Clause& clause, ExprId message, model::VariableId variable) {
  for (const ExprId other : unit.patterns_of(clause)) {
    if (other != message && mentions(unit, other, {variable})) return true;
  }
  return false;
}

// `when Node == Mine`: equal to something, and not only of some type.
bool is_compared(const Unit& unit, ExprId guard, model::VariableId variable) {
  return any_below(unit, guard, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kOperator || e.child_count != 2) return false;
    const std::string_view name = e.symbol().text();
    return (name == "==" || name == "=:=" || name == "===") && mentions(unit, id, {variable});
  });
}

}  // namespace

bool asks_for_one(const Program& program, const Handler& handler, const analysis::Pattern& pattern, std::size_t at) {
  if (!pattern.expr) return false;
  const Unit& unit = program.unit(pattern.expr.unit);
  const ExprId tuple = tuple_in(unit, pattern.expr.expr);
  if (!tuple || at >= unit.expr(tuple).child_count) return false;
  const ExprId part = unit.child(tuple, at);
  const model::Expr& e = unit.expr(part);
  switch (e.kind) {
    case ExprKind::kAtom:
    case ExprKind::kInteger:
    case ExprKind::kString:
    case ExprKind::kPin:
      return true;
    case ExprKind::kVariable: {
      if (!e.has(model::kBinds)) return true;
      if (e.payload >= unit.variables.size()) return false;
      const model::Clause& clause = unit.clause(handler.clause);
      const model::VariableId variable(e.payload);
      return is_repeated(unit, clause, handler.pattern.expr.expr, variable) || is_compared(unit, clause.guard, variable);
    }
    default:
      return false;
  }
}

}  // namespace beamwright::rules
