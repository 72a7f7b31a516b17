// A monitor that a message makes anew each time it comes: the pid or the reference that was kept before is written over, and the
// monitor behind it stays. Monitors do not know that their process is watched already: each call makes one more (erts:
// monitor/2).
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct MonitoredAgain {
  FunctionId function;
  CallId site;           // makes the monitor
  HandlerId handler;     // the clause that runs it at each message
  ExprId replaced;       // where the entry before is written over, in `function` or in the handler's function …
  FunctionId where;      // … which is this one
  Symbol field;          // of the state that is written over; 0 for the entry of a table or map
  bool several = false;  // nothing is written over: a helper that several kinds of requests run, each of which makes one more
};

// In servers of which no function takes a monitor back. Silent where the clause, or one before it, looks whether somebody is
// watched already.
std::vector<MonitoredAgain> monitors_made_again(const Program& program, const Facts& facts);

// A server ends a child on purpose that it monitors, and its clause for the DOWN starts children again.
struct EndedWhileWatched {
  FunctionId function;
  CallId site;     // ends the child
  HandlerId down;  // takes its DOWN
  CallId starts;   // in what that clause runs: starts it again
};
std::vector<EndedWhileWatched> children_ended_while_watched(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
