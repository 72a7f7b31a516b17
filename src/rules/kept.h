// Where a reference comes from: the call that handed it out (a timer, a monitor), as analysis/possible_values.h finds it; and the
// places in one function that write fields of a state.
#pragma once

#include <vector>

#include "analysis/state_fields.h"
#include "rules/support.h"

namespace beamwright::rules {

using analysis::field_read;
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
// The calls that hand it out, and those that give it back, in order of the text.
std::vector<CallId> sites_that_return(const Program& program, const Facts& facts, Resource resource);
std::vector<CallId> sites_that_release(const Program& program, const Facts& facts, Resource resource);
Resource released_by(const Program& program, const Facts& facts, CallId site);

// The bodies of a function's clauses, for walking.
std::vector<ExprId> bodies_of(const Program& program, FunctionId function);

}  // namespace beamwright::rules
