#include "rules/last_acts.h"

#include <algorithm>

#include "analysis/results.h"

namespace beamwright::rules {

namespace {

// Every way out of the clause is {stop, …}.
bool stops(const Program& program, const Facts& facts, const Handler& handler) {
  const std::vector<analysis::CallbackReturn> ways = analysis::returns_of(program, facts, handler);
  return !ways.empty() &&
         std::all_of(ways.begin(), ways.end(), [](const analysis::CallbackReturn& way) { return way.tag == sym::stop; });
}

}  // namespace

bool is_last_act(const Program& program, const Facts& facts, FunctionId function) {
  bool any = false;
  for (const std::uint32_t index : facts.calls.incoming_of(function)) {
    const analysis::Edge& edge = facts.calls.edges[index];
    const FunctionId caller = facts.calls.callers[index];
    if (caller == function) continue;
    any = true;
    const ProcessId process = facts.processes.of(program.module_of(caller));
    if (!process) return false;
    const Unit& unit = program.unit_of(caller);
    const std::uint32_t at = unit.expr(program.call(edge.site).expr).begin;
    bool last = false;
    for (const HandlerId id : facts.process(process).handlers) {
      const Handler& handler = facts.handler(id);
      const model::Clause& clause = unit.clause(handler.clause);
      if (handler.function == caller && clause.begin <= at && at < clause.end) last = stops(program, facts, handler);
    }
    if (!last) return false;
  }
  return any;
}

}  // namespace beamwright::rules
