// Rows that stay in a table although rows of it are deleted: a clause of a callback adds a row under a key of its message, the
// only deletion is made for the message of a timer, and this clause arms no such timer. What is right for the clauses that do
// leaves a row behind here with each message.
#pragma once

#include <vector>

#include "analysis/tables.h"

namespace beamwright::analysis {

// Does the operation take rows away otherwise than by one key: by a pattern, all of them, or with the table?
bool sweeps(TableOperation operation);

struct RowLeft {
  TableId table;
  TableUseId insertion;
  ExprId key;         // of the row, in the function that inserts it
  HandlerId adds;     // the clause that runs the insertion and nothing that takes the row away
  HandlerId deletes;  // the clause for the timer's message
  CallId armed;       // where another clause arms that timer
};

// At most one for each insertion, in order of the tables. Silent about tables that anything sweeps, empties or drops, or whose
// rows somebody else may delete at any time.
std::vector<RowLeft> rows_left(const model::Program& program, const Facts& facts);

}  // namespace beamwright::analysis
