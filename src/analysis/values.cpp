#include "analysis/values.h"

#include <algorithm>

namespace beamwright::analysis {

using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Unit;
using model::VariableId;

namespace {

// Values are followed over a few steps only: real code needs two or three, and hostile code must not cost more.
constexpr int kMaxSteps = 12;
constexpr int kMaxDepth = 64;

}  // namespace

Uses::Uses(const Unit& unit) : first_(unit.variables.size() + 1, 0) {
  const auto is_use = [&](const Expr& e) { return e.kind == ExprKind::kVariable && e.payload < unit.variables.size(); };
  for (const Expr& e : unit.exprs)
    if (is_use(e)) ++first_[e.payload + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  rows_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t i = 0; i < unit.exprs.size(); ++i)
    if (is_use(unit.exprs[i])) rows_[next[unit.exprs[i].payload]++] = ExprId(i);
}

ExprId bound_value(const Unit& unit, VariableId variable) {
  if (!variable || variable.index >= unit.variables.size()) return {};
  ExprId at = unit.variables[variable.index].binding;
  for (int step = 0; at && step < kMaxSteps; ++step) {
    const ExprId parent = unit.parent(at);
    if (!parent || unit.expr(parent).kind != ExprKind::kMatch) return {};
    const bool on_the_left = unit.child(parent, 0) == at;
    // Inside a pattern `a = b` is an alias: go on outwards, until the match that is an expression.
    if (!unit.expr(parent).has(model::kInPattern)) return on_the_left ? unit.child(parent, 1) : ExprId{};
    at = parent;
  }
  return {};
}

VariableId whole_variable(const Unit& unit, ExprId pattern) {
  if (!pattern) return {};
  const Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) return VariableId(e.payload);
  if (e.kind == ExprKind::kMatch) {
    for (const ExprId side : unit.children_of(e))
      if (const VariableId v = whole_variable(unit, side)) return v;
  }
  return {};
}

std::optional<Parameter> parameter_of(const Unit& unit, const model::Function& function, VariableId variable) {
  if (!variable) return {};
  for (const ClauseId id : function.clauses) {
    const auto patterns = unit.patterns_of(unit.clause(id));
    for (std::uint32_t i = 0; i < patterns.size(); ++i)
      if (whole_variable(unit, patterns[i]) == variable) return Parameter{id, i};
  }
  return {};
}

namespace {

void visit_results(const Unit& unit, ExprId id, const std::function<void(ExprId)>& visit, int depth) {
  if (!id || depth > kMaxDepth) return;
  const Expr& e = unit.expr(id);
  const auto clauses = [&](model::ClauseRange range) {
    for (const ClauseId c : range) visit_results(unit, unit.clause(c).body, visit, depth + 1);
  };
  const auto children = unit.children_of(e);
  switch (e.kind) {
    case ExprKind::kBlock:
      if (!children.empty()) return visit_results(unit, children.back(), visit, depth + 1);
      break;
    case ExprKind::kMatch:
      if (!e.has(model::kInPattern) && children.size() == 2) return visit_results(unit, children[1], visit, depth + 1);
      break;
    case ExprKind::kCase:
      return clauses(unit.clauses_of(e));
    case ExprKind::kReceive:
      clauses(unit.clauses_of(e));
      if (children.size() == 2) visit_results(unit, children[1], visit, depth + 1);
      return;
    case ExprKind::kTry: {
      const model::Try& t = unit.try_of(e);
      if (t.else_clauses.empty()) {
        if (!children.empty()) visit_results(unit, children[0], visit, depth + 1);
      } else {
        clauses(t.else_clauses);
      }
      return clauses(t.catch_clauses);
    }
    case ExprKind::kWith:
      if (!children.empty()) visit_results(unit, children.back(), visit, depth + 1);
      return clauses(unit.clauses_of(e));
    default:
      break;
  }
  visit(id);
}

}  // namespace

void for_each_result(const Unit& unit, ExprId expr, const std::function<void(ExprId)>& visit) {
  visit_results(unit, expr, visit, 0);
}

ExprId local_value(const Unit& unit, ExprId id) {
  for (int step = 0; id && step < kMaxSteps; ++step) {
    const Expr& e = unit.expr(id);
    const auto children = unit.children_of(e);
    if (e.kind == ExprKind::kVariable) {
      const ExprId value = bound_value(unit, VariableId(e.payload));
      if (!value) return id;
      id = value;
    } else if (e.kind == ExprKind::kBlock && !children.empty()) {
      id = children.back();
    } else if (e.kind == ExprKind::kMatch && !e.has(model::kInPattern) && children.size() == 2) {
      id = children[1];
    } else {
      return id;
    }
  }
  return id;
}

ExprId literal_option(const Unit& unit, ExprId options, Symbol key) {
  options = local_value(unit, options);
  if (!options) return {};
  const Expr& e = unit.expr(options);
  const auto children = unit.children_of(e);
  if (e.kind == ExprKind::kMap) {
    for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2)
      if (atom_value(unit, children[i]) == key) return children[i + 1];
  } else if (e.kind == ExprKind::kList) {
    for (const ExprId child : children) {
      const Expr& pair = unit.expr(child);
      if (pair.kind == ExprKind::kTuple && pair.child_count == 2 && atom_value(unit, unit.child(child, 0)) == key)
        return unit.child(child, 1);
    }
  } else if (e.kind == ExprKind::kOperator && e.symbol() == sym::concat) {
    for (const ExprId child : children)
      if (const ExprId found = literal_option(unit, child, key)) return found;
  }
  return {};
}

std::optional<Symbol> atom_value(const Unit& unit, ExprId id) {
  id = local_value(unit, id);
  if (id && unit.expr(id).kind == ExprKind::kAtom) return unit.expr(id).symbol();
  return {};
}

std::optional<std::int64_t> integer_value(const Unit& unit, ExprId id) {
  id = local_value(unit, id);
  if (!id) return {};
  const Expr& e = unit.expr(id);
  if (e.kind == ExprKind::kInteger) return unit.integer_of(e);
  // 60 * 1000, :timer.seconds(5): timeouts are often written so.
  if (e.kind == ExprKind::kOperator && e.child_count == 2) {
    const auto a = integer_value(unit, unit.child(id, 0));
    const auto b = integer_value(unit, unit.child(id, 1));
    std::int64_t out = 0;
    if (a && b && e.symbol() == sym::times && !__builtin_mul_overflow(*a, *b, &out)) return out;
    if (a && b && e.symbol() == sym::plus && !__builtin_add_overflow(*a, *b, &out)) return out;
    if (a && b && e.symbol() == sym::minus && !__builtin_sub_overflow(*a, *b, &out)) return out;
  }
  if (e.kind == ExprKind::kCall && e.child_count == 1) {
    const model::Call& call = unit.call_of(e);
    if (call.target != model::TargetKind::kRemote || call.module != sym::timer) return {};
    const auto value = integer_value(unit, unit.child(id, 0));
    const std::int64_t factor = call.name == sym::seconds   ? 1000
                                : call.name == sym::minutes ? 60'000
                                : call.name == sym::hours   ? 3'600'000
                                                            : 0;
    std::int64_t out = 0;
    if (value && factor != 0 && !__builtin_mul_overflow(*value, factor, &out)) return out;
  }
  return {};
}

Pattern outline(const Unit& unit, UnitId unit_id, ExprId id) {
  Pattern p;
  if (!id) return p;
  p.expr = {unit_id, id};
  const bool pattern = unit.expr(id).has(model::kInPattern);
  // A pattern like `{:get, k} = message` says more by its other side; a message in a variable by its value.
  for (int step = 0; step < kMaxSteps; ++step) {
    const Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kMatch && pattern && e.child_count == 2) {
      const ExprKind left = unit.expr(unit.child(id, 0)).kind;
      const bool left_is_name = left == ExprKind::kVariable || left == ExprKind::kWildcard;
      id = unit.child(id, left_is_name ? 1 : 0);
    } else if (!pattern && local_value(unit, id) != id) {
      id = local_value(unit, id);
    } else {
      break;
    }
  }
  const Expr& e = unit.expr(id);
  switch (e.kind) {
    case ExprKind::kAtom:
      p.tag = e.symbol();
      break;
    case ExprKind::kTuple:
      p.size = e.child_count;
      if (e.child_count > 0 && unit.expr(unit.child(id, 0)).kind == ExprKind::kAtom)
        p.tag = unit.expr(unit.child(id, 0)).symbol();
      break;
    case ExprKind::kVariable:
    case ExprKind::kWildcard:
      p.any = true;
      break;
    default:
      break;
  }
  return p;
}

bool may_match(const Pattern& taken, const Pattern& sent) {
  if (taken.any || sent.any || !taken.expr || !sent.expr) return true;
  if (taken.tag && sent.tag && taken.tag != sent.tag) return false;
  // Only when both outlines were read (an atom or a tuple) do sizes decide.
  const bool taken_read = taken.tag || taken.size != 0;
  const bool sent_read = sent.tag || sent.size != 0;
  return !taken_read || !sent_read || taken.size == sent.size;
}

ExprId root_of(const Unit& unit, ExprId expr) {
  while (const ExprId parent = unit.parent(expr)) expr = parent;
  return expr;
}

Clauses::Clauses(const Unit& unit) : unit_(unit) {
  for (std::uint32_t f = 0; f < unit.functions.size(); ++f) {
    for (const ClauseId id : unit.functions[f].clauses) {
      const Clause& c = unit.clause(id);
      const Place place{model::LocalFunctionId(f), id};
      for (const ExprId p : unit.patterns_of(c)) rows_.push_back({p, place});
      if (c.guard) rows_.push_back({c.guard, place});
      if (c.body) rows_.push_back({c.body, place});
    }
  }
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.root < b.root; });
}

Clauses::Place Clauses::of(ExprId expr) const {
  const ExprId root = root_of(unit_, expr);
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), root, [](const Row& r, ExprId e) { return r.root < e; });
  return found != rows_.end() && found->root == root ? found->place : Place{};
}

}  // namespace beamwright::analysis
