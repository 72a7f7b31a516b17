// The last step of a review: from what the rules found to what is told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/facts.h"
#include "findings/finding.h"
#include "model/program.h"
#include "review/check.h"
#include "review/read.h"

namespace beamwright::review {

struct Conclusion {
  const model::Program& program;
  const analysis::Facts& facts;
  const CheckOptions& options;
  findings::Findings found;           // as rules::run_all gives them
  std::vector<std::string> failures;  // of rules
  source::FileId only;                // the file whose findings alone are wanted; none: all
};

// Fills checked.review from the findings, and from the suppressions and diagnostics of the reading, which are used up. Gives a
// sentence when the baseline or the commit of --since is at fault.
std::optional<std::string> conclude(Conclusion conclusion, Reading& reading, Checked& checked);

}  // namespace beamwright::review
