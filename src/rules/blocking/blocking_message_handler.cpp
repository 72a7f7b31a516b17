// Slow work in handle_cast, handle_info or an event of a process that others call: it has no caller of its own who would notice,
// and yet everybody who calls the process meanwhile waits, and exits when the time-out is over.
#include <algorithm>
#include <optional>

#include "analysis/results.h"
#include "rules/callers.h"
#include "rules/conditions.h"
#include "rules/load.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::ProcessKind;

// Slow work, or processes that are stopped one after the other.
struct Blocked {
  HandlerId handler;
  SlowWork work;
  bool stops = false;  // waits until processes have stopped
  bool calls = false;  // calls processes one after the other, for each element of a collection
  Severity severity = Severity::kLow;
  std::size_t others = 0;  // further clauses that block
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      // What is found stands in one of the process's own callbacks.
      if (reporter_.wants(program_, facts_.process(ProcessId(i)).module)) review(ProcessId(i));
    }
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    const bool serves = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
    if (!serves || process.count == Count::kMany) return;
    const std::vector<MessageId> asking = limited_calls_to(program_, facts_, id);
    if (asking.empty()) return;
    std::optional<Blocked> worst;
    std::size_t blocked = 0;
    for (const HandlerId handler : process.handlers) {
      std::optional<Blocked> found = blocked_clause(handler);
      if (!found) continue;
      ++blocked;
      if (!worst || found->severity > worst->severity) worst = std::move(found);
    }
    if (!worst || (!worst->stops && !is_long(*worst) && only_read(asking))) return;
    const Callers callers = callers_of(program_, facts_, asking, id);
    if (callers.only_tools || (callers.functions.empty() && !callers.outside)) return;
    // A process without a fixed name may be one of many; many callers say that it is not, or the name that it is given.
    const bool few = worst->severity >= Severity::kMedium && is_one_of_few(program_, facts_, id);
    const bool shared = few || process.count == Count::kOne || callers.requests || callers.modules.size() >= 3;
    const bool asked = !callers.functions.empty() || (callers.outside && (few || process.count == Count::kOne));
    // Who waits for minutes has thought of the work.
    constexpr std::int64_t kMinutes = 120'000;
    const bool endless = !worst->stops && !worst->calls && worst->work.bound_ms == Bound::kInfinite;
    const bool patient = shortest_wait(facts_, asking) >= kMinutes && !endless;
    if (!asked || !shared || patient) worst->severity = Severity::kLow;
    worst->others = blocked - 1;
    report(id, *worst, asking, callers);
  }

  // Work for somebody far away keeps the readers waiting whatever becomes of the state.
  bool is_long(const Blocked& blocked) const {
    if (blocked.calls || blocked.work.possible || is_mnesia(facts_, blocked.work)) return false;
    if (blocked.work.effect == Effect::kSocket) return blocked.work.bound_ms == Bound::kInfinite && asks_peer(blocked.work);
    return is_heavy(blocked.work) && blocked.work.effect != Effect::kSleep;
  }

  // State that is only read, through a process that is busy with something else: BW301 speaks of the readers.
  bool only_read(const std::vector<MessageId>& asking) const {
    return std::all_of(asking.begin(), asking.end(), [&](MessageId id) {
      const std::vector<HandlerId> ids = takers(facts_, facts_.message(id));
      return !ids.empty() && std::all_of(ids.begin(), ids.end(), [&](HandlerId taker) {
        const Handler& handler = facts_.handler(taker);
        return !handler.changes_state && handler.reply == analysis::Reply::kReply;
      });
    });
  }

  std::optional<Blocked> blocked_clause(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    const bool message =
        handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent;
    const bool asked = handler.kind == HandlerKind::kCall;  // BW401 speaks of its slow work
    if ((!message && !asked) || !in_production(program_, facts_, handler.function) || ends_here(handler)) return {};
    std::optional<Blocked> worst;
    if (message) {
      for (const SlowWork& work : slow_work(program_, facts_, handler, {.files = false, .calls = true})) {
        const Severity severity = weigh(work);
        if (severity > Severity::kInfo && (!worst || severity > worst->severity))
          worst = Blocked{id, work, false, false, severity, 0};
      }
    }
    if (std::optional<Blocked> stopping = stops(id); stopping && (!worst || worst->severity < stopping->severity))
      return stopping;
    if (worst && worst->severity >= Severity::kMedium) return worst;
    if (std::optional<Blocked> calling = message ? calls_for_each(id) : std::nullopt) return calling;
    return worst;
  }

  // The process, or the whole node, is on its way out: nobody is kept waiting who would not be told so anyway.
  bool ends_here(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::External* external = facts_.calls.external(site);
      const std::string_view module = external ? external->module.text() : std::string_view();
      const std::string_view name = external ? external->name.text() : std::string_view();
      const bool leaves = (module == "init" && (name == "stop" || name == "reboot" || name == "restart")) ||
                          (name == "halt" && (module == "erlang" || module == "Elixir.System")) ||
                          (module == "Elixir.System" && name == "stop");
      if (leaves && !stands_in_branch(program_, site)) return true;
    }
    const std::vector<analysis::CallbackReturn> returns = analysis::returns_of(program_, facts_, handler);
    return !returns.empty() && std::all_of(returns.begin(), returns.end(),
                                           [](const analysis::CallbackReturn& made) { return made.tag == sym::stop; });
  }

  Severity weigh(const SlowWork& work) const {
    if (waits_for_own_tasks(facts_, work)) return Severity::kInfo;
    if (work.possible || is_mnesia(facts_, work)) return Severity::kLow;
    constexpr std::int64_t kNotable = 1000, kPatience = 2500;
    const bool unlimited = work.bound_ms == Bound::kInfinite;
    const bool unknown = work.bound_ms == Bound::kUnknown;
    switch (work.effect) {
      case Effect::kHttp:
      case Effect::kSubprocess:
      case Effect::kRpc:
      case Effect::kDatabase:
        return unknown || unlimited || work.bound_ms >= kPatience ? Severity::kMedium : Severity::kLow;
      case Effect::kSleep:
        return unlimited || (!unknown && work.bound_ms >= kNotable) ? Severity::kMedium : Severity::kInfo;
      case Effect::kAwait:
      case Effect::kCall:
        return unlimited ? Severity::kMedium : Severity::kInfo;
      case Effect::kSocket:
        // An answer of the other side; bytes are only given to the kernel.
        return unlimited || work.bound_ms >= kPatience ? (asks_peer(work) ? Severity::kMedium : Severity::kLow) : Severity::kInfo;
      default:
        return Severity::kInfo;
    }
  }

  bool asks_peer(const SlowWork& work) const {
    const analysis::External* external = work.leaf ? facts_.calls.external(work.leaf) : nullptr;
    const std::string_view name = external ? external->name.text() : std::string_view();
    return name == "recv" || name == "connect" || name == "handshake" || name == "accept";
  }

  // Processes stopped in a loop, each waited for until it is gone.
  std::optional<Blocked> stops(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, stops_process)) {
        if (reached.possible) continue;
        Blocked blocked{id, {site, Effect::kCall, Bound::kInfinite, false, reached.leaf, {}, reached.chain}, true};
        blocked.severity = reached.loop ? Severity::kMedium : Severity::kLow;
        if (reached.loop || stops_task(reached.leaf)) {
          blocked.severity = Severity::kMedium;
          return blocked;
        }
      }
    }
    return {};
  }

  // Calls of other servers for each element of a collection.
  std::optional<Blocked> calls_for_each(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (!analysis::effects_at(program_, facts_, site).has(Effect::kCall)) continue;
      for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall, true)) {
        constexpr std::size_t kLongest = 4;
        const Message& message = facts_.message(reached.message);
        if (reached.possible || reached.chain.size() > kLongest || !message.receiver || message.receiver == handler.process)
          continue;
        const bool loop =
            std::any_of(reached.chain.begin(), reached.chain.end(), [&](CallId step) { return in_loop(program_, facts_, step); });
        if (!loop) continue;
        Blocked blocked{id, {site, Effect::kCall, Bound::kUnknown, false, message.site, {}, reached.chain}};
        blocked.calls = true;
        blocked.severity = Severity::kMedium;
        return blocked;
      }
    }
    return {};
  }

  // Tasks are cancelled because they take long; then the supervisor waits for them, and the server for the supervisor.
  bool stops_task(CallId leaf) const { return facts_.calls.external(leaf)->module.text() == "Elixir.Task.Supervisor"; }

  void report(ProcessId id, const Blocked& blocked, const std::vector<MessageId>& asking, const Callers& callers) {
    const Handler& handler = facts_.handler(blocked.handler);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string callee = callee_text(program_, facts_, blocked.work.leaf);
    const std::string what = blocked.stops   ? "waits until other processes have stopped"
                             : blocked.calls ? "calls other processes for each element of a collection"
                                             : "does " + describe_work(blocked.work);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, blocked.work.site));
    finding.severity = blocked.severity;
    finding.confidence = Confidence::kPossible;
    finding.message = name + " " + what + " in " + shown + " (" + callee + "), while others call it";
    if (!callers.text.empty()) finding.message += ": " + callers.text;
    if (blocked.others > 0) finding.message += "; " + std::to_string(blocked.others) + " more of its clauses block";
    finding.why = "A process handles one message at a time: meanwhile no call is answered. Callers of " + name + " exit after" +
                  wait_text(shortest_wait(facts_, asking)) + ", and its mailbox grows.";
    finding.fix =
        blocked.stops
            ? (erlang ? "Let a process of its own stop them (spawn it from here, or a cleaner under the supervisor), or send "
                        "exit(Pid, shutdown) and take the 'DOWN' messages in handle_info."
                      : "Let a process of its own stop them (a task under a supervisor), or send Process.exit(pid, "
                        ":shutdown) and take the :DOWN messages in handle_info.")
            : (erlang ? "Do it in a process of its own, with a limit on time: spawn_monitor here, and take its result and "
                        "'DOWN' in handle_info; keep this process for answering."
                      : "Do it in a task (Task.Supervisor.async_nolink) with a limit on time, and take its result and :DOWN in "
                        "handle_info; keep this process for answering.");
    finding.path = asking_steps(program_, facts_, asking, 3);
    std::vector<findings::Step> way;
    if (blocked.stops || blocked.calls)
      for (const CallId site : blocked.work.chain) way.push_back(call_step(program_, facts_, site));
    else
      way = path_of(program_, facts_, blocked.work);
    finding.path.insert(finding.path.end(), way.begin(), way.end());
    finding.key = shown + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& blocking_message_handler() {
  static const Rule rule{{.code = "BW402",
                          .name = "blocking-message-handler",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "A process that others call does slow work in handle_cast, handle_info or an event"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
