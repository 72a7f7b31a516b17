#include "rules/nodes.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/callers.h"

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
  const Unit& unit = program.unit_of(module);
  for (const FunctionId function : program.functions_of(module)) {
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
