// What leaves a server open to messages that nobody in the sources shows: clients of sockets or HTTP that it runs in its own
// callbacks, code that it is given, a name that others know together with subscriptions. Such a message is concluded, not seen:
// what is found here is possible, never more.
#pragma once

#include <vector>

#include "rules/strays.h"

namespace beamwright::rules {

// None for a process that handles what is left over, and for all but gen_servers.
std::vector<Stray> exposures(const Program& program, const Facts& facts, ProcessId process);

// Messages that only the clause of one moment takes: each clause for {tcp_closed, Socket} or {worker, Pid, …} compares what the
// message names with what the state holds now. What an earlier socket or worker has sent matches none of them.
std::vector<Stray> outdated_messages(const Program& program, const Facts& facts, ProcessId process);

}  // namespace beamwright::rules
