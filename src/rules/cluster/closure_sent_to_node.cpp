// An anonymous function is sent as the name and version of its module with what it captured. It runs on another node only where
// exactly that version is loaded: during a rolling upgrade, or on a node with other releases, it fails with badfun or undef. What
// is sent by name, {Module, Function, Arguments} or fun Module:Function/Arity, has no such tie.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/closures.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// The terms of a call that go to another node.
std::vector<ExprId> sent_terms(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external) return {};
  const std::string_view module = external->module.text(), name = external->name.text();
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (module == "Elixir.Node" && name.starts_with("spawn"))
    return {arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()};
  const bool spawns = module == "erlang" && name.starts_with("spawn");
  if (spawns && (arguments.size() == 2 || arguments.size() == 3)) {
    // spawn(Node, Fun); spawn_opt(Fun, Options) has the closure first, and spawn(M, F, A) none.
    const Unit& unit = program.unit_of(site);
    const ExprId first = analysis::local_value(unit, arguments[0]);
    const bool closure_first = unit.expr(first).kind == ExprKind::kClosure || unit.expr(first).kind == ExprKind::kCapture;
    if (closure_first || is_own_node(program, facts, site, arguments[0])) return {};
    return {arguments[1]};
  }
  if (module == "rpc" || module == "erpc") {
    if (!external->row || name == "yield" || name == "receive_response" || arguments.empty()) return {};
    if (name == "pmap" || name == "parallel_eval") return {};
    if (is_own_node(program, facts, site, arguments[0])) return {};
    return {arguments.begin() + 1, arguments.end()};
  }
  // Agent.update({Name, node}, fn), Task.Supervisor.async({Name, node}, fn).
  const bool runs = module == "Elixir.Agent" || module == "Elixir.Task.Supervisor";
  if (runs && external->row && external->row->closure_argument != 0 && node_of_target(program, facts, site)) {
    const ExprId closure = argument_at(program, site, external->row->closure_argument);
    if (closure) return {closure};
  }
  if (external->row && external->row->message_argument != 0 && node_of_target(program, facts, site)) {
    const ExprId message = argument_at(program, site, external->row->message_argument);
    if (message) return {message};
  }
  return {};
}

// An anonymous function in the term itself, not one whose result is in it: f(fn …) and Enum.map(x, fn …) run here.
ExprId closure_in(const Unit& unit, ExprId term, int depth = 0) {
  constexpr int kMaxNesting = 4;
  const ExprId value = analysis::local_value(unit, term);
  const model::Expr& e = unit.expr(value);
  if (e.kind == ExprKind::kClosure) return value;
  if (e.kind == ExprKind::kCapture && unit.call_of(e).target == model::TargetKind::kLocal) return value;
  if (depth == kMaxNesting || (e.kind != ExprKind::kTuple && e.kind != ExprKind::kList && e.kind != ExprKind::kMap)) return {};
  for (const ExprId child : unit.children_of(value)) {
    if (const ExprId found = closure_in(unit, child, depth + 1)) return found;
  }
  return {};
}

// `when node() == node(Conn)`, of the function clause in which the call stands: everything here is on this node.
bool is_guarded_to_own_node(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const FunctionId function = program.function_of(site);
  if (!function) return false;
  const std::uint32_t at = unit.expr(program.call(site).expr).begin;
  const auto asks = [&](ExprId id) {
    return unit.expr(id).kind == ExprKind::kCall && unit.call_of(unit.expr(id)).name == intern("node");
  };
  for (const model::ClauseId id : program.function(function).clauses) {
    const model::Clause& clause = unit.clause(id);
    if (!clause.guard || at < clause.begin || at >= clause.end) continue;
    return any_below(unit, clause.guard, [&](ExprId part) {
      const model::Expr& e = unit.expr(part);
      if (e.kind != ExprKind::kOperator || e.child_count != 2) return false;
      const std::string_view sign = e.symbol().text();
      if (sign != "==" && sign != "=:=" && sign != "===") return false;
      return (asks(unit.child(part, 0)) && unit.expr(unit.child(part, 0)).child_count == 0) ||
             (asks(unit.child(part, 1)) && unit.expr(unit.child(part, 1)).child_count == 0);
    });
  }
  return false;
}

// The module starts its other nodes by itself, with its own code: slave:start, peer:start.
bool starts_nodes(const Program& program, const Facts& facts, ModuleId module) {
  for (const FunctionId function : program.functions_of(module)) {
    for (const CallId site : program.calls_of(function)) {
      const analysis::External* external = facts.calls.external(site);
      if (!external || !external->name.text().starts_with("start")) continue;
      const std::string_view name = external->module.text();
      if (name == "slave" || name == "peer" || name == "ct_slave" || name == "test_server" || name == "pool") return true;
    }
  }
  return false;
}

// The server over there is in sight, and its module has no place that runs a function which somebody gave it: it keeps the
// function, or sends it back.
bool is_only_carried(const Program& program, const Facts& facts, CallId leaves) {
  const FunctionId sender = program.function_of(leaves);
  if (!sender) return false;
  for (const MessageId id : facts.messages.by_function[sender.index]) {
    const Message& message = facts.message(id);
    if (message.site != leaves || !message.receiver) continue;
    const Process& process = facts.process(message.receiver);
    if (process.handlers.count == 0) return false;
    for (const FunctionId function : program.functions_of(process.module)) {
      if (!analysis::supplied_code(program, facts, function).empty()) return false;
    }
    return true;
  }
  return false;
}

struct Sent {
  CallId site;     // where the closure is written or handed over
  CallId leaves;   // what sends it
  ExprId closure;  // in the unit of `site`
};

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  void look_at(CallId site, std::vector<Sent>& found) const {
    for (const ExprId term : sent_terms(program_, facts_, site)) follow(site, site, term, 0, found);
  }

 private:
  // A closure in the term, or the ones that callers hand in for a parameter which is sent.
  void follow(CallId leaves, CallId site, ExprId term, int depth, std::vector<Sent>& found) const {
    constexpr int kMaxCallers = 2;
    const Unit& unit = program_.unit_of(site);
    if (const ExprId closure = closure_in(unit, term)) {
      found.push_back({site, leaves, closure});
      return;
    }
    if (depth < kMaxCallers) ask_callers(leaves, site, analysis::local_value(unit, term), depth, found);
  }

  // The value is sent, or a part of what is: {query, Fun}.
  void ask_callers(CallId leaves, CallId site, ExprId value, int depth, std::vector<Sent>& found) const {
    const Unit& unit = program_.unit_of(site);
    const FunctionId function = program_.function_of(site);
    const model::Expr& e = unit.expr(value);
    if (e.kind == ExprKind::kTuple || e.kind == ExprKind::kList) {
      for (const ExprId child : unit.children_of(value)) {
        if (unit.expr(child).kind == ExprKind::kVariable) ask_callers(leaves, site, child, depth, found);
      }
    }
    if (!function || e.kind != ExprKind::kVariable) return;
    const auto parameter = analysis::parameter_of(unit, program_.function(function), model::VariableId(e.payload));
    if (!parameter) return;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      if (edge.callee != function || facts_.calls.callees[edge.site.index].function != function) continue;
      if (facts_.calls.callers[i] == function || program_.call(edge.site).capture) continue;
      if (const ExprId argument = argument_at(program_, edge.site, parameter->index + 1u))
        follow(leaves, edge.site, argument, depth + 1, found);
    }
  }

  const Program& program_;
  const Facts& facts_;
};

void report(const Program& program, const Facts& facts, Reporter& reporter, const Sent& sent) {
  const FunctionId function = program.function_of(sent.site);
  const Unit& unit = program.unit_of(sent.site);
  const std::string callee = callee_text(program, facts, sent.leaves);
  const bool erlang = in_erlang(program, function);
  Finding finding = found_in(reporter, program, function, call_span(program, sent.site));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " sends an anonymous function to another node with " + callee;
  finding.why =
      "A function without a name runs over there only where exactly this version of its module is loaded: during a rolling "
      "upgrade, and on nodes without the module, it fails with badfun or undef.";
  finding.fix = erlang
                    ? "Send a name: `erpc:call(Node, Module, Function, Arguments)`, spawn(Node, M, F, A), or in a message `fun "
                      "Module:Function/1`."
                    : "Send a name: `:erpc.call(node, Module, :function, args)`, Node.spawn(node, m, f, a), or in a message "
                      "`&Module.function/1`.";
  finding.path = {{unit.span(sent.closure), "the function, tied to this version of the module"}};
  if (sent.site != sent.leaves) {
    finding.path.push_back(
        {call_span(program, sent.site), finding.function + " calls " + callee_text(program, facts, sent.site)});
  }
  finding.path.push_back({call_span(program, sent.leaves), callee + " sends it to another node"});
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::uint32_t>> reported;
  const Search search(program, facts);
  std::vector<Sent> found;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    if (!facts.calls.external(site) || program.call(site).capture || !program.function_of(site)) continue;
    if (!in_production(program, facts, program.function_of(site))) continue;
    found.clear();
    search.look_at(site, found);
    for (const Sent& sent : found) {
      const FunctionId function = program.function_of(sent.site);
      if (!function || !in_production(program, facts, function)) continue;
      if (is_guarded_to_own_node(program, sent.site) || is_guarded_to_own_node(program, sent.leaves)) continue;
      if (starts_nodes(program, facts, program.module_of(function)) || is_only_carried(program, facts, sent.leaves)) continue;
      if (reported.emplace(function, sent.closure.index).second) report(program, facts, reporter, sent);
    }
  }
}

}  // namespace

const Rule& closure_sent_to_node() {
  static const Rule rule{{.code = "BW612",
                          .name = "closure-sent-to-node",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "An anonymous function that another node must have in the same version"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
