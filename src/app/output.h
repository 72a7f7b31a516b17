// Writing to the outside, which may refuse: a closed pipe, a full disk.
#pragma once

#include <string_view>

#include "base/result.h"

namespace beamwright::app {

// Writes all of a text to a file descriptor. False when the system refuses; errno says why.
bool write_all(int descriptor, std::string_view text);

// Text to standard output; on failure a sentence on standard error. Gives the exit code: `code`, or kExitError on failure.
int print(std::string_view text, int code);

// A sentence on standard error, with the program's name before it.
void complain(std::string_view message);

}  // namespace beamwright::app
