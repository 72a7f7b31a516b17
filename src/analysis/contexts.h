// Which processes may run a function.
#pragma once

#include "analysis/facts.h"
#include "analysis/scopes.h"

namespace beamwright::analysis {

Contexts find_contexts(const model::Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes);

}  // namespace beamwright::analysis
