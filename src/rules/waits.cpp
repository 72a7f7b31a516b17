#include "rules/waits.h"

#include <set>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::Runs;

namespace {

// lists:foldl(fun …), Enum.map(list, fn …), also where the fun has a name first: run here and now, once for each element.
bool is_run_here(const Unit& unit, ExprId closure) {
  const auto is_fold = [&](ExprId call) {
    if (!call || unit.expr(call).kind != ExprKind::kCall) return false;
    const Symbol module = unit.call_of(unit.expr(call)).module;
    return module == sym::lists || module == sym::maps || module == sym::Elixir_Enum || module == sym::Elixir_Map;
  };
  const ExprId around = unit.parent(closure);
  if (is_fold(around)) return true;
  if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != closure) return false;
  const model::VariableId name = analysis::whole_variable(unit, unit.child(around, 0));
  if (!name) return false;
  bool given = false;
  const analysis::Uses uses(unit);
  for (const ExprId use : uses.of(name)) {
    if (unit.expr(use).has(model::kBinds)) continue;
    if (!is_fold(unit.parent(use))) return false;
    given = true;
  }
  return given;
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

// A function that calls itself and has no clause for an end: no empty list, no count that runs out.
bool is_endless(const Program& program, const Facts& facts, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  bool again = false;
  for (const analysis::Edge& edge : facts.calls.edges_of(function))
    again |= edge.callee == function && edge.runs == Runs::kCaller && !program.call(edge.site).closure;
  if (!again) return false;
  for (const model::ClauseId c : program.function(function).clauses) {
    for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
      const ExprKind kind = unit.expr(pattern).kind;
      if (kind == ExprKind::kList || kind == ExprKind::kInteger || kind == ExprKind::kBinary || kind == ExprKind::kString)
        return false;
    }
  }
  return true;
}

}  // namespace

bool stands_in_foreign_closure(const Unit& unit, ExprId id) {
  for (ExprId around = unit.parent(id); around; around = unit.parent(around)) {
    if (unit.expr(around).kind == ExprKind::kClosure && !is_run_here(unit, around)) return true;
  }
  return false;
}

bool ends_with_its_start(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMostFunctions = 60;
  std::vector<FunctionId> waiting = {function};
  std::set<FunctionId> seen = {function};
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting.size() > kMostFunctions || is_endless(program, facts, waiting[i])) return false;
    for (const std::uint32_t edge : facts.calls.incoming_of(waiting[i])) {
      const FunctionId caller = facts.calls.callers[edge];
      if (facts.calls.edges[edge].runs != Runs::kCaller || facts.calls.edges[edge].possible) continue;
      if (program.module_of(caller) == program.module_of(function) && seen.insert(caller).second) waiting.push_back(caller);
    }
  }
  return true;
}

std::vector<HandWait> hand_waits(const Program& program, const Facts& facts, FunctionId function, ExprId body) {
  const Unit& unit = program.unit_of(function);
  static const std::set<std::string_view> kEnds = {"DOWN",       "EXIT",        "nodedown", "tcp_closed",
                                                   "ssl_closed", "exit_status", "eof",      "closed"};
  std::vector<HandWait> found;
  any_below(unit, body, [&](ExprId id) {
    if (unit.expr(id).kind != ExprKind::kReceive || stands_in_foreign_closure(unit, id)) return false;
    HandWait wait{function, id, bound_of(program, facts, function, id), false, comes_back(program, facts, function), false};
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(id))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        wait.takes_any |= analysis::outline(unit, {}, pattern).any && !unit.clause(clause).guard;
        wait.ended_by_death |= any_below(unit, pattern, [&](ExprId part) {
          // Where a single clause waits for the close, that is the answer itself.
          const bool answer = unit.clauses_of(unit.expr(id)).size() == 1 && unit.expr(part).kind == ExprKind::kAtom &&
                              unit.expr(part).symbol().text() == "closed";
          return !answer && unit.expr(part).kind == ExprKind::kAtom && kEnds.count(unit.expr(part).symbol().text()) > 0;
        });
      }
    }
    found.push_back(wait);
    return false;
  });
  return found;
}

}  // namespace beamwright::rules
