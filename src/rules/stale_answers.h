// The wait of a server for what its port or socket answers, given up after a time while the port or socket is kept. Nothing in
// the answer says to which request it belongs: the late one is taken for that of the next request, and from then on each request
// gets the answer of the one before. Here the waits by `receive`; stale_reads.h has those by `recv`.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct StaleAnswer {
  ExprId receive;
  ExprId answer;   // the pattern that takes it
  CallId request;  // what is sent before
  source::Span gives_up;
};

std::vector<StaleAnswer> stale_answers(const Program& program, const Facts& facts, FunctionId function);

}  // namespace beamwright::rules
