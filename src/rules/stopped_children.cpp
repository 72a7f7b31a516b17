#include "rules/stopped_children.h"

#include <algorithm>
#include <array>

#include "analysis/possible_values.h"
#include "analysis/sites.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

bool stops_process(const analysis::External& external) {
  const std::string_view module = external.module.text();
  constexpr std::array<std::string_view, 8> kModules = {"gen_server",
                                                        "gen_statem",
                                                        "gen_fsm",
                                                        "Elixir.GenServer",
                                                        "Elixir.GenStateMachine",
                                                        "Elixir.Supervisor",
                                                        "Elixir.GenStage",
                                                        "Elixir.DynamicSupervisor"};
  return external.name == sym::stop && std::find(kModules.begin(), kModules.end(), module) != kModules.end();
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::map<std::uint32_t, StoppedFrom> find() {
    for (const CallId site : analysis::sites_of(facts_.calls, stops_process)) {
      if (program_.call(site).capture) continue;
      const FunctionId holder = program_.function_of(site);
      if (!holder || arguments_of(program_, site).empty() || !in_production(program_, facts_, holder)) continue;
      const ModuleId own = program_.module_of(holder);
      if (facts_.processes.of(own) && is_for_others(holder, site)) {
        by_interface(own, holder, site);
      } else if (is_meant(holder)) {
        by_hand(holder, site);
      }
    }
    return std::move(found_);
  }

 private:
  // stop(Pid) -> gen_server:stop(Pid): the process is an argument, or has a name that is made of one.
  bool is_for_others(FunctionId holder, CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const model::Expr& target = unit.expr(arguments_of(program_, site)[0]);
    if (target.kind == ExprKind::kCall && unit.call_of(target).name == sym::self) return false;
    return program_.function(holder).has(model::kPublic) && program_.function(holder).arity > 0;
  }

  // Neither a shutdown nor a restart on purpose, and the supervisor is not told.
  bool is_meant(FunctionId function) const {
    if (!in_production(program_, facts_, function)) return false;
    if ((facts_.contexts.of(function).flags & analysis::kInShutdown) != 0) return false;
    const std::string_view name = program_.function(function).name.text();
    for (const std::string_view word : {"restart", "reload", "reset", "refresh", "upgrade", "reconnect", "terminate"}) {
      if (name.find(word) != std::string_view::npos) return false;
    }
    for (const CallId site : program_.calls_of(function)) {
      const Symbol called = program_.call(site).name;
      if (called && (called.text() == "terminate_child" || called.text() == "delete_child")) return false;
    }
    return true;
  }

  void by_interface(ModuleId own, FunctionId holder, CallId site) {
    for (const std::uint32_t i : facts_.calls.incoming_of(holder)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || program_.module_of(caller) == own || !is_meant(caller)) continue;
      found_.emplace(own.index, StoppedFrom{site, edge.site});
    }
  }

  void by_hand(FunctionId holder, CallId site) {
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, holder, arguments_of(program_, site)[0]);
    const ProcessId process = analysis::process_behind(program_, facts_, values, program_.unit_of(holder).project);
    if (process) found_.emplace(facts_.process(process).module.index, StoppedFrom{site, {}});
  }

  const Program& program_;
  const Facts& facts_;
  std::map<std::uint32_t, StoppedFrom> found_;
};

}  // namespace

std::map<std::uint32_t, StoppedFrom> stopped_children(const Program& program, const Facts& facts) {
  return Finder(program, facts).find();
}

}  // namespace beamwright::rules
