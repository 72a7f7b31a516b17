// Look-ups that a clause makes by what its message brings, a reference or a key, and that the process does not survive when the
// entry is gone: `{ok, Name} = maps:find(Ref, Names)`, `Map.fetch!(names, ref)`, `#watcher{} = lists:keyfind(Ref, 2, Watchers)`.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// Is it a pattern for what a look-up gives that finds nothing: [], error, false, undefined …?
bool is_nothing(const Unit& unit, ExprId pattern);

// Does the code below `body` die when nothing is found under one of `keys`? Guesses nothing about helpers that look up.
bool dies_of_lookup(const Unit& unit, ExprId body, const std::vector<model::VariableId>& keys);

}  // namespace beamwright::rules
