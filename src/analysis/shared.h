// Small questions that analysis and rules ask alike: which code runs in production, and how calls and expressions are written for
// people.
#pragma once

#include <string>

#include "analysis/facts.h"

namespace beamwright::analysis {

// Is this code under review that runs in production? Not tests, tools, scripts, templates or what runs while compiling.
bool in_production(const model::Program&, const Facts&, FunctionId function);
// What a call site calls: ":httpc.request/4", "Shop.Pricing.fetch/1".
std::string callee_text(const model::Program&, const Facts&, CallId site);
// The text of an expression as it is written, shortened to one line.
std::string source_text(const model::Program&, const model::Unit&, ExprId expr, std::size_t limit = 60);
// The argument expressions of a call.
std::span<const ExprId> arguments_of(const model::Program&, CallId site);

}  // namespace beamwright::analysis
