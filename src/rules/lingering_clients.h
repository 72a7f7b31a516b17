// Calls that run an HTTP client in the process that asks and leave messages in its mailbox: late data, and the end of a pooled
// connection ({ssl_closed, _} of hackney and ibrowse, which HTTPoison and HTTPotion are built on). Seen through functions of
// other modules, through modules that the configuration or an attribute names, and through modules with `use HTTPoison.Base`.
#pragma once

#include <set>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

class LingeringClients {
 public:
  LingeringClients(const Program& program, const Facts& facts);
  // Does the call at the site run such a client in the process that makes it?
  bool at(CallId site) const;
  // The function that the call reaches: the callee, or that of the module which the configuration names.
  FunctionId callee(CallId site) const;

 private:
  bool is_base(Symbol module) const;
  bool asks(CallId site) const;
  FunctionId configured(CallId site) const;
  void spread(std::vector<FunctionId> reached);

  const Program& program_;
  const Facts& facts_;
  std::vector<Symbol> bases_;  // modules with `use HTTPoison.Base`
  std::set<std::uint32_t> functions_;
  std::vector<std::pair<FunctionId, FunctionId>> configured_;  // callers and what they reach by configuration
};

}  // namespace beamwright::rules
