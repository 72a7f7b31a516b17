// Patterns for paths and dotted names, as .gitignore and editors write them.
#pragma once

#include <string_view>

namespace beamwright {

// `*` stands for any run of characters but the separator, `?` for one of them, `**` for any run at all ("**/" for nothing too).
// The whole text must match, or a folder of it: "lib/legacy" covers everything below lib/legacy.
bool glob_matches(std::string_view pattern, std::string_view text, char separator = '/');

}  // namespace beamwright
