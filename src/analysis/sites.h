// The calls of functions outside the sources, by what is asked about the function: "every call that returns a monitor". The
// question is asked once for each function and not once for each call: a program makes thirty times as many calls as it knows
// functions to call.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

// The call sites of the externals that `is` says yes to, captures too, in order of the text.
template <typename Is>
std::vector<CallId> sites_of(const Calls& calls, Is&& is) {
  std::vector<char> wanted(calls.externals.size());
  bool any = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    wanted[i] = is(calls.externals[i]) ? 1 : 0;
    any = any || wanted[i] != 0;
  }
  std::vector<CallId> sites;
  if (!any) return sites;
  for (std::uint32_t c = 0; c < calls.callees.size(); ++c) {
    const std::uint32_t external = calls.callees[c].external;
    if (external != UINT32_MAX && wanted[external] != 0) sites.push_back(CallId(c));
  }
  return sites;
}

// The same for the externals that knowledge says something about.
template <typename Is>
std::vector<CallId> sites_of_rows(const Calls& calls, Is&& is) {
  return sites_of(calls, [&](const External& external) { return external.row != nullptr && is(*external.row); });
}

}  // namespace beamwright::analysis
