// What each function may do in the process that calls it.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

Effects find_effects(const model::Program& program, const Calls& calls, unsigned jobs);

// What the external function called at a site does by itself, its options considered; empty when nothing is known of it.
EffectSet leaf_effects(const model::Program& program, const Calls& calls, CallId site);
// How long the external function called at a site may block: its timeout argument or option, else its default.
std::int64_t leaf_bound(const model::Program& program, const Calls& calls, CallId site);

// Orders waits by how much they should worry: without limit, long, unknown, short.
std::int64_t bound_rank(std::int64_t bound_ms);

}  // namespace beamwright::analysis
