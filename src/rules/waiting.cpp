#include "rules/waiting.h"

#include <algorithm>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/conditions.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/waits.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::External;
using analysis::Runs;

namespace {

struct Visit {
  FunctionId function;
  std::vector<CallId> chain;
  bool loop = false;
  bool possible = false;
  KnownArguments arguments;
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, Effect effect, bool (*wanted)(const External&))
      : program_(program), facts_(facts), effect_(effect), wanted_(wanted) {}

  std::vector<ReachedCall> run(CallId site) {
    take(site, {});
    for (std::size_t i = 0; i < visits_.size(); ++i) {
      const Visit visit = visits_[i];
      const std::uint64_t clauses = feasible_clauses(program_, visit.function, visit.arguments);
      for (const CallId inner : program_.calls_of(visit.function)) {
        if (stands_in(program_, visit.function, inner, clauses)) take(inner, visit);
      }
    }
    return std::move(found_);
  }

 private:
  void take(CallId site, const Visit& outer) {
    constexpr std::size_t kLongest = 8, kMostFunctions = 400;
    if (facts_.calls.runs[site.index] != Runs::kCaller) return;
    if (!analysis::effects_at(program_, facts_, site).has(effect_)) return;
    std::vector<CallId> chain = outer.chain;
    chain.push_back(site);
    const bool loop = outer.loop || in_loop(program_, facts_, site);
    const bool possible = outer.possible || depends(site, outer);
    if (const External* external = facts_.calls.external(site)) {
      if (wanted_(*external) && noted_.insert(site).second) found_.push_back({site, chain, loop, possible});
    }
    if (chain.size() >= kLongest) return;
    for (const analysis::Edge& edge : facts_.calls.edges_of(program_.function_of(site))) {
      if (edge.site != site || edge.runs != Runs::kCaller || edge.spoken_for) continue;
      if (!facts_.effects.all[edge.callee.index].has(effect_) || asks_who_it_is(program_, facts_, edge.callee)) continue;
      if (visits_.size() >= kMostFunctions || !entered_.insert(edge.callee).second) continue;
      visits_.push_back(
          {edge.callee, chain, loop, possible || edge.possible, arguments_at(program_, facts_, site, outer.arguments)});
    }
  }

  // Is this call made only when something is so that the sources do not show?
  bool depends(CallId site, const Visit& outer) const {
    if (follows_failure(program_, site)) return true;
    if (!outer.function) return false;
    const std::uint64_t clauses = feasible_clauses(program_, outer.function, outer.arguments);
    return is_one_of_overloads(program_, facts_, outer.function, site, outer.arguments, clauses, effect_);
  }

  const Program& program_;
  const Facts& facts_;
  Effect effect_;
  bool (*wanted_)(const External&);
  std::vector<Visit> visits_;
  std::set<FunctionId> entered_;
  std::set<CallId> noted_;
  std::vector<ReachedCall> found_;
};

bool is_supervisor_module(std::string_view module) {
  return module == "supervisor" || module == "supervisor2" || module == "Elixir.Supervisor" ||
         module == "Elixir.DynamicSupervisor" || module == "Elixir.Task.Supervisor" ||
         module == "Elixir.Horde.DynamicSupervisor" || module == "Elixir.PartitionSupervisor";
}

// Does the sender wait for ever: by what is written, or because a caller on the way passes `infinity` down to it?
bool waits_for_ever(const Program& program, const Facts& facts, const Reached& reached) {
  const std::int64_t wait = facts.message(reached.message).timeout.milliseconds;
  if (wait != Bound::kUnknown) return wait == Bound::kInfinite;
  if (reached.chain.size() < 2) return false;
  const CallId passing = reached.chain[reached.chain.size() - 2];
  const std::span<const ExprId> arguments = arguments_of(program, passing);
  return !arguments.empty() && analysis::atom_value(program.unit_of(passing), arguments.back()) == sym::infinity;
}

// May the clause keep its caller long: does it answer later, start processes, call without limit, or do slow work?
bool waits_itself(const Program& program, const Facts& facts, HandlerId id) {
  const Handler& handler = facts.handler(id);
  if (handler.keeps_caller) return true;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    if (effects.has(Effect::kStartChild)) return true;
    if (effects.has(Effect::kCall) && analysis::bound_at(program, facts, site, Effect::kCall) == Bound::kInfinite) return true;
  }
  const std::vector<SlowWork> works = slow_work(program, facts, handler, {.files = false, .calls = false});
  return std::any_of(works.begin(), works.end(), [](const SlowWork& work) { return !work.possible && is_heavy(work); });
}

}  // namespace

std::vector<ReachedCall> externals_reached(const Program& program, const Facts& facts, CallId site, Effect effect,
                                           bool (*wanted)(const External&)) {
  return Search(program, facts, effect, wanted).run(site);
}

bool stops_process(const External& external) {
  const std::string_view name = external.name.text(), module = external.module.text();
  if (name == "terminate_child") return is_supervisor_module(module);
  if (name != "stop") return module == "sys" && name == "terminate";
  return is_supervisor_module(module) || module == "gen_server" || module == "gen_statem" || module == "gen_event" ||
         module == "proc_lib" || module == "Elixir.GenServer" || module == "Elixir.Agent";
}

bool asks_supervisor(const External& external) {
  const std::string_view name = external.name.text(), module = external.module.text();
  if (module == "sys") return name == "terminate";
  return is_supervisor_module(module) && !name.starts_with("start_link") && name != "init" && name != "child_spec" &&
         name != "check_childspecs" && !name.starts_with("async");
}

std::vector<SlowWork> longer_calls(const Program& program, const Facts& facts, const Handler& handler, std::int64_t patience_ms) {
  std::vector<SlowWork> found;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (!analysis::effects_at(program, facts, site).has(Effect::kCall)) continue;
    for (const Reached& reached : messages_reached(program, facts, site, MessageKind::kCall, true)) {
      constexpr std::size_t kLongest = 6;
      const Message& message = facts.message(reached.message);
      if (!message.receiver || message.receiver == handler.process || reached.chain.size() > kLongest) continue;
      const std::int64_t wait = message.timeout.milliseconds;
      const bool endless = waits_for_ever(program, facts, reached);
      if (!endless && (wait == Bound::kUnknown || wait <= patience_ms)) continue;
      for (const HandlerId taker : takers(facts, message)) {
        if (endless && !waits_itself(program, facts, taker)) continue;
        const std::int64_t bound = endless ? Bound::kInfinite : wait;
        found.push_back({site, Effect::kCall, bound, reached.possible, message.site, taker, reached.chain});
        break;
      }
    }
  }
  return found;
}

std::vector<SlowWork> calls_one_by_one(const Program& program, const Facts& facts, const Handler& handler,
                                       std::int64_t patience_ms) {
  constexpr std::size_t kLongest = 4;
  constexpr std::int64_t kDefault = 5000;
  const std::int64_t patience = patience_ms == Bound::kInfinite ? kDefault : patience_ms;
  std::vector<SlowWork> found;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (!analysis::effects_at(program, facts, site).has(Effect::kCall)) continue;
    for (const Reached& reached : messages_reached(program, facts, site, MessageKind::kCall, true)) {
      const Message& message = facts.message(reached.message);
      const bool one = message.receiver && facts.process(message.receiver).count == analysis::Count::kOne;
      if (one || message.receiver == handler.process || reached.chain.size() > kLongest) continue;
      if (message.receiver ? reached.possible && !message.likely : reached.possible) continue;
      const std::int64_t wait = message.timeout.milliseconds;
      if (wait == Bound::kUnknown || (wait != Bound::kInfinite && (wait < patience || patience_ms == Bound::kInfinite))) continue;
      if (std::none_of(reached.chain.begin(), reached.chain.end(), [&](CallId step) { return in_loop(program, facts, step); }))
        continue;
      found.push_back({site, Effect::kCall, wait, true, message.site, {}, reached.chain, "asks one process after the other"});
      break;
    }
  }
  return found;
}

std::vector<SlowWork> longer_calls_to_strangers(const Program& program, const Facts& facts, const Handler& handler,
                                                std::int64_t patience_ms) {
  constexpr std::size_t kLongest = 3;
  std::vector<SlowWork> found;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (!analysis::effects_at(program, facts, site).has(Effect::kCall)) continue;
    for (const Reached& reached : messages_reached(program, facts, site, MessageKind::kCall, true)) {
      const Message& message = facts.message(reached.message);
      const std::int64_t wait = message.timeout.milliseconds;
      if (message.receiver || reached.possible || reached.chain.size() > kLongest) continue;
      if (wait == Bound::kUnknown || wait == Bound::kInfinite || wait <= patience_ms) continue;
      found.push_back(
          {site, Effect::kCall, wait, true, message.site, {}, reached.chain, "is given longer than the callers wait"});
      break;
    }
  }
  return found;
}

namespace {

// The limit of a receive whose `after` is a parameter of its function, by what the call passes there.
std::int64_t passed_limit(const Program& program, const Facts& facts, CallId site, const HandWait& wait) {
  const Unit& there = program.unit_of(wait.function);
  const std::span<const ExprId> rest = there.children_of(wait.receive);
  if (wait.bound_ms != Bound::kUnknown || rest.empty() || there.expr(rest[0]).kind != ExprKind::kVariable) return wait.bound_ms;
  const model::VariableId variable(there.expr(rest[0]).payload);
  if (!variable) return Bound::kUnknown;
  const auto parameter = analysis::parameter_of(there, program.function(wait.function), variable);
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (!parameter || parameter->index >= arguments.size()) return Bound::kUnknown;
  const analysis::ExprRef given =
      analysis::resolve_value(program, facts, {program.call_units[site.index], arguments[parameter->index]});
  const Unit& unit = program.unit(given.unit);
  if (analysis::atom_value(unit, given.expr) == sym::infinity) return Bound::kInfinite;
  return analysis::integer_value(unit, given.expr).value_or(Bound::kUnknown);
}

}  // namespace

std::vector<SlowWork> longer_receives(const Program& program, const Facts& facts, const Handler& handler,
                                      std::int64_t patience_ms) {
  constexpr std::size_t kLongest = 4, kMostSites = 200;
  std::vector<SlowWork> found;
  std::vector<std::vector<CallId>> chains;
  std::set<FunctionId> entered = {handler.function};
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) chains.push_back({site});
  for (std::size_t i = 0; i < chains.size() && i < kMostSites; ++i) {
    const std::vector<CallId> chain = chains[i];
    const CallId site = chain.back();
    const FunctionId callee = facts.calls.callees[site.index].function;
    if (!callee || facts.calls.external(site) || facts.calls.runs[site.index] != Runs::kCaller || program.call(site).capture)
      continue;
    if (!facts.effects.all[callee.index].has(Effect::kReceive) || follows_failure(program, site)) continue;
    if (!entered.insert(callee).second) continue;
    if (program.module_of(callee) != program.module_of(handler.function)) {
      for (const ExprId body : bodies_of(program, callee)) {
        for (const HandWait& wait : hand_waits(program, facts, callee, body)) {
          const std::int64_t limit = passed_limit(program, facts, site, wait);
          if (wait.loops || wait.takes_any || limit == Bound::kUnknown || limit == Bound::kInfinite || limit < patience_ms)
            continue;
          found.push_back(
              {chain.front(), Effect::kAwait, limit, false, site, {}, chain, "waits in a receive" + wait_text(limit)});
        }
      }
    }
    if (chain.size() >= kLongest) continue;
    for (const CallId inner : program.calls_of(callee)) {
      chains.push_back(chain);
      chains.back().push_back(inner);
    }
  }
  return found;
}

namespace {

// The calls that send a message, where its site is the call of a wrapper: that is where the time-out stands.
std::vector<CallId> sending_calls(const Program& program, const Facts& facts, const Message& message) {
  constexpr std::size_t kMostWrappers = 4;
  std::vector<CallId> found;
  std::vector<FunctionId> wrappers;
  if (const FunctionId wrapper = facts.calls.callees[message.site.index].function) wrappers.push_back(wrapper);
  for (std::size_t i = 0; i < wrappers.size(); ++i) {
    for (const CallId site : program.calls_of(wrappers[i])) {
      const analysis::External* external = facts.calls.external(site);
      if (external && external->row && external->row->message_argument != 0 && external->row->effects.has(Effect::kCall))
        found.push_back(site);
      const FunctionId inner = facts.calls.callees[site.index].function;
      if (!inner || wrappers.size() >= kMostWrappers || program.module_of(inner) != program.module_of(wrappers[i])) continue;
      if (std::find(wrappers.begin(), wrappers.end(), inner) == wrappers.end()) wrappers.push_back(inner);
    }
  }
  return found;
}

// exit:{noproc, _}: that the server is gone is thought of, and not that it is late.
bool takes_absence_only(const Program& program, const analysis::Handling& handling) {
  if (!handling.reason) return false;
  const Symbol tag = analysis::outline(program.unit(handling.reason.unit), handling.reason.unit, handling.reason.expr).tag;
  return tag == intern("noproc") || tag == intern("normal") || tag == intern("nodedown");
}

// Does the sender go on when no answer comes: by what stands around the call, or around the one in its wrapper?
bool expects_time_out(const Program& program, const Facts& facts, const Message& message) {
  const auto caught_at = [&](CallId site) {
    const std::vector<analysis::Handling> handlings = analysis::handlings_around(program, facts, site);
    return std::any_of(handlings.begin(), handlings.end(), [&](const analysis::Handling& handling) {
      return (handling.classes & analysis::kExitClass) != 0 && !takes_absence_only(program, handling);
    });
  };
  const std::vector<CallId> inner = sending_calls(program, facts, message);
  return caught_at(message.site) || std::any_of(inner.begin(), inner.end(), caught_at);
}

}  // namespace

std::vector<MessageId> limited_calls_to(const Program& program, const Facts& facts, ProcessId receiver) {
  constexpr std::int64_t kDeliberate = 1000;  // who waits less than a second wants to give up early
  std::vector<MessageId> found;
  for (const MessageId id : facts.messages.to[receiver.index]) {
    const Message& message = facts.message(id);
    const std::int64_t wait = message.timeout.milliseconds;
    if (message.kind != MessageKind::kCall || wait == Bound::kInfinite || wait == Bound::kUnknown || wait < kDeliberate) continue;
    if (!in_production(program, facts, message.sender) || goes_to_nodes(program, facts, message)) continue;
    const analysis::Context& context = facts.contexts.of(message.sender);
    if (context.processes.size() == 1 && context.processes[0] == receiver && !context.many && context.flags == 0) continue;
    if (expects_time_out(program, facts, message)) continue;
    found.push_back(id);
  }
  return found;
}

std::vector<findings::Step> asking_steps(const Program& program, const Facts& facts, const std::vector<MessageId>& messages,
                                         std::size_t shown) {
  std::vector<findings::Step> steps;
  for (const MessageId id : messages) {
    if (steps.size() >= shown) break;
    const Message& message = facts.message(id);
    steps.push_back({call_span(program, message.site), model::display_function(program, message.sender) + " asks " +
                                                           process_name(program, facts, message.receiver) + " and waits" +
                                                           wait_text(message.timeout.milliseconds)});
  }
  std::set<CallId> shown_sites;
  for (const MessageId id : messages) {
    for (const CallId site : sending_calls(program, facts, facts.message(id))) {
      if (shown_sites.size() < 2 && shown_sites.insert(site).second)
        steps.push_back({call_span(program, site), model::display_function(program, program.function_of(site)) + " sends it"});
    }
  }
  return steps;
}

}  // namespace beamwright::rules
