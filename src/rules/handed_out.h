// Pools that hand out what they keep and take it back later, without an eye on who took it: an entry goes with a process that
// dies before it gives it back.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// A clause of handle_call that takes an entry out of a field of the state and answers it, and does not look at who asks; and the
// clause of another message that puts one back.
struct HandedOut {
  ProcessId process;
  HandlerId taking;
  HandlerId giving_back;
  Symbol field;
  ExprId answer;  // in the unit of the taking clause
};
std::vector<HandedOut> handed_out(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
