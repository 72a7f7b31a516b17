// A look-up in a table, and a request to the table's server to create what was not found. Of two who miss at the same time both
// ask, and a server that does not look again creates two: the second row takes the place of the first, and what that one held
// is lost to everybody but its caller.
#pragma once

#include <vector>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

struct CreatedTwice {
  analysis::TableId table;
  CallId looked_up;   // by the client
  CallId asked;       // the request that it sends when nothing was found
  HandlerId handler;  // the clause that takes it …
  CallId created;     // … creates a table or process or opens something …
  CallId inserted;    // … and puts it into the table
};

std::vector<CreatedTwice> created_twice(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
