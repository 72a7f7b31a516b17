// What the parts of build() share: the design so far and which node stands for which process, supervisor and application.
// Parts add nodes in any order and name them by their number; build() puts them in order at the end.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "design/build.h"

namespace beamwright::design {

using analysis::CallId;
using analysis::FunctionId;
using analysis::ModuleId;
using analysis::ProcessId;

struct Builder {
  explicit Builder(const Sources& sources) : from(sources), program(sources.program), facts(sources.facts) {}

  const Sources& from;
  const model::Program& program;
  const analysis::Facts& facts;
  Design design;

  std::vector<std::uint32_t> node_of_process;                       // by ProcessId; kNone for processes that are not under review
  std::unordered_map<std::uint32_t, std::uint32_t> node_of_module;  // ModuleId → the first node of its code
  std::map<std::string, std::uint32_t> applications;                // by path
  std::set<std::string> ids;

  // Adds a node; its id is made of kind and name, with a number where that is taken.
  std::uint32_t add(NodeKind kind, std::string name, Place place, std::uint32_t application);
  // The node of the application that a file belongs to, made at its first use.
  std::uint32_t application_of(source::FileId file);

  Place place_of(const source::Span& span) const;
  Place place_of(ModuleId module) const;
  Place place_of(CallId site) const;
  std::vector<Step> steps_of(const std::vector<findings::Step>& path) const;
  bool is_reviewed(ModuleId module) const { return program.unit_of(module).role == source::Role::kReviewed; }
  // The node that stands for a module: its process, else node_of_module, else kNone.
  std::uint32_t node_of(ModuleId module) const;
  // The nodes whose processes may run a function in production, without doubles.
  std::vector<std::uint32_t> nodes_running(FunctionId function) const;
};

// The parts, in the order build() calls them.
void add_processes(Builder& builder);
void add_forest(Builder& builder);
void add_flows(Builder& builder);
void add_tables(Builder& builder);
void add_links(Builder& builder);
void add_blocking(Builder& builder);
void add_concerns(Builder& builder);
// When all rows are in their order: the contracts tell of them.
void add_contracts(Builder& builder);

// The supervisors of each node, by node: indices into Design::children.
std::vector<std::vector<std::uint32_t>> parents_of(const Design& design);

}  // namespace beamwright::design
