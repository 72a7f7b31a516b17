// The supervision forest: which processes an application starts, in which order and under whom. Supervisor callbacks, functions
// that build child lists, child_spec/1 and start functions are followed by an abstract evaluation of the program (evaluator.h),
// so that a supervisor that is started twice with different arguments stands here twice, each with its own children. What depends
// on configuration, messages or unknown code is marked unknown or conditional; nothing is guessed.
#pragma once

#include <string>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

using TreeId = Id<struct TreeTag>;  // a supervisor of the forest

enum class Presence : std::uint8_t {
  kAlways,   // in the child list whenever the supervisor starts
  kPerhaps,  // in one branch of a condition, or kept by a filter that cannot be read
  kMany,     // one for each element of a list that is not known, or of a dynamic supervisor's children
};

// Where a child comes from.
enum class Origin : std::uint8_t {
  kList,      // the child list that init returns or start_link is given
  kTemplate,  // the one specification of a simple_one_for_one supervisor
  kAdded,     // start_child, called somewhere after the supervisor has started
};

struct TreeChild {
  ExprRef place;   // the child's specification, or the call of start_child
  std::string id;  // as an Erlang term; empty when it is not known
  // The start function as it is specified, {Module, Function, Args}; 0 where it is not known.
  Symbol start_module;
  Symbol start_function;
  int start_arity = -1;  // -1: not known
  // The callback module of the process that the start function starts, read from the function; 0 when it cannot be read. The
  // module may stand outside the sources.
  Symbol module;
  ModuleId source;       // the callback module, or else the start module, among the sources
  Symbol name;           // the name it registers under; 0: none or not known
  Symbol restart;        // permanent, transient, temporary; 0 when not known
  std::string shutdown;  // "5000", "brutal_kill", "infinity"; empty when not known
  Symbol type;           // worker, supervisor; 0 when not known
  Presence presence = Presence::kAlways;
  Origin origin = Origin::kList;
  TreeId tree;  // what it is when it is a supervisor whose inside is read
};

struct Tree {
  Symbol module;                // callback module; 0 for a supervisor without one (Supervisor.start_link(children, options))
  ModuleId source;              // the module among the sources: the callback module, or the one that starts it
  FunctionId function;          // init/1, or the function that starts it
  ExprRef place;                // where it is started
  Symbol behaviour;             // supervisor, Elixir.DynamicSupervisor, Elixir.Registry …
  Symbol name;                  // registered name; 0: none or not known
  Symbol strategy;              // 0 when not known
  std::int64_t intensity = -1;  // restarts, and the seconds in which; -1 when not known
  std::int64_t period = -1;
  bool dynamic = false;             // simple_one_for_one and DynamicSupervisor: children come and go
  bool opaque = false;              // a library's or a bridge: a supervisor by its type, nothing is known of its inside
  bool complete = false;            // no child is missing from the list that it starts with
  std::vector<TreeChild> children;  // in the order in which they start; added ones last
  std::vector<ExprRef> added_at;    // calls of start_child that add children to a dynamic supervisor
};

struct TreeApplication {
  std::string name;
  Symbol module;          // the callback module
  FunctionId start;       // its start/2
  bool declared = false;  // a manifest names the module; else its behaviour alone makes it one
  TreeId tree;            // none when no supervisor can be read from start/2
};

struct Forest {
  std::vector<TreeApplication> applications;  // in the order of the manifests
  std::vector<Tree> trees;
  std::vector<TreeId> loose;  // supervisors of the sources that no application is seen to start

  const Tree& tree(TreeId id) const { return trees[id.index]; }
};

// Found at the first question, then kept with the facts. Safe to ask from several threads.
const Forest& forest_of(const model::Program& program, const Facts& facts);

}  // namespace beamwright::analysis
