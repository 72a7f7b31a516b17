// All handlers of an event manager run in the manager's own process, one after the other (stdlib: gen_event). What one of them
// waits for, all others wait for, and everybody who notifies synchronously; the events of the others pile up in its mailbox.
#include <algorithm>
#include <optional>
#include <string>

#include "rules/reach.h"
#include "rules/waiting.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

// What a clause waits for, and the way to it.
struct Wait {
  CallId site;
  CallId leaf;
  std::string what;
  std::vector<findings::Step> path;
};

bool calls_server(const analysis::External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  return name == "call" && (module == "gen_server" || module == "Elixir.GenServer" || module == "gen_statem" ||
                            module == "Elixir.GenStateMachine" || module == "gen_event");
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      if (process.kind == analysis::ProcessKind::kGenEvent && reporter_.wants(program_, process.module)) review(process);
    }
  }

 private:
  // A module is told once, at the first of its clauses.
  void review(const Process& process) {
    if (review_log_handler(process)) return;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      const bool runs =
          handler.kind == HandlerKind::kEvent || handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kCall;
      if (!runs || !in_production(program_, facts_, handler.function)) continue;
      std::optional<Wait> wait = slow_work_of(handler);
      if (!wait) wait = call_of(handler);
      if (wait) return report(handler, *wait);
    }
  }

  // A handler of the logger's own event manager: its events are {log, …}, or those of Elixir's Logger.
  bool takes_log_events(const Process& process) const {
    return std::any_of(process.handlers.begin(), process.handlers.end(), [&](HandlerId id) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kEvent || !handler.pattern.expr) return false;
      if (handler.pattern.tag.text() == "log" && handler.pattern.size >= 2) return true;
      const Unit& unit = program_.unit(handler.pattern.expr.unit);
      return any_below(unit, handler.pattern.expr.expr, [&](ExprId part) {
        return unit.expr(part).kind == ExprKind::kAtom && unit.expr(part).symbol().text() == "Elixir.Logger";
      });
    });
  }

  // What such a handler logs comes back to the process that it runs in. (lager: dispatch_log/5 notifies synchronously, and
  // Elixir's Logger does so as soon as many messages wait.)
  bool review_log_handler(const Process& process) {
    if (!takes_log_events(process)) return false;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!in_production(program_, facts_, handler.function)) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        const model::Call& call = program_.call(site);
        const bool logs = call.module == intern("lager") || call.module == intern("Elixir.Logger");
        if (!logs || facts_.calls.runs[site.index] != analysis::Runs::kCaller) continue;
        if (!analysis::effects_at(program_, facts_, site).has(Effect::kLog)) continue;
        report_logging(handler, site);
        return true;
      }
    }
    return false;
  }

  void report_logging(const Handler& handler, CallId site) {
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    const std::string callee = callee_text(program_, facts_, site);
    finding.message = finding.function + " is a handler of the logger and logs itself (" + callee + ")";
    finding.why =
        "The handler runs in the logger's event manager. A synchronous log call made there waits for the manager, that is for "
        "itself; an asynchronous one feeds the handler its own messages, for ever where each of them fails in turn.";
    finding.fix =
        "Write what goes wrong in the handler to standard error, or hand it to another process; let nothing that a log handler "
        "runs log.";
    finding.path = {{finding.span, finding.function + " logs in the process that writes the log"}};
    finding.key = "logs " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  std::optional<Wait> slow_work_of(const Handler& handler) const {
    for (const SlowWork& work : slow_work(program_, facts_, handler)) {
      if (keeps_waiting(work)) return Wait{work.site, work.leaf, "does " + describe_work(work), path_of(program_, facts_, work)};
    }
    return {};
  }

  // Requests to a supervisor, which waits for the init of what it starts and the end of what it stops; and calls without a limit.
  std::optional<Wait> call_of(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      for (const Effect effect : {Effect::kStartChild, Effect::kCall}) {
        if (!effects.has(effect)) continue;
        for (const ReachedCall& reached : externals_reached(program_, facts_, site, effect, asks_supervisor)) {
          if (!reached.possible && !is_quick(reached.leaf)) return wait_at(reached, "asks a supervisor and waits for it");
        }
      }
      if (!effects.has(Effect::kCall)) continue;
      for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, calls_server)) {
        const bool endless = analysis::bound_at(program_, facts_, reached.leaf, Effect::kCall) == Bound::kInfinite;
        if (endless && !reached.possible) return wait_at(reached, "calls a server and waits without limit");
      }
    }
    return {};
  }

  // A task runs at once, nobody waits for its init; and a supervisor that is only asked what it has says so soon.
  bool is_quick(CallId leaf) const {
    const analysis::External& external = *facts_.calls.external(leaf);
    const std::string_view name = external.name.text();
    return external.module.text() == "Elixir.Task.Supervisor" || name.ends_with("_children") || name == "get_childspec";
  }

  Wait wait_at(const ReachedCall& reached, std::string what) const {
    Wait wait{reached.chain.front(), reached.leaf, std::move(what), {}};
    append_chain(program_, facts_, reached.chain, wait.path);
    return wait;
  }

  bool keeps_waiting(const SlowWork& work) const {
    if (work.possible) return false;
    constexpr std::int64_t kNotable = 1000;
    const bool long_enough = work.bound_ms == Bound::kUnknown || work.bound_ms == Bound::kInfinite || work.bound_ms >= kNotable;
    if (work.effect == Effect::kCall || work.effect == Effect::kSocket || work.effect == Effect::kAwait)
      return work.bound_ms == Bound::kInfinite;
    return is_heavy(work) && !is_mnesia(facts_, work) && long_enough;
  }

  void report(const Handler& handler, const Wait& wait) {
    const bool erlang = in_erlang(program_, handler.function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, wait.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message =
        shown + " " + wait.what + " in the process of its event manager (" + callee_text(program_, facts_, wait.leaf) + ")";
    finding.why =
        "An event manager runs all its handlers in one process, one after the other: meanwhile no other handler gets its events, "
        "whoever calls or notifies it synchronously waits, and what is notified asynchronously piles up in its mailbox.";
    finding.fix = erlang
                      ? "Let the handler only hand the event on: to a server of its own that does the work and says how much it "
                        "takes, or to a worker of a supervisor with a limit on its children."
                      : "Let the handler only hand the event on: to a server of its own that does the work and says how much it "
                        "takes, or to a task under a Task.Supervisor with max_children.";
    finding.path = wait.path;
    finding.key = shown + " " + callee_text(program_, facts_, wait.leaf);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& blocking_event_handler() {
  static const Rule rule{{.code = "BW416",
                          .name = "blocking-event-handler",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "Slow work in a gen_event handler, which all handlers of the manager wait for"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
