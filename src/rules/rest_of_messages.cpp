#include "rules/rest_of_messages.h"

#include <algorithm>
#include <array>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Pattern;

namespace {

bool is_error_reason(const Unit& unit, ExprId reason) {
  reason = analysis::local_value(unit, reason);
  if (unit.expr(reason).kind == ExprKind::kTuple && unit.expr(reason).child_count > 0) reason = unit.child(reason, 0);
  const std::optional<Symbol> atom = analysis::atom_value(unit, reason);
  return atom && *atom != sym::normal && *atom != sym::shutdown;
}

// {stop, Reason, …} as the last of a clause, with a reason that is an error; the only way in which the clause ends.
bool stops_with_error(const Unit& unit, ExprId body) {
  bool all = static_cast<bool>(body);
  std::size_t ends = 0;
  analysis::for_each_result(unit, body, [&](ExprId id) {
    ++ends;
    const model::Expr& e = unit.expr(id);
    const bool stop = e.kind == ExprKind::kTuple && e.child_count >= 2 &&
                      analysis::atom_value(unit, unit.child(id, 0)) == sym::stop && is_error_reason(unit, unit.child(id, 1));
    all = all && stop;
  });
  return all && ends > 0;
}

// The message of a clause that binds it whole: handle_info(Message, State).
model::VariableId whole_message(const Unit& unit, const Handler& handler) {
  if (!handler.pattern.any || !handler.pattern.expr) return {};
  ExprId pattern = handler.pattern.expr.expr;
  const model::Expr& e = unit.expr(pattern);
  return e.kind == ExprKind::kVariable && e.payload < unit.variables.size() ? model::VariableId(e.payload) : model::VariableId();
}

ExprId last_of(const Unit& unit, ExprId body) {
  while (body && unit.expr(body).kind == ExprKind::kBlock && unit.expr(body).child_count > 0) {
    body = unit.child(body, unit.expr(body).child_count - 1);
  }
  return body;
}

bool is_variable(const Unit& unit, ExprId id, model::VariableId variable) {
  return unit.expr(id).kind == ExprKind::kVariable && unit.expr(id).payload == variable.index;
}

class Collector {
 public:
  Collector(const Unit& unit, analysis::UnitId id) : unit_(unit), id_(id) {}

  void add(const model::Clause& clause, std::size_t position) {
    const std::span<const ExprId> patterns = unit_.patterns_of(clause);
    if (position >= patterns.size()) return;
    const Pattern pattern = analysis::outline(unit_, id_, patterns[position]);
    const bool unreadable = unit_.expr(patterns[position]).kind == ExprKind::kUnknown;
    if ((pattern.any || unreadable) && !clause.guard && stops_with_error(unit_, clause.body)) {
      out.stops = {unit_.file, clause.begin, clause.end};
      return;
    }
    if (pattern.any || unreadable) out.partial = false;
    out.patterns.push_back(pattern);
  }

  InnerClauses out;

 private:
  const Unit& unit_;
  analysis::UnitId id_;
};

}  // namespace

std::optional<InnerClauses> inner_clauses(const Program& program, const Handler& handler) {
  if (handler.kind != HandlerKind::kInfo) return {};
  const Unit& unit = program.unit_of(handler.function);
  const model::VariableId message = whole_message(unit, handler);
  if (!message) return {};
  const ExprId last = last_of(unit, unit.clause(handler.clause).body);
  if (!last) return {};
  const model::Expr& e = unit.expr(last);
  const analysis::UnitId unit_id = program.functions[handler.function.index].unit;
  Collector collector(unit, unit_id);
  if (e.kind == ExprKind::kCase && e.child_count > 0 && is_variable(unit, unit.child(last, 0), message)) {
    for (const model::ClauseId id : unit.clauses_of(e)) collector.add(unit.clause(id), 0);
    collector.out.place = unit.span(last);
    return std::move(collector.out);
  }
  if (e.kind != ExprKind::kCall || unit.call_of(e).target != model::TargetKind::kLocal || unit.call_of(e).capture) return {};
  const std::span<const ExprId> arguments = unit.children_of(last);
  const auto at = std::find_if(arguments.begin(), arguments.end(), [&](ExprId id) { return is_variable(unit, id, message); });
  const model::Call& call = unit.call_of(e);
  const ModuleId module = program.module_of(handler.function);
  const FunctionId callee = program.find_function(module, call.name, call.arity);
  if (at == arguments.end() || !callee || callee == handler.function || program.functions[callee.index].unit != unit_id)
    return {};
  const model::Function& f = program.function(callee);
  if (f.name.text().starts_with("handle_c")) return {};  // the callbacks for calls and casts have their own senders
  for (const model::ClauseId id : f.clauses) {
    if (unit.clause(id).body) collector.add(unit.clause(id), static_cast<std::size_t>(at - arguments.begin()));
  }
  if (collector.out.patterns.empty()) return {};
  collector.out.place = name_span(program, callee);
  return std::move(collector.out);
}

bool stops_on_anything(const Program& program, const Facts& facts, const Handler& handler) {
  if (handler.kind != HandlerKind::kInfo || !handler.catch_all || handler.reply != analysis::Reply::kStop) return false;
  const std::vector<analysis::CallbackReturn> returns = analysis::returns_of(program, facts, handler);
  return !returns.empty() && std::all_of(returns.begin(), returns.end(), [&](const analysis::CallbackReturn& made) {
    return made.tag == sym::stop && made.reason && is_error_reason(program.unit(made.reason.unit), made.reason.expr);
  });
}

std::optional<source::Span> stops_on_unknown(const Program& program, const Handler& handler) {
  constexpr std::array<std::string_view, 4> kNotMine = {"unknown", "unexpected", "unhandled", "not_handled"};
  if (handler.kind != HandlerKind::kInfo || !handler.catch_all) return {};
  const Unit& unit = program.unit_of(handler.function);
  const model::VariableId message = whole_message(unit, handler);
  const ExprId last = message ? last_of(unit, unit.clause(handler.clause).body) : ExprId();
  if (!last || unit.expr(last).kind != ExprKind::kCase || unit.expr(last).child_count == 0) return {};
  const ExprId subject = unit.child(last, 0);
  if (unit.expr(subject).kind != ExprKind::kCall) return {};
  const std::span<const ExprId> arguments = unit.children_of(subject);
  if (std::none_of(arguments.begin(), arguments.end(), [&](ExprId id) { return is_variable(unit, id, message); })) return {};
  for (const model::ClauseId id : unit.clauses_of(unit.expr(last))) {
    const model::Clause& clause = unit.clause(id);
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (patterns.size() != 1 || !stops_with_error(unit, clause.body)) continue;
    const std::optional<Symbol> atom = analysis::atom_value(unit, patterns[0]);
    if (atom && std::find(kNotMine.begin(), kNotMine.end(), atom->text()) != kNotMine.end())
      return source::Span{unit.file, clause.begin, clause.end};
  }
  return {};
}

bool is_state_machine(const Process& process) {
  return process.kind == analysis::ProcessKind::kGenStatem && process.behaviour.text() != "gen_fsm";
}

bool takes_info(const Program& program, const Handler& handler) {
  if (handler.kind == HandlerKind::kInfo) return true;
  if (handler.kind != HandlerKind::kEvent) return false;
  const Unit& unit = program.unit_of(handler.function);
  const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
  if (patterns.empty()) return false;
  const ExprKind kind = unit.expr(patterns[0]).kind;
  return kind != ExprKind::kAtom && kind != ExprKind::kTuple;
}

bool takes_only_some(const Program& program, const Handler& handler) {
  const Unit& unit = program.unit_of(handler.function);
  const model::Clause& clause = unit.clause(handler.clause);
  if (clause.guard) return true;
  const std::span<const ExprId> patterns = unit.patterns_of(clause);
  return std::any_of(patterns.begin(), patterns.end(), [&](ExprId pattern) {
    // A pattern that names a variable twice, or one that is bound already.
    return any_below(unit, pattern, [&](ExprId part) {
      const model::Expr& e = unit.expr(part);
      return e.kind == ExprKind::kPin || (e.kind == ExprKind::kVariable && !e.has(model::kBinds));
    });
  });
}

std::vector<Pattern> handled_by(const Program& program, const Facts& facts, const Handler& handler) {
  if (stops_on_anything(program, facts, handler)) return {};
  if (const std::optional<InnerClauses> inner = inner_clauses(program, handler); inner && inner->partial) return inner->patterns;
  return {handler.pattern};
}

bool handles_the_rest(const Program& program, const Facts& facts, const Handler& handler) {
  if (!handler.pattern.any || stops_on_anything(program, facts, handler) || stops_on_unknown(program, handler)) return false;
  const std::optional<InnerClauses> inner = inner_clauses(program, handler);
  return !inner || !inner->partial;
}

}  // namespace beamwright::rules
