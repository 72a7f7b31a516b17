// Prints tokens and trees for people and for comparison with the compiler.
#pragma once

#include <string>

#include "elixir/tree.h"

namespace beamwright::elixir {

// The quoted form as Elixir source that Code.eval_string reads back to the compiler's own term, metadata included.
std::string dump_tree(const Tree& tree, std::string_view text);
// One token a line: place, kind, text.
std::string dump_tokens(source::FileId file, std::string_view text, const Options& options = {});

}  // namespace beamwright::elixir
