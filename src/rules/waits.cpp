#include "rules/waits.h"

#include <set>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::Runs;

namespace {

bool is_in_closure(const Unit& unit, ExprId id) {
  for (ExprId around = unit.parent(id); around; around = unit.parent(around)) {
    if (unit.expr(around).kind == ExprKind::kClosure) return true;
  }
  return false;
}

std::int64_t bound_of(const Program& program, const Facts& facts, FunctionId function, ExprId receive) {
  const Unit& unit = program.unit_of(function);
  const std::span<const ExprId> rest = unit.children_of(receive);
  if (rest.empty()) return Bound::kInfinite;
  const analysis::ExprRef limit = analysis::resolve_value(program, facts, {program.functions[function.index].unit, rest[0]});
  const Unit& there = program.unit(limit.unit);
  if (analysis::atom_value(there, limit.expr) == sym::infinity) return Bound::kInfinite;
  const std::optional<std::int64_t> milliseconds = analysis::integer_value(there, limit.expr);
  return milliseconds ? *milliseconds : Bound::kUnknown;
}

// Does the function call itself again, directly or through others of its module?
bool comes_back(const Program& program, const Facts& facts, FunctionId start) {
  std::vector<FunctionId> waiting = {start};
  std::set<FunctionId> seen;
  while (!waiting.empty()) {
    const FunctionId function = waiting.back();
    waiting.pop_back();
    for (const analysis::Edge& edge : facts.calls.edges_of(function)) {
      if (edge.runs != Runs::kCaller || program.module_of(edge.callee) != program.module_of(start)) continue;
      if (edge.callee == start) return true;
      if (seen.insert(edge.callee).second) waiting.push_back(edge.callee);
    }
  }
  return false;
}

}  // namespace

std::vector<HandWait> hand_waits(const Program& program, const Facts& facts, FunctionId function, ExprId body) {
  const Unit& unit = program.unit_of(function);
  static const std::set<std::string_view> kEnds = {"DOWN",       "EXIT",        "nodedown", "tcp_closed",
                                                   "ssl_closed", "exit_status", "eof",      "closed"};
  std::vector<HandWait> found;
  any_below(unit, body, [&](ExprId id) {
    if (unit.expr(id).kind != ExprKind::kReceive || is_in_closure(unit, id)) return false;
    HandWait wait{function, id, bound_of(program, facts, function, id), false, comes_back(program, facts, function), false};
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(id))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        wait.takes_any |= analysis::outline(unit, {}, pattern).any && !unit.clause(clause).guard;
        wait.ended_by_death |= any_below(unit, pattern, [&](ExprId part) {
          return unit.expr(part).kind == ExprKind::kAtom && kEnds.count(unit.expr(part).symbol().text()) > 0;
        });
      }
    }
    found.push_back(wait);
    return false;
  });
  return found;
}

}  // namespace beamwright::rules
