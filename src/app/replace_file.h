// Replacing the content of somebody's file without ever leaving half of it.
#pragma once

#include <string>
#include <string_view>

namespace beamwright::app {

// Puts `text` in place of `known`, what the file held when it was read: a new file beside it takes its mode and then its name, so
// that whoever opens it sees all of the one or all of the other. A link stays one, and the file it names is replaced. Gives
// nothing, or why the file was left as it is: it holds something else by now, it is write-protected, the system refuses.
std::string replace_file(const std::string& path, std::string_view known, std::string_view text);

}  // namespace beamwright::app
