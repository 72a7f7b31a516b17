#include "rules/load.h"

#include <algorithm>

#include "analysis/forest.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/reach.h"

namespace beamwright::rules {

using analysis::Count;
using analysis::ProcessKind;

namespace {

// What a process does with each message, not once when it starts or ends.
bool takes_messages(HandlerKind kind, Doing doing) {
  if (kind == HandlerKind::kCall || kind == HandlerKind::kCast) return true;
  return doing == Doing::kWork && (kind == HandlerKind::kInfo || kind == HandlerKind::kEvent);
}

std::string load_in(const Program& program, const Facts& facts, ProcessId id, FunctionId function, Doing doing) {
  const Process& process = facts.process(id);
  const std::string name = process_name(program, facts, id);
  if (process.kind == ProcessKind::kRequest) return "by each " + name + " process";
  for (const HandlerId handler_id : analysis::handlers_running(program, facts, id, function)) {
    const Handler& handler = facts.handler(handler_id);
    if (!takes_messages(handler.kind, doing)) continue;
    const std::string message = message_text(handler.pattern, in_erlang(program, function));
    if (has_many(program, facts, id)) return "in each " + name + " process for each " + message;
    if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast) continue;
    const Callers callers = callers_of(program, facts, messages_to(facts, handler_id), id);
    if (callers.concurrent()) return "in " + name + " for each " + message + ", sent by " + callers.text;
  }
  return {};
}

}  // namespace

std::string load_on(const Program& program, const Facts& facts, FunctionId function, Doing doing) {
  const analysis::Context& context = facts.contexts.of(function);
  if (serves_request(program, facts, function)) return "by each request";
  for (const ProcessId id : context.processes) {
    std::string load = load_in(program, facts, id, function, doing);
    if (!load.empty()) return load;
  }
  return {};
}

bool has_given_name(const Program& program, const Facts& facts, ProcessId process) {
  bool given = false;
  for (const CallId site : facts.process(process).starts) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || !external->row) continue;
    const Unit& unit = program.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const std::size_t at = external->row->name_argument;
    ExprId name = at != 0 && at <= arguments.size() ? arguments[at - 1]
                  : arguments.empty()               ? ExprId{}
                                                    : analysis::literal_option(unit, arguments.back(), sym::name);
    if (name) name = analysis::local_value(unit, name);
    if (!name) return false;  // another one is started without a name
    const model::Expr& expr = unit.expr(name);
    const bool local =
        expr.kind == ExprKind::kTuple && expr.child_count == 2 && analysis::atom_value(unit, unit.child(name, 0)) == sym::local;
    // `options[:name] || __MODULE__`
    given |= local || expr.kind == ExprKind::kVariable || expr.kind == ExprKind::kCall || expr.kind == ExprKind::kField ||
             expr.kind == ExprKind::kCase || expr.kind == ExprKind::kOperator;
  }
  return given;
}

namespace {

// Is it a child that is started at run time, one for each of something?
bool is_dynamic_child(const Program& program, const Facts& facts, ModuleId module) {
  for (const analysis::Tree& tree : analysis::forest_of(program, facts).trees) {
    for (const analysis::TreeChild& child : tree.children) {
      if (child.source == module && (child.origin != analysis::Origin::kList || child.presence == analysis::Presence::kMany))
        return true;
    }
  }
  return false;
}

// Is it in a supervisor's list of children, which is started once?
bool is_listed_child(const Program& program, const Facts& facts, ModuleId module) {
  for (const analysis::Tree& tree : analysis::forest_of(program, facts).trees) {
    for (const analysis::TreeChild& child : tree.children) {
      if (child.source == module && child.origin == analysis::Origin::kList && child.presence != analysis::Presence::kMany)
        return true;
    }
  }
  return false;
}

bool starts_for_each(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function) return true;
  const analysis::Context& context = facts.contexts.of(function);
  if ((context.flags & (analysis::kInRequest | analysis::kInTask)) != 0 || context.many) return true;
  return std::any_of(context.processes.begin(), context.processes.end(), [&](ProcessId id) {
    return facts.process(id).count == Count::kMany || facts.process(id).kind == ProcessKind::kRequest;
  });
}

}  // namespace

bool is_one_of_few(const Program& program, const Facts& facts, ProcessId id) {
  const Process& process = facts.process(id);
  if (process.count == Count::kOne || has_given_name(program, facts, id)) return true;
  if (process.starts.empty() || is_dynamic_child(program, facts, process.module)) return false;
  if (!is_listed_child(program, facts, process.module)) return false;
  return std::none_of(process.starts.begin(), process.starts.end(),
                      [&](CallId site) { return starts_for_each(program, facts, site); });
}

bool serves_request(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  if ((context.flags & analysis::kInRequest) != 0) return true;
  const ProcessId own = facts.processes.of(program.module_of(function));
  return (context.flags & analysis::kInTask) != 0 && own && facts.process(own).kind == ProcessKind::kRequest;
}

namespace {

// Does the function get back to itself within a few calls?
bool goes_round(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMost = 20;
  std::vector<FunctionId> waiting = {function};
  for (std::size_t i = 0; i < waiting.size() && i < kMost; ++i) {
    for (const analysis::Edge& edge : facts.calls.edges_of(waiting[i])) {
      if (edge.runs != analysis::Runs::kCaller || edge.possible) continue;
      if (edge.callee == function) return true;
      if (program.module_of(edge.callee) != program.module_of(function)) continue;
      if (std::find(waiting.begin(), waiting.end(), edge.callee) == waiting.end()) waiting.push_back(edge.callee);
    }
  }
  return false;
}

bool spawns_often(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function || !in_production(program, facts, function)) return false;
  return in_loop(program, facts, site) || goes_round(program, facts, function) || !load_on(program, facts, function).empty();
}

}  // namespace

bool is_spawned_often(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMost = 40;
  if ((facts.contexts.of(function).flags & analysis::kInTask) == 0) return false;
  std::vector<FunctionId> waiting = {function};
  for (std::size_t i = 0; i < waiting.size() && i < kMost; ++i) {
    for (const std::uint32_t in : facts.calls.incoming_of(waiting[i])) {
      const analysis::Edge& edge = facts.calls.edges[in];
      if (edge.possible) continue;
      if (edge.runs == analysis::Runs::kNewProcess) {
        if (spawns_often(program, facts, edge.site)) return true;
        continue;
      }
      const FunctionId caller = facts.calls.callers[in];
      if (std::find(waiting.begin(), waiting.end(), caller) == waiting.end()) waiting.push_back(caller);
    }
  }
  return false;
}

bool has_many(const Program& program, const Facts& facts, ProcessId id) {
  const Process& process = facts.process(id);
  if (process.count != Count::kUnknown) return process.count == Count::kMany;
  for (const analysis::Tree& tree : analysis::forest_of(program, facts).trees) {
    if (!tree.dynamic) continue;
    for (const analysis::TreeChild& child : tree.children) {
      if (child.source == process.module && child.origin != analysis::Origin::kList) return true;
    }
  }
  return false;
}

std::vector<findings::Step> calling_steps(const Program& program, const Facts& facts, FunctionId function, std::size_t shown) {
  std::vector<findings::Step> steps;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const FunctionId caller = facts.calls.callers[i];
    if (steps.size() == shown || caller == function || !in_production(program, facts, caller)) continue;
    steps.push_back(call_step(program, facts, facts.calls.edges[i].site));
  }
  return steps;
}

}  // namespace beamwright::rules
