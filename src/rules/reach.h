// Which messages a piece of code may send before it goes on, seen through the functions it calls.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct Reached {
  MessageId message;
  std::vector<CallId> chain;  // from the first call site down to the one that sends
  bool possible = false;      // some step is dynamic dispatch or depends on what is not known, or the receiver is concluded
};

// Messages of one kind that the process itself sends when it runs the call at `site`, each once with a shortest chain. Code that
// asks which process runs it is left out where `skip_guarded` says so: it knows that it could call itself.
std::vector<Reached> messages_reached(const Program& program, const Facts& facts, CallId site, MessageKind kind,
                                      bool skip_guarded = false);

// One step of evidence a call site: "Shop.Cart.total/1 calls Shop.Pricing.price/1".
findings::Step call_step(const Program& program, const Facts& facts, CallId site);
void append_chain(const Program& program, const Facts& facts, const std::vector<CallId>& chain,
                  std::vector<findings::Step>& path);

}  // namespace beamwright::rules
