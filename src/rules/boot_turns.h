// The order in which an application's processes start: a supervisor starts its children one after the other and waits for each
// init/1, and a supervisor among them has started all of its own before the next sibling's turn comes (stdlib: supervisor,
// "Starting and Stopping"). What shuts down goes the other way round.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "analysis/forest.h"
#include "rules/support.h"

namespace beamwright::rules {

// A place in that order.
struct Turn {
  std::uint32_t position = 0;  // counted below the root, above.front()
  analysis::ExprRef place;
  bool always = false;
  std::vector<analysis::TreeId> above;  // the supervisors it stands under, outermost first
};

// A child that is used by its name, of a library: {Registry, name: Shop.Names}, {Task.Supervisor, name: Shop.Tasks}.
struct NamedTurns {
  Symbol name;
  std::set<std::string_view> libraries;  // the modules whose functions ask for it
  std::vector<Turn> turns;
};

class BootTurns {
 public:
  BootTurns(const Program& program, const Facts& facts);

  // Of a module's process in a supervisor's list; null when there is none.
  const std::vector<Turn>* of(ModuleId module) const;
  // The same, and for a process that is started on demand the turn of the supervisor that it is added to, for one that is started
  // by hand that of whoever starts it.
  const std::vector<Turn>* of_user(ModuleId module) const;
  const NamedTurns* named(Symbol name) const;
  // The modules whose functions ask for any child by its name.
  std::set<std::string_view> libraries() const;
  // Children that take connections from outside: Phoenix endpoints, cowboy, ranch and Bandit listeners.
  const std::vector<Turn>& listeners() const { return listeners_; }
  // Repositories of Ecto: modules that are asked by their own functions.
  const std::map<ModuleId, std::vector<Turn>>& repositories() const { return repositories_; }
  bool empty() const { return modules_.size() + named_.size() + listeners_.size() < 2; }

  // The later of the two, when each of `users` starts before each of `useds` under the same root.
  static std::optional<Turn> later(const std::vector<Turn>& users, const std::vector<Turn>& useds);
  // The strategy of the nearest supervisor above both; 0 when it is not known.
  Symbol strategy_above(const Turn& one, const Turn& other) const;

 private:
  void count(analysis::TreeId id, std::uint32_t& position, bool always, std::vector<analysis::TreeId>& above);
  void started_by_hand(const Facts& facts, const Process& process);
  void enter(const analysis::TreeChild& child, const Turn& turn);
  void enter_name(const analysis::TreeChild& child, const Turn& turn);

  const Program& program_;
  const analysis::Forest& forest_;
  std::map<ModuleId, std::vector<Turn>> modules_;
  std::map<ModuleId, std::vector<Turn>> users_;
  std::map<FunctionId, std::vector<Turn>> inits_;  // the functions that make the lists of supervisors
  std::map<std::string_view, NamedTurns> named_;
  std::map<ModuleId, std::vector<Turn>> repositories_;
  std::vector<Turn> listeners_;
};

}  // namespace beamwright::rules
