// The caller of a server gives up after five seconds by default. A server that itself may wait longer, while it starts up in
// handle_continue or in the service of one entity, outlives the patience of its callers: they exit although nothing is broken.
#include <algorithm>
#include <optional>

#include "rules/callers.h"
#include "rules/later_answers.h"
#include "rules/own_interface.h"
#include "rules/plugged_in.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::ProcessKind;

struct Longer {
  HandlerId handler;
  SlowWork work;
  Severity severity = Severity::kLow;
  HandlerId arrival{};                // the clause that answers the callers whom `handler` keeps
  std::vector<HandlerId> likewise{};  // further clauses that wait so
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kGenStatem) return;
    std::vector<MessageId> asking = limited_calls_to(program_, facts_, id);
    if (asking.empty() || !reporter_.wants(program_, facts_.message(asking.front()).sender)) return;
    const std::int64_t patience = shortest_wait(facts_, asking);
    std::optional<Longer> worst;
    std::vector<HandlerId> waiting;
    for (const HandlerId handler : process.handlers) {
      std::optional<Longer> found = longer_wait(process, handler, patience);
      if (found && found->severity >= Severity::kMedium) waiting.push_back(handler);
      if (found && (!worst || found->severity > worst->severity)) worst = std::move(found);
    }
    if (!worst && process.count == Count::kOne && !keeps_somebody(process)) return;
    const Callers callers = callers_of(program_, facts_, asking, id);
    if (!worst || worst->severity < Severity::kMedium) {
      // Who waits longer than this has thought about it.
      constexpr std::int64_t kPatient = 10'000;
      const Sharing sharing = sharing_of(program_, facts_, id, asking, callers);
      if (sharing != Sharing::kNone && patience <= kPatient) {
        if (std::optional<Longer> found = wait_outside(process, asking, patience)) worst = std::move(found);
      }
      if ((!worst || worst->severity < Severity::kMedium) && patience <= kPatient) {
        if (std::optional<Longer> found = later_answer(process, asking)) worst = std::move(found);
      }
      if ((!worst || worst->severity < Severity::kMedium) && patience <= kPatient) {
        if (std::optional<Longer> found = plugged_in(process, asking, patience)) worst = std::move(found);
      }
      if (worst && worst->severity >= Severity::kMedium) {
        worst->likewise.push_back(worst->handler);
        std::stable_partition(asking.begin(), asking.end(),
                              [&](MessageId message) { return is_taken(message, worst->likewise); });
      }
    }
    if (!worst) return;
    if (callers.only_tools || (callers.functions.empty() && !callers.outside)) return;
    report(id, *worst, asking, callers, patience);
  }

  std::optional<Longer> longer_wait(const Process& process, HandlerId id, std::int64_t patience) const {
    const Handler& handler = facts_.handler(id);
    if (!in_production(program_, facts_, handler.function)) return {};
    const bool starting = handler.kind == HandlerKind::kContinue;
    const bool serving = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast ||
                         handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent;
    if (!starting && !serving) return {};
    std::optional<Longer> worst;
    const auto consider = [&](const SlowWork& work, Severity severity) {
      if (severity > Severity::kInfo && (!worst || severity > worst->severity)) worst = Longer{id, work, severity};
    };
    // Of the one process that many share, BW401 and BW402 speak at the work itself.
    if (starting || process.count != Count::kOne) {
      for (const SlowWork& work : slow_work(program_, facts_, handler, {.files = false, .calls = true}))
        consider(work, far_away(work, starting) ? std::min(Severity::kLow, weigh(work, patience)) : weigh(work, patience));
    }
    for (const SlowWork& work : longer_calls(program_, facts_, handler, patience))
      consider(work, work.possible ? Severity::kLow : Severity::kMedium);
    if (serving && process.count != Count::kOne && facts_.effects.all[handler.function.index].has(Effect::kCall)) {
      for (const SlowWork& work : calls_one_by_one(program_, facts_, handler, patience)) consider(work, Severity::kMedium);
      for (const SlowWork& work : longer_calls_to_strangers(program_, facts_, handler, patience))
        consider(work, Severity::kMedium);
    }
    if (facts_.effects.all[handler.function.index].has(Effect::kReceive)) {
      for (const SlowWork& work : longer_receives(program_, facts_, handler, patience)) consider(work, Severity::kMedium);
    }
    return worst;
  }

  // What a server that others ask by its pid waits for while they do: a peer or a database that says nothing of how long it
  // takes, or the disk.
  std::optional<Longer> wait_outside(const Process& process, const std::vector<MessageId>& asking, std::int64_t patience) const {
    std::optional<Longer> found;
    std::vector<HandlerId> waiting;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!is_asked(handler, asking) || !in_production(program_, facts_, handler.function)) continue;
      std::vector<SlowWork> works = slow_work(program_, facts_, handler, {.files = false, .calls = false});
      std::erase_if(works, [&](const SlowWork& work) {
        const bool peer = (work.effect == Effect::kSocket || work.effect == Effect::kDatabase) && !is_mnesia(facts_, work);
        const bool longer = work.bound_ms == Bound::kUnknown || work.bound_ms == Bound::kInfinite || work.bound_ms >= patience;
        return !peer || !longer || work.possible;
      });
      if (!works.empty()) waiting.push_back(id);
      std::erase_if(works, [&](const SlowWork& work) { return far_away(work, false); });
      for (SlowWork& work : waits_for_device(program_, facts_, handler)) works.push_back(std::move(work));
      for (SlowWork& work : longer_calls(program_, facts_, handler, patience)) {
        if (work.bound_ms == Bound::kInfinite && !far_away(work, false)) works.push_back(std::move(work));
      }
      if (works.empty()) continue;
      works.front().possible = true;
      if (!found) found = Longer{id, works.front(), Severity::kMedium};
    }
    if (found) found->likewise = std::move(waiting);
    return found;
  }

  // Can a clause keep its caller, or hand the request to a module that the server was given?
  bool keeps_somebody(const Process& process) const {
    return std::any_of(process.handlers.begin(), process.handlers.end(), [&](HandlerId id) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kCall) return false;
      if (handler.reply != analysis::Reply::kReply) return true;
      const auto calls = program_.calls_of(handler.function);
      return std::any_of(calls.begin(), calls.end(),
                         [&](CallId site) { return program_.call(site).target == model::TargetKind::kDynamicModule; });
    });
  }

  // What a module from the server's state does for each request.
  std::optional<Longer> plugged_in(const Process& process, const std::vector<MessageId>& asking, std::int64_t patience) const {
    std::optional<Longer> found;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!is_asked(handler, asking) || !in_production(program_, facts_, handler.function)) continue;
      std::optional<SlowWork> work = plugged_in_work(program_, facts_, handler, patience);
      if (!work) continue;
      if (!found) found = Longer{id, std::move(*work), Severity::kMedium};
      found->likewise.push_back(id);
    }
    return found;
  }

  bool is_taken(MessageId message, const std::vector<HandlerId>& handlers) const {
    const std::vector<HandlerId> taking = takers(facts_, facts_.message(message));
    return std::any_of(taking.begin(), taking.end(),
                       [&](HandlerId id) { return std::find(handlers.begin(), handlers.end(), id) != handlers.end(); });
  }

  bool is_asked(const Handler& handler, const std::vector<MessageId>& asking) const {
    return handler.kind == HandlerKind::kCall && !handler.catch_all &&
           std::any_of(asking.begin(), asking.end(),
                       [&](MessageId message) { return analysis::may_match(handler.pattern, facts_.message(message).pattern); });
  }

  // A clause that keeps its caller until data comes in from a program or a peer.
  std::optional<Longer> later_answer(const Process& process, const std::vector<MessageId>& asking) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!is_asked(handler, asking) || !in_production(program_, facts_, handler.function)) continue;
      std::optional<LaterAnswer> answer = answered_from_outside(program_, facts_, handler);
      if (!answer) continue;
      SlowWork work;
      work.site = answer->chain.front();
      work.effect = Effect::kAwait;
      work.bound_ms = Bound::kInfinite;
      work.possible = true;
      work.leaf = answer->reply;
      work.chain = answer->chain;
      work.note = "answers when data has come in";
      return Longer{id, std::move(work), Severity::kMedium, answer->arrival};
    }
    return {};
  }

  // At the end of a long way, hooks and callbacks of every kind are reached, and seldom by this message.
  bool far_away(const SlowWork& work, bool starting) const {
    constexpr std::size_t kLongest = 4;
    return !starting && path_of(program_, facts_, work).size() > kLongest;
  }

  Severity weigh(const SlowWork& work, std::int64_t patience) const {
    if (work.possible || is_mnesia(facts_, work)) return Severity::kInfo;
    const bool unknown = work.bound_ms == Bound::kUnknown;
    if (!unknown && work.bound_ms != Bound::kInfinite && work.bound_ms < patience) return Severity::kInfo;
    switch (work.effect) {
      case Effect::kHttp:
      case Effect::kSubprocess:
      case Effect::kRpc:
      case Effect::kSleep:
        return unknown && work.effect == Effect::kSleep ? Severity::kInfo : Severity::kMedium;
      case Effect::kDatabase:
        return Severity::kLow;
      case Effect::kSocket:
      case Effect::kAwait:
      case Effect::kCall:
        return unknown ? Severity::kInfo : Severity::kMedium;
      default:
        return Severity::kInfo;
    }
  }

  void report(ProcessId id, const Longer& longer, const std::vector<MessageId>& asking, const Callers& callers,
              std::int64_t patience) {
    const Message& first = facts_.message(asking.front());
    const Handler& handler = facts_.handler(longer.handler);
    const bool erlang = in_erlang(program_, first.sender);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, first.sender, call_span(program_, first.site));
    finding.severity = longer.severity;
    finding.confidence = longer.work.possible || first.likely ? Confidence::kPossible : Confidence::kLikely;
    finding.message =
        finding.function + " waits" + wait_text(patience) + " for " + name + ", which may wait longer itself: " + shown;
    finding.message += longer.arrival
                           ? " keeps the caller until " +
                                 analysis::display_handler(program_, facts_, facts_.handler(longer.arrival)) +
                                 " gets an answer from outside"
                           : " does " + describe_work(longer.work) + " (" + callee_text(program_, facts_, longer.work.leaf) + ")";
    if (!callers.text.empty()) finding.message += "; called by " + callers.text;
    finding.why = "When " + name +
                  " is at it for longer, the callers exit with a time-out although the server is well, and whatever "
                  "depends on them goes with them; the server then serves requests that nobody waits for.";
    finding.fix = erlang
                      ? "Let the inner wait end before the outer one: a limit on what " + shown +
                            " does, below the callers' time-out; or give the call a time-out that covers it (infinity where the "
                            "caller watches the server's life) and catch exit:{timeout, _}."
                      : "Let the inner wait end before the outer one: a limit on what " + shown +
                            " does, below the callers' time-out; or give the call a time-out that covers it (:infinity where the "
                            "caller watches the server's life) and catch :exit, {:timeout, _}.";
    finding.path = asking_steps(program_, facts_, asking, 8);
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i) {
      finding.path.push_back({call_span(program_, callers.sites[i]),
                              model::display_function(program_, callers.functions[i]) + " depends on the answer"});
    }
    for (findings::Step& step : path_of(program_, facts_, longer.work)) finding.path.push_back(std::move(step));
    finding.key = name + " " + shown;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& timeout_inversion() {
  static const Rule rule{{.code = "BW404",
                          .name = "timeout-inversion",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "Callers wait shorter than the server that they call may wait itself"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
