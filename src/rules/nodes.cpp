#include "rules/nodes.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::Expr;

namespace {

bool is_call_of_node(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  if (e.kind != ExprKind::kCall) return false;
  const model::Call& call = unit.call_of(e);
  return call.arity == 0 && (call.name == intern("node") || (call.name == sym::self && call.module == sym::Elixir_Node));
}

}  // namespace

ExprId argument_at(const Program& program, CallId site, std::size_t number) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  return number >= 1 && number <= arguments.size() ? arguments[number - 1] : ExprId();
}

bool is_own_node(const Program& program, const Facts& facts, CallId site, ExprId node) {
  if (!node) return false;
  const analysis::ExprRef value = analysis::resolve_value(program, facts, {program.call_units[site.index], node});
  return is_call_of_node(program.unit(value.unit), value.expr);
}

bool names_own_node_alone(const Program& program, const Facts& facts, CallId site, std::size_t number) {
  const Unit& unit = program.unit_of(site);
  const ExprId list = analysis::local_value(unit, argument_at(program, site, number));
  if (!list || unit.expr(list).kind != ExprKind::kList || unit.expr(list).child_count != 1) return false;
  return is_own_node(program, facts, site, unit.child(list, 0));
}

bool is_remote_call(const analysis::External* external) {
  if (!external || (external->module != sym::rpc && external->module != sym::erpc)) return false;
  const std::string_view name = external->name.text();
  return name == "call" || name == "block_call" || name == "server_call";
}

ExprId node_of_target(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || external->row->target_argument == 0) return {};
  const Unit& unit = program.unit_of(site);
  const ExprId written = argument_at(program, site, external->row->target_argument);
  if (!written) return {};
  const ExprId target = analysis::local_value(unit, written);
  if (!target || unit.expr(target).kind != ExprKind::kTuple || unit.expr(target).child_count != 2) return {};
  const std::optional<Symbol> first = analysis::atom_value(unit, unit.child(target, 0));
  if (first == sym::global || first == sym::local || first == intern("via")) return {};
  const ExprId node = unit.child(target, 1);
  return is_own_node(program, facts, site, node) ? ExprId() : node;
}

namespace {

// node(Pid) of one of these variables.
bool asks_for_node(const Unit& unit, ExprId expr, const std::vector<model::VariableId>& variables) {
  return any_below(unit, expr, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall || unit.call_of(e).name != intern("node") || unit.call_of(e).arity != 1) return false;
    return mentions(unit, id, variables);
  });
}

bool names_own_node(const Unit& unit, ExprId expr) {
  return expr && any_below(unit, expr, [&](ExprId id) { return is_call_of_node(unit, id); });
}

// Is one side of `expr` compared with the other for being equal (yes), for being different (no), or neither?
std::optional<bool> compares(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  if (e.kind != ExprKind::kOperator) return {};
  const std::string_view name = e.symbol().text();
  if (name == "==" || name == "=:=" || name == "===") return true;
  if (name == "/=" || name == "=/=" || name == "!=" || name == "!==") return false;
  return {};
}

// The clause of the case in which an expression stands.
const model::Clause* clause_around(const Unit& unit, const Expr& around, ExprId inside) {
  for (const model::ClauseId id : unit.clauses_of(around)) {
    const model::Clause& clause = unit.clause(id);
    if (clause.begin <= unit.expr(inside).begin && unit.expr(inside).end <= clause.end) return &clause;
  }
  return nullptr;
}

bool is_elsewhere(const Unit& unit, const Expr& around, ExprId subject, const model::Clause& clause) {
  if ((clause.flags & (model::kTruthy | model::kFalsy)) != 0) {
    const std::optional<bool> equal = compares(unit, subject);
    return equal && names_own_node(unit, subject) && *equal == ((clause.flags & model::kFalsy) != 0);
  }
  const std::optional<bool> equal = compares(unit, subject);
  if (equal && names_own_node(unit, subject)) {  // case node(Pid) =:= node() of false -> …
    const auto patterns = unit.patterns_of(clause);
    const std::optional<Symbol> taken = patterns.empty() ? std::nullopt : analysis::atom_value(unit, patterns[0]);
    return taken && (taken->text() == "false") == *equal;
  }
  // case node(Pid) of N when N =:= node() -> here; _ -> elsewhere
  if (clause.guard && names_own_node(unit, clause.guard)) return compares(unit, clause.guard) == std::optional<bool>(false);
  for (const model::ClauseId id : unit.clauses_of(around)) {
    const model::Clause& other = unit.clause(id);
    if (&other == &clause) continue;
    if (other.pattern_count > 0 && names_own_node(unit, unit.patterns_of(other)[0])) return true;
    if (other.guard && names_own_node(unit, other.guard) && compares(unit, other.guard) == std::optional<bool>(true)) return true;
  }
  return false;
}

}  // namespace

bool is_on_other_node(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture) return false;
  const ExprId target = argument_at(program, site, std::max<std::size_t>(1, external->row->target_argument));
  const Unit& unit = program.unit_of(site);
  if (!target || unit.expr(target).kind != ExprKind::kVariable) return false;
  const std::vector<model::VariableId> variables = {model::VariableId(unit.expr(target).payload)};
  for (ExprId at = target; at; at = unit.parent(at)) {
    const Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kClosure) return false;
    if (e.kind != ExprKind::kCase || e.child_count == 0 || !asks_for_node(unit, unit.child(at, 0), variables)) continue;
    const model::Clause* clause = clause_around(unit, e, target);
    if (clause && is_elsewhere(unit, e, unit.child(at, 0), *clause)) return true;
  }
  return false;
}

ExprId node_waited_for(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture) return {};
  if (is_remote_call(external)) {
    const ExprId node = argument_at(program, site, external->name == intern("server_call") ? 1 : external->row->target_argument);
    return is_own_node(program, facts, site, node) ? ExprId() : node;
  }
  if (!external->row->effects.has(Effect::kCall) && !external->row->effects.has(Effect::kStartChild)) return {};
  return node_of_target(program, facts, site);
}

bool is_run_in_sight(const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  return !context.processes.empty() || context.many || (context.flags & (analysis::kInRequest | analysis::kInTask)) != 0;
}

ProcessId waited_for(const Program& program, const Facts& facts, FunctionId function) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    if (facts.process(id).count != analysis::Count::kOne) continue;
    std::vector<MessageId> calls;
    for (const MessageId message : facts.messages.to[id.index]) {
      if (facts.message(message).kind == MessageKind::kCall) calls.push_back(message);
    }
    const Callers callers = callers_of(program, facts, calls, id);
    if (callers.modules.size() >= 2 || callers.requests || callers.outside) return id;
  }
  return {};
}

std::string run_by_text(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  std::vector<std::string> names;
  for (const ProcessId id : context.processes) names.push_back(process_name(program, facts, id));
  if (names.empty()) return (context.flags & analysis::kInRequest) != 0 ? ", run by processes that serve requests" : "";
  return ", run by " + join_names(names);
}

bool names_processes_by_node(const Program& program, model::ModuleId module) {
  for (const FunctionId function : program.functions_of(module)) {
    const Unit& unit = program.unit_of(function);
    for (const CallId site : program.calls_of(function)) {
      const model::Call& call = program.call(site);
      if (call.capture || !is_call_of_node(unit, call.expr)) continue;
      const ExprId around = unit.parent(call.expr);
      if (around && unit.expr(around).kind == ExprKind::kTuple && unit.expr(around).child_count == 2 &&
          unit.child(around, 1) == call.expr)
        return true;
    }
  }
  return false;
}

}  // namespace beamwright::rules
