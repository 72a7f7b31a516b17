// A supervisor is one process that serves one request at a time. While it waits for a child's init/1, or for a child to end, it
// answers nobody: a child that calls it from init or from terminate waits for somebody who waits for it. The call has no time
// limit of its own (stdlib: supervisor, start_child/2, terminate_child/2, which_children/1).
#include <optional>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/own_supervisor.h"

namespace beamwright::rules {
namespace {

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), own_(program, facts) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      for (const auto handler_id : facts_.process(id).handlers) {
        const Handler& handler = facts_.handler(handler_id);
        const bool init = handler.kind == HandlerKind::kInit;
        if (!init && handler.kind != HandlerKind::kTerminate) continue;
        if (!reporter_.wants(program_, handler.function) || !in_production(program_, facts_, handler.function)) continue;
        for (const SupervisorCall& call : own_.calls_in(id, handler)) {
          if (call.own == Own::kNo) continue;
          report(id, handler, call, init);
          break;
        }
      }
    }
  }

 private:
  void report(ProcessId id, const Handler& handler, const SupervisorCall& call, bool init) {
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, call.chain.front()));
    finding.severity = call.own == Own::kSurely ? Severity::kHigh : Severity::kMedium;
    finding.confidence = call.own == Own::kSurely ? Confidence::kLikely : Confidence::kPossible;
    const std::string callee = callee_text(program_, facts_, call.chain.back());
    finding.message = finding.function + " calls its own supervisor (" + callee + ") while that waits for " + name +
                      (init ? " to start" : " to end");
    finding.why = init ? "The supervisor answers only after init/1 has returned, and init/1 returns only after the answer: "
                         "neither goes on, and "
                         "nothing under this supervisor starts any more."
                       : "When the supervisor ends " + name +
                             " it waits for it, and so it does not answer: terminate hangs until the shutdown time is over and "
                             "the child is killed, "
                             "or for ever where that is infinity.";
    finding.fix = init ? "Do it after init: in handle_continue/2, or by a message to itself; or let the supervisor's own list "
                         "start the child."
                       : "Let the supervisor do it (significant children with auto_shutdown, or one_for_all), or do it from a "
                         "process that was spawned "
                         "for it.";
    append_chain(program_, facts_, call.chain, finding.path);
    finding.key = name + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  OwnSupervisors own_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& call_own_supervisor() {
  static const Rule rule{{.code = "BW118",
                          .name = "call-own-supervisor",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kHigh,
                          .summary = "A child calls its supervisor while that waits for the child"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
