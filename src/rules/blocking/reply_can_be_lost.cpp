// handle_call that returns {noreply, State} and leaves the answer to a process of its own: when that process crashes, is killed
// or gets lost with its supervisor before it replies, nobody tells the caller. Linked or monitored by the server, the crash is a
// message (or the server's own end), and the caller can be told (erlang: monitor/2; elixir: Task.Supervisor.async_nolink/3).
#include <algorithm>

#include "analysis/closures.h"
#include "analysis/values.h"
#include "rules/holders.h"
#include "rules/offloads.h"
#include "rules/reach.h"
#include "rules/waiting.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::External;
using analysis::Runs;
using model::VariableId;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.handlers.size(); ++i) {
      const Handler& handler = facts_.handler(HandlerId(i));
      if (!reporter_.wants(program_, handler.function) || !starts_processes(handler.function)) continue;
      if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kEvent) continue;
      if (in_production(program_, facts_, handler.function)) review(HandlerId(i), handler);
    }
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (!reporter_.wants(program_, facts_.process(ProcessId(i)).module)) continue;
      for (const HeldForOthers& held : held_for_others(program_, facts_, ProcessId(i))) report_held(held);
    }
  }

 private:
  bool starts_processes(FunctionId function) const {
    const analysis::EffectSet& all = facts_.effects.all[function.index];
    return all.has(Effect::kSpawn) || all.has(Effect::kStartChild);
  }

  void review(HandlerId id, const Handler& handler) {
    if (watches(analysis::calls_in_clause(program_, handler.function, handler.clause))) return;
    for (const Offload& offload : offloads_of(program_, facts_, handler)) {
      if (!is_lost_unseen(offload)) continue;
      report(id, handler, offload);
      return;
    }
  }

  bool is_lost_unseen(const Offload& offload) const {
    const CallId start = offload.chain.back();
    const FunctionId function = program_.function_of(start);
    const External& external = *facts_.calls.external(start);
    std::vector<CallId> beside;
    for (const CallId site : program_.calls_of(function)) beside.push_back(site);
    if (!is_unwatched_start(external, start) || (offload.chain.size() > 1 && watches(beside))) return false;
    return may_crash(external, function, start, offload.caller);
  }

  // A monitor or a link made beside the start: the end of the process is noticed.
  bool watches(const std::vector<CallId>& sites) const {
    return std::any_of(sites.begin(), sites.end(), [&](CallId site) {
      const External* external = facts_.calls.external(site);
      if (!external || !external->row || external->row->effects.has(Effect::kSpawn)) return false;
      return external->row->effects.has(Effect::kMonitor) || (external->row->effects.has(Effect::kLink));
    });
  }

  // Does the call start a process whose end nobody is told of?
  bool is_unwatched_start(const External& external, CallId site) const {
    const knowledge::FunctionRow* row = external.row;
    if (row->effects.has(Effect::kLink) || row->effects.has(Effect::kMonitor)) return false;
    if (row->returns != knowledge::Resource::kProcess) return false;
    const std::string_view name = external.name.text();
    const bool optioned = name == "spawn_opt" || (external.module == sym::Elixir_Process && name == "spawn");
    return !optioned || no_watch_among_options(site);
  }

  bool no_watch_among_options(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty()) return false;
    const ExprId options = analysis::local_value(unit, arguments.back());
    if (!options || unit.expr(options).kind != ExprKind::kList) return false;
    return !any_below(unit, options, [&](ExprId id) {
      if (unit.expr(id).kind == ExprKind::kVariable) return true;
      return unit.expr(id).kind == ExprKind::kAtom &&
             (unit.expr(id).symbol().text() == "link" || unit.expr(id).symbol().text() == "monitor");
    });
  }

  // Nothing that can go wrong before the reply, or an answer for that case as well: a try around it.
  bool may_crash(const External& external, FunctionId function, CallId site, const std::vector<VariableId>& caller) const {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const ExprId given = analysis::local_value(unit, arguments[external.row->closure_argument - 1u]);
    if (external.row->closure_is_mfa || !given || unit.expr(given).kind != ExprKind::kClosure) {
      for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
        if (edge.site == site && edge.runs == Runs::kNewProcess && !guards(edge.callee)) return true;
      }
      return false;
    }
    if (any_below(unit, given, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kTry; })) return false;
    bool risky = false, replies = false;
    for (const CallId inner : analysis::calls_in_closure(program_, function, given)) {
      const External* known = facts_.calls.external(inner);
      if (known && known->name.text() == "reply") {
        replies = true;
        continue;
      }
      const bool given_caller = mentions(unit, program_.call(inner).expr, caller);
      const FunctionId callee = facts_.calls.callees[inner.index].function;
      if (callee && given_caller) {
        if (guards(callee)) return false;
        replies = true;
      }
      risky |= !known || !known->row || is_risky(*known);
    }
    return risky && replies;
  }

  // What waits for others, computes much on what it was given, or is code of unknown manners; arithmetic on lists and maps seldom
  // fails.
  static bool is_risky(const External& external) {
    const knowledge::EffectSet& effects = external.row->effects;
    for (const Effect effect : {Effect::kHttp, Effect::kDatabase, Effect::kSocket, Effect::kFile, Effect::kSubprocess,
                                Effect::kPort, Effect::kCall, Effect::kAwait, Effect::kRpc, Effect::kExit, Effect::kCompute}) {
      if (effects.has(effect)) return true;
    }
    return external.row->closure_argument != 0;
  }

  // A try in the function, or in one that it calls: somebody thought of the failure.
  bool guards(FunctionId function) const {
    if (function_has(program_, function, ExprKind::kTry)) return true;
    for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
      if (edge.runs == Runs::kCaller && program_.module_of(edge.callee) == program_.module_of(function) &&
          function_has(program_, edge.callee, ExprKind::kTry))
        return true;
    }
    return false;
  }

  std::vector<MessageId> calls_of(HandlerId id) const {
    std::vector<MessageId> asking;
    for (const MessageId m : messages_to(facts_, id)) {
      if (facts_.message(m).kind == MessageKind::kCall && in_production(program_, facts_, facts_.message(m).sender))
        asking.push_back(m);
    }
    return asking;
  }

  void report_held(const HeldForOthers& held) {
    const Handler& handler = facts_.handler(held.asks);
    const std::vector<MessageId> asking = calls_of(held.asks);
    if (asking.empty()) return;
    const bool erlang = in_erlang(program_, handler.function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string name = process_name(program_, facts_, handler.process);
    const Unit& unit = program_.unit_of(handler.function);
    Finding finding = found_in(reporter_, program_, handler.function, unit.span(held.kept));
    finding.confidence = Confidence::kPossible;
    finding.message = shown + " lets its callers wait until the one before them gives back, and " + name +
                      " does not notice when that one ends";
    finding.why =
        "Who holds it may crash, be killed or leave with its own time-out: nobody gives back then, and everybody who "
        "waits or comes later waits for as long as " +
        name + " lives.";
    finding.fix = erlang ? "Monitor the holder when it gets it (the pid in From), keep the reference, and take the 'DOWN' as if "
                           "it had given back; demonitor with [flush] when it does."
                         : "Monitor the holder when it gets it (the pid in `from`), keep the reference, and take the :DOWN as "
                           "if it had given back; Process.demonitor(ref, [:flush]) when it does.";
    finding.path = asking_steps(program_, facts_, asking, 3);
    for (const HandlerId id : held.returns) {
      const Handler& returns = facts_.handler(id);
      if (!returns.pattern.expr) continue;
      finding.path.push_back({program_.unit(returns.pattern.expr.unit).span(returns.pattern.expr.expr),
                              "only " + analysis::display_handler(program_, facts_, returns) + " ends the wait"});
    }
    finding.key = shown + " held";
    report_weighed(reporter_, std::move(finding));
  }

  void report(HandlerId id, const Handler& handler, const Offload& offload) {
    const std::vector<MessageId> asking = calls_of(id);
    const bool erlang = in_erlang(program_, handler.function);
    const bool statem = facts_.process(handler.process).kind == analysis::ProcessKind::kGenStatem;
    const bool endless = std::any_of(asking.begin(), asking.end(),
                                     [&](MessageId m) { return facts_.message(m).timeout.milliseconds == Bound::kInfinite; });
    const bool limited = std::any_of(asking.begin(), asking.end(), [&](MessageId m) {
      const std::int64_t wait = facts_.message(m).timeout.milliseconds;
      return wait != Bound::kInfinite && wait != Bound::kUnknown;
    });
    const CallId start = offload.chain.back();
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, program_.function_of(start), call_span(program_, start));
    finding.severity = endless || statem ? Severity::kHigh : limited || asking.empty() ? Severity::kLow : Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " leaves its reply to a process that nobody watches: " + callee_text(program_, facts_, start) +
                      " neither links nor monitors it";
    finding.why = std::string("When that process crashes or is killed before it replies, nobody answers: the caller waits ") +
                  (endless || statem ? "for ever" : "until its time-out is over") +
                  " and never learns why, and the server knows of nothing.";
    finding.fix =
        erlang ? "Start it with spawn_monitor, keep the monitor with From in the state, and take the 'DOWN': reply {error, "
                 "Reason} there when it has not answered."
               : "Start it with Task.Supervisor.async_nolink, keep its ref with `from` in the state, reply when its result "
                 "comes, and reply {:error, reason} when its :DOWN does.";
    finding.path = asking_steps(program_, facts_, asking, 3);
    append_chain(program_, facts_, offload.chain, finding.path);
    finding.key = shown;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& reply_can_be_lost() {
  static const Rule rule{
      {.code = "BW408",
       .name = "reply-can-be-lost",
       .family = findings::Family::kBlocking,
       .severity = Severity::kMedium,
       .summary = "A reply is left to a process that nobody links or monitors: its crash leaves the caller waiting"},
      check};
  return rule;
}

}  // namespace beamwright::rules
