#include "rules/replies.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

bool is_state_machine(const Facts& facts, const Handler& handler) {
  return facts.process(handler.process).kind == analysis::ProcessKind::kGenStatem;
}

// {reply, From, Value} among the actions of a gen_statem: alone or in a list.
void add_actions(const Unit& unit, ExprId actions, std::vector<ExprId>& found) {
  const ExprId value = analysis::local_value(unit, actions);
  if (!value) return;
  const model::Expr& expr = unit.expr(value);
  if (expr.kind == ExprKind::kList) {
    for (const ExprId action : unit.children_of(expr)) add_actions(unit, action, found);
    return;
  }
  if (expr.kind != ExprKind::kTuple || expr.child_count != 3) return;
  if (analysis::atom_value(unit, unit.child(value, 0)) == sym::reply) found.push_back(unit.child(value, 2));
}

// The values in one return of a clause.
void add_return(const Unit& unit, ExprId result, bool state_machine, std::vector<ExprId>& found) {
  const model::Expr& expr = unit.expr(result);
  if (expr.kind != ExprKind::kTuple || expr.child_count < 2) return;
  if (analysis::atom_value(unit, unit.child(result, 0)) == sym::reply) {
    if (expr.child_count >= 3) found.push_back(unit.child(result, 1));
    return;
  }
  if (state_machine) add_actions(unit, unit.child(result, expr.child_count - 1), found);
}

}  // namespace

bool is_reply(const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || external->name != sym::reply || external->arity != 2) return false;
  const std::string_view module = external->module.text();
  return module == "gen_server" || module == "gen_statem" || module == "gen_fsm" || module == "gen" ||
         module == "Elixir.GenServer" || module == "Elixir.GenStateMachine";
}

std::vector<ExprId> replies_of(const Program& program, const Facts& facts, const Handler& handler) {
  std::vector<ExprId> found;
  const Unit& unit = program.unit_of(handler.function);
  const model::Clause& clause = unit.clause(handler.clause);
  if (!clause.body) return found;
  const bool state_machine = is_state_machine(facts, handler);
  analysis::for_each_result(unit, clause.body, [&](ExprId id) { add_return(unit, id, state_machine, found); });
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (is_reply(facts, site)) found.push_back(arguments_of(program, site)[1]);
  }
  return found;
}

bool answers_at_once(const Program& program, const Facts& facts, const Handler& handler) {
  if (handler.reply == analysis::Reply::kReply) return true;
  if (!is_state_machine(facts, handler) || handler.kind != HandlerKind::kCall) return false;
  const Unit& unit = program.unit_of(handler.function);
  const ExprId body = unit.clause(handler.clause).body;
  if (!body) return false;
  const std::vector<CallId> calls = analysis::calls_in_clause(program, handler.function, handler.clause);
  if (std::any_of(calls.begin(), calls.end(), [&](CallId site) { return is_reply(facts, site); })) return true;
  bool all = true;
  analysis::for_each_result(unit, body, [&](ExprId id) {
    std::vector<ExprId> found;
    add_return(unit, id, true, found);
    all &= !found.empty();
  });
  return all;
}

}  // namespace beamwright::rules
