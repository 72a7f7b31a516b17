// The encoding that an Erlang file names in a comment of its first two lines, as in `%% coding: latin-1`.
#pragma once

#include <cstdint>
#include <string_view>

namespace beamwright::source {

enum class Coding : std::uint8_t { kNothing, kUtf8, kLatin1 };

// After stdlib's epp.erl, read_encoding_from_binary/2.
Coding declared_coding(std::string_view text);

}  // namespace beamwright::source
