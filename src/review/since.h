// What a change did: the state of the project at a commit, and the lines that differ from it now. By git, which must be there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "review/process.h"

namespace beamwright::review {

struct Change {
  TemporaryFolder folder;  // holds the whole repository as it was
  std::string prefix;      // of the reviewed root in the repository: "apps/shop/" or nothing
  std::string then;        // the reviewed root as it was; may not exist
  // By path relative to the reviewed root: first and last line of each stretch that is new or changed, in order.
  std::map<std::string, std::vector<std::pair<std::uint32_t, std::uint32_t>>, std::less<>> touched;

  bool touches(std::string_view path, std::uint32_t line) const;
};

// From the commit called `reference` to the files as they are in the folder now, committed or not.
Result<Change> change_since(const std::string& folder, const std::string& reference);

}  // namespace beamwright::review
