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
};

struct InitNeed {
  SlowWork work;                      // the first that fails
  std::vector<InitFailure> failures;  // of all
  bool on_demand = false;             // added while the system runs, and restarted after a crash
};

class InitNeeds {
 public:
  InitNeeds(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  // Of a clause of init of a process that a supervisor starts with or restarts, or of a supervisor itself; none where an outage
  // is survived, and for children that are started on demand and never again.
  std::optional<InitNeed> of(const Process& process, const Handler& init);

 private:
  bool needs_others(FunctionId function) const;
  void collect_children();
  void add_captures(const Handler& handler, std::vector<SlowWork>& all) const;
  void add_connects(const Handler& handler, std::vector<SlowWork>& all) const;
  bool is_connect(CallId site) const;
  bool is_service(const SlowWork& work) const;
  bool is_embedded(const SlowWork& work) const;
  bool service_behind(HandlerId id) const;
  std::vector<CallId> chain_of(const SlowWork& work) const;
  bool caught(const std::vector<CallId>& chain) const;
  std::optional<InitFailure> fails(const Handler& handler, const SlowWork& work) const;
  std::optional<InitFailure> refuses_errors(CallId site, const std::vector<CallId>& chain) const;
  std::optional<InitFailure> stops(const Handler& handler, const std::vector<CallId>& chain) const;
  bool inside(analysis::ExprRef inner, analysis::ExprRef outer) const;

  const Program& program_;
  const Facts& facts_;
  bool collected_ = false;
  std::set<ModuleId> listed_;     // in the list that a supervisor starts with
  std::set<ModuleId> restarted_;  // added on demand, permanent or transient
};

}  // namespace beamwright::rules
