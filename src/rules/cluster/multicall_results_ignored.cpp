// rpc:multicall, erpc:multicall and gen_server:multi_call raise nothing when nodes fail: they say so in what they return. Code
// that drops the answer goes on as if every node had done its part.
#include <algorithm>
#include <array>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::CallResult;
using analysis::ResultUse;

bool is_multicall(const analysis::External* external) {
  if (!external) return false;
  const std::string_view name = external->name.text();
  if (external->module == sym::rpc) return name == "multicall" || name == "multi_server_call" || name == "sbcast";
  if (external->module == sym::erpc) return name == "multicall";
  return name == "multi_call" && (external->module == sym::gen_server || external->module == sym::Elixir_GenServer);
}

bool is_dropped_name(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kWildcard) return true;
  return e.kind == ExprKind::kVariable && e.payload < unit.variables.size() && unit.variable_of(e).name.text().starts_with('_');
}

struct Drop {
  bool dropped = false;
  bool on_purpose = false;  // `_ = …`, {_, _}: somebody saw that there is an answer
  bool only_nodes = false;  // {Results, _}: the nodes that did not answer
};

Drop drop_of(const Program& program, const CallResult& result) {
  const Unit& unit = program.unit(result.place.unit);
  const model::Expr& place = unit.expr(result.place.expr);
  if (place.kind == ExprKind::kMatch) {
    const ExprId pattern = unit.child(result.place.expr, 0);
    if (is_dropped_name(unit, pattern)) return {true, true, false};
    if (unit.expr(pattern).kind != ExprKind::kTuple || unit.expr(pattern).child_count != 2) return {};
    const bool first = is_dropped_name(unit, unit.child(pattern, 0)), second = is_dropped_name(unit, unit.child(pattern, 1));
    return first && second ? Drop{true, true, false} : second ? Drop{true, true, true} : Drop{};
  }
  return {result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused, false, false};
}

// spawn(fun() -> rpc:multicall(…) end), Task.start(fn -> … end): what the closure returns goes nowhere. Of a task that is awaited
// it is the answer.
bool ends_a_process(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  const ExprId closure = program.call(site).closure;
  const ExprId around = closure ? unit.parent(closure) : ExprId();
  if (!around || unit.expr(around).kind != ExprKind::kCall) return false;
  const analysis::External* external = facts.calls.external(CallId(unit.first_call + unit.expr(around).payload));
  if (!external) return false;
  const std::string_view module = external->module.text(), name = external->name.text();
  const bool spawns = (module == "erlang" || module == "proc_lib" || module == "Elixir.Kernel") && name.starts_with("spawn");
  const bool starts = (module == "Elixir.Task" && (name == "start" || name == "start_link")) ||
                      (module == "Elixir.Task.Supervisor" && name == "start_child");
  if (!spawns && !starts) return false;
  bool last = false;
  for (const model::ClauseId id : unit.clauses_of(unit.expr(closure))) {
    if (!unit.clause(id).body) continue;
    analysis::for_each_result(unit, unit.clause(id).body,
                              [&](ExprId result) { last = last || result == program.call(site).expr; });
  }
  return last;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const CallId site : wanted_calls(program, reporter)) {
    const analysis::External* external = facts.calls.external(site);
    if (!is_multicall(external) || program.call(site).capture) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function)) continue;
    std::vector<CallResult> results = analysis::results_of(program, facts, site);
    const bool last = ends_a_process(program, facts, site);
    if (last) results.assign(1, CallResult());
    for (const CallResult& result : results) {
      if (!last && !result.place) continue;
      const Drop drop = last ? Drop{true, false, false} : drop_of(program, result);
      if (!drop.dropped || (drop.only_nodes && external->module == sym::erpc)) continue;
      const std::string callee = callee_text(program, facts, site);
      const bool erlang = in_erlang(program, function);
      Finding finding = found_in(reporter, program, function, call_span(program, site));
      finding.severity = drop.on_purpose ? Severity::kLow : Severity::kMedium;
      finding.confidence = Confidence::kLikely;
      finding.message = finding.function + " drops " + (drop.only_nodes ? "the nodes that did not answer " : "the answers of ") +
                        callee + ": nobody learns which nodes failed";
      finding.why = callee +
                    " raises nothing when a node is out of reach or the function fails over there: it says so in what it " +
                    "returns. The nodes go apart, and whoever asked is told that all went well.";
      finding.fix = erlang
                        ? "Look at both: `{Results, BadNodes} = rpc:multicall(…)`, with {badrpc, _} among the results, and say "
                          "or retry what failed."
                        : "Look at both: `{results, bad_nodes} = :rpc.multicall(…)`, with {:badrpc, _} among the results, and "
                          "say or retry what failed.";
      finding.path = {{finding.span, finding.function + " calls " + callee}};
      if (!result.wrappers.empty())
        finding.path.push_back({call_span(program, result.wrappers.back()), "what it gives is dropped here"});
      finding.key = callee;
      report_weighed(reporter, std::move(finding));
      break;
    }
  }
}

}  // namespace

const Rule& multicall_results_ignored() {
  static const Rule rule{{.code = "BW607",
                          .name = "multicall-results-ignored",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A call to many nodes whose failures nobody looks at"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
