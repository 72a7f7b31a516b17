// The order of analysis, and the questions that need all of it.

#include "analysis/facts.h"
#include "analysis/hints.h"

#include "analysis/calls.h"
#include "analysis/contexts.h"
#include "analysis/effects.h"
#include "analysis/messages.h"
#include "analysis/on_demand.h"
#include "analysis/processes.h"
#include "analysis/receive_loops.h"
#include "analysis/scopes.h"
#include "analysis/supervisors.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

Facts analyse(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications) {
  return analyse(program, knowledge, jobs, applications, {});
}

Facts analyse(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications, const Hints& hints) {
  Facts facts;
  const Scopes scopes = find_scopes(program, knowledge, jobs);
  facts.calls = resolve_calls(program, knowledge, scopes, jobs);
  facts.effects = find_effects(program, facts.calls, jobs);
  facts.processes = find_processes(program, knowledge, scopes, facts.calls);
  add_receive_loops(program, facts.calls, facts.effects, facts.processes);
  facts.messages = find_messages(program, facts.calls, facts.processes);
  facts.contexts = find_contexts(program, scopes, facts.calls, facts.processes, hints);
  facts.supervisors = find_supervisors(program, facts);
  facts.on_demand = std::make_shared<OnDemand>();
  facts.on_demand->applications = applications;
  return facts;
}

ExprRef resolve_value(const Program& program, const Facts& facts, ExprRef ref) {
  constexpr int kMaxCalls = 4;
  for (int step = 0; ref && step < kMaxCalls; ++step) {
    const Unit& unit = program.unit(ref.unit);
    ref.expr = local_value(unit, ref.expr);
    const Expr& e = unit.expr(ref.expr);
    if (e.kind != ExprKind::kCall) return ref;
    // A call of a function of the sources that has one clause and one result stands for that result.
    const FunctionId callee = facts.calls.callees[unit.first_call + e.payload].function;
    if (!callee || program.function(callee).clauses.size() != 1) return ref;
    const Unit& in = program.unit_of(callee);
    ExprId only;
    int results = 0;
    for_each_result(in, in.clause(program.function(callee).clauses[0]).body, [&](ExprId result) { only = result, ++results; });
    if (results != 1) return ref;
    ref = {program.functions[callee.index].unit, only};
  }
  return ref;
}

ExprRef option(const Program& program, const Facts& facts, ExprRef options, Symbol key) {
  options = resolve_value(program, facts, options);
  if (!options) return {};
  const ExprId found = literal_option(program.unit(options.unit), options.expr, key);
  return found ? ExprRef{options.unit, found} : ExprRef{};
}

}  // namespace beamwright::analysis
