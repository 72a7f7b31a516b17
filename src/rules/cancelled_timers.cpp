#include "rules/cancelled_timers.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/dropped_monitors.h"
#include "rules/failed_lookups.h"
#include "rules/kept.h"
#include "rules/rest_of_messages.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<CancelledTimer> find() {
    for (const Resource resource : {Resource::kTimer, Resource::kTimerServer}) {
      for (const CallId site : sites_that_release(program_, facts_, resource)) look_at(site);
    }
    return std::move(found_);
  }

 private:
  // What a timer sends to a server.
  struct Tick {
    CallId arming;  // none where it is read from the clause that takes it
    analysis::Pattern sent;
    std::optional<analysis::Pattern> inner;  // of {timeout, Ref, Inner}, as erlang:start_timer/3 sends it
    bool is(const Tick& other) const {
      const auto same = [](const analysis::Pattern& a, const analysis::Pattern& b) { return a.tag == b.tag && a.size == b.size; };
      return inner.has_value() == other.inner.has_value() && same(inner ? *inner : sent, other.inner ? *other.inner : other.sent);
    }
  };

  void look_at(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function) || program_.call(site).capture) return;
    if (!drops_result(program_, facts_, site) || function_has(program_, function, ExprKind::kReceive)) return;
    for (const ProcessId id : facts_.contexts.of(function).processes) {
      const Process& process = facts_.process(id);
      if (process.kind != analysis::ProcessKind::kGenServer || process.module != program_.module_of(function)) continue;
      if (only_at_end(id, function)) continue;
      const std::optional<Tick> tick = tick_of(id, site, function);
      if (!tick) continue;
      if (const auto found = end_by(id, *tick, site, function)) {
        if (reported_.insert(function.index).second) found_.push_back(*found);
        return;
      }
    }
  }

  // Each clause that gets there stops the process, or is its terminate.
  bool only_at_end(ProcessId process, FunctionId function) const {
    const std::vector<HandlerId> handlers = analysis::handlers_running(program_, facts_, process, function);
    return !handlers.empty() && std::all_of(handlers.begin(), handlers.end(), [&](HandlerId id) {
      const Handler& handler = facts_.handler(id);
      return handler.kind == HandlerKind::kTerminate || handler.reply == analysis::Reply::kStop;
    });
  }

  // The timer that is cancelled: by the reference that is given, or because the server has one alone.
  std::optional<Tick> tick_of(ProcessId process, CallId site, FunctionId function) const {
    std::vector<Tick> ticks;
    const auto add = [&](const Tick& tick) {
      if (std::none_of(ticks.begin(), ticks.end(), [&](const Tick& known) { return known.is(tick); })) ticks.push_back(tick);
    };
    for (const MessageId id : facts_.messages.to[process.index]) {
      if (const std::optional<Tick> tick = sent_by_timer(facts_.message(id))) add(*tick);
    }
    for (const HandlerId id : facts_.process(process).handlers) {
      if (ticks.empty() && is_timeout(facts_.handler(id))) add({{}, facts_.handler(id).pattern, {}});
    }
    if (ticks.size() == 1) return ticks[0];
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (ticks.empty() || arguments.empty()) return {};
    const Origins origins = origins_of(program_, facts_, function, arguments[0]);
    if (origins.unknown || origins.made.size() != 1) return {};
    const auto made = std::find_if(ticks.begin(), ticks.end(), [&](const Tick& t) { return t.arming == origins.made[0].site; });
    return made == ticks.end() ? std::nullopt : std::optional(*made);
  }

  std::optional<Tick> sent_by_timer(const Message& message) const {
    if (message.kind != MessageKind::kInfo || !analysis::effects_at(program_, facts_, message.site).has(Effect::kTimer))
      return {};
    const Symbol name = program_.call(message.site).name;
    if (!name || !name.text().ends_with("start_timer"))
      return message.pattern.tag ? std::optional(Tick{message.site, message.pattern, {}}) : std::nullopt;
    analysis::Pattern sent;
    sent.tag = sym::timeout;
    sent.size = 3;
    return Tick{message.site, sent, message.pattern};
  }

  static bool is_timeout(const Handler& handler) {
    return handler.kind == HandlerKind::kInfo && handler.pattern.tag == sym::timeout && handler.pattern.size == 3;
  }

  bool takes(const Handler& handler, const Tick& tick) const {
    const analysis::Pattern& p = handler.pattern;
    if (!analysis::may_match(p, tick.sent)) return false;
    if (!tick.inner || p.any || !p.expr) return true;
    const Unit& unit = program_.unit(p.expr.unit);
    const ExprId message = unit.expr(p.expr.expr).kind == ExprKind::kMatch ? unit.child(p.expr.expr, 0) : p.expr.expr;
    if (unit.expr(message).kind != ExprKind::kTuple || unit.expr(message).child_count != 3) return true;
    return analysis::may_match(analysis::outline(unit, p.expr.unit, unit.child(message, 2)), *tick.inner);
  }

  // The first clause that takes the late message, where that looks for what is gone.
  std::optional<CancelledTimer> end_by(ProcessId process, const Tick& tick, CallId site, FunctionId function) const {
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo || !takes(handler, tick)) continue;
      const analysis::Pattern& p = handler.pattern;
      if (!p.expr || handler.catch_all || program_.unit(p.expr.unit).expr(p.expr.expr).kind == ExprKind::kUnknown) return {};
      if (runs_there(handler, function, site)) return {};  // it is cancelled when it has fired
      const Unit& unit = program_.unit_of(handler.function);
      if (dies_of_lookup(unit, unit.clause(handler.clause).body, variables_in(unit, p.expr.expr)))
        return CancelledTimer{site, function, tick.arming, id};
      if (!takes_only_some(program_, handler) && handler.any_state) return {};
    }
    return {};
  }

  bool runs_there(const Handler& handler, FunctionId function, CallId site) const {
    if (handler.function != function) {
      const std::vector<HandlerId> running = analysis::handlers_running(program_, facts_, handler.process, function);
      return running.size() == 1 && &facts_.handler(running[0]) == &handler;
    }
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    return std::find(sites.begin(), sites.end(), site) != sites.end();
  }

  const Program& program_;
  const Facts& facts_;
  std::set<std::uint32_t> reported_;
  std::vector<CancelledTimer> found_;
};

}  // namespace

std::vector<CancelledTimer> cancelled_timers(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
