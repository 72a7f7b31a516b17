// Children that start_child adds after their supervisor has started. A boot sequence may add a whole system so, mostly through
// wrappers: `start_child(Module) -> supervisor:start_child(?SERVER, {Module, {Module, start_link, []}, …})`. The wrapper says the
// supervisor, its callers say the child; they are followed until both are known. A call may also be written as data, {Module,
// Function, Arguments} in a module's attribute, for a boot sequence to run.
#pragma once

#include <unordered_map>

#include "analysis/forest_builder.h"

namespace beamwright::analysis {

// The calls of start_child in the program, outside of tests.
std::vector<CallId> adding_sites(const model::Program& program, const Facts& facts);

class AddedChildren {
 public:
  AddedChildren(const model::Program& program, const Facts& facts, ForestBuilder& builder, Evaluator& evaluator);
  void add();

 private:
  enum class Found : std::uint8_t { kNothing, kSupervisor, kChild };
  // Calls from the start_child outwards, each in the function that the next one calls; `data` is what calls the last function
  // when that is written as data.
  struct Chain {
    std::vector<CallId> sites;
    ExprRef data;
  };

  void index_data();
  Found explore(const Chain& chain);
  bool goes_on(const Chain& chain, CallId site, FunctionId outermost) const;
  Found read(const Chain& chain, bool settle);
  bool target_is_given(CallId site) const;
  Frame* frame_of(const Chain& chain);
  Frame* entered(FunctionId function, CallId inner, const Values& arguments);
  std::vector<TreeId> targets(ValueRef value);
  void hang(TreeId tree, TreeChild child, ExprRef site);

  const model::Program& program_;
  const Facts& facts_;
  ForestBuilder& builder_;
  Evaluator& e_;
  std::unordered_map<std::uint32_t, std::vector<ExprRef>> data_;  // by FunctionId: {M, F, Arguments} in attributes
  int chains_left_ = 0;
  bool named_ = false;    // a way to the start_child at hand names a supervisor that may come into the forest yet
  bool unnamed_ = false;  // a way to the start_child at hand does not say which child is added
};

}  // namespace beamwright::analysis
