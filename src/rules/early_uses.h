// What processes of a tree use by name although it starts after them: a server, a registry, a supervisor of tasks or of children
// on demand. Found upwards from the uses, which are few, to the handlers and requests that make them.
#pragma once

#include <vector>

#include "rules/boot_turns.h"

namespace beamwright::rules {

// When a handler runs.
enum class Moment : std::uint8_t {
  kInit,     // while the supervisor waits
  kAtStart,  // right after that, while the supervisor starts the next child
  kLater,    // at a message that others may send before all has started, or after what is used has stopped
  kRequest,  // for a connection that comes in while the rest still starts, or has stopped
};

struct EarlyUse {
  Moment moment = Moment::kLater;
  ProcessId user;             // none: kRequest
  FunctionId function;        // where it begins: the handler, or what a request runs
  std::vector<CallId> chain;  // down to the use
  std::string used;           // "Shop.Tasks"
  std::string_view kind;      // "the task supervisor", empty for a server
  Turn own, later;
  std::string because;  // kLater: who sends the message, or what the strategy says
};

// Every use once for each pair of what uses and what is used, in order of the text.
std::vector<EarlyUse> early_uses(const Program& program, const Facts& facts, const BootTurns& turns);

}  // namespace beamwright::rules
