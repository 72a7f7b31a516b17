// Requests written by hand, where the receive stands in another function than the request: post(Server, Question) and then
// await(Ref), a spawn in a loop and then collect(Count).
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// A message, a command to a port, or bytes to a socket whose answer comes as a message: what somebody is asked with.
bool sends_request(const Program& program, const Facts& facts, CallId site);

// A process of its own that sends its answer back, and that nobody links or monitors: it may die without a word.
bool starts_unwatched_answerer(const Program& program, const Facts& facts, CallId site);

// f/2 for the f/1 that a default argument of it makes: the function that somebody wrote.
FunctionId behind_defaults(const Program& program, const Facts& facts, FunctionId function);

// A message with the way back in it, self() or a variable for it, sent here or by the function that is called here.
bool asks_back(const Program& program, const Facts& facts, CallId site);

// The request that functions of the module make before they call the function with the receive.
struct RequestAbove {
  CallId site;                // the request; none when there is none
  FunctionId function;        // that makes it, in its own text or through the call at `site`
  std::vector<CallId> chain;  // from there down to the function with the receive
};
RequestAbove request_above(const Program& program, const Facts& facts, FunctionId receiving,
                           bool (*asks)(const Program&, const Facts&, CallId));

// Does the function run in a process that the one it asks has started with a link, or does its module link the processes that
// take such a request? Then the death of one side ends the other, and no wait outlives it.
bool is_linked_to_peer(const Program& program, const Facts& facts, FunctionId function, CallId request);

}  // namespace beamwright::rules
