// Code that asks again because an answer did not come in time: from a call that has a time limit outwards, through handlers of
// exceptions, the values that they make of a time-out, local wrappers, callers, and functions that are handed the call as a
// closure, to the place that begins the same function again.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct Retry {
  CallId attempt;             // the call that times out
  FunctionId function;        // that begins again
  CallId again;               // where it does so; the loop function (Enum.reduce_while) where a loop does
  std::vector<CallId> way{};  // the calls between the attempt and the function that begins again, the nearest first
  bool paused = false;        // it sleeps before
  bool backs_off = false;     // for a time that is computed, so that it can grow from try to try
  bool limited = false;       // it counts the tries
  bool by_name = false;       // the code says `timeout`; else it takes any failure, a time-out among them
};

// The retries of one call that exits with {timeout, _}, or, where `answer` is set, that answers {tag, timeout} (rpc:call).
std::vector<Retry> retries_of(const Program& program, const Facts& facts, CallId attempt, Symbol answer = {});

}  // namespace beamwright::rules
