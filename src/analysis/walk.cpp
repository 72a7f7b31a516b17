#include "analysis/walk.h"

#include <algorithm>

namespace beamwright::analysis {

using model::Clause;
using model::ClauseRange;
using model::Expr;
using model::ExprId;
using model::ExprKind;
using model::Unit;

namespace {

void append_clauses(const Unit& unit, ClauseRange clauses, std::vector<ExprId>& out) {
  for (const model::ClauseId id : clauses) {
    const Clause& clause = unit.clause(id);
    for (const ExprId pattern : unit.patterns_of(clause)) out.push_back(pattern);
    if (clause.guard) out.push_back(clause.guard);
    if (clause.body) out.push_back(clause.body);
  }
}

}  // namespace

void append_below(const Unit& unit, ExprId id, std::vector<ExprId>& out) {
  const Expr& e = unit.expr(id);
  for (const ExprId child : unit.children_of(e)) {
    if (child) out.push_back(child);
  }
  switch (e.kind) {
    case ExprKind::kClosure:
    case ExprKind::kCase:
    case ExprKind::kReceive:
    case ExprKind::kWith:
      append_clauses(unit, unit.clauses_of(e), out);
      break;
    case ExprKind::kTry: {
      const model::Try& t = unit.try_of(e);
      append_clauses(unit, t.else_clauses, out);
      append_clauses(unit, t.catch_clauses, out);
      if (t.after) out.push_back(t.after);
      break;
    }
    default:
      break;
  }
}

bool mentions(const Unit& unit, ExprId root, const std::vector<model::VariableId>& variables) {
  return any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    return e.kind == ExprKind::kVariable &&
           std::find(variables.begin(), variables.end(), model::VariableId(e.payload)) != variables.end();
  });
}

std::vector<model::VariableId> variables_in(const Unit& unit, ExprId root) {
  std::vector<model::VariableId> found;
  any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    const model::VariableId variable(e.payload);
    if (e.kind == ExprKind::kVariable && variable && std::find(found.begin(), found.end(), variable) == found.end()) {
      found.push_back(variable);
    }
    return false;
  });
  return found;
}

}  // namespace beamwright::analysis
