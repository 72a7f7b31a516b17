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
constexpr std::size_t kMaxInjecting = 64;

class ScopeFinder {
 public:
  ScopeFinder(const Program& program, const knowledge::Knowledge& knowledge) : program_(program), knowledge_(knowledge) {}

  Scope find(ModuleId id) const {
    Scope scope;
    collect(scope, id, program_.unit_of(id).project, nullptr, 0);
    if (program_.unit_of(id).language == source::Language::kElixir) inherit(scope, id);
    return scope;
  }

 private:
  // Imports are lexical: those that stand before a module in the modules around it, or at the top of its file, hold in it too.
  void inherit(Scope& scope, ModuleId id) const {
    const model::Unit& unit = program_.unit_of(id);
    if (unit.modules.size() < 2) return;
    const model::Module& inner = program_.module(id);
    for (const model::Module& outer : unit.modules) {
      const bool around = outer.kind == model::ModuleKind::kScript || (outer.begin < inner.begin && outer.end >= inner.end);
      if (&outer == &inner || !around) continue;
      for (const Directive& d : unit.directives_of(outer)) {
        if (d.kind == DirectiveKind::kImport && !d.quoted && d.module && !d.function && d.begin < inner.begin)
          scope.imports.push_back({d.module, program_.modules[id.index].unit, d.options});
      }
    }
  }

  // Of a module's own directives, or, with an injection, of those that it has for its users.
  void collect(Scope& scope, ModuleId from, source::ProjectId project, const Injection* injection, int depth) const {
    const model::Unit& unit = program_.unit_of(from);
    const UnitId unit_id = program_.modules[from.index].unit;
    for (const Directive& d : unit.directives_of(program_.module(from))) {
      if (d.quoted != (injection != nullptr) || !d.module) continue;
      if (injection && !injection->holds(unit, d.begin)) continue;
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
          use(scope, d, unit, project, depth);
          break;
        default:
          break;
      }
    }
  }

  void use(Scope& scope, const Directive& directive, const model::Unit& unit, source::ProjectId project, int depth) const {
    const Symbol module = directive.module;
    if (std::find(scope.used_names.begin(), scope.used_names.end(), module) != scope.used_names.end()) return;
    scope.used_names.push_back(module);
    if (knowledge_.behaviour(module) != nullptr) add(scope.behaviours, module);
    const ModuleId found = program_.find_module(module, project);
    if (!found || depth >= kMaxUseDepth) return;
    const Symbol which = directive.options ? atom_value(unit, directive.options).value_or(Symbol()) : Symbol();
    Injection injection = injected(found, which);
    scope.used.push_back(found);
    scope.injections.push_back(injection);
    collect(scope, found, project, &injection, depth + 1);
  }

  // From __using__ on, every local function that is called: their quotes are put together.
  Injection injected(ModuleId module, Symbol which) const {
    static const Symbol using_macro = intern("__using__");
    static const Symbol before_compile = intern("__before_compile__");
    const std::uint32_t first = program_.unit_of(module).first_function;
    std::vector<FunctionId> reached;
    const auto reach = [&](FunctionId f) {
      if (f && std::find(reached.begin(), reached.end(), f) == reached.end()) reached.push_back(f);
    };
    reach(program_.find_function(module, using_macro, 1));
    reach(program_.find_function(module, before_compile, 1));
    if (which) reach(program_.find_function(module, which, 0));
    for (std::size_t i = 0; i < reached.size() && reached.size() < kMaxInjecting; ++i) {
      for (const CallId site : program_.calls_of(reached[i])) {
        const model::Call& call = program_.call(site);
        if (call.target == model::TargetKind::kLocal) reach(program_.find_function(module, call.name, call.arity));
      }
    }
    Injection injection{module, {}};
    for (const FunctionId f : reached) injection.from.push_back(model::LocalFunctionId(f.index - first));
    std::sort(injection.from.begin(), injection.from.end());
    return injection;
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

bool Injection::holds(const model::Unit& unit, std::uint32_t place) const {
  if (from.empty()) return true;
  return std::any_of(from.begin(), from.end(), [&](model::LocalFunctionId id) {
    const model::Function& f = unit.functions[id.index];
    return f.begin <= place && place < f.end;
  });
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
