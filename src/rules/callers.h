// Who asks a process: the code outside the process that sends it certain messages, seen through the client functions of its
// module. Rules about load and shared processes live from this.
#pragma once

#include <string>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct Callers {
  std::vector<FunctionId> functions;  // outside the receiver's module, in production
  std::vector<ModuleId> modules;      // of these functions
  std::vector<CallId> sites;          // by function: its call of the client function, or the sending itself
  bool requests = false;              // one process per request, connection or job is among them
  bool many = false;                  // processes of a class with many instances are
  bool tasks = false;                 // spawned processes are
  bool outside = false;               // a client function that nobody calls in the sources: an interface for users
  bool loop = false;                  // some of them send in a loop
  bool only_tools = false;            // somebody calls, and nobody in production
  // Do several processes send at the same time, as far as it can be seen?
  bool concurrent() const { return requests || many; }
  // "ShopWeb.Orders.create/2 (one process per request) and Shop.Report.run/0"
  std::string text;
};

Callers callers_of(const Program& program, const Facts& facts, const std::vector<MessageId>& messages, ProcessId receiver);

// The shortest finite wait among the senders in milliseconds, Bound::kInfinite when all wait for ever, and OTP's default of
// 5,000 when no sender says anything that can be read (gen_server:call/2).
std::int64_t shortest_wait(const Facts& facts, const std::vector<MessageId>& messages);

}  // namespace beamwright::rules
