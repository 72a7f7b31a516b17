// The conditions of -if and -elif.
#pragma once

#include <cstdint>

#include "erlang/macros.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

enum class Condition : std::uint8_t {
  kHolds,
  kFails,
  kUnknown,    // depends on terms that are not evaluated here
  kMalformed,  // no guard: the compiler refuses it
};

// Evaluates the expressions of a condition; epp:eval_if/2.
Condition evaluate_condition(const Node& expressions, MacroTable& macros, Level level);

}  // namespace beamwright::erlang
