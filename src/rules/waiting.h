// What keeps a process in one of its callbacks, beyond the slow work of work.h: calls that wait for another process to be
// started, stopped or to answer later, and the functions of libraries that a piece of code gets to before it goes on.
#pragma once

#include <vector>

#include "rules/work.h"

namespace beamwright::rules {

// A call of a function outside the sources that the process itself makes when it runs the call at a site.
struct ReachedCall {
  CallId leaf;
  std::vector<CallId> chain;  // from the first call site down to the leaf, which is the last
  bool loop = false;          // some step of it stands in a loop over a collection
  bool possible = false;      // some step is dynamic dispatch, or depends on what is not known
};

// Those that `wanted` accepts, each once with a shortest chain; only functions that may have the effect are entered. Code that
// asks which process runs it is left out.
std::vector<ReachedCall> externals_reached(const Program& program, const Facts& facts, CallId site, Effect effect,
                                           bool (*wanted)(const analysis::External&));

// Does the function wait until another process has stopped: GenServer.stop, supervisor:terminate_child and their like?
bool stops_process(const analysis::External& external);
// Is it a request to a supervisor or a stop of one?
bool asks_supervisor(const analysis::External& external);

// Calls of servers in sight that may last longer than `patience_ms`: those with a longer limit, and those without one where the
// clause of the other server may itself wait long: it answers later, starts processes, or does slow work.
std::vector<SlowWork> longer_calls(const Program& program, const Facts& facts, const Handler& handler, std::int64_t patience_ms);

// Calls of one process after the other, for each element of a collection: of processes that are not in sight, or of which there
// are many. Each may last as long as the callers of the clause wait, and all of them much longer. Always possible.
std::vector<SlowWork> calls_one_by_one(const Program& program, const Facts& facts, const Handler& handler,
                                       std::int64_t patience_ms);

// Calls of a process that is not in sight with a limit that is written and longer than `patience_ms`. Always possible.
std::vector<SlowWork> longer_calls_to_strangers(const Program& program, const Facts& facts, const Handler& handler,
                                                std::int64_t patience_ms);

// Receives written by hand in other modules, hand-made calls as a rule, that the clause gets to and that may last as long as
// `patience_ms` or longer. Of those without a limit, and of those in the process's own module, BW203 speaks.
std::vector<SlowWork> longer_receives(const Program& program, const Facts& facts, const Handler& handler,
                                      std::int64_t patience_ms);

// The calls, in production and from outside the process, whose senders wait for it for a limited time; caught time-outs and waits
// of less than a second, which are meant to end early, left out.
std::vector<MessageId> limited_calls_to(const Program& program, const Facts& facts, ProcessId receiver);

// Steps of evidence, at most `shown`: "Shop.Cart.total/1 asks Shop.Cart and waits 5 s".
std::vector<findings::Step> asking_steps(const Program& program, const Facts& facts, const std::vector<MessageId>& messages,
                                         std::size_t shown);

}  // namespace beamwright::rules
