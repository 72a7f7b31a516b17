// The answers of rpc:multicall that are put away as data, each with its node or all in one list, where no function on their way
// asks whether one of them is {badrpc, Reason}.
#pragma once

#include <optional>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct UnlookedAnswers {
  std::vector<analysis::ExprRef> way;  // where they are handed on, from the multicall down
  analysis::ExprRef kept;              // where one, or all of them, become data: {Node, hd(Answers)}, lists:append(Answers)
  FunctionId function;                 // that holds it
};
std::optional<UnlookedAnswers> unlooked_answers(const Program& program, const Facts& facts, CallId multicall);

}  // namespace beamwright::rules
