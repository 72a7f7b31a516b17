// Servers that add children to a supervisor beside them when they start, or when they are told to. Under one_for_one a restart
// of that supervisor leaves it empty, and nobody adds them again.
#pragma once

#include <vector>

#include "analysis/forest.h"
#include "rules/support.h"

namespace beamwright::rules {

struct AddedOnce {
  analysis::TreeId tree;       // has both among its children
  std::size_t adder = 0;       // of the tree's children
  std::size_t supervisor = 0;  // of the tree's children
  ProcessId process;           // the adder's class
  CallId site;                 // the start_child
  bool possible = false;       // which supervisor is asked is concluded, not read
};

// One row an adder and tree, without those that monitor or link to somebody when they start, and those that look again by a
// timer.
std::vector<AddedOnce> added_once(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
