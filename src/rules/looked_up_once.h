// Servers that ask their own supervisor for its children once, right after their start, and keep what they are told: after a
// restart of a sibling that does not restart them they hold the pid of a dead process.
#pragma once

#include <vector>

#include "analysis/forest.h"
#include "rules/support.h"

namespace beamwright::rules {

struct LookedUpOnce {
  analysis::TreeId tree;
  std::size_t child = 0;  // of the tree's children
  ProcessId process;
  FunctionId function;  // the callback
  CallId site;          // which_children
};

// Under one_for_one, and under rest_for_one where siblings start later; without those that watch somebody or ask again.
std::vector<LookedUpOnce> looked_up_once(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
