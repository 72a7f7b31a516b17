// Work that a server starts in a callback with a link to itself and forgets: tasks and spawned functions whose failure ends the
// server, with its state and all who wait for it (erlang: link/1; elixir: Task.start_link/1). What it waits for is no such work:
// there the wait is the greater fault.
#pragma once

#include <string>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct LinkedWork {
  CallId site;
  FunctionId function;  // that holds the site
  ProcessId server;
  CallId outside;    // what may fail in it: a call of another service, or of code that is not in sight
  std::string what;  // "makes an HTTP request"
};
// Of servers of which there is not one for each of many, that do not trap exits; work started by init and for ever is none.
std::vector<LinkedWork> linked_work(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
