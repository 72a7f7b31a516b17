// `why`: how one place of a program reaches another.
#pragma once

#include <string>

#include "review/check.h"

namespace beamwright::app {

struct WhyOptions {
  review::CheckOptions check;
  std::string from, to;
  bool json = false;
  bool color = false;
};

struct Answer {
  std::string text;
  bool found = false;  // there is a path
};

// The error is for the user: that of check(), or a name that is not known, with those that are like it.
Result<Answer> why(const WhyOptions& options);

}  // namespace beamwright::app
