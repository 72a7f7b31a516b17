// Clauses that take only some messages of their kind: {nodedown, 'a@host'}, {'EXIT', Pid, _} with the Pid of the state. The kind
// is taken as a whole by none of them, and a message of it that names something else finds no clause.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Does the clause ask for one value of the element at `at` of the tuple that `pattern`, one of the patterns of the clause or of a
// case in it, stands for? A literal, a pinned or bound variable, one that another parameter of the clause repeats, and one that
// the guard compares with ==. False where the pattern is no tuple of that length.
bool asks_for_one(const Program& program, const Handler& handler, const analysis::Pattern& pattern, std::size_t at);

}  // namespace beamwright::rules
