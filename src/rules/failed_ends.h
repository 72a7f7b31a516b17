// How processes end when something failed, against what their supervisor takes for a failure: `normal`, `shutdown` and
// `{shutdown, _}` are no abnormal reasons, and a temporary child is never started again (stdlib: supervisor, "Restart Types").
#pragma once

#include <optional>

#include "rules/support.h"

namespace beamwright::rules {

// Is the reason one after which a transient child stays away?
bool ends_well(const Unit& unit, analysis::ExprRef reason);

struct FailedEnd {
  FunctionId function;
  analysis::ExprRef place;    // what the callback returns
  analysis::ExprRef pattern;  // {error, Reason}
};
// A handler that stops so in a clause for any error of what it called. None where a caller is told in the same answer, or where
// the error is how a connection or an input ends.
std::optional<FailedEnd> failed_end(const Program& program, const Facts& facts, const Process& process);

struct LostWork {
  CallId started;                  // Task.start_link
  FunctionId run;                  // what the task runs
  Effect outside = Effect::kHttp;  // what may fail
};
// What a task module's process does once, when that talks to somebody outside and to other processes, and takes no failure.
std::optional<LostWork> lost_work(const Program& program, const Facts& facts, ModuleId module);

}  // namespace beamwright::rules
