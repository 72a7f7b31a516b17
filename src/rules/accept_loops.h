// Loops over a socket that begin again whatever error came, without a pause: accept and recv answer {error, closed} at once and
// for ever when the socket is gone, and {error, emfile} until somebody closes a file (kernel: gen_tcp, accept/2).
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct AcceptLoop {
  FunctionId function;
  CallId accept;        // the call that fails at once
  source::Span clause;  // the pattern that takes any error
  CallId again;         // where the function calls itself
};

std::vector<AcceptLoop> accept_loops(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
