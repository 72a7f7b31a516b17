// Prints tokens and trees for people and for comparison with the compiler.
#pragma once

#include <string>

#include "erlang/tree.h"
#include "source/files.h"

namespace beamwright::erlang {

// The forms as terms that file:consult reads back to what epp gives, with {Line, Column} locations.
std::string dump_tree(const Tree& tree, const source::FileTable& files);
// One token a line before preprocessing: place, category, text.
std::string dump_tokens(source::FileId file, std::string_view text, const Options& options = {});

}  // namespace beamwright::erlang
