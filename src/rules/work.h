// Slow work that a clause of a callback does in its own process: what everybody who waits for the process waits for as well.
#pragma once

#include <string>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct SlowWork {
  CallId site;  // in the clause
  Effect effect = Effect::kHttp;
  std::int64_t bound_ms = analysis::Bound::kUnknown;
  bool possible = false;      // guessed, or at the end of a very long way
  CallId leaf;                // the last call of the sources on the way down
  HandlerId beyond;           // kCall: the slow clause of the server that is called
  std::vector<CallId> chain;  // kCall: down to the call; of a module from the configuration, or of a guess: down to its call
  std::string note{};         // what a guess rests on: "is by its name a client of another service"
};

// http, database, subprocess, rpc, sleep, socket, await, in order of the text; one row a call site and effect. File work only
// when `files`; a call of another server only when `calls` and that server is known to be slow. Sleeps below ten milliseconds,
// single accesses to Mnesia tables and sending on a socket are not slow; neither is what a process does on its way to an exit.
struct Including {
  bool files = false;
  bool calls = true;
};
std::vector<SlowWork> slow_work(const Program& program, const Facts& facts, const Handler& handler, Including including = {});
// The same of any call sites of a function: of a clause of a receive loop, of the body of a loop.
std::vector<SlowWork> slow_work_at(const Program& program, const Facts& facts, FunctionId function,
                                   const std::vector<CallId>& sites, Including including = {});
// The same of what a clause hands over to: handle_continue for {:continue, …}, the clause for an internal event.
std::vector<SlowWork> continued_work(const Program& program, const Facts& facts, const Handler& handler);

// Work that takes long as a rule, in a process that others wait for: http, database, subprocess, rpc, sleep.
bool is_heavy(const SlowWork& work);
// Is it Mnesia, whose transactions wait for locks and other nodes, but seldom long?
bool is_mnesia(const Facts& facts, const SlowWork& work);
// Does the process wait for tasks or requests that it started itself? BW412 speaks of these.
bool waits_for_own_tasks(const Facts& facts, const SlowWork& work);
// "an HTTP request", "a database query", "a sleep of 2 s".
std::string describe_work(const SlowWork& work);
// The steps from the handler's call site down to the cause.
std::vector<findings::Step> path_of(const Program& program, const Facts& facts, const SlowWork& work);

}  // namespace beamwright::rules
