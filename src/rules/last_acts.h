// What a process does last: a function whose every caller is a clause of a callback that stops its process.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Is each call of the function, in sight, made by a clause all of whose ways end in a stop, or in an exception? False where
// nobody calls it.
bool is_last_act(const Program& program, const Facts& facts, FunctionId function);

}  // namespace beamwright::rules
