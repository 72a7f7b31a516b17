// What is done with each answer of a call to many nodes: the clauses of the function that a list function runs for it. The
// answers of rpc:multicall have {badrpc, Reason} among them, those of erpc:multicall {ok, V}, {error, _}, {exit, _} and {throw,
// _}.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct ItemClauses {
  CallId consumer;  // Enum.map(results, fn …), lists:foldl(fun …, Acc, Results)
  model::ClauseRange clauses;
};

// Where the answers of a multicall are used in the same function: the uses of the variable that they are matched with, first half
// of a pair where `in_pair`.
std::vector<ExprId> answer_uses(const Program& program, CallId multicall, bool in_pair);

// The consumers of the answers of a multicall in the same function: of the variable that they are matched with, first half of a
// pair where `in_pair`, or of the call itself.
std::vector<ItemClauses> item_clauses(const Program& program, const Facts& facts, CallId multicall, bool in_pair);

// Does some clause take the answer {tag, _}, whatever is in it? Clauses with guards are taken to.
// Does the pattern for one answer?
bool takes_tagged(const Unit& unit, ExprId pattern, Symbol tag);
bool takes_tagged(const Unit& unit, model::ClauseRange clauses, Symbol tag);

}  // namespace beamwright::rules
