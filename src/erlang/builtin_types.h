// The predefined types of the language.
#pragma once

#include <cstddef>

#include "base/symbol.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

// erl_internal:is_type/2 of the given OTP release.
bool is_builtin_type(Symbol name, std::size_t arity, Level level);

}  // namespace beamwright::erlang
