// Which modules are processes, and what their callbacks take, return and change.
#pragma once

#include "analysis/facts.h"
#include "analysis/scopes.h"

namespace beamwright::analysis {

Processes find_processes(const model::Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes,
                         const Calls& calls);

}  // namespace beamwright::analysis
