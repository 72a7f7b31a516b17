// Binaries in attributes, which hold no variables: what eval_bits:expr_grp/5 makes of them for erl_parse:normalise/1.
#pragma once

#include <optional>
#include <string>

#include "erlang/tree.h"

namespace beamwright::erlang {

struct Bits {
  std::string bytes;
  unsigned spare = 0;  // bits of the last byte, its lowest, that do not belong to it
};

// All values are literals: the compiler takes it for a term.
bool is_literal_binary(const Node& bin);

// Nothing for a kBin node that is not made of integers, floats and strings of constant sizes.
std::optional<Bits> constant_binary(const Node& bin);

}  // namespace beamwright::erlang
