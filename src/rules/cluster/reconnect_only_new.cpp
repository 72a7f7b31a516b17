// A node that went down is struck off the list from which this node connects to others. When it comes back nobody calls it: nodes
// do not connect again by themselves (measured: no reconnection within 20 s after a cut cable is mended), unless the other side
// does.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Expr;

// state.known, or a variable under the key `known` in a pattern.
Symbol field_of(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  return e.kind == ExprKind::kField ? e.symbol() : Symbol();
}

// The field whose nodes a function connects to: Enum.each(state.known -- up, &Node.connect/1), [net_kernel:connect_node(N) || N
// <- Known].
std::vector<Symbol> connected_fields(const Program& program, FunctionId function) {
  std::vector<Symbol> fields;
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    const model::Call& call = program.call(site);
    const std::string_view name = call.name.text(), module = call.module.text();
    const bool connects = ((name == "connect" || name == "ping") && module == "Elixir.Node") ||
                          (name == "connect_node" && module == "net_kernel") || (name == "ping" && module == "net_adm");
    if (!connects) continue;
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
    source = analysis::local_value(unit, source);
    while (unit.expr(source).kind == ExprKind::kOperator && unit.expr(source).symbol().text() == "--")
      source = unit.child(source, 0);
    if (const Symbol field = field_of(unit, analysis::local_value(unit, source))) fields.push_back(field);
  }
  return fields;
}

bool strikes_off(const Program& program, const Unit& unit, ExprId value, model::VariableId node) {
  if (!mentions(unit, value, {node})) return false;
  const Expr& e = unit.expr(value);
  if (e.kind == ExprKind::kOperator) return e.symbol().text() == "--";
  if (e.kind != ExprKind::kCall) return false;
  const std::string text = source_text(program, unit, value, 60);
  return text.find("delete") != std::string::npos || text.find("reject") != std::string::npos ||
         text.find("del_element") != std::string::npos;
}

void check_clause(const Program& program, Reporter& reporter, FunctionId function, const model::Clause& clause,
                  const std::set<std::string>& connected) {
  const Unit& unit = program.unit_of(function);
  model::VariableId node;
  for (const ExprId pattern : unit.patterns_of(clause)) {
    const Expr& e = unit.expr(pattern);
    if (e.kind != ExprKind::kTuple || e.child_count < 2 || unit.expr(unit.child(pattern, 0)).kind != ExprKind::kAtom) continue;
    const Expr& second = unit.expr(unit.child(pattern, 1));
    if (unit.expr(unit.child(pattern, 0)).symbol() == sym::nodedown && second.kind == ExprKind::kVariable) {
      node = model::VariableId(second.payload);
    }
  }
  if (!node) return;
  any_below(unit, clause.body, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kMap || !e.has(model::kUpdate)) return false;
    for (std::size_t i = 1; i + 1 < e.child_count; i += 2) {
      const ExprId key = unit.child(id, i), value = unit.child(id, i + 1);
      if (unit.expr(key).kind != ExprKind::kAtom || !strikes_off(program, unit, value, node)) continue;
      const std::string field(unit.expr(key).symbol().text());
      if (connected.count(field) == 0) continue;
      Finding finding = found_in(reporter, program, function, unit.span(value));
      finding.confidence = Confidence::kLikely;
      finding.message = finding.function + " strikes a node that went down off `" + field + "`, the nodes to connect to";
      finding.why =
          "Nodes do not connect again by themselves: when the node is back, or the cable mended, this one never calls it, and "
          "the cluster stays in parts until somebody restarts one.";
      finding.fix =
          "Keep the list of the nodes that should be there apart from those that are, and go on connecting to what is missing.";
      finding.path = {{finding.span, "the node is taken out of `" + field + "`"}};
      finding.key = field;
      report_weighed(reporter, std::move(finding));
      return true;
    }
    return false;
  });
}

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
        for (const Symbol field : connected_fields(program, function)) connected.insert(std::string(field.text()));
      }
      if (connected.empty()) continue;
      for (const FunctionId function : program.functions_of(module)) {
        if (!in_production(program, facts, function)) continue;
        for (const model::ClauseId id : program.function(function).clauses)
          check_clause(program, reporter, function, unit->clause(id), connected);
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
