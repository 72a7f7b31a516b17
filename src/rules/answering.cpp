// Follows the ways through a clause from its beginning to each result and remembers whether the caller was mentioned on it. Any
// mention counts as use: what is stored, sent or passed on may be answered later.
#include "rules/answering.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::ExprRef;
using analysis::ProcessKind;
using model::Clause;
using model::ClauseId;
using model::Expr;
using model::VariableId;

namespace {

// {call, From}, also as `{call, From} = Event`: the From.
ExprId from_of_event(const Unit& unit, ExprId pattern) {
  const Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kMatch) {
    const ExprId left = from_of_event(unit, unit.child(pattern, 0));
    return left ? left : from_of_event(unit, unit.child(pattern, 1));
  }
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return {};
  const Expr& tag = unit.expr(unit.child(pattern, 0));
  return tag.kind == ExprKind::kAtom && tag.symbol().text() == "call" ? unit.child(pattern, 1) : ExprId();
}

// The clause's pattern for the caller; none for clauses that nobody waits for, and for those of which it is not known.
ExprId caller_pattern(const Program& program, const Facts& facts, const Handler& handler) {
  const Unit& unit = program.unit_of(handler.function);
  const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
  const Process& process = facts.process(handler.process);
  if (process.kind == ProcessKind::kGenStatem) {
    for (const ExprId pattern : patterns) {
      if (const ExprId from = from_of_event(unit, pattern)) return from;
    }
    if (process.behaviour == intern("gen_statem") || process.behaviour.text() == "Elixir.GenStateMachine") return {};
  }
  return handler.kind == HandlerKind::kCall && patterns.size() == 3 ? patterns[1] : ExprId();
}

enum class Used : std::uint8_t { kNot, kSometimes, kSurely };

class Ways {
 public:
  Ways(const Program& program, const Facts& facts, const Handler& handler, std::vector<VariableId> caller)
      : program_(program),
        facts_(facts),
        unit_id_(program.functions[handler.function.index].unit),
        unit_(program.unit(unit_id_)),
        statem_(facts.process(handler.process).kind == ProcessKind::kGenStatem),
        caller_(std::move(caller)) {}

  std::optional<Unanswered> run(ExprId body) {
    end(body, Used::kNot);
    if (found_) found_->sometimes = used_somewhere_;
    return found_;
  }

 private:
  bool uses(ExprId id) const {
    if (!id || !mentions(unit_, id, caller_)) return false;
    used_somewhere_ = true;
    return true;
  }

  bool exits(ExprId id) const { return exits(unit_, id, 0); }

  // Does the expression never come to its end? Functions that only lead to an exit are entered.
  bool exits(const Unit& unit, ExprId id, int depth) const {
    constexpr int kDeepest = 3;
    const Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kBlock) {
      const std::span<const ExprId> children = unit.children_of(e);
      return std::any_of(children.begin(), children.end(), [&](ExprId child) { return exits(unit, child, depth); });
    }
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    const analysis::External* external = facts_.calls.external(site);
    if (external && external->row && external->row->effects.has(Effect::kExit)) return true;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || depth >= kDeepest) return false;
    const Unit& there = program_.unit_of(callee);
    bool any = false;
    for (const ClauseId c : program_.function(callee).clauses) {
      if (!there.clause(c).body) continue;
      if (!exits(there, there.clause(c).body, depth + 1)) return false;
      any = true;
    }
    return any;
  }

  // Is the caller used on every way through an expression that comes to its end?
  bool surely(ExprId id) const {
    if (!id || !uses(id)) return false;
    const Expr& e = unit_.expr(id);
    const std::span<const ExprId> children = unit_.children_of(e);
    switch (e.kind) {
      case ExprKind::kBlock:
      case ExprKind::kMatch:
        return std::any_of(children.begin(), children.end(), [&](ExprId child) { return surely(child); });
      case ExprKind::kCase:
      case ExprKind::kReceive: {
        if (!children.empty() && e.kind == ExprKind::kCase && surely(children[0])) return true;
        for (const ClauseId c : unit_.clauses_of(e)) {
          const Clause& clause = unit_.clause(c);
          if (clause.body && !exits(clause.body) && !surely(clause.body) && !uses(clause.guard)) return false;
        }
        return true;
      }
      case ExprKind::kTry:
        return surely(children[0]) || uses(unit_.try_of(e).after);
      default:
        return true;
    }
  }

  // The results of an expression in last place; `used`: was the caller used before?
  void end(ExprId id, Used used) {
    if (!id) return;
    const Expr& e = unit_.expr(id);
    const std::span<const ExprId> children = unit_.children_of(e);
    if (e.kind == ExprKind::kBlock) {
      for (std::size_t i = 0; i + 1 < children.size(); ++i) used = std::max(used, use_in(children[i]));
      if (!children.empty()) end(children.back(), used);
      return;
    }
    if (e.kind == ExprKind::kMatch) return end(children.back(), used);
    if (e.kind != ExprKind::kCase && e.kind != ExprKind::kReceive && e.kind != ExprKind::kTry && e.kind != ExprKind::kWith)
      return result(id, used);
    // Two conditions one after the other are mostly the same one: who was not used in the first is answered in the second.
    if (used == Used::kSometimes) used = Used::kSurely;
    const bool tried = e.kind == ExprKind::kTry;
    const std::size_t before = e.kind == ExprKind::kWith ? children.size() - 1 : tried ? 0 : children.size();
    for (std::size_t i = 0; i < before; ++i) used = uses(children[i]) ? Used::kSurely : used;
    if (e.kind == ExprKind::kWith) end(children.back(), used);
    if (!tried) return clauses(unit_.clauses_of(e), used);
    const model::Try& attempt = unit_.try_of(e);
    if (attempt.else_clauses.count == 0) end(children[0], used);
    if (uses(children[0]) || uses(attempt.after)) used = Used::kSurely;
    clauses(attempt.else_clauses, used);
    clauses(attempt.catch_clauses, used);
  }

  void clauses(model::ClauseRange range, Used used) {
    for (const ClauseId c : range) end(unit_.clause(c).body, uses(unit_.clause(c).guard) ? Used::kSurely : used);
  }

  Used use_in(ExprId id) const { return surely(id) || exits(id) ? Used::kSurely : uses(id) ? Used::kSometimes : Used::kNot; }

  void result(ExprId id, Used used) {
    const ExprId value = analysis::local_value(unit_, id);
    used_somewhere_ |= replies(value);
    if (used == Used::kSurely || uses(id) || (value && uses(value)) || found_ || !value) return;
    if (answers_nobody(unit_, value)) {
      found_ = Unanswered{{unit_id_, value}, false, {}};
    } else if (unit_.expr(value).kind == ExprKind::kCall) {
      helper(CallId(unit_.first_call + unit_.expr(value).payload));
    }
  }

  bool replies(ExprId value) const {
    if (!value || unit_.expr(value).kind != ExprKind::kTuple || unit_.expr(value).child_count == 0) return false;
    return analysis::atom_value(unit_, unit_.child(value, 0)) == sym::reply;
  }

  // A function of the module that makes the return, and is not given the caller: every return of it answers nobody.
  void helper(CallId site) {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || facts_.calls.external(site) || program_.function_of(site) == callee) return;
    const Unit& there = program_.unit_of(callee);
    ExprRef first;
    bool all = true;
    for (const ClauseId c : program_.function(callee).clauses) {
      if (!there.clause(c).body) continue;
      analysis::for_each_result(there, there.clause(c).body, [&](ExprId result) {
        const bool silent = answers_nobody(there, analysis::local_value(there, result));
        if (silent && !first) first = {program_.functions[callee.index].unit, result};
        all &= silent;
      });
    }
    if (all && first) found_ = Unanswered{first, false, site};
  }

  // {noreply, …}; of a gen_statem a return without an action that replies or keeps the event for later.
  bool answers_nobody(const Unit& unit, ExprId value) const {
    if (!value) return false;
    const Expr& e = unit.expr(value);
    if (statem_ && e.kind == ExprKind::kAtom) return e.symbol() == sym::keep_state_and_data;
    if (e.kind != ExprKind::kTuple || e.child_count < 2) return false;
    const Expr& tag = unit.expr(unit.child(value, 0));
    if (tag.kind != ExprKind::kAtom) return false;
    if (!statem_) return tag.symbol() == sym::noreply;
    const std::string_view text = tag.symbol().text();
    const std::size_t plain = text == "next_state" ? 3 : text == "keep_state" ? 2 : text == "keep_state_and_data" ? 1 : 0;
    if (plain == 0) return false;
    if (e.child_count <= plain) return true;
    // Actions that are written out, none of which keeps the event: a variable may hold anything.
    const ExprId actions = analysis::local_value(unit, unit.child(value, plain));
    return actions && !any_below(unit, actions, [&](ExprId id) {
             const ExprKind kind = unit.expr(id).kind;
             if (kind == ExprKind::kAtom) {
               const std::string_view action = unit.expr(id).symbol().text();
               return action == "postpone" || action == "reply" || action == "next_event";
             }
             return id == actions && kind != ExprKind::kList && kind != ExprKind::kTuple;
           });
  }

  const Program& program_;
  const Facts& facts_;
  model::UnitId unit_id_;
  const Unit& unit_;
  bool statem_;
  std::vector<VariableId> caller_;
  std::optional<Unanswered> found_;
  mutable bool used_somewhere_ = false;
};

}  // namespace

std::vector<VariableId> caller_variables(const Program& program, const Facts& facts, const Handler& handler) {
  const ExprId pattern = caller_pattern(program, facts, handler);
  return pattern ? variables_in(program.unit_of(handler.function), pattern) : std::vector<VariableId>();
}

std::optional<Unanswered> unanswered_return(const Program& program, const Facts& facts, const Handler& handler) {
  if (!caller_pattern(program, facts, handler)) return {};
  const Clause& clause = program.unit_of(handler.function).clause(handler.clause);
  std::vector<VariableId> caller = caller_variables(program, facts, handler);
  // A whole event that is bound to a variable, `{call, From} = Event`, may be handed on with the caller inside.
  const Unit& unit = program.unit_of(handler.function);
  for (const ExprId pattern : unit.patterns_of(clause)) {
    if (from_of_event(unit, pattern)) caller = variables_in(unit, pattern);
  }
  if (!clause.body || (clause.guard && mentions(unit, clause.guard, caller))) return {};
  return Ways(program, facts, handler, std::move(caller)).run(clause.body);
}

}  // namespace beamwright::rules
