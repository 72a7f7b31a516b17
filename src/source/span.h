// Places in source text.
#pragma once

#include "base/ids.h"

namespace beamwright::source {

using FileId = Id<struct FileTag>;

// Half-open byte range [begin, end) of one file.
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  auto operator<=>(const Span&) const = default;
};

// What people and compilers call a place. Both 1-based; columns count code points.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  auto operator<=>(const Position&) const = default;
};

}  // namespace beamwright::source
