#include "rules/failed_ends.h"

#include <algorithm>
#include <array>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::ExprRef;

namespace {

// {error, Variable} or {error, _}: whatever the error was.
bool is_any_error(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kMatch) {
    return e.child_count == 2 && (is_any_error(unit, unit.child(pattern, 0)) || is_any_error(unit, unit.child(pattern, 1)));
  }
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
  if (analysis::atom_value(unit, unit.child(pattern, 0)) != sym::error) return false;
  const ExprKind reason = unit.expr(unit.child(pattern, 1)).kind;
  return reason == ExprKind::kVariable || reason == ExprKind::kWildcard;
}

// recv, accept and reads end with an error as well when the other side has ended.
bool is_input(const Unit& unit, ExprId subject) {
  constexpr std::array<std::string_view, 5> kInputs = {"recv", "accept", "read", "receive", "next"};
  return any_below(unit, subject, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall) return false;
    const std::string_view name = unit.call_of(e).name ? unit.call_of(e).name.text() : std::string_view();
    return std::any_of(kInputs.begin(), kInputs.end(), [&](std::string_view part) { return name.find(part) != name.npos; });
  });
}

// What a case looks at, or one of the steps of a with.
bool reads_input(const Unit& unit, ExprId choice) {
  const model::Expr& e = unit.expr(choice);
  if (e.kind == ExprKind::kCase) return is_input(unit, unit.child(choice, 0));
  for (std::uint32_t i = 0; i + 1u < e.child_count; ++i) {
    if (is_input(unit, unit.child(choice, i))) return true;
  }
  return false;
}

// The clause of a case, or of the else of a with, around the expression that is for any error.
ExprId error_clause(const Unit& unit, ExprId place) {
  const std::uint32_t begin = unit.expr(place).begin;
  for (ExprId at = unit.parent(place); at; at = unit.parent(at)) {
    const model::Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kClosure) return {};
    if ((e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) || e.child_count == 0) continue;
    for (const model::ClauseId id : unit.clauses_of(e)) {
      const model::Clause& clause = unit.clause(id);
      if (begin < clause.begin || begin >= clause.end) continue;
      const auto patterns = unit.patterns_of(clause);
      if (patterns.size() != 1 || clause.guard || !is_any_error(unit, patterns[0])) continue;
      return reads_input(unit, at) ? ExprId() : patterns[0];
    }
  }
  return {};
}

}  // namespace

bool ends_well(const Unit& unit, ExprRef reason) {
  if (!reason) return false;
  const auto atom = analysis::atom_value(unit, reason.expr);
  if (atom) return *atom == sym::normal || *atom == sym::shutdown;
  const model::Expr& e = unit.expr(reason.expr);
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
  const auto first = analysis::atom_value(unit, unit.child(reason.expr, 0));
  return first && *first == sym::shutdown;
}

std::optional<FailedEnd> failed_end(const Program& program, const Facts& facts, const Process& process) {
  for (const auto id : process.handlers) {
    const Handler& handler = facts.handler(id);
    if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate) continue;
    if (!in_production(program, facts, handler.function)) continue;
    for (const analysis::CallbackReturn& r : analysis::returns_of(program, facts, handler)) {
      if (r.tag != sym::stop || !r.reason || !ends_well(program.unit(r.reason.unit), r.reason)) continue;
      const Unit& unit = program.unit(r.expr.unit);
      if (unit.expr(r.expr.expr).child_count == 4) continue;  // {stop, Reason, Reply, State}
      const ExprId pattern = error_clause(unit, r.expr.expr);
      if (pattern) return FailedEnd{handler.function, r.expr, {r.expr.unit, pattern}};
    }
  }
  return {};
}

std::optional<LostWork> lost_work(const Program& program, const Facts& facts, ModuleId module) {
  // A call of another process fails as well, with its timeout.
  constexpr std::array<Effect, 4> kOutside = {Effect::kHttp, Effect::kDatabase, Effect::kRpc, Effect::kSocket};
  for (const FunctionId function : program.functions_of(module)) {
    for (const analysis::Edge& edge : facts.calls.edges_of(function)) {
      if (edge.runs != analysis::Runs::kNewProcess || edge.possible || function_has(program, edge.callee, ExprKind::kTry))
        continue;
      const auto& all = facts.effects.all[edge.callee.index];
      const bool tells = all.has(Effect::kCast) || all.has(Effect::kPersistentTermWrite);
      if (!tells && !all.has(Effect::kCall) && !all.has(Effect::kSend)) continue;
      for (const Effect effect : kOutside) {
        if (all.has(effect)) return LostWork{edge.site, edge.callee, effect};
      }
      if (tells && all.has(Effect::kCall)) return LostWork{edge.site, edge.callee, Effect::kCall};
    }
  }
  return {};
}

}  // namespace beamwright::rules
