// Each node computes for itself who leads, or which of two processes stays, out of what differs from node to node: the list of
// nodes in sight, or clocks. In a split each side has its own list and so its own leader; two clocks never agree, and the nodes
// may each keep, or each stop, another one.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Expr;

// nodes(), Node.list(), and the members of a group on all nodes, which differ from side to side just so.
bool asks_for_nodes(const model::Call& call) {
  const std::string_view name = call.name.text();
  return (name == "nodes" && call.module != intern("Elixir.Node") && call.arity <= 1) ||
         (name == "list" && call.module == sym::Elixir_Node) ||
         (name == "get_members" && (call.module.text() == "pg" || call.module.text() == "pg2"));
}

bool lists_nodes(const Unit& unit, ExprId root) {
  return any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(e);
    return asks_for_nodes(call);
  });
}

// The list itself, or what is made of it: [node() | nodes()], lists:sort(Nodes).
bool is_list_of_nodes(const Unit& unit, ExprId expr) {
  const ExprId list = analysis::local_value(unit, expr);
  if (lists_nodes(unit, list)) return true;
  if (unit.expr(list).kind != ExprKind::kCall) return false;
  for (const ExprId argument : unit.children_of(list)) {
    if (lists_nodes(unit, analysis::local_value(unit, argument))) return true;
  }
  return false;
}

bool is_first_of(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"min", "max", "hd", "first", "last", "first!", "nth", "at"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// `case Subject of First when First =:= node() -> …`: the subject of which a variable is the whole pattern.
ExprId subject_of(const Unit& unit, ExprId variable) {
  const model::VariableId id(unit.expr(variable).payload);
  if (!id || id.index >= unit.variables.size() || !unit.variables[id.index].binding) return {};
  const ExprId binding = unit.variables[id.index].binding;
  for (ExprId around = unit.parent(variable); around; around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
    for (const model::ClauseId clause : unit.clauses_of(e)) {
      const auto patterns = unit.patterns_of(unit.clause(clause));
      if (patterns.size() == 1 && patterns[0] == binding) return analysis::local_value(unit, unit.child(around, 0));
    }
  }
  return {};
}

// `[Leader | _] = lists:sort(Nodes)`, `case Nodes of [Leader | _]`: the list of which a variable is the first element.
ExprId list_begun_by(const Unit& unit, ExprId variable) {
  const model::VariableId id(unit.expr(variable).payload);
  if (!id || id.index >= unit.variables.size() || !unit.variables[id.index].binding) return {};
  const ExprId binding = unit.variables[id.index].binding;
  const ExprId list = unit.parent(binding);
  if (!list || unit.expr(list).kind != ExprKind::kList || unit.child(list, 0) != binding) return {};
  for (ExprId around = unit.parent(list); around; around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kMatch && unit.child(around, 0) == list) return unit.child(around, 1);
    if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
    for (const model::ClauseId clause : unit.clauses_of(e)) {
      const auto patterns = unit.patterns_of(unit.clause(clause));
      if (patterns.size() == 1 && patterns[0] == list) return unit.child(around, 0);
    }
  }
  return {};
}

// Functions that give one of the nodes in sight: leader() -> hd(lists:sort([node() | nodes()])).
using Pickers = std::set<FunctionId>;

// The call that picks one of the nodes in sight by its place in their order: Enum.min([node() | Node.list()]), hd(lists:sort(…)).
ExprId pick_of_nodes(const Facts& facts, const Pickers& pickers, const Unit& unit, ExprId expr) {
  ExprId value = analysis::local_value(unit, expr);
  if (unit.expr(value).kind == ExprKind::kVariable) {
    if (const ExprId list = list_begun_by(unit, value)) return is_list_of_nodes(unit, list) ? list : ExprId();
    if (const ExprId subject = subject_of(unit, value)) value = subject;
  }
  const Expr& e = unit.expr(value);
  if (e.kind != ExprKind::kCall) return {};
  const FunctionId callee = facts.calls.callees[unit.first_call + e.payload].function;
  if (callee && pickers.count(callee) != 0) return value;
  if (e.child_count == 0) return {};
  const std::string_view name = unit.call_of(e).name.text();
  if (!is_first_of(name)) return {};
  for (const ExprId argument : unit.children_of(value)) {
    if (is_list_of_nodes(unit, argument)) return value;
  }
  return {};
}

bool is_node_call(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(analysis::local_value(unit, expr));
  if (e.kind == ExprKind::kPin) return false;
  if (e.kind != ExprKind::kCall) return false;
  const model::Call& call = unit.call_of(e);
  return call.arity == 0 && (call.name == intern("node") || (call.name == sym::self && call.module == sym::Elixir_Node));
}

// A comparison with this node, `Enum.min(…) == node()`, also as `case Enum.min(…) of Self when Self =:= node()`.
ExprId leadership(const Facts& facts, const Pickers& pickers, const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kOperator || e.child_count != 2) return {};
  const std::string_view name = e.symbol().text();
  if (name != "==" && name != "===" && name != "=:=" && name != "!=" && name != "=/=" && name != "/=" && name != "!==") return {};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!is_node_call(unit, unit.child(id, i))) continue;
    if (const ExprId pick = pick_of_nodes(facts, pickers, unit, unit.child(id, 1 - i))) return pick;
  }
  return {};
}

// `case lists:sort(Nodes) of [Self | _] -> …`, where Self is this node.
bool begins_with_this_node(const Unit& unit, ExprId pattern) {
  const Expr& list = unit.expr(pattern);
  if (list.kind != ExprKind::kList || list.child_count != 2 || !list.has(model::kHasTail)) return false;
  ExprId first = unit.child(pattern, 0);
  if (unit.expr(first).kind == ExprKind::kPin) first = unit.child(first, 0);
  return unit.expr(first).kind == ExprKind::kVariable && !unit.expr(first).has(model::kBinds) && is_node_call(unit, first);
}

ExprId leadership_by_pattern(const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kCase || e.child_count == 0 || !is_list_of_nodes(unit, unit.child(id, 0))) return {};
  for (const model::ClauseId clause : unit.clauses_of(e)) {
    const auto patterns = unit.patterns_of(unit.clause(clause));
    if (patterns.size() == 1 && begins_with_this_node(unit, patterns[0])) return unit.child(id, 0);
  }
  return {};
}

// Enum.all?(Node.list(), &(node() < &1)), not lists:any(fun(Node) -> Node < node() end, nodes()): this node against each other.
ExprId leadership_over_each(const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kCall || e.child_count != 2) return {};
  const std::string_view name = unit.call_of(e).name.text();
  if (name != "all?" && name != "any?" && name != "all" && name != "any") return {};
  ExprId test;
  bool over_nodes = false;
  for (const ExprId argument : unit.children_of(id)) {
    if (unit.expr(argument).kind == ExprKind::kClosure)
      test = argument;
    else
      over_nodes = over_nodes || is_list_of_nodes(unit, argument);
  }
  const bool compares = test && over_nodes && any_below(unit, test, [&](ExprId at) {
                          const Expr& o = unit.expr(at);
                          if (o.kind != ExprKind::kOperator || o.child_count != 2) return false;
                          const std::string_view sign = o.symbol().text();
                          if (sign != "<" && sign != ">" && sign != "<=" && sign != "=<" && sign != ">=") return false;
                          const ExprId left = unit.child(at, 0), right = unit.child(at, 1);
                          return (is_node_call(unit, left) && unit.expr(right).kind == ExprKind::kVariable) ||
                                 (is_node_call(unit, right) && unit.expr(left).kind == ExprKind::kVariable);
                        });
  return compares ? id : ExprId();
}

bool is_time_name(std::string_view name) {
  std::string low(name);
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view word : {"time", "timestamp", "clock", "inserted", "started", "since"}) {
    if (low.find(word) != std::string::npos)
      return low.find("timeout") == std::string::npos && low.find("timer") == std::string::npos;
  }
  return low.starts_with("ts") && low.size() <= 3;
}

// A variable or field named after a time, as one of a pair: time1 and time2, a.time and b.time.
std::string time_of(const Program& program, const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kVariable && is_time_name(unit.variable_of(e).name.text()))
    return std::string(unit.variable_of(e).name.text());
  if (e.kind == ExprKind::kField && is_time_name(e.symbol().text())) return source_text(program, unit, expr, 30);
  return {};
}

// time1 < time2, DateTime.compare(a.inserted_at, b.inserted_at)
bool compares_times(const Program& program, const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  std::vector<ExprId> sides;
  if (e.kind == ExprKind::kOperator && e.child_count == 2) {
    const std::string_view name = e.symbol().text();
    if (name != "<" && name != ">" && name != "<=" && name != ">=" && name != "=<") return false;
    sides = {unit.child(id, 0), unit.child(id, 1)};
  } else if (e.kind == ExprKind::kCall && e.child_count == 2) {
    const model::Call& call = unit.call_of(e);
    if (call.name != intern("compare") || !call.module.text().ends_with("DateTime")) return false;
    sides = {unit.child(id, 0), unit.child(id, 1)};
  } else {
    return false;
  }
  const std::string a = time_of(program, unit, sides[0]), b = time_of(program, unit, sides[1]);
  return !a.empty() && !b.empty() && a != b;
}

// Does the function's name, or that of one which calls it in its module, say that it settles conflicts between nodes?
bool settles_conflicts(const Program& program, const Facts& facts, FunctionId function, int depth = 0) {
  const std::string_view name = program.function(function).name.text();
  if (name.find("conflict") != std::string_view::npos || name.find("resolve_registry") != std::string_view::npos) return true;
  if (depth == 2) return false;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const FunctionId caller = facts.calls.callers[i];
    if (caller != function && program.module_of(caller) == program.module_of(function) &&
        settles_conflicts(program, facts, caller, depth + 1))
      return true;
  }
  return false;
}

// The two sides of such a conflict are processes: the function takes two pids.
bool takes_pids(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  std::size_t pids = 0;
  for (const model::ClauseId clause : program.function(function).clauses) {
    std::size_t here = 0;
    for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
      for (const model::VariableId variable : variables_in(unit, pattern)) {
        std::string low(unit.variables[variable.index].name.text());
        std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        here += low.find("pid") != std::string::npos || low.find("node") != std::string::npos;
      }
    }
    pids = std::max(pids, here);
  }
  return pids >= 2;
}

void report_leader(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function, ExprId place) {
  const Unit& unit = program.unit_of(function);
  const bool erlang = in_erlang(program, function);
  Finding finding = found_in(reporter, program, function, unit.span(place));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " takes this node for the leader when it comes first among the nodes in sight" +
                    run_by_text(program, facts, function);
  finding.why =
      "Each side of a split sees its own nodes and has its own leader, and a node that is just connecting is alone and leads: "
      "what only the leader may do is done twice.";
  finding.fix =
      erlang ? "Let a lock or a consensus decide: global:set_lock/3 with the nodes that must agree, ra, or a row in a shared "
               "database; or make the work safe to be done twice."
             : "Let a lock or a consensus decide: :global.set_lock/3 with the nodes that must agree, a database lock (Oban, "
               "Postgrex), :ra; or make the work safe to be done twice.";
  finding.path = {{finding.span, "the first of the nodes that this one happens to see"}};
  finding.key = "leader";
  report_weighed(reporter, std::move(finding));
}

void report_clocks(const Program& program, Reporter& reporter, FunctionId function, ExprId place) {
  const Unit& unit = program.unit_of(function);
  Finding finding = found_in(reporter, program, function, unit.span(place));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message =
      finding.function + " decides a conflict between nodes by their clocks: `" + source_text(program, unit, place) + "`";
  finding.why =
      "Each node compares times that another one's clock gave, and may hold other times for the same two processes: the nodes "
      "can decide differently, so that both stay or both are stopped.";
  finding.fix =
      "Decide by what is the same on every node and never changes: the names of the nodes, an order of the pids' nodes, or a "
      "version that travels with the entry.";
  finding.path = {{finding.span, "two clocks are compared"}};
  finding.key = "clocks";
  report_weighed(reporter, std::move(finding));
}

bool calls_for_nodes(const Program& program, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    if (asks_for_nodes(program.call(site))) return true;
  }
  return false;
}

Pickers find_pickers(const Program& program, const Facts& facts) {
  Pickers pickers;
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionId function(i);
    if (!calls_for_nodes(program, function)) continue;
    const Unit& unit = program.unit_of(function);
    for (const model::ClauseId id : program.function(function).clauses) {
      if (!unit.clause(id).body) continue;
      analysis::for_each_result(unit, unit.clause(id).body, [&](ExprId result) {
        if (pick_of_nodes(facts, {}, unit, result)) pickers.insert(function);
      });
    }
  }
  return pickers;
}

bool calls_one_of(const Program& program, const Facts& facts, const Pickers& pickers, FunctionId function) {
  if (pickers.empty()) return false;
  const auto calls = program.calls_of(function);
  return std::any_of(calls.begin(), calls.end(),
                     [&](CallId site) { return pickers.count(facts.calls.callees[site.index].function) != 0; });
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  const Pickers pickers = find_pickers(program, facts);
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionId function(i);
    if (!reporter.wants(program, function)) continue;
    const bool nodes = calls_for_nodes(program, function) || calls_one_of(program, facts, pickers, function);
    const bool conflict = takes_pids(program, function) && settles_conflicts(program, facts, function);
    if ((!nodes && !conflict) || !in_production(program, facts, function)) continue;
    const Unit& unit = program.unit_of(function);
    bool leads = false, clocks = false;
    for (const model::ClauseId id : program.function(function).clauses) {
      for (const ExprId root : {unit.clause(id).guard, unit.clause(id).body}) {
        any_below(unit, root, [&](ExprId at) {
          if (nodes && !leads &&
              (leadership(facts, pickers, unit, at) || leadership_by_pattern(unit, at) || leadership_over_each(unit, at))) {
            leads = true;
            report_leader(program, facts, reporter, function, at);
          }
          if (conflict && !clocks && compares_times(program, unit, at)) {
            clocks = true;
            report_clocks(program, reporter, function, at);
          }
          return false;
        });
      }
    }
  }
}

}  // namespace

const Rule& leader_by_node_list() {
  static const Rule rule{{.code = "BW602",
                          .name = "leader-by-node-list",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "Nodes that decide for themselves, by what differs from node to node"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
