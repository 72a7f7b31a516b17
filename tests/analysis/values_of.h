// Asks for possible values by the names of variables: in tests each variable stands for the question.
#pragma once

#include <string>

#include "analysis/possible_values.h"
#include "analysis/state_fields.h"
#include "facts_of.h"

namespace beamwright::tests {

// The last occurrence of a variable in a function.
inline model::ExprId last_use(const FactsOf& f, const std::string& function, const std::string& variable) {
  const model::FunctionId id = f.function(function);
  model::ExprId found;
  if (!id) return found;
  const model::Unit& unit = f.program().unit_of(id);
  const model::Function& row = f.program().function(id);
  for (std::uint32_t i = 0; i < unit.exprs.size(); ++i) {
    const model::Expr& e = unit.exprs[i];
    const bool inside = e.begin >= row.begin && e.end <= row.end;
    if (inside && e.kind == model::ExprKind::kVariable && e.payload < unit.variables.size() &&
        unit.variable_of(e).name.text() == variable && (!found || e.begin > unit.expr(found).begin))
      found = model::ExprId(i);
  }
  return found;
}

inline analysis::PossibleValues values(const FactsOf& f, const std::string& function, const std::string& variable) {
  return analysis::possible_values(f.program(), f.facts(), f.function(function), last_use(f, function, variable));
}

// In words: "timer of :erlang.send_after/3 (a.ex:3) | nil".
inline std::string shown(const FactsOf& f, const std::string& function, const std::string& variable) {
  return analysis::display_values(f.program(), f.facts(), values(f, function, variable));
}

inline const analysis::StateClass& state(const FactsOf& f, const std::string& module) {
  const analysis::Process* process = f.process(module);
  const auto& all = f.facts().processes.processes;
  return analysis::states_of(f.program(), f.facts()).of(analysis::ProcessId(static_cast<std::size_t>(process - all.data())));
}

inline const analysis::StateField* field(const FactsOf& f, const std::string& module, const std::string& name) {
  return state(f, module).field(intern(name));
}

inline std::string field_values(const FactsOf& f, const std::string& module, const std::string& name) {
  const analysis::StateField* found = field(f, module, name);
  if (found == nullptr) return "no such field";
  return analysis::display_values(f.program(), f.facts(), analysis::possible_values_of_field(f.program(), f.facts(), *found));
}

}  // namespace beamwright::tests
