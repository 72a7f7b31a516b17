// The work behind forest_of(). Others ask forest.h.
#pragma once

#include <unordered_map>

#include "analysis/child_specs.h"
#include "analysis/evaluator.h"
#include "analysis/forest.h"

namespace beamwright::analysis {

class ForestBuilder {
 public:
  ForestBuilder(const model::Program& program, const Facts& facts, Reads* reads);
  Forest build();

  // For what is added after the start.
  std::vector<Tree>& trees() { return out_.trees; }
  TreeChild read_child(ValueRef specification, ModuleId from);
  // What start_child gives a simple_one_for_one supervisor's template, which may be read only with that.
  void start_template(TreeId tree, ValueRef arguments, ModuleId from);
  // The tree of a process that a start function gave; none when it stands nowhere in the forest.
  TreeId tree_of(std::size_t start) const {
    const auto found = tree_of_start_.find(start);
    return found == tree_of_start_.end() ? TreeId() : found->second;
  }

 private:
  void add_applications();
  void add_application(const std::string& name, Symbol module, ModuleId source, bool declared);
  bool declares_application(ModuleId module) const;
  void complete_templates();
  void add_loose();
  // The processes, by index of Evaluator::starts, that a value of a start function may stand for.
  std::vector<std::size_t> started(ValueRef value);
  std::optional<std::size_t> one_start(ValueRef value);
  TreeId add_tree(std::size_t start, ModuleId from);
  void read_library(const Start& start, Tree& tree);
  void read_callback(const Start& start, ModuleId from, Tree& tree);
  Values alternatives(ValueRef value);
  void read_flags(ValueRef flags, Tree& tree);
  void read_flags_of(ValueRef flags, Tree& tree, Symbol behaviour);
  void read_children(ValueRef list, ModuleId from, Tree& tree);
  ExprRef written_at(ValueRef specification);
  void read_start(ValueRef start, ModuleId from, TreeChild& child);

  const model::Program& program_;
  const Facts& facts_;
  Evaluator e_;
  ChildSpecs specs_;
  Forest out_;
  std::vector<Symbol> path_;  // modules of the supervisors above the one that is read
  std::unordered_map<std::size_t, TreeId> tree_of_start_;
  ValueRef template_ = nullptr;                            // the start of the template that was read last
  std::unordered_map<std::uint32_t, ValueRef> templates_;  // by tree
};

}  // namespace beamwright::analysis
