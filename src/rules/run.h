// Runs all rules over a program.
#pragma once

#include "rules/rule.h"

namespace beamwright::rules {

// On up to `jobs` threads; the findings come in the order of the registry whatever the number. A rule that throws loses its own
// findings only: what it threw is added to `failures` as "<code> <name>: <what>", in the same order.
findings::Findings run_all(const model::Program& program, const analysis::Facts& facts, unsigned jobs,
                           std::vector<std::string>& failures);

}  // namespace beamwright::rules
