// From a call outwards to whatever looks at its value.
#include "analysis/results.h"

#include <algorithm>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::ClauseId;
using model::ClauseRange;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

constexpr std::size_t kMaxWrappers = 3;
constexpr std::size_t kMaxRows = 64;

bool takes_everything(const Unit& unit, const model::Clause& clause) {
  const auto patterns = unit.patterns_of(clause);
  if (clause.guard || patterns.empty()) return patterns.empty() && !clause.guard;
  const ExprKind kind = unit.expr(patterns.back()).kind;
  return kind == ExprKind::kVariable || kind == ExprKind::kWildcard;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<CallResult> run(CallId site) {
    look_at(site, {});
    return std::move(out_);
  }

 private:
  void look_at(CallId site, std::vector<CallId> wrappers) {
    if (out_.size() >= kMaxRows) return;
    unit_id_ = program_.call_units[site.index];
    const Unit& unit = program_.unit(unit_id_);
    CallResult row;
    row.wrappers = std::move(wrappers);
    climb(unit, program_.call(site).expr, row);
    const FunctionId function = program_.function_of(site);
    if (row.use == ResultUse::kReturned && function && !program_.call(site).closure && ask_callers(function, row)) return;
    out_.push_back(std::move(row));
  }

  bool ask_callers(FunctionId function, const CallResult& row) {
    if (row.wrappers.size() >= kMaxWrappers) return false;
    bool any = false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const CallId site = facts_.calls.edges[i].site;
      if (program_.call(site).capture || facts_.calls.callees[site.index].function != function) continue;
      if (facts_.calls.callers[i] == function) continue;
      any = true;
      std::vector<CallId> wrappers = row.wrappers;
      wrappers.push_back(site);
      look_at(site, std::move(wrappers));
    }
    return any;
  }

  ExprRef ref(ExprId id) const { return {unit_id_, id}; }

  void set(CallResult& row, ResultUse use, ExprId place) const {
    row.use = use;
    row.place = ref(place);
  }

  static std::size_t position(const Unit& unit, ExprId parent, ExprId child) {
    const auto children = unit.children_of(parent);
    return static_cast<std::size_t>(std::find(children.begin(), children.end(), child) - children.begin());
  }

  void climb(const Unit& unit, ExprId call, CallResult& row) const {
    ExprId at = call;
    bool timed = false;
    for (ExprId around = unit.parent(at); around; around = unit.parent(at)) {
      const Expr& e = unit.expr(around);
      const std::size_t index = position(unit, around, at);
      switch (e.kind) {
        case ExprKind::kBlock:
          if (index + 1 != e.child_count) return set(row, ResultUse::kIgnored, at);
          break;
        case ExprKind::kMatch:
          if (timed) return matched_time(unit, around, row);
          return matched(unit, around, row);
        case ExprKind::kGenerator:
          return generated(unit, around, row);
        case ExprKind::kCase:
          if (index == 0) return by_clauses(unit, around, unit.clauses_of(e), row);
          break;
        case ExprKind::kTry:
          if (index < e.child_count && !unit.try_of(e).else_clauses.empty()) {
            return by_clauses(unit, around, unit.try_of(e).else_clauses, row);
          }
          if (index >= e.child_count && at == unit.try_of(e).after) return set(row, ResultUse::kIgnored, at);
          break;
        case ExprKind::kWith:
          if (index + 1 < e.child_count) return set(row, ResultUse::kIgnored, at);
          break;
        case ExprKind::kReceive:
          if (index == 0) return set(row, ResultUse::kPassed, around);
          break;
        case ExprKind::kComprehension:
          if (index + 1 != e.child_count) return set(row, ResultUse::kPassed, around);
          break;
        case ExprKind::kClosure:
          if (!is_timed(unit, around)) return set(row, ResultUse::kReturned, at);
          timed = true;
          around = unit.parent(around);
          break;
        default:
          return set(row, ResultUse::kPassed, around);
      }
      at = around;
    }
    set(row, ResultUse::kReturned, at);
  }

  // timer:tc(fun() -> Call end) gives {Microseconds, Result}.
  static bool is_timed(const Unit& unit, ExprId closure) {
    const ExprId call = unit.parent(closure);
    if (!call || unit.expr(call).kind != ExprKind::kCall) return false;
    const model::Call& c = unit.call_of(unit.expr(call));
    return c.module == sym::timer && c.name && c.name.text() == "tc";
  }

  void matched_time(const Unit& unit, ExprId match, CallResult& row) const {
    const ExprId pattern = unit.child(match, 0);
    const Expr& e = unit.expr(pattern);
    if (e.kind != ExprKind::kTuple || e.child_count != 2) return set(row, ResultUse::kBound, match);
    by_pattern(unit, match, unit.child(pattern, 1), row);
  }

  void by_clauses(const Unit& unit, ExprId place, ClauseRange clauses, CallResult& row) const {
    bool all = false;
    for (const ClauseId id : clauses) {
      const model::Clause& clause = unit.clause(id);
      for (const ExprId pattern : unit.patterns_of(clause)) row.shapes.push_back(ref(pattern));
      all = all || takes_everything(unit, clause) || (clause.flags & (model::kTruthy | model::kFalsy)) != 0;
    }
    set(row, all ? ResultUse::kMatchedFully : ResultUse::kMatchedPartly, place);
  }

  void matched(const Unit& unit, ExprId match, CallResult& row) const { by_pattern(unit, match, unit.child(match, 0), row); }

  void by_pattern(const Unit& unit, ExprId match, ExprId pattern, CallResult& row) const {
    const ExprKind kind = unit.expr(pattern).kind;
    if (kind == ExprKind::kWildcard) return set(row, ResultUse::kIgnored, match);
    if (kind == ExprKind::kVariable) return by_variable(unit, match, VariableId(unit.expr(pattern).payload), row);
    row.shapes.push_back(ref(pattern));
    set(row, ResultUse::kMatchedHard, match);
  }

  // The steps of a `with` hand other shapes to its else clauses; without those they are its value.
  void generated(const Unit& unit, ExprId generator, CallResult& row) const {
    const ExprId outer = unit.parent(generator);
    const ExprId pattern = unit.child(generator, 0);
    if (!outer || unit.expr(outer).kind != ExprKind::kWith) return set(row, ResultUse::kPassed, generator);
    if (unit.expr(pattern).kind == ExprKind::kVariable) {
      return by_variable(unit, generator, VariableId(unit.expr(pattern).payload), row);
    }
    const ClauseRange otherwise = unit.clauses_of(unit.expr(outer));
    row.shapes.push_back(ref(pattern));
    if (otherwise.empty()) return set(row, ResultUse::kMatchedFully, generator);
    by_clauses(unit, generator, otherwise, row);
  }

  void by_variable(const Unit& unit, ExprId match, VariableId variable, CallResult& row) const {
    const ExprId binding = variable && variable.index < unit.variables.size() ? unit.variables[variable.index].binding : ExprId();
    if (!binding) return set(row, ResultUse::kBound, match);
    const ExprId root = root_of(unit, match);
    bool read = false;
    CallResult seen;
    any_below(unit, root, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (id == binding || e.kind != ExprKind::kVariable || VariableId(e.payload) != variable) return false;
      read = true;
      const ExprId around = unit.parent(id);
      const Expr* outer = around ? &unit.expr(around) : nullptr;
      if (outer && outer->kind == ExprKind::kCase && outer->child_count == 1 && unit.child(around, 0) == id) {
        by_clauses(unit, around, unit.clauses_of(*outer), seen);
      } else if (outer && outer->kind == ExprKind::kMatch && !outer->has(model::kInPattern) && unit.child(around, 1) == id) {
        matched_again(unit, around, seen);
      }
      return false;
    });
    const bool last = is_last(unit, match);
    if (!seen.shapes.empty()) {
      row.shapes = std::move(seen.shapes);
      row.place = seen.place;
      row.use = seen.use;
    } else {
      set(row, read ? ResultUse::kBound : last ? ResultUse::kReturned : ResultUse::kUnused, match);
    }
  }

  void matched_again(const Unit& unit, ExprId match, CallResult& seen) const {
    const ExprId pattern = unit.child(match, 0);
    const ExprKind kind = unit.expr(pattern).kind;
    if (kind == ExprKind::kVariable || kind == ExprKind::kWildcard) return;
    seen.shapes.push_back(ref(pattern));
    set(seen, ResultUse::kMatchedHard, match);
  }

  static bool is_last(const Unit& unit, ExprId match) {
    const ExprId around = unit.parent(match);
    return !around ||
           (unit.expr(around).kind == ExprKind::kBlock && position(unit, around, match) + 1 == unit.expr(around).child_count);
  }

  const Program& program_;
  const Facts& facts_;
  UnitId unit_id_;
  std::vector<CallResult> out_;
};

}  // namespace

std::vector<CallResult> results_of(const Program& program, const Facts& facts, CallId site) {
  return Finder(program, facts).run(site);
}

bool takes_shape(const Program& program, const CallResult& result, const Pattern& value) {
  return std::any_of(result.shapes.begin(), result.shapes.end(), [&](const ExprRef& shape) {
    return may_match(outline(program.unit(shape.unit), shape.unit, shape.expr), value);
  });
}

}  // namespace beamwright::analysis
