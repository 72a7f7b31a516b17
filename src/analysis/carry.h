// What an edit leaves as it was. A program that is analysed again after an edit differs from the one before in a unit or two;
// everything else has only moved: its functions, modules and calls have other numbers. A Carry says which number of now an old
// one means, and whether a function is still written as it was, so that a phase can keep what it found where nothing that it
// read has changed (ARCHITECTURE.md, "What an edit costs"). What cannot be told is changed: that costs time and no exactness.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

// The numbers that link() gave: of the first module, function and call of each unit, and how many there are at the end.
struct Numbering {
  std::vector<std::uint32_t> modules, functions, calls;
  std::vector<source::FileId> files;
  std::vector<std::uint64_t> instances;  // what each unit is an instance of; 0: of nothing

  explicit Numbering(const model::Program& program);
};

class Carry {
 public:
  // `replaced` are the units of then that are others now, by their file.
  using Replaced = std::unordered_map<source::FileId, std::unique_ptr<model::Unit>>;
  Carry(const Numbering& then, const Replaced& replaced, const model::Program& now);

  // False when units have come or gone: then nothing below may be asked.
  bool holds() const { return holds_; }
  // Are the directives and attributes of every changed unit as they were, and does no new module have any?
  bool has_same_levels() const { return same_levels_; }
  const std::vector<UnitId>& changed() const { return changed_; }
  bool is_changed(UnitId unit) const { return std::find(changed_.begin(), changed_.end(), unit) != changed_.end(); }

  // By the numbers of then; none when it is gone. A function is known by its module, name and arity.
  FunctionId function(FunctionId then) const;
  ModuleId module(ModuleId then) const;
  // Is it written as it was, down to where its parts stand in it?
  bool is_same(FunctionId then) const;
  // The first call of a function of then, by the numbers of then.
  std::uint32_t first_call(FunctionId then) const;
  // None when it stands in something that is not as it was.
  ExprRef expr(ExprRef then) const;
  CallId call(CallId then) const;

  // Modules, and functions of modules, that were not there then, are not there now, or are of another nature.
  struct Name {
    Symbol module, name;
    std::uint32_t arity;
  };
  const std::vector<Name>& names() const { return names_; }
  const std::vector<Symbol>& modules() const { return modules_; }
  // Does any changed unit have, then or now, code that stands in the modules which use it?
  bool has_templates() const { return has_templates_; }

 private:
  struct Kept;
  void compare(const model::Unit& then, const model::Unit& now, Kept& kept);
  void match_modules(const model::Unit& then, const model::Unit& now, Kept& kept);
  void match_functions(const model::Unit& then, const model::Unit& now, Kept& kept);

  const Numbering& then_;
  const model::Program& now_;
  bool holds_ = false;
  bool same_levels_ = true;
  bool has_templates_ = false;
  std::vector<UnitId> changed_;
  struct Kept {
    std::vector<model::LocalModuleId> modules;      // by those of then
    std::vector<model::LocalFunctionId> functions;  // by those of then
    std::vector<char> same;                         // by functions of then
    std::vector<ExprId> exprs;                      // by those of then
    std::vector<std::uint32_t> calls;               // by those of then; UINT32_MAX: none
    std::vector<std::uint32_t> first_calls;         // by functions of then
  };
  std::vector<std::unique_ptr<Kept>> kept_;  // by UnitId; null: nothing has changed
  std::vector<Name> names_;
  std::vector<Symbol> modules_;
};

}  // namespace beamwright::analysis
