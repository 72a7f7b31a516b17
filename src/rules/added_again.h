// Children that a process adds to the supervisor above it, each time it starts. The supervisor keeps what was added: when it
// starts the process again the child is there already, and start_child answers {error, {already_started, Pid}} (stdlib:
// supervisor, start_child/2).
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct AddedAgain {
  ProcessId process;          // that adds it
  HandlerId handler;          // the clause that runs at its start
  std::vector<CallId> chain;  // from the clause down to the start_child
  CallId matched;             // of the chain: the call whose answer must be {ok, …}
  bool sure = false;          // the supervisor is its own, and not only by what it is called
};

// One a process. Without those that look at the answer, that ask the supervisor first or take the child away, and those whose
// child is gone when they start: a temporary one under one_for_all.
std::vector<AddedAgain> added_again(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
