// Processes that a server starts to answer its caller in its place.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// A process that is started in a clause of a callback, or in a function of its module, and is given the caller: it answers.
struct Offload {
  std::vector<CallId> chain;              // from the clause down to the call that starts it, which is the last
  std::vector<model::VariableId> caller;  // the variables that hold the caller where it is started
};
std::vector<Offload> offloads_of(const Program& program, const Facts& facts, const Handler& handler);
// The calls that stand in the code of such a process: in its closure, or in the function that it is started with.
std::vector<CallId> calls_of_offload(const Program& program, const Facts& facts, const Offload& offload);

}  // namespace beamwright::rules
