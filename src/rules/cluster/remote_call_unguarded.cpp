// A request to {Name, Node} exits when the node is not there: with {nodedown, Node} or noconnection within milliseconds, with
// timeout when it hangs (stdlib: gen_server); erpc:call raises error:{erpc, noconnection} or {erpc, timeout} (kernel: erpc). To
// code that asks other nodes this is no fault of anybody, but an ordinary day; where nobody up to the callers catches it, the
// process that asked ends. A name that the whole cluster shares, {global, Name}, has no holder for a while whenever its node
// goes, and the exit is noproc.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"
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

// ---- Requests by a project's own wrapper of gen_server:call
// ---------------------------------------------------------------------

// The process that a request is for, where it is written: the target of gen_server:call and its like, or what a wrapper in the
// sources is given in front of the request. None where the request is made somewhere else.
ExprId target_of(const Program& program, const Facts& facts, CallId site) {
  const auto arguments = arguments_of(program, site);
  const Unit& unit = program.unit_of(site);
  if (const analysis::External* external = facts.calls.external(site)) {
    const bool request = external->row && external->row->effects.has(Effect::kCall) && external->row->message_argument != 0;
    if (!request || program.call(site).capture || facts.calls.runs[site.index] != analysis::Runs::kCaller) return {};
    const ExprId target = argument_at(program, site, external->row->target_argument);
    return target ? analysis::local_value(unit, target) : ExprId();
  }
  const FunctionId sender = program.function_of(site);
  if (arguments.size() < 2 || !sender || !facts.calls.callees[site.index].function) return {};
  for (const MessageId id : facts.messages.by_function[sender.index]) {
    const Message& message = facts.message(id);
    if (message.site != site || message.kind != MessageKind::kCall || message.runs != analysis::Runs::kCaller) continue;
    const ExprId request = message.pattern.expr.expr, target = analysis::local_value(unit, arguments[0]);
    const bool plain = !request && program.call(site).name == sym::call;
    if (plain || (request && request != arguments[0] && request != target)) return target;
  }
  return {};
}

// {Name, Node}, given to a function in the sources.
bool wrapper_names_a_node(const Program& program, const Facts& facts, CallId site, ExprId target) {
  const Unit& unit = program.unit_of(site);
  const analysis::External* external = facts.calls.external(site);
  if (external && is_of_otp(external->module)) return false;
  if (!target || unit.expr(target).kind != ExprKind::kTuple || unit.expr(target).child_count != 2) return false;
  if (unit.expr(unit.child(target, 0)).kind != ExprKind::kAtom) return false;
  const Symbol first = unit.expr(unit.child(target, 0)).symbol();
  if (first == sym::global || first == sym::local || first == intern("via")) return false;
  const ExprId node = unit.child(target, 1);
  return unit.expr(node).kind == ExprKind::kVariable && !is_own_node(program, facts, site, node);
}

bool expects_exits(const Program& program, const Facts& facts, CallId site) {
  if (!analysis::handlings_around(program, facts, site).empty()) return true;  // what is caught in part is another rule's
  return (analysis::classes_caught(program, facts, site, true) & analysis::kExitClass) != 0;
}

// ---- Requests to the one process of a name that the whole cluster shares
// ---------------------------------------------------------

// {global, Name}, {via, Registry, Name} of a registry that spans nodes; none else.
bool is_cluster_name(const Unit& unit, ExprId target) {
  if (!target || unit.expr(target).kind != ExprKind::kTuple) return false;
  const model::Expr& e = unit.expr(target);
  const std::optional<Symbol> first = analysis::atom_value(unit, unit.child(target, 0));
  if (e.child_count == 2 && first == sym::global) return true;
  if (e.child_count != 3 || first != intern("via")) return false;
  const std::optional<Symbol> registry = analysis::atom_value(unit, unit.child(target, 1));
  if (!registry) return false;
  constexpr std::array<std::string_view, 8> kWords = {"global", "syn",     "swarm",     "horde",
                                                      "leader", "cluster", "singleton", "distributed"};
  std::string name(registry->text());
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// The name that a process was looked up by in the whole cluster: Pid = global:whereis_name(Name), GenServer.whereis({:global,
// name}), also through a helper function; none for everything else.
analysis::ExprRef looked_up_name(const Program& program, const Facts& facts, CallId site, ExprId target) {
  const analysis::ExprRef value = analysis::resolve_value(program, facts, {program.call_units[site.index], target});
  if (!value) return {};
  const Unit& unit = program.unit(value.unit);
  if (unit.expr(value.expr).kind != ExprKind::kCall) return {};
  const CallId look(unit.first_call + unit.expr(value.expr).payload);
  const analysis::External* external = facts.calls.external(look);
  if (!external || arguments_of(program, look).size() != 1) return {};
  const ExprId name = arguments_of(program, look)[0];
  const bool global = external->module == sym::global && external->name == intern("whereis_name");
  const bool server = external->module == sym::Elixir_GenServer && external->name == intern("whereis") &&
                      is_cluster_name(unit, analysis::local_value(unit, name));
  return global || server ? analysis::ExprRef{value.unit, name} : analysis::ExprRef();
}

// Does the function ask anywhere whether there is a process at all: for undefined or nil, is_pid, or the value itself?
bool asks_for_nobody(const Program& program, const Unit& unit, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    if (program.call(site).name && program.call(site).name.text() == "is_pid") return true;
  }
  for (const model::ClauseId id : program.function(function).clauses) {
    const bool asks = any_below(unit, unit.clause(id).body, [&](ExprId at) {
      const model::Expr& e = unit.expr(at);
      if (e.kind == ExprKind::kAtom)
        return e.symbol().text() == "undefined" || (e.symbol() == sym::nil && !e.has(model::kFromMacro));
      return e.kind == ExprKind::kCase && e.child_count > 0 && unit.expr(unit.child(at, 0)).kind == ExprKind::kVariable;
    });
    if (asks) return true;
  }
  return false;
}

// The process that a call or a message is for, or that a function of the sources which calls it is given.
ExprId asked_or_told(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  const auto arguments = arguments_of(program, site);
  if (arguments.empty() || program.call(site).capture || facts.calls.runs[site.index] != analysis::Runs::kCaller) return {};
  if (external) {
    if (external->module == sym::erlang && external->name == sym::send) return arguments[0];
    const bool request = external->row && external->row->effects.has(Effect::kCall) && external->row->message_argument != 0;
    return request ? argument_at(program, site, external->row->target_argument) : ExprId();
  }
  const FunctionId callee = facts.calls.callees[site.index].function;
  if (!callee || !facts.effects.direct[callee.index].has(Effect::kCall)) return {};
  const Unit& unit = program.unit_of(callee);
  for (const CallId inner : program.calls_of(callee)) {
    const ExprId target = target_of(program, facts, inner);
    if (!target || unit.expr(target).kind != ExprKind::kVariable) continue;
    const auto parameter = analysis::parameter_of(unit, program.function(callee), model::VariableId(unit.expr(target).payload));
    if (parameter && parameter->index < arguments.size()) return arguments[parameter->index];
  }
  return {};
}

// Server = global:whereis_name(Name), gen_server:call(Server, …) in a process that lasts: until somebody has the name it is a
// call to `undefined`, which exits, and a message to it is badarg.
void check_looked_up(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<FunctionId> reported;
  for (const CallId site : wanted_calls(program, reporter)) {
    const FunctionId function = program.function_of(site);
    if (!function || facts.contexts.of(function).processes.empty()) continue;
    const ExprId target = asked_or_told(program, facts, site);
    if (!target || !ends_what_lasts(facts, function)) continue;
    const analysis::ExprRef name = looked_up_name(program, facts, site, target);
    if (!name || !in_production(program, facts, function) || asks_for_nobody(program, program.unit_of(function), function))
      continue;
    if (expects_exits(program, facts, site) || !reported.insert(function).second) continue;
    const bool erlang = in_erlang(program, function);
    const std::string callee = callee_text(program, facts, site), nobody = erlang ? "undefined" : "nil";
    const std::string text = source_text(program, program.unit(name.unit), name.expr, 60);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " uses what was found under the cluster's name " + text + " with " + callee +
                      ", and nobody expects " + nobody + run_by_text(program, facts, function);
    finding.why =
        "Before the first node has registered the name, while its node goes, and on the smaller side of a split, the "
        "look-up answers " +
        nobody +
        ": the call ends with noproc or badarg, and the process that asks with it, again at "
        "each turn until its supervisor gives up.";
    finding.fix = "Take " + nobody + " in a clause of its own: leave this turn out, and ask again at the next.";
    finding.path = {{program.unit(name.unit).span(name.expr), "looked up in the whole cluster"},
                    {finding.span, finding.function + " calls " + callee + " with what was found"}};
    finding.key = "looked up " + text;
    report_weighed(reporter, std::move(finding));
  }
}

// Does the function look first whether somebody has the name, or wait until somebody has?
bool looks_for_holder(const Program& program, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    const std::string_view name = program.call(site).name ? program.call(site).name.text() : std::string_view();
    if (name.starts_with("whereis") || name == "ensure_started" || name.starts_with("start")) return true;
  }
  return false;
}

struct Asked {
  std::vector<CallId> sites;
  ExprId name;
};

// One finding a module: its functions for users are alike.
void report_singletons(const Program& program, const Facts& facts, Reporter& reporter, const std::map<ModuleId, Asked>& found) {
  for (const auto& [module, asked] : found) {
    const std::vector<CallId>& sites = asked.sites;
    const CallId site = sites.front();
    const FunctionId function = program.function_of(site);
    const bool erlang = in_erlang(program, function);
    const std::string name = source_text(program, program.unit_of(site), asked.name, 60);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " asks the one process of the cluster that has the name " + name +
                      ", and nobody expects that there is none" + run_by_text(program, facts, function);
    finding.why =
        "While its node goes, until another one has started it, and on the smaller side of a split, nobody has the name: the "
        "call exits "
        "with noproc at once, or with nodedown, and whoever asked ends of what a moment later would have gone well.";
    finding.fix = erlang ? "Catch exit:{noproc, _} and exit:{{nodedown, _}, _} where the name is asked, and answer {error, "
                           "unavailable}, or wait "
                           "for a holder for a limited time."
                         : "Catch the exits :noproc and {:nodedown, _} where the name is asked, and answer {:error, "
                           ":unavailable}, or wait for "
                           "a holder for a limited time.";
    constexpr std::size_t kShown = 8;
    for (std::size_t i = 0; i < sites.size() && i < kShown; ++i)
      finding.path.push_back(
          {call_span(program, sites[i]), model::display_function(program, program.function_of(sites[i])) + " asks " + name});
    finding.key = "name " + name;
    report_weighed(reporter, std::move(finding));
  }
}

void check_names(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<FunctionId> reported;
  std::map<ModuleId, Asked> found;
  for (const CallId site : wanted_calls(program, reporter)) {
    const ExprId target = target_of(program, facts, site);
    if (!target) continue;
    const FunctionId function = program.function_of(site);
    const bool node = wrapper_names_a_node(program, facts, site, target);
    if (!function || (!node && !is_cluster_name(program.unit_of(site), target))) continue;
    if (!in_production(program, facts, function) || expects_exits(program, facts, site)) continue;
    if (node && reported.insert(function).second) report(program, facts, reporter, site, false);
    if (node || looks_for_holder(program, function)) continue;
    Asked& asked = found[program.module_of(function)];
    asked.sites.push_back(site);
    if (!asked.name) asked.name = target;
  }
  report_singletons(program, facts, reporter, found);
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  check_names(program, facts, reporter);
  check_looked_up(program, facts, reporter);
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
