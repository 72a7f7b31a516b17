// What a module or function that is chosen while the program runs may be: `Mod:run()` where Mod is one of a list, the value of a
// map, of a module attribute, of configuration, of a table, of a field of the process's state; `handlers[key].(x)` where the map
// holds captures. Followed backwards from the call, within its function, through functions that only hand a value on, and into
// what is written: nothing is guessed.
#pragma once

#include <unordered_map>
#include <vector>

#include "analysis/configuration.h"
#include "analysis/facts.h"
#include "analysis/path.h"

namespace beamwright::analysis {

struct Choice {
  std::vector<Symbol> modules;   // atoms, each once
  std::vector<CallId> captures;  // fun m:f/1 and &M.f/1
  bool open = false;             // it may also be something that is not in sight
};

class Choices {
 public:
  // Looks through the program once for what is put into tables and persistent terms.
  Choices(const model::Program& program, const Configuration& configuration);

  // What the expression of a function may be. Thread-safe.
  Choice of(const Calls& calls, UnitId unit, model::LocalFunctionId function, ExprId expr) const;

 private:
  friend class ChoiceWalk;
  struct Stored {
    UnitId unit;
    model::LocalModuleId module;
    ExprId expr;
  };

  const model::Program& program_;
  const Configuration& configuration_;
  std::unordered_map<Symbol, std::vector<Stored>> tables_;  // by name: what ets:insert puts into them
  std::unordered_map<Symbol, std::vector<Stored>> terms_;   // persistent terms by key
};

}  // namespace beamwright::analysis
