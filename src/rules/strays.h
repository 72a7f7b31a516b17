// Messages that really can arrive in a process although nobody sent them with its clauses in mind: from monitors, tasks, links,
// timers, subscriptions, sockets and waits that were given up. Each is concluded from a place in the sources.
#pragma once

#include <memory>
#include <vector>

#include "rules/lingering_clients.h"
#include "rules/rest_of_messages.h"
#include "rules/support.h"

namespace beamwright::rules {

struct Stray {
  source::Span span;  // what makes the message come
  Symbol tag;         // first element, or 0 when that is a reference
  std::uint32_t size = 0;
  std::string text;   // "{:DOWN, ref, :process, pid, reason}"
  std::string cause;  // "Process.monitor/1 in Shop.Cart.init/1"
  Severity severity = Severity::kMedium;
  Confidence confidence = Confidence::kLikely;
  // What is left of something that is over, which nobody in the process waits for: the late reply to a wait that was given up,
  // the end of a client's connection. To drop it is right; of other messages the process may have to take notice.
  bool leftover = false;
};

// Calls that every process is asked about, collected once.
struct StrayCauses {
  std::vector<CallId> tasks;       // a task that the calling process owns
  std::vector<CallId> broadcasts;  // PubSub.broadcast and friends
  std::shared_ptr<const LingeringClients> clients;
};
StrayCauses collect_stray_causes(const Program& program, const Facts& facts);

// The stray messages of a process that none of its handle_info clauses takes, in order of the text.
std::vector<Stray> untaken_strays(const Program& program, const Facts& facts, const StrayCauses& causes, ProcessId process);

}  // namespace beamwright::rules
