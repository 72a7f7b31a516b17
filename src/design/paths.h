// The shortest way on which one place of a program makes another happen: by calls, messages, and processes that are started.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "design/names.h"

namespace beamwright::design {

enum class Hop : std::uint8_t { kCalls, kAsks, kCasts, kSends, kStarts, kDoes };
std::string_view to_string(Hop hop);  // "calls", "asks", "casts", "sends", "starts", "does"

struct PathStep {
  Hop hop = Hop::kCalls;
  source::Span span;
  std::string from, to;   // as people write them
  std::string message;    // the sentence
  bool possible = false;  // a guess: dynamic dispatch, or a receiver that is concluded
};

// None when there is no way. Ways without guesses come first, whatever their length.
std::optional<std::vector<PathStep>> shortest_path(const model::Program& program, const analysis::Facts& facts, const Named& from,
                                                   const Named& to);

}  // namespace beamwright::design
