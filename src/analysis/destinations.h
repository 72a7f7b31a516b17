// Where closures and captures go, and so in which process the calls written in them are made.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

// Fills calls.runs for every call; needs calls.callees and calls.externals.
void find_destinations(const model::Program& program, unsigned jobs, Calls& calls);

}  // namespace beamwright::analysis
