// Making a planned change on the disk.
#pragma once

#include <string>

#include "app/init/plan.h"

namespace beamwright::app {

// Makes, replaces or removes the file; folders are made with a new file, and go with a removed one when nothing else is in them.
// Gives nothing, or why the file is as it was.
std::string write_change(const std::string& folder, const FileChange& change);

}  // namespace beamwright::app
