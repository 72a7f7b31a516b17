// A call with infinity trusts that the server always answers. Where the server itself waits without limit, for processes that it
// starts or stops or for servers that it calls, one stuck process down there hangs every caller, and nothing says so.
#include <algorithm>
#include <optional>

#include "analysis/forest.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/child_starts.h"
#include "rules/own_interface.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/waits.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::ProcessKind;

struct Hang {
  HandlerId handler;
  std::vector<CallId> chain;
  std::string cause;
  bool doubtful = false;  // nothing is known of what it waits for
};

// The start of a process, by what its init does.
enum class Start : std::uint8_t { kUnknown, kQuick, kSlow };

// Of a process with an init of its own the starter waits for that init; a task runs at once.
bool starts_child(const analysis::External& external) {
  return external.row && external.row->effects.has(Effect::kStartChild) &&
         external.row->closure_runs != analysis::Runs::kNewProcess;
}

bool sends_bytes(const analysis::External& external) {
  const std::string_view module = external.module.text();
  return (module == "gen_tcp" || module == "ssl") && external.name.text() == "send";
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      review(ProcessId(i));
      review_connection(ProcessId(i));
      review_interface(ProcessId(i));
    }
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer || process.count != Count::kOne) return;
    const std::vector<MessageId> endless = endless_calls_to(id);
    if (endless.empty()) return;
    const Callers callers = callers_of(program_, facts_, endless, id);
    if (callers.only_tools || !is_shared(callers)) return;
    std::optional<Hang> hang;
    for (const HandlerId handler : process.handlers) {
      if (facts_.handler(handler).kind != HandlerKind::kCall) continue;
      if (does_heavy_work(handler)) return;  // BW401 speaks at the work
      if (std::optional<Hang> found = hang_of(handler); found && (!hang || (hang->doubtful && !found->doubtful))) hang = found;
    }
    if (hang) report(id, endless, *hang, callers);
  }

  // A process that writes to a socket for its callers: gen_tcp:send/2 waits for as long as the other side takes nothing, unless
  // the socket has a send_timeout (OTP: inet:setopts/2).
  void review_connection(ProcessId id) {
    const Process& process = facts_.process(id);
    const bool serves = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
    if (!serves) return;
    for (const MessageId message_id : facts_.messages.to[id.index]) {
      const Message& message = facts_.message(message_id);
      if (message.kind != MessageKind::kCall || !waits_for_ever(message)) continue;
      if (!reporter_.wants(program_, message.sender) || !in_production(program_, facts_, message.sender)) continue;
      for (const HandlerId taker : takers(facts_, message)) {
        const std::vector<CallId> chain = way_to_send(taker);
        if (chain.empty() || limits_sends()) continue;
        report_connection(id, message, taker, chain);
        return;
      }
    }
  }

  // A server that others ask by its pid and that waits for a peer without limit.
  void review_interface(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer || process.count == Count::kOne) return;
    std::vector<MessageId> endless;
    for (const MessageId message_id : facts_.messages.to[id.index]) {
      const Message& message = facts_.message(message_id);
      if (message.kind == MessageKind::kCall && message.likely && message.timeout.milliseconds == Bound::kInfinite &&
          in_production(program_, facts_, message.sender) && reporter_.wants(program_, message.sender))
        endless.push_back(message_id);
    }
    if (endless.empty()) return;
    const Callers callers = callers_of(program_, facts_, endless, id);
    const Sharing sharing = sharing_of(program_, facts_, id, endless, callers);
    if (sharing == Sharing::kNone) return;
    for (const HandlerId handler : process.handlers) {
      if (facts_.handler(handler).kind != HandlerKind::kCall || facts_.handler(handler).catch_all) continue;
      const std::optional<Hang> hang = peer_wait(handler);
      std::vector<MessageId> asking;
      for (const MessageId message : endless) {
        if (analysis::may_match(facts_.handler(handler).pattern, facts_.message(message).pattern)) asking.push_back(message);
      }
      if (hang && !asking.empty()) return report(id, asking, *hang, callers);
    }
  }

  std::optional<Hang> peer_wait(HandlerId id) const {
    for (const SlowWork& work : slow_work(program_, facts_, facts_.handler(id), {.files = false, .calls = false})) {
      const bool waits = work.effect == Effect::kSocket && work.bound_ms == Bound::kInfinite && !work.possible;
      if (waits) return Hang{id, {work.site}, "waits for a peer (" + callee_text(program_, facts_, work.leaf) + ")"};
    }
    return {};
  }

  // By what is written in the call, or handed to a wrapper of it: call(Pid, Request, infinity).
  bool waits_for_ever(const Message& message) const {
    const std::int64_t wait = message.timeout.milliseconds;
    if (wait != Bound::kUnknown || !facts_.calls.callees[message.site.index].function) return wait == Bound::kInfinite;
    const std::span<const ExprId> arguments = arguments_of(program_, message.site);
    return !arguments.empty() && analysis::atom_value(program_.unit_of(message.site), arguments.back()) == sym::infinity;
  }

  std::vector<CallId> way_to_send(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    if (handler.catch_all) return {};
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (!analysis::effects_at(program_, facts_, site).has(Effect::kSocket)) continue;
      for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kSocket, sends_bytes)) {
        if (!reached.possible) return reached.chain;
      }
    }
    return {};
  }

  // Is send_timeout written anywhere in the sources?
  bool limits_sends() {
    if (!limits_sends_) {
      const Symbol option = intern("send_timeout");
      limits_sends_ = std::any_of(program_.units.begin(), program_.units.end(), [&](const auto& unit) {
        return std::any_of(unit->exprs.begin(), unit->exprs.end(),
                           [&](const model::Expr& expr) { return expr.kind == ExprKind::kAtom && expr.symbol() == option; });
      });
    }
    return *limits_sends_;
  }

  void report_connection(ProcessId id, const Message& message, HandlerId taker, const std::vector<CallId>& chain) {
    const bool erlang = in_erlang(program_, message.sender);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, message.sender, call_span(program_, message.site));
    finding.confidence = Confidence::kPossible;
    finding.message =
        finding.function + " calls " + name + " and waits for ever (infinity), while " + name +
        " may wait for a peer that reads nothing: " + analysis::display_handler(program_, facts_, facts_.handler(taker)) +
        " writes to a socket";
    finding.why =
        "A socket takes bytes until its buffers are full; then send waits until the other side reads, without limit where no "
        "send_timeout is set. One peer that stalls hangs the process and everybody who calls it, and nothing says so.";
    finding.fix =
        std::string("Set ") +
        (erlang ? "{send_timeout, 5000} and {send_timeout_close, true}" : "send_timeout: 5_000 and send_timeout_close: true") +
        " on the socket, close on {error, timeout}, and give the call a limit somewhat above it.";
    finding.path = {{finding.span, finding.function + " waits without limit"}};
    append_chain(program_, facts_, chain, finding.path);
    finding.key = name + " sends";
    report_weighed(reporter_, std::move(finding));
  }

  // Requests, many modules, or whoever uses an interface.
  bool is_shared(const Callers& callers) const {
    if (callers.requests || callers.outside || callers.modules.size() >= 3) return true;
    return std::any_of(callers.functions.begin(), callers.functions.end(),
                       [&](FunctionId function) { return (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0; });
  }

  std::vector<MessageId> endless_calls_to(ProcessId id) const {
    std::vector<MessageId> found;
    for (const MessageId message_id : facts_.messages.to[id.index]) {
      const Message& message = facts_.message(message_id);
      if (message.kind != MessageKind::kCall || message.timeout.milliseconds != Bound::kInfinite || message.likely) continue;
      if (in_production(program_, facts_, message.sender) && !goes_to_nodes(program_, facts_, message))
        found.push_back(message_id);
    }
    return found;
  }

  bool does_heavy_work(HandlerId id) const {
    const std::vector<SlowWork> works = slow_work(program_, facts_, facts_.handler(id), {.files = false, .calls = false});
    return std::any_of(works.begin(), works.end(), [](const SlowWork& work) { return !work.possible && is_heavy(work); });
  }

  // What the clause may wait for without limit.
  std::optional<Hang> hang_of(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kCall)) {
        for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, stops_process)) {
          if (!reached.possible && !kills_in_time(reached.leaf))
            return Hang{id, reached.chain, "waits until another process has stopped"};
        }
      }
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const bool near = callee && program_.module_of(callee) == program_.module_of(handler.function);
      if (near && effects.has(Effect::kReceive) && waits_in(callee)) return Hang{id, {site}, "waits in a receive of its own"};
      if (!effects.has(Effect::kStartChild)) continue;
      for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kStartChild, starts_child)) {
        const Start start = start_at(reached.leaf);
        if (reached.possible || start == Start::kQuick) continue;
        return Hang{id, reached.chain,
                    start == Start::kSlow ? "waits until another process has started, whose init waits for others"
                                          : "waits until another process has started",
                    start == Start::kUnknown};
      }
    }
    return receive_in(handler) ? std::optional(Hang{id, {}, "waits in a receive of its own"}) : std::nullopt;
  }

  // The supervisor that a call is made to: by the name that is written, else the one whose module holds the call.
  const analysis::Tree* tree_of(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    const ExprId supervisor = arguments.empty() ? ExprId() : analysis::local_value(unit, arguments[0]);
    const Symbol name = supervisor ? analysis::atom_value(unit, supervisor).value_or(Symbol()) : Symbol();
    const Symbol module = program_.module(program_.module_of(program_.function_of(site))).name;
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      if (name ? tree.name == name || tree.module == name : tree.module == module) return &tree;
    }
    return nullptr;
  }

  // Does some child of the supervisor do in its init what can take long?
  Start start_at(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const std::size_t at = facts_.calls.external(site)->row->child_argument;
    if (at != 0 && at <= arguments.size()) {
      const ModuleId module = read_written_spec(program_, facts_, program_.function_of(site), arguments[at - 1]).module;
      const ProcessId process = module ? facts_.processes.of(module) : ProcessId();
      if (process) return init_waits(facts_.process(process)) ? Start::kSlow : Start::kQuick;
    }
    const analysis::Tree* tree = tree_of(site);
    if (!tree) return Start::kUnknown;
    bool all = !tree->children.empty();
    for (const analysis::TreeChild& child : tree->children) {
      const ProcessId process = child.source ? facts_.processes.of(child.source) : ProcessId();
      if (process && init_waits(facts_.process(process))) return Start::kSlow;
      all &= static_cast<bool>(process);
    }
    return all ? Start::kQuick : Start::kUnknown;
  }

  bool init_waits(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInit) continue;
      const analysis::EffectSet& all = facts_.effects.all[handler.function.index];
      for (const Effect effect : {Effect::kHttp, Effect::kDatabase, Effect::kSocket, Effect::kSubprocess, Effect::kRpc,
                                  Effect::kCall, Effect::kAwait, Effect::kReceive}) {
        const analysis::Witness* witness = facts_.effects.witness(handler.function, effect);
        if (all.has(effect) && (!witness || !witness->possible)) return true;
      }
    }
    return false;
  }

  // supervisor:terminate_child/2 kills a child that does not stop within its shutdown time: five seconds where nothing is
  // written, without limit for `infinity` only, the default of supervisors.
  bool kills_in_time(CallId site) const {
    if (program_.call(site).name.text() != "terminate_child") return false;
    const analysis::Tree* tree = tree_of(site);
    return !tree || std::none_of(tree->children.begin(), tree->children.end(),
                                 [](const analysis::TreeChild& child) { return child.shutdown == "infinity"; });
  }

  // A receive that waits, once or for one process after the other: `after 0` only looks.
  bool receive_in(const Handler& handler) const {
    return waits_in(handler.function, program_.unit_of(handler.function).clause(handler.clause).body);
  }

  bool waits_in(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId clause : program_.function(function).clauses) {
      if (waits_in(function, unit.clause(clause).body)) return true;
    }
    return false;
  }

  bool waits_in(FunctionId function, ExprId body) const {
    if (!body) return false;
    const std::vector<HandWait> waits = hand_waits(program_, facts_, function, body);
    return std::any_of(waits.begin(), waits.end(), [](const HandWait& wait) { return wait.bound_ms != 0; });
  }

  void report(ProcessId id, const std::vector<MessageId>& endless, const Hang& hang, const Callers& callers) {
    const Message& first = facts_.message(endless.front());
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, facts_.handler(hang.handler));
    const bool erlang = in_erlang(program_, first.sender);
    Finding finding = found_in(reporter_, program_, first.sender, call_span(program_, first.site));
    finding.confidence = Confidence::kPossible;
    if (hang.doubtful) finding.severity = Severity::kLow;
    const bool one = facts_.process(id).count == Count::kOne;
    finding.message = std::string("Calls of ") + (one ? "the one process " : "") + name + " wait for ever (infinity), and " +
                      name + " may wait for ever itself: " + shown + " " + hang.cause;
    if (!callers.text.empty()) finding.message += "; called by " + callers.text;
    finding.why = "When " + name +
                  " is stuck, all its callers hang without a trace, one after the other, until the node does nothing "
                  "any more; with a time-out each would exit and say whom it waited for.";
    finding.fix = std::string("Give the calls a limit that no healthy request reaches, such as ") +
                  (erlang ? "30000" : "30_000") +
                  ", and bound what the server waits for; keep infinity for calls of servers that only look into their memory.";
    finding.path = asking_steps(program_, facts_, endless, 6);
    append_chain(program_, facts_, hang.chain, finding.path);
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<bool> limits_sends_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& infinite_call() {
  static const Rule rule{{.code = "BW405",
                          .name = "infinite-call",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "Calls with infinity to one process that may wait for ever itself"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
