// A node that went down is struck off the list from which this node connects to others. When it comes back nobody calls it: nodes
// do not connect again by themselves (measured: no reconnection within 20 s after a cut cable is mended), unless the other side
// does.
#include <algorithm>
#include <cctype>
#include <set>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Expr;

std::string lower(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

// What a collection of the state is called: the field of state.known, the name of a variable that a pattern or a parameter gives,
// without the calls that make a list of it (Map.keys, MapSet.to_list) and what is left out of it (known -- up). Empty for what is
// made otherwise.
std::string collection_name(const Unit& unit, ExprId expr) {
  constexpr int kDeepest = 4;
  for (int i = 0; expr && i < kDeepest; ++i) {
    if (const Symbol field = analysis::field_read(unit, expr)) return lower(field.text());
    expr = analysis::local_value(unit, expr);
    const Expr& e = unit.expr(expr);
    if (const Symbol field = analysis::field_read(unit, expr)) return lower(field.text());
    if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) return lower(unit.variable_of(e).name.text());
    if (e.kind == ExprKind::kOperator && e.symbol().text() == "--") {
      expr = unit.child(expr, 0);
      continue;
    }
    if (e.kind != ExprKind::kCall || e.child_count == 0) return {};
    const std::string_view name = unit.call_of(e).name.text();
    if (name != "keys" && name != "to_list" && name != "filter" && name != "reject") return {};
    const bool last = (name == "filter") && unit.call_of(e).module.text() == "lists";
    expr = unit.child(expr, last ? e.child_count - 1 : 0);
  }
  return {};
}

bool connects(const model::Call& call) {
  const std::string_view name = call.name.text(), module = call.module.text();
  return ((name == "connect" || name == "ping") && module == "Elixir.Node") ||
         (name == "connect_node" && module == "net_kernel") || (name == "ping" && module == "net_adm");
}

// The collections whose nodes a function connects to: Enum.each(state.known -- up, &Node.connect/1), [net_kernel:connect_node(N)
// || N <- Known].
std::vector<std::string> connected_collections(const Program& program, FunctionId function) {
  std::vector<std::string> names;
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    const model::Call& call = program.call(site);
    if (!connects(call)) continue;
    ExprId source;  // what the loop around goes over
    for (ExprId below = call.expr, around = unit.parent(below); around && !source; below = around, around = unit.parent(around)) {
      const Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kComprehension) {
        const ExprId first = unit.child(around, 0);
        if (unit.expr(first).kind == ExprKind::kGenerator) source = unit.child(first, 1);
      } else if (e.kind == ExprKind::kCall && e.child_count >= 2) {
        source = unit.child(around, unit.child(around, 0) == below ? e.child_count - 1 : 0);
      }
    }
    if (!source) continue;
    if (std::string name = collection_name(unit, source); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

// The collection that an expression takes the node out of, by name: lists:delete(Node, Nodes), state.known -- [node].
std::string struck_off(const Unit& unit, ExprId value, model::VariableId node) {
  const Expr& e = unit.expr(value);
  if (e.child_count < 2 || !mentions(unit, value, {node})) return {};
  if (e.kind == ExprKind::kOperator)
    return e.symbol().text() == "--" ? collection_name(unit, unit.child(value, 0)) : std::string();
  if (e.kind != ExprKind::kCall) return {};
  const model::Call& call = unit.call_of(e);
  const std::string_view name = call.name.text(), module = call.module.text();
  const bool takes = name.starts_with("delete") || name.starts_with("reject") || name.starts_with("remove") ||
                     name.starts_with("del_element") || name == "subtract";
  if (!takes || module == "ets" || module == "mnesia") return {};
  const bool last = module == "lists" || module == "maps" || module == "sets" || module == "ordsets" || module == "gb_sets";
  return collection_name(unit, unit.child(value, last && name != "subtract" ? e.child_count - 1 : 0));
}

void report(const Program& program, Reporter& reporter, FunctionId function, ExprId place, const std::string& name) {
  Finding finding = found_in(reporter, program, function, program.unit_of(function).span(place));
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " strikes a node that went down off `" + name + "`, the nodes to connect to";
  finding.why =
      "Nodes do not connect again by themselves: when the node is back, or the cable mended, this one never calls it, and "
      "the cluster stays in parts until somebody restarts one.";
  finding.fix =
      "Keep the list of the nodes that should be there apart from those that are, and go on connecting to what is missing.";
  finding.path = {{finding.span, "the node is taken out of `" + name + "`"}};
  finding.key = name;
  report_weighed(reporter, std::move(finding));
}

// The Node of {nodedown, Node} or {nodedown, Node, Info} among the patterns of a clause.
model::VariableId node_of(const Unit& unit, const model::Clause& clause) {
  for (const ExprId pattern : unit.patterns_of(clause)) {
    const Expr& e = unit.expr(pattern);
    if (e.kind != ExprKind::kTuple || e.child_count < 2 || unit.expr(unit.child(pattern, 0)).kind != ExprKind::kAtom) continue;
    const Expr& second = unit.expr(unit.child(pattern, 1));
    if (unit.expr(unit.child(pattern, 0)).symbol() == sym::nodedown && second.kind == ExprKind::kVariable)
      return model::VariableId(second.payload);
  }
  return {};
}

class Clauses {
 public:
  Clauses(const Program& program, const Facts& facts, Reporter& reporter, std::set<std::string> connected)
      : program_(program), facts_(facts), reporter_(reporter), connected_(std::move(connected)) {}

  // The clauses of a function, and of the receives and cases in it.
  void look_at(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    const auto look = [&](model::ClauseId id) {
      const model::Clause& clause = unit.clause(id);
      if (const model::VariableId node = node_of(unit, clause); node && clause.body) strike(function, clause.body, node, true);
    };
    for (const model::ClauseId id : program_.function(function).clauses) {
      look(id);
      any_below(unit, unit.clause(id).body, [&](ExprId at) {
        const ExprKind kind = unit.expr(at).kind;
        if (kind != ExprKind::kCase && kind != ExprKind::kReceive) return false;
        for (const model::ClauseId inner : unit.clauses_of(unit.expr(at))) look(inner);
        return false;
      });
    }
  }

 private:
  // In the body itself or in a helper of the module that is given the node.
  bool strike(FunctionId function, ExprId body, model::VariableId node, bool helpers) {
    const Unit& unit = program_.unit_of(function);
    return any_below(unit, body, [&](ExprId id) {
      const std::string name = struck_off(unit, id, node);
      if (!name.empty() && connected_.count(name) != 0) {
        report(program_, reporter_, function, id, name);
        return true;
      }
      if (!helpers || unit.expr(id).kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + unit.expr(id).payload);
      const FunctionId helper = facts_.calls.callees[site.index].function;
      return helper && program_.module_of(helper) == program_.module_of(function) && in_helper(helper, site, node);
    });
  }

  bool in_helper(FunctionId helper, CallId site, model::VariableId node) {
    const Unit& unit = program_.unit_of(helper);
    const auto arguments = arguments_of(program_, site);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Expr& argument = unit.expr(arguments[i]);
      if (argument.kind != ExprKind::kVariable || model::VariableId(argument.payload) != node) continue;
      for (const model::ClauseId id : program_.function(helper).clauses) {
        const model::Clause& clause = unit.clause(id);
        const auto patterns = unit.patterns_of(clause);
        if (i >= patterns.size() || !clause.body || unit.expr(patterns[i]).kind != ExprKind::kVariable) continue;
        if (strike(helper, clause.body, model::VariableId(unit.expr(patterns[i]).payload), false)) return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const std::set<std::string> connected_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const auto& unit : program.units) {
    if (!reporter.wants(*unit)) continue;
    const bool speaks = std::any_of(unit->exprs.begin(), unit->exprs.end(),
                                    [](const Expr& e) { return e.kind == ExprKind::kAtom && e.symbol() == sym::nodedown; });
    if (!speaks) continue;
    for (std::uint32_t i = 0; i < unit->modules.size(); ++i) {
      const ModuleId module(unit->first_module + i);
      std::set<std::string> connected;
      for (const FunctionId function : program.functions_of(module)) {
        if (!in_production(program, facts, function)) continue;
        for (std::string& name : connected_collections(program, function)) connected.insert(std::move(name));
      }
      if (connected.empty()) continue;
      Clauses clauses(program, facts, reporter, std::move(connected));
      for (const FunctionId function : program.functions_of(module)) {
        if (in_production(program, facts, function)) clauses.look_at(function);
      }
    }
  }
}

}  // namespace

const Rule& reconnect_only_new() {
  static const Rule rule{{.code = "BW611",
                          .name = "reconnect-only-new",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A node that went down and that nobody will connect to again"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
