// Makes the design of what was reviewed out of the program, its facts and the findings.
#pragma once

#include "analysis/facts.h"
#include "design/design.h"
#include "source/discovery.h"

namespace beamwright::design {

// What a design is made of. All of it must live only as long as the call.
struct Sources {
  const source::Discovery& discovery;
  const model::Program& program;
  const analysis::Facts& facts;
  const findings::Findings& findings;
  bool with_waits = true;  // false: Design::blocking stays empty, which takes most of the time
};

Design build(const Sources& sources);

}  // namespace beamwright::design
