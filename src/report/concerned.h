// The part of a design that findings are about.
#pragma once

#include <cstddef>

#include "design/design.h"

namespace beamwright::report {

// The processes with the worst findings (of medium severity or more), at most so many, with their supervisors, those whom they
// wait for and who wait for them, and the children and messages among all these. Empty where no process has such a finding.
design::Design concerned_part(const design::Design& design, std::size_t processes);

}  // namespace beamwright::report
