// Functions that an agent runs and that ask the same agent again: it waits for itself. An agent has no clauses that a search from
// handler to handler could go through; what it runs is written in the call.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct AgentCycle {
  CallId site;                // Agent.update(Name, fn …)
  Symbol agent;               // its name
  std::vector<CallId> chain;  // from the closure down to the call of the agent, which is the last
};

// Of agents with a name that is written; one for each call.
std::vector<AgentCycle> agent_cycles(const Program& program, const Facts& facts, const Reporter& reporter);

}  // namespace beamwright::rules
