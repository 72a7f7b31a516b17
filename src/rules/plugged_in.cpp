// A module is taken for one that may be plugged in when it has every function that the clauses of the server call of a module in
// a variable. One or two functions are had by many modules by chance, so there must be three.
#include "rules/plugged_in.h"

#include <algorithm>

namespace beamwright::rules {

using analysis::Bound;

namespace {

constexpr std::size_t kFewest = 3;

struct Wanted {
  Symbol name;
  std::uint32_t arity = 0;
  bool operator==(const Wanted&) const = default;
};

// A call of a module in a variable or a field, made in the process of the clause.
bool calls_plugged_in(const Program& program, const Facts& facts, CallId site) {
  const model::Call& call = program.call(site);
  return call.target == model::TargetKind::kDynamicModule && !call.capture &&
         facts.calls.runs[site.index] == analysis::Runs::kCaller && !facts.calls.external(site);
}

// What the clauses that answer callers ask of modules they were given.
std::vector<Wanted> wanted_of(const Program& program, const Facts& facts, ProcessId process) {
  std::vector<Wanted> wanted;
  for (const HandlerId id : facts.process(process).handlers) {
    const Handler& handler = facts.handler(id);
    if (handler.kind != HandlerKind::kCall) continue;
    for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
      if (!calls_plugged_in(program, facts, site)) continue;
      const Wanted one{program.call(site).name, program.call(site).arity};
      if (std::find(wanted.begin(), wanted.end(), one) == wanted.end()) wanted.push_back(one);
    }
  }
  return wanted;
}

// The modules of reviewed sources that have functions of all these names, and three of them as they are called: what nobody asks
// for any more is left out of adapters.
// any more is left out of adapters. The interface of the server has such functions, too, and is none.
std::vector<ModuleId> having(const Program& program, const Facts& facts, ProcessId server, const std::vector<Wanted>& wanted) {
  std::vector<ModuleId> found;
  std::vector<ModuleId> asking = {facts.process(server).module};
  for (const MessageId id : facts.messages.to[server.index]) asking.push_back(program.module_of(facts.message(id).sender));
  for (std::uint32_t i = 0; i < program.modules.size(); ++i) {
    const ModuleId module(i);
    const bool interface = std::find(asking.begin(), asking.end(), module) != asking.end();
    if (interface || program.unit_of(module).role != source::Role::kReviewed) continue;
    const auto exact = std::count_if(wanted.begin(), wanted.end(), [&](const Wanted& one) {
      return static_cast<bool>(program.find_function(module, one.name, one.arity));
    });
    if (static_cast<std::size_t>(exact) < kFewest) continue;
    const auto functions = program.functions_of(module);
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](const Wanted& one) {
      return std::any_of(functions.begin(), functions.end(),
                         [&](FunctionId function) { return program.function(function).name == one.name; });
    });
    if (all) found.push_back(module);
  }
  return found;
}

bool ends_in_mnesia(const Facts& facts, FunctionId function, Effect effect) {
  constexpr int kMostSteps = 64;
  for (int i = 0; i < kMostSteps; ++i) {
    const analysis::Witness* witness = facts.effects.witness(function, effect);
    if (!witness || !witness->site) return false;
    const analysis::External* external = facts.calls.external(witness->site);
    if (external) return external->module.text() == "mnesia";
    if (!witness->next) return false;
    function = witness->next;
  }
  return false;
}

// What the function waits for outside, as far as it is certain of it.
std::optional<SlowWork> waits_in(const Program& program, const Facts& facts, FunctionId function, std::int64_t patience) {
  static constexpr Effect kOutside[] = {Effect::kDatabase, Effect::kHttp, Effect::kSubprocess, Effect::kRpc, Effect::kSocket};
  constexpr std::uint32_t kFarthest = 6;
  for (const Effect effect : kOutside) {
    const analysis::Witness* witness = facts.effects.witness(function, effect);
    if (!witness || witness->possible || witness->distance > kFarthest) continue;
    const bool endless = witness->bound_ms == Bound::kInfinite;
    const bool longer =
        endless || (witness->bound_ms == Bound::kUnknown ? effect != Effect::kSocket : witness->bound_ms >= patience);
    if (!longer || ends_in_mnesia(facts, function, effect)) continue;
    SlowWork work;
    work.effect = effect;
    work.bound_ms = witness->bound_ms;
    work.possible = true;
    work.note = model::display_function(program, function) + " answers by " + describe_work(work);
    work.effect = Effect::kHttp;  // told of as a wait for somebody outside: what it is depends on the module
    return work;
  }
  return {};
}

}  // namespace

std::optional<SlowWork> plugged_in_work(const Program& program, const Facts& facts, const Handler& handler,
                                        std::int64_t patience_ms) {
  std::vector<CallId> sites = analysis::calls_in_clause(program, handler.function, handler.clause);
  std::erase_if(sites, [&](CallId site) { return !calls_plugged_in(program, facts, site); });
  if (sites.empty()) return {};
  const std::vector<Wanted> wanted = wanted_of(program, facts, handler.process);
  if (wanted.size() < kFewest) return {};
  for (const ModuleId module : having(program, facts, handler.process, wanted)) {
    for (const CallId site : sites) {
      const FunctionId function = program.find_function(module, program.call(site).name, program.call(site).arity);
      if (!function) continue;
      std::optional<SlowWork> work = waits_in(program, facts, function, patience_ms);
      if (!work) continue;
      work->site = work->leaf = site;
      work->chain = {site};
      return work;
    }
  }
  return {};
}

}  // namespace beamwright::rules
