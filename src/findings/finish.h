// The last word on the findings of all rules, before they are shown: severities that the evidence does not carry are lowered,
// the same fault is told once, and each finding gets a fingerprint by which it is known again in the next review.
#pragma once

#include "findings/finding.h"
#include "source/files.h"

namespace beamwright::findings {

// Sorted by path, line, column and code. The result does not depend on the order of the input.
Findings finish(Findings findings, const source::FileTable& files);

}  // namespace beamwright::findings
