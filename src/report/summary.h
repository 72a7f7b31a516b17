// What a review says as a whole, in sentences: the same words in the terminal and on the page.
#pragma once

#include <cstddef>
#include <string>

#include "report/report.h"

namespace beamwright::report {

// Why the verdict is what it is, and how many files were not wholly read: "1 high finding: blocking-call-handler (BW401)".
std::string reasons_of(const Review& review);
// "Reviewed 49 files with 2,119 lines: 49 modules, 26 processes, 6 supervisors."
std::string scope_of(const Review& review);
// What there is beside the findings, so that silence is never taken for soundness: "Not shown: 3 in the baseline." or empty.
std::string hidden_of(const Review& review);

// A comment to Beamwright that is at fault, and no trouble with reading a file.
bool is_comment(const source::Diagnostic& diagnostic);
std::size_t files_of(const source::Diagnostics& diagnostics);

}  // namespace beamwright::report
