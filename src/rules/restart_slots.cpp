#include "rules/restart_slots.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Tree;
using analysis::TreeChild;

class Collector {
 public:
  Collector(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<RestartSlot> run() {
    collect();
    collect_specifications();
    return std::move(slots_);
  }

 private:
  void collect() {
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    for (const Tree& tree : forest.trees) {
      for (const TreeChild& child : tree.children) {
        if (!child.source || !child.place || !production_place(program_, facts_, child.place)) continue;
        if (child.origin == analysis::Origin::kAdded) continue;  // read below, where they are written
        const bool dynamic = tree.dynamic || child.origin == analysis::Origin::kTemplate;
        slots_.push_back({child.source,
                          child.restart,
                          program_.unit(child.place.unit).span(child.place.expr),
                          dynamic,
                          false,
                          tree.strategy,
                          {},
                          strategy_place(program_, facts_, tree),
                          child.place});
      }
    }
    for (const ChildStart& start : child_starts(program_, facts_)) {
      if (!start.spec.module) continue;
      const std::string_view api = facts_.calls.external(start.site)->module.text();
      const bool dynamic = api.ends_with("DynamicSupervisor");
      source::Span place = start.spec.restart_place;
      if (place.end <= place.begin) place = call_span(program_, start.site);
      slots_.push_back({start.spec.module, start.spec.restart, place, dynamic, true, {}, start.site, {}, {}, false});
    }
  }

  // child_spec/1 with an identity that is made of its argument: one for each of many, wherever they are started. Those that no
  // start_child in sight starts are read from it, in a module of its own as well as in a template that others use.
  void collect_specifications() {
    std::set<ModuleId> known;
    for (const RestartSlot& slot : slots_) known.insert(slot.module);
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId f(i);
      const model::Function& function = program_.function(f);
      if (function.name != sym::child_spec || function.arity != 1 || !program_.reviewed(f) || !is_one_of_many(f)) continue;
      for (const Process& process : facts_.processes.processes) {
        const bool own = process.module == program_.module_of(f) && !function.has(model::kTemplate);
        const bool user = function.has(model::kTemplate) && uses(process.module, program_.module_of(f));
        if ((!own && !user) || known.contains(process.module)) continue;
        slots_.push_back({process.module, sym::permanent, name_span(program_, f), true, false, {}, {}, {}, {}, true});
      }
    }
  }

  bool uses(ModuleId user, ModuleId used) const {
    const Unit& unit = program_.unit_of(user);
    const auto directives = unit.directives_of(program_.module(user));
    return std::any_of(directives.begin(), directives.end(), [&](const model::Directive& directive) {
      return directive.kind == model::DirectiveKind::kUse && !directive.quoted &&
             program_.find_module(directive.module, unit.project) == used;
    });
  }

  // %{id: {__MODULE__, key}, start: …} without a restart.
  bool is_one_of_many(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    const auto clauses = program_.function(function).clauses;
    if (clauses.begin() == clauses.end()) return false;
    bool all = true;
    for (const model::ClauseId clause : clauses) {
      const ExprId map = analysis::local_value(unit, unit.clause(clause).body);
      if (!map || unit.expr(map).kind != ExprKind::kMap || unit.expr(map).has(model::kUpdate)) return false;
      const ExprId id = analysis::literal_option(unit, map, intern("id"));
      all = all && id && analysis::literal_option(unit, map, sym::start) && !analysis::literal_option(unit, map, sym::restart) &&
            !variables_in(unit, id).empty();
    }
    return all;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<RestartSlot> slots_;
};

}  // namespace

std::vector<RestartSlot> restart_slots(const Program& program, const Facts& facts) { return Collector(program, facts).run(); }

}  // namespace beamwright::rules
