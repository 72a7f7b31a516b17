// What a clause of a callback runs in its own process: the clause itself, and the functions of its module below it. Rules about
// monitors ask of it whether something looks whom it watches already, or takes a monitor back.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct Scope {
  FunctionId function;
  std::vector<ExprId> roots;  // bodies and guards
  CallId from;                // the call that enters it; none for the clause itself
};

// Into which modules the helpers of a clause are followed.
enum class Follow { kModule, kAll };

// The clause first; of functions of the module, or of all that it runs, at most 24.
std::vector<Scope> scopes_of(const Program& program, const Facts& facts, const Handler& handler, Follow follow = Follow::kModule);

// Is the variable of a function that the clause runs a part of its message, up through the parameters of the helpers?
bool comes_in_message(const Program& program, const Handler& handler, const std::vector<Scope>& scopes, FunctionId function,
                      model::VariableId variable);

// The places that look something up. Who does so may know that somebody is watched already.
std::vector<ExprId> look_ups(const Program& program, const Facts& facts, const Scope& scope);
bool looks_up(const Program& program, const Facts& facts, const Scope& scope);

// Does some function of the module take a monitor back?
bool gives_back_monitors(const Program& program, const Facts& facts, ModuleId module);

// Is the call one that takes a monitor back, or a helper that says by its name that it does?
bool gives_back_monitor(const Program& program, const Facts& facts, CallId site);

}  // namespace beamwright::rules
