#include "rules/remote_answers.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::rules {

using analysis::Runs;
using model::Expr;

namespace {

constexpr int kMaxWrappers = 4;
constexpr std::size_t kMostSteps = 64;

bool takes_badrpc(const Unit& unit, ExprId pattern) {
  const Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kMatch) return takes_badrpc(unit, unit.child(pattern, 0)) || takes_badrpc(unit, unit.child(pattern, 1));
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
  const std::optional<Symbol> tag = analysis::atom_value(unit, unit.child(pattern, 0));
  return !tag || *tag == intern("badrpc");
}

// `case Subject of not_mine -> …; Else -> Else end`: the subject of which a variable is what is left when no clause before took
// it, and no clause before takes {badrpc, _}. None for every other variable.
ExprId subject_left_in(const Unit& unit, ExprId variable) {
  const model::VariableId id(unit.expr(variable).payload);
  if (unit.expr(variable).kind != ExprKind::kVariable || !id || id.index >= unit.variables.size()) return {};
  const ExprId binding = unit.variables[id.index].binding;
  if (!binding) return {};
  for (ExprId at = variable, around = unit.parent(at); around; at = around, around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    const bool tries = e.kind == ExprKind::kTry;
    if (e.kind != ExprKind::kCase && !tries) continue;
    for (const model::ClauseId clause : tries ? unit.try_of(e).else_clauses : unit.clauses_of(e)) {
      const auto patterns = unit.patterns_of(unit.clause(clause));
      if (patterns.size() != 1) break;
      const bool open = !unit.clause(clause).guard;  // `Answer when is_boolean(Answer)` does not take it
      if (patterns[0] == binding) return open && e.child_count > 0 ? unit.child(around, 0) : ExprId();
      if (takes_badrpc(unit, patterns[0])) break;
    }
  }
  return {};
}

// The call whose answer is a result of a body, through variables and what a case leaves; none where something catches it.
ExprId call_of_result(const Unit& unit, ExprId result) {
  ExprId value = analysis::local_value(unit, result);
  if (!value) return {};
  if (const ExprId subject = subject_left_in(unit, value)) value = analysis::local_value(unit, subject);
  return value && unit.expr(value).kind == ExprKind::kCall && !is_caught_around(unit, value) ? value : ExprId();
}

// Somewhere in the body {badrpc, Reason} is taken, whatever the reason: of an answer that is kept in a variable that settles it.
bool takes_each_badrpc(const Unit& unit, ExprId body) {
  const Symbol badrpc = intern("badrpc");
  return analysis::any_below(unit, body, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kTuple || e.child_count != 2 || !e.has(model::kInPattern)) return false;
    const ExprKind reason = unit.expr(unit.child(id, 1)).kind;
    return analysis::atom_value(unit, unit.child(id, 0)) == badrpc &&
           (reason == ExprKind::kVariable || reason == ExprKind::kWildcard);
  });
}

}  // namespace

std::optional<CallId> RemoteAnswers::of(CallId site) {
  struct Step {
    CallId site;
    int wrappers = 0;
  };
  std::vector<Step> steps = {{site}};
  for (std::size_t i = 0; i < steps.size() && i < kMostSteps; ++i) {
    const Step step = steps[i];
    if (program_.call(step.site).capture) continue;
    if (answers_badrpc(facts_.calls.external(step.site))) return step.site;
    const FunctionId callee = facts_.calls.callees[step.site.index].function;
    if (!callee || step.wrappers == kMaxWrappers) continue;
    const auto add = [&](const std::vector<CallId>& sites) {
      for (const CallId inner : sites) {
        const bool known = std::any_of(steps.begin(), steps.end(), [&](const Step& other) { return other.site == inner; });
        if (!known) steps.push_back({inner, step.wrappers + 1});
      }
    };
    if (facts_.effects.all[callee.index].has(Effect::kRpc)) add(handed_on_by(callee));
    add(handed_on_by_closures(step.site, callee));
  }
  return {};
}

const std::vector<CallId>& RemoteAnswers::handed_on_by(FunctionId function) {
  const auto [row, fresh] = functions_.try_emplace(function);
  if (!fresh) return row->second;
  const Unit& unit = program_.unit_of(function);
  for (const model::ClauseId id : program_.function(function).clauses) append_results(unit, unit.clause(id).body, row->second);
  return row->second;
}

// attempt(fun(Node) -> rpc:call(Node, …) end), where attempt/1 returns what its argument gives.
std::vector<CallId> RemoteAnswers::handed_on_by_closures(CallId site, FunctionId callee) const {
  std::vector<CallId> found;
  const FunctionId function = program_.function_of(site);
  if (!function || !facts_.effects.all[function.index].has(Effect::kRpc)) return found;
  const Unit& unit = program_.unit_of(site);
  const auto arguments = arguments_of(program_, site);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ExprId closure = analysis::local_value(unit, arguments[i]);
    if (!closure || unit.expr(closure).kind != ExprKind::kClosure || !returns_what_it_runs(callee, i)) continue;
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(closure)))
      append_results(unit, unit.clause(clause).body, found);
  }
  return found;
}

void RemoteAnswers::append_results(const Unit& unit, ExprId body, std::vector<CallId>& out) const {
  if (!body) return;
  const bool settled = takes_each_badrpc(unit, body);
  analysis::for_each_result(unit, body, [&](ExprId result) {
    const ExprId call = settled && unit.expr(result).kind == ExprKind::kVariable ? ExprId() : call_of_result(unit, result);
    if (!call) return;
    const CallId inner(unit.first_call + unit.expr(call).payload);
    if (facts_.calls.runs[inner.index] == Runs::kCaller) out.push_back(inner);
  });
}

bool RemoteAnswers::returns_what_it_runs(FunctionId function, std::size_t parameter) const {
  const Unit& unit = program_.unit_of(function);
  bool runs = false;
  for (const model::ClauseId id : program_.function(function).clauses) {
    if (!unit.clause(id).body) continue;
    analysis::for_each_result(unit, unit.clause(id).body, [&](ExprId result) {
      const ExprId value = runs ? ExprId() : call_of_result(unit, result);
      if (!value) return;
      const model::Call& call = unit.call_of(unit.expr(value));
      if (call.target != model::TargetKind::kValue || !call.module_expr) return;
      const Expr& run = unit.expr(call.module_expr);
      if (run.kind != ExprKind::kVariable || !model::VariableId(run.payload)) return;
      const auto at = analysis::parameter_of(unit, program_.function(function), model::VariableId(run.payload));
      runs = at && at->index == parameter;
    });
  }
  return runs;
}

bool answers_badrpc(const analysis::External* external) {
  if (!external || external->module != sym::rpc) return false;
  if (external->arity == 1) return external->name == intern("yield");
  return (external->arity == 4 || external->arity == 5) &&
         (external->name == intern("call") || external->name == intern("block_call"));
}

bool is_caught_around(const Unit& unit, ExprId expr) {
  for (ExprId at = expr, around = unit.parent(expr); around; at = around, around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kTry) continue;
    if (e.has(model::kOldCatch) || (unit.try_of(e).catch_clauses.size() > 0 && unit.child(around, 0) == at)) return true;
  }
  return false;
}

}  // namespace beamwright::rules
