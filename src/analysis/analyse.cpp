// The order of analysis, and the questions that need all of it.

#include <exception>
#include <future>

#include "analysis/facts.h"
#include "analysis/hints.h"
#include "analysis/kept.h"

#include "analysis/added_children.h"
#include "analysis/calls.h"
#include "analysis/contexts.h"
#include "analysis/effects.h"
#include "analysis/forest.h"
#include "analysis/messages.h"
#include "analysis/on_demand.h"
#include "analysis/processes.h"
#include "analysis/reads.h"
#include "analysis/receive_loops.h"
#include "analysis/scopes.h"
#include "analysis/state_fields.h"
#include "analysis/supervisors.h"
#include "analysis/values.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

// Many rules want the forest and the states, and they take long: each is found while something else is. What goes wrong goes
// wrong again for whoever asks, and is told there.
template <typename Find>
void find_ahead(const Program& program, const Facts& facts, const Find& find) {
  try {
    (void)find(program, facts);
  } catch (...) {
  }
}

// The forest of before the edit where that still stands, else a new one.
void find_forest_ahead(const Program& program, const Facts& facts, const Kept& kept, const Carry* carry) {
  OnDemand& found = *facts.on_demand;
  found.adding_sites = adding_sites(program, facts);
  if (std::shared_ptr<const Forest> forest = carry != nullptr ? carry_forest(program, facts, kept, *carry) : nullptr) {
    std::call_once(found.forest_once, [&] { found.forest = std::move(forest); });
    return;
  }
  found.forest_reads = std::make_shared<Reads>();
  find_ahead(program, facts, forest_of);
}

}  // namespace

Facts analyse(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications) {
  return analyse(program, knowledge, jobs, applications, {});
}

Facts analyse(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications, const Hints& hints) {
  return analyse(program, knowledge, jobs, applications, hints, nullptr);
}

Facts analyse(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications, const Hints& hints, Kept* kept) {
  std::optional<Carry> carry;
  if (kept != nullptr && kept->numbering_) carry.emplace(*kept->numbering_, kept->replaced_, program);
  if (carry && !carry->holds()) carry.reset();
  Facts facts;
  facts.on_demand = std::make_shared<OnDemand>();
  facts.on_demand->applications = applications;
  const Scopes scopes = find_scopes(program, knowledge, jobs);
  facts.calls = resolve_calls(program, knowledge, scopes, jobs, applications, kept != nullptr ? &kept->callees_ : nullptr,
                              carry ? &*carry : nullptr);
  // Two ways go on from the calls, each of which keeps one thread busy most of its time: who supervises, and what code does.
  std::promise<void> processes_are_known;
  parallel_for(2, jobs, [&](std::size_t way) {
    if (way == 0) {
      try {
        facts.processes = find_processes(program, knowledge, scopes, facts.calls);
        facts.supervisors = find_supervisors(program, facts);
        processes_are_known.set_value();
      } catch (...) {
        processes_are_known.set_exception(std::current_exception());
        return;
      }
      if (kept == nullptr) return find_ahead(program, facts, forest_of);
      find_forest_ahead(program, facts, *kept, carry ? &*carry : nullptr);
    } else {
      facts.effects = find_effects(program, facts.calls, jobs);
      processes_are_known.get_future().get();
      add_receive_loops(program, facts.calls, facts.effects, facts.processes);
      facts.messages = find_messages(program, facts.calls, facts.processes);
      facts.contexts = find_contexts(program, scopes, facts.calls, facts.processes, hints);
      find_ahead(program, facts, states_of);  // as long as the forest takes longer than all this; it does not ask for states
    }
  });
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
