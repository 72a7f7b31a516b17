// What an exception that is caught leaves behind: work of which the first half is done, and a state that does not know of it.
// Questions that the rule about swallowed exceptions asks of what is guarded, and of helpers that guard what others give them.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// Do the calls, in order of the text, change something outside of the process (a row, a file, another process) before the last of
// them, so that a failure of a later one leaves that behind?
bool is_half_done(const Program& program, const Facts& facts, const std::vector<CallId>& sites);

// `case catch f() of {'EXIT', _} -> {noreply, State}` in a callback: does the clause give the state back as it was, with no word
// in the log and no look at the reason?
bool keeps_state_after_exit(const Program& program, const Facts& facts, FunctionId function, ExprId old_catch);

// The guard is a function that runs a parameter in `body` and, when that raises, answers with another parameter (`value`). The
// calls of it by callbacks, or by the functions these are made of, that give their own state for that.
std::vector<CallId> states_given_to_guard(const Program& program, const Facts& facts, FunctionId guard, ExprId body,
                                          analysis::ExprRef value);

}  // namespace beamwright::rules
