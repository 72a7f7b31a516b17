// Follows the caller from a clause through the functions that are given it to the calls that start a process with it.
#include "rules/offloads.h"

#include <algorithm>

#include "analysis/closures.h"
#include "analysis/values.h"
#include "rules/answering.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::External;
using analysis::Runs;
using model::VariableId;

namespace {

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  void at(FunctionId function, CallId site, const std::vector<VariableId>& caller, std::vector<CallId> chain) {
    constexpr std::size_t kLongest = 3;
    if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) return;
    chain.push_back(site);
    if (const External* external = facts_.calls.external(site)) {
      if (starts(*external) && takes_caller(*external, site, caller)) found.push_back({chain, caller});
      return;
    }
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || callee == function || chain.size() > kLongest) return;
    const analysis::EffectSet& all = facts_.effects.all[callee.index];
    if (!all.has(Effect::kSpawn) && !all.has(Effect::kStartChild)) return;
    const std::vector<VariableId> given = parameters_for(callee, site, caller);
    if (given.empty()) return;
    for (const CallId inner : program_.calls_of(callee)) at(callee, inner, given, chain);
  }

  std::vector<Offload> found;

 private:
  static bool starts(const External& external) {
    const knowledge::FunctionRow* row = external.row;
    return row && row->closure_runs == Runs::kNewProcess && row->closure_argument != 0 &&
           (row->effects.has(Effect::kSpawn) || row->effects.has(Effect::kStartChild)) && !row->effects.has(Effect::kAwait);
  }

  bool takes_caller(const External& external, CallId site, const std::vector<VariableId>& caller) const {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    for (std::size_t i = external.row->closure_argument - 1u; i < arguments.size(); ++i) {
      const ExprId value = analysis::local_value(unit, arguments[i]);
      if (mentions(unit, arguments[i], caller) || (value && mentions(unit, value, caller))) return true;
    }
    return false;
  }

  // The variables of the function's clauses that hold what is passed where the caller is mentioned.
  std::vector<VariableId> parameters_for(FunctionId callee, CallId site, const std::vector<VariableId>& caller) const {
    const Unit& unit = program_.unit_of(site);
    const Unit& there = program_.unit_of(callee);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    std::vector<VariableId> given;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (unit.expr(arguments[i]).kind != ExprKind::kVariable || !mentions(unit, arguments[i], caller)) continue;
      for (const model::ClauseId c : program_.function(callee).clauses) {
        const std::span<const ExprId> patterns = there.patterns_of(there.clause(c));
        if (i >= patterns.size()) continue;
        for (const VariableId variable : variables_in(there, patterns[i])) given.push_back(variable);
      }
    }
    return given;
  }

  const Program& program_;
  const Facts& facts_;
};

}  // namespace

std::vector<Offload> offloads_of(const Program& program, const Facts& facts, const Handler& handler) {
  const analysis::EffectSet& all = facts.effects.all[handler.function.index];
  if (!all.has(Effect::kSpawn) && !all.has(Effect::kStartChild)) return {};
  const std::vector<VariableId> caller = caller_variables(program, facts, handler);
  if (caller.empty()) return {};
  Search search(program, facts);
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause))
    search.at(handler.function, site, caller, {});
  return std::move(search.found);
}

std::vector<CallId> calls_of_offload(const Program& program, const Facts& facts, const Offload& offload) {
  const CallId start = offload.chain.back();
  const FunctionId function = program.function_of(start);
  const Unit& unit = program.unit_of(start);
  const External* external = facts.calls.external(start);
  const ExprId given = analysis::local_value(unit, arguments_of(program, start)[external->row->closure_argument - 1u]);
  if (!external->row->closure_is_mfa && given && unit.expr(given).kind == ExprKind::kClosure)
    return analysis::calls_in_closure(program, function, given);
  std::vector<CallId> found;
  for (const analysis::Edge& edge : facts.calls.edges_of(function)) {
    if (edge.site != start || edge.runs != Runs::kNewProcess || edge.possible) continue;
    for (const CallId site : program.calls_of(edge.callee)) found.push_back(site);
  }
  return found;
}

}  // namespace beamwright::rules
