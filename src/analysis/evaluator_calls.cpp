// Calls of the Evaluator: functions of the sources, closures, and start functions of supervisors that are written as a
// gen_server.
#include <algorithm>

#include "analysis/calls.h"
#include "analysis/evaluator.h"

namespace beamwright::analysis {

using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::TargetKind;
using model::Unit;

namespace {

// Start functions and child lists of real systems need a dozen calls; recursion is not followed to its end.
constexpr int kMaxDepth = 40;
constexpr int kMaxRecursion = 3;

}  // namespace

ValueRef Evaluator::evaluate_call(Frame* f, ExprId id) {
  const Unit& unit = program_.unit(f->unit);
  const model::Call& written = unit.call_of(unit.expr(id));
  const CallId site{unit.first_call + unit.expr(id).payload};
  const ExprRef place{f->unit, id};
  Values arguments = values();
  arguments.reserve(unit.expr(id).child_count);
  for (const ExprId child : unit.children_of(id)) arguments.push_back(lazy(f, child));
  switch (written.target) {
    case TargetKind::kLocal:
    case TargetKind::kRemote: {
      const Callee& callee = facts_.calls.callees[site.index];
      if (const External* external = facts_.calls.external(site)) {
        if (const ValueRef known = Builtins(*this, program_).call(external->module, external->name, arguments, *f, place))
          return known;
      }
      return callee.function ? call(callee.function, arguments, f->depth + 1) : unknown();
    }
    case TargetKind::kDynamicModule: {
      const auto module = atom_of(evaluate(f, written.module_expr));
      return module ? call(*module, written.name, arguments, *f, place) : unknown();
    }
    case TargetKind::kValue:
      return apply(evaluate(f, written.module_expr), arguments, f->depth + 1);
    case TargetKind::kDynamic:
      return unknown();
  }
  return unknown();
}

ValueRef Evaluator::call(Symbol module, Symbol name, const Values& arguments, const Frame& from, ExprRef place) {
  if (const ValueRef known = Builtins(*this, program_).call(module, name, arguments, from, place)) return known;
  const ModuleId source = find_module(module, program_.unit(from.unit).project);
  if (!source) return unknown();
  const FunctionId function = find_function(source, name, static_cast<std::uint32_t>(arguments.size()));
  return function ? call(function, arguments, from.depth + 1) : unknown();
}

// A supervisor written as a gen_server with the interface of OTP's: Module:start_link(Name, Callback, Arguments) starts a process
// of Module itself, whose children are said by Callback:init/1.
bool Evaluator::is_supervisor_library(ModuleId module) const {
  const auto exports = [&](const char* name, std::uint32_t arity) {
    const FunctionId f = find_function(module, intern(name), arity);
    note_reading(f);
    return f && program_.function(f).has(model::kPublic);
  };
  return exports("which_children", 1) && exports("start_child", 2) && exports("terminate_child", 2) && exports("delete_child", 2);
}

ValueRef Evaluator::call(FunctionId function, const Values& arguments, int depth) {
  const auto recursion = std::count(active_.begin(), active_.end(), function);
  if (depth > kMaxDepth || recursion >= kMaxRecursion) return unknown();
  note_reading(function);
  active_.push_back(function);
  const UnitId unit = program_.functions[function.index].unit;
  const ValueRef result = run_clauses(nullptr, unit, program_.function(function).clauses, arguments, depth);
  active_.pop_back();
  const ValueRef value = force(result);
  const ModuleId module = program_.module_of(function);
  if (value->kind != ValueKind::kStart || arguments.size() < 2 || starts[static_cast<std::size_t>(value->integer)].supervisor ||
      starts[static_cast<std::size_t>(value->integer)].module != program_.module(module).name || !is_supervisor_library(module))
    return result;
  Start& start = starts[static_cast<std::size_t>(value->integer)];
  start.supervisor = true;
  start.behaviour = start.module;
  start.module = atom_of(arguments[arguments.size() - 2]).value_or(Symbol());
  start.argument = arguments.back();
  return result;
}

ValueRef Evaluator::run_clauses(Frame* outer, UnitId unit_id, model::ClauseRange clauses, const Values& arguments, int depth) {
  const Unit& unit = program_.unit(unit_id);
  Values results = values();
  for (const ClauseId c : clauses) {
    const Clause& clause = unit.clause(c);
    const auto patterns = unit.patterns_of(clause);
    if (!clause.body || patterns.size() != arguments.size()) continue;
    Frame* inner = frame(unit_id, outer, depth);
    Truth taken = Truth::kYes;
    for (std::size_t i = 0; i < patterns.size() && taken != Truth::kNo; ++i)
      taken = both(taken, match(inner, patterns[i], arguments[i]));
    if (taken != Truth::kNo && clause.guard) taken = both(taken, truth(evaluate(inner, clause.guard)));
    if (taken == Truth::kNo) continue;
    results.push_back(force(evaluate(inner, clause.body)));
    if (taken == Truth::kYes) break;
  }
  return results.empty() ? unknown() : choice(results);
}

ValueRef Evaluator::apply(ValueRef given, const Values& arguments, int depth) {
  const ValueRef closure = force(given);
  if (closure->kind != ValueKind::kClosure || depth > kMaxDepth) return unknown();
  const Unit& unit = program_.unit(closure->place.unit);
  const Expr& e = unit.expr(closure->place.expr);
  if (e.kind == ExprKind::kClosure) return run_clauses(closure->frame, closure->place.unit, unit.clauses_of(e), arguments, depth);
  const CallId site{unit.first_call + e.payload};
  const Callee& callee = facts_.calls.callees[site.index];
  if (callee.function && callee.external == UINT32_MAX) return call(callee.function, arguments, depth);
  const External* external = facts_.calls.external(site);
  if (external == nullptr) return unknown();
  return call(external->module, external->name, arguments, *closure->frame, closure->place);
}

}  // namespace beamwright::analysis
