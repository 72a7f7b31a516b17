// Timers that are cancelled without a look at the answer, and whose message the server does not survive when it has fired
// already. Cancelling takes no message out of the mailbox (erts: erlang:cancel_timer/1): it is met after the entry or the
// reference has been forgotten.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct CancelledTimer {
  CallId site;  // cancels
  FunctionId function;
  CallId arming;  // none where it is armed by a helper out of sight
  HandlerId own;  // takes the timer's message, and dies when it looks for what is gone
};

// One a function. Silent where the function takes the message out of the mailbox itself, or ends the process.
std::vector<CancelledTimer> cancelled_timers(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
