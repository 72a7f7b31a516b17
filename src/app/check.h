// The review: from a path to a Review that only has to be written.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "report/report.h"
#include "source/discovery.h"

namespace beamwright::app {

struct CheckOptions {
  std::string path = ".";
  bool include_tests = false;
  unsigned jobs = 1;
  bool show_progress = false;
};

struct Checked {
  source::Discovery discovery;  // owns the texts that the review points into
  report::Review review;
};

// The error is for the user: the path does not exist, or there is nothing of the BEAM in it.
Result<Checked> check(const CheckOptions& options);

}  // namespace beamwright::app
