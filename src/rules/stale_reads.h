// A server that sends a request over a socket of its state, reads the answer with a limit, and goes on with the same socket when
// the time is over. The answer is still on its way: the next request reads it for its own.
#pragma once

#include <optional>

#include "rules/stale_answers.h"
#include "rules/support.h"

namespace beamwright::rules {

// gen_tcp:recv, ssl:recv or gen_udp:recv with a limit at `site`, in a clause of a server that sends before and looks after
// nothing when the time is over.
std::optional<StaleAnswer> stale_read(const Program& program, const Facts& facts, CallId site);

}  // namespace beamwright::rules
