// Names with letters beyond ASCII, as lib/elixir/unicode/tokenizer.ex takes them: brought into normal form C, and refused when
// they mix scripts that look alike. Whether each character may stand in a name is said in characters.h.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "elixir/tree.h"

namespace beamwright::elixir {

struct UnicodeName {
  std::string_view text;       // in normal form
  bool mixes_scripts = false;  // the compiler refuses it
};

// The name is UTF-8 of characters that may stand in one. From 1.18 on the parts between underscores may be of different scripts;
// before, Latin goes with Japanese, Korean, or Han with Bopomofo.
UnicodeName read_unicode_name(std::string_view name, const Level& level, Arena& arena);

}  // namespace beamwright::elixir
