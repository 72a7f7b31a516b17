// The data files of knowledge/, embedded into the program at build time.
#pragma once

#include <span>
#include <string_view>

namespace beamwright::knowledge {

struct DataFile {
  std::string_view path;  // as in the repository: knowledge/otp.tsv
  std::string_view text;
};

// Sorted by path.
std::span<const DataFile> embedded_files();

}  // namespace beamwright::knowledge
