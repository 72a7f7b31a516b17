// Processes that a server starts without a bound: one for each entry of a collection in its state that others fill, or one for
// each message of a subscription. What starts them may stand some helpers below.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct UnboundedStart {
  HandlerId handler;
  FunctionId function;        // that holds the start
  CallId start;               // spawn, Task.start, Task.Supervisor.start_child and their like
  std::vector<CallId> chain;  // from the loop or the clause down to the start, which is not in it
  FunctionId looping;         // that holds the loop; none for one of each message
  ExprId loop;
  ExprId collection;  // as it is written
};

// Silent where the project says how many children a supervisor of tasks may have (max_children), or the clause counts them.
std::vector<UnboundedStart> unbounded_starts(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
