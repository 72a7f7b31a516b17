// Which processes may run a function.
#pragma once

#include "analysis/facts.h"
#include "analysis/hints.h"
#include "analysis/scopes.h"

namespace beamwright::analysis {

Contexts find_contexts(const model::Program& program, const Scopes& scopes, const Calls& calls, const Processes& processes,
                       const Hints& hints);

}  // namespace beamwright::analysis
