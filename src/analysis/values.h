// Small questions about expressions, answered without looking at other functions where possible. All of them take a place in the
// program and answer with a place, so that evidence keeps its span.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

// The occurrences of each variable of a unit, in order of the text.
class Uses {
 public:
  explicit Uses(const model::Unit& unit);
  std::span<const ExprId> of(model::VariableId v) const {
    return {rows_.data() + first_[v.index], first_[v.index + 1] - first_[v.index]};
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<ExprId> rows_;
};

// The expression a variable was bound to by `pattern = value`, when the pattern is the variable alone or with aliases; none for
// parameters and for variables taken out of a larger pattern.
ExprId bound_value(const model::Unit& unit, model::VariableId variable);

// Which parameter of which function clause a variable is, counted from 0: the variable is the whole pattern or an alias of it.
struct Parameter {
  model::ClauseId clause;
  std::uint32_t index = 0;
};
std::optional<Parameter> parameter_of(const model::Unit& unit, const model::Function& function, model::VariableId variable);

// The variable that stands for the whole of a pattern: `state`, `%State{} = state`, `State = #state{}`.
model::VariableId whole_variable(const model::Unit& unit, ExprId pattern);

// Calls `visit` for each expression whose value an expression may have: the ends of blocks and branches.
void for_each_result(const model::Unit& unit, ExprId expr, const std::function<void(ExprId)>& visit);

// Follows variables and blocks inside one unit; stops where there is a choice.
ExprId local_value(const model::Unit& unit, ExprId expr);

// The value of a key in a literal keyword list, proplist or map.
ExprId literal_option(const model::Unit& unit, ExprId options, Symbol key);

// The atom or integer that an expression surely is.
std::optional<Symbol> atom_value(const model::Unit& unit, ExprId expr);
std::optional<std::int64_t> integer_value(const model::Unit& unit, ExprId expr);

// The outline of a message or of a pattern for one.
Pattern outline(const model::Unit& unit, UnitId unit_id, ExprId expr);

// The outermost expression around `expr` in its function: the root of a clause's pattern, guard or body.
ExprId root_of(const model::Unit& unit, ExprId expr);

// Finds the function and clause in which an expression stands.
class Clauses {
 public:
  explicit Clauses(const model::Unit& unit);
  struct Place {
    model::LocalFunctionId function;
    model::ClauseId clause;
  };
  // None (unset ids) for expressions of attributes and directives.
  Place of(ExprId expr) const;

 private:
  struct Row {
    ExprId root;
    Place place;
  };
  const model::Unit& unit_;
  std::vector<Row> rows_;  // sorted by root
};

}  // namespace beamwright::analysis
