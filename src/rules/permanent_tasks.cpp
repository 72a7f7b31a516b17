#include "rules/permanent_tasks.h"

#include <algorithm>
#include <optional>

#include "analysis/closures.h"
#include "analysis/forest.h"
#include "analysis/values.h"
#include "rules/loops.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<PermanentTask> run() {
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      for (const analysis::TreeChild& child : tree.children) {
        if (child.restart != sym::permanent || !child.place || !production_place(program_, facts_, child.place)) continue;
        if (child.start_module == sym::Elixir_Task && child.start_function == sym::start_link) {
          of_specification(child);
        } else if (child.source && facts_.processes.of(child.source) &&
                   facts_.process(facts_.processes.of(child.source)).kind == analysis::ProcessKind::kTask) {
          of_module(child);
        }
      }
    }
    return std::move(found_);
  }

 private:
  // %{start: {Task, :start_link, [Module, :function, arguments]}}, or with a function of its own.
  void of_specification(const analysis::TreeChild& child) {
    const Unit& unit = program_.unit(child.place.unit);
    ExprId mfa;
    any_below(unit, child.place.expr, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kTuple && e.child_count == 3 && analysis::atom_value(unit, unit.child(id, 0)) == sym::Elixir_Task)
        mfa = unit.child(id, 2);
      return static_cast<bool>(mfa);
    });
    if (!mfa || unit.expr(mfa).kind != ExprKind::kList) return;
    const std::span<const ExprId> arguments = unit.children_of(unit.expr(mfa));
    const FunctionId holder = function_at(program_, child.place);
    if (arguments.size() == 1 && unit.expr(arguments[0]).kind == ExprKind::kClosure && holder) {
      for (const CallId site : analysis::calls_in_closure(program_, holder, arguments[0])) {
        if (!ends(site)) return;
      }
      if (any_below(unit, arguments[0], [&](ExprId id) { return unit.expr(id).kind == ExprKind::kReceive; })) return;
      found_.push_back({child.place, {}, {child.place.unit, arguments[0]}});
    } else if (arguments.size() == 3 && unit.expr(arguments[2]).kind == ExprKind::kList) {
      const auto module = analysis::atom_value(unit, arguments[0]), name = analysis::atom_value(unit, arguments[1]);
      const ModuleId found = module ? program_.find_module(*module, unit.project) : ModuleId();
      const FunctionId function =
          found && name ? program_.find_function(found, *name, unit.expr(arguments[2]).child_count) : FunctionId();
      if (function && surely_ends(program_, facts_, function)) found_.push_back({child.place, function, {}});
    }
  }

  bool ends(CallId site) const {
    if (const FunctionId callee = facts_.calls.callees[site.index].function) return surely_ends(program_, facts_, callee);
    const analysis::External* external = facts_.calls.external(site);
    return external && external->row && !external->row->effects.has(Effect::kSleep) &&
           !external->row->effects.has(Effect::kReceive) && external->module.text() != "Elixir.Stream";
  }

  // `use Task, restart: :permanent`, and what its start_link lets the task run.
  void of_module(const analysis::TreeChild& child) {
    for (const FunctionId function : program_.functions_of(child.source)) {
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || external->module != sym::Elixir_Task || external->name != sym::start_link) continue;
        bool all = true;
        FunctionId first;
        const Unit& unit = program_.unit_of(function);
        const model::Expr& start = unit.expr(program_.call(site).expr);
        for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
          const model::Expr& at = unit.expr(program_.call(edge.site).expr);
          if (edge.runs != analysis::Runs::kNewProcess || at.begin < start.begin || at.end > start.end) continue;
          all = all && !edge.possible && surely_ends(program_, facts_, edge.callee);
          if (!first) first = edge.callee;
        }
        if (first && all) return found_.push_back({child.place, first, {}});
      }
    }
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<PermanentTask> found_;
};

}  // namespace

std::vector<PermanentTask> permanent_tasks(const Program& program, const Facts& facts) { return Finder(program, facts).run(); }

}  // namespace beamwright::rules
