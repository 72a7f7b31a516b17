// The conditions of -if and -elif.
#pragma once

#include <optional>

#include "erlang/macros.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

// Evaluates the expressions of a condition; epp:eval_if/2. Nothing when it depends on what cannot be known here.
std::optional<bool> evaluate_condition(const Node& expressions, MacroTable& macros);

}  // namespace beamwright::erlang
