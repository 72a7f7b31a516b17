// A request to {Name, Node} exits when the node is not there: with {nodedown, Node} or noconnection within milliseconds, with
// timeout when it hangs (stdlib: gen_server). To code that calls a process of another node this is no fault of anybody, but an
// ordinary day; where nobody up to the callers catches it, the process that asked ends.
#include <algorithm>
#include <set>

#include "analysis/results.h"
#include "rules/nodes.h"

namespace beamwright::rules {
namespace {

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  for (const Message& message : facts.messages.messages) {
    const CallId site = message.site;
    if (message.kind != MessageKind::kCall || message.runs != analysis::Runs::kCaller || program.call(site).capture) continue;
    const FunctionId function = message.sender;
    const analysis::External* external = facts.calls.external(site);
    if (!external || is_remote_call(external) || external->name == intern("multi_call")) continue;
    if (!node_of_target(program, facts, site) || !in_production(program, facts, function)) continue;
    if (!analysis::handlings_around(program, facts, site).empty()) continue;  // what is caught in part is another rule's
    if ((analysis::classes_caught(program, facts, site, true) & analysis::kExitClass) != 0) continue;
    const std::string callee = callee_text(program, facts, site);
    if (!reported.emplace(function, callee).second) continue;
    bool lasting = false;  // a process whose end is noticed by others
    for (const ProcessId id : facts.contexts.of(function).processes) lasting |= facts.process(id).count == analysis::Count::kOne;
    const bool erlang = in_erlang(program, function);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = lasting ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " asks a process of another node with " + callee +
                      " and nobody expects the node to be gone" + run_by_text(program, facts, function);
    finding.why = std::string("When the node goes down, the call exits with ") +
                  (erlang ? "{nodedown, Node}, noconnection or timeout" : "{:nodedown, node}, :noconnection or :timeout") +
                  ": the process that asks ends of an ordinary network fault" +
                  (lasting ? ", with its state and with what others wait for." : ".");
    finding.fix =
        erlang ? "Catch it where you know what a missing node means: `try gen_server:call({Name, Node}, Request, 5000) catch "
                 "exit:Reason -> {error, Reason} end`."
               : "Catch it where you know what a missing node means: `catch :exit, reason -> {:error, reason}`.";
    finding.path = {{finding.span, finding.function + " calls " + callee + " with a name on another node"}};
    finding.key = callee;
    report_weighed(reporter, std::move(finding));
  }
}

}  // namespace

const Rule& remote_call_unguarded() {
  static const Rule rule{{.code = "BW609",
                          .name = "remote-call-unguarded",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A request to a process of another node that may not be there"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
