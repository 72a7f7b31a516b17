// Hard matches on an entry that may be gone: a server keeps something for each process that it watches, or for each timer, and
// another message takes it out while the DOWN, the EXIT or the timer is on its way (erlang: monitor/2, demonitor/2). The clause
// for that message then finds nothing, and a match that wants something is an error.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct GoneEntry {
  analysis::ExprRef place;  // the look-up, or the match: %{^ref => job} = state.jobs
  CallId look_up;           // none for a match
};
// In a clause of handle_info, and in the functions of its module that it hands the message's parts to. None where whoever takes
// an entry out also takes the message back: demonitor with flush, unlink and a receive of the 'EXIT'.
std::vector<GoneEntry> gone_entries(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
