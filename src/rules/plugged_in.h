// Servers that hand each request to a module from their state: an adapter, a back end, a driver. What they wait for is what the
// modules of the sources do that have all the functions which the server calls there.
#pragma once

#include <optional>

#include "rules/work.h"

namespace beamwright::rules {

// Slow work of a module that may be plugged in where this clause calls one; possible by its nature. `patience_ms` is how long the
// callers wait; what is known to end before is not told of.
std::optional<SlowWork> plugged_in_work(const Program& program, const Facts& facts, const Handler& handler,
                                        std::int64_t patience_ms);

}  // namespace beamwright::rules
