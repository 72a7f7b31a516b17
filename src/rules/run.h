// Runs all rules over a program.
#pragma once

#include <stop_token>

#include "rules/rule.h"

namespace beamwright::rules {

// On up to `jobs` threads; the findings come in the order of the registry whatever the number. A rule that throws loses its own
// findings only: what it threw is added to `failures` as "<code> <name>: <what>", in the same order.
findings::Findings run_all(const model::Program& program, const analysis::Facts& facts, unsigned jobs,
                           std::vector<std::string>& failures);

// The same for one file alone, faster; `only` unset: for all. What is found is worth nothing after a stop.
findings::Findings run_all(const model::Program& program, const analysis::Facts& facts, unsigned jobs,
                           std::vector<std::string>& failures, source::FileId only, const std::stop_token& stop);

}  // namespace beamwright::rules
