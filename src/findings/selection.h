// Which findings somebody wants to see: those of certain rules, or all but those.
#pragma once

#include <string>
#include <vector>

#include "findings/finding.h"

namespace beamwright::findings {

// Words name rules by code, name or family. Where one rule is both selected and ignored, it is ignored.
struct Selection {
  std::vector<std::string> select;  // empty: all
  std::vector<std::string> ignore;
};

bool is_selected(const Selection& selection, const Finding& finding);

}  // namespace beamwright::findings
