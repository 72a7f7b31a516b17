#include "rules/walk.h"

#include <algorithm>

namespace beamwright::rules {

using model::Expr;
using model::ExprId;
using model::ExprKind;
using model::Unit;

bool module_names_atom(const model::Program& program, model::ModuleId module, Symbol atom) {
  const Unit* asked = nullptr;
  bool has_it = false;
  for (const model::FunctionId f : program.functions_of(module)) {
    const Unit& unit = program.unit_of(f);
    if (asked != &unit) {
      const auto atoms = unit.of_kind(ExprKind::kAtom);
      has_it = std::any_of(atoms.begin(), atoms.end(), [&](ExprId id) { return unit.expr(id).symbol() == atom; });
      asked = &unit;
    }
    if (!has_it) continue;
    for (const model::ClauseId clause : program.function(f).clauses) {
      const ExprId body = unit.clause(clause).body;
      if (any_below(unit, body, [&](ExprId id) {
            const Expr& e = unit.expr(id);
            return e.kind == ExprKind::kAtom && e.symbol() == atom;
          })) {
        return true;
      }
    }
  }
  return false;
}

bool function_has(const model::Program& program, model::FunctionId function, ExprKind kind) {
  const Unit& unit = program.unit_of(function);
  if (!model::is_unlisted(kind) && unit.of_kind(kind).empty()) return false;
  for (const model::ClauseId clause : program.function(function).clauses) {
    if (any_below(unit, unit.clause(clause).body, [&](ExprId id) { return unit.expr(id).kind == kind; })) return true;
  }
  return false;
}

}  // namespace beamwright::rules
