// Entries that stay although somebody takes entries out: those of processes that have died without a word, and rows that are
// deleted under another key than the one they have.
#pragma once

#include <vector>

#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

// A process keeps whom it sends to, is told when somebody leaves, and does not hear when somebody dies: no monitor, no link.
struct EntryOfTheDead {
  ProcessId process;
  const analysis::StateField* field = nullptr;
  const analysis::StateWrite* write = nullptr;
  ExprId who;          // the variable with the pid, in the write's function
  CallId sends;        // where the process sends to such a one
  bool known = false;  // it is surely a pid
  bool leaves = true;  // somebody may ask to be forgotten
};
std::vector<EntryOfTheDead> entries_of_the_dead(const Program& program, const Facts& facts);

// ets:insert(T, {Key, Value}) and ets:delete(T, {Key, Value}): the row is given where its key is asked for, and nothing goes.
struct DeletionByRow {
  analysis::TableId table;
  CallId deletion;
  CallId insertion;
};
std::vector<DeletionByRow> deletions_by_row(const Program& program, const Facts& facts, const analysis::Tables& tables);

}  // namespace beamwright::rules
