#include "rules/failed_lookups.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

bool is_nothing(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kList) return e.child_count == 0;
  if (e.kind != ExprKind::kAtom) return false;
  static constexpr std::array<std::string_view, 6> kNothing = {"undefined", "nil", "error", "false", "none", "not_found"};
  return std::find(kNothing.begin(), kNothing.end(), e.symbol().text()) != kNothing.end();
}

namespace {

// A call that looks for something by what the message brings. Map.pop gives {nil, map} for what it does not know.
bool looks_for(const Unit& unit, ExprId expr, const std::vector<model::VariableId>& keys) {
  static constexpr std::array<std::string_view, 11> kFinds = {"find",      "take", "fetch",  "lookup", "keyfind",     "keytake",
                                                              "keysearch", "pop",  "select", "match",  "match_object"};
  const ExprId call = analysis::local_value(unit, expr);
  if (!call) return false;
  const model::Expr& e = unit.expr(call);
  if (e.kind != ExprKind::kCall || !unit.call_of(e).name || !mentions(unit, call, keys)) return false;
  const std::string_view name = unit.call_of(e).name.text();
  if (name == "pop" && unit.call_of(e).module == sym::Elixir_Map) return false;
  return std::find(kFinds.begin(), kFinds.end(), name) != kFinds.end();
}

// #{Ref := Name}, %{^ref => name}: a key of a map's pattern is what the message brings.
bool names_key(const Unit& unit, ExprId map, const std::vector<model::VariableId>& keys) {
  const std::span<const ExprId> children = unit.children_of(map);
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    if (mentions(unit, children[i], keys)) return true;
  }
  return false;
}

// No clause takes what a look-up that finds nothing gives: [] or error, or anything.
bool expects_something(const Unit& unit, const model::Expr& choice) {
  for (const model::ClauseId c : unit.clauses_of(choice)) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
    if (patterns.empty() || is_nothing(unit, patterns[0])) return false;
    const ExprKind kind = unit.expr(patterns[0]).kind;
    if (kind != ExprKind::kTuple && kind != ExprKind::kList) return false;
    const bool tagged = kind == ExprKind::kTuple && unit.expr(patterns[0]).child_count > 0;
    if (tagged && is_nothing(unit, unit.child(patterns[0], 0))) return false;
  }
  return true;
}

// `case maps:is_key(Ref, Names) of true -> …`: around the place somebody has asked for the same key already.
bool is_asked_before(const Unit& unit, ExprId body, ExprId place, const std::vector<model::VariableId>& keys) {
  std::vector<model::VariableId> used;
  for (const model::VariableId key : keys) {
    if (mentions(unit, place, {key})) used.push_back(key);
  }
  for (ExprId below = place; below != body && unit.parent(below); below = unit.parent(below)) {
    const ExprId around = unit.parent(below);
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase || e.child_count == 0 || unit.child(around, 0) == below) continue;
    if (mentions(unit, unit.child(around, 0), used)) return true;
  }
  return false;
}

bool dies_at(const Unit& unit, ExprId id, const std::vector<model::VariableId>& keys) {
  const model::Expr& e = unit.expr(id);
  if (e.kind == ExprKind::kCall && unit.call_of(e).name && mentions(unit, id, keys)) {
    const std::string_view name = unit.call_of(e).name.text();
    return name == "fetch!" || name == "pop!" || (unit.call_of(e).module == sym::maps && name == "get" && e.child_count == 2);
  }
  if (e.kind == ExprKind::kCase && e.child_count > 0)
    return looks_for(unit, unit.child(id, 0), keys) && expects_something(unit, e);
  if (e.kind != ExprKind::kMatch) return false;
  const ExprId pattern = unit.child(id, 0);
  const model::Expr& p = unit.expr(pattern);
  if (p.kind == ExprKind::kMap)
    return (!e.has(model::kInPattern) && names_key(unit, pattern, keys)) || looks_for(unit, unit.child(id, 1), keys);
  if (p.kind != ExprKind::kTuple && (p.kind != ExprKind::kList || p.child_count == 0)) return false;
  return looks_for(unit, unit.child(id, 1), keys);
}

}  // namespace

bool dies_of_lookup(const Unit& unit, ExprId body, const std::vector<model::VariableId>& keys) {
  return any_below(unit, body, [&](ExprId id) { return dies_at(unit, id, keys) && !is_asked_before(unit, body, id, keys); });
}

}  // namespace beamwright::rules
