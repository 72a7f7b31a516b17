// `map`: the design of what was reviewed, in the format asked for.
#pragma once

#include <string>

#include "review/check.h"

namespace beamwright::app {

struct MapOptions {
  review::CheckOptions check;
  std::string format = "text";  // text, json, dot, mermaid, html
  bool color = false;
  std::size_t columns = 100;  // of text
};

// The error is for the user, as that of check().
Result<std::string> map(const MapOptions& options);

}  // namespace beamwright::app
