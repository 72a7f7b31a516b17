// Which variable an occurrence of a name is. Both languages bind names in patterns, but their scopes differ:
//
//   Elixir   a pattern always binds anew, `^x` uses the variable from before the pattern, and nothing leaves a clause, a branch,
//            a comprehension, a `with` or a `try` (Elixir's own elixir_clauses, elixir_for, elixir_try).
//   Erlang   a variable is bound once in a function's clause: a name that has a value is a use, also in a pattern. The clauses
//            of case, if and receive export what they bind; try, catch, maybe, comprehensions and funs do not; fun heads and
//            generators shadow (OTP's erl_lint). Clauses that bind the same name share a variable only where the name is used
//            after them: what one of them makes of it is nothing to the others.
#pragma once

#include "model/program.h"

namespace beamwright::model {

// Until bound, the payload of a kVariable is its name. Afterwards it is a VariableId with this bit set, so that an occurrence
// that was not reached (it stands in no function, or deeper than any real program nests) can be told from one that was;
// UnitBuilder::finish() takes the bit away again and leaves those unbound.
inline constexpr std::uint32_t kVariableIsBound = 1u << 31;

// Binds the variables of all functions of the unit: fills Unit::variables, the payloads of kVariable and the flag kBinds.
void bind_variables(Unit& unit);

}  // namespace beamwright::model
