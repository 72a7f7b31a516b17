// What a clause of a callback answers its caller with, in the forms of gen_server, gen_fsm and gen_statem.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// The values that the clause may reply with: the second element of {reply, Value, State} and {reply, Value, StateName, Data}, the
// third of a gen_statem's action {reply, From, Value}, and the second argument of gen_server:reply(From, Value) and its like.
std::vector<ExprId> replies_of(const Program& program, const Facts& facts, const Handler& handler);

// A value that a clause may reply with, where it stands: in the clause itself, or in a function of its module that the clause
// ends with and hands its state to, `handle_call({get, Key}, _From, State) -> get(Key, State)`.
struct Answer {
  FunctionId function;
  ExprId value;
  std::vector<model::VariableId> state;  // the variables there that hold the state, or something taken out of it
};
std::vector<Answer> answers_of(const Program& program, const Facts& facts, const Handler& handler);

// Is it a call of gen_server:reply/2, gen_statem:reply/2 and their like?
bool is_reply(const Facts& facts, CallId site);

// Does every way through the clause answer the caller at once, as far as it can be seen?
bool answers_at_once(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
