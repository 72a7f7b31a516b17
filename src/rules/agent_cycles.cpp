#include "rules/agent_cycles.h"

#include <set>

#include "analysis/closures.h"
#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

// The agent that a call waits for, by the name that is written; none for casts and for other calls.
Symbol agent_of(const Program& program, const Facts& facts, CallId site, bool waits) {
  static const Symbol kAgent = intern("Elixir.Agent");
  const analysis::External* external = facts.calls.external(site);
  if (!external || external->module != kAgent || program.call(site).capture) return {};
  const std::string_view name = external->name.text();
  const bool asks = name == "get" || name == "update" || name == "get_and_update" || name == "stop";
  if (!asks && (waits || name != "cast")) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (arguments.empty()) return {};
  const analysis::ExprRef target = analysis::resolve_value(program, facts, {program.call_units[site.index], arguments[0]});
  return target ? analysis::atom_value(program.unit(target.unit), target.expr).value_or(Symbol()) : Symbol();
}

// From a call in the closure to one of the agent, through functions of the sources.
std::vector<CallId> way_back(const Program& program, const Facts& facts, CallId start, Symbol agent) {
  constexpr std::size_t kLongest = 4, kMost = 200;
  std::vector<std::vector<CallId>> chains = {{start}};
  std::set<FunctionId> entered;
  for (std::size_t i = 0; i < chains.size() && i < kMost; ++i) {
    const std::vector<CallId> chain = chains[i];
    if (agent_of(program, facts, chain.back(), true) == agent) return chain;
    const FunctionId callee = facts.calls.callees[chain.back().index].function;
    if (!callee || chain.size() >= kLongest || program.call(chain.back()).capture) continue;
    if (!facts.effects.all[callee.index].has(Effect::kCall) || !entered.insert(callee).second) continue;
    for (const CallId inner : program.calls_of(callee)) {
      // What a closure of that function does is done when and where somebody runs it.
      if (program.call(inner).closure || facts.calls.runs[inner.index] != analysis::Runs::kCaller) continue;
      chains.push_back(chain);
      chains.back().push_back(inner);
    }
  }
  return {};
}

}  // namespace

std::vector<AgentCycle> agent_cycles(const Program& program, const Facts& facts, const Reporter& reporter) {
  std::vector<AgentCycle> found;
  for (const CallId site : wanted_calls(program, reporter)) {
    const Symbol agent = agent_of(program, facts, site, false);
    const FunctionId function = agent ? program.function_of(site) : FunctionId();
    if (!function || !in_production(program, facts, function)) continue;
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const Unit& unit = program.unit_of(site);
    const ExprId given = arguments.size() < 2 ? ExprId() : analysis::local_value(unit, arguments[1]);
    if (!given || unit.expr(given).kind != ExprKind::kClosure) continue;
    for (const CallId inner : analysis::calls_in_closure(program, function, given)) {
      std::vector<CallId> chain = way_back(program, facts, inner, agent);
      if (chain.empty()) continue;
      found.push_back({site, agent, std::move(chain)});
      break;
    }
  }
  return found;
}

}  // namespace beamwright::rules
