// Calls that Elixir's constructs stand for without naming them: `raise Error` calls Error.exception/1, `"#{x}"` calls
// String.Chars.to_string/1, `x in list` may call Enum.member?/2. What runs then is often the project's own code.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

struct Implied {
  model::LocalFunctionId function;  // in whose code the construct stands
  ExprId expr;                      // the construct
  Symbol module;
  Symbol name;
  std::uint32_t arity = 0;
};

// By function, then in order of the text. Follows Kernel's macros of Elixir 1.14 and later; empty for Erlang.
std::vector<Implied> implied_calls(const model::Program& program, UnitId unit, const Calls& calls);

// Is the call part of a path that a macro takes apart, as state.jobs[id] is in put_in(state.jobs[id], job)? Then it is not made.
bool in_access_path(const model::Program& program, UnitId unit, const Calls& calls, CallId site);

}  // namespace beamwright::analysis
