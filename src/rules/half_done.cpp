#include "rules/half_done.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/values.h"
#include "rules/old_catch.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// Requests and queries may as well only read.
bool changes_something(analysis::EffectSet effects) {
  constexpr std::array<Effect, 4> kChanging = {Effect::kEtsWrite, Effect::kCast, Effect::kSend, Effect::kPersistentTermWrite};
  return std::any_of(kChanging.begin(), kChanging.end(), [&](Effect effect) { return effects.has(effect); });
}

// The parameter, counted from 0, that a variable is.
std::optional<std::uint32_t> parameter_at(const Program& program, FunctionId function, ExprId variable) {
  const Unit& unit = program.unit_of(function);
  if (!variable || unit.expr(variable).kind != ExprKind::kVariable) return {};
  const auto parameter = analysis::parameter_of(unit, program.function(function), model::VariableId(unit.expr(variable).payload));
  if (!parameter) return {};
  return parameter->index;
}

bool is_state(const Program& program, FunctionId function, ExprId expr) {
  const auto parameter = parameter_at(program, function, expr);
  return parameter && *parameter + 1 == program.function(function).arity;
}

bool logs(const Program& program, const Facts& facts, const Unit& unit, ExprId body) {
  return any_below(unit, body, [&](ExprId id) {
    if (unit.expr(id).kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + unit.expr(id).payload);
    const std::string_view name = program.call(site).name ? program.call(site).name.text() : std::string_view();
    return analysis::effects_at(program, facts, site).has(Effect::kLog) || name.find("log") != name.npos ||
           name.find("report") != name.npos || name.find("warn") != name.npos;
  });
}

// {noreply, State}, {reply, Answer, State}, keep_state_and_data.
bool gives_state_back(const Program& program, FunctionId function, ExprId result) {
  const Unit& unit = program.unit_of(function);
  const model::Expr& e = unit.expr(result);
  if (e.kind == ExprKind::kAtom) return e.symbol() == sym::keep_state_and_data;
  if (e.kind != ExprKind::kTuple || e.child_count < 2) return false;
  const auto tag = analysis::atom_value(unit, unit.child(result, 0));
  if (!tag) return false;
  if (*tag == sym::keep_state_and_data) return true;
  const std::uint32_t at = *tag == sym::noreply || *tag == sym::keep_state ? 1 : *tag == sym::reply ? 2 : 0;
  return at != 0 && at < e.child_count && is_state(program, function, unit.child(result, at));
}

}  // namespace

bool is_half_done(const Program& program, const Facts& facts, const std::vector<CallId>& sites) {
  for (std::size_t i = 0; i + 1 < sites.size(); ++i) {
    if (!changes_something(analysis::effects_at(program, facts, sites[i]))) continue;
    // What a later call of the sources, or of another service, does may fail.
    for (std::size_t j = i + 1; j < sites.size(); ++j) {
      const bool inside = program.unit_of(sites[i]).expr(program.call(sites[j]).expr).begin <
                          program.unit_of(sites[i]).expr(program.call(sites[i]).expr).end;
      if (!inside &&
          (facts.calls.callees[sites[j].index].function || analysis::effects_at(program, facts, sites[j]).has(Effect::kExit)))
        return true;
    }
  }
  return false;
}

bool keeps_state_after_exit(const Program& program, const Facts& facts, FunctionId function, ExprId old_catch) {
  const bool callback = std::any_of(facts.processes.handlers.begin(), facts.processes.handlers.end(),
                                    [&](const Handler& handler) { return handler.function == function; });
  if (!callback) return false;
  const Unit& unit = program.unit_of(function);
  // catch gen_server:call(…) is there for the exit of that call, and nothing of one's own runs in it.
  const ExprId guarded = unit.child(old_catch, 0);
  if (unit.expr(guarded).kind == ExprKind::kCall && facts.calls.external(CallId(unit.first_call + unit.expr(guarded).payload)))
    return false;
  for (const model::ClauseId id : exit_clauses(unit, old_catch)) {
    const model::Clause& clause = unit.clause(id);
    std::vector<model::VariableId> bound;
    for (const ExprId pattern : unit.patterns_of(clause)) {
      for (const model::VariableId variable : variables_in(unit, pattern)) bound.push_back(variable);
    }
    if (clause.guard || logs(program, facts, unit, clause.body) || (!bound.empty() && mentions(unit, clause.body, bound)))
      continue;
    bool all = true;
    analysis::for_each_result(unit, clause.body,
                              [&](ExprId result) { all = all && gives_state_back(program, function, result); });
    if (all) return true;
  }
  return false;
}

std::vector<CallId> states_given_to_guard(const Program& program, const Facts& facts, FunctionId guard, ExprId body,
                                          analysis::ExprRef value) {
  if (!value) return {};
  const Unit& unit = program.unit_of(guard);
  const auto kept = parameter_at(program, guard, value.expr);
  const bool runs_given = kept && any_below(unit, body, [&](ExprId id) {
                            if (unit.expr(id).kind != ExprKind::kCall) return false;
                            const model::Call& call = unit.call_of(unit.expr(id));
                            return call.target == model::TargetKind::kValue && parameter_at(program, guard, call.module_expr);
                          });
  if (!runs_given) return {};
  std::vector<CallId> found;
  for (const std::uint32_t i : facts.calls.incoming_of(guard)) {
    const analysis::Edge& edge = facts.calls.edges[i];
    const FunctionId caller = facts.calls.callers[i];
    const std::span<const ExprId> arguments = arguments_of(program, edge.site);
    if (edge.possible || *kept >= arguments.size() || !in_production(program, facts, caller)) continue;
    const bool callback = std::any_of(facts.processes.handlers.begin(), facts.processes.handlers.end(),
                                      [&](const Handler& handler) { return handler.function == caller; });
    if (callback && is_state(program, caller, arguments[*kept])) found.push_back(edge.site);
  }
  return found;
}

}  // namespace beamwright::rules
