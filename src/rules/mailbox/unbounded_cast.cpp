// A cast costs its sender nothing, whatever the receiver's mailbox holds. Where many processes cast to one that does slow work
// for each message, nothing slows them down, and the mailbox grows until the node is out of memory.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "analysis/receive_loops.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Count;

// The slow work that hurts most: the first heavy and certain one, else the first.
const SlowWork* worst_of(const std::vector<SlowWork>& works) {
  const SlowWork* worst = nullptr;
  const auto rank = [](const SlowWork& w) { return (is_heavy(w) ? 2 : 0) + (w.possible ? 0 : 1); };
  for (const SlowWork& work : works) {
    if (!worst || rank(work) > rank(*worst)) worst = &work;
  }
  return worst;
}

// Calls of others that are given more time than a call has by default: whoever wrote that has seen them last.
std::vector<SlowWork> patient_calls(const Program& program, const Facts& facts, const Handler& handler) {
  constexpr std::int64_t kDefault = 5000;
  std::vector<SlowWork> found;
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (facts.calls.runs[site.index] != analysis::Runs::kCaller || program.call(site).closure) continue;
    if (!analysis::effects_at(program, facts, site).has(Effect::kCall)) continue;
    const std::int64_t bound = analysis::bound_at(program, facts, site, Effect::kCall);
    if (bound > kDefault && bound != analysis::Bound::kInfinite && bound != analysis::Bound::kUnknown)
      found.push_back({site, Effect::kCall, bound, true, site, {}, {}});
  }
  return found;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      for (const HandlerId id : process.handlers) {
        const HandlerKind kind = facts_.handler(id).kind;
        if (kind == HandlerKind::kCast || kind == HandlerKind::kInfo) review(ProcessId(i), id);
      }
      if (process.receive_loop) review_loop(ProcessId(i), names_of_loop(process));
      if (process.kind == analysis::ProcessKind::kGenEvent && !process.managers.empty()) review_events(ProcessId(i));
    }
  }

 private:
  // ---- Named loops and event managers -----------------------------------------------------------------------------------------

  // What is sent to a written name that no callback takes.
  std::vector<MessageId> sent_to(const std::vector<Symbol>& names, const analysis::Pattern& taken) {
    if (!by_name_) {
      by_name_.emplace();
      for (std::uint32_t i = 0; i < facts_.messages.messages.size(); ++i) {
        const Message& message = facts_.message(MessageId(i));
        const analysis::External* external = facts_.calls.external(message.site);
        if (message.receiver || message.kind == MessageKind::kCall || !external || !external->row) continue;
        if (external->row->effects.has(Effect::kTimer) || external->name.text().starts_with("sync")) continue;
        const std::span<const ExprId> arguments = arguments_of(program_, message.site);
        const std::size_t target = external->row->target_argument;
        if (target == 0 || target > arguments.size()) continue;
        const auto name = analysis::atom_value(program_.unit_of(message.site), arguments[target - 1]);
        if (name) by_name_->emplace(name->index, MessageId(i));
      }
    }
    std::vector<MessageId> found;
    for (const Symbol name : names) {
      const auto [first, last] = by_name_->equal_range(name.index);
      for (auto it = first; it != last; ++it) {
        const analysis::Pattern& sent = facts_.message(it->second).pattern;
        if (sent.tag && sent.tag == taken.tag && analysis::may_match(taken, sent)) found.push_back(it->second);
      }
    }
    return found;
  }

  // Also what it registers itself under: register(?MODULE, self()).
  std::vector<Symbol> names_of_loop(const Process& process) const {
    std::vector<Symbol> names = process.names;
    for (const FunctionId f : program_.functions_of(process.module)) {
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        if (!external || external->name != sym::register_ || arguments.size() != 2) continue;
        const Unit& unit = program_.unit_of(site);
        const bool elixir = external->module.text() == "Elixir.Process";
        const ExprId pid = analysis::local_value(unit, arguments[elixir ? 0 : 1]);
        const auto name = analysis::atom_value(unit, arguments[elixir ? 1 : 0]);
        if (name && pid && unit.expr(pid).kind == ExprKind::kCall && unit.call_of(unit.expr(pid)).name == sym::self)
          names.push_back(*name);
      }
    }
    return names;
  }

  // loop(State) -> receive {note, What} -> … end, registered under a name.
  void review_loop(ProcessId id, const std::vector<Symbol>& names) {
    if (names.empty()) return;
    for (const analysis::LoopHandler& clause : analysis::loop_handlers(program_, facts_, facts_.process(id))) {
      if (!in_production(program_, facts_, clause.function)) continue;
      const std::vector<MessageId> messages = sent_to(names, clause.pattern);
      if (messages.empty()) continue;
      const std::vector<CallId> sites = analysis::calls_in_clause(program_, clause.function, clause.clause);
      weigh(id, messages, slow_work_at(program_, facts_, clause.function, sites),
            model::display_function(program_, clause.function));
    }
  }

  // gen_event:notify(Manager, Event): all handlers run in the one manager.
  void review_events(ProcessId id) {
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kEvent || !in_production(program_, facts_, handler.function)) continue;
      const std::vector<MessageId> messages = sent_to(facts_.process(id).managers, handler.pattern);
      if (!messages.empty())
        weigh(id, messages, slow_work(program_, facts_, handler), analysis::display_handler(program_, facts_, handler));
    }
  }

  void weigh(ProcessId id, const std::vector<MessageId>& messages, const std::vector<SlowWork>& works, const std::string& shown) {
    const SlowWork* worst = worst_of(works);
    if (!worst || !is_heavy(*worst) || worst->possible || is_mnesia(facts_, *worst)) return;
    const Callers callers = callers_of(program_, facts_, messages, id);
    if (callers.concurrent() && !sheds_load(facts_.process(id).module, messages)) report(id, shown, messages, *worst, callers);
  }

  // ---- Servers ----------------------------------------------------------------------------------------------------------------

  void review(ProcessId id, HandlerId handler_id) {
    const Handler& handler = facts_.handler(handler_id);
    if (!in_production(program_, facts_, handler.function)) return;
    if (handler.reply == analysis::Reply::kStop) return;  // its last message
    const std::vector<MessageId> messages = asynchronous(messages_to(facts_, handler_id));
    if (messages.empty() || !reporter_.wants(program_, facts_.message(messages.front()).sender)) return;
    std::vector<SlowWork> works = slow_work(program_, facts_, handler);
    for (SlowWork& work : continued_work(program_, facts_, handler)) works.push_back(std::move(work));
    const bool idle = works.empty();
    if (idle) works = socket_writes(handler);
    const bool patient = works.empty();
    if (patient) works = patient_calls(program_, facts_, handler);
    const SlowWork* worst = worst_of(works);
    if (!worst) return;
    const Callers callers = callers_of(program_, facts_, messages, id);
    // One of many is flooded alike, where each message is a request to somewhere else and many send to it.
    const bool single = facts_.process(id).count == Count::kOne;
    const bool writes = idle && !patient;
    const bool open = is_open_interface(id, messages, callers);
    if (writes && (!is_single(id) || !(callers.concurrent() || open))) return;
    const bool asks_network =
        worst->effect == Effect::kHttp || worst->effect == Effect::kDatabase || worst->effect == Effect::kRpc;
    if (!single && (patient || !asks_network || is_mnesia(facts_, *worst) || worst->possible)) return;
    if (!single && !callers.requests && !callers.loop) return;
    // One sender at a time, or an interface that nobody in sight uses, is no flood that could be shown.
    constexpr std::size_t kSeveral = 4;
    const bool asks_peer = (is_heavy(*worst) || worst->effect == Effect::kSocket) && !is_mnesia(facts_, *worst);
    if (!callers.concurrent() && !(open && ((asks_peer && !worst->possible) || writes)) &&
        ((!is_heavy(*worst) && !(patient && callers.loop)) || (!callers.loop && callers.modules.size() < kSeveral)))
      return;
    if (sheds_load(facts_.process(id).module, messages)) return;
    report(id, analysis::display_handler(program_, facts_, handler), messages, *worst, callers);
  }

  // A public function of the server's module that delivers what it is given, and that the users of a library reach: they call
  // it from all of their processes.
  bool is_open_interface(ProcessId id, const std::vector<MessageId>& messages, const Callers& callers) const {
    if (!is_single(id) || !callers.outside || !callers.functions.empty()) return false;
    return std::any_of(messages.begin(), messages.end(), [&](MessageId message_id) {
      const Message& message = facts_.message(message_id);
      const model::Function& sender = program_.function(message.sender);
      return message.kind == MessageKind::kCast && sender.arity > 0 && sender.has(model::kPublic) &&
             program_.module_of(message.sender) == facts_.process(id).module &&
             (delivers(sender.name.text()) || delivers(message.pattern.tag.text()));
    });
  }

  // By its name: data that flows, and no rare command.
  static bool delivers(std::string_view name) {
    static constexpr std::array<std::string_view, 20> kFlows = {
        "send",  "push", "log",    "track",   "report", "emit",    "write", "notify", "publish", "record",
        "store", "save", "append", "enqueue", "incr",   "deliver", "event", "metric", "trace",   "submit"};
    return std::any_of(kFlows.begin(), kFlows.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
  }

  bool is_single(ProcessId id) const { return facts_.process(id).count == Count::kOne; }

  // A write to a socket waits while the other side does not read (kernel: gen_tcp:send/2 has no time limit of its own).
  std::vector<SlowWork> socket_writes(const Handler& handler) const {
    std::vector<SlowWork> found;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (facts_.calls.runs[site.index] != analysis::Runs::kCaller) continue;
      if (!analysis::effects_at(program_, facts_, site).has(Effect::kSocket)) continue;
      found.push_back({site, Effect::kSocket, analysis::Bound::kUnknown, true, site, {}, {}});
    }
    return found;
  }

  // Without timers, which come one at a time, and without what is only concluded of a bare message.
  std::vector<MessageId> asynchronous(std::vector<MessageId> messages) const {
    std::erase_if(messages, [&](MessageId id) {
      const Message& message = facts_.message(id);
      const analysis::External* external = facts_.calls.external(message.site);
      const bool timer = external && external->row && external->row->effects.has(Effect::kTimer);
      // notify(Pid, Info) -> Pid ! {notify, Info}: of an interface in the receiver's own module it is no guess.
      const bool own =
          program_.module_of(message.sender) == facts_.process(message.receiver).module && goes_to_parameter(message);
      return timer || !message.pattern.tag || (message.kind == MessageKind::kInfo && message.likely && !own);
    });
    return messages;
  }

  bool goes_to_parameter(const Message& message) const {
    const Unit& unit = program_.unit_of(message.sender);
    const std::span<const ExprId> arguments = arguments_of(program_, message.site);
    if (arguments.empty() || unit.expr(arguments[0]).kind != ExprKind::kVariable) return false;
    const model::VariableId variable(unit.expr(arguments[0]).payload);
    return variable && analysis::parameter_of(unit, program_.function(message.sender), variable).has_value();
  }

  // Somebody looks at the length of the queue: the receiver to drop work, or a sender to hold back.
  bool sheds_load(ModuleId module, const std::vector<MessageId>& messages) const {
    if (module_names_atom(program_, module, sym::message_queue_len)) return true;
    return std::any_of(messages.begin(), messages.end(), [&](MessageId id) {
      return module_names_atom(program_, program_.module_of(facts_.message(id).sender), sym::message_queue_len);
    });
  }

  void report(ProcessId id, const std::string& shown, const std::vector<MessageId>& messages, const SlowWork& work,
              const Callers& callers) {
    const Message& message = facts_.message(messages.front());
    const bool erlang = in_erlang(program_, message.sender);
    const std::string name = process_name(program_, facts_, id);
    const std::string text = message_text(message.pattern, erlang);

    Finding finding = found_in(reporter_, program_, message.sender, call_span(program_, message.site));
    finding.severity = callers.concurrent() && is_heavy(work) && !is_mnesia(facts_, work) ? Severity::kHigh : Severity::kMedium;
    const bool single = facts_.process(id).count == Count::kOne;
    const bool shown_to_many = !callers.functions.empty() || callers.loop;
    finding.confidence =
        work.possible || message.likely || !single || !shown_to_many ? Confidence::kPossible : Confidence::kLikely;
    finding.message =
        "Nothing slows down who sends " + text + " to " + name + ", which does " +
        (work.effect == Effect::kCall && !work.beyond ? "a call that may last" + wait_text(work.bound_ms) : describe_work(work)) +
        " for each";
    if (!callers.text.empty()) {
      finding.message +=
          "; sent " + std::string(callers.loop && !callers.concurrent() ? "in a loop " : "") + "by " + callers.text;
    }
    finding.why = "A cast costs its sender the same whether no or a million messages wait. When " + name +
                  " is slower than its senders for a while, its mailbox grows, everything it does gets later and later, and at "
                  "last the node runs out of memory; a crash loses all that waits.";
    finding.fix =
        erlang
            ? "Send it with gen_server:call(" + name +
                  ", Message) so that senders feel the wait; or answer at once and "
                  "keep a bounded queue in " +
                  shown + ", with the work in a limited number of processes."
            : "Send it with GenServer.call(" + name + ", message) so that senders feel the wait; or keep a bounded queue in " +
                  shown + " and do the work in Task.Supervisor.start_child/2 with max_children, dropping or refusing when full.";
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i) {
      if (callers.sites[i] == message.site) continue;
      finding.path.push_back(
          {call_span(program_, callers.sites[i]), model::display_function(program_, callers.functions[i]) + " sends it"});
    }
    finding.path.push_back({finding.span, text + " goes to " + name + ", and nobody waits"});
    if (work.effect == Effect::kCall && !work.beyond) {
      finding.path.push_back({call_span(program_, work.site), "waits" + wait_text(work.bound_ms)});
    } else {
      for (findings::Step& step : path_of(program_, facts_, work)) finding.path.push_back(std::move(step));
    }
    finding.key = name + " " + text;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<std::multimap<std::uint32_t, MessageId>> by_name_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& unbounded_cast() {
  static const Rule rule{{.code = "BW201",
                          .name = "unbounded-cast",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "Many senders cast to one process that does slow work for each message"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
