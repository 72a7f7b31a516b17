// Which calls of a function give it something that has to be given back: calls that knowledge says hand out a resource, functions
// of the sources that start a process or send a request and hand it on, and waits that may give up a request which was sent
// elsewhere. Used by paths.cpp.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

struct AcquisitionSite {
  CallId site;
  knowledge::Resource resource = knowledge::Resource::kNone;
  FunctionId through;    // the function of the sources that makes it, where the call is not the one that does
  bool dropped = false;  // … and nobody gets the reference from it
  bool awaited = false;  // a wait for a request of somebody else: from here on this function is the one that may give it up
};

// In order of the text; a site stands twice where it gives two resources, such as spawn_monitor. Only those of `wanted`, unless
// it is kNone.
std::vector<AcquisitionSite> acquisition_sites(const model::Program& program, const Facts& facts, FunctionId function,
                                               knowledge::Resource wanted);

// Does the call subscribe to something, or end a subscription? By knowledge, or as a function of that name of an endpoint or a
// PubSub that is chosen while the program runs.
bool subscribes(const model::Program& program, const Facts& facts, CallId site);
bool unsubscribes(const model::Program& program, const Facts& facts, CallId site);

// Does the call wait for the answer to a request, its second argument, without giving it back when the answer does not come?
// gun:await/3 is one (gun manual: an error of await leaves the stream as it is); functions that give it back say so in knowledge
// (releases=request).
bool waits_for_request(const model::Program& program, const Facts& facts, CallId site);
// The argument of such a call that is the request.
ExprId request_awaited(const model::Program& program, CallId site);

}  // namespace beamwright::analysis
