// Where erl_parse says that a compound expression stands.
#pragma once

#include "erlang/tree.h"

namespace beamwright::erlang {

// erl_parse:first_anno/1: nodes in reading order as long as their places do not move to the right.
std::uint32_t first_location(const Node& node);
// erl_parse:last_anno/1: the place furthest to the right.
std::uint32_t last_location(const Node& node);

}  // namespace beamwright::erlang
