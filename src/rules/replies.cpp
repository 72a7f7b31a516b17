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

using Variables = std::vector<model::VariableId>;

// One round over a body: what a match, a generator or a case takes out of the state is of the state. Says whether there is more
// than before.
bool spread(const Unit& unit, ExprId body, Variables& state) {
  const std::size_t before = state.size();
  const auto pass = [&](ExprId from, ExprId to) {
    if (!mentions(unit, from, state)) return;
    for (const model::VariableId variable : variables_in(unit, to)) {
      if (std::find(state.begin(), state.end(), variable) == state.end()) state.push_back(variable);
    }
  };
  any_below(unit, body, [&](ExprId id) {
    const model::Expr& expr = unit.expr(id);
    if ((expr.kind == ExprKind::kMatch || expr.kind == ExprKind::kGenerator) && expr.child_count == 2) {
      pass(unit.child(id, 1), unit.child(id, 0));
    } else if (expr.kind == ExprKind::kCase && expr.child_count > 0) {
      for (const model::ClauseId clause : unit.clauses_of(expr)) {
        for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) pass(unit.child(id, 0), pattern);
      }
    }
    return false;
  });
  return state.size() > before;
}

class AnswerReader {
 public:
  AnswerReader(const Program& program, const Facts& facts, bool state_machine)
      : program_(program), facts_(facts), state_machine_(state_machine) {}

  void read(FunctionId function, model::ClauseId clause_id, Variables state, int depth) {
    const Unit& unit = program_.unit_of(function);
    const model::Clause& clause = unit.clause(clause_id);
    if (!clause.body) return;
    constexpr int kRounds = 3;  // a variable is mostly bound before it is used
    for (int round = 0; round < kRounds && spread(unit, clause.body, state); ++round) {
    }
    std::vector<ExprId> values;
    std::vector<ExprId> calls;
    analysis::for_each_result(unit, clause.body, [&](ExprId id) {
      const ExprId result = analysis::local_value(unit, id);
      if (result && unit.expr(result).kind == ExprKind::kCall) return calls.push_back(result);
      add_return(unit, result ? result : id, state_machine_, values);
    });
    for (const CallId site : analysis::calls_in_clause(program_, function, clause_id)) {
      if (is_reply(facts_, site)) values.push_back(arguments_of(program_, site)[1]);
    }
    for (const ExprId value : values) found.push_back({function, value, state});
    for (const ExprId call : calls) follow(unit, call, state, depth);
  }

  std::vector<Answer> found;

 private:
  void follow(const Unit& unit, ExprId call, const Variables& state, int depth) {
    constexpr int kMaxDepth = 2;
    const CallId site(unit.first_call + unit.expr(call).payload);
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || depth >= kMaxDepth || program_.module_of(callee) != program_.module_of(program_.function_of(site))) return;
    const std::span<const ExprId> arguments = unit.children_of(call);
    for (const model::ClauseId clause : program_.function(callee).clauses) {
      const Unit& there = program_.unit_of(callee);
      const std::span<const ExprId> patterns = there.patterns_of(there.clause(clause));
      Variables given;
      for (std::size_t i = 0; i < arguments.size() && i < patterns.size(); ++i) {
        if (!mentions(unit, arguments[i], state)) continue;
        for (const model::VariableId variable : variables_in(there, patterns[i])) given.push_back(variable);
      }
      read(callee, clause, std::move(given), depth + 1);
    }
  }

  const Program& program_;
  const Facts& facts_;
  bool state_machine_;
};

// Does the clause answer by gen_server:reply/2 in its own process, before it returns?
bool replies_by_call(const Program& program, const Facts& facts, const Handler& handler) {
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (is_reply(facts, site) && facts.calls.runs[site.index] == analysis::Runs::kCaller) return true;
  }
  return false;
}

}  // namespace

std::vector<Answer> answers_of(const Program& program, const Facts& facts, const Handler& handler) {
  const Unit& unit = program.unit_of(handler.function);
  const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
  AnswerReader reader(program, facts, is_state_machine(facts, handler));
  reader.read(handler.function, handler.clause, patterns.empty() ? Variables() : variables_in(unit, patterns.back()), 0);
  return std::move(reader.found);
}

bool is_reply(const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || external->name != sym::reply || external->arity != 2) return false;
  const std::string_view module = external->module.text();
  return module == "gen_server" || module == "gen_statem" || module == "gen_fsm" || module == "gen" ||
         module == "Elixir.GenServer" || module == "Elixir.GenStateMachine" || module == "Elixir.Connection";
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
  if (handler.reply == analysis::Reply::kNoReply && replies_by_call(program, facts, handler)) return true;
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
