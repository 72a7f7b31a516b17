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

// Does the expression stand in a closure that somebody else may run? One that a fold of lists, maps or Enum runs is run here.
bool stands_in_foreign_closure(const Unit& unit, ExprId id);

// May the process that runs a function of the module end when that function has done its work? False where the function stands
// in a loop of the module that calls itself and has no clause for an end.
bool ends_with_its_start(const Program& program, const Facts& facts, FunctionId function);

// The receives in one body, those inside closures that others may run left out.
std::vector<HandWait> hand_waits(const Program& program, const Facts& facts, FunctionId function, ExprId body);

}  // namespace beamwright::rules
