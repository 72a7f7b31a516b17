// What the author says of a place: a comment beside it, "best effort, nobody is left to tell", shows that the risk was seen and
// taken.
#pragma once

#include "findings/finding.h"
#include "source/files.h"

namespace beamwright::findings {

// A finding of medium severity whose line has such a comment above, behind or, where the line opens a clause, below it becomes
// low, with the comment as its last step. A worse one stays what it is, for a comment does not shorten an outage; and so does a
// slip that has one right rewrite.
Findings weigh_intent(Findings findings, const source::FileTable& files);

}  // namespace beamwright::findings
