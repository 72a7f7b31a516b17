// A request to {Name, Node} exits when the node is not there: with {nodedown, Node} or noconnection within milliseconds, with
// timeout when it hangs (stdlib: gen_server); erpc:call raises error:{erpc, noconnection} or {erpc, timeout} (kernel: erpc). To
// code that asks other nodes this is no fault of anybody, but an ordinary day; where nobody up to the callers catches it, the
// process that asked ends.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

// A process that others know by name and that runs the function: its end is noticed.
bool ends_what_lasts(const Facts& facts, FunctionId function) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    if (facts.process(id).count == analysis::Count::kOne && facts.process(id).kind != analysis::ProcessKind::kTask) return true;
  }
  return false;
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, bool erpc) {
  const FunctionId function = program.function_of(site);
  const std::string callee = callee_text(program, facts, site);
  const bool lasting = ends_what_lasts(facts, function), erlang = in_erlang(program, function);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  const bool server =
      std::any_of(facts.contexts.of(function).processes.begin(), facts.contexts.of(function).processes.end(), [&](ProcessId id) {
        return facts.process(id).kind == analysis::ProcessKind::kGenServer ||
               facts.process(id).kind == analysis::ProcessKind::kGenStatem;
      });
  const bool interface =
      server || (!erpc && (facts.contexts.of(function).flags & (analysis::kFromOutside | analysis::kInRequest)) != 0);
  finding.severity = lasting || interface ? Severity::kMedium : Severity::kLow;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + (erpc ? " asks another node with " : " asks a process of another node with ") + callee +
                    " and nobody expects the node to be gone" + run_by_text(program, facts, function);
  const std::string reasons =
      erpc ? (erlang ? "raises {erpc, noconnection} or {erpc, timeout}" : "raises {:erpc, :noconnection} or {:erpc, :timeout}")
           : (erlang ? "exits with {nodedown, Node}, noconnection or timeout"
                     : "exits with {:nodedown, node}, :noconnection or :timeout");
  finding.why = "When the node goes down, the call " + reasons + ": the process that asks ends of an ordinary network fault" +
                (lasting ? ", with its state and with what others wait for." : ".");
  finding.fix = erlang ? "Catch it where you know what a missing node means: `try " + callee.substr(0, callee.find('/')) +
                             "(…) catch _:Reason -> {error, Reason} end`."
                       : "Catch it where you know what a missing node means: `catch kind, reason -> {:error, {kind, reason}}`.";
  finding.path = {{finding.span, finding.function + " calls " + callee + (erpc ? "" : " with a name on another node")}};
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

// What {Name, Node} means to OTP and Elixir; to a pool or a token server a pair is a name of its own.
bool is_of_otp(Symbol module) {
  constexpr std::array<std::string_view, 10> kModules = {"gen_server",
                                                         "gen_statem",
                                                         "gen_event",
                                                         "supervisor",
                                                         "sys",
                                                         "Elixir.GenServer",
                                                         "Elixir.Supervisor",
                                                         "Elixir.DynamicSupervisor",
                                                         "Elixir.Agent",
                                                         "Elixir.Task.Supervisor"};
  return std::find(kModules.begin(), kModules.end(), module.text()) != kModules.end();
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  const Symbol call = intern("call"), multi_call = intern("multi_call");
  for (const CallId site : wanted_calls(program, reporter)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || !external->row || program.call(site).capture) continue;
    const bool erpc = external->module == sym::erpc && external->name == call;
    if (!erpc && (is_remote_call(external) || external->name == multi_call)) continue;
    if (!erpc && !external->row->effects.has(Effect::kCall) && !external->row->effects.has(Effect::kStartChild)) continue;
    if (!erpc && !is_of_otp(external->module)) continue;
    const FunctionId function = program.function_of(site);
    if (!function || facts.calls.runs[site.index] != analysis::Runs::kCaller) continue;
    if (!node_waited_for(program, facts, site) && (erpc || !is_on_other_node(program, facts, site))) continue;
    if (!in_production(program, facts, function)) continue;
    // erpc:call is made to raise: that is a fault only where it ends something.
    if (erpc && !ends_what_lasts(facts, function)) continue;
    if (!analysis::handlings_around(program, facts, site).empty()) continue;  // what is caught in part is another rule's
    const std::uint8_t needed = erpc ? analysis::kErrorClass : analysis::kExitClass;
    if ((analysis::classes_caught(program, facts, site, true) & needed) != 0) continue;
    if (reported.emplace(function, callee_text(program, facts, site)).second) report(program, facts, reporter, site, erpc);
  }
}

}  // namespace

const Rule& remote_call_unguarded() {
  static const Rule rule{{.code = "BW609",
                          .name = "remote-call-unguarded",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A request to another node that may not be there"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
