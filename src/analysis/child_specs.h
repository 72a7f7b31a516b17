// Child specifications: the five ways in which they are written, brought to one.
#pragma once

#include "analysis/evaluator.h"

namespace beamwright::analysis {

// A specification with the defaults of OTP and Elixir filled in (stdlib: supervisor, "Child specification"; Elixir: Supervisor,
// "Child specification"). Fields that are not known are unset.
struct ChildSpec {
  std::string id;
  ValueRef start = nullptr;  // {Module, Function, Arguments}; null when it is not known
  Symbol restart, type;
  std::string shutdown;
};

class ChildSpecs {
 public:
  ChildSpecs(const model::Program& program, Evaluator& evaluator) : program_(program), e_(evaluator) {}

  // `from` is the module of the supervisor: names are looked up as it sees them. Elixir's supervisors alone take Module and
  // {Module, argument}.
  ChildSpec read(ValueRef specification, ModuleId from);

 private:
  ChildSpec read(ValueRef specification, ModuleId from, int depth);
  ChildSpec of_map(ValueRef map);
  ChildSpec of_tuple(ValueRef tuple);
  ChildSpec of_module(Symbol module, ValueRef argument, ModuleId from, int depth);
  ChildSpec of_use(Symbol module, ModuleId source, ValueRef argument);
  ChildSpec of_library(Symbol module, ValueRef argument);
  ChildSpec overridden(ChildSpec base, ValueRef overrides);
  bool used(ModuleId module, ChildSpec& out, ExprRef& options, int depth);
  void set_defaults(ChildSpec& spec, bool shutdown_given);

  const model::Program& program_;
  Evaluator& e_;
};

}  // namespace beamwright::analysis
