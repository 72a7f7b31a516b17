// Whom a clause of a callback owes an answer: From of handle_call, of a gen_statem's {call, From}, of a gen_fsm's synchronous
// event; and whether each way through the clause makes use of it.
#pragma once

#include <optional>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The variables that hold the caller or a part of it; empty where the clause gives it no name, for clauses that nobody waits for,
// and for those of which it is not known.
std::vector<model::VariableId> caller_variables(const Program& program, const Facts& facts, const Handler& handler);

// A return of a clause that answers nobody, on a way that made no use of the caller: not stored, passed on or answered.
struct Unanswered {
  analysis::ExprRef expr;
  bool sometimes = false;  // the clause replies, or makes use of the caller, on another way
  CallId helper;           // it stands in the function called here, which is not given the caller
};
std::optional<Unanswered> unanswered_return(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
