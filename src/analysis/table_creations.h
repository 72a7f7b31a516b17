// What a place that makes a table says about it: its options, and whose process runs it.
#pragma once

#include <vector>

#include "analysis/table_operations.h"
#include "analysis/trace.h"

namespace beamwright::analysis {

// Reads the options of a creation into it; `via` is set already.
void read_options(const model::Program& program, Tracer& tracer, ExprId options, TableCreation& creation);

// Finds owners; made once for a program.
class TableOwners {
 public:
  TableOwners(const model::Program& program, const Facts& facts);
  std::vector<TableOwner> of(const TableCreation& creation) const;

 private:
  void climb(FunctionId function, int depth, std::vector<FunctionId>& seen, std::vector<TableOwner>& out) const;

  const Facts& facts_;
  std::vector<std::pair<FunctionId, ProcessId>> starts_;  // functions that start a process of their own module, sorted
};

}  // namespace beamwright::analysis
