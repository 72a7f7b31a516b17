#include "rules/known_early.h"

#include <algorithm>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

bool is_via(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  return any_below(unit, program.call(site).expr, [&](ExprId id) {
    const ExprKind kind = unit.expr(id).kind;
    if (id == program.call(site).expr || (kind != ExprKind::kTuple && kind != ExprKind::kCall)) return false;
    const analysis::ExprRef made = analysis::resolve_value(program, facts, {program.call_units[site.index], id});
    if (!made) return false;
    const Unit& there = program.unit(made.unit);
    return there.expr(made.expr).kind == ExprKind::kTuple && there.expr(made.expr).child_count > 0 &&
           analysis::atom_value(there, there.child(made.expr, 0)) == sym::via;
  });
}

// The options of gen_tcp and gen_udp are active as long as nobody says otherwise (kernel: inet:setopts/2).
bool opens_active(const Program& program, const Facts& facts, CallId site, const analysis::External& external) {
  const std::string_view module = external.module.text();
  if (module != "gen_udp" || external.name.text() != "open") return false;
  const auto arguments = arguments_of(program, site);
  if (arguments.size() < 2) return true;
  const analysis::ExprRef options{program.call_units[site.index], arguments[1]};
  const analysis::ExprRef active = analysis::option(program, facts, options, intern("active"));
  return !active || analysis::atom_value(program.unit(active.unit), active.expr) != sym::false_;
}

}  // namespace

bool is_found_by_name(const Program& program, const Facts& facts, const Process& process) {
  if (process.count == analysis::Count::kOne || !process.names.empty()) return true;
  return std::any_of(process.starts.begin(), process.starts.end(), [&](CallId site) { return is_via(program, facts, site); });
}

bool may_be_given_name(const Program& program, const Facts& facts, const Process& process) {
  return std::any_of(process.starts.begin(), process.starts.end(), [&](CallId site) {
    const analysis::External* external = facts.calls.external(site);
    const FunctionId function = program.function_of(site);
    if (!external || external->module != sym::Elixir_GenServer || !function) return false;
    const auto arguments = arguments_of(program, site);
    if (arguments.size() != 3) return false;
    const Unit& unit = program.unit_of(site);
    const model::Expr& options = unit.expr(arguments[2]);
    return options.kind == ExprKind::kVariable && model::VariableId(options.payload) &&
           analysis::parameter_of(unit, program.function(function), model::VariableId(options.payload)).has_value();
  });
}

CallId source_armed_in(const Program& program, const Facts& facts, const Handler& init) {
  for (const CallId site : analysis::calls_in_clause(program, init.function, init.clause)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external) continue;
    const bool nodes = external->name.text() == "monitor_nodes";
    if (nodes || opens_active(program, facts, site, *external)) return site;
  }
  return {};
}

MessageId sent_by_others(const Program& program, const Facts& facts, const Process& process,
                         const std::vector<MessageId>& messages) {
  for (const MessageId id : messages) {
    const Message& message = facts.message(id);
    if (!in_production(program, facts, message.sender)) continue;
    const bool own = program.module_of(message.sender) == process.module;
    // A bare message or a cast out of the module's own callbacks is one that it leaves for itself.
    if (own && message.kind == MessageKind::kInfo) continue;
    if (own && message.kind == MessageKind::kCast) {
      const analysis::Context& context = facts.contexts.of(message.sender);
      const bool alone = context.flags == 0 && !context.many &&
                         std::all_of(context.processes.begin(), context.processes.end(),
                                     [&](ProcessId p) { return facts.process(p).module == process.module; });
      if (alone && !context.processes.empty()) continue;
    }
    return id;
  }
  return {};
}

}  // namespace beamwright::rules
