// An invariant that does not hold is our bug. It is thrown, caught by the worker of the file at hand and reported as an internal
// diagnostic: one odd file never costs the user the review of all others.
#pragma once

#include <stdexcept>
#include <string>

namespace beamwright {

struct InvariantFailure : std::logic_error {
  using std::logic_error::logic_error;
};

inline void ensure(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    throw InvariantFailure(what);
}

}  // namespace beamwright
