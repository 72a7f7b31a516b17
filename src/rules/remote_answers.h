// The answer of rpc:call as it comes to the code that uses it: from the call itself, or from functions of the sources that hand
// it on, through variables, clauses that take whatever is left, and closures that a helper runs.
#pragma once

#include <optional>

#include "rules/support.h"

namespace beamwright::rules {

// rpc:call/4,5 and rpc:block_call/4,5, which answer {badrpc, Reason} instead of raising.
bool answers_badrpc(const analysis::External* external);

// The remote call whose answer a site hands on as it is: its own, or one that the wrapper which it calls returns on some way.
std::optional<CallId> remote_call(const Program& program, const Facts& facts, CallId site);

// Does something around the expression catch what it raises?
bool is_caught_around(const Unit& unit, ExprId expr);

}  // namespace beamwright::rules
