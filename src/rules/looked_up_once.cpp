#include "rules/looked_up_once.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/at_start.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<LookedUpOnce> find() {
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    for (std::uint32_t t = 0; t < forest.trees.size(); ++t) {
      const Tree& tree = forest.trees[t];
      if (tree.dynamic || tree.opaque || (tree.strategy != sym::one_for_one && tree.strategy != sym::rest_for_one)) continue;
      for (std::size_t i = 0; i < tree.children.size(); ++i) {
        const TreeChild& child = tree.children[i];
        if (!child.source || !child.place || child.origin != analysis::Origin::kList) continue;
        if (tree.strategy == sym::rest_for_one ? i + 1 >= tree.children.size() : tree.children.size() < 2) continue;
        of_child(TreeId(t), tree, i);
      }
    }
    return std::move(found_);
  }

 private:
  void of_child(TreeId id, const Tree& tree, std::size_t index) {
    const ProcessId process_id = facts_.processes.of(tree.children[index].source);
    if (!process_id) return;
    const Process& process = facts_.process(process_id);
    LookedUpOnce found{id, index, process_id, {}, {}};
    for (const HandlerId handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      const CallId site = asks(process, handler);
      if (!site) continue;
      const bool start = handler.kind == HandlerKind::kInit || runs_at_start(program_, facts_, handler);
      if (!start && (site == found.site || may_be_the_same(site))) return;  // asked again
      if (!start) continue;
      if (!handler.changes_state || !is_own(tree, tree.children[index], site)) continue;
      found.function = handler.function;
      found.site = site;
    }
    if (found.site && !watches(process)) found_.push_back(found);
  }

  // The call of which_children in a clause, or in a function of the module that it calls.
  CallId asks(const Process& process, const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (is_question(site)) return site;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || program_.module_of(callee) != process.module) continue;
      for (const CallId inner : program_.calls_of(callee)) {
        if (is_question(inner)) return inner;
      }
    }
    return {};
  }

  bool is_question(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    return external && external->name.text() == "which_children" &&
           (external->module.text() == "supervisor" || external->module == sym::Elixir_Supervisor);
  }

  // A name, or a field of the state; what a start_child has just given is another supervisor.
  bool may_be_the_same(CallId site) const {
    const auto arguments = arguments_of(program_, site);
    if (arguments.empty()) return true;
    const Unit& unit = program_.unit_of(site);
    const ExprKind kind = unit.expr(analysis::local_value(unit, arguments[0])).kind;
    return kind == ExprKind::kAtom || kind == ExprKind::kField || kind == ExprKind::kCall;
  }

  // The supervisor that is asked is the one above: it is named, or the child was given its pid.
  bool is_own(const Tree& tree, const TreeChild& child, CallId site) const {
    const auto arguments = arguments_of(program_, site);
    if (arguments.empty()) return false;
    const auto name = analysis::atom_value(program_.unit_of(site), arguments[0]);
    if (name) return *name == tree.name || *name == tree.module;
    const Unit& unit = program_.unit(child.place.unit);
    return any_below(unit, child.place.expr, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      return e.kind == ExprKind::kCall && unit.call_of(e).name == sym::self && unit.call_of(e).arity == 0;
    });
  }

  bool watches(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const auto& effects = facts_.effects.all[facts_.handler(id).function.index];
      if (effects.has(Effect::kMonitor)) return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<LookedUpOnce> found_;
};

}  // namespace

std::vector<LookedUpOnce> looked_up_once(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
