// Collections in the parts of a process's state: a dictionary in the status record inside of the state. The state's own fields
// are known by what callbacks return (analysis/state_fields.h); a part of a part is known by its name, wherever the module writes
// it.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// A place that adds an entry to a field that the module never makes smaller, empties or replaces.
struct NestedGain {
  FunctionId function;
  ExprId place;
  Symbol field;
  ExprId key;
};
std::vector<NestedGain> nested_gains(const Program& program, const Facts& facts, ModuleId module);

}  // namespace beamwright::rules
