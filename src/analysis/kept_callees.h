// What each unit's calls reach, kept from one analysis to the next. A name means the same until somebody adds, drops or changes a
// function or module of that name; then the units that say the name are resolved anew, and all of them where an edit reaches
// further: it touches code that other modules take in by `use`, or directives.
#pragma once

#include <vector>

#include "analysis/calls.h"
#include "analysis/carry.h"

namespace beamwright::analysis {

struct KeptCallees {
  struct OfUnit {
    std::vector<Callee> callees;      // by call of the unit; `external` is an index of the list below
    std::vector<External> externals;  // in order of the text
  };
  std::vector<OfUnit> units;  // by UnitId
};

// As resolve_calls() of calls.h. `kept`, when it is not null, holds what the program of before had, and afterwards what this one
// has; `carry` is what the edit left as it was, null when nothing is known of that.
Calls resolve_calls(const model::Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, unsigned jobs,
                    const std::vector<source::Application>* applications, KeptCallees* kept, const Carry* carry);

}  // namespace beamwright::analysis
