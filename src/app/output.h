// Writing to the outside, which may refuse: a closed pipe, a full disk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace beamwright::app {

// Writes all of a text to a file descriptor. False when the system refuses; errno says why.
bool write_all(int descriptor, std::string_view text);

// Text to standard output; on failure a sentence on standard error. Gives the exit code: `code`, or kExitError on failure.
int print(std::string_view text, int code);

// Writes a file anew; on failure a sentence on standard error. Gives kExitClean or kExitError.
int write_file(const std::string& path, std::string_view text);

// The width of the terminal that standard output is; 100 when it is none.
std::size_t terminal_columns();

// What --color means here: auto is colour on a terminal, unless NO_COLOR is set or the terminal is dumb.
bool wants_color(const std::string& choice);

// A sentence on standard error, with the program's name before it.
void complain(std::string_view message);

}  // namespace beamwright::app
