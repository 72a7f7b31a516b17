// Processes that are started and kept under a key: a channel's pid under its topic, a worker with its monitor under the number of
// a stream. The start may be some functions below the place, the entry may be written by a helper. Whose the key is, and how many
// there may be, input.h and rules ask.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

struct KeptProcess {
  FunctionId function;          // that gets the process and has it kept
  CallId start;                 // the call in it that starts it, itself or below
  FunctionId keeper;            // that writes the entry: `function`, or a helper
  std::vector<CallId> helpers;  // the calls from `function` down to the keeper
  ExprId place;                 // the write: a call, a map or a list with a new head
  FunctionId key_in;            // where the key is written: as near to `function` as parameters lead
  ExprId key;
  std::vector<ModuleId> below;  // the modules whose functions the start goes through
  bool beside = false;          // the process is the entry's key, and `key` stands in its value
};

// In production, in order of the functions. Maps, dictionaries and trees of either library, ETS, the process dictionary, lists of
// tuples and records. Keys that are written as literals are left out.
std::vector<KeptProcess> kept_processes(const model::Program& program, const Facts& facts);
// Those of one function.
std::vector<KeptProcess> kept_processes_of(const model::Program& program, const Facts& facts, FunctionId function);

}  // namespace beamwright::analysis
