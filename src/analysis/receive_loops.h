// Processes without a behaviour: a function that is spawned and receives in a loop, `loop(State) -> receive … -> loop(New) end`.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

// Adds a Process with receive_loop for each module that is no process yet and spawns such a function of its own. They stand in
// Processes::processes alone, without handlers: by_module speaks of behaviours. Needs calls and effects.
void add_receive_loops(const model::Program& program, const Calls& calls, const Effects& effects, Processes& processes);

// One clause of a loop's receive.
struct LoopHandler {
  FunctionId function;  // that holds the receive
  model::ClauseId clause;
  Pattern pattern;
  bool catch_all = false;
};

// The clauses of the receives that the loop functions of a module hold, in order of the text.
std::vector<LoopHandler> loop_handlers(const model::Program& program, const Facts& facts, const Process& loop);

}  // namespace beamwright::analysis
