// Which programming language a file name speaks of. Beamwright reviews Elixir and Erlang; of everything else it only says that it
// saw it, so that a person who points it at the wrong folder learns why there is nothing to review.
#pragma once

#include <optional>
#include <string_view>

#include "source/files.h"

namespace beamwright::source {

// The language of a file Beamwright reads: .ex, .exs and .erl. Headers (.hrl) are read where they are included.
std::optional<Language> beam_language(std::string_view name);

// The name of another programming language ("Go", "TypeScript"), or empty for data, text and unknown endings.
std::string_view other_language(std::string_view name);

}  // namespace beamwright::source
