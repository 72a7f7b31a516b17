// Asking nodes one after the other costs the sum of their answers: one node that hangs holds up the round for a whole timeout, or
// for ever where there is none, and each further one adds its own. The remote call stands in a loop over nodes, or in a function
// that is called in one.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

// Loops that end with the first good answer: asking one after the other is their purpose.
bool ends_early(const analysis::External& external) {
  constexpr std::array<std::string_view, 10> kNames = {"find", "find_value",   "any?",       "any",       "search",
                                                       "all",  "reduce_while", "take_while", "takewhile", "all?"};
  return std::find(kNames.begin(), kNames.end(), external.name.text()) != kNames.end();
}

// Is a variable of the expression bound inside the loop, by its pattern or in its body?
bool changes_in(const Unit& unit, ExprId expr, const model::Expr& loop) {
  for (const model::VariableId variable : variables_in(unit, expr)) {
    if (variable.index >= unit.variables.size()) continue;
    const ExprId binding = unit.variables[variable.index].binding;
    if (binding && unit.expr(binding).begin >= loop.begin && unit.expr(binding).end <= loop.end) return true;
  }
  return false;
}

// Do all ends of the clause at this place call the function again: {badrpc, _} -> collect(Nodes, Rows); More -> collect(…)?
bool goes_on_each_way(const Program& program, const Facts& facts, FunctionId function, std::uint32_t place) {
  const Unit& unit = program.unit_of(function);
  for (const model::ClauseId id : program.function(function).clauses) {
    const model::Clause& clause = unit.clause(id);
    if (place < clause.begin || place >= clause.end || !clause.body) continue;
    bool all = true, any = false;
    analysis::for_each_result(unit, clause.body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      const bool again = e.kind == ExprKind::kCall && facts.calls.callees[unit.first_call + e.payload].function == function;
      all = all && again;
      any = any || again;
    });
    return all && any;
  }
  return false;
}

// Does a function call itself with the rest of the list whose head is the node?
bool is_head_of_list(const Program& program, const Facts& facts, FunctionId function, const Unit& unit, ExprId node) {
  if (unit.expr(node).kind != ExprKind::kVariable) return false;
  const model::VariableId variable(unit.expr(node).payload);
  if (variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return false;
  const ExprId list = unit.parent(unit.variables[variable.index].binding);
  if (!list || unit.expr(list).kind != ExprKind::kList || !unit.expr(list).has(model::kHasTail)) return false;
  if (goes_on_each_way(program, facts, function, unit.expr(node).begin)) return true;
  for (const analysis::Edge& edge : facts.calls.edges_of(function)) {
    // As the last thing it does on every way: a search stops when it has found.
    if (edge.callee == function && edge.runs == Runs::kCaller) {
      const ExprId around = unit.parent(program.call(edge.site).expr);
      return !around || unit.expr(around).kind == ExprKind::kBlock || unit.expr(around).kind == ExprKind::kList;
    }
  }
  return false;
}

// The loop over nodes that the call stands in, where `node` differs from round to round; none when there is none.
ExprId loop_over(const Program& program, const Facts& facts, CallId site, ExprId node) {
  const Unit& unit = program.unit_of(site);
  ExprId below = program.call(site).expr;
  for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kComprehension && changes_in(unit, node, e)) return around;
    if (e.kind != ExprKind::kCall || unit.expr(below).kind != ExprKind::kClosure) continue;
    const CallId call(unit.first_call + e.payload);
    const analysis::External* external = facts.calls.external(call);
    if (!external) continue;
    const bool each = external->module == sym::lists || external->module == sym::maps || external->module == sym::Elixir_Enum;
    if (each && !ends_early(*external) && changes_in(unit, node, unit.expr(below))) return around;
  }
  const FunctionId function = program.function_of(site);
  return is_head_of_list(program, facts, function, unit, node) ? program.call(site).expr : ExprId();
}

// Enum.map(nodes, &Shop.Remote.get/1)
ExprId loop_of_capture(const Program& program, const Facts& facts, CallId capture) {
  const Unit& unit = program.unit_of(capture);
  const ExprId around = unit.parent(program.call(capture).expr);
  if (!around || unit.expr(around).kind != ExprKind::kCall || program.call(capture).arity != 1) return {};
  const analysis::External* external = facts.calls.external(CallId(unit.first_call + unit.expr(around).payload));
  if (!external || (external->module != sym::lists && external->module != sym::Elixir_Enum)) return {};
  return ends_early(*external) ? ExprId() : around;
}

struct Asked {
  CallId site;                // in the loop
  std::vector<CallId> chain;  // down to the remote call
  ExprId loop;
};

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  // The loops that reach a remote call over at most three functions, each of which hands the node on.
  void climb(CallId site, ExprId node, std::vector<CallId> chain, std::vector<Asked>& found) const {
    constexpr std::size_t kMaxChain = 4;
    if (facts_.calls.runs[site.index] != Runs::kCaller || chain.size() == kMaxChain) return;
    chain.insert(chain.begin(), site);
    if (const ExprId loop = loop_over(program_, facts_, site, node)) {
      found.push_back({site, chain, loop});
      return;
    }
    const FunctionId function = program_.function_of(site);
    const Unit& unit = program_.unit_of(site);
    const ExprId value = analysis::local_value(unit, node);
    if (!function || program_.call(site).closure || unit.expr(value).kind != ExprKind::kVariable) return;
    const auto parameter = analysis::parameter_of(unit, program_.function(function), model::VariableId(unit.expr(value).payload));
    if (!parameter) return;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      if (edge.runs != Runs::kCaller || facts_.calls.callers[i] == function) continue;
      if (program_.call(edge.site).capture) {
        const ExprId loop = parameter->index == 0 ? loop_of_capture(program_, facts_, edge.site) : ExprId();
        if (!loop) continue;
        found.push_back({edge.site, chain, loop});
        found.back().chain.insert(found.back().chain.begin(), edge.site);
        continue;
      }
      if (facts_.calls.callees[edge.site.index].function != function) continue;
      if (const ExprId argument = argument_at(program_, edge.site, parameter->index + 1u))
        climb(edge.site, argument, chain, found);
    }
  }

 private:
  const Program& program_;
  const Facts& facts_;
};

void report(const Program& program, const Facts& facts, Reporter& reporter, const Asked& asked) {
  const FunctionId function = program.function_of(asked.site);
  const CallId remote = asked.chain.back();
  const std::string callee = callee_text(program, facts, remote);
  const bool rpc = is_remote_call(facts.calls.external(remote));
  const std::int64_t bound = analysis::bound_at(program, facts, remote, rpc ? Effect::kRpc : Effect::kCall);
  const bool erlang = in_erlang(program, function);
  Finding finding = found_in(reporter, program, function, call_span(program, asked.site));
  // In a task nobody else waits for the round.
  const analysis::Context& context = facts.contexts.of(function);
  const bool held_up = !context.processes.empty() || context.many || (context.flags & analysis::kInRequest) != 0;
  finding.severity = held_up ? Severity::kMedium : Severity::kLow;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " asks one node after the other with " + callee + run_by_text(program, facts, function);
  finding.why = bound == Bound::kInfinite
                    ? "One node that hangs holds the whole round up, for a minute or for ever, and each further one adds its own."
                    : "The round takes the sum of all answers: each node that hangs adds its whole timeout" +
                          (bound > 0 ? " of " + analysis::display_bound(bound) : std::string()) + ".";
  finding.fix = rpc ? (erlang ? "Ask all at once and wait for them together: `erpc:multicall(Nodes, M, F, A, 5000)`."
                              : "Ask all at once and wait for them together: `:erpc.multicall(nodes, m, f, a, 5_000)`.")
                    : (erlang ? "Ask all at once: `gen_server:multi_call(Nodes, Name, Request, 5000)`."
                              : "Ask all at once: `GenServer.multi_call(nodes, name, request, 5_000)`.");
  const Unit& unit = program.unit_of(asked.site);
  finding.path = {{unit.span(asked.loop), "a round for each node"}};
  for (const CallId step : asked.chain) {
    finding.path.push_back({call_span(program, step), model::display_function(program, program.function_of(step)) + " calls " +
                                                          callee_text(program, facts, step) +
                                                          (step == remote ? " and waits for the node" : "")});
  }
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::uint32_t>> reported;  // one a loop
  const Search search(program, facts);
  std::vector<Asked> found;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    const ExprId node = facts.calls.external(site) ? node_waited_for(program, facts, site) : ExprId();
    if (!node || !program.function_of(site)) continue;
    found.clear();
    search.climb(site, node, {}, found);
    for (const Asked& asked : found) {
      const FunctionId function = program.function_of(asked.site);
      if (!in_production(program, facts, function) || !reported.emplace(function, asked.loop.index).second) continue;
      report(program, facts, reporter, asked);
    }
  }
}

}  // namespace

const Rule& sequential_rpc() {
  static const Rule rule{{.code = "BW608",
                          .name = "sequential-rpc",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "Nodes that are asked one after the other"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
