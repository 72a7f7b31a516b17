// Walking over the expressions of one unit. The tables give children and clauses separately; analysis and rules mostly want
// "everything below this place", which is here.
#pragma once

#include <algorithm>
#include <vector>

#include "model/program.h"

namespace beamwright::analysis {

// Adds what stands directly below an expression, in order of the text: children, and patterns, guards and bodies of its clauses.
void append_below(const model::Unit& unit, model::ExprId id, std::vector<model::ExprId>& out);

// May append_below() find anything? Most expressions are names and literals, with nothing below them.
inline bool may_have_below(const model::Expr& e) {
  using K = model::ExprKind;
  return e.child_count != 0 || e.kind == K::kClosure || e.kind == K::kCase || e.kind == K::kReceive || e.kind == K::kWith ||
         e.kind == K::kTry;
}

// Calls `visit` for an expression and everything below it, in order of the text, until it returns true; says whether it did.
// Works without recursion, for sources may nest as deep as they like.
template <typename Visit>
bool any_below(const model::Unit& unit, model::ExprId root, Visit&& visit) {
  if (!root) return false;
  if (visit(root)) return true;
  if (!may_have_below(unit.expr(root))) return false;
  std::vector<model::ExprId> waiting;  // the next one last
  waiting.reserve(64);
  for (model::ExprId id = root;;) {
    const std::size_t mark = waiting.size();
    append_below(unit, id, waiting);
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(mark), waiting.end());
    do {
      if (waiting.empty()) return false;
      id = waiting.back();
      waiting.pop_back();
      if (visit(id)) return true;
    } while (!may_have_below(unit.expr(id)));
  }
}

// Does any of these variables occur in the expression?
bool mentions(const model::Unit& unit, model::ExprId root, const std::vector<model::VariableId>& variables);
// The variables that occur in an expression or a pattern, each once.
std::vector<model::VariableId> variables_in(const model::Unit& unit, model::ExprId root);
}  // namespace beamwright::analysis
