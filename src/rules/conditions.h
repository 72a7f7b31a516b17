// What has to be so before a call on a path is made at all, where the sources do not say that it is.
#pragma once

#include "rules/clauses.h"

namespace beamwright::rules {

// An overloaded function: what the call site is there for is done by one of its clauses, and which clause runs is decided by the
// kind of an argument (is_pid(X), #db{} = X, %Conn{} = x, the name of a job) that is not known. `stop(Pid) when is_pid(Pid)` does
// the work, `stop(Name)` asks the server for it. Not so where every clause that could run has the effect.
bool is_one_of_overloads(const Program& program, const Facts& facts, FunctionId function, CallId site,
                         const KnownArguments& arguments, std::uint64_t feasible, Effect effect);

// Stands in one of several branches of its function: a clause of case, if, cond, receive, with, or try.
bool stands_in_branch(const Program& program, CallId site);

// Stands in a rescue or catch: it is made when something else failed.
bool follows_failure(const Program& program, CallId site);

}  // namespace beamwright::rules
