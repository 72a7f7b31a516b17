// What `check --diff` prints and `check --fix` does: the rewrites of the findings that are shown.
#pragma once

#include <string>

#include "review/check.h"

namespace beamwright::app {

// All rewrites as one patch, with paths relative to the reviewed folder; nothing where there are none.
std::string diff_of_rewrites(const review::Checked& checked);

struct Fixed {
  std::string told;      // what was rewritten, what was left and why: for people
  bool changed = false;  // some file is another now
  bool failed = false;   // some file could not be written
};

// Writes the rewritten files.
Fixed fix(const review::Checked& checked);

}  // namespace beamwright::app
