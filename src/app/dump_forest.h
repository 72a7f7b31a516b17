// `dump --stage forest`: the supervision forest of a folder, for people and for programs.
#pragma once

#include <string>

#include "model/program.h"
#include "source/discovery.h"

namespace beamwright::app {

// Text: an application, supervisor or child a line, indented by depth. JSON: {"applications": […], "loose": […]}, each supervisor
// with its children in the order in which they start; what is not known is null.
std::string dump_forest(const model::Program& program, const source::Discovery& discovery, unsigned jobs, bool json);

}  // namespace beamwright::app
