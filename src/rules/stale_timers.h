// Timers of which nobody keeps the reference, and which fire for something that is over or has begun anew: one of a job that
// other messages end as well, and one that takes a key out which each message puts again. Nothing in their message says which.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct StaleTimer {
  FunctionId function;  // that arms it
  CallId arming;
  HandlerId asked;  // the clause that runs the function
  HandlerId own;    // takes what the timer sends
  HandlerId ends;   // also ends what the timer is for; none for a key that is put again
  Symbol field;     // of the state, that both of them empty; 0 for a key
  ExprId key;       // in the message; none for a field
  FunctionId where;
  ExprId place;  // puts the key again, or fills the field
};

// Silent where the timer's own clause looks before it acts, or the clause that arms it knows what is there.
std::vector<StaleTimer> stale_timers(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
