// A receive without `after` waits for ever. In code that others run in their own process, the one answer that does not come,
// since whoever should send it has died or forgotten, hangs that process with nothing in the log.
#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/requests.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!facts_.effects.all[i].has(Effect::kReceive) || !function_has(program_, function, ExprKind::kReceive)) continue;
      if (!in_production(program_, facts_, function) || !is_run_by_others(function)) continue;
      for (const ExprId body : bodies_of(program_, function)) {
        for (const HandWait& wait : hand_waits(program_, facts_, function, body)) look_at(function, body, wait);
      }
    }
  }

 private:
  // An interface or request code. Inside of callbacks receive-in-callback speaks; a process of its own may wait as it likes.
  bool is_run_by_others(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    for (const ProcessId id : context.processes) {
      const analysis::ProcessKind kind = facts_.process(id).kind;
      if (kind != analysis::ProcessKind::kOther && kind != analysis::ProcessKind::kTask) return false;
    }
    return (context.flags & (analysis::kInRequest | analysis::kFromOutside)) != 0 && (context.flags & analysis::kInTask) == 0;
  }

  void look_at(FunctionId function, ExprId body, const HandWait& wait) {
    if (wait.bound_ms != Bound::kInfinite || wait.ended_by_death || wait.takes_any) return;
    if (wait.loops) return look_at_collector(function, wait);
    if (const CallId monitor = unheard_monitor(function, wait.receive)) return report_unheard(function, wait, monitor);
    if (const CallId helper = linked_helper(function, body, wait.receive)) return report_linked(function, wait, helper);
    const CallId request = request_before(function, body, wait.receive);
    if (request && !is_watched(function)) return report(function, wait, {request, function, {}});
    if (request) return;
    // What comes back is of the request that the caller made, and names it.
    const RequestAbove above = request_above(program_, facts_, function, asks_back);
    if (above.site && names_parameter(function, wait.receive) && !is_watched(function) && !is_watched(above.function))
      report(function, wait, above);
  }

  // collect(Left, Results) -> receive … -> collect(Left - 1, …): one answer for each process that was spawned before, and no word
  // of one that dies.
  void look_at_collector(FunctionId function, const HandWait& wait) {
    if (!counts_down(function) || is_watched(function)) return;
    const RequestAbove above = request_above(program_, facts_, function, starts_unwatched_answerer);
    if (above.site && !is_watched(above.function)) report(function, wait, above);
  }

  // A clause for the end: no more of them, an empty list.
  bool counts_down(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId c : program_.function(function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        const model::Expr& e = unit.expr(pattern);
        if (e.kind == ExprKind::kInteger || (e.kind == ExprKind::kList && e.child_count == 0)) return true;
      }
    }
    return false;
  }

  // {answer, Ref, Text}, where Ref is what the function was given.
  bool names_parameter(FunctionId function, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    std::vector<model::VariableId> given;
    for (const model::ClauseId c : program_.function(function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        for (const model::VariableId v : variables_in(unit, pattern)) given.push_back(v);
      }
    }
    return all_name(unit, receive, given);
  }

  // What the receive waits for: the request sent before it, or a call whose answer names what is to come.
  CallId request_before(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    CallId found;
    for (const CallId site : program_.calls_of(function)) {
      const model::Expr& call = unit.expr(program_.call(site).expr);
      if (call.begin < unit.expr(body).begin || call.begin > unit.expr(receive).begin || program_.call(site).closure) continue;
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (sends_request(program_, facts_, site) || starts_unwatched_answerer(program_, facts_, site) ||
          asks_by_name(unit, site, receive) || (effects.has(Effect::kCall) && is_told_by(unit, site, receive)))
        found = site;
    }
    return found;
  }

  // ok = async_close(Stream), receive {closed, Stream} -> …: by its name the call asks, and its argument is what the receive
  // names.
  bool asks_by_name(const Unit& unit, CallId site, ExprId receive) const {
    const Symbol name = program_.call(site).name;
    static constexpr std::array<std::string_view, 5> kAsks = {"async", "request", "send_", "cast", "subscribe"};
    const bool asks = name && !program_.call(site).capture && std::any_of(kAsks.begin(), kAsks.end(), [&](std::string_view word) {
                        return name.text().find(word) != std::string_view::npos;
                      });
    if (!asks) return false;
    std::vector<model::VariableId> given;
    for (const ExprId argument : arguments_of(program_, site)) {
      if (unit.expr(argument).kind == ExprKind::kVariable) given.emplace_back(unit.expr(argument).payload);
    }
    return !given.empty() && all_name(unit, receive, given);
  }

  static bool all_name(const Unit& unit, ExprId receive, const std::vector<model::VariableId>& names) {
    for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        if (!mentions(unit, pattern, names)) return false;
      }
    }
    return true;
  }

  // case GenServer.call(pid, request) do {:ok, ref} -> receive do {:data, ^ref, data} -> …
  bool is_told_by(const Unit& unit, CallId site, ExprId receive) const {
    std::vector<model::VariableId> told;
    const ExprId call = program_.call(site).expr;
    const ExprId around = unit.parent(call);
    if (!around) return false;
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kMatch && unit.child(around, 1) == call) told = variables_in(unit, unit.child(around, 0));
    if (e.kind == ExprKind::kGenerator) told = variables_in(unit, unit.child(around, 0));
    if (e.kind == ExprKind::kCase && unit.child(around, 0) == call) {
      for (const model::ClauseId c : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(c);
        if (clause.begin > unit.expr(receive).begin || unit.expr(receive).begin >= clause.end) continue;
        for (const ExprId pattern : unit.patterns_of(clause)) told = variables_in(unit, pattern);
      }
    }
    if (told.empty()) return false;
    for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        if (mentions(unit, pattern, told)) return true;
      }
    }
    return false;
  }

  // spawn_link(fun() -> Parent ! {Ref, work()} end) right before the wait, which takes the answer alone.
  CallId linked_helper(FunctionId function, ExprId body, ExprId receive) const {
    if (!facts_.effects.direct[function.index].has(Effect::kLink)) return {};
    const Unit& unit = program_.unit_of(function);
    CallId found;
    for (const CallId site : program_.calls_of(function)) {
      const model::Expr& call = unit.expr(program_.call(site).expr);
      const analysis::External* external = facts_.calls.external(site);
      if (call.begin < unit.expr(body).begin || call.begin > unit.expr(receive).begin || program_.call(site).closure) continue;
      // Who traps exits for the wait, or takes the link back, knows of them.
      if (external &&
          (external->name.text() == "unlink" || external->name.text() == "flag" || external->name == sym::process_flag))
        return {};
      if (external && external->name.text() == "spawn_link" && ends_with_answer(unit, site)) found = site;
    }
    return found;
  }

  // The last that the helper does is to send: one that goes on afterwards has only said that it is ready. One of a list is none.
  bool ends_with_answer(const Unit& unit, CallId spawn) const {
    for (ExprId around = unit.parent(program_.call(spawn).expr); around; around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kComprehension) return false;
    }
    const std::span<const ExprId> arguments = arguments_of(program_, spawn);
    if (arguments.empty() || unit.expr(arguments[0]).kind != ExprKind::kClosure) return false;
    for (const model::ClauseId c : unit.clauses_of(unit.expr(arguments[0]))) {
      ExprId last = unit.clause(c).body;
      if (last && unit.expr(last).kind == ExprKind::kBlock) last = unit.children_of(last).back();
      if (!last || unit.expr(last).kind != ExprKind::kCall) return false;
      const analysis::External* sent = facts_.calls.external(CallId(unit.first_call + unit.expr(last).payload));
      return sent && sent->row && sent->row->effects.has(Effect::kSend) && sent->row->message_argument != 0;
    }
    return false;
  }

  void report_linked(FunctionId function, const HandWait& wait, CallId helper) {
    const bool erlang = in_erlang(program_, function);
    const std::string exit = erlang ? "{'EXIT', Pid, Reason}" : "{:EXIT, pid, reason}";
    Finding finding = found_in(reporter_, program_, function, program_.unit_of(function).span(wait.receive));
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function +
                      " waits without `after` for a process that it links, and takes its answer alone: a caller that traps "
                      "exits gets an " +
                      exit + " that nobody takes";
    finding.why =
        "In a caller that traps exits the link sends a message and ends nothing. When the helper dies before it answers, the "
        "wait "
        "never ends; and after each good answer an EXIT with `normal` stays in the mailbox, or meets a handle_info without a "
        "clause for it.";
    finding.fix =
        erlang ? "Use spawn_monitor, take {'DOWN', Ref, process, Pid, Reason} in the receive, and demonitor with flush."
               : "Use spawn_monitor/1, take {:DOWN, ref, :process, pid, reason} in the receive, and demonitor with :flush.";
    finding.path = {{call_span(program_, helper), "starts the helper with a link"}, {finding.span, "takes its answer alone"}};
    finding.key = "linked helper";
    report_weighed(reporter_, std::move(finding));
  }

  // A monitor of the function's own, made before, and no receive of the function takes what it brings: the wait goes on when the
  // other process has died.
  CallId unheard_monitor(FunctionId function, ExprId receive) const {
    if (!facts_.effects.direct[function.index].has(Effect::kMonitor)) return {};
    const Unit& unit = program_.unit_of(function);
    if (facts_.effects.all[function.index].has(Effect::kLink) || takes_down(function)) return {};
    CallId found;
    for (const CallId site : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(site);
      if (returned_by(program_, facts_, site) == Resource::kMonitor && external->name.text() == "monitor" &&
          unit.expr(program_.call(site).expr).begin < unit.expr(receive).begin)
        found = site;
    }
    return found;
  }

  bool takes_down(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const ExprId body : bodies_of(program_, function)) {
      for (const HandWait& wait : hand_waits(program_, facts_, function, body)) {
        if (wait.ended_by_death || wait.takes_any) return true;
        for (const model::ClauseId c : unit.clauses_of(unit.expr(wait.receive))) {
          for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
            const analysis::Pattern outline = analysis::outline(unit, {}, pattern);
            if (outline.any || (!outline.tag && outline.size == 5)) return true;
          }
        }
      }
    }
    return false;
  }

  // Linked or monitored: the death of the other side ends the wait; and so does a timer of the function's own.
  bool is_watched(FunctionId function) const {
    if (facts_.effects.direct[function.index].has(Effect::kTimer)) return true;
    const analysis::EffectSet effects = facts_.effects.all[function.index];
    return effects.has(Effect::kLink) || effects.has(Effect::kMonitor);
  }

  void report_unheard(FunctionId function, const HandWait& wait, CallId monitor) {
    const bool erlang = in_erlang(program_, function);
    const std::string down = erlang ? "{'DOWN', Ref, process, Pid, Reason}" : "{:DOWN, ref, :process, pid, reason}";
    Finding finding = found_in(reporter_, program_, function, program_.unit_of(function).span(wait.receive));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " monitors the process it waits for, and its receive has no clause for the " +
                      atom_text(sym::DOWN, erlang);
    finding.why = "When the other process dies before it answers, its " + std::string(erlang ? "'DOWN'" : ":DOWN") +
                  " lies in the mailbox and nobody takes it: the wait, which has no `after`, never ends.";
    finding.fix = "Add a clause " + down + " to the receive, and an `after`.";
    finding.path = {{call_span(program_, monitor), "the other process is monitored here"},
                    {finding.span, "waits without limit, and only for the answer"}};
    finding.key = "unheard monitor";
    report_weighed(reporter_, std::move(finding));
  }

  void report(FunctionId function, const HandWait& wait, const RequestAbove& asked) {
    const CallId request = asked.site;
    if (is_linked_to_peer(program_, facts_, function, request)) return;
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, unit.span(wait.receive));
    const bool sends =
        sends_request(program_, facts_, request) || analysis::effects_at(program_, facts_, request).has(Effect::kCall);
    finding.confidence = sends ? Confidence::kLikely : Confidence::kPossible;
    finding.message =
        finding.function + " waits for an answer without `after`, and nothing tells it when the other process is gone";
    finding.why = "If the other process dies, or never answers, whoever calls " + finding.function +
                  " hangs for ever; nothing crashes, so no supervisor helps.";
    finding.fix = erlang ? "Use gen_server:call, or monitor the other process, take its 'DOWN' in the receive and add an `after`."
                         : "Use GenServer.call, or monitor the other process, take its :DOWN in the receive and add an `after`.";
    const bool starts = starts_unwatched_answerer(program_, facts_, request);
    finding.path = {{call_span(program_, request), starts ? "starts a process that is to answer" : "the request is sent here"}};
    append_chain(program_, facts_, asked.chain, finding.path);
    finding.path.push_back({finding.span, "waits without limit"});
    finding.key = "receive";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& receive_without_after() {
  static const Rule rule{{.code = "BW204",
                          .name = "receive-without-after",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A hand-written request that waits for ever when nobody answers"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
