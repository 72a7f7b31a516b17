// Where values rest that are not passed on by calls: the process dictionary, persistent terms, configuration, the arguments in
// child lists. Collected in one pass over the program when somebody first asks.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/configuration.h"
#include "analysis/facts.h"

namespace beamwright::analysis {

// An expression together with the function it stands in.
struct PlacedExpr {
  FunctionId function;
  ExprId expr;
};

struct ValueSources {
  std::unordered_map<Symbol, std::vector<PlacedExpr>> dictionary;  // by key: what put/2 puts
  std::unordered_map<Symbol, std::vector<PlacedExpr>> terms;       // persistent terms by the key's text as it is written
  std::vector<std::vector<PlacedExpr>> children;                   // by ModuleId: the child specifications that name the module
  std::optional<Configuration> configuration;                      // always there
};

const ValueSources& value_sources_of(const model::Program&, const Facts&);

// The key of a persistent term or dictionary entry: an atom, or a tuple such as {?MODULE, routes}, as one symbol; 0 for others.
Symbol storage_key(const model::Unit& unit, ExprId key);

// Argument `index` (from 0) of the start function with this name in a child specification: {Module, arg}, or {Module, start_link,
// [arg]} inside a map or tuple; none when it is not written.
ExprId argument_in_child(const model::Unit& unit, ExprId child, Symbol name, std::uint32_t index);

}  // namespace beamwright::analysis
