// The wrong function asked to cancel a timer: the references of the timer module and of the runtime are not interchangeable.
// Part of rule timer-not-cancelled.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Reports the call where each timer that its argument may be was armed by the other module.
void report_wrong_cancel(const Program& program, const Facts& facts, Reporter& reporter, CallId site);

}  // namespace beamwright::rules
