// A child that stops its own supervisor waits for it, and the supervisor waits for the child to end. A child that traps exits
// does not die of the shutdown it is sent, so both wait until the shutdown time is over and the child is killed without its
// clean-up, or for ever where that time is infinity (stdlib: supervisor, "Child specification"; gen_server, stop/1).
#include "rules/own_supervisor.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

// Does the call end the supervisor, and wait for that?
bool ends_it(const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external) return false;
  const std::string_view name = external->name.text();
  return name == "stop" || (name == "terminate" && external->module == sym::sys);
}

void report(const Program& program, const Facts& facts, Reporter& reporter, const Handler& handler, const SupervisorCall& call) {
  const Process& process = facts.process(handler.process);
  const std::string name = process_name(program, facts, handler.process);
  const bool surely = call.own == Own::kSurely;
  Finding finding = found_in(reporter, program, handler.function, call_span(program, call.chain.front()));
  finding.severity = !process.traps_exits ? Severity::kLow : surely ? Severity::kHigh : Severity::kMedium;
  finding.confidence = surely ? Confidence::kLikely : Confidence::kPossible;
  finding.message = finding.function + " stops the supervisor of " + name + " and waits for it (" +
                    callee_text(program, facts, call.chain.back()) + ")";
  finding.why = process.traps_exits
                    ? "The supervisor first ends its children and waits for " + name +
                          ", which traps exits and waits for the supervisor: after the shutdown time it is killed, and its "
                          "terminate never runs."
                    : name + " is ended in the middle of the call: what stands after it never runs.";
  finding.fix =
      "Let the design end the tree (significant children with auto_shutdown, or an exit with a reason that one_for_all or an "
      "intensity of 0 turns into the end), or stop it from a process outside the tree.";
  append_chain(program, facts, call.chain, finding.path);
  finding.key = name;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  const OwnSupervisors own(program, facts);
  for (std::uint32_t i = 0; i < facts.processes.processes.size(); ++i) {
    const ProcessId id(i);
    for (const auto handler_id : facts.process(id).handlers) {
      const Handler& handler = facts.handler(handler_id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate) continue;
      if (!reporter.wants(program, handler.function) || !in_production(program, facts, handler.function)) continue;
      for (const SupervisorCall& call : own.calls_in(id, handler)) {
        if (call.own == Own::kNo || !ends_it(facts, call.chain.back())) continue;
        report(program, facts, reporter, handler, call);
        break;
      }
    }
  }
}

}  // namespace

const Rule& stop_own_supervisor() {
  static const Rule rule{{.code = "BW117",
                          .name = "stop-own-supervisor",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kHigh,
                          .summary = "A child stops its supervisor and waits for it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
