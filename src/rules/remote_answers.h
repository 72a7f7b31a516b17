// The answer of rpc:call as it comes to the code that uses it: from the call itself, or from functions of the sources that hand
// it on, through variables, clauses that take whatever is left, and closures that a helper runs.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// rpc:call/4,5, rpc:block_call/4,5 and rpc:yield/1, which answer {badrpc, Reason} instead of raising.
bool answers_badrpc(const analysis::External* external);

// Which remote call's answer a site hands on as it is: its own, or one that the wrapper which it calls returns on some way, over
// at most four functions. Each function is looked at once, however many sites ask.
class RemoteAnswers {
 public:
  RemoteAnswers(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::optional<CallId> of(CallId site);

 private:
  const std::vector<CallId>& handed_on_by(FunctionId function);
  std::vector<CallId> handed_on_by_closures(CallId site, FunctionId callee) const;
  void append_results(const Unit& unit, ExprId body, std::vector<CallId>& out) const;
  bool returns_what_it_runs(FunctionId function, std::size_t parameter) const;

  const Program& program_;
  const Facts& facts_;
  std::map<FunctionId, std::vector<CallId>> functions_;
};

// Does something around the expression catch what it raises?
bool is_caught_around(const Unit& unit, ExprId expr);

}  // namespace beamwright::rules
