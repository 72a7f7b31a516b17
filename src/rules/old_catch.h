// Where Erlang's `catch Expr` is looked at: what is raised becomes the value {'EXIT', Reason}, and a case around it has a clause
// for that (Erlang reference manual, "Catch and Throw"). Rules about handlers of exceptions read such a clause as one.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The clauses for {'EXIT', _} of the case that looks at the value of the catch, at once or after it was bound to a variable.
std::vector<model::ClauseId> exit_clauses(const Unit& unit, ExprId old_catch);

}  // namespace beamwright::rules
