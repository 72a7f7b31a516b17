// Callers that a clause keeps, and answers when data arrives from outside: the output of a program at a port, what comes in at a
// socket. However fast the server is, the answer takes as long as the one outside.
#pragma once

#include <optional>

#include "rules/support.h"

namespace beamwright::rules {

struct LaterAnswer {
  HandlerId arrival;          // the clause that takes the data, and answers
  CallId reply;               // the call that answers, in that clause or below it
  std::vector<CallId> chain;  // from the clause down to the reply
};

// What the callers kept by this clause wait for. None where the clause arms a timer, with which the server ends the wait itself.
std::optional<LaterAnswer> answered_from_outside(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
