// When two nodes with copies of the same Mnesia tables have lost each other and both went on, Mnesia does not merge: it sends
// {inconsistent_database, running_partitioned_network, Node} to who subscribed to system events, and lets both go on with
// different data (mnesia: users guide, recovery from communication failure). Somebody must choose a side.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

bool asks_for_nodes(const Facts& facts, CallId site) {
  return calls_external(facts, site, sym::erlang, intern("nodes")) ||
         calls_external(facts, site, intern("Elixir.Node"), intern("list"));
}

// Is it a list of nodes that others may be on: nodes(), a setting, a list with more than this node, also through variables?
bool names_other_nodes(const Program& program, const Facts& facts, const Unit& unit, ExprId root, int depth = 0) {
  return any_below(unit, root, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kVariable && depth < 3) {
      const ExprId value = analysis::local_value(unit, id);
      return value != id && names_other_nodes(program, facts, unit, value, depth + 1);
    }
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    if (asks_for_nodes(facts, site)) return true;
    const model::Call& call = unit.call_of(e);
    return call.name.text().find("get_env") != std::string_view::npos && e.child_count >= 2 &&
           source_text(program, unit, id, 200).find("nodes") != std::string::npos;
  });
}

bool names_other_nodes(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (const ExprId argument : arguments_of(program, site)) {
    if (names_other_nodes(program, facts, unit, argument)) return true;
  }
  return false;
}

// How the nodes get together: the functions that lead to the call, from the far end.
void append_way(const Program& program, const Facts& facts, CallId site, std::vector<findings::Step>& path) {
  constexpr std::size_t kLongest = 4;
  std::vector<CallId> chain = {site};
  std::set<FunctionId> seen;
  for (FunctionId at = program.function_of(site); chain.size() < kLongest && seen.insert(at).second;) {
    CallId above;
    for (const std::uint32_t i : facts.calls.incoming_of(at)) {
      const FunctionId caller = facts.calls.callers[i];
      if (above || seen.count(caller) != 0 || facts.calls.edges[i].possible || !in_production(program, facts, caller)) continue;
      above = facts.calls.edges[i].site;
    }
    if (!above) break;
    chain.insert(chain.begin(), above);
    at = program.function_of(above);
  }
  append_chain(program, facts, chain, path);
}

bool is_atom(const Program& program, CallId site, ExprId expr, std::string_view text) {
  const Unit& unit = program.unit_of(site);
  return expr && unit.expr(expr).kind == ExprKind::kAtom && unit.expr(expr).symbol().text() == text;
}

// Makes a database of several nodes: a copy of a table on another node, or extra_db_nodes.
bool joins_nodes(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture) return false;
  const std::string_view name = external->name.text(), module = external->module.text();
  if (name == "set_env" && external->arity >= 3) {
    const auto arguments = arguments_of(program, site);
    return is_atom(program, site, arguments[0], "mnesia") && is_atom(program, site, arguments[1], "extra_db_nodes");
  }
  if (module == "Elixir.Memento") return name == "add_nodes";
  if (module == "Elixir.Memento.Table") return name == "create_copy";
  if (module != "mnesia") return false;
  if (name == "add_table_copy") return true;
  if (name == "create_table" || name == "create_schema") return names_other_nodes(program, facts, site);
  if (name != "change_config") return false;
  return is_atom(program, site, argument_at(program, site, 1), "extra_db_nodes");
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::vector<CallId> joins;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    const FunctionId function = joins_nodes(program, facts, site) ? program.function_of(site) : FunctionId();
    if (function && in_production(program, facts, function)) joins.push_back(site);
  }
  if (joins.empty()) return;
  const CallId first = joins.front();
  const Symbol event = intern("inconsistent_database");
  for (const auto& unit : program.units) {
    for (const ExprId id : unit->of_kind(ExprKind::kAtom)) {
      if (unit->expr(id).symbol() == event) return;
    }
  }
  const FunctionId function = program.function_of(first);
  const bool erlang = in_erlang(program, function);
  Finding finding = found_in(reporter, program, function, call_span(program, first));
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " shares Mnesia tables among nodes, and nothing here handles " +
                    (erlang ? "{inconsistent_database, _, _}" : "{:inconsistent_database, _, _}");
  finding.why =
      "After a split Mnesia leaves each side with its own rows and goes on: reads differ from node to node until somebody "
      "restarts one side, and what that side wrote is lost then.";
  finding.fix =
      erlang ? "Subscribe with mnesia:subscribe(system), take {mnesia_system_event, {inconsistent_database, _, Node}}, and "
               "restart the losing side with mnesia:set_master_nodes/1; or set mnesia's majority for the tables."
             : "Subscribe with :mnesia.subscribe(:system), take {:mnesia_system_event, {:inconsistent_database, _, node}}, "
               "and restart the losing side with :mnesia.set_master_nodes/1; or set `majority: true` for the tables.";
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < joins.size() && i < kShown; ++i) append_way(program, facts, joins[i], finding.path);
  finding.key = "inconsistent_database";
  report_weighed(reporter, std::move(finding));
}

}  // namespace

const Rule& mnesia_partition() {
  static const Rule rule{{.code = "BW615",
                          .name = "mnesia-partition",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "Mnesia tables of several nodes, and nobody settles a split"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
