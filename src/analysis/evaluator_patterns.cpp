// Variables and patterns of the Evaluator.
#include <algorithm>

#include "analysis/evaluator.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

ValueRef Evaluator::variable(Frame* f, ExprId use) {
  const Unit& unit = program_.unit(f->unit);
  const std::uint32_t v = unit.expr(use).payload;
  if (v >= unit.variables.size()) return unknown();
  if (const ValueRef known = f->find(v)) return known;
  f->set(v, unknown());  // for a variable that needs itself
  Values all = values();
  for (const ExprId occurrence : bindings_seen_from(unit, use)) {
    bind(f, occurrence);
    if (const ValueRef value = f->find(v)) all.push_back(value);
  }
  const ValueRef value = all.empty() ? unknown() : choice(all);
  f->set(v, value);
  return value;
}

// Where a variable gets its value. In Erlang each branch of a case may bind it for what follows the case.
std::vector<ExprId> Evaluator::bindings_seen_from(const Unit& unit, ExprId use) {
  const std::uint32_t v = unit.expr(use).payload;
  const ExprId first = unit.variables[v].binding;
  if (!first) return {};
  if (unit.language != source::Language::kErlang) return {first};
  const std::uint32_t at = unit.expr(use).begin;
  for (ExprId outer = unit.parent(first); outer; outer = unit.parent(outer)) {
    const Expr& e = unit.expr(outer);
    if (e.kind == ExprKind::kClosure) break;
    if ((e.kind != ExprKind::kCase && e.kind != ExprKind::kReceive && e.kind != ExprKind::kTry) || (at >= e.begin && at < e.end))
      continue;
    std::vector<ExprId> all;
    any_below(unit, outer, [&](ExprId id) {
      const Expr& each = unit.expr(id);
      if (each.kind == ExprKind::kVariable && each.payload == v && each.has(model::kBinds)) all.push_back(id);
      return false;
    });
    return all;
  }
  return {first};
}

void Evaluator::bind(Frame* f, ExprId occurrence) {
  const Unit& unit = program_.unit(f->unit);
  ExprId at = occurrence;
  for (ExprId parent = unit.parent(at); parent; at = parent, parent = unit.parent(at)) {
    const Expr& e = unit.expr(parent);
    if (e.kind == ExprKind::kMatch && !e.has(model::kInPattern)) {
      // What stands in a child's options may cost more than the list that it stands in: it waits until somebody asks for it.
      if (unit.child(parent, 0) == at) match(f, at, lazy(f, unit.child(parent, 1)));
      return;
    }
    if (e.kind == ExprKind::kCase || e.kind == ExprKind::kTry) {
      if (e.child_count != 0 && unit.child(parent, 0) != at) match(f, at, evaluate(f, unit.child(parent, 0)));
      return;
    }
    if (e.kind == ExprKind::kGenerator) {
      const ExprId around = unit.parent(parent);
      if (around && unit.expr(around).kind == ExprKind::kWith && unit.child(parent, 0) == at)
        match(f, at, evaluate(f, unit.child(parent, 1)));
      return;
    }
    if (!e.has(model::kInPattern)) return;
  }
}

Truth Evaluator::match(Frame* f, ExprId pattern, ValueRef given) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kWildcard) return Truth::kYes;
  if (e.kind == ExprKind::kVariable) {
    if (e.has(model::kBinds)) {
      f->set(e.payload, given);
      return Truth::kYes;
    }
    const std::string one = term(variable(f, pattern)), other = term(given);
    return one.empty() || other.empty() ? Truth::kPerhaps : one == other ? Truth::kYes : Truth::kNo;
  }
  if (steps_left_ <= 0) return Truth::kPerhaps;
  --steps_left_;
  if (e.kind == ExprKind::kMatch) {
    Truth all = Truth::kYes;
    for (const ExprId side : unit.children_of(e)) all = both(all, match(f, side, given));
    return all;
  }
  const ValueRef value = force(given);
  if (value->kind == ValueKind::kNever) return Truth::kNo;
  if (value->kind == ValueKind::kChoice) return match_choice(f, pattern, *value);
  switch (e.kind) {
    case ExprKind::kAtom:
      if (value->kind == ValueKind::kUnknown) return Truth::kPerhaps;
      return value->kind == ValueKind::kAtom && value->symbol == e.symbol() ? Truth::kYes : Truth::kNo;
    case ExprKind::kInteger:
      if (value->kind == ValueKind::kUnknown) return Truth::kPerhaps;
      return value->kind == ValueKind::kInteger && value->integer == unit.integer_of(e) ? Truth::kYes : Truth::kNo;
    case ExprKind::kString:
    case ExprKind::kCharlist:
      return match_text(e, *value);
    case ExprKind::kTuple:
      return match_tuple(f, pattern, *value);
    case ExprKind::kList:
      return match_list(f, pattern, *value);
    case ExprKind::kMap:
      return match_map(f, pattern, *value);
    default:
      for (const ExprId child : unit.children_of(e)) match(f, child, unknown());
      return Truth::kPerhaps;
  }
}

Truth Evaluator::match_text(const Expr& pattern, const Value& value) const {
  if (value.kind == ValueKind::kUnknown || value.kind == ValueKind::kList) return Truth::kPerhaps;
  return value.kind == ValueKind::kText && value.symbol == pattern.symbol() ? Truth::kYes : Truth::kNo;
}

// Each variable becomes what it is in the alternatives that match.
Truth Evaluator::match_choice(Frame* f, ExprId pattern, const Value& value) {
  Truth all = Truth::kYes;
  bool some = false;
  std::vector<std::pair<std::uint32_t, Values>> found;
  for (const ValueRef alternative : value.parts) {
    Frame* inner = frame(f->unit, f, f->depth);
    const Truth t = match(inner, pattern, alternative);
    all = both(all, t);
    if (t == Truth::kNo) continue;
    some = true;
    for (const auto& [variable, bound] : inner->variables) {
      auto at = std::find_if(found.begin(), found.end(), [&, v = variable](const auto& row) { return row.first == v; });
      if (at == found.end()) at = found.insert(found.end(), {variable, values()});
      at->second.push_back(bound);
    }
  }
  for (const auto& [variable, bound] : found) f->set(variable, choice(bound));
  return !some ? Truth::kNo : all == Truth::kYes ? Truth::kYes : Truth::kPerhaps;
}

Truth Evaluator::match_tuple(Frame* f, ExprId pattern, const Value& value) {
  const auto children = program_.unit(f->unit).children_of(pattern);
  Truth all = Truth::kYes;
  if (value.kind == ValueKind::kTuple && value.parts.size() == children.size()) {
    for (std::size_t i = 0; i < children.size(); ++i) all = both(all, match(f, children[i], value.parts[i]));
    return all;
  }
  // A start function gives {ok, Pid}.
  if (value.kind == ValueKind::kStart && children.size() == 2)
    return both(match(f, children[0], atom(sym::ok)), match(f, children[1], &value));
  for (const ExprId child : children) match(f, child, unknown());
  return value.kind == ValueKind::kUnknown ? Truth::kPerhaps : Truth::kNo;
}

Truth Evaluator::match_list(Frame* f, ExprId pattern, const Value& value) {
  const Unit& unit = program_.unit(f->unit);
  const auto children = unit.children_of(pattern);
  const bool has_tail = unit.expr(pattern).has(model::kHasTail);
  const std::size_t heads = children.size() - (has_tail && !children.empty() ? 1 : 0);
  if (value.kind != ValueKind::kList) {
    for (const ExprId child : children) match(f, child, unknown());
    return value.kind == ValueKind::kUnknown || value.kind == ValueKind::kText ? Truth::kPerhaps : Truth::kNo;
  }
  const bool sure = !value.open && std::all_of(value.presences.begin(), value.presences.end(),
                                               [](Presence p) { return p == Presence::kAlways; });
  if (sure && (has_tail ? value.parts.size() < heads : value.parts.size() != heads)) return Truth::kNo;
  Truth all = sure ? Truth::kYes : Truth::kPerhaps;
  for (std::size_t i = 0; i < heads; ++i)
    all = both(all, match(f, children[i], sure && i < value.parts.size() ? value.parts[i] : unknown()));
  if (has_tail) {
    const std::size_t from = sure ? heads : 0;
    all =
        both(all, match(f, children.back(),
                        list({value.parts.begin() + static_cast<std::ptrdiff_t>(from), value.parts.end()},
                             {value.presences.begin() + static_cast<std::ptrdiff_t>(from), value.presences.end()}, value.open)));
  }
  return all;
}

Truth Evaluator::match_map(Frame* f, ExprId pattern, const Value& value) {
  const Unit& unit = program_.unit(f->unit);
  const Expr& e = unit.expr(pattern);
  const auto children = unit.children_of(e);
  Truth all = value.kind == ValueKind::kMap ? Truth::kYes : value.kind == ValueKind::kUnknown ? Truth::kPerhaps : Truth::kNo;
  if (all == Truth::kYes && e.symbol() && e.symbol() != value.symbol) all = value.symbol ? Truth::kNo : Truth::kPerhaps;
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    const Expr& key = unit.expr(children[i]);
    ValueRef found = unknown();
    if (value.kind == ValueKind::kMap && key.kind == ExprKind::kAtom) {
      found = option(&value, key.symbol(), missing());
      if (found == missing()) all = Truth::kNo, found = unknown();
    } else {
      all = both(all, Truth::kPerhaps);
    }
    const Truth t = match(f, children[i + 1], found);
    if (all != Truth::kNo) all = both(all, t);
  }
  return all;
}

}  // namespace beamwright::analysis
