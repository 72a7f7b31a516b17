// The rewrite that binds fields of a variable before the statement in which a closure uses them: `worker = state.worker` above,
// and `worker` instead of `state.worker` inside. The closure then takes along the fields alone.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// Empty where a use of the variable in the closure is no plain field access, where a name that would be bound is taken in the
// function, or where the statement does not begin a line of its own behind the place that binds the variable.
findings::Rewrite hoist_fields(const Program& program, FunctionId function, ExprId closure, model::VariableId variable);

}  // namespace beamwright::rules
