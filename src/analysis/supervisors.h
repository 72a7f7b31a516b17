// Supervisors: strategy, intensity and children, as far as they are written where they can be read.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

// Needs facts.calls and facts.processes.
std::vector<Supervisor> find_supervisors(const model::Program& program, const Facts& facts);

}  // namespace beamwright::analysis
