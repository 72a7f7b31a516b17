// Which clauses a process runs right after its init, while the supervisor goes on with the next child: handle_continue, a message
// that init sends to itself, the work of a task.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// True also where init sends the message after no more than a moment.
bool runs_at_start(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
