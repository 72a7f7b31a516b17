// The line of .gitlab-ci.yml that includes the review's own file (docs.gitlab.com, "CI/CD YAML syntax reference", include:local).
#pragma once

#include <optional>
#include <string>

#include "app/init/marks.h"
#include "base/result.h"

namespace beamwright::app {

// A marked section: `include:` with its list at the end, or one more element at the head of the list that is there. An `include`
// that is written otherwise is left to its owner, with a note.
Result<Edited> put_include(const std::optional<std::string>& before);

}  // namespace beamwright::app
