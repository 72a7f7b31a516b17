// The texts that `init` writes, embedded from templates/ and templates/init.
#pragma once

#include <string_view>

namespace beamwright::app {

// By the name of the file there: "AGENTS.md".
std::string_view init_text(std::string_view name);

}  // namespace beamwright::app
