// What a server may read when its caller restricts it: the folders given with --root and what is below them, links followed.
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

  // The absolute path, without links as far as it exists, that a client's path means: relative ones start at the first root.
  // Refused outside of all roots.
  Result<std::string> resolve(std::string_view path) const;

  // The folders, absolute and without links.
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> folders_;
};

// Whether a path is a folder or lies below it; both absolute and normal.
bool is_within(std::string_view path, std::string_view folder);

}  // namespace beamwright::serve
