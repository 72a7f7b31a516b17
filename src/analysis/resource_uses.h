// What one occurrence of a variable that holds a resource does with it. Used by paths.cpp.
#pragma once

#include <vector>

#include "analysis/paths.h"

namespace beamwright::analysis {

enum class ResourceFate : std::uint8_t { kUsed, kReleased, kKept };

struct ResourceUse {
  ResourceFate fate = ResourceFate::kUsed;
  ExprId place;  // the call that gives it back, or what keeps it
  Keeper keeper = Keeper::kReturned;
};

// Enum.each(rows, fn row -> Task.async(…) end) gives :ok, whatever the closure gives.
bool is_run_for_nothing(const model::Unit& unit, ExprId closure);

class ResourceUses {
 public:
  ResourceUses(const model::Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  // Of an expression of a function whose value is the resource or holds it.
  ResourceUse of(FunctionId function, ExprId occurrence, Resource resource) const {
    return use(function, occurrence, resource, 0);
  }
  // Does the call give back a resource of that kind, whichever it is?
  bool releases(CallId site, Resource resource) const;
  // The variables that get the resource at `site`, directly or by another name.
  std::vector<model::VariableId> holders(FunctionId function, ExprId body, CallId site, Resource resource) const;

 private:
  ResourceUse use(FunctionId function, ExprId occurrence, Resource resource, int depth) const;
  ResourceUse argument_use(FunctionId function, ExprId call, ExprId argument, Resource resource, int depth, bool& climb) const;
  ResourceUse parameter_use(FunctionId callee, std::size_t index, Resource resource, int depth) const;
  ResourceUse result_use(FunctionId function, ExprId root, ExprId holder, bool inside) const;
  void add_pattern(const model::Unit& unit, ExprId pattern, Resource resource, bool fresh, bool pair,
                   std::vector<model::VariableId>& out) const;
  void add_targets(FunctionId function, ExprId value, Resource resource, bool fresh, bool pair,
                   std::vector<model::VariableId>& out) const;

  const model::Program& program_;
  const Facts& facts_;
};

}  // namespace beamwright::analysis
