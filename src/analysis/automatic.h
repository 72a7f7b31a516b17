// The functions and macros that every module may call by their bare names: Elixir's Kernel, Erlang's automatic BIFs.
#pragma once

#include <cstdint>

#include "base/symbol.h"
#include "source/files.h"

namespace beamwright::analysis {

enum class Automatic : std::uint8_t { kNone, kFunction, kMacro };

// What `name/arity` is without a definition or import of it.
Automatic automatic(source::Language language, Symbol name, std::uint32_t arity);

}  // namespace beamwright::analysis
