// What runs after what in one function, in one process: statements of a block or steps of a `with`. Rules about order ask it.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Is `second` run after `first` in the same process, as far as the text says: do both stand below one block or `with`, in this
// order, with no closure and no choice between them? Of two branches of a case, one runs only.
bool runs_after(const Unit& unit, ExprId first, ExprId second);

// The calls of a function that stand between two of its expressions, in order of the text, closures left out.
std::vector<CallId> calls_between(const Program& program, FunctionId function, ExprId first, ExprId second);

// Does a receive begin between two expressions of a unit? The second may stand in one of its clauses.
bool receives_between(const Unit& unit, ExprId first, ExprId second);

}  // namespace beamwright::rules
