#include "rules/own_supervisor.h"

#include <algorithm>
#include <string_view>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/conditions.h"

namespace beamwright::rules {

namespace {

constexpr std::size_t kMaxChain = 4;

bool is_supervisor_module(std::string_view name) {
  return name == "supervisor" || name == "supervisor2" || name == "supervisor3" || name == "Elixir.Supervisor" ||
         name == "Elixir.DynamicSupervisor";
}

// Functions that wait for the supervisor's answer.
bool asks_a_supervisor(const analysis::External& external) {
  const std::string_view module = external.module.text();
  const std::string_view name = external.name.text();
  if (module == "gen_server" || module == "Elixir.GenServer") return name == "stop";
  if (module == "sys") return name == "terminate" || name == "get_state" || name == "get_status";
  if (!is_supervisor_module(module)) return false;
  return name == "start_child" || name == "terminate_child" || name == "restart_child" || name == "delete_child" ||
         name == "which_children" || name == "count_children" || name == "stop" || name == "get_childspec";
}

// Says a name that it is a supervisor, or what stands above?
bool sounds_like_parent(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower == "sup" || lower == "supervisor" || lower == "parent" || lower == "suppid" || lower == "sup_pid" ||
         lower == "parent_sup" || lower == "supervisor_pid";
}

// A module may start processes of two kinds: its behaviour's, and others by a start function of their own, say proc_lib's.
bool starts_another(const Program& program, const Facts& facts, const analysis::TreeChild& child) {
  const ProcessId process = facts.processes.of(child.source);
  if (!process || facts.process(process).starts.empty() || child.start_arity < 0) return false;
  if (child.start_module != program.module(child.source).name) return false;
  const auto& starts = facts.process(process).starts;
  return std::none_of(starts.begin(), starts.end(), [&](CallId site) {
    const FunctionId function = program.function_of(site);
    return function && (program.module_of(function) != child.source || program.function(function).name == child.start_function);
  });
}

// {ok, Sup} = supervisor:start_link(…): one that the process has below it.
bool is_started_here(const Unit& unit, const model::Expr& variable) {
  if (variable.kind != ExprKind::kVariable || variable.payload >= unit.variables.size()) return false;
  for (ExprId at = unit.variable_of(variable).binding; at; at = unit.parent(at)) {
    const model::Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kCall || e.kind == ExprKind::kBlock) return false;
    if (e.kind != ExprKind::kMatch || e.has(model::kInPattern)) continue;
    const model::Expr& value = unit.expr(unit.child(at, 1));
    return value.kind == ExprKind::kCall && unit.call_of(value).name && unit.call_of(value).name.text().starts_with("start");
  }
  return false;
}

// A module may hold several supervisors, one above the other, with an init/1 for each.
bool starts_one_supervisor(const Program& program, const Facts& facts, ModuleId module) {
  std::size_t starts = 0;
  for (const FunctionId function : program.functions_of(module)) {
    for (const CallId site : program.calls_of(function)) {
      const analysis::External* external = facts.calls.external(site);
      starts += external && is_supervisor_module(external->module.text()) && external->name == sym::start_link;
    }
  }
  return starts == 1;
}

}  // namespace

OwnSupervisors::OwnSupervisors(const Program& program, const Facts& facts) : program_(program), facts_(facts) {
  const analysis::Forest& forest = analysis::forest_of(program, facts);
  for (const analysis::Tree& tree : forest.trees) {
    for (const analysis::TreeChild& child : tree.children) {
      if (!child.source || starts_another(program, facts, child)) continue;
      if (tree.name) names_[child.source].push_back(tree.name);
      const ProcessId process = tree.source ? facts.processes.of(tree.source) : ProcessId();
      if (!tree.name && process) {
        const auto& names = facts.process(process).names;
        names_[child.source].insert(names_[child.source].end(), names.begin(), names.end());
      }
      if (tree.source) parents_[child.source].push_back(tree.source);
    }
  }
  for (const ChildStart& start : child_starts(program, facts)) {
    if (start.spec.module)
      names_[start.spec.module].insert(names_[start.spec.module].end(), start.names.begin(), start.names.end());
  }
}

const std::vector<Symbol>& OwnSupervisors::names_above(ModuleId module) const {
  static const std::vector<Symbol> kNone;
  const auto found = names_.find(module);
  return found == names_.end() ? kNone : found->second;
}

Own OwnSupervisors::is_own(ProcessId process, FunctionId function, CallId site) const {
  const Unit& unit = program_.unit_of(site);
  const auto arguments = arguments_of(program_, site);
  if (arguments.empty()) return Own::kNo;
  const ModuleId module = facts_.process(process).module;
  const ExprId target = analysis::local_value(unit, arguments[0]);
  if (const auto atom = analysis::atom_value(unit, target)) {
    const auto& names = names_above(module);
    return std::find(names.begin(), names.end(), *atom) != names.end() ? Own::kSurely : Own::kNo;
  }
  const auto values = analysis::possible_values(program_, facts_, function, arguments[0]);
  const auto parents = parents_.find(module);
  for (const analysis::PossibleValue& value : values.all) {
    if (!value.process || parents == parents_.end()) continue;
    const ModuleId behind = facts_.process(value.process).module;
    const bool parent = std::find(parents->second.begin(), parents->second.end(), behind) != parents->second.end();
    if (parent && (value.kind == analysis::PossibleKind::kSelf || value.kind == analysis::PossibleKind::kProcess))
      return Own::kSurely;
  }
  // The supervisor's own module asks a supervisor by a name that it makes: {:via, Registry, {Names, id}}.
  if (parents != parents_.end() && unit.expr(target).kind != ExprKind::kVariable && unit.expr(target).kind != ExprKind::kField &&
      std::find(parents->second.begin(), parents->second.end(), program_.module_of(function)) != parents->second.end() &&
      starts_one_supervisor(program_, facts_, program_.module_of(function))) {
    const analysis::ExprRef made = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], target});
    const Unit& there = program_.unit(made.unit);
    if (there.expr(made.expr).kind == ExprKind::kTuple && there.expr(made.expr).child_count >= 2 &&
        analysis::atom_value(there, there.child(made.expr, 0)))
      return Own::kPerhaps;
  }
  // lookup(Id, my_sup), whereis(my_sup): whoever keeps pids by names is asked for the one above.
  if (parents != parents_.end() && unit.expr(target).kind == ExprKind::kCall) {
    const auto is_parent = [&](ExprId argument) {
      const auto name = analysis::atom_value(unit, argument);
      return name && std::any_of(parents->second.begin(), parents->second.end(),
                                 [&](ModuleId parent) { return program_.module(parent).name == *name; });
    };
    const auto asked = unit.children_of(target);
    if (std::any_of(asked.begin(), asked.end(), is_parent)) return Own::kPerhaps;
  }
  // A field or variable that says so itself, given by whoever starts the process.
  const model::Expr& written = unit.expr(arguments[0]);
  if (is_started_here(unit, written)) return Own::kNo;
  const bool says = written.kind == ExprKind::kVariable && written.payload < unit.variables.size() &&
                    sounds_like_parent(unit.variable_of(written).name.text());
  const bool field = written.kind == ExprKind::kField && sounds_like_parent(written.symbol().text());
  return (says || field) && parents != parents_.end() ? Own::kPerhaps : Own::kNo;
}

// fun mux_sup:start_port/1, given to a function that runs it in the same process.
FunctionId OwnSupervisors::run_here(CallId capture) const {
  for (const analysis::Edge& edge : facts_.calls.edges_of(program_.function_of(capture))) {
    if (edge.site == capture && edge.runs == analysis::Runs::kCaller && !edge.possible) return edge.callee;
  }
  return {};
}

void OwnSupervisors::walk(ProcessId process, FunctionId function, CallId site, std::vector<CallId>& chain,
                          std::vector<SupervisorCall>& out) const {
  if (chain.size() >= kMaxChain) return;
  FunctionId callee = facts_.calls.callees[site.index].function;
  if (program_.call(site).capture) {
    callee = run_here(site);
    if (!callee) return;
  } else if (facts_.calls.runs[site.index] != analysis::Runs::kCaller) {
    return;
  }
  chain.push_back(site);
  if (const analysis::External* external = facts_.calls.external(site)) {
    if (asks_a_supervisor(*external)) out.push_back({chain, is_own(process, function, site)});
  }
  if (callee &&
      (facts_.effects.all[callee.index].has(Effect::kCall) || facts_.effects.all[callee.index].has(Effect::kStartChild))) {
    for (const CallId inner : program_.calls_of(callee)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, inner);
      if (!effects.has(Effect::kCall) && !effects.has(Effect::kStartChild)) continue;
      if (program_.function_of(inner) != callee || callee == function || follows_failure(program_, inner)) continue;
      if (is_one_of_overloads(program_, facts_, callee, inner, {}, ~std::uint64_t{0}, Effect::kCall)) continue;
      walk(process, callee, inner, chain, out);
    }
  }
  chain.pop_back();
}

std::vector<SupervisorCall> OwnSupervisors::calls_in(ProcessId process, const Handler& handler) const {
  std::vector<SupervisorCall> out;
  const auto& all = facts_.effects.all[handler.function.index];
  if (!all.has(Effect::kCall) && !all.has(Effect::kStartChild)) return out;
  std::vector<CallId> chain;
  for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
    walk(process, handler.function, site, chain, out);
  }
  return out;
}

}  // namespace beamwright::rules
