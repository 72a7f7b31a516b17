// Functions that a module names in its body and a library runs once a request: `resolve &Shop.Orders.list/3` in a GraphQL schema.
// Knowledge says so by a callback `resolve` of what such a module uses.
#pragma once

#include <optional>

#include "analysis/facts.h"

namespace beamwright::analysis {

// Which argument of a function of that arity, named in the body of the module, holds text from outside, counted from 1; none when
// the module uses no library that runs what it names.
std::optional<std::size_t> input_of_resolver(const model::Program& program, ModuleId module, std::size_t arity);

}  // namespace beamwright::analysis
