// What has to go well outside of a process before its init is over: another service that it asks there, and how an outage of
// that service ends the init.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "rules/work.h"

namespace beamwright::rules {

// How an outage ends the init.
struct InitFailure {
  source::Span place;
  std::string text;  // "takes only an answer that succeeded"
  bool possible = false;
  bool raised = false;  // by the function that asks, and no match that fails
};

struct InitNeed {
  SlowWork work;                      // the first that fails
  std::vector<InitFailure> failures;  // of all
  bool on_demand = false;             // added while the system runs, and restarted after a crash
};

class InitNeeds {
 public:
  InitNeeds(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  // Of a clause of init, or of one that runs right after it, of a process that a supervisor starts with or restarts, or of a
  // supervisor itself; none where an outage is survived, and for children that are started on demand and never again.
  std::optional<InitNeed> of(const Process& process, const Handler& init);
  // Of code without a callback of its own that runs while a supervisor or the application starts: calls written in a function.
  std::optional<InitNeed> of_calls(FunctionId function, const std::vector<CallId>& sites) const;
  // A long way down is a chain of conditions.
  bool is_near(const SlowWork& work) const;
  // In the list of a supervisor, or restarted by one after it was started on demand.
  bool is_listed(ModuleId module);
  // The functions that supervisors start their listed children by.
  const std::set<FunctionId>& start_functions();

 private:
  bool needs_others(FunctionId function) const;
  void collect_children();
  void add_captures(const Handler& handler, std::vector<SlowWork>& all) const;
  void add_connects(FunctionId function, const std::vector<CallId>& sites, std::vector<SlowWork>& all) const;
  bool is_connect(CallId site) const;
  bool is_service(const SlowWork& work) const;
  bool is_embedded(const SlowWork& work) const;
  bool service_behind(HandlerId id) const;
  std::vector<CallId> chain_of(const SlowWork& work) const;
  bool caught(const std::vector<CallId>& chain) const;
  std::optional<InitFailure> fails(const Handler* handler, const SlowWork& work) const;
  bool takes_errors(CallId site) const;
  bool never_answers_error(FunctionId function) const;
  std::optional<InitFailure> refuses_errors(CallId site, const std::vector<CallId>& chain) const;
  std::optional<InitFailure> stops(const Handler& handler, const std::vector<CallId>& chain) const;
  bool inside(analysis::ExprRef inner, analysis::ExprRef outer) const;

  const Program& program_;
  const Facts& facts_;
  bool collected_ = false;
  std::set<ModuleId> listed_;     // in the list that a supervisor starts with
  std::set<ModuleId> restarted_;  // added on demand, permanent or transient
  std::set<FunctionId> start_functions_;
};

}  // namespace beamwright::rules
