// rpc:call/4, erpc:call/4 and gen_server:multi_call/2,3 wait for ever. A peer that refuses answers in milliseconds, but a peer
// that was connected and hangs is noticed after net_ticktime only, a minute later, and whoever waits here waits as long.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "analysis/results.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

// rpc:multicall/4 is two functions: (Nodes, M, F, A), which waits for ever, and (M, F, A, Timeout). The module tells them apart.
bool has_nodes_first(const Program& program, CallId site) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const Unit& unit = program.unit_of(site);
  if (arguments.size() != 4 || unit.expr(arguments[0]).kind == ExprKind::kAtom) return false;
  return unit.expr(arguments[3]).kind == ExprKind::kList || unit.expr(arguments[2]).kind == ExprKind::kAtom;
}

bool is_remote(const analysis::External& external) {
  constexpr std::array<std::string_view, 6> kNames = {"call",        "block_call",        "multicall",
                                                      "server_call", "multi_server_call", "sbcast"};
  if (external.module == sym::rpc || external.module == sym::erpc) {
    return std::find(kNames.begin(), kNames.end(), external.name.text()) != kNames.end();
  }
  return external.name == intern("multi_call") &&
         (external.module == sym::gen_server || external.module == sym::Elixir_GenServer);
}

// The row of a remote call at the site that waits for ever; null for everything else.
const knowledge::FunctionRow* unlimited_rpc(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || !is_remote(*external)) return nullptr;
  const Effect effect = external->row->effects.has(Effect::kRpc) ? Effect::kRpc : Effect::kCall;
  if (!external->row->effects.has(effect)) return nullptr;
  if (program.call(site).capture) return nullptr;
  if (external->name == intern("multicall") && external->arity == 4 && external->module == sym::rpc &&
      !has_nodes_first(program, site)) {
    return nullptr;
  }
  return analysis::bound_at(program, facts, site, effect) == Bound::kInfinite ? external->row : nullptr;
}

// erpc:call(Node, M, F, [.., Timeout]): what runs over there gives up by itself, which bounds the usual case.
bool hands_on_a_timeout(const Program& program, const Unit& unit, CallId site) {
  for (const ExprId argument : arguments_of(program, site)) {
    const std::string text = source_text(program, unit, argument, 400);
    if (text.find("imeout") != std::string::npos || text.find("TIMEOUT") != std::string::npos ||
        text.find("eadline") != std::string::npos) {
      return true;
    }
  }
  return false;
}

// Waits for all nodes of the cluster, of which one may hang: global:sync until their name servers agree, global:trans and
// set_lock until each has given the lock, without a number of tries; net_adm:ping and world until each has answered.
bool waits_for_the_cluster(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture) return false;
  const std::string_view name = external->name.text();
  if (external->module == sym::global) {
    if (name == "sync") return true;
    if (names_own_node_alone(program, facts, site, name == "trans" ? 3 : 2)) return false;
    return (name == "trans" && external->arity < 4) || (name == "set_lock" && external->arity < 3);
  }
  return external->module.text() == "net_adm" && (name == "ping" || name == "world" || name == "world_list");
}

std::string fix_for(const analysis::External& external, bool erlang) {
  const std::string_view name = external.name.text();
  if (external.module == sym::global && name != "sync")
    return "Give it a number of tries, or a lock of the nodes at hand alone, and take `aborted` (`false`) for an answer.";
  if (external.module == sym::global || external.module.text() == "net_adm")
    return erlang ? "Leave it out, or do it in a process of its own that nobody waits for, which says when it is done."
                  : "Leave it out, or do it in a task that nobody waits for, which says when it is done.";
  if (external.module == sym::rpc || external.module == sym::erpc) {
    const std::string call = erlang ? std::string(external.module.text()) + ":" : ":" + std::string(external.module.text()) + ".";
    const bool many = name.starts_with("multi");
    const std::string arguments = many ? (erlang ? "Nodes, M, F, A, 5000" : "nodes, m, f, a, 5_000")
                                       : (erlang ? "Node, M, F, A, 5000" : "node, m, f, a, 5_000");
    const std::string timeout =
        external.module == sym::rpc
            ? (many ? "the nodes that did not answer are in the second list"
                    : (erlang ? "match {badrpc, timeout} with the other {badrpc, _}"
                              : "match {:badrpc, :timeout} with the other {:badrpc, _}"))
            : (many ? "an answer that is late is {error, {erpc, timeout}}" : "catch error:{erpc, timeout}");
    return "Give it a timeout, `" + call + std::string(name) + "(" + arguments + ")`, and handle it: " + timeout + ".";
  }
  return erlang
             ? "Give it a timeout: `gen_server:multi_call(Nodes, Name, Request, 5000)`; the nodes that did not answer are in the "
               "second list."
             : "Give it a timeout: `GenServer.multi_call(nodes, name, request, 5_000)`; the nodes that did not answer are in the "
               "second list.";
}

// `infinity` where the timeout stands: somebody chose it, and it is the same wait.
bool is_chosen(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external->row && external->row->timeout_argument != 0 && argument_at(program, site, external->row->timeout_argument);
}

// Do the lines of comment above say why there is no limit?
bool is_explained(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const std::string_view text = program.files->file(unit.file).text;
  std::size_t line = text.rfind('\n', unit.expr(program.call(site).expr).begin);
  constexpr int kLines = 4;
  for (int i = 0; i < kLines && line != text.npos && line != 0; ++i) {
    const std::size_t before = text.rfind('\n', line - 1);
    const std::string_view above =
        text.substr(before == text.npos ? 0 : before + 1, line - (before == text.npos ? 0 : before + 1));
    const std::size_t first = above.find_first_not_of(" \t");
    if (first == above.npos || (above[first] != '%' && above[first] != '#')) return false;
    constexpr std::array<std::string_view, 6> kWords = {"imeout", "nfinity", "bound", "limit", "forever", "for ever"};
    if (std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return above.find(word) != above.npos; }))
      return true;
    line = before;
  }
  return false;
}

bool is_variable(const Program& program, CallId site, std::size_t number) {
  const ExprId argument = argument_at(program, site, number);
  return argument && program.unit_of(site).expr(argument).kind == ExprKind::kVariable;
}

// multicall(M, F, A) -> rpc:multicall(M, F, A): what is asked is up to whoever calls.
bool asks_what_callers_say(const Program& program, CallId site) {
  const bool nodes = arguments_of(program, site).size() >= 4;
  return is_variable(program, site, nodes ? 2 : 1) && is_variable(program, site, nodes ? 3 : 2);
}

// Is the choice a decision that has a name, ?TIMEOUT or @forever, or one that is explained, or is made by a wrapper that adds
// nothing but it?
bool is_meant(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  const Unit& unit = program.unit_of(site);
  const ExprId timeout = argument_at(program, site, external->row->timeout_argument);
  if (unit.expr(timeout).kind != ExprKind::kAtom || unit.expr(timeout).has(model::kFromMacro)) return true;
  const model::Function& function = program.function(program.function_of(site));
  const bool alone = function.clauses.size() == 1 && unit.clause(function.clauses[0]).body == program.call(site).expr;
  return (alone && asks_what_callers_say(program, site)) || is_explained(program, site);
}

// f(Node) when Node =:= node() -> rpc:call(Node, …)
bool is_own_node_by_guard(const Program& program, CallId site) {
  if (!is_variable(program, site, 1)) return false;
  const Unit& unit = program.unit_of(site);
  const model::Expr& node = unit.expr(argument_at(program, site, 1));
  const model::Function& function = program.function(program.function_of(site));
  const auto is_it = [&](ExprId id) {
    return unit.expr(id).kind == ExprKind::kVariable && unit.expr(id).payload == node.payload;
  };
  const auto is_here = [&](ExprId id) {
    return unit.expr(id).kind == ExprKind::kCall && unit.call_of(unit.expr(id)).name == intern("node") &&
           unit.call_of(unit.expr(id)).arity == 0;
  };
  return std::any_of(function.clauses.begin(), function.clauses.end(), [&](model::ClauseId id) {
    const model::Clause& clause = unit.clause(id);
    if (!clause.guard || node.begin < clause.begin || node.begin >= clause.end) return false;
    const model::Expr& guard = unit.expr(clause.guard);
    if (guard.kind != ExprKind::kOperator || guard.child_count != 2) return false;
    const std::string_view name = guard.symbol().text();
    if (name != "==" && name != "=:=" && name != "===") return false;
    const ExprId left = unit.child(clause.guard, 0), right = unit.child(clause.guard, 1);
    return (is_it(left) && is_here(right)) || (is_here(left) && is_it(right));
  });
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, const std::vector<CallId>& alike = {}) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string callee = callee_text(program, facts, site);
  const bool own = facts.calls.runs[site.index] == Runs::kCaller;
  const ProcessId server = own ? waited_for(program, facts, function) : ProcessId();

  Finding finding = found_in(reporter, program, function, call_span(program, site));
  const bool rpc = !waits_for_the_cluster(program, facts, site);
  finding.severity = server && rpc                                        ? Severity::kHigh
                     : !alike.empty() || is_run_in_sight(facts, function) ? Severity::kMedium
                                                                          : Severity::kLow;
  const bool chosen = rpc && is_chosen(program, facts, site);
  if (chosen && is_meant(program, facts, site)) finding.severity = Severity::kLow;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " waits for another node without limit: " + callee +
                    (chosen ? " is told to wait for ever" : " has no timeout");
  if (server)
    finding.message += ", and the process " + process_name(program, facts, server) + " that runs it has callers that wait";
  if (!server && own) finding.message += run_by_text(program, facts, function);
  finding.why =
      "A node that was connected and hangs is noticed after net_ticktime only (measured: 62 to 74 s); what runs over there "
      "may wait for ever." +
      (server ? " Meanwhile every call to " + process_name(program, facts, server) + " times out." : std::string());
  finding.fix = fix_for(*facts.calls.external(site), erlang);
  finding.path = {{finding.span, finding.function + " calls " + callee + ", which waits without limit"}};
  constexpr std::size_t kShown = 8;
  for (std::size_t i = 1; i < alike.size() && i < kShown; ++i)
    finding.path.push_back(
        {call_span(program, alike[i]), model::display_function(program, program.function_of(alike[i])) + " waits likewise"});
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

// What a person does with a node, by its name: he sees that it hangs.
bool is_done_by_hand(std::string_view name) {
  constexpr std::array<std::string_view, 12> kDone = {"join", "leave", "stop",    "start",   "restart", "reset",
                                                      "dump", "load",  "upgrade", "migrate", "deploy",  "wait_until"};
  return std::any_of(kDone.begin(), kDone.end(), [&](std::string_view word) { return name.starts_with(word); });
}

// A function for users of something that runs, whoever they are: they wait. One that is written for a person at a console is
// none, and one that catches what the call raises was written by somebody who thought of faults. Of a library that starts
// nothing, and of a function that only hands on what its callers ask for, it is not known who would wait.
bool is_interface(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if ((facts.contexts.of(function).flags & analysis::kFromOutside) == 0 || facts.calls.runs[site.index] != Runs::kCaller)
    return false;
  if (is_run_in_sight(facts, function) || !analysis::handlings_around(program, facts, site).empty()) return false;
  if (facts.supervisors.empty() && facts.processes.processes.empty()) return false;
  if (facts.calls.incoming_of(function).empty() && asks_what_callers_say(program, site)) return false;
  if (is_done_by_hand(program.function(function).name.text())) return false;
  std::string name(program.module(program.module_of(function)).name.text());
  name += program.files->file(program.unit_of(function).file).path;  // test/, simulations/, bench/ …
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 13> kByHand = {"cli",   "ctl",   "console", "admin",   "bench",      "test", "eqc",
                                                        "shell", "debug", "harness", "command", "simulation", "_sim"};
  return std::none_of(kByHand.begin(), kByHand.end(),
                      [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// A process or timer that is started before, which ends or restarts what hangs.
bool is_watched(const Program& program, const Facts& facts, CallId site) {
  for (const CallId other : program.calls_of(program.function_of(site))) {
    if (!(other < site)) break;
    const analysis::External* external = facts.calls.external(other);
    if (external && external->row && (external->row->effects.has(Effect::kSpawn) || external->row->effects.has(Effect::kTimer)))
      return true;
  }
  return false;
}

// Is it done in a server's start or in a clause that others wait for?
bool holds_a_server(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function || facts.calls.runs[site.index] != Runs::kCaller || !in_production(program, facts, function)) return false;
  if (is_watched(program, facts, site)) return false;
  const std::vector<ProcessId>& processes = facts.contexts.of(function).processes;
  const bool starting = std::any_of(processes.begin(), processes.end(), [&](ProcessId id) {
    return facts.process(id).kind == analysis::ProcessKind::kGenServer &&
           facts.process(id).module == program.module_of(function) && program.function(function).name == sym::init;
  });
  return starting || waited_for(program, facts, function);
}

// f(Node, X) -> rpc:call(Node, M, g, [X]): a function that is the call and nothing else. Of a module of such functions one says
// it for all, unless a server runs it that others wait for.
bool is_bare_wrapper(const Program& program, const Facts& facts, CallId site) {
  const FunctionId id = program.function_of(site);
  const Unit& unit = program.unit_of(site);
  const model::Function& function = program.function(id);
  const bool alone = function.clauses.size() == 1 && unit.clause(function.clauses[0]).body == program.call(site).expr;
  return alone && function.has(model::kPublic) && facts.calls.runs[site.index] == Runs::kCaller &&
         !waited_for(program, facts, id);
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;  // clauses of one function that make the same call are one finding
  std::map<ModuleId, std::vector<CallId>> interfaces;     // in functions for users
  std::map<ModuleId, std::vector<CallId>> wrappers;
  for (const CallId site : wanted_calls(program, reporter)) {
    const knowledge::FunctionRow* row = unlimited_rpc(program, facts, site);
    if (!row && waits_for_the_cluster(program, facts, site) && holds_a_server(program, facts, site) &&
        reported.emplace(program.function_of(site), callee_text(program, facts, site)).second)
      report(program, facts, reporter, site);
    if (!row || !in_production(program, facts, program.function_of(site))) continue;
    if (is_own_node(program, facts, site, argument_at(program, site, row->target_argument))) continue;
    if (is_own_node_by_guard(program, site)) continue;
    if (hands_on_a_timeout(program, program.unit_of(site), site)) continue;
    if (!reported.emplace(program.function_of(site), callee_text(program, facts, site)).second) continue;
    if (!is_chosen(program, facts, site) && is_bare_wrapper(program, facts, site) &&
        is_run_in_sight(facts, program.function_of(site)))
      wrappers[program.module_of(program.function_of(site))].push_back(site);
    else if (!is_chosen(program, facts, site) && is_interface(program, facts, site))
      interfaces[program.module_of(program.function_of(site))].push_back(site);
    else
      report(program, facts, reporter, site);
  }
  for (const auto& [module, sites] : wrappers) report(program, facts, reporter, sites.front(), sites);
  // The first says it for all of its module; the others are told apart for whoever wants to see each.
  for (const auto& [module, sites] : interfaces) {
    for (const CallId site : sites) report(program, facts, reporter, site, site == sites.front() ? sites : std::vector<CallId>());
  }
}

}  // namespace

const Rule& rpc_without_timeout() {
  static const Rule rule{{.code = "BW604",
                          .name = "rpc-without-timeout",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A remote call that waits for another node without limit"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
