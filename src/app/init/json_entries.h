// The entries of one JSON file of a host, put in and taken out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/init/hosts.h"
#include "app/init/marks.h"
#include "base/result.h"

namespace beamwright::app {

// What is there already, as it is or changed by its owner, is not put in again. The error names a line.
Result<Edited> put_entries(const std::optional<std::string>& before, const std::vector<JsonEntry>& entries);
// Only what still says what was put in is taken out.
Result<Edited> take_entries(const std::optional<std::string>& before, const std::vector<JsonEntry>& entries);

}  // namespace beamwright::app
