// Where to go on after a form that could not be read.
#pragma once

#include <cstdint>
#include <string_view>

namespace beamwright::erlang {

// The first line after the one `begin` stands on, and before `end`, that begins like a form: an attribute, or a function's name
// and
// '(' where the line before does not ask for more. `end` when there is none.
std::uint32_t next_form_start(std::string_view text, std::uint32_t begin, std::uint32_t end);

}  // namespace beamwright::erlang
