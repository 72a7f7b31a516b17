// The answer of `why`, in each format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "design/paths.h"
#include "source/files.h"

namespace beamwright::report {

struct PathAnswer {
  std::string root;  // as the user named it
  const source::FileTable* files = nullptr;
  std::string from, to;
  std::optional<std::vector<design::PathStep>> path;
};

std::string write_path_text(const PathAnswer& answer, bool color);
std::string write_path_json(const PathAnswer& answer);

}  // namespace beamwright::report
