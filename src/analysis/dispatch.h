// Calls whose target is decided when they are made: a protocol's function, a callback of whatever module a variable holds or of
// the one that a macro made a facade for, a function of a module, or a captured function, that is taken from configuration, a
// list, a map, an attribute or a table. What they may reach in the sources are possible edges.
#pragma once

#include <unordered_map>
#include <vector>

#include "analysis/choices.h"
#include "analysis/configuration.h"
#include "analysis/facts.h"
#include "analysis/scopes.h"

namespace beamwright::analysis {

class Dispatch {
 public:
  // Looks through the program once for protocols, behaviours, their implementations, and what configuration and tables hold.
  // `applications` may be null.
  Dispatch(const model::Program& program, const Scopes& scopes, const std::vector<source::Application>* applications);

  // Adds the functions that a call may reach beside what Calls::callees says; nothing when too much would be possible.
  // Thread-safe.
  void possible(const Calls& calls, UnitId unit, std::uint32_t local_call, std::vector<FunctionId>& out) const;

 private:
  struct Callback {
    Symbol behaviour;
    ModuleId declared_in;
  };
  using CallbackKey = std::uint64_t;
  static CallbackKey key_of(Symbol name, std::uint32_t arity) { return (std::uint64_t{name.index} << 8) | (arity & 0xFF); }

  void note_module(ModuleId id, const Scopes& scopes);
  void note_callbacks(ModuleId id);
  void add_implementations(const std::vector<ModuleId>& modules, const model::Call& call, std::vector<FunctionId>& out) const;
  void add_module(Symbol module, const model::Unit& unit, const model::Call& call, std::vector<FunctionId>& out) const;
  bool chosen_module(const Calls& calls, UnitId unit, const model::Call& call, std::vector<FunctionId>& out) const;
  void chosen_function(const Calls& calls, UnitId unit, const model::Call& call, std::vector<FunctionId>& out) const;
  void facade(const model::Unit& unit, const model::Call& call, std::vector<FunctionId>& out) const;
  void callback(const model::Unit& unit, const model::Call& call, std::vector<FunctionId>& out) const;

  const model::Program& program_;
  std::unordered_map<std::uint32_t, std::vector<ModuleId>> implementations_;  // of a protocol, by the Symbol of its name
  std::unordered_map<std::uint32_t, std::vector<ModuleId>> behaving_;         // by the Symbol of the behaviour
  std::unordered_map<CallbackKey, std::vector<Callback>> callbacks_;          // who declares a callback of that name and arity
  Configuration configuration_;
  Choices choices_;
};

}  // namespace beamwright::analysis
