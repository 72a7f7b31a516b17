#include "rules/added_again.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/added_children.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/at_start.h"
#include "rules/child_starts.h"
#include "rules/own_supervisor.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;
using analysis::Tree;

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts), own_(program, facts) {}

  std::vector<AddedAgain> find() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kGenStatem) continue;
      for (const HandlerId handler : process.handlers) {
        if (of_handler(id, handler)) break;
      }
    }
    return std::move(found_);
  }

 private:
  bool of_handler(ProcessId id, HandlerId handler_id) {
    const Handler& handler = facts_.handler(handler_id);
    if (!facts_.effects.all[handler.function.index].has(Effect::kStartChild)) return false;
    if (!in_production(program_, facts_, handler.function) || !runs_at_start(program_, facts_, handler)) return false;
    for (const SupervisorCall& call : own_.calls_in(id, handler)) {
      const CallId site = call.chain.back();
      if (call.own == Own::kNo || program_.call(site).name != sym::start_child || arguments_of(program_, site).size() != 2)
        continue;
      const CallId matched = matched_hard(call.chain);
      const ModuleId module = facts_.process(id).module;
      if (!matched || !stays(module, site) || is_careful(module) || is_careful(program_.module_of(program_.function_of(site))))
        continue;
      found_.push_back({id, handler_id, call.chain, matched, call.own == Own::kSurely});
      return true;
    }
    return false;
  }

  // {ok, Pid} = start_child(…), or a function that answers what start_child does.
  CallId matched_hard(const std::vector<CallId>& chain) const {
    for (std::size_t i = chain.size(); i-- > 0;) {
      if ((analysis::classes_caught(program_, facts_, chain[i]) & analysis::kErrorClass) != 0) return {};
      if (takes_ok_alone(chain[i])) return chain[i];
      if (!is_result(chain[i])) return {};
    }
    return {};
  }

  bool takes_ok_alone(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId call = program_.call(site).expr;
    const ExprId around = unit.parent(call);
    if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != call) return false;
    const ExprId pattern = unit.child(around, 0);
    const model::Expr& p = unit.expr(pattern);
    return p.kind == ExprKind::kTuple && p.child_count >= 2 && analysis::atom_value(unit, unit.child(pattern, 0)) == sym::ok;
  }

  bool is_result(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    bool is = false;
    for (const model::ClauseId clause : program_.function(program_.function_of(site)).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId id) { is = is || id == program_.call(site).expr; });
    }
    return is;
  }

  // Is the child still there when the process starts again? Under one_for_all temporary children are not, and a dynamic
  // supervisor takes as many as it is given.
  bool stays(ModuleId module, CallId site) const {
    const FunctionId function = program_.function_of(site);
    const Unit& unit = program_.unit_of(site);
    const ExprId specification = arguments_of(program_, site)[1];
    const WrittenSpec spec = read_written_spec(program_, facts_, function, specification);
    const ExprId written = analysis::local_value(unit, specification);
    const auto is_unique = [&](ExprId id) {
      static constexpr std::array<std::string_view, 4> kUnique = {"make_ref", "unique_integer", "monotonic_time", "system_time"};
      const model::Expr& e = unit.expr(id);
      return e.kind == ExprKind::kCall && std::find(kUnique.begin(), kUnique.end(), unit.call_of(e).name.text()) != kUnique.end();
    };
    if (written && any_below(unit, written, is_unique)) return false;
    for (const Tree& tree : analysis::forest_of(program_, facts_).trees) {
      const bool holds = std::any_of(tree.children.begin(), tree.children.end(),
                                     [&](const analysis::TreeChild& child) { return child.source == module; });
      if (!holds) continue;
      if (tree.dynamic || tree.opaque) return false;
      if (spec.restart == sym::temporary && tree.strategy != sym::one_for_one) return false;
    }
    return true;
  }

  // Somebody in the module knows that a child may be there.
  bool is_careful(ModuleId module) const {
    static const std::set<std::string_view> kCareful = {"terminate_child", "delete_child", "restart_child", "which_children",
                                                        "get_childspec"};
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        if (program_.call(site).name && kCareful.contains(program_.call(site).name.text())) return true;
      }
    }
    return module_names_atom(program_, module, intern("already_started"));
  }

  const Program& program_;
  const Facts& facts_;
  const OwnSupervisors own_;
  std::vector<AddedAgain> found_;
};

}  // namespace

std::vector<AddedAgain> added_again(const Program& program, const Facts& facts) {
  // Who stands above whom is asked only where a process adds a child by itself.
  const std::vector<CallId> sites = analysis::adding_sites(program, facts);
  const bool any = std::any_of(sites.begin(), sites.end(), [&](CallId site) {
    const FunctionId function = program.function_of(site);
    return in_production(program, facts, function) && !facts.contexts.of(function).processes.empty();
  });
  if (!any) return {};
  return Finder(program, facts).find();
}

}  // namespace beamwright::rules
