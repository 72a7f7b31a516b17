// What one write makes of a field of a process's state: does a collection gain or lose entries by it?
#pragma once

#include "analysis/state_fields.h"

namespace beamwright::analysis {

struct WrittenField {
  Symbol name;
  std::int32_t element = -1;
  FunctionId function;
  ExprId place;
  ExprId value;  // none: the function at `place` computes it from the old one
};
Changes changes_of(const model::Program&, const Facts&, const WrittenField&);

// Fields that a call takes away while it gives the rest back as the second element: pop_in(state.items[k]), Map.pop(state, :k).
std::vector<KeyWrite> popped(const model::Unit& unit, ExprId call, const External& callee);

}  // namespace beamwright::analysis
