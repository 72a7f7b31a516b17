// Task.yield/2 waits for a while and leaves the task as it is: one that is still running sends its reply later, and stays linked.
// Where nobody shuts it down, ignores it or yields again, the reply comes to whatever the process does next.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct YieldedTask {
  CallId site;      // Task.yield, Task.yield_many
  ExprId given_up;  // the branch for nil; the call itself where nothing looks for it
};

// In long-lived code; silent where the code around it says what becomes of a task that has not answered.
std::vector<YieldedTask> yielded_tasks(const Program& program, const Facts& facts, FunctionId function);

}  // namespace beamwright::rules
