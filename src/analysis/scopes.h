// What a module has in scope beside its own functions: imports, the modules it uses with what their __using__ brings along, and
// its behaviours.
#pragma once

#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

struct Import {
  Symbol module;
  UnitId unit;     // where `options` stands
  ExprId options;  // only:, except:, or Erlang's list of {name, arity}; none: everything
};

struct Alias {
  Symbol as;      // the short name, without "Elixir."
  Symbol module;  // what it stands for
};

// What `use M` takes from M: the code quoted in its __using__ and in what that calls, in the function that an option names
// (use ShopWeb, :controller), and in __before_compile__. Everything where there is no __using__ to be seen, as in a CaseTemplate.
struct Injection {
  ModuleId module;
  std::vector<model::LocalFunctionId> from;  // functions and macros of the module's unit, sorted

  // Does code of the module's unit that begins at `place` stand in one of them?
  bool holds(const model::Unit& unit, std::uint32_t place) const;
};

struct Scope {
  std::vector<Import> imports;
  std::vector<Alias> aliases;         // that a use brings in; its own are resolved already
  std::vector<ModuleId> used;         // modules among the sources whose quoted functions this module gets
  std::vector<Injection> injections;  // for each of `used`, in the same order
  std::vector<Symbol> used_names;     // every module it uses, directly or through another's __using__
  std::vector<Symbol> behaviours;     // declared, or brought in by use
};

struct Scopes {
  std::vector<Scope> by_module;  // by ModuleId
  const Scope& of(ModuleId m) const { return by_module[m.index]; }
};

Scopes find_scopes(const model::Program& program, const knowledge::Knowledge& knowledge, unsigned jobs);

// The module that a name means where aliases were brought in by use: Repo.Sub, with alias Shop.Repo, is Shop.Repo.Sub. The name
// itself when no alias speaks of it.
Symbol without_alias(const Scope& scope, Symbol module);

// Does the import bring in this function, given that its module has it? Reads only: and except: lists; what cannot be read counts
// as yes.
bool imports(const model::Program& program, const Import& import, Symbol name, std::uint32_t arity);
// Does the import name this very function (only:, or Erlang's list)? Then it is there, whatever is known of the module.
bool names_import(const model::Program& program, const Import& import, Symbol name, std::uint32_t arity);

}  // namespace beamwright::analysis
