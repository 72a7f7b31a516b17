// What the project itself says about functions that Beamwright does not know: further rows in the format of knowledge/README.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "knowledge/knowledge.h"
#include "review/configuration.h"

namespace beamwright::review {

class OwnKnowledge {
 public:
  // Reads the files that the configuration names. The error says file, line and what is wrong there.
  static Result<OwnKnowledge> read(const Configuration& configuration);
  // Both together; the embedded one where the project has none of its own.
  const knowledge::Knowledge& all() const { return all_ ? *all_ : knowledge::Knowledge::embedded(); }

 private:
  std::vector<std::string> texts_;  // what the rows point into
  std::optional<knowledge::Knowledge> all_;
};

}  // namespace beamwright::review
