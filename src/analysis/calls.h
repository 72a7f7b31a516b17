// Which function each call reaches and in which process it runs. A plain name that nobody in sight defines or imports is an
// External without a module.
#pragma once

#include "analysis/facts.h"
#include "analysis/scopes.h"

namespace beamwright::analysis {

// `applications` are what the manifests say; null when nobody read them.
Calls resolve_calls(const model::Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, unsigned jobs,
                    const std::vector<source::Application>* applications = nullptr);

// The row of knowledge for a call site, or null.
const knowledge::FunctionRow* row_at(const Calls& calls, CallId site);

}  // namespace beamwright::analysis
