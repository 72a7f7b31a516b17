// A server's state before a step that its init puts off has run: the fields that this step alone fills, and the clauses that use
// such a field as if it were filled.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "analysis/state_fields.h"
#include "rules/support.h"

namespace beamwright::rules {

// A field that init leaves nil, undefined or out, and that `step` fills.
struct EmptyField {
  Symbol name;
  bool absent = false;  // the map has no such key until then
};
std::vector<EmptyField> fields_filled_by(const Program& program, const Facts& facts, HandlerId step);

// A place in a clause, or in a function that it calls, where an empty field ends in an exception.
struct HardUse {
  Symbol field;
  CallId way;  // from the clause to the function that uses it; none when the clause does so
  FunctionId function;
  ExprId place;
  std::string text;  // "Basic.publish/4 is given it"
};
// None where the clause, or a clause before it, asks for any of the fields, for then it knows of the half-made state.
std::optional<HardUse> hard_use_of(const Program& program, const Facts& facts, HandlerId handler,
                                   const std::vector<EmptyField>& fields);

}  // namespace beamwright::rules
