#include "rules/siblings.h"

#include "analysis/values.h"

namespace beamwright::rules {

using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

namespace {

// The module that a child is written with, where it is not known what that starts: {Shop.Bus, options}.
ModuleId written_module(const Program& program, analysis::ExprRef place) {
  if (!place) return {};
  const Unit& unit = program.unit(place.unit);
  const model::Expr& expr = unit.expr(place.expr);
  const bool pair = expr.kind == ExprKind::kTuple && expr.child_count == 2;
  const auto atom = analysis::atom_value(unit, pair ? unit.child(place.expr, 0) : place.expr);
  return atom ? program.find_module(*atom, unit.project) : ModuleId();
}

}  // namespace

Siblings::Siblings(const Program& program, const Facts& facts) : program_(program), forest_(analysis::forest_of(program, facts)) {
  std::vector<At> above;
  std::set<std::uint32_t> below;
  for (const Tree& tree : forest_.trees) {
    for (const TreeChild& child : tree.children) {
      if (child.tree) below.insert(child.tree.index);
    }
  }
  for (std::uint32_t i = 0; i < forest_.trees.size(); ++i) {
    if (!below.contains(i)) enter(TreeId(i), above);
  }
}

void Siblings::enter(TreeId id, std::vector<At>& above) {
  constexpr std::size_t kMaxDepth = 24;
  if (above.size() > kMaxDepth) return;
  const Tree& tree = forest_.tree(id);
  for (std::uint32_t i = 0; i < tree.children.size(); ++i) {
    const TreeChild& child = tree.children[i];
    above.push_back({id, i});
    if (child.source) {
      places_[child.source].insert(above.begin(), above.end());
      if (!tree.dynamic && child.presence != analysis::Presence::kMany) static_.insert(child.source);
    }
    const ModuleId written = child.source ? ModuleId() : written_module(program_, child.place);
    if (written) places_[written].insert(above.begin(), above.end());
    if (child.tree) enter(child.tree, above);
    above.pop_back();
  }
}

Relation Siblings::relation(ModuleId dependent, ModuleId other) const {
  Relation out;
  const auto ones = places_.find(dependent);
  const auto others = places_.find(other);
  if (ones == places_.end() || others == places_.end()) return out;
  for (const At& one : ones->second) {
    for (const At& two : others->second) {
      if (one.tree != two.tree || one.index == two.index) continue;
      const Tree& tree = forest_.tree(one.tree);
      const bool together = tree.strategy == sym::one_for_all || (tree.strategy == sym::rest_for_one && two.index < one.index);
      if (!tree.strategy || (together && out.kinship == Kinship::kAlone)) continue;
      out = {together ? Kinship::kTogether : Kinship::kAlone, one.tree, tree.children[one.index].place,
             tree.children[two.index].place};
    }
  }
  return out;
}

source::Span strategy_place(const Program& program, const Facts& facts, const Tree& tree) {
  // One init/1 may have a clause for each of several supervisors.
  analysis::ExprRef place;
  for (const analysis::Supervisor& supervisor : facts.supervisors) {
    if (supervisor.function != tree.function || !supervisor.strategy_expr) continue;
    if (!place || supervisor.strategy == tree.strategy) place = supervisor.strategy_expr;
    if (supervisor.strategy == tree.strategy) break;
  }
  return place ? program.unit(place.unit).span(place.expr) : source::Span{};
}

}  // namespace beamwright::rules
