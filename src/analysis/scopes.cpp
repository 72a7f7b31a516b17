#include "analysis/scopes.h"

#include <algorithm>

#include "analysis/values.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using model::Directive;
using model::DirectiveKind;
using model::Program;

namespace {

constexpr int kMaxUseDepth = 8;

class ScopeFinder {
 public:
  ScopeFinder(const Program& program, const knowledge::Knowledge& knowledge) : program_(program), knowledge_(knowledge) {}

  Scope find(ModuleId id) const {
    Scope scope;
    collect(scope, id, program_.unit_of(id).project, false, 0);
    return scope;
  }

 private:
  // `quoted` picks the directives that a module has for its users instead of its own.
  void collect(Scope& scope, ModuleId from, source::ProjectId project, bool quoted, int depth) const {
    const model::Unit& unit = program_.unit_of(from);
    const UnitId unit_id = program_.modules[from.index].unit;
    for (const Directive& d : unit.directives_of(program_.module(from))) {
      if (d.quoted != quoted || !d.module) continue;
      switch (d.kind) {
        case DirectiveKind::kImport:
          scope.imports.push_back({d.module, unit_id, d.options});
          break;
        case DirectiveKind::kBehaviour:
          add(scope.behaviours, d.module);
          break;
        case DirectiveKind::kAlias:
          scope.aliases.push_back({d.as, d.module});
          break;
        case DirectiveKind::kUse:
          use(scope, d.module, project, depth);
          break;
        default:
          break;
      }
    }
  }

  void use(Scope& scope, Symbol module, source::ProjectId project, int depth) const {
    if (std::find(scope.used_names.begin(), scope.used_names.end(), module) != scope.used_names.end()) return;
    scope.used_names.push_back(module);
    if (knowledge_.behaviour(module) != nullptr) add(scope.behaviours, module);
    const ModuleId found = program_.find_module(module, project);
    if (!found || depth >= kMaxUseDepth) return;
    scope.used.push_back(found);
    collect(scope, found, project, true, depth + 1);
  }

  static void add(std::vector<Symbol>& to, Symbol symbol) {
    if (std::find(to.begin(), to.end(), symbol) == to.end()) to.push_back(symbol);
  }

  const Program& program_;
  const knowledge::Knowledge& knowledge_;
};

// Is {name, arity} in a literal list of such pairs, written [name: arity] or [{name, arity}]?
bool lists(const model::Unit& unit, ExprId list, Symbol name, std::uint32_t arity) {
  for (const ExprId child : unit.children_of(list)) {
    const model::Expr& pair = unit.expr(child);
    if (pair.kind == model::ExprKind::kTuple && pair.child_count == 2 && atom_value(unit, unit.child(child, 0)) == name &&
        integer_value(unit, unit.child(child, 1)) == static_cast<std::int64_t>(arity))
      return true;
  }
  return false;
}

}  // namespace

Scopes find_scopes(const Program& program, const knowledge::Knowledge& knowledge, unsigned jobs) {
  Scopes scopes;
  scopes.by_module.resize(program.modules.size());
  const ScopeFinder finder(program, knowledge);
  parallel_for(program.units.size(), jobs, [&](std::size_t u) {
    const model::Unit& unit = *program.units[u];
    for (std::uint32_t m = 0; m < unit.modules.size(); ++m)
      scopes.by_module[unit.first_module + m] = finder.find(ModuleId(unit.first_module + m));
  });
  return scopes;
}

Symbol without_alias(const Scope& scope, Symbol module) {
  constexpr std::string_view kPrefix = "Elixir.";
  std::string_view name = module.text();
  if (scope.aliases.empty() || !name.starts_with(kPrefix)) return module;
  name.remove_prefix(kPrefix.size());
  const std::string_view first = name.substr(0, name.find('.'));
  for (const Alias& alias : scope.aliases)
    if (alias.as.text() == first) return intern(std::string(alias.module.text()).append(name.substr(first.size())));
  return module;
}

bool imports(const Program& program, const Import& import, Symbol name, std::uint32_t arity) {
  if (!import.options) return true;
  const model::Unit& unit = program.unit(import.unit);
  if (unit.language == source::Language::kErlang) return lists(unit, import.options, name, arity);
  if (const ExprId only = literal_option(unit, import.options, sym::only); only && unit.expr(only).kind == model::ExprKind::kList)
    return lists(unit, only, name, arity);
  if (const ExprId except = literal_option(unit, import.options, sym::except); except) return !lists(unit, except, name, arity);
  return true;
}

bool names_import(const Program& program, const Import& import, Symbol name, std::uint32_t arity) {
  if (!import.options) return false;
  const model::Unit& unit = program.unit(import.unit);
  if (unit.language == source::Language::kErlang) return lists(unit, import.options, name, arity);
  const ExprId only = literal_option(unit, import.options, sym::only);
  return only && unit.expr(only).kind == model::ExprKind::kList && lists(unit, only, name, arity);
}

}  // namespace beamwright::analysis
