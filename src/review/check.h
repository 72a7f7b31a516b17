// The review: from a path to a Review that only has to be written.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "findings/selection.h"
#include "report/report.h"
#include "review/configuration.h"
#include "source/discovery.h"

namespace beamwright::model {
struct Program;
}
namespace beamwright::analysis {
struct Facts;
}

namespace beamwright::review {

struct CheckOptions {
  std::string path = ".";
  bool include_tests = false;
  unsigned jobs = 1;
  bool show_progress = false;
  std::optional<Configuration> configuration;  // none: the nearest .beamwright.toml is read
  findings::Selection selection;
  std::string baseline;      // findings of this file are not shown; empty: those of the configured one
  bool use_baseline = true;  // false: no baseline at all
  std::string since;         // a commit: only what changed since then is shown; empty: everything
  std::string
      stdin_filename;  // the file whose text is `stdin_text` and whose findings alone are shown; empty: all files as they are
  std::string stdin_text;
  std::stop_token stop;  // once asked for, the review ends soon, with an error that says so
};

struct Checked {
  source::Discovery discovery;  // owns the texts that the review points into
  Configuration configuration;
  report::Review review;
};

// What a review was made of, for commands that tell more than its findings. It lives only as long as the call.
struct Basis {
  const source::Discovery& discovery;
  const model::Program& program;
  const analysis::Facts& facts;
  const report::Review& review;
};
using Look = std::function<void(const Basis&)>;

// The first step of it. Which files there are, in which language and role; with `stdin_text` among them, whose file is `edited`.
Result<source::Discovery> discover_reviewed(const CheckOptions& options, const Configuration& configuration,
                                            source::FileId& edited);

// The error is for the user: the path does not exist, or there is nothing of the BEAM in it. `look`, if given, is called once,
// when the review is complete.
Result<Checked> check(const CheckOptions& options, const Look& look = {});

}  // namespace beamwright::review
