// Tasks that a supervisor has as permanent children although their work comes to an end: each end is a restart, and the work is
// done again at once, until the restarts are used up (stdlib: supervisor, "Restart Types"; elixir: Task, "Supervised tasks").
#pragma once

#include <vector>

#include "rules/child_starts.h"

namespace beamwright::rules {

struct PermanentTask {
  analysis::ExprRef child;  // of a supervisor's list
  FunctionId run;           // what the task runs; none for a closure
  analysis::ExprRef body;   // the closure; none for a function
};
std::vector<PermanentTask> permanent_tasks(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
