// ETS tables made in the start function of a process. That function runs in whoever starts the process, which is its supervisor:
// the supervisor owns the table, and the table outlives every restart of the process that works with it.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct StartedTable {
  ProcessId process;
  FunctionId start;           // start_link of the process's own module
  CallId creation;            // the ets:new
  std::vector<CallId> chain;  // from the start function down to the creation, which is the last
  bool named = false;         // named_table: making it again fails while it lives
  bool child = false;         // a supervisor in sight has the process among its children
  bool restarted = true;      // that child is not temporary
  bool many = false;          // children come and go under that supervisor, each with a table of its own
  ModuleId supervisor;
};

// Where the author takes care of it, there is no row: a look whether the table exists, a try around its creation, or
// ets:give_away to the process. Neither is there one where functions of the project call the start function themselves.
std::vector<StartedTable> started_tables(const Program& program, const Facts& facts);

// The steps of evidence from the start function down to the creation.
std::vector<findings::Step> path_of(const Program& program, const Facts& facts, const StartedTable& table);

}  // namespace beamwright::rules
