// Where several rules tell one fault at one place, the one that sees more of it speaks.
#pragma once

#include "findings/finding.h"

namespace beamwright::findings {

// Takes out the shallower of two findings that begin at the same byte; the deeper one keeps the worse severity of both. The order
// stays.
Findings without_shallower(Findings findings);

}  // namespace beamwright::findings
