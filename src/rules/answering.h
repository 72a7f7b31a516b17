// Whom a clause of a callback owes an answer: From of handle_call, of a gen_statem's {call, From}, of a gen_fsm's synchronous
// event; whether each way through the clause makes use of it; and the processes that are to answer in its place.
#pragma once

#include <optional>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The clause's pattern for the caller; none for clauses that nobody waits for, and for those of which it is not known.
ExprId caller_pattern(const Program& program, const Facts& facts, const Handler& handler);

// The variables that hold the caller or a part of it; empty where the clause gives it no name.
std::vector<model::VariableId> caller_variables(const Program& program, const Facts& facts, const Handler& handler);

// A return of a clause that answers nobody, on a way that made no use of the caller: not stored, passed on or answered.
struct Unanswered {
  analysis::ExprRef expr;
  bool sometimes = false;  // the clause replies, or makes use of the caller, on another way
  CallId helper;           // it stands in the function called here, which is not given the caller
};
std::optional<Unanswered> unanswered_return(const Program& program, const Facts& facts, const Handler& handler);

// A process that is started in a clause of a callback, or in a function of its module, and is given the caller: it answers.
struct Offload {
  std::vector<CallId> chain;              // from the clause down to the call that starts it, which is the last
  std::vector<model::VariableId> caller;  // the variables that hold the caller where it is started
};
std::vector<Offload> offloads_of(const Program& program, const Facts& facts, const Handler& handler);
// The calls that stand in the code of such a process: in its closure, or in the function that it is started with.
std::vector<CallId> calls_of_offload(const Program& program, const Facts& facts, const Offload& offload);

}  // namespace beamwright::rules
