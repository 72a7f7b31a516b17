#include "rules/load.h"

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
  if ((context.flags & analysis::kInRequest) != 0) return "by each request";
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
    given |= local || expr.kind == ExprKind::kVariable || expr.kind == ExprKind::kCall || expr.kind == ExprKind::kField;
  }
  return given;
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
