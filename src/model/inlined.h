// One more flag of a Function, beside those of program.h.
#pragma once

#include "model/program.h"

namespace beamwright::model {

// A macro whose every clause is nothing but a plain quote. Its body is the quoted code, with the macro's parameters where they
// are unquoted: what calls the macro runs that code, so it is followed as if it called a function. What only the using module
// knows
// (__MODULE__) is unknown in it.
inline constexpr FunctionFlag kInlined = static_cast<FunctionFlag>(512);

}  // namespace beamwright::model
