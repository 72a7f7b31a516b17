// Servers without a name of their own: whoever holds the pid asks them through the functions of their module, `read(Pid, Key) ->
// gen_server:call(Pid, {read, Key})`. Nobody in sight may call these, or code of many modules: whether others queue behind a slow
// request is then a matter of who asks, not of a name.
#pragma once

#include <vector>

#include "rules/callers.h"
#include "rules/work.h"

namespace beamwright::rules {

// Who asks such a server, beside the one that has started it?
enum class Sharing : std::uint8_t {
  kNone,      // nobody, or its owner alone, who cannot stand in its own way
  kPossible,  // an interface that is open to users, or one module that did not start it
  kLikely,    // two modules or more
};

// Of the calls in `messages` and those that make them. kNone for a server of which there is surely one (callers.h answers), for
// state machines and processes of which there is one for each request or in a pool, whose one user at a time waits for nobody
// else, where no function of the server's module asks it by an argument, and for many of a kind that one module alone asks.
Sharing sharing_of(const Program& program, const Facts& facts, ProcessId receiver, const std::vector<MessageId>& messages,
                   const Callers& callers);

// What the clause waits for at the disk, and at a peer that takes no bytes: reading and writing of files, archives, and
// gen_tcp:send/2 and ssl:send/2, which wait without limit where the sources set no send_timeout (OTP: inet:setopts/2).
std::vector<SlowWork> waits_for_device(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
