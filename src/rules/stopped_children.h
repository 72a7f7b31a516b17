// Processes that other code stops from outside: gen_server:stop, GenServer.stop, Supervisor.stop. A supervisor is not asked, and
// takes the end for a crash or not by its restart type alone: a permanent child is started again at once.
#pragma once

#include <map>

#include "rules/support.h"

namespace beamwright::rules {

struct StoppedFrom {
  CallId stop;  // the gen_server:stop
  CallId from;  // the call of the module's own stop function; none where the stop itself stands in other code
};
// By the module of the process: the first place in production that stops one. What is run when the system goes down, and what
// tells the supervisor as well (terminate_child, delete_child) or means to start it afresh, is none.
std::map<std::uint32_t, StoppedFrom> stopped_children(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
