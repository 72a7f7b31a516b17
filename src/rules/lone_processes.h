// Processes that are spawned without a link and a monitor although somebody relies on them: a loop for as long as the node is up,
// the owner of a connection, whoever has to acknowledge a message. When such a one crashes nobody is told (erlang: spawn/1).
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

enum class Reliance : std::uint8_t {
  kLoop,          // runs for ever
  kConnection,    // gets a socket by controlling_process
  kAcknowledges,  // acknowledges or rejects what was delivered
};

struct LoneProcess {
  CallId site;  // the spawn
  FunctionId starter;
  FunctionId runs;  // what it runs first; none for a closure without a function of the sources
  Reliance why = Reliance::kLoop;
  CallId detail;  // the controlling_process, the acknowledgement
};
// Started when the application starts, or by a server's callbacks; nothing where the starter, or what is started, links or
// monitors.
std::vector<LoneProcess> lone_processes(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
