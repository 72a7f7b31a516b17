// Where a text comes from, as rules say it; analysis/input.h finds it.
#pragma once

#include "analysis/input.h"
#include "rules/support.h"

namespace beamwright::rules {

using Origin = analysis::TextOrigin;
using OriginKind = analysis::TextOriginKind;
using analysis::parameter_index;

inline Origin origin_of(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return analysis::text_origin_of(program, facts, function, expr);
}

}  // namespace beamwright::rules
