// Walking over the expressions of one unit, as analysis does it, and what rules ask of whole modules and functions.
#pragma once

#include "analysis/walk.h"

namespace beamwright::rules {

using analysis::any_below;
using analysis::append_below;
using analysis::mentions;
using analysis::variables_in;

// Is the atom written anywhere in the module's functions?
bool module_names_atom(const model::Program& program, model::ModuleId module, Symbol atom);
// Does a function contain an expression of this kind?
bool function_has(const model::Program& program, model::FunctionId function, model::ExprKind kind);

}  // namespace beamwright::rules
