// What `use` puts into a module. The functions that a project's macros quote are in the model once, as templates of the macro's
// module; each module that uses it gets a copy of its own here, in which __MODULE__ and the functions that are called by their
// bare names are those of that module. A copy is a unit of the template's file, so that what is found in it is shown where the
// text stands, and its functions are those of the module that uses the template.
#pragma once

#include <set>

#include "knowledge/knowledge.h"
#include "model/program.h"

namespace beamwright::analysis {

// The program with the instances of its templates. The same program where there are no templates.
model::Program with_instances(model::Program program, const knowledge::Knowledge& knowledge, unsigned jobs);

// The templates that some module got a copy of: what they do is told of the copies.
class Instantiated {
 public:
  explicit Instantiated(const model::Program& program);
  bool contains(const model::Program& program, model::FunctionId function) const;
  // Does the place stand in one of them?
  bool covers(const source::Span& span) const;

 private:
  std::set<source::Span> places_;
};

}  // namespace beamwright::analysis
