// The name of a table or of a persistent term as text: what is written, and `_` where a part is only known when the program runs.
#pragma once

#include <optional>
#include <string>

#include "analysis/trace.h"

namespace beamwright::analysis {

struct TableName {
  std::string text;
  Symbol atom;           // when it is one
  bool dynamic = false;  // some part is not known
};

// The name that an end of a trace stands for; none when it is no name at all.
std::optional<TableName> table_name(const model::Program& program, Tracer& tracer, const TraceEnd& end);

}  // namespace beamwright::analysis
