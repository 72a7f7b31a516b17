// All handlers of an event manager run in the manager's own process, one after the other (stdlib: gen_event). What one of them
// waits for, all others wait for, and everybody who notifies synchronously; the events of the others pile up in its mailbox.
#include <optional>

#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

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
    std::optional<SlowWork> first;
    HandlerId where;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      const bool runs =
          handler.kind == HandlerKind::kEvent || handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kCall;
      if (!runs || !in_production(program_, facts_, handler.function)) continue;
      for (const SlowWork& work : slow_work(program_, facts_, handler)) {
        if (first || !keeps_waiting(work)) continue;
        first = work;
        where = id;
      }
    }
    if (first) report(facts_.handler(where), *first);
  }

  bool keeps_waiting(const SlowWork& work) const {
    if (work.possible) return false;
    constexpr std::int64_t kNotable = 1000;
    const bool long_enough = work.bound_ms == Bound::kUnknown || work.bound_ms == Bound::kInfinite || work.bound_ms >= kNotable;
    if (work.effect == Effect::kCall || work.effect == Effect::kSocket || work.effect == Effect::kAwait)
      return work.bound_ms == Bound::kInfinite;
    return is_heavy(work) && !is_mnesia(facts_, work) && long_enough;
  }

  void report(const Handler& handler, const SlowWork& work) {
    const bool erlang = in_erlang(program_, handler.function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, work.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " does " + describe_work(work) + " in the process of its event manager (" +
                      callee_text(program_, facts_, work.leaf) + ")";
    finding.why =
        "An event manager runs all its handlers in one process, one after the other: meanwhile no other handler gets its events, "
        "whoever calls or notifies it synchronously waits, and what is notified asynchronously piles up in its mailbox.";
    finding.fix = erlang
                      ? "Let the handler only hand the event on: to a server of its own that does the work and says how much it "
                        "takes, or to a worker of a supervisor with a limit on its children."
                      : "Let the handler only hand the event on: to a server of its own that does the work and says how much it "
                        "takes, or to a task under a Task.Supervisor with max_children.";
    finding.path = path_of(program_, facts_, work);
    finding.key = shown + " " + callee_text(program_, facts_, work.leaf);
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
