#include "rules/work.h"

#include "rules/reach.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::Runs;

namespace {

constexpr Effect kSlow[] = {Effect::kHttp, Effect::kDatabase, Effect::kSubprocess, Effect::kRpc,
                            Effect::kSleep, Effect::kSocket, Effect::kAwait, Effect::kFile};
constexpr std::int64_t kShortSleep = 10;

// Is the effect at this site a guess? The witness of the callee knows about the steps below, the edge about the first one.
bool is_possible(const Program& program, const Facts& facts, CallId site, Effect effect) {
  if (facts.calls.external(site)) return false;
  bool certain = false;
  for (const analysis::Edge& edge : facts.calls.edges_of(program.function_of(site))) {
    if (edge.site != site || edge.runs != Runs::kCaller) continue;
    const analysis::Witness* witness = facts.effects.witness(edge.callee, effect);
    certain |= witness && !witness->possible && !edge.possible;
  }
  return !certain;
}

// How a synchronous call counts: not at all, as slow work of the server that is called, or as an unlimited wait for the unknown.
bool slow_call(const Program& program, const Facts& facts, CallId site, SlowWork& work) {
  bool unlimited = false;
  for (const Reached& reached : messages_reached(program, facts, site, MessageKind::kCall)) {
    const Message& message = facts.message(reached.message);
    if (!message.receiver) {
      unlimited |= message.timeout.milliseconds == Bound::kInfinite;
      continue;
    }
    for (const HandlerId id : takers(facts, message)) {
      if (slow_work(program, facts, facts.handler(id), {.files = false, .calls = false}).empty()) continue;
      work = {site, Effect::kCall, message.timeout.milliseconds, reached.possible, id, reached.chain};
      return true;
    }
  }
  work = {site, Effect::kCall, Bound::kInfinite, true, {}, {}};
  return unlimited;
}

}  // namespace

std::vector<SlowWork> slow_work(const Program& program, const Facts& facts, const Handler& handler, Including including) {
  std::vector<SlowWork> found;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (facts.calls.runs[site.index] != Runs::kCaller || program.call(site).capture) continue;
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    for (const Effect effect : kSlow) {
      if (!effects.has(effect) || (effect == Effect::kFile && !including.files)) continue;
      const std::int64_t bound = analysis::bound_at(program, facts, site, effect);
      if (effect == Effect::kSleep && bound != Bound::kUnknown && bound < kShortSleep) continue;
      found.push_back({site, effect, bound, is_possible(program, facts, site, effect), {}, {}});
    }
    SlowWork call;
    if (including.calls && effects.has(Effect::kCall) && slow_call(program, facts, site, call)) found.push_back(call);
  }
  return found;
}

std::string describe_work(const SlowWork& work) {
  const bool endless = work.bound_ms == Bound::kInfinite;
  const bool unknown = work.bound_ms == Bound::kUnknown;
  const std::string limit = endless ? " without a time limit" : unknown ? "" : " of " + analysis::display_bound(work.bound_ms);
  switch (work.effect) {
    case Effect::kHttp: return "an HTTP request" + limit;
    case Effect::kDatabase: return "a request to a database or broker" + limit;
    case Effect::kSubprocess: return "an operating system command" + limit;
    case Effect::kRpc: return "a remote procedure call" + limit;
    case Effect::kSleep: return "a sleep" + limit;
    case Effect::kSocket: return "network input or output" + limit;
    case Effect::kAwait: return "a wait for other processes" + limit;
    case Effect::kCall: return work.beyond ? "a call of a slow server" + limit : "a call" + limit;
    case Effect::kFile: return "file access";
    default: return std::string(knowledge::to_string(work.effect));
  }
}

std::vector<findings::Step> path_of(const Program& program, const Facts& facts, const SlowWork& work) {
  std::vector<findings::Step> path;
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
