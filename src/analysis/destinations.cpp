#include "analysis/destinations.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "analysis/calls.h"
#include "analysis/values.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Call;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

// A closure handed down is followed through this many functions and this many uses of each variable.
constexpr int kMaxDepth = 5;
constexpr std::size_t kMaxUses = 16;

class Destinations {
 public:
  Destinations(const Program& program, const Calls& calls) : program_(program), calls_(calls), uses_(program.units.size()) {}

  // Where the value of an expression, a closure or capture, is run.
  Runs of(UnitId unit_id, ExprId value, int depth = 0) const {
    const Unit& unit = program_.unit(unit_id);
    if (depth > kMaxDepth) return Runs::kLater;
    const ExprId parent = unit.parent(value);
    if (!parent) return Runs::kLater;  // the function returns it
    const Expr& p = unit.expr(parent);
    switch (p.kind) {
      case ExprKind::kCall:
        return of_argument(unit_id, parent, value, depth);
      case ExprKind::kMatch:
        if (!p.has(model::kInPattern) && unit.child(parent, 1) == value) {
          if (const VariableId v = whole_variable(unit, unit.child(parent, 0))) return of_uses(unit_id, v, depth);
        }
        return of(unit_id, parent, depth);
      case ExprKind::kBlock:
        return unit.children_of(p).back() == value ? of(unit_id, parent, depth) : Runs::kLater;
      case ExprKind::kCase:
      case ExprKind::kWith:
      case ExprKind::kTry:
        return of(unit_id, parent, depth);
      case ExprKind::kTuple:
      case ExprKind::kList:
      case ExprKind::kMap:
        return in_container(unit, parent);
      default:
        return Runs::kLater;
    }
  }

 private:
  Runs of_argument(UnitId unit_id, ExprId call_expr, ExprId value, int depth) const {
    const Unit& unit = program_.unit(unit_id);
    const std::uint32_t local = unit.expr(call_expr).payload;
    const Call& call = unit.calls[local];
    if (call.module_expr == value) return Runs::kCaller;  // f.(x)
    const CallId site{unit.first_call + local};
    const auto arguments = unit.children_of(call_expr);
    const auto at = static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), value) - arguments.begin());
    if (at == arguments.size()) return Runs::kLater;
    if (const FunctionRow* row = row_at(calls_, site)) {
      if (row->runs_argument(at + 1) || row->closure_argument == at + 1) return row->closure_runs;
      return row->child_argument == at + 1 ? Runs::kNewProcess : Runs::kLater;
    }
    const FunctionId callee = calls_.callees[site.index].function;
    // Unknown code that takes a function nearly always calls it before it returns.
    return callee ? of_parameter(callee, static_cast<std::uint32_t>(at), depth + 1) : Runs::kCaller;
  }

  // How a function uses one of its parameters.
  Runs of_parameter(FunctionId id, std::uint32_t index, int depth) const {
    if (depth > kMaxDepth) return Runs::kLater;
    const UnitId unit_id = program_.functions[id.index].unit;
    const Unit& unit = program_.unit(unit_id);
    Runs found = Runs::kLater;
    for (const model::ClauseId c : program_.function(id).clauses) {
      const auto patterns = unit.patterns_of(unit.clause(c));
      if (index >= patterns.size()) continue;
      const VariableId v = whole_variable(unit, patterns[index]);
      if (!v) continue;
      const Runs runs = of_uses(unit_id, v, depth);
      if (runs == Runs::kCaller) return runs;
      if (found == Runs::kLater) found = runs;
    }
    return found;
  }

  // A value run by the caller in one place counts as run by the caller.
  Runs of_uses(UnitId unit_id, VariableId variable, int depth) const {
    const Unit& unit = program_.unit(unit_id);
    Runs found = Runs::kLater;
    std::size_t seen = 0;
    for (const ExprId use : uses_of(unit_id).of(variable)) {
      if (unit.expr(use).has(model::kInPattern) || unit.expr(use).has(model::kBinds)) continue;
      if (++seen > kMaxUses) break;
      Runs runs = of(unit_id, use, depth + 1);
      if (runs == Runs::kCaller) runs = around(unit_id, use, depth + 1);
      if (runs == Runs::kCaller) return runs;
      if (found == Runs::kLater) found = runs;
    }
    return found;
  }

  // A closure called inside another closure runs where that one does.
  Runs around(UnitId unit_id, ExprId use, int depth) const {
    const Unit& unit = program_.unit(unit_id);
    for (ExprId at = unit.parent(use); at; at = unit.parent(at)) {
      if (unit.expr(at).kind != ExprKind::kClosure) continue;
      if (const Runs runs = of(unit_id, at, depth); runs != Runs::kCaller) return runs;
    }
    return Runs::kCaller;
  }

  // A closure in a tuple or list: {Task, fn -> … end} in a child list is run by a process of its own; elsewhere nobody knows.
  Runs in_container(const Unit& unit, ExprId at) const {
    for (; at; at = unit.parent(at)) {
      const Expr& e = unit.expr(at);
      if (e.kind == ExprKind::kCall) {
        const FunctionRow* row = row_at(calls_, CallId(unit.first_call + e.payload));
        return row != nullptr && row->child_argument != 0 ? Runs::kNewProcess : Runs::kLater;
      }
      if (e.kind == ExprKind::kClosure || e.kind == ExprKind::kBlock) break;
    }
    return Runs::kLater;
  }

  // Most units hand no closure from variable to variable: whoever asks first counts the uses, on whichever thread.
  const Uses& uses_of(UnitId unit) const {
    UnitUses& row = uses_[unit.index];
    std::call_once(row.once, [&] { row.uses.emplace(program_.unit(unit)); });
    return *row.uses;
  }

  struct UnitUses {
    std::once_flag once;
    std::optional<Uses> uses;
  };

  const Program& program_;
  const Calls& calls_;
  mutable std::vector<UnitUses> uses_;  // by unit
};

}  // namespace

void find_destinations(const Program& program, unsigned jobs, Calls& calls) {
  calls.runs.assign(program.call_units.size(), Runs::kCaller);
  const Destinations destinations(program, calls);
  parallel_for(program.units.size(), jobs, [&](std::size_t u) {
    const Unit& unit = *program.units[u];
    const UnitId unit_id{u};
    // A closure stands before the calls written in it are looked at: its own destination, then those around it.
    std::vector<std::int8_t> known(unit.exprs.size() == 0 ? 0 : unit.exprs.size(), -1);
    const auto runs_of_closure = [&](ExprId closure) {
      std::int8_t& slot = known[closure.index];
      if (slot < 0) slot = static_cast<std::int8_t>(destinations.of(unit_id, closure));
      return static_cast<Runs>(slot);
    };
    for (std::uint32_t i = 0; i < unit.calls.size(); ++i) {
      const Call& call = unit.calls[i];
      Runs runs = call.capture ? destinations.of(unit_id, call.expr) : Runs::kCaller;
      for (ExprId at = call.closure; at && runs == Runs::kCaller; at = unit.parent(at))
        if (unit.expr(at).kind == ExprKind::kClosure) runs = runs_of_closure(at);
      calls.runs[unit.first_call + i] = runs;
    }
  });
}

}  // namespace beamwright::analysis
