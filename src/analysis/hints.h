// What people say about their code that cannot be read from it: settings of a project, passed to the analysis.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

struct Hints {
  // By ModuleId: ContextFlag bits of who enters the module's public functions from outside, instead of what is concluded; 0 where
  // nobody says. Empty: nobody says anything.
  std::vector<std::uint16_t> entered_by;
};

// As the analyse() of facts.h, with hints.
Facts analyse(const model::Program& program, const knowledge::Knowledge& knowledge, unsigned jobs,
              const std::vector<source::Application>* applications, const Hints& hints);

}  // namespace beamwright::analysis
