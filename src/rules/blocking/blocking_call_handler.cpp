// Slow work in handle_call: while one caller's request is at the network, everybody else's waits in the mailbox, and after five
// seconds they exit although the server is fine. The server then still serves the requests that were given up.
#include <algorithm>
#include <map>
#include <optional>

#include "rules/callers.h"
#include "rules/guessed_waits.h"
#include "rules/own_interface.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::ProcessKind;

// How bad it is that callers who wait `patience_ms` wait for this; kInfo: not at all.
Severity weigh(const SlowWork& work, std::int64_t patience_ms) {
  constexpr std::int64_t kSecond = 1000, kNotable = 100;
  const bool unlimited = work.bound_ms == Bound::kInfinite;
  const bool unknown = work.bound_ms == Bound::kUnknown;
  const std::int64_t patience = patience_ms == Bound::kInfinite ? 5000 : patience_ms;
  const bool near = unlimited || (!unknown && work.bound_ms >= patience / 2);
  switch (work.effect) {
    case Effect::kHttp:
    case Effect::kDatabase:
    case Effect::kSubprocess:
    case Effect::kRpc:
      return unknown || near ? Severity::kHigh : Severity::kLow;
    case Effect::kSleep:
      if (unknown) return Severity::kMedium;
      return work.bound_ms >= kSecond    ? Severity::kHigh
             : near                      ? Severity::kMedium
             : work.bound_ms >= kNotable ? Severity::kLow
                                         : Severity::kInfo;
    case Effect::kSocket:
      return unknown || near ? Severity::kMedium : Severity::kLow;
    case Effect::kAwait:
      return unlimited ? Severity::kHigh : near ? Severity::kMedium : Severity::kInfo;
    case Effect::kCall:
      return unlimited ? Severity::kHigh : near ? Severity::kMedium : Severity::kInfo;
    default:
      return Severity::kLow;
  }
}

struct Worst {
  const SlowWork* work = nullptr;
  Severity severity = Severity::kInfo;
};

Worst worst_of(const Facts& facts, const std::vector<SlowWork>& works, std::int64_t patience_ms) {
  Worst worst;
  for (const SlowWork& work : works) {
    if (waits_for_own_tasks(facts, work)) continue;
    Severity severity = weigh(work, patience_ms);
    if (work.possible || is_mnesia(facts, work)) severity = std::min(severity, Severity::kMedium);
    if (severity > worst.severity) worst = {&work, severity};
  }
  return worst;
}

std::string fix_for(const std::string& handler, const SlowWork& work, const std::string& callee, bool erlang) {
  if (work.effect == Effect::kSleep) {
    return erlang ? "Arm a timer and answer later: keep From, `erlang:send_after(Time, self(), {retry, From})`, return {noreply, "
                    "State} and call gen_server:reply(From, Reply) in handle_info."
                  : "Arm a timer and answer later: keep `from`, `Process.send_after(self(), {:retry, from}, time)`, return "
                    "{:noreply, "
                    "state} and call GenServer.reply(from, reply) in handle_info.";
  }
  return erlang ? "Let the caller do " + callee + " itself, or hand it to a process and answer from there: in " + handler +
                      " `spawn_monitor(fun() -> gen_server:reply(From, Work()) end)` under a limit, keep the monitor in the "
                      "state and "
                      "return {noreply, State}."
                : "Let the caller do " + callee + " itself, or hand it to a task and answer from there: in " + handler +
                      " `Task.Supervisor.async_nolink(MyApp.Tasks, fn -> GenServer.reply(from, work()) end)`, return {:noreply, "
                      "state} "
                      "and take the task's reply and DOWN in handle_info.";
}

// One clause that blocks: what it does at worst, and for whom.
struct Blocked {
  HandlerId handler;
  SlowWork work;
  Severity severity = Severity::kInfo;
  Callers callers;
  std::int64_t patience_ms = 0;
  bool guessed = false;  // that others wait is concluded from the interface of the server's module
};

// Of a server without a name: work for somebody else that takes long as a rule, and not longer than its callers wait, of which
// BW404 speaks. What it waits for at its own connection is what it is there for.
bool holds_up_others(const Program& program, const Facts& facts, const SlowWork& work, std::int64_t patience) {
  constexpr std::int64_t kNotable = 2500;
  constexpr std::size_t kLongest = 6;
  if (!is_heavy(work) || is_mnesia(facts, work) || work.possible || !work.chain.empty()) return false;
  if (path_of(program, facts, work).size() > kLongest) return false;
  if (patience == Bound::kInfinite) return true;
  return work.bound_ms != Bound::kInfinite && work.bound_ms >= kNotable && work.bound_ms < patience;
}

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
    if (process.kind == ProcessKind::kRequest || process.kind == ProcessKind::kSupervisor) return;
    // One kind of work is one fault of a server's design, however many clauses do it.
    std::map<Effect, std::vector<Blocked>> by_effect;
    for (const HandlerId handler : process.handlers) {
      if (facts_.handler(handler).kind != HandlerKind::kCall ||
          !in_production(program_, facts_, facts_.handler(handler).function))
        continue;
      if (std::optional<Blocked> blocked = weigh_clause(id, handler))
        by_effect[blocked->work.effect].push_back(std::move(*blocked));
    }
    for (auto& [effect, clauses] : by_effect) {
      std::stable_sort(clauses.begin(), clauses.end(),
                       [](const Blocked& a, const Blocked& b) { return a.severity > b.severity; });
      report(id, clauses);
    }
  }

  std::optional<Blocked> weigh_clause(ProcessId id, HandlerId handler) const {
    std::vector<SlowWork> works = slow_work(program_, facts_, facts_.handler(handler), {.files = true, .calls = true});
    if (works.empty()) add_guess(handler, works);
    const bool calls = facts_.effects.all[facts_.handler(handler).function.index].has(Effect::kCall);
    if (works.empty() && !(calls && facts_.process(id).count == Count::kOne)) return {};
    const std::vector<MessageId> messages = messages_to(facts_, handler);
    const std::int64_t patience = shortest_wait(facts_, messages);
    if (works.empty()) works = calls_one_by_one(program_, facts_, facts_.handler(handler), patience);
    if (works.empty()) works = longer_calls_to_strangers(program_, facts_, facts_.handler(handler), patience);
    if (works.empty()) return {};
    Callers callers = callers_of(program_, facts_, messages, id);
    if (callers.only_tools) return {};
    const Worst worst = worst_of(facts_, works, patience);
    const bool asked = !callers.functions.empty() || (callers.outside && worst.work && worst.work->effect == Effect::kCall);
    if (!worst.work || (!worst.work->note.empty() && !asked)) return {};
    Severity severity = worst.severity;
    // A server without a name may be one of many, of which BW404 speaks; one that nobody in sight asks may be asked rarely.
    const Count count = facts_.process(id).count;
    bool guessed = false;
    if (count != Count::kOne) {
      if (count == Count::kMany || !callers.requests) {
        const Sharing sharing = holds_up_others(program_, facts_, *worst.work, patience)
                                    ? sharing_of(program_, facts_, id, messages, callers)
                                    : Sharing::kNone;
        // One function that asks is one that waits, as a rule.
        if (sharing == Sharing::kNone || (!callers.outside && callers.functions.size() < 2)) return {};
        guessed = sharing == Sharing::kPossible || count == Count::kMany;
      }
      severity = std::min(severity, Severity::kMedium);
    }
    if (callers.functions.empty())
      severity = std::min(severity, is_mnesia(facts_, *worst.work) ? Severity::kLow : Severity::kMedium);
    return Blocked{handler, *worst.work, severity, std::move(callers), patience, guessed};
  }

  // A library that is not at hand, which waits for somebody by all that can be seen of it.
  void add_guess(HandlerId handler, std::vector<SlowWork>& works) const {
    const auto outside = [](const GuessedWait& wait) { return wait.guess != Guess::kCallback; };
    for (const GuessedWait& wait : guessed_waits(program_, facts_, facts_.handler(handler), outside)) {
      const std::string note = reason_of(wait.guess);
      const analysis::External* external = facts_.calls.external(wait.chain.back());
      const bool call = external && external->row && external->row->effects.has(Effect::kCall);
      if (call) continue;  // longer_calls_to_strangers() knows the patience
      works.push_back({wait.chain.front(), Effect::kHttp, wait.bound_ms, true, wait.chain.back(), {}, wait.chain, note});
    }
  }

  void report(ProcessId id, const std::vector<Blocked>& clauses) {
    const Blocked& worst = clauses.front();
    const SlowWork& work = worst.work;
    const Callers& callers = worst.callers;
    const Handler& handler = facts_.handler(worst.handler);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string callee = callee_text(program_, facts_, work.leaf);

    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, work.site));
    finding.severity = worst.severity;
    finding.confidence = work.possible || worst.guessed ? Confidence::kPossible : Confidence::kLikely;
    finding.message =
        "The server " + name + " does " + describe_work(work) + " while its callers wait: " + shown + " reaches " + callee;
    if (!callers.text.empty()) finding.message += "; asked by " + callers.text;
    if (clauses.size() > 1) finding.message += "; so do " + others(clauses);
    finding.why = "Meanwhile " + name + " answers nobody. " + consequence(work, worst.patience_ms);
    finding.fix = fix_for(shown, work, callee, in_erlang(program_, handler.function));
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i) {
      finding.path.push_back({call_span(program_, callers.sites[i]), model::display_function(program_, callers.functions[i]) +
                                                                         " asks " + name + " and waits" +
                                                                         wait_text(worst.patience_ms)});
    }
    for (findings::Step& step : asking_steps(program_, facts_, messages_to(facts_, worst.handler), 3))
      finding.path.push_back(std::move(step));
    for (findings::Step& step : path_of(program_, facts_, work)) finding.path.push_back(std::move(step));
    for (std::size_t i = 1; i < clauses.size(); ++i) {
      finding.path.push_back({call_span(program_, clauses[i].work.site),
                              analysis::display_handler(program_, facts_, facts_.handler(clauses[i].handler)) + " does " +
                                  describe_work(clauses[i].work) + " as well"});
    }
    finding.key = shown + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  std::string others(const std::vector<Blocked>& clauses) const {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < clauses.size(); ++i) {
      const Handler& handler = facts_.handler(clauses[i].handler);
      names.push_back(message_text(handler.pattern, in_erlang(program_, handler.function)));
    }
    return join_names(names);
  }

  static std::string consequence(const SlowWork& work, std::int64_t patience) {
    if (work.effect == Effect::kFile) return "A slow disk or a full write cache holds up everybody who asks.";
    if (patience == Bound::kInfinite)
      return "Its callers wait without limit, so each slow request delays all that come after it.";
    return "Its callers wait " + analysis::display_bound(patience) +
           " and then exit, and the server goes on to serve the requests that were given up: under load with retries it does not "
           "recover.";
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& blocking_call_handler() {
  static const Rule rule{{.code = "BW401",
                          .name = "blocking-call-handler",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kHigh,
                          .summary = "handle_call of a shared server does slow work while all its callers wait"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
