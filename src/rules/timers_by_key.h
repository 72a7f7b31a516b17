// A timer for each entry of a collection: a request arms one and puts its reference under a key that others choose, whether an
// entry is there already or not. The second request for the key writes over the reference of a timer that still runs.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct TimerByKey {
  FunctionId function;
  CallId arming;
  HandlerId handler;  // a clause that others ask, and that runs it
  ExprId place;       // the call or map that puts the entry, in `function`
  ExprId key;
};

// Silent where anything that the clause runs cancels a timer or looks something up, and where the key is made anew.
std::vector<TimerByKey> timers_by_key(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
