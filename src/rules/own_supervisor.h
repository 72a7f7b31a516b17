// Calls of a process to the supervisor that it stands under itself.
#pragma once

#include <map>
#include <vector>

#include "rules/child_starts.h"
#include "rules/reach.h"

namespace beamwright::rules {

enum class Own : std::uint8_t { kNo, kPerhaps, kSurely };

struct SupervisorCall {
  std::vector<CallId> chain;  // from the callback's clause down to the call of the supervisor
  Own own = Own::kNo;
};

class OwnSupervisors {
 public:
  OwnSupervisors(const Program& program, const Facts& facts);
  // Calls of supervisor functions that the clause makes in its own process, with or without helpers of its module.
  std::vector<SupervisorCall> calls_in(ProcessId process, const Handler& handler) const;
  // The names, as atoms, of supervisors that have the process among their children.
  const std::vector<Symbol>& names_above(ModuleId module) const;

 private:
  Own is_own(ProcessId process, FunctionId function, CallId site) const;
  FunctionId run_here(CallId capture) const;
  void walk(ProcessId process, FunctionId function, CallId site, std::vector<CallId>& chain,
            std::vector<SupervisorCall>& out) const;

  const Program& program_;
  const Facts& facts_;
  std::map<ModuleId, std::vector<Symbol>> names_;
  std::map<ModuleId, std::vector<ModuleId>> parents_;
};

}  // namespace beamwright::rules
