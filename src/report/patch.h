// A rewrite of a finding as a patch that people can read and `patch` can carry out.
#pragma once

#include <string>

#include "report/report.h"

namespace beamwright::report {

// The files of a rewrite before and after it, as one unified diff; paths begin in the current folder. Empty without edits.
std::string patch_of(const Review& review, const findings::Rewrite& rewrite);

}  // namespace beamwright::report
