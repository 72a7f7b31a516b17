// From what the rules found to what is shown: comments in the code, the project's settings, the words of the command line, known
// findings, and the change that is looked at.
#pragma once

#include <vector>

#include "analysis/hints.h"
#include "findings/finding.h"
#include "findings/suppression.h"
#include "model/program.h"
#include "review/check.h"
#include "source/discovery.h"

namespace beamwright::review {

// Files that the configuration excludes are read and not reviewed, like somebody else's. Gives their number.
std::size_t exclude_files(const Configuration& configuration, source::Discovery& discovery);

// Who enters which modules, as the configuration says.
analysis::Hints hints_of(const Configuration& configuration, const model::Program& program);

// Finds the function that each suppression of scope kFunction covers, and tells of rules that do not exist.
void place_suppressions(const model::Program& program, std::vector<findings::Suppression>& suppressions,
                        source::Diagnostics& diagnostics);

// Takes out what comments, settings, the command line, the baseline and --since do not want to be shown, and counts it in the
// review. The error says what is wrong with the baseline or the commit.
Result<findings::Findings> choose_shown(findings::Findings all, const CheckOptions& options, const Checked& checked,
                                        std::vector<findings::Suppression>& suppressions, report::Review& review);

}  // namespace beamwright::review
