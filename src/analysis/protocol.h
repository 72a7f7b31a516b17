// What is said between processes and never heard, and what is listened for and never said; who starts tasks; who has asked for
// messages. Found when asked for.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

struct Unmatched {
  std::vector<MessageId> unhandled;  // the receiver is written, not concluded, and no clause of it may take the message
  std::vector<HandlerId> unsent;     // no call or cast in the sources may be meant for the clause
};
// Only messages whose outline is known and receivers whose callbacks are in sight are judged. A library's processes hear from its
// users: that nothing in sight sends a message is a fault only where the sources are a whole system.
Unmatched unmatched(const model::Program& program, const Facts& facts);

// A function that one function has run in a new process.
struct Task {
  CallId site;
  FunctionId owner;
  FunctionId body;
  bool awaited = false;     // the site hands out a task whose reply and DOWN come as messages: Task.async
  bool supervised = false;  // under a supervisor: Task.Supervisor, start_child
  bool possible = false;
};
std::vector<Task> tasks(const Facts& facts);

// A call after which messages come until it is undone: Phoenix.PubSub.subscribe, pg:join, :net_kernel.monitor_nodes,
// Registry.register.
struct Subscription {
  CallId site;
  FunctionId subscriber;
  std::vector<ProcessId> processes;  // that may run the subscriber
};
std::vector<Subscription> subscriptions(const model::Program& program, const Facts& facts);

}  // namespace beamwright::analysis
