#include "rules/work.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/effects.h"
#include "analysis/values.h"
#include "rules/clauses.h"
#include "rules/configured.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::Runs;

namespace {

constexpr Effect kSlow[] = {Effect::kHttp,  Effect::kDatabase, Effect::kSubprocess, Effect::kRpc,
                            Effect::kSleep, Effect::kSocket,   Effect::kAwait,      Effect::kFile};
constexpr std::int64_t kShortSleep = 10;

// Is the effect at this site a guess? The witness of the callee knows about the steps below, the edge about the first one.
bool is_possible(const Program& program, const Facts& facts, CallId site, Effect effect) {
  if (facts.calls.external(site) || analysis::leaf_effects(program, facts.calls, site).has(effect)) return false;
  bool certain = false;
  for (const analysis::Edge& edge : facts.calls.edges_of(program.function_of(site))) {
    if (edge.site != site || edge.runs != Runs::kCaller) continue;
    const analysis::Witness* witness = facts.effects.witness(edge.callee, effect);
    certain |= witness && !witness->possible && !edge.possible;
  }
  return !certain;
}

// The way from a call site down to an effect.
struct Way {
  CallId leaf;  // the last call site of the sources on it
  std::uint32_t steps = 1;
  bool exits = false;    // through a function that never returns
  bool blocked = false;  // through a clause that the atoms passed cannot reach
};

Way way_to(const Program& program, const Facts& facts, CallId site, Effect effect) {
  constexpr std::uint32_t kMaxSteps = 64;
  Way way{site};
  KnownArguments arguments;
  while (!facts.calls.external(way.leaf) && way.steps < kMaxSteps) {
    const FunctionId function = facts.calls.callees[way.leaf.index].function;
    const analysis::Witness* witness = function ? facts.effects.witness(function, effect) : nullptr;
    if (!witness || !witness->site) break;
    arguments = arguments_at(program, facts, way.leaf, arguments);
    way.exits |= always_exits(program, facts, function);
    way.blocked |= !stands_in(program, function, witness->site, feasible_clauses(program, function, arguments));
    way.leaf = witness->site;
    ++way.steps;
  }
  return way;
}

// A step of a Mnesia transaction, which is asked about itself, a dirty access to a table of this node, or bytes given to the
// kernel.
bool is_quick(const Facts& facts, const Way& way) {
  constexpr std::array<std::string_view, 21> kSteps = {"read",         "wread",
                                                       "match_object", "select",
                                                       "index_read",   "all_keys",
                                                       "foldl",        "first",
                                                       "next",         "write",
                                                       "s_write",      "delete",
                                                       "s_delete",     "delete_object",
                                                       "dirty_read",   "dirty_match_object",
                                                       "dirty_select", "dirty_index_read",
                                                       "dirty_write",  "dirty_delete",
                                                       "table_info"};
  const analysis::External* external = facts.calls.external(way.leaf);
  if (!external) return false;
  const std::string_view module = external->module.text(), name = external->name.text();
  if (module == "mnesia") return std::find(kSteps.begin(), kSteps.end(), name) != kSteps.end();
  if (module == "socket") return name == "sendto";
  return (module == "gen_tcp" || module == "gen_udp" || module == "ssl") && name.starts_with("send");
}

// A synchronous call of a server whose clause for the message is itself slow.
bool slow_call(const Program& program, const Facts& facts, CallId site, SlowWork& work) {
  constexpr std::size_t kLongest = 8;
  for (const Reached& reached : messages_reached(program, facts, site, MessageKind::kCall)) {
    const Message& message = facts.message(reached.message);
    if (!message.receiver || reached.chain.size() > kLongest) continue;
    for (const HandlerId id : takers(facts, message)) {
      const std::vector<SlowWork> inner = slow_work(program, facts, facts.handler(id), {.files = false, .calls = false});
      if (inner.empty() || inner.front().possible) continue;
      work = {site, Effect::kCall, message.timeout.milliseconds, reached.possible, message.site, id, reached.chain};
      return true;
    }
  }
  return false;
}

// How long a call of known function may block, by the options written in it or by the library's default.
std::int64_t bound_of(const Program& program, CallId site, const knowledge::FunctionRow& row) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (row.timeout_option && !arguments.empty()) {
    const Unit& unit = program.unit_of(site);
    const auto written = analysis::integer_value(unit, analysis::literal_option(unit, arguments.back(), row.timeout_option));
    if (written) return *written;
  }
  return row.bound.milliseconds;
}

// Slow calls of modules that the configuration chooses, in the clause and in the functions of its module that it calls.
void add_configured(const Program& program, const Facts& facts, FunctionId function, const std::vector<CallId>& sites,
                    std::vector<SlowWork>& found) {
  constexpr std::size_t kMaxFunctions = 100;
  struct Step {
    CallId site;
    std::vector<CallId> chain;
  };
  std::vector<Step> steps;
  std::set<FunctionId> entered;
  for (const CallId site : sites) steps.push_back({site, {site}});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step step = steps[i];
    if (facts.calls.runs[step.site.index] != Runs::kCaller) continue;
    const ConfiguredCall call = configured_call(program, facts, step.site);
    for (const Effect effect : kSlow) {
      if (!call.row || effect == Effect::kFile || !call.row->effects.has(effect)) continue;
      found.push_back({step.chain.front(), effect, bound_of(program, step.site, *call.row), false, step.site, {}, step.chain});
    }
    const FunctionId callee = facts.calls.callees[step.site.index].function;
    if (!callee || program.module_of(callee) != program.module_of(function)) continue;
    if (entered.size() >= kMaxFunctions || !entered.insert(callee).second) continue;
    for (const CallId site : program.calls_of(callee)) {
      steps.push_back({site, step.chain});
      steps.back().chain.push_back(site);
    }
  }
}

}  // namespace

std::vector<SlowWork> slow_work(const Program& program, const Facts& facts, const Handler& handler, Including including) {
  return slow_work_at(program, facts, handler.function, analysis::calls_in_clause(program, handler.function, handler.clause),
                      including);
}

std::vector<SlowWork> slow_work_at(const Program& program, const Facts& facts, FunctionId function,
                                   const std::vector<CallId>& sites, Including including) {
  constexpr std::uint32_t kLongWay = 12;
  std::vector<SlowWork> found;
  for (const CallId site : sites) {
    if (facts.calls.runs[site.index] != Runs::kCaller) continue;
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    for (const Effect effect : kSlow) {
      if (!effects.has(effect) || (effect == Effect::kFile && !including.files)) continue;
      const std::int64_t bound = analysis::bound_at(program, facts, site, effect);
      if (effect == Effect::kSleep && bound != Bound::kUnknown && bound < kShortSleep) continue;
      const Way way = way_to(program, facts, site, effect);
      if (way.exits || is_quick(facts, way)) continue;
      const bool possible = way.blocked || way.steps > kLongWay || is_possible(program, facts, site, effect);
      found.push_back({site, effect, bound, possible, way.leaf, {}, {}});
    }
    SlowWork call;
    if (including.calls && effects.has(Effect::kCall) && slow_call(program, facts, site, call)) found.push_back(call);
  }
  add_configured(program, facts, function, sites, found);
  return found;
}

std::vector<SlowWork> continued_work(const Program& program, const Facts& facts, const Handler& handler) {
  static const Symbol kContinue = intern("continue"), kNextEvent = intern("next_event"), kInternal = intern("internal");
  const Unit& unit = program.unit_of(handler.function);
  std::vector<SlowWork> found;
  any_below(unit, unit.clause(handler.clause).body, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kTuple || (e.child_count != 2 && e.child_count != 3)) return false;
    const auto first = analysis::atom_value(unit, unit.child(id, 0));
    const bool continues = e.child_count == 2 && first == kContinue;
    const bool internal = e.child_count == 3 && first == kNextEvent && analysis::atom_value(unit, unit.child(id, 1)) == kInternal;
    if (!continues && !internal) return false;
    const analysis::Pattern sent = analysis::outline(unit, {}, unit.child(id, e.child_count - 1));
    for (const HandlerId other : facts.process(handler.process).handlers) {
      const Handler& next = facts.handler(other);
      const bool takes =
          continues ? next.kind == HandlerKind::kContinue : next.kind == HandlerKind::kEvent || next.kind == HandlerKind::kOther;
      if (!takes || next.pattern.any || !analysis::may_match(next.pattern, sent) || next.pattern.tag != sent.tag) continue;
      for (SlowWork& work : slow_work(program, facts, next)) found.push_back(std::move(work));
    }
    return false;
  });
  return found;
}

bool is_heavy(const SlowWork& work) {
  return work.effect == Effect::kHttp || work.effect == Effect::kDatabase || work.effect == Effect::kSubprocess ||
         work.effect == Effect::kRpc || work.effect == Effect::kSleep;
}

bool is_mnesia(const Facts& facts, const SlowWork& work) {
  const analysis::External* external = work.leaf ? facts.calls.external(work.leaf) : nullptr;
  return work.effect == Effect::kDatabase && external &&
         (external->module.text() == "mnesia" || external->module.text() == "mria");
}

bool waits_for_own_tasks(const Facts& facts, const SlowWork& work) {
  const analysis::External* external = work.effect == Effect::kAwait && work.leaf ? facts.calls.external(work.leaf) : nullptr;
  if (!external || work.bound_ms == 0) return false;
  const std::string_view module = external->module.text(), name = external->name.text();
  if (module == "rpc" || module == "erpc") return name.ends_with("yield") || name == "receive_response";
  return (module == "Elixir.Task" || module == "Elixir.Task.Supervisor") && name != "shutdown";
}

std::string describe_work(const SlowWork& work) {
  const bool endless = work.bound_ms == Bound::kInfinite;
  const bool unknown = work.bound_ms == Bound::kUnknown;
  if (!work.note.empty() && work.effect == Effect::kFile) return "file access";
  if (!work.note.empty() && work.effect == Effect::kSocket) return "a write to a socket";
  if (!work.note.empty() && work.effect == Effect::kAwait)
    return "a wait for a message" + (endless ? "" : " of " + analysis::display_bound(work.bound_ms));
  if (!work.note.empty() && work.effect == Effect::kCall)
    return "calls of other processes" +
           (endless ? std::string(" without a time limit") : " of " + analysis::display_bound(work.bound_ms));
  if (!work.note.empty()) return "a wait for somebody outside" + (endless ? std::string(" without a time limit") : std::string());
  const std::string limit = endless ? " without a time limit" : unknown ? "" : " of " + analysis::display_bound(work.bound_ms);
  switch (work.effect) {
    case Effect::kHttp:
      return "an HTTP request" + limit;
    case Effect::kDatabase:
      return "a request to a database or broker" + limit;
    case Effect::kSubprocess:
      return "an operating system command" + limit;
    case Effect::kRpc:
      return "a remote procedure call" + limit;
    case Effect::kSleep:
      return "a sleep" + limit;
    case Effect::kSocket:
      return "network input or output" + limit;
    case Effect::kAwait:
      return "a wait for other processes" + limit;
    case Effect::kCall:
      return "a call of a slow server" + limit;
    case Effect::kFile:
      return "file access";
    default:
      return std::string(knowledge::to_string(work.effect));
  }
}

std::vector<findings::Step> path_of(const Program& program, const Facts& facts, const SlowWork& work) {
  std::vector<findings::Step> path;
  if (!work.beyond && !work.chain.empty()) {
    append_chain(program, facts, work.chain, path);
    path.back().message +=
        work.note.empty() ? ", a module that the configuration chooses: " + describe_work(work) : ", which " + work.note;
    return path;
  }
  if (!work.beyond) {
    path = analysis::path_to(program, facts, work.site, work.effect);
    if (path.empty()) path.push_back(call_step(program, facts, work.site));
    return path;
  }
  append_chain(program, facts, work.chain, path);
  const std::vector<SlowWork> inner = slow_work(program, facts, facts.handler(work.beyond), {.files = false, .calls = false});
  for (findings::Step& step : inner.empty() ? std::vector<findings::Step>() : path_of(program, facts, inner.front())) {
    path.push_back(std::move(step));
  }
  return path;
}

}  // namespace beamwright::rules
