// Entries, rows and fields with the reference of a monitor that a clause takes out without taking the monitor back: where
// rules/monitor_trails.h says a reference is kept, and something that the clause runs removes it.
#pragma once

#include <vector>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

struct ForgottenMonitor {
  HandlerId handler;
  FunctionId function;       // that holds the place: the handler's, or a function of the module that it runs
  ExprId place;              // the call that removes, or the map that writes the field over
  CallId made;               // makes such a monitor
  Symbol field;              // of the state …
  analysis::TableId table;   // … or the table
  bool anew = false;         // the field itself gets another monitor, over the one of before
  bool overwritten = false;  // the field itself is set to nil or undefined
};

// One row a place. Silent where the clause takes a monitor back on the same way, ends the process that is watched, or runs at its
// end.
std::vector<ForgottenMonitor> forgotten_monitors(const Program& program, const Facts& facts);

// A clause that others ask for: in that of the DOWN the monitor is gone already, and terminate ends them all.
bool is_asked_to_forget(const Handler& handler);

}  // namespace beamwright::rules
