#include "rules/clause_scopes.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Runs;

bool gives_back_monitor(const Program& program, const Facts& facts, CallId site) {
  const Symbol name = program.call(site).name;
  if (released_by(program, facts, site) == Resource::kMonitor) return true;
  if (!name) return false;
  const std::string_view text = name.text();
  const bool cancels = text.find("cancel") != text.npos && text.find("monitor") != text.npos;
  return cancels || text.find("demonitor") != text.npos || text.find("unmonitor") != text.npos;
}

bool gives_back_monitors(const Program& program, const Facts& facts, ModuleId module) {
  for (const FunctionId f : program.functions_of(module)) {
    for (const CallId site : program.calls_of(f)) {
      if (gives_back_monitor(program, facts, site)) return true;
    }
  }
  return false;
}

namespace {

bool is_callback(const Facts& facts, ProcessId process, FunctionId function) {
  const auto& handlers = facts.process(process).handlers;
  return std::any_of(handlers.begin(), handlers.end(), [&](HandlerId id) { return facts.handler(id).function == function; });
}

}  // namespace

std::vector<Scope> scopes_of(const Program& program, const Facts& facts, const Handler& handler, Follow follow) {
  constexpr std::size_t kMostFunctions = 24;
  const Unit& unit = program.unit_of(handler.function);
  const model::Clause& clause = unit.clause(handler.clause);
  std::vector<Scope> scopes = {{handler.function, {clause.body}, {}}};
  if (clause.guard) scopes[0].roots.push_back(clause.guard);
  std::set<FunctionId> seen;
  std::vector<CallId> sites = analysis::calls_in_clause(program, handler.function, handler.clause);
  for (std::size_t i = 0; i < sites.size() && scopes.size() < kMostFunctions; ++i) {
    const FunctionId callee = facts.calls.callees[sites[i].index].function;
    if (!callee) continue;
    if (follow == Follow::kModule && program.module_of(callee) != program.module_of(handler.function)) continue;
    if (follow == Follow::kModule && &program.unit_of(callee) != &unit) continue;  // a template's
    if (facts.calls.runs[sites[i].index] != Runs::kCaller || !seen.insert(callee).second) continue;
    if (is_callback(facts, handler.process, callee)) continue;  // its clauses are for other messages
    scopes.push_back({callee, bodies_of(program, callee), sites[i]});
    for (const CallId site : program.calls_of(callee)) sites.push_back(site);
  }
  return scopes;
}

namespace {

bool comes_up(const Program& program, const Handler& handler, const std::vector<Scope>& scopes, FunctionId function,
              model::VariableId variable, int depth) {
  constexpr int kDeepest = 5;
  const Unit& unit = program.unit_of(function);
  if (function == handler.function) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
    return !patterns.empty() && mentions(unit, patterns[0], {variable});
  }
  const auto parameter = analysis::parameter_of(unit, program.function(function), variable);
  const auto scope = std::find_if(scopes.begin(), scopes.end(), [&](const Scope& s) { return s.function == function; });
  if (!parameter || scope == scopes.end() || !scope->from || depth > kDeepest) return false;
  const std::span<const ExprId> given = arguments_of(program, scope->from);
  if (parameter->index >= given.size()) return false;
  const FunctionId caller = program.function_of(scope->from);
  const std::vector<model::VariableId> named = variables_in(program.unit_of(caller), given[parameter->index]);
  return std::any_of(named.begin(), named.end(),
                     [&](model::VariableId v) { return comes_up(program, handler, scopes, caller, v, depth + 1); });
}

}  // namespace

bool comes_in_message(const Program& program, const Handler& handler, const std::vector<Scope>& scopes, FunctionId function,
                      model::VariableId variable) {
  return comes_up(program, handler, scopes, function, variable, 0);
}

std::vector<ExprId> look_ups(const Program& program, const Facts& facts, const Scope& scope) {
  static constexpr std::array<std::string_view, 26> kLooks = {
      "get",          "get_in", "fetch",     "fetch!", "has_key?", "member?",        "find",           "is_key",
      "keyfind",      "lookup", "keymember", "take",   "pop",      "keytake",        "any?",           "is_element",
      "get_value",    "member", "put_new",   "any",    "search",   "lookup_element", "get_and_update", "update",
      "put_new_lazy", "whereis"};
  const Unit& unit = program.unit_of(scope.function);
  std::vector<ExprId> found;
  const auto looks = [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kOperator) return e.symbol().text() == "in";
    if (e.kind != ExprKind::kCall) return false;
    const Symbol name = unit.call_of(e).name;
    const analysis::External* external = facts.calls.external(CallId(unit.first_call + e.payload));
    if (external && external->row && external->row->effects.has(Effect::kEtsRead)) return true;
    return name && std::find(kLooks.begin(), kLooks.end(), name.text()) != kLooks.end();
  };
  for (const ExprId root : scope.roots) {
    any_below(unit, root, [&](ExprId id) {
      if (looks(id)) found.push_back(id);
      return false;
    });
  }
  return found;
}

bool looks_up(const Program& program, const Facts& facts, const Scope& scope) { return !look_ups(program, facts, scope).empty(); }

}  // namespace beamwright::rules
