// Which clauses of a function a call can reach, by the atoms it passes. A dispatcher like `handle_msg(get_token, State)` has a
// clause for each message, and only one of them is on the way of a call that says get_token.
#pragma once

#include <cstdint>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The atoms that a function is called with, by parameter; 0 where the argument is not a known atom.
using KnownArguments = std::vector<Symbol>;

// What a call site passes, when the function it stands in was called with `outer`. Empty for captures and {M, F, A}.
KnownArguments arguments_at(const Program& program, const Facts& facts, CallId site, const KnownArguments& outer);

// The clauses that such a call may run, by bit: clause 0 is the lowest. Functions of more than 64 clauses may run any.
std::uint64_t feasible_clauses(const Program& program, FunctionId function, const KnownArguments& arguments);

// Does the call site stand in one of these clauses of its function?
bool stands_in(const Program& program, FunctionId function, CallId site, std::uint64_t clauses);

}  // namespace beamwright::rules
