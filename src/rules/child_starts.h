// Children that start_child adds to a supervisor while the system runs, read where they are written: the specification in the
// call says which module is started and how it is restarted, the first argument says by which names the supervisor is known.
// Where analysis/forest.h knows which supervisor it is the forest is better evidence; names that are put together at run time,
// such as
// `{:via, Registry, {name, Jobs}}`, it cannot tell, and there the atoms that both sides mention are compared.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/forest.h"
#include "rules/support.h"

namespace beamwright::rules {

// A child specification as far as it can be read.
struct WrittenSpec {
  ModuleId module;              // the module that is started; none when it is not among the sources
  Symbol restart;               // permanent, transient, temporary, defaults filled in; 0 when it is not known
  source::Span restart_place;   // where that is written; when it is a default, the `use` that makes it so; else empty
  bool with_arguments = false;  // started with something that is not known before it runs: one for each of many
  bool defaulted = false;       // nobody wrote how it is restarted
};
// `expr` stands in a function; Elixir's module, {Module, argument}, map and Supervisor.child_spec, Erlang's tuple and map.
WrittenSpec read_written_spec(const Program& program, const Facts& facts, FunctionId function, ExprId expr);

struct ChildStart {
  CallId site;
  FunctionId function;
  std::vector<Symbol> names;  // atoms that say which supervisor is asked
  WrittenSpec spec;
};
// The calls of start_child in production.
std::vector<ChildStart> child_starts(const Program& program, const Facts& facts);

// The place of each supervisor among its parent's children, and the parent.
struct TreePlace {
  analysis::TreeId parent;
  analysis::ExprRef place;
};
std::vector<TreePlace> tree_places(const analysis::Forest& forest);

// The atoms that a supervisor of the forest is known by.
std::vector<Symbol> names_of_tree(const Program& program, const Facts& facts, const analysis::Forest& forest,
                                  const std::vector<TreePlace>& places, analysis::TreeId tree);
bool share_a_name(const std::vector<Symbol>& one, const std::vector<Symbol>& other);

// Is the place in production code of the review?
bool production_place(const Program& program, const Facts& facts, analysis::ExprRef place);
// The function an expression stands in; none for attributes.
FunctionId function_at(const Program& program, analysis::ExprRef place);

}  // namespace beamwright::rules
