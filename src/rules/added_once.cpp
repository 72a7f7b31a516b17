#include "rules/added_once.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Forest;
using analysis::Origin;
using analysis::Presence;
using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

class Finder {
 public:
  Finder(const Program& program, const Facts& facts)
      : program_(program), facts_(facts), forest_(analysis::forest_of(program, facts)) {}

  std::vector<AddedOnce> find() {
    for (std::uint32_t t = 0; t < forest_.trees.size(); ++t) {
      const Tree& tree = forest_.trees[t];
      if (tree.dynamic || tree.opaque || (tree.strategy != sym::one_for_one && tree.strategy != sym::rest_for_one)) continue;
      for (std::size_t i = 0; i < tree.children.size(); ++i) of_child(TreeId(t), tree, i);
    }
    return std::move(found_);
  }

 private:
  void of_child(TreeId id, const Tree& tree, std::size_t index) {
    const TreeChild& child = tree.children[index];
    if (!child.source || child.presence == Presence::kMany || child.origin != Origin::kList) return;
    const ProcessId process = facts_.processes.of(child.source);
    if (!process || facts_.process(process).kind != analysis::ProcessKind::kGenServer) return;
    const std::vector<CallId> sites = adding_sites(process);
    if (sites.empty() || looks_again(process)) return;
    for (std::size_t s = 0; s < tree.children.size(); ++s) {
      const TreeChild& other = tree.children[s];
      // rest_for_one restarts what stands behind the supervisor.
      if (s == index || !other.tree || other.origin != Origin::kList || (tree.strategy == sym::rest_for_one && s < index))
        continue;
      const Tree& supervisor = forest_.tree(other.tree);
      if (!starts_empty(supervisor)) continue;
      for (const CallId site : sites) {
        const bool read = is_added_at(supervisor, site);
        if (!read && !(is_unknown_target(site) && supervisor.added_at.empty())) continue;
        found_.push_back({id, index, s, process, site, !read});
        return;
      }
    }
  }

  // The class may be listed several times, one for each supervisor.
  static bool stands_behind(const Tree& tree, ModuleId source, std::size_t at) {
    return std::any_of(tree.children.begin() + static_cast<std::ptrdiff_t>(at) + 1, tree.children.end(),
                       [&](const TreeChild& child) { return child.source == source; });
  }

  // Tasks end by themselves.
  static bool starts_empty(const Tree& supervisor) {
    if (supervisor.behaviour == sym::Elixir_Task_Supervisor) return false;
    return std::all_of(supervisor.children.begin(), supervisor.children.end(),
                       [](const TreeChild& child) { return child.origin != Origin::kList; });
  }

  bool is_added_at(const Tree& supervisor, CallId site) const {
    const analysis::ExprRef place{program_.functions[program_.function_of(site).index].unit, program_.call(site).expr};
    return std::find(supervisor.added_at.begin(), supervisor.added_at.end(), place) != supervisor.added_at.end() ||
           std::any_of(supervisor.children.begin(), supervisor.children.end(),
                       [&](const TreeChild& child) { return child.place == place; });
  }

  // A name that is put together at run time; and no supervisor of the forest is known to be meant.
  bool is_unknown_target(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId call = program_.call(site).expr;
    if (unit.expr(call).child_count < 2) return false;
    const ExprId target = analysis::local_value(unit, unit.child(call, 0));
    if (!target || unit.expr(target).kind != ExprKind::kCall) return false;
    return std::none_of(forest_.trees.begin(), forest_.trees.end(), [&](const Tree& tree) { return is_added_at(tree, site); });
  }

  // The calls of start_child that its init, continue and cast clauses make, directly or over functions of its module.
  std::vector<CallId> adding_sites(ProcessId id) const {
    std::vector<CallId> sites;
    std::set<FunctionId> seen;
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInit && handler.kind != HandlerKind::kContinue && handler.kind != HandlerKind::kCast)
        continue;
      if (!facts_.effects.all[handler.function.index].has(Effect::kStartChild) ||
          !in_production(program_, facts_, handler.function))
        continue;
      collect(analysis::calls_in_clause(program_, handler.function, handler.clause), program_.module_of(handler.function), seen,
              sites);
    }
    return sites;
  }

  void collect(const std::vector<CallId>& calls, ModuleId module, std::set<FunctionId>& seen, std::vector<CallId>& sites) const {
    for (const CallId site : calls) {
      const analysis::External* external = facts_.calls.external(site);
      if (external && external->row && external->name == sym::start_child && !program_.call(site).capture) sites.push_back(site);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || program_.module_of(callee) != module || !seen.insert(callee).second) continue;
      if (!facts_.effects.all[callee.index].has(Effect::kStartChild)) continue;
      std::vector<CallId> inner;
      for (const CallId below : program_.calls_of(callee)) inner.push_back(below);
      collect(inner, module, seen, sites);
    }
  }

  // A monitor or link of whatever it depends on, or a timer that brings it back to the same work.
  bool looks_again(ProcessId id) const {
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& handler = facts_.handler(handler_id);
      const analysis::EffectSet effects = facts_.effects.all[handler.function.index];
      const bool start = handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kContinue;
      if (start && (effects.has(Effect::kMonitor) || watches_in(handler))) return true;
      if (handler.kind == HandlerKind::kInfo && effects.has(Effect::kStartChild)) return true;
    }
    return false;
  }

  bool watches_in(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (program_.call(site).name.text() == "link") return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  const Forest& forest_;
  std::vector<AddedOnce> found_;
};

}  // namespace

std::vector<AddedOnce> added_once(const Program& program, const Facts& facts) {
  const Forest& forest = analysis::forest_of(program, facts);
  if (std::none_of(forest.trees.begin(), forest.trees.end(),
                   [](const Tree& tree) { return !tree.dynamic && tree.children.size() > 1; }))
    return {};
  return Finder(program, facts).find();
}

}  // namespace beamwright::rules
