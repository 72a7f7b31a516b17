// From files to lowered units, many files at a time.
#pragma once

#include <memory>
#include <vector>

#include "findings/suppression.h"
#include "model/program.h"
#include "review/progress.h"
#include "source/discovery.h"

namespace beamwright::review {

struct Reading {
  std::vector<std::unique_ptr<model::Unit>> units;  // in the order of Discovery::sources; null where a file could not be read
  source::Diagnostics diagnostics;
  std::vector<findings::Suppression> suppressions;  // of reviewed files, in path order
  std::uint64_t reviewed_lines = 0;
  std::uint64_t reviewed_bytes = 0;
};

// Loads, parses and lowers every source. A file on which Beamwright itself fails becomes a diagnostic and costs no other file.
Reading read_sources(const source::Discovery& discovery, unsigned jobs, Progress& progress);

}  // namespace beamwright::review
