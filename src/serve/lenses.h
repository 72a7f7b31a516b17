// Code lenses on the clauses of callbacks: who calls them, and what they may wait for meanwhile.
#pragma once

#include <string>
#include <vector>

#include "review/check.h"
#include "source/span.h"

namespace beamwright::serve {

struct Lens {
  source::Span span;  // the head of the clause, or the name of the function
  std::string title;  // "called by 3 callers, may wait for an HTTP request without a time limit"
};

// Of the callbacks in one file, in order of the text; those with nothing to tell have none.
std::vector<Lens> lenses_of(const review::Basis& basis, source::FileId file);

}  // namespace beamwright::serve
