// Walking over the expressions of one unit. The tables give children and clauses separately; analysis and rules mostly want
// "everything below this place", which is here.
#pragma once

#include <vector>

#include "model/program.h"

namespace beamwright::analysis {

// Adds what stands directly below an expression, in order of the text: children, and patterns, guards and bodies of its clauses.
void append_below(const model::Unit& unit, model::ExprId id, std::vector<model::ExprId>& out);

// Calls `visit` for an expression and everything below it, in order of the text, until it returns true; says whether it did.
// Works without recursion, for sources may nest as deep as they like.
template <typename Visit>
bool any_below(const model::Unit& unit, model::ExprId root, Visit&& visit) {
  std::vector<model::ExprId> waiting, below;
  if (root) waiting.push_back(root);
  while (!waiting.empty()) {
    const model::ExprId id = waiting.back();
    waiting.pop_back();
    if (visit(id)) return true;
    below.clear();
    append_below(unit, id, below);
    waiting.insert(waiting.end(), below.rbegin(), below.rend());
  }
  return false;
}

// Does any of these variables occur in the expression?
bool mentions(const model::Unit& unit, model::ExprId root, const std::vector<model::VariableId>& variables);
// The variables that occur in an expression or a pattern, each once.
std::vector<model::VariableId> variables_in(const model::Unit& unit, model::ExprId root);
}  // namespace beamwright::analysis
