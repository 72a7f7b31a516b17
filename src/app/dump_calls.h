// `dump --stage calls`: who calls whom in a whole folder, as plain text that scripts compare with what compilers say.
#pragma once

#include <string>

#include "model/program.h"

namespace beamwright::app {

// A line for each call that is known to reach a function, in the order of the sources, and one for each function before its
// calls:
//
//     Elixir.Shop.Cart:get/1 <tab> Elixir.Shop.Store:read/2 <tab> lib/shop/cart.ex:12 <tab> flags
//     Elixir.Shop.Cart:get/1 <tab> - <tab> lib/shop/cart.ex:11 <tab> public
//
// Names are the VM's, unquoted. Flags are separated by commas: of a call `capture`, `guard`, `macro` (the callee is a macro),
// `implied` (a construct stands for it) and `possible` (dynamic dispatch); of a function `public`, `private`, `macro` or
// `generated`, then `used` (a `use` brings it into the module under which it stands) and `transformed` (its module has a parse
// transform).
std::string dump_calls(const model::Program& program, unsigned jobs);

}  // namespace beamwright::app
