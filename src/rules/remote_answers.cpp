#include "rules/remote_answers.h"

#include <algorithm>

#include "analysis/values.h"

namespace beamwright::rules {

using analysis::Runs;
using model::Expr;

namespace {

constexpr int kMaxWrappers = 4;

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

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::optional<CallId> of_site(CallId site, int depth) const {
    if (program_.call(site).capture) return {};
    if (answers_badrpc(facts_.calls.external(site))) return site;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || depth >= kMaxWrappers) return {};
    if (facts_.effects.all[callee.index].has(Effect::kRpc)) {
      if (const std::optional<CallId> found = of_function(callee, depth)) return found;
    }
    return of_closures(site, callee, depth);
  }

 private:
  std::optional<CallId> of_function(FunctionId function, int depth) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      if (const std::optional<CallId> found = of_body(unit, unit.clause(id).body, depth)) return found;
    }
    return {};
  }

  std::optional<CallId> of_body(const Unit& unit, ExprId body, int depth) const {
    std::optional<CallId> found;
    if (!body) return found;
    analysis::for_each_result(unit, body, [&](ExprId result) {
      if (found) return;
      ExprId value = analysis::local_value(unit, result);
      if (const ExprId subject = value ? subject_left_in(unit, value) : ExprId()) value = analysis::local_value(unit, subject);
      if (!value || unit.expr(value).kind != ExprKind::kCall || is_caught_around(unit, value)) return;
      const CallId inner(unit.first_call + unit.expr(value).payload);
      if (facts_.calls.runs[inner.index] == Runs::kCaller) found = of_site(inner, depth + 1);
    });
    return found;
  }

  // attempt(fun(Node) -> rpc:call(Node, …) end), where attempt/1 returns what its argument gives.
  std::optional<CallId> of_closures(CallId site, FunctionId callee, int depth) const {
    const Unit& unit = program_.unit_of(site);
    const auto arguments = arguments_of(program_, site);
    const FunctionId function = program_.function_of(site);
    if (!function || !facts_.effects.all[function.index].has(Effect::kRpc)) return {};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const ExprId closure = analysis::local_value(unit, arguments[i]);
      if (!closure || unit.expr(closure).kind != ExprKind::kClosure || !returns_what_it_runs(callee, i)) continue;
      for (const model::ClauseId clause : unit.clauses_of(unit.expr(closure))) {
        if (const std::optional<CallId> found = of_body(unit, unit.clause(clause).body, depth + 1)) return found;
      }
    }
    return {};
  }

  bool returns_what_it_runs(FunctionId function, std::size_t parameter) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      if (!unit.clause(id).body) continue;
      bool runs = false;
      analysis::for_each_result(unit, unit.clause(id).body, [&](ExprId result) {
        ExprId value = analysis::local_value(unit, result);
        if (const ExprId subject = value ? subject_left_in(unit, value) : ExprId()) value = analysis::local_value(unit, subject);
        if (!value || unit.expr(value).kind != ExprKind::kCall || is_caught_around(unit, value)) return;
        const model::Call& call = unit.call_of(unit.expr(value));
        if (call.target != model::TargetKind::kValue || !call.module_expr) return;
        const Expr& run = unit.expr(call.module_expr);
        if (run.kind != ExprKind::kVariable || !model::VariableId(run.payload)) return;
        const auto at = analysis::parameter_of(unit, program_.function(function), model::VariableId(run.payload));
        runs |= at && at->index == parameter;
      });
      if (runs) return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
};

}  // namespace

bool answers_badrpc(const analysis::External* external) {
  return external && external->module == sym::rpc && (external->arity == 4 || external->arity == 5) &&
         (external->name == intern("call") || external->name == intern("block_call"));
}

std::optional<CallId> remote_call(const Program& program, const Facts& facts, CallId site) {
  return Search(program, facts).of_site(site, 0);
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
