// The handlers around a call, and what they go on with. Declared in results.h.
#include <algorithm>

#include "analysis/results.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

bool is_any(const Unit& unit, ExprId pattern) {
  const ExprKind kind = unit.expr(pattern).kind;
  return kind == ExprKind::kVariable || kind == ExprKind::kWildcard;
}

std::uint8_t classes_of(const Unit& unit, const model::Clause& clause) {
  if (clause.flags & model::kRescue) return kErrorClass;
  const auto patterns = unit.patterns_of(clause);
  if (patterns.empty() || is_any(unit, patterns[0])) return kAllClasses;
  const Expr& e = unit.expr(patterns[0]);
  if (e.kind != ExprKind::kAtom) return kAllClasses;
  return e.symbol() == sym::error ? kErrorClass : e.symbol() == sym::exit ? kExitClass : kThrowClass;
}

class Reader {
 public:
  Reader(const Program& program, const Facts& facts, FunctionId function)
      : program_(program), facts_(facts), function_(function), unit_(program.unit_of(function)) {}

  Handling read(UnitId unit_id, ExprId try_expr, ClauseId id) const {
    const model::Clause& clause = unit_.clause(id);
    Handling h;
    h.try_expr = {unit_id, try_expr};
    h.clause = id;
    h.classes = classes_of(unit_, clause);
    h.old_catch = unit_.expr(try_expr).has(model::kOldCatch);
    const auto patterns = unit_.patterns_of(clause);
    if (clause.flags & model::kRescue) {
      for (const ExprId name : patterns.size() > 1 ? unit_.children_of(patterns[1]) : std::span<const ExprId>()) {
        if (unit_.expr(name).kind == ExprKind::kAtom) h.exceptions.push_back(unit_.expr(name).symbol());
      }
    } else if (patterns.size() > 1 && (!is_any(unit_, patterns[1]) || clause.guard)) {
      h.reason = {unit_id, patterns[1]};
    }
    judge(unit_id, clause.body, h);
    return h;
  }

 private:
  void judge(UnitId unit_id, ExprId body, Handling& h) const {
    any_below(unit_, body, [&](ExprId id) {
      if (unit_.expr(id).kind == ExprKind::kCall) {
        h.logs = h.logs || effects_at(program_, facts_, CallId(unit_.first_call + unit_.expr(id).payload)).has(Effect::kLog);
      }
      return h.logs;
    });
    bool first = true;
    for_each_result(unit_, body, [&](ExprId result) {
      const Aftermath here = aftermath(result);
      h.aftermath = first || h.aftermath == here ? here : Aftermath::kMixed;
      h.value = first ? ExprRef{unit_id, result} : ExprRef();
      first = false;
    });
  }

  Aftermath aftermath(ExprId result) const {
    const Expr& e = unit_.expr(result);
    if (e.kind == ExprKind::kCall) {
      const CallId site(unit_.first_call + e.payload);
      const External* external = facts_.calls.external(site);
      if (external && external->row && external->row->effects.has(Effect::kExit)) return Aftermath::kExits;
    }
    if (e.kind == ExprKind::kAtom && e.symbol() == sym::keep_state_and_data) return Aftermath::kKeepsState;
    if (e.kind != ExprKind::kTuple || e.child_count < 2) return Aftermath::kReturnsValue;
    const Expr& tag = unit_.expr(unit_.child(result, 0));
    if (tag.kind != ExprKind::kAtom) return Aftermath::kReturnsValue;
    if (tag.symbol().text() == "stop") return Aftermath::kStops;
    const std::string_view word = tag.symbol().text();
    if (tag.symbol() == sym::keep_state_and_data)
      return tries_again(unit_.child(result, 1)) ? Aftermath::kReturnsValue : Aftermath::kKeepsState;
    if (word != "noreply" && word != "reply" && word != "keep_state") return Aftermath::kReturnsValue;
    const std::size_t at = word == "reply" ? 2 : 1;
    return at < e.child_count && is_given_state(unit_.child(result, at)) ? Aftermath::kKeepsState : Aftermath::kReturnsValue;
  }

  // Actions that bring another event: {state_timeout, 1000, again}, {next_event, internal, again}.
  bool tries_again(ExprId actions) const {
    return any_below(unit_, actions, [&](ExprId id) {
      if (unit_.expr(id).kind != ExprKind::kAtom) return false;
      const std::string_view word = unit_.expr(id).symbol().text();
      return word == "state_timeout" || word == "timeout" || word == "next_event" || word == "postpone";
    });
  }

  bool is_given_state(ExprId expr) const {
    if (unit_.expr(expr).kind != ExprKind::kVariable) return false;
    const auto parameter = parameter_of(unit_, program_.function(function_), VariableId(unit_.expr(expr).payload));
    return parameter && parameter->index + 1 == program_.function(function_).arity;
  }

  const Program& program_;
  const Facts& facts_;
  FunctionId function_;
  const Unit& unit_;
};

std::uint8_t caught(const Program& program, const Facts& facts, CallId site, bool callers, int depth) {
  constexpr int kMaxDepth = 3;
  std::uint8_t classes = 0;
  for (const Handling& h : handlings_around(program, facts, site)) {
    if (h.takes_all_reasons()) classes |= h.classes;
  }
  const FunctionId function = program.function_of(site);
  if (!callers || classes == kAllClasses || depth >= kMaxDepth || !function) return classes;
  std::uint8_t above = kAllClasses;
  bool any = false;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const Edge& edge = facts.calls.edges[i];
    if (facts.calls.callers[i] == function || edge.runs != Runs::kCaller) continue;
    any = true;
    above &= caught(program, facts, edge.site, true, depth + 1);
  }
  return any ? static_cast<std::uint8_t>(classes | above) : classes;
}

}  // namespace

std::vector<Handling> handlings_around(const Program& program, const Facts& facts, CallId site) {
  std::vector<Handling> out;
  const FunctionId function = program.function_of(site);
  if (!function) return out;
  const UnitId unit_id = program.call_units[site.index];
  const Unit& unit = program.unit(unit_id);
  const Reader reader(program, facts, function);
  ExprId at = program.call(site).expr;
  for (ExprId around = unit.parent(at); around; at = around, around = unit.parent(at)) {
    const Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kClosure && facts.calls.runs[site.index] != Runs::kCaller) break;
    if (e.kind != ExprKind::kTry || e.child_count == 0 || unit.child(around, 0) != at) continue;
    for (const ClauseId id : unit.try_of(e).catch_clauses) out.push_back(reader.read(unit_id, around, id));
  }
  return out;
}

std::uint8_t classes_caught(const Program& program, const Facts& facts, CallId site, bool callers) {
  return caught(program, facts, site, callers, 0);
}

}  // namespace beamwright::analysis
