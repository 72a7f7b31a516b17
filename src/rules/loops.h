// How long a function runs that a new process starts with: for as long as the node is up, or until its work is done.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Does each way through the function end in a call of itself (or of one that it ends with in the same module), and is there a
// receive, a sleep or a timer in the turn? Recursion over data has none.
bool loops_for_ever(const Program& program, const Facts& facts, FunctionId function);

// Does the function surely come to an end: no loop, no receive, no sleep without limit, and nothing below it that waits for what
// others send?
bool surely_ends(const Program& program, const Facts& facts, FunctionId function);

}  // namespace beamwright::rules
