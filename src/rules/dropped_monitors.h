// Monitors that a server makes at the wish of others and whose reference it throws away: nobody can take them back. That matters
// where the same process may ask again, because its entry can leave by another message, or because it is written over.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct DroppedMonitor {
  FunctionId function;
  CallId site;        // makes the monitor
  HandlerId handler;  // the clause that others ask
  CallId gone;        // takes the entry out while the process lives on, or writes it over
  FunctionId where;   // that holds `gone`
  bool overwritten = false;
  bool kept = false;  // the reference is kept, and nothing in the module takes a monitor back when the entry leaves
};

// In servers of which no function takes a monitor back. Silent where something looks whether somebody is watched already.
std::vector<DroppedMonitor> dropped_monitors(const Program& program, const Facts& facts);

// {ok, Pid} = worker:start(), and then monitor(process, Pid): a process that was not watched before.
bool watches_new_process(const Program& program, const Facts& facts, CallId monitor);

// Is the result of a call thrown away on every way?
bool drops_result(const Program& program, const Facts& facts, CallId site);

}  // namespace beamwright::rules
