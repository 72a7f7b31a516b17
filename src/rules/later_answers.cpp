// The clause that keeps its caller and the one that answers have nothing in common but the state. What makes them a pair is that
// the first answers on no way by itself, and that data from outside leads to a reply.
#include "rules/later_answers.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/answering.h"
#include "rules/replies.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

// Does the process have a socket: does a function of its module use one?
bool connects(const Program& program, const Facts& facts, ProcessId process) {
  const auto functions = program.functions_of(facts.process(process).module);
  return std::any_of(functions.begin(), functions.end(),
                     [&](FunctionId function) { return facts.effects.direct[function.index].has(Effect::kSocket); });
}

// {tcp, Socket, Data}, {Port, {data, Line}}, {gun_data, …}, {Transport, Socket, Data}.
bool comes_from_outside(const Program& program, const Facts& facts, const Handler& handler) {
  static constexpr std::array<std::string_view, 10> kTags = {
      "tcp", "ssl", "udp", "http", "gun_data", "gun_ws", "gun_response", "gun_up", "hackney_response", "websocket"};
  if (handler.kind != HandlerKind::kInfo || !handler.pattern.expr) return false;
  const Unit& unit = program.unit(handler.pattern.expr.unit);
  ExprId pattern = handler.pattern.expr.expr;
  if (unit.expr(pattern).kind == ExprKind::kMatch) {
    const ExprId left = unit.child(pattern, 0);
    pattern = unit.expr(left).kind == ExprKind::kTuple ? left : unit.child(pattern, 1);
  }
  const model::Expr& tuple = unit.expr(pattern);
  if (tuple.kind != ExprKind::kTuple || tuple.child_count < 2) return false;
  if (handler.pattern.tag)
    return tuple.child_count >= 3 && std::find(kTags.begin(), kTags.end(), handler.pattern.tag.text()) != kTags.end();
  const ExprId last = unit.child(pattern, tuple.child_count - 1);
  const std::span<const ExprId> parts = unit.children_of(tuple);
  const bool open =
      std::all_of(parts.begin(), parts.end(), [&](ExprId part) { return unit.expr(part).kind == ExprKind::kVariable; });
  if (open && tuple.child_count == 3) return connects(program, facts, handler.process);
  return tuple.child_count == 2 && unit.expr(last).kind == ExprKind::kTuple && unit.expr(last).child_count == 2 &&
         analysis::atom_value(unit, unit.child(last, 0)) == intern("data");
}

// The first reply that a clause makes in its own process, through the functions that it calls; closures that a list function
// runs are run here.
std::vector<CallId> way_to_reply(const Program& program, const Facts& facts, const Handler& handler) {
  constexpr std::size_t kLongest = 6, kMost = 300;
  std::vector<std::vector<CallId>> chains;
  std::set<FunctionId> entered = {handler.function};
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) chains.push_back({site});
  for (std::size_t i = 0; i < chains.size() && i < kMost; ++i) {
    const std::vector<CallId> chain = chains[i];
    if (is_reply(facts, chain.back())) return chain;
    if (chain.size() >= kLongest || facts.calls.runs[chain.back().index] != analysis::Runs::kCaller) continue;
    const FunctionId callee = facts.calls.callees[chain.back().index].function;
    if (!callee || !entered.insert(callee).second) continue;
    for (const CallId inner : program.calls_of(callee)) {
      chains.push_back(chain);
      chains.back().push_back(inner);
    }
  }
  return {};
}

// Does the clause, or a function of its module that it calls, limit the wait: with a timer, or a time-out of a state machine?
bool limits_wait(const Program& program, const Facts& facts, const Handler& handler) {
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    if (analysis::effects_at(program, facts, site).has(Effect::kTimer)) return true;
  }
  const Unit& unit = program.unit_of(handler.function);
  for (const analysis::CallbackReturn& made : analysis::returns_of(program, facts, handler)) {
    if (made.timeout) return true;
  }
  return any_below(unit, unit.clause(handler.clause).body, [&](ExprId id) {
    static const Symbol kStateTimeout = intern("state_timeout"), kTimeout = intern("timeout");
    const model::Expr& e = unit.expr(id);
    return e.kind == ExprKind::kAtom && (e.symbol() == kStateTimeout || e.symbol() == kTimeout);
  });
}

}  // namespace

std::optional<LaterAnswer> answered_from_outside(const Program& program, const Facts& facts, const Handler& handler) {
  if (handler.kind != HandlerKind::kCall || handler.catch_all || answers_at_once(program, facts, handler)) return {};
  const std::vector<model::VariableId> caller = caller_variables(program, facts, handler);
  const Unit& unit = program.unit_of(handler.function);
  if (caller.empty() || !mentions(unit, unit.clause(handler.clause).body, caller)) return {};
  std::optional<LaterAnswer> found;
  for (const HandlerId id : facts.process(handler.process).handlers) {
    const Handler& arrival = facts.handler(id);
    if (!comes_from_outside(program, facts, arrival)) continue;
    std::vector<CallId> chain = way_to_reply(program, facts, arrival);
    if (chain.empty()) continue;
    found = LaterAnswer{id, chain.back(), chain};
    break;
  }
  if (!found || !way_to_reply(program, facts, handler).empty() || limits_wait(program, facts, handler)) return {};
  return found;
}

}  // namespace beamwright::rules
