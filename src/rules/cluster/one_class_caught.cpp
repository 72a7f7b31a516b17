// What a call over the network raises has three classes. erpc:call raises error:{erpc, _} when the node is out of reach, but what
// the function over there exits with or throws arrives as an exit or a throw (kernel: erpc). A request to a process and its stop
// exit with noproc, but also with {nodedown, Node}, noconnection and timeout (stdlib: gen_server, proc_lib). Code that catches
// one of them shows that it means to survive a failure, and dies of the others.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/multicall_items.h"
#include "rules/nodes.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Handling;

struct Gap {
  std::string missing;  // "exit and throw"
  std::string example;  // "a request over there that times out exits"
  std::string fix;
  source::Span caught;  // the clause that catches the others
  Severity severity = Severity::kMedium;
  Confidence confidence = Confidence::kLikely;
};

bool names_atom(const Unit& unit, ExprId root, std::string_view text) {
  return any_below(unit, root,
                   [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol().text() == text; });
}

// The function that an erpc:call runs over there, where it is written and in sight.
FunctionId function_over_there(const Facts& facts, FunctionId caller, CallId site) {
  for (const analysis::Edge& edge : facts.calls.edges_of(caller)) {
    if (edge.site == site && edge.runs != analysis::Runs::kCaller) return edge.callee;
  }
  return {};
}

// Of a function in sight it is known whether it may; of a library's that is written by name nothing speaks for it. What callers
// choose may do anything.
bool may_exit_over_there(const Program& program, const Facts& facts, FunctionId caller, CallId site) {
  if (const FunctionId there = function_over_there(facts, caller, site)) {
    const analysis::EffectSet effects = facts.effects.all[there.index];
    return effects.has(Effect::kCall) || effects.has(Effect::kAwait) || effects.has(Effect::kExit);
  }
  const Unit& unit = program.unit_of(site);
  const ExprId module = argument_at(program, site, 2), name = argument_at(program, site, 3);
  if (!module || !name || arguments_of(program, site).size() < 4) return true;  // a closure
  if (analysis::atom_value(unit, name) == intern("module_info") || analysis::atom_value(unit, name) == intern("__info__"))
    return false;
  return !analysis::atom_value(unit, module);
}

// error:{erpc, _}: every way in which erpc itself fails, but for what exits over there.
bool takes_erpc_errors(const Program& program, const Handling& handling) {
  if ((handling.classes & analysis::kErrorClass) == 0 || !handling.reason) return false;
  const Unit& unit = program.unit(handling.reason.unit);
  return analysis::any_below(unit, handling.reason.expr, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    return e.kind == ExprKind::kTuple && e.child_count == 2 && analysis::atom_value(unit, unit.child(id, 0)) == sym::erpc;
  });
}

std::optional<Gap> gap_of_erpc(const Program& program, const Facts& facts, CallId site, const std::vector<Handling>& handlings) {
  std::uint8_t caught = 0;
  const Handling* shown = nullptr;
  for (const Handling& h : handlings) {
    if (h.aftermath == analysis::Aftermath::kExits) continue;
    if (takes_erpc_errors(program, h)) caught |= analysis::kErrorClass;
    if (!h.takes_all_reasons()) continue;
    caught |= h.classes;
    if (!shown) shown = &h;
  }
  if (!shown || caught == analysis::kAllClasses) return {};
  caught |= analysis::classes_caught(program, facts, site, true);
  const bool error = (caught & analysis::kErrorClass) != 0, exit = (caught & analysis::kExitClass) != 0;
  if (error && exit) return {};  // a throw that is caught nowhere is rare
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  Gap gap;
  const Unit& unit = program.unit(shown->try_expr.unit);
  gap.caught = {unit.file, unit.clause(shown->clause).begin, unit.clause(shown->clause).end};
  if (!error) {
    gap.missing = "error";
    gap.example = "a node that is out of reach is an error, {erpc, noconnection}";
    gap.fix = erlang ? "Catch error:{erpc, Reason} as well, or every class: `_:Reason -> {error, Reason}`."
                     : "Catch every class: `catch kind, reason -> {:error, {kind, reason}}`.";
    return gap;
  }
  if (!may_exit_over_there(program, facts, function, site)) gap.severity = Severity::kLow;
  gap.missing = (caught & analysis::kThrowClass) != 0 ? "exit" : "exit and throw";
  gap.example = "a request that times out over there is an exit here";
  gap.fix = erlang ? "Catch every class: `_:Reason -> {error, Reason}`."
                   : "Catch every class beside rescue: `catch kind, reason -> {:error, {kind, reason}}`.";
  return gap;
}

// What is asked may be on another node: {Name, Node}; or a server that somebody gave to a module which names processes so.
enum class Remote : std::uint8_t { kNo, kMaybe, kYes };
Remote is_remote(const Program& program, const Facts& facts, CallId site) {
  if (node_of_target(program, facts, site)) return Remote::kYes;
  const analysis::External* external = facts.calls.external(site);
  const ExprId written = argument_at(program, site, std::max<std::size_t>(1, external->row ? external->row->target_argument : 1));
  if (!written) return Remote::kNo;
  const Unit& unit = program.unit_of(site);
  const FunctionId function = program.function_of(site);
  const ExprId target = analysis::local_value(unit, written);
  if (unit.expr(target).kind != ExprKind::kVariable || !program.function(function).has(model::kPublic)) return Remote::kNo;
  const auto parameter = analysis::parameter_of(unit, program.function(function), model::VariableId(unit.expr(target).payload));
  if (!parameter || !names_processes_by_node(program, program.module_of(function))) return Remote::kNo;
  return Remote::kMaybe;
}

bool is_request(const analysis::External* external) {
  if (!external) return false;
  const std::string_view module = external->module.text(), name = external->name.text();
  const bool server = module == "gen_server" || module == "gen_statem" || module == "gen_event" || module == "Elixir.GenServer" ||
                      module == "Elixir.GenStateMachine" || module == "Elixir.Agent" || module == "Elixir.GenStage" ||
                      module == "proc_lib" || module == "sys";
  return server && (name == "call" || name == "stop");
}

// Is there another call in the body that may raise? `{:ok, GenServer.call(…)}` is the call alone.
bool does_more(const Unit& unit, ExprId body, ExprId call) {
  return any_below(unit, body, [&](ExprId id) {
    const ExprKind kind = unit.expr(id).kind;
    if (kind != ExprKind::kCall && kind != ExprKind::kCase) return false;
    const bool inside = unit.expr(id).begin >= unit.expr(call).begin && unit.expr(id).end <= unit.expr(call).end;
    return !inside;
  });
}

// try GenServer.call({name, node}, …) catch :error, _ -> …: a request that fails exits, whatever the reason; it raises no error.
std::optional<Gap> gap_of_errors_only(const Program& program, const Facts& facts, CallId site,
                                      const std::vector<Handling>& handlings) {
  const Handling* shown = nullptr;
  for (const Handling& h : handlings) {
    if ((h.classes & analysis::kExitClass) != 0) return {};
    if ((h.classes & analysis::kErrorClass) != 0 && h.takes_all_reasons() && h.aftermath != analysis::Aftermath::kExits &&
        !shown) {
      shown = &h;
    }
  }
  if (!shown || is_remote(program, facts, site) != Remote::kYes) return {};
  // More than the call in the try: its handler may be meant for that.
  const Unit& unit = program.unit(shown->try_expr.unit);
  ExprId body = unit.child(shown->try_expr.expr, 0);
  if (does_more(unit, body, program.call(site).expr)) return {};
  if ((analysis::classes_caught(program, facts, site, true) & analysis::kExitClass) != 0) return {};
  const bool erlang = in_erlang(program, program.function_of(site));
  Gap gap;
  gap.caught = {unit.file, unit.clause(shown->clause).begin, unit.clause(shown->clause).end};
  gap.missing = "exit, which is all that a request raises";
  gap.example = "a node that is gone, a process that is not there and a timeout are exits";
  gap.fix = erlang ? "Catch exits: `exit:Reason -> {error, Reason}`." : "Catch exits: `catch :exit, reason -> {:error, reason}`.";
  return gap;
}

std::optional<Gap> gap_of_request(const Program& program, const Facts& facts, CallId site,
                                  const std::vector<Handling>& handlings) {
  const Handling* shown = nullptr;
  bool only_timeout = false;
  for (const Handling& h : handlings) {
    if ((h.classes & analysis::kExitClass) == 0) continue;
    const Unit& unit = program.unit(h.reason ? h.reason.unit : h.try_expr.unit);
    const bool timeout = h.reason && names_atom(unit, h.reason.expr, "timeout");
    if (!h.reason || (!timeout && !names_atom(unit, h.reason.expr, "noproc"))) return {};  // others may be meant
    only_timeout = only_timeout || timeout;
    if (unit.clause(h.clause).guard) return {};
    if (!shown) shown = &h;
  }
  if (!shown) return {};
  for (const Handling& h : handlings) {
    const Unit& unit = program.unit(h.try_expr.unit);
    for (const std::string_view word : {"nodedown", "noconnection", "timeout"}) {
      if (only_timeout && word == "timeout") continue;
      if (h.reason && names_atom(unit, h.reason.expr, word)) return {};
    }
  }
  const Remote remote = is_remote(program, facts, site);
  if (remote == Remote::kNo || (analysis::classes_caught(program, facts, site, true) & analysis::kExitClass) != 0) return {};
  if (only_timeout && remote != Remote::kYes) return {};
  const bool erlang = in_erlang(program, program.function_of(site));
  const Unit& unit = program.unit(shown->try_expr.unit);
  Gap gap;
  gap.caught = {unit.file, unit.clause(shown->clause).begin, unit.clause(shown->clause).end};
  gap.missing = erlang ? "{nodedown, Node}" : "{:nodedown, node}";
  if (!only_timeout) gap.missing += erlang ? " and timeout" : " and :timeout";
  gap.example = only_timeout ? "a node that is gone ends the call with it at once, and not with timeout"
                             : "a node that is gone, or hangs, ends the call with them and not with noproc";
  gap.fix =
      erlang
          ? "Take them in clauses of their own: `exit:{{nodedown, _}, _} -> …; exit:{timeout, _} -> …` (of a stop "
            "`exit:{{nodedown, _}, _}` and `exit:timeout`), or any reason: `exit:Reason -> {error, Reason}`."
          : "Take any reason: `catch :exit, reason -> {:error, reason}`, or clauses for {{:nodedown, _}, _} and {:timeout, _}.";
  if (remote == Remote::kMaybe) gap.confidence = Confidence::kPossible;
  return gap;
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, const Gap& gap) {
  const FunctionId function = program.function_of(site);
  const std::string callee = callee_text(program, facts, site);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = gap.severity;
  finding.confidence = gap.confidence;
  finding.message = finding.function + " catches what " + callee + " raises, but not " + gap.missing;
  finding.why = "Who calls this expects a value, and gets an exception: " + gap.example + ".";
  finding.fix = gap.fix;
  finding.path = {{finding.span, finding.function + " calls " + callee + run_by_text(program, facts, function)},
                  {gap.caught, "this takes one kind of failure; " + gap.missing + " goes past it"}};
  finding.key = callee + " " + gap.missing;
  report_weighed(reporter, std::move(finding));
}

// The answers of erpc:multicall go into clauses for ok and error: an exit or a throw over there matches none.
void check_items(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function || !in_production(program, facts, function)) return;
  const Unit& unit = program.unit_of(site);
  for (const ItemClauses& items : item_clauses(program, facts, site, false)) {
    const bool error = takes_tagged(unit, items.clauses, sym::error), exit = takes_tagged(unit, items.clauses, sym::exit);
    if ((error && exit) || !takes_tagged(unit, items.clauses, sym::ok)) continue;
    Gap gap;
    gap.missing = error ? "exit and throw" : "error, exit and throw";
    gap.example = error ? "a request that times out over there is {exit, _} among the answers, and matches no clause"
                        : "a node that is out of reach is {error, {erpc, noconnection}} among the answers, and matches no clause";
    gap.fix = "Take the answers of every class: a clause for {ok, Value}, and one for {Class, Reason}.";
    gap.caught = call_span(program, items.consumer);
    return report(program, facts, reporter, site, gap);
  }
}

// `case erpc:call(…) of {badrpc, _} -> …`, also where a function hands the answer on: erpc never answers so, it raises.
const analysis::ExprRef* badrpc_clause(const Program& program, const std::vector<analysis::CallResult>& results) {
  for (const analysis::CallResult& result : results) {
    for (const analysis::ExprRef& shape : result.shapes) {
      const Unit& unit = program.unit(shape.unit);
      const model::Expr& e = unit.expr(shape.expr);
      if (e.kind != ExprKind::kTuple || e.child_count != 2) continue;
      if (analysis::atom_value(unit, unit.child(shape.expr, 0)) == intern("badrpc")) return &shape;
    }
  }
  return nullptr;
}

void check_badrpc_of_erpc(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!analysis::handlings_around(program, facts, site).empty()) return;
  if ((analysis::classes_caught(program, facts, site, true) & analysis::kErrorClass) != 0) return;
  const std::vector<analysis::CallResult> results = analysis::results_of(program, facts, site);
  const analysis::ExprRef* clause = badrpc_clause(program, results);
  if (!clause) return;
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string tuple = erlang ? "{badrpc, Reason}" : "{:badrpc, reason}";
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " is expected to answer " + tuple + ", and erpc:call raises instead";
  finding.why = "rpc:call answers " + tuple +
                " when the node is out of reach; erpc:call raises {erpc, Reason} (kernel: erpc). The clause "
                "is never taken, and who calls this ends of an ordinary network fault.";
  finding.fix =
      erlang ? "Catch it: `try erpc:call(…) catch error:{erpc, Reason} -> {badrpc, Reason} end`, or use rpc:call with a timeout."
             : "Catch it: `rescue e in ErlangError -> {:badrpc, e.original}`, or use :rpc.call with a timeout.";
  const Unit& unit = program.unit(clause->unit);
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)},
                  {unit.span(clause->expr), "this clause is never taken"}};
  finding.key = "badrpc of erpc";
  report_weighed(reporter, std::move(finding));
}

// ra asks a server on whatever node it is, and answers {error, noproc}, {error, nodedown} and {error, shutdown} alike for one
// that is not there (ra_server_proc: gen_statem_safe_call).
bool answers_errors_of_nodes(const analysis::External* external) {
  constexpr std::array<std::string_view, 10> kNames = {
      "process_command", "consistent_query", "leader_query",  "local_query",         "members",
      "initial_members", "add_member",       "remove_member", "leave_and_terminate", "transfer_leadership"};
  return external && external->module.text() == "ra" &&
         std::find(kNames.begin(), kNames.end(), external->name.text()) != kNames.end();
}

// The clause of the case around the answer that takes {error, noproc} alone and asks again.
model::ClauseId retry_of_noproc(const Program& program, const Facts& facts, FunctionId function, ExprId around) {
  const Unit& unit = program.unit_of(function);
  if (unit.expr(around).kind != ExprKind::kCase) return {};
  model::ClauseId retry;
  for (const model::ClauseId id : unit.clauses_of(unit.expr(around))) {
    const model::Clause& clause = unit.clause(id);
    if (unit.patterns_of(clause).empty()) return {};
    const ExprId pattern = unit.patterns_of(clause)[0];
    for (const std::string_view word : {"nodedown", "noconnection"}) {
      if (names_atom(unit, pattern, word) || (clause.guard && names_atom(unit, clause.guard, word))) return {};
    }
    if (retry || !names_atom(unit, pattern, "noproc") || !names_atom(unit, pattern, "error")) continue;
    const bool again = any_below(unit, clause.body, [&](ExprId at) {
      if (unit.expr(at).kind != ExprKind::kCall) return false;
      return facts.calls.callees[unit.first_call + unit.expr(at).payload].function == function;
    });
    if (again) retry = id;
  }
  return retry;
}

void check_error_list(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function || program.call(site).capture || !in_production(program, facts, function)) return;
  const Unit& unit = program.unit_of(site);
  const ExprId around = unit.parent(program.call(site).expr);
  const model::ClauseId clause = around ? retry_of_noproc(program, facts, function, around) : model::ClauseId();
  if (!clause) return;
  const bool erlang = in_erlang(program, function);
  const std::string callee = callee_text(program, facts, site), down = erlang ? "{error, nodedown}" : "{:error, :nodedown}";
  const ExprId pattern = unit.patterns_of(unit.clause(clause))[0];
  Finding finding = found_in(reporter, program, function, unit.span(pattern));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " asks again where " + callee + " finds no process, but not where the node itself is gone";
  finding.why =
      "A server that is not there is answered with noproc while its node runs, and with nodedown when the node has gone with it "
      "(ra_server_proc). That one is handed to the caller, as a failure that another try would have mended.";
  finding.fix = "Take " + down + " (and noconnection, shutdown) in the same clause, within the same limit of time.";
  finding.path = {{call_span(program, site), finding.function + " calls " + callee},
                  {finding.span, "this takes noproc; nodedown goes past it"}};
  finding.key = callee + " noproc";
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::uint32_t>> reported;  // one a handler
  const Symbol call = intern("call"), multicall = intern("multicall");
  for (const CallId site : wanted_calls(program, reporter)) {
    const analysis::External* external = facts.calls.external(site);
    if (external && external->module == sym::erpc && external->name == multicall && !program.call(site).capture) {
      check_items(program, facts, reporter, site);
    }
    if (answers_errors_of_nodes(external)) check_error_list(program, facts, reporter, site);
    const bool erpc = external && external->module == sym::erpc && external->name == call;
    if ((!erpc && !is_request(external)) || program.call(site).capture) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function)) continue;
    if (erpc) check_badrpc_of_erpc(program, facts, reporter, site);
    const std::vector<Handling> handlings = analysis::handlings_around(program, facts, site);
    if (handlings.empty()) continue;
    std::optional<Gap> gap =
        erpc ? gap_of_erpc(program, facts, site, handlings) : gap_of_request(program, facts, site, handlings);
    if (!gap && !erpc) gap = gap_of_errors_only(program, facts, site, handlings);
    if (gap && reported.emplace(function, gap->caught.begin).second) report(program, facts, reporter, site, *gap);
  }
}

}  // namespace

const Rule& one_class_caught() {
  static const Rule rule{{.code = "BW606",
                          .name = "one-class-caught",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A call over the network whose failures are caught only in part"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
