// The rewrite that ends handle_info with a clause for every other message: it logs the message and goes on with the state as it
// is.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// `handle_info` is the callback's function in a gen_server's own module. Empty where the place behind its last clause is not
// clear, or the name Logger may mean another module there.
findings::Rewrite end_with_catch_all(const Program& program, FunctionId handle_info);

}  // namespace beamwright::rules
