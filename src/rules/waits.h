// Receives written by hand: how long one can wait, what ends it, and whether it is the main loop of a process of its own.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct HandWait {
  FunctionId function;
  ExprId receive;
  std::int64_t bound_ms = analysis::Bound::kUnknown;
  bool ended_by_death = false;  // a clause takes the DOWN or EXIT of the other process, or closes with a port or socket
  bool loops = false;           // the function comes back to itself: the main loop of a process
  bool takes_any = false;       // a clause takes any message: nothing is left in the mailbox
};

// The receives in one body, those inside closures left out: nobody knows who runs these.
std::vector<HandWait> hand_waits(const Program& program, const Facts& facts, FunctionId function, ExprId body);

}  // namespace beamwright::rules
