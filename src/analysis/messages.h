// Who sends what to whom.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

Messages find_messages(const model::Program& program, const Calls& calls, const Processes& processes);

}  // namespace beamwright::analysis
