// Every place in which a supervisor has a process class as a child, with the restart type that holds there: children in lists,
// templates of simple_one_for_one, children that start_child adds, and specifications for one of many that nobody in sight
// starts.
#pragma once

#include <vector>

#include "rules/child_starts.h"

namespace beamwright::rules {

// A process class as one supervisor has it.
struct RestartSlot {
  ModuleId module;
  Symbol restart;
  source::Span place;  // of the restart type, or of the child
  bool dynamic = false;
  bool added = false;  // by start_child
  Symbol strategy;     // of a supervisor in sight
  CallId site;         // the start_child
  source::Span strategy_place;
  analysis::ExprRef child;  // of a supervisor's list
  bool guessed = false;     // nobody in sight starts it
};
std::vector<RestartSlot> restart_slots(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
