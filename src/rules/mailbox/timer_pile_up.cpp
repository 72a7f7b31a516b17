// timer:send_interval puts a message into the mailbox at every tick, whether the one before was handled or not. Where the handler
// waits for the network, a slow day queues ticks faster than they are worked off, and all other messages stand behind them.
#include <algorithm>

#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/wanted.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

// A period in milliseconds that a call with the default timeout outlasts.
constexpr std::int64_t kOften = 5000;

struct Slow {
  HandlerId handler;
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
      if (function && in_production(program_, facts_, function)) look_at(function, site);
    }
  }

 private:
  void look_at(FunctionId function, CallId site) {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    if (arguments.size() < 2) return;
    const ExprId message = analysis::local_value(unit, arguments.back());
    if (!message) return;
    const analysis::Pattern sent = analysis::outline(unit, program_.call_units[site.index], message);
    if (!sent.tag) return;
    const analysis::ExprRef value = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], arguments[0]});
    std::optional<std::int64_t> period = analysis::integer_value(program_.unit(value.unit), value.expr);
    const std::int64_t least = period ? *period : least_of(program_.unit(value.unit), value.expr);
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      const Slow slow = slow_handler(process, sent, period);
      if (slow.handler) return report(function, site, slow, sent, period, least);
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
      constexpr std::int64_t kMost = 1'000'000'000;
      return e.symbol().text() == "*" && left < kMost && right < kMost ? left * right : 0;
    }
    if (e.kind != ExprKind::kCall || children.size() != 1 || unit.call_of(e).module != intern("timer")) return 0;
    const std::string_view name = unit.call_of(e).name.text();
    const std::int64_t factor = name == "seconds" ? 1000 : name == "minutes" ? 60'000 : name == "hours" ? 3'600'000 : 0;
    return factor * std::min<std::int64_t>(least_of(unit, children[0]), 1'000'000);
  }

  // A process that does nothing but this: whoever chose the pace knows how long the work takes, and nothing waits behind it.
  bool serves_nobody(ProcessId process) const {
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

  // A receive in what the clause runs takes the older ticks out: misc:flush(tick).
  bool flushes(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const Symbol name = program_.call(site).name;
      if (name && name.text().find("flush") != std::string_view::npos) return true;
    }
    return false;
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

  // The clause for the tick, when its work may take longer than the period.
  Slow slow_handler(ProcessId process, const analysis::Pattern& sent, std::optional<std::int64_t> period) const {
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      const bool info = handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent;
      if (!info || handler.pattern.tag != sent.tag || !analysis::may_match(handler.pattern, sent)) continue;
      for (const SlowWork& work : slow_work(program_, facts_, handler)) {
        const bool waits = is_heavy(work) || work.effect == Effect::kCall || work.effect == Effect::kAwait;
        if (!waits || work.possible || (work.leaf && is_mnesia(facts_, work))) continue;
        const bool bounded = work.bound_ms != Bound::kUnknown && work.bound_ms != Bound::kInfinite;
        if (period && bounded && work.bound_ms < *period) continue;
        if (period && !bounded && serves_nobody(process)) continue;
        return {id, work, false, false};
      }
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        if (waits_for_ever(site)) return {id, {site, Effect::kCall, Bound::kInfinite, false, site, {}, {}}, false, false};
      }
      if (flushes(handler) || serves_nobody(process)) continue;
      if (period && *period <= kOften) {
        for (const SlowWork& call : longer_calls(program_, facts_, handler, *period)) return {id, call, true, false};
      }
      if (period.value_or(0) <= kOften) {
        if (const CallId to = message_to_nodes(handler))
          return {id, {to, Effect::kSend, Bound::kUnknown, true, to, {}, {}}, false, true};
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

  void report(FunctionId function, CallId site, const Slow& slow, const analysis::Pattern& sent,
              std::optional<std::int64_t> period, std::int64_t least) {
    // Queries end by their own timeout, of 15 s as a rule (Ecto: DBConnection's :timeout), well within a minute.
    constexpr std::int64_t kRare = 300'000, kRareForQueries = 60'000;
    const bool erlang = in_erlang(program_, function);
    const Handler& handler = facts_.handler(slow.handler);
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string tick = message_text(sent, erlang), work = work_text(slow);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    if (least >= (slow.work.effect == Effect::kDatabase ? kRareForQueries : kRare)) finding.severity = Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message = callee_text(program_, facts_, site) + " sends " + tick + " to " + server +
                      (period ? " every " + period_text(*period) : std::string(" at a fixed pace")) + ", and its handler does " +
                      work;
    finding.why =
        "The ticks come whether the last one was handled or not. When the work is slower than the period they pile up in the "
        "mailbox of " +
        server + ", and afterwards it does the same work many times in a row.";
    finding.fix = erlang ? "Arm the next tick when the work is done: erlang:send_after(Period, self(), " + tick +
                               ") at the end of the handler."
                         : "Arm the next tick when the work is done: Process.send_after(self(), " + tick +
                               ", period) at the end of the handler.";
    finding.path = {{finding.span, "sends " + tick + " for ever"}};
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    finding.path.push_back(
        {{unit.file, clause.begin, clause.end}, analysis::display_handler(program_, facts_, handler) + " takes it"});
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
