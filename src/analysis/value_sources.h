// Where values rest that are not passed on by calls: the process dictionary, persistent terms, config files, the arguments in
// child lists. Collected in one pass over the program when somebody first asks.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

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
  std::vector<UnitId> configs;                                     // config/*.exs, tests' own left out
};

const ValueSources& value_sources_of(const model::Program&, const Facts&);

// The key of a persistent term or dictionary entry: an atom, or a tuple such as {?MODULE, routes}, as one symbol; 0 for others.
Symbol storage_key(const model::Unit& unit, ExprId key);

// The value that config files give a key of an application; `config :shop, Shop.Repo, pool: 1` has the key Shop.Repo.
std::vector<ExprRef> configured_values(const model::Program&, const ValueSources&, source::ProjectId, Symbol application,
                                       Symbol key);

}  // namespace beamwright::analysis
