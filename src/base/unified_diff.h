// What changed in one file, line by line, in the form that `git apply` and `patch -p1` take (GNU diffutils, "Unified Format";
// git-diff, "Generating patch text with -p"): for changes that are shown before, or instead of, being written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beamwright {

// The diff of a file from `before` to `after`, with three lines around each change; nothing where they are equal. `path` is
// relative to the folder in which the patch is applied, with '/'; it is written as a/path and b/path, quoted as git does where it
// holds quotes, backslashes or control characters. Without `before` the file is new. Lines end with "\n"; a "\r" before it
// belongs to the line. Bytes go through as they are. The change is the smallest in lines up to about a thousand lines of it;
// beyond that it is correct, but coarse.
std::string unified_diff(std::string_view path, std::optional<std::string_view> before, std::string_view after);

}  // namespace beamwright
