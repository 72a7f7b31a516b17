#include "rules/sequence.h"

#include "rules/walk.h"

namespace beamwright::rules {
namespace {

bool is_sequence(ExprKind kind) { return kind == ExprKind::kBlock || kind == ExprKind::kWith; }

// From an expression outwards, itself first; ends at a closure, whose body somebody else may run.
std::vector<ExprId> around(const Unit& unit, ExprId at) {
  std::vector<ExprId> all;
  for (; at && unit.expr(at).kind != ExprKind::kClosure; at = unit.parent(at)) all.push_back(at);
  return all;
}

}  // namespace

bool runs_after(const Unit& unit, ExprId first, ExprId second) {
  if (unit.expr(first).begin >= unit.expr(second).begin) return false;
  const std::vector<ExprId> ones = around(unit, first), others = around(unit, second);
  // From outside inwards, as long as both are the same.
  std::size_t i = ones.size(), j = others.size();
  ExprId common;
  while (i > 0 && j > 0 && ones[i - 1] == others[j - 1]) {
    common = ones[i - 1];
    --i;
    --j;
  }
  return common && i > 0 && j > 0 && is_sequence(unit.expr(common).kind);
}

std::vector<CallId> calls_between(const Program& program, FunctionId function, ExprId first, ExprId second) {
  const Unit& unit = program.unit_of(function);
  std::vector<CallId> found;
  for (const CallId site : program.calls_of(function)) {
    const model::Call& call = program.call(site);
    const model::Expr& e = unit.expr(call.expr);
    if (call.capture || call.closure || call.expr == first || call.expr == second) continue;
    if (e.begin >= unit.expr(first).end && e.end <= unit.expr(second).begin) found.push_back(site);
  }
  return found;
}

bool receives_between(const Unit& unit, ExprId first, ExprId second) {
  ExprId root = first;
  while (unit.parent(root)) root = unit.parent(root);
  return any_below(unit, root, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    return e.kind == ExprKind::kReceive && e.begin >= unit.expr(first).end && e.begin < unit.expr(second).begin;
  });
}

}  // namespace beamwright::rules
