// Locks, slots and tokens that a server hands out: the first who asks is answered at once, the others wait in the server's state
// until the holder gives back. Who holds one may crash: where the server neither monitors it nor limits the wait, nobody gives
// back, and everybody who waits does so for ever.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct HeldForOthers {
  HandlerId asks;                  // the clause that keeps those who must wait
  ExprId kept;                     // there: the caller, where it goes into the state
  std::vector<HandlerId> returns;  // the clauses of a message from outside that answer those who wait
};

// The locks of one server; none where it takes the end of a process ('DOWN', 'EXIT') or a timer in any of its clauses.
std::vector<HeldForOthers> held_for_others(const Program& program, const Facts& facts, ProcessId server);

}  // namespace beamwright::rules
