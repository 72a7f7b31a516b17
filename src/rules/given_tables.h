// Tables without a name whose id goes to other processes: in an answer or a message. Who has the id reads, though no look-up in
// sight names the table.
#pragma once

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {

// Where the process that keeps the table's id in its state answers or sends it; an empty span when it keeps it to itself.
source::Span given_away(const Program& program, const Facts& facts, const analysis::Table& table);

}  // namespace beamwright::rules
