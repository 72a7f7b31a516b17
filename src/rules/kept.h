// Where a reference comes from: the call that handed it out (a timer, a monitor), followed through variables, the pattern it was
// taken out with, the helpers that pass it on, and the fields of a process's state that the same module fills.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

using knowledge::Resource;

// What an expression may hold, by the calls that make it. Of what is not understood nothing is claimed: `unknown`.
struct Origins {
  struct Made {
    Resource resource = Resource::kNone;
    CallId site;
  };
  std::vector<Made> made;
  bool unknown = false;
  Symbol field;  // the field of the state it went through, if it did
};
Origins origins_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr);

// The field of a state that an expression reads: state.timer, Map.get(state, :timer), a variable that a pattern binds under that
// key; 0 when it is something else.
Symbol field_read(const Unit& unit, ExprId expr);

// A place that gives a field a value: in a map or record, by Map.put, maps:put or put_in. `value` is none where it is computed
// in a way that is not followed.
struct FieldWrite {
  ExprId place;  // the map or the call
  Symbol field;
  ExprId value;
};
std::vector<FieldWrite> field_writes(const Unit& unit, ExprId root);

// The resource that the call at an expression hands out, or gives back; kNone when it is no such call.
Resource returned_by(const Program& program, const Facts& facts, CallId site);
Resource released_by(const Program& program, const Facts& facts, CallId site);

// The bodies of a function's clauses, for walking.
std::vector<ExprId> bodies_of(const Program& program, FunctionId function);

}  // namespace beamwright::rules
