// What a result was made of, written down while it is made: the functions whose code was read, those whose callers were asked
// for, and the names that were looked up, with the answers. After an edit the result holds as long as all of that does.
#pragma once

#include <unordered_set>
#include <vector>

#include "analysis/carry.h"

namespace beamwright::analysis {

class Reads {
 public:
  // As those of the program.
  ModuleId find_module(const model::Program& program, Symbol name, source::ProjectId from);
  FunctionId find_function(const model::Program& program, ModuleId module, Symbol name, std::uint32_t arity);

  // Its clauses, its flags and what its calls reach.
  void function(FunctionId f);
  void callers(FunctionId f) { callers_.push_back(f); }
  // What stands in a directive or an attribute of the unit.
  void level(UnitId unit) { levels_.push_back(unit); }

  // Would reading `now` have met the same? `then` are the calls of then.
  bool hold(const Carry& carry, const Calls& then, const model::Program& now, const Calls& calls) const;
  // All of it by the numbers of now.
  void move(const Carry& carry);

 private:
  struct ModuleAsked {
    Symbol name;
    source::ProjectId from;
    ModuleId found;
  };
  struct FunctionAsked {
    ModuleId module;
    Symbol name;
    std::uint32_t arity;
    FunctionId found;
  };

  std::vector<ModuleAsked> modules_;
  std::vector<FunctionAsked> names_;
  std::unordered_set<std::uint64_t> asked_;  // names of modules and who asked
  std::vector<FunctionId> functions_;
  std::vector<bool> read_;  // by FunctionId
  std::vector<FunctionId> callers_;
  std::vector<UnitId> levels_;
};

}  // namespace beamwright::analysis
