// timer:send_interval puts a message into the mailbox at every tick, whether the one before was handled or not. Where the handler
// waits for the network, a slow day queues ticks faster than they are worked off, and all other messages stand behind them.
#include <algorithm>

#include "analysis/receive_loops.h"
#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/walk.h"
#include "rules/wanted.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

// A period in milliseconds that a call with the default timeout outlasts.
constexpr std::int64_t kOften = 5000;

// What takes the tick: a clause of a callback, or of the receive of a plain loop.
struct Taker {
  ProcessId process;
  FunctionId function;
  model::ClauseId clause;
  HandlerId handler;  // none for a loop
};

// A message that comes at a fixed pace, and the code that makes it come.
struct Tick {
  FunctionId function;
  CallId site;
  analysis::Pattern sent;
  std::optional<std::int64_t> period;
  std::int64_t least = 0;
  CallId by;  // the call of the helper that arms the timer, where the message is the caller's
};

struct Slow {
  Taker taker;
  SlowWork work;
  bool asks = false;   // a call of another server that is given more time than the period
  bool nodes = false;  // messages to other nodes, one after the other
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    // By its name: a timer server of the project's own has the same functions as OTP's.
    const Symbol interval = intern("send_interval");
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (program_.call(site).name != interval || program_.call(site).capture) continue;
      const FunctionId function = program_.function_of(site);
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (!function || !in_production(program_, facts_, function) || arguments.size() < 2) continue;
      look_at(function, site, {site, arguments[0]}, {site, arguments.back()}, {});
    }
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (facts_.effects.direct[i].has(Effect::kSleep) && reporter_.wants(program_, function)) look_at_ticker(function);
    }
  }

 private:
  // An argument, and the call it is written in.
  struct Written {
    CallId site;
    ExprId expr;
  };

  void look_at(FunctionId function, CallId site, Written pace, Written message, CallId by) {
    if (!by && look_at_callers(function, site, pace, message)) return;
    const Unit& unit = program_.unit_of(message.site);
    const ExprId sent = analysis::local_value(unit, message.expr);
    if (!sent) return;
    Tick tick{function, site, analysis::outline(unit, program_.call_units[message.site.index], sent), {}, 0, by};
    if (!tick.sent.tag) return;
    set_pace(tick, pace);
    look_for_taker(tick, by ? program_.function_of(by) : function);
  }

  void set_pace(Tick& tick, Written pace) const {
    const analysis::ExprRef value = analysis::resolve_value(program_, facts_, {program_.call_units[pace.site.index], pace.expr});
    tick.period = analysis::integer_value(program_.unit(value.unit), value.expr);
    tick.least = tick.period ? *tick.period : least_of(program_.unit(value.unit), value.expr);
  }

  // every(Period, Message) -> timer:send_interval(Period, self(), Message): the message is what the callers give.
  bool look_at_callers(FunctionId function, CallId site, Written pace, Written message) {
    const auto given = parameter(function, message.expr);
    if (!given) return false;
    const auto pace_given = parameter(function, pace.expr);
    for (const std::uint32_t index : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[index];
      const std::span<const ExprId> arguments = arguments_of(program_, edge.site);
      if (edge.possible || program_.call(edge.site).capture || *given >= arguments.size()) continue;
      const bool caller_sets_pace = pace_given && *pace_given < arguments.size();
      if (!in_production(program_, facts_, facts_.calls.callers[index])) continue;
      look_at(function, site, caller_sets_pace ? Written{edge.site, arguments[*pace_given]} : pace,
              {edge.site, arguments[*given]}, edge.site);
    }
    return true;
  }

  std::optional<std::uint32_t> parameter(FunctionId function, ExprId id) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId value = analysis::local_value(unit, id);
    if (!value || unit.expr(value).kind != ExprKind::kVariable) return {};
    const auto found = analysis::parameter_of(unit, program_.function(function), model::VariableId(unit.expr(value).payload));
    return found ? std::optional<std::uint32_t>(found->index) : std::nullopt;
  }

  // tick(Pid) -> timer:sleep(Period), Pid ! tick, tick(Pid): a ticker of the project's own.
  void look_at_ticker(FunctionId function) {
    if (!in_production(program_, facts_, function) || !comes_back(function)) return;
    for (const MessageId id : facts_.messages.by_function[function.index]) {
      const Message& message = facts_.message(id);
      if (!message.receiver || message.kind == MessageKind::kCall || !message.pattern.tag) continue;
      // What it says was computed each time: a sender with work of its own.
      const analysis::External* sent = facts_.calls.external(message.site);
      if (sent && sent->row && sent->row->effects.has(Effect::kTimer)) continue;
      if (message.pattern.size > 0 || in_loop(program_, facts_, message.site) || !goes_on_after(function, message.site)) continue;
      Tick tick{function, message.site, message.pattern, {}, 0, {}};
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        if (external && external->row && external->row->effects.has(Effect::kSleep) && !arguments.empty())
          set_pace(tick, {site, arguments.back()});
      }
      const Slow slow = slow_handler(message.receiver, tick);
      if (slow.taker.clause) return report(tick, slow);
    }
  }

  // The branch that sends is one that comes back: a loop that waits for something and tells of it once is no ticker.
  bool goes_on_after(FunctionId function, CallId sent) const {
    const Unit& unit = program_.unit_of(function);
    const std::uint32_t at = unit.expr(program_.call(sent).expr).begin;
    std::uint32_t begin = 0, end = UINT32_MAX;
    for (ExprId around = unit.parent(program_.call(sent).expr); around && end == UINT32_MAX; around = unit.parent(around)) {
      if (unit.expr(around).kind != ExprKind::kCase && unit.expr(around).kind != ExprKind::kReceive) continue;
      for (const model::ClauseId c : unit.clauses_of(unit.expr(around))) {
        const model::Clause& clause = unit.clause(c);
        if (clause.begin <= at && at < clause.end) begin = clause.begin, end = clause.end;
      }
    }
    for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
      if (edge.callee != function) continue;
      const std::uint32_t again = unit.expr(program_.call(edge.site).expr).begin;
      if (end == UINT32_MAX || (begin <= again && again < end)) return true;
    }
    return false;
  }

  bool comes_back(FunctionId function) const {
    const std::span<const analysis::Edge> edges = facts_.calls.edges_of(function);
    return std::any_of(edges.begin(), edges.end(), [&](const analysis::Edge& edge) {
      return edge.callee == function && edge.runs == analysis::Runs::kCaller && !edge.possible;
    });
  }

  void look_for_taker(const Tick& tick, FunctionId runner) {
    std::vector<ProcessId> processes = facts_.contexts.of(runner).processes;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.processes.processes[i];
      if (process.receive_loop && process.module == program_.module_of(runner)) processes.push_back(ProcessId(i));
    }
    for (const ProcessId process : processes) {
      const Slow slow = slow_handler(process, tick);
      if (slow.taker.clause) return report(tick, slow);
    }
  }

  // timer:seconds(60 + rand:uniform(10)) is a minute at least.
  static std::int64_t least_of(const Unit& unit, ExprId expr) {
    const ExprId id = analysis::local_value(unit, expr);
    if (!id) return 0;
    if (const auto number = analysis::integer_value(unit, id)) return *number;
    const model::Expr& e = unit.expr(id);
    const std::span<const ExprId> children = unit.children_of(id);
    if (e.kind == ExprKind::kOperator && children.size() == 2) {
      const std::int64_t left = least_of(unit, children[0]), right = least_of(unit, children[1]);
      if (e.symbol().text() == "+") return left + right;
      if (e.symbol().text() == "||") return right;
      constexpr std::int64_t kMost = 1'000'000'000;
      return e.symbol().text() == "*" && left < kMost && right < kMost ? left * right : 0;
    }
    // opts[:every] || 60_000, Keyword.get(opts, :every, 60_000): what nobody says otherwise.
    if (e.kind == ExprKind::kCase && e.child_count == 1 && unit.expr(unit.child(id, 0)).kind != ExprKind::kCase) {
      for (const model::ClauseId c : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(c);
        if (clause.body && unit.expr(clause.body).kind != ExprKind::kVariable) return least_of(unit, clause.body);
      }
    }
    const bool takes_default = e.kind == ExprKind::kCall && children.size() == 3 && unit.call_of(e).name &&
                               unit.call_of(e).name.text().starts_with("get");
    if (takes_default) return least_of(unit, children[2]);
    if (e.kind != ExprKind::kCall || children.size() != 1 || unit.call_of(e).module != intern("timer")) return 0;
    const std::string_view name = unit.call_of(e).name.text();
    const std::int64_t factor = name == "seconds" ? 1000 : name == "minutes" ? 60'000 : name == "hours" ? 3'600'000 : 0;
    return factor * std::min<std::int64_t>(least_of(unit, children[0]), 1'000'000);
  }

  // A process that does nothing but this: whoever chose the pace knows how long the work takes, and nothing waits behind it.
  bool serves_nobody(ProcessId process) const {
    if (facts_.process(process).receive_loop) {
      const std::vector<analysis::LoopHandler> clauses = analysis::loop_handlers(program_, facts_, facts_.process(process));
      return std::count_if(clauses.begin(), clauses.end(), [](const auto& c) { return static_cast<bool>(c.pattern.tag); }) < 2;
    }
    const std::vector<MessageId>& messages = facts_.messages.to[process.index];
    return std::none_of(messages.begin(), messages.end(),
                        [&](MessageId id) { return facts_.message(id).kind != MessageKind::kInfo; });
  }

  // A call of another server that says itself that it may take any time.
  bool waits_for_ever(CallId site) const {
    return facts_.calls.runs[site.index] == analysis::Runs::kCaller &&
           analysis::effects_at(program_, facts_, site).has(Effect::kCall) &&
           analysis::bound_at(program_, facts_, site, Effect::kCall) == Bound::kInfinite && !is_possible(site);
  }

  bool is_possible(CallId site) const {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    const analysis::Witness* witness = callee ? facts_.effects.witness(callee, Effect::kCall) : nullptr;
    constexpr std::uint32_t kNear = 3;
    return witness && (witness->possible || witness->distance > kNear);
  }

  // A receive in what the clause runs takes the older ticks out: misc:flush(tick), receive tick -> … after 0 -> ok end.
  bool flushes(const Taker& taker, const analysis::Pattern& sent) const {
    if (takes_out(taker.function, program_.unit_of(taker.function).clause(taker.clause).body, sent)) return true;
    for (const CallId site : analysis::calls_in_clause(program_, taker.function, taker.clause)) {
      const Symbol name = program_.call(site).name;
      if (name && (name.text().find("flush") != std::string_view::npos || name.text().find("drain") != std::string_view::npos))
        return true;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || !facts_.effects.all[callee.index].has(Effect::kReceive)) continue;
      for (const ExprId body : bodies_of(program_, callee)) {
        if (takes_out(callee, body, sent)) return true;
      }
    }
    return false;
  }

  bool takes_out(FunctionId function, ExprId body, const analysis::Pattern& sent) const {
    const Unit& unit = program_.unit_of(function);
    return any_below(unit, body, [&](ExprId id) {
      if (unit.expr(id).kind != ExprKind::kReceive || unit.expr(id).child_count != 2) return false;
      if (analysis::integer_value(unit, unit.child(id, 0)) != 0) return false;
      for (const model::ClauseId c : unit.clauses_of(unit.expr(id))) {
        const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
        if (!patterns.empty() && analysis::may_match(analysis::outline(unit, {}, patterns[0]), sent)) return true;
      }
      return false;
    });
  }

  // To each of a list of nodes: a send waits while the connection is busy, or is being set up (net_kernel's net_setuptime, 7 s).
  CallId message_to_nodes(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      for (const MessageKind kind : {MessageKind::kCast, MessageKind::kInfo}) {
        for (const Reached& reached : messages_reached(program_, facts_, site, kind)) {
          const Message& message = facts_.message(reached.message);
          if (reached.chain.size() > 3 || !goes_to_nodes(program_, facts_, message)) continue;
          const bool loop = std::any_of(reached.chain.begin(), reached.chain.end(),
                                        [&](CallId step) { return in_loop(program_, facts_, step); });
          if (loop || in_loop(program_, facts_, message.site)) return message.site;
        }
      }
    }
    return {};
  }

  std::vector<Taker> takers_of(ProcessId process, const analysis::Pattern& sent) const {
    std::vector<Taker> found;
    const auto takes = [&](const analysis::Pattern& pattern) {
      return pattern.tag == sent.tag && analysis::may_match(pattern, sent);
    };
    if (facts_.process(process).receive_loop) {
      for (const analysis::LoopHandler& clause : analysis::loop_handlers(program_, facts_, facts_.process(process))) {
        if (takes(clause.pattern)) found.push_back({process, clause.function, clause.clause, {}});
      }
      return found;
    }
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      const bool told =
          handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent || handler.kind == HandlerKind::kCast;
      if (told && takes(handler.pattern)) found.push_back({process, handler.function, handler.clause, id});
    }
    return found;
  }

  std::vector<SlowWork> works_of(const Taker& taker) const {
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, taker.function, taker.clause);
    std::vector<SlowWork> works = slow_work_at(program_, facts_, taker.function, sites);
    if (!taker.handler) return works;
    for (SlowWork& work : continued_work(program_, facts_, facts_.handler(taker.handler))) works.push_back(std::move(work));
    return works;
  }

  // The clause for the tick, when its work may take longer than the period.
  Slow slow_handler(ProcessId process, const Tick& tick) const {
    const std::optional<std::int64_t> period = tick.period;
    for (const Taker& taker : takers_of(process, tick.sent)) {
      if (flushes(taker, tick.sent)) continue;
      for (const SlowWork& work : works_of(taker)) {
        const bool waits = is_heavy(work) || work.effect == Effect::kCall || work.effect == Effect::kAwait;
        if (!waits || work.possible || (work.leaf && is_mnesia(facts_, work))) continue;
        const bool bounded = work.bound_ms != Bound::kUnknown && work.bound_ms != Bound::kInfinite;
        if (bounded && work.bound_ms < period.value_or(tick.least)) continue;
        if (period && !bounded && serves_nobody(process)) continue;
        return {taker, work, false, false};
      }
      for (const CallId site : analysis::calls_in_clause(program_, taker.function, taker.clause)) {
        if (waits_for_ever(site)) return {taker, {site, Effect::kCall, Bound::kInfinite, false, site, {}, {}}, false, false};
      }
      if (!taker.handler || serves_nobody(process)) continue;
      const Handler& handler = facts_.handler(taker.handler);
      if (period && *period <= kOften) {
        for (const SlowWork& call : longer_calls(program_, facts_, handler, *period)) return {taker, call, true, false};
      }
      if (period.value_or(0) <= kOften) {
        if (const CallId to = message_to_nodes(handler))
          return {taker, {to, Effect::kSend, Bound::kUnknown, true, to, {}, {}}, false, true};
      }
    }
    return {};
  }

  static std::string period_text(std::int64_t milliseconds) {
    if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + " s";
    return std::to_string(milliseconds) + " ms";
  }

  std::string work_text(const Slow& slow) const {
    if (slow.nodes) return "messages to other nodes, one after the other";
    if (slow.asks)
      return "a call of " + process_name(program_, facts_, facts_.handler(slow.work.beyond).process) + " that may last" +
             wait_text(slow.work.bound_ms);
    if (slow.work.effect == Effect::kCall && !slow.work.beyond) return "a call without a time limit";
    return describe_work(slow.work);
  }

  std::vector<findings::Step> way_of(const Slow& slow) const {
    if (slow.nodes) return {{call_span(program_, slow.work.site), "waits while a connection is busy or is being set up"}};
    if (slow.asks) {
      std::vector<findings::Step> way;
      append_chain(program_, facts_, slow.work.chain, way);
      return way;
    }
    if (slow.work.beyond || slow.work.effect != Effect::kCall) return path_of(program_, facts_, slow.work);
    return analysis::path_to(program_, facts_, slow.work.site, Effect::kCall);
  }

  void report(const Tick& ticks, const Slow& slow) {
    // Queries end by their own timeout, of 15 s as a rule (Ecto: DBConnection's :timeout), well within a minute.
    constexpr std::int64_t kRare = 300'000, kRareForQueries = 60'000;
    const bool erlang = in_erlang(program_, ticks.function);
    const std::string server = process_name(program_, facts_, slow.taker.process);
    const std::string tick = message_text(ticks.sent, erlang), work = work_text(slow);
    Finding finding = found_in(reporter_, program_, ticks.function, call_span(program_, ticks.site));
    if (ticks.least >= (slow.work.effect == Effect::kDatabase ? kRareForQueries : kRare)) finding.severity = Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message = callee_text(program_, facts_, ticks.site) + " sends " + tick + " to " + server +
                      (ticks.period ? " every " + period_text(*ticks.period) : std::string(" at a fixed pace")) +
                      ", and its handler does " + work;
    finding.why =
        "The ticks come whether the last one was handled or not. When the work is slower than the period they pile up in the "
        "mailbox of " +
        server + ", and afterwards it does the same work many times in a row.";
    finding.fix = erlang ? "Arm the next tick when the work is done: erlang:send_after(Period, self(), " + tick +
                               ") at the end of the handler."
                         : "Arm the next tick when the work is done: Process.send_after(self(), " + tick +
                               ", period) at the end of the handler.";
    if (ticks.by) finding.path.push_back(call_step(program_, facts_, ticks.by));
    finding.path.push_back({finding.span, "sends " + tick + " for ever"});
    const Unit& unit = program_.unit_of(slow.taker.function);
    const model::Clause& clause = unit.clause(slow.taker.clause);
    const std::string shown = slow.taker.handler ? analysis::display_handler(program_, facts_, facts_.handler(slow.taker.handler))
                                                 : model::display_function(program_, slow.taker.function);
    finding.path.push_back({{unit.file, clause.begin, clause.end}, shown + " takes it"});
    for (findings::Step& step : way_of(slow)) finding.path.push_back(std::move(step));
    finding.key = tick;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& timer_pile_up() {
  static const Rule rule{{.code = "BW209",
                          .name = "timer-pile-up",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "An interval timer whose handler may be slower than its period"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
