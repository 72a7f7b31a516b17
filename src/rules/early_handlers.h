// Handlers of the logger that an application adds in its start/2 before it starts what they need: the logger runs a handler in
// whatever process logs, from the moment on when it is added, and takes away the one that fails (kernel: logger, add_handler/3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/boot_turns.h"

namespace beamwright::rules {

struct EarlyHandler {
  CallId added;               // logger:add_handler(…)
  CallId begun;               // in start/2: the call that leads to it
  std::vector<CallId> chain;  // from the handler's function down to what it uses
  FunctionId handler;
  std::string used;  // "Shop.Names"
  Turn turn;         // of what is used
};

std::vector<EarlyHandler> early_handlers(const Program& program, const Facts& facts, const BootTurns& turns);

}  // namespace beamwright::rules
