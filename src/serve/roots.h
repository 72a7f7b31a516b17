// What a server may read when its caller restricts it: the folders given with --root, or those that the client tells, and what is
// below them, links followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace beamwright::serve {

class Roots {
 public:
  // The error names the root that is no folder. None: everything may be read, and relative paths start at the current folder.
  static Result<Roots> of(const std::vector<std::string>& folders);
  // Nothing but these; folders that are not there are left out, and when none is left nothing may be read.
  static Roots only(const std::vector<std::string>& folders);

  // The absolute path, without links as far as it exists, that a client's path means: relative ones start at the first root.
  // Refused outside of all roots, and for the root of the file system unless somebody named it: nobody's project is all there is.
  Result<std::string> resolve(std::string_view path) const;

  // The folders, absolute and without links.
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> folders_;
  bool restricted_ = false;
};

// Whether a path is a folder or lies below it; both absolute and normal.
bool is_within(std::string_view path, std::string_view folder);

}  // namespace beamwright::serve
