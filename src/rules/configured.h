// Calls of a module that the configuration chooses: `client = Application.get_env(:shop, :http_client)` and then
// `client.get(url)`. The project's config/*.exs, or the default in the call, says which module that is.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

struct ConfiguredCall {
  Symbol module;
  const knowledge::FunctionRow* row = nullptr;  // what is known about the function; never null
};

// What a call site with a module from the configuration reaches; no module when it is no such call, or nothing is known of it.
ConfiguredCall configured_call(const Program& program, const Facts& facts, CallId site);

// The module that the configuration chooses for such a call, whether anything is known of it or not; 0 for any other call.
Symbol module_from_configuration(const Program& program, const Facts& facts, CallId site);

}  // namespace beamwright::rules
