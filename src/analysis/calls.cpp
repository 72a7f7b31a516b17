// Resolution goes unit by unit in parallel; each unit's externals are then numbered through in path order.

#include "analysis/calls.h"

#include <algorithm>
#include <unordered_map>

#include "analysis/automatic.h"
#include "analysis/destinations.h"
#include "analysis/dispatch.h"
#include "analysis/kept_callees.h"
#include "analysis/values.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Call;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::TargetKind;
using model::Unit;

namespace {

struct ExternalKey {
  Symbol module, name;
  std::uint32_t arity;
  bool operator==(const ExternalKey&) const = default;
};
struct ExternalHash {
  std::size_t operator()(const ExternalKey& k) const {
    const std::uint64_t names = (static_cast<std::uint64_t>(k.module.index) << 32) | k.name.index;
    return (names * 0x9E3779B97F4A7C15ull) ^ (k.arity * 0xC2B2AE3D27D4EB4Full);
  }
};
using ExternalTable = std::unordered_map<ExternalKey, std::uint32_t, ExternalHash>;

// Resolves the calls of one unit. Externals are numbered within the unit.
class UnitResolver {
 public:
  UnitResolver(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, const Unit& unit)
      : program_(program), knowledge_(knowledge), scopes_(scopes), unit_(unit) {}

  void resolve(Callee* out) {
    for (std::uint32_t i = 0; i < unit_.calls.size(); ++i) out[i] = resolve(unit_.calls[i]);
  }
  std::vector<External> externals;

 private:
  Callee resolve(const Call& call) {
    if (call.target == TargetKind::kRemote) return remote(written_module(call), call.name, call.arity);
    if (call.target == TargetKind::kLocal) return local(call);
    return {};
  }

  // A module that nobody knows may be the short name of an alias that a `use` brought in.
  Symbol written_module(const Call& call) const {
    if (!call.function || knowledge_.knows_module(call.module) || program_.find_module(call.module, unit_.project))
      return call.module;
    return without_alias(scopes_.of(module_of(call)), call.module);
  }

  ModuleId module_of(const Call& call) const {
    return program_.module_of(FunctionId(unit_.first_function + call.function.index));
  }

  FunctionId own(Symbol name, std::uint32_t arity) const {
    for (std::uint32_t f = 0; f < unit_.functions.size(); ++f)
      if (unit_.functions[f].name == name && unit_.functions[f].arity == arity) return FunctionId(unit_.first_function + f);
    return {};
  }

  Callee local(const Call& call) {
    if (!call.function) return {};
    const model::Function& caller = unit_.functions[call.function.index];
    const ModuleId module = module_of(call);
    // Code of a template means the template's clauses where both have some.
    if (const FunctionId f = unit_.is_instance() ? own(call.name, call.arity) : FunctionId()) return {f, UINT32_MAX};
    if (const FunctionId f = program_.find_function(module, call.name, call.arity)) {
      // A function inside `quote` belongs to the modules that use this one.
      if (!program_.function(f).has(model::kTemplate) || caller.has(model::kTemplate)) return {f, UINT32_MAX};
    }
    const Scope& scope = scopes_.of(module);
    if (const Callee c = injected(scope, call.name, call.arity); c.known()) return c;
    for (const Import& import : scope.imports) {
      if (!imports(program_, import, call.name, call.arity)) continue;
      if (const ModuleId m = program_.find_module(import.module, unit_.project)) {
        const FunctionId f = program_.find_function(m, call.name, call.arity);
        if (f && program_.function(f).has(model::kPublic)) return both(f, import.module, call);
      } else if (names_import(program_, import, call.name, call.arity) ||
                 knowledge_.function(import.module, call.name, call.arity) != nullptr) {
        return {{}, external(import.module, call.name, call.arity)};
      }
    }
    // `use Supervisor` imports Supervisor.Spec (elixir: lib/supervisor.ex, __using__).
    static const Symbol spec = intern("Elixir.Supervisor.Spec");
    const auto& used = scope.used_names;
    if (std::find(used.begin(), used.end(), sym::Elixir_Supervisor) != used.end() &&
        knowledge_.function(spec, call.name, call.arity) != nullptr)
      return {{}, external(spec, call.name, call.arity)};
    // What nobody defines or imports belongs to no module that is known: a library's `use`, a macro or a parse transform makes
    // something of it. The name is kept, for some say enough (assign/3).
    const Symbol bare = unit_.language == source::Language::kElixir ? sym::Elixir_Kernel : sym::erlang;
    if (automatic(unit_.language, call.name, call.arity) == Automatic::kNone &&
        knowledge_.function(bare, call.name, call.arity) == nullptr)
      return {{}, external(Symbol(), call.name, call.arity)};
    return {{}, external(bare, call.name, call.arity)};
  }

  // What the modules that a module uses put into it.
  Callee injected(const Scope& scope, Symbol name, std::uint32_t arity) {
    for (const Injection& injection : scope.injections) {
      const FunctionId f = program_.find_function(injection.module, name, arity);
      if (!f || !program_.function(f).has(model::kTemplate)) continue;
      if (injection.holds(program_.unit_of(f), program_.function(f).begin)) return {f, UINT32_MAX};
    }
    for (const Symbol used : scope.used_names)
      if (const FunctionRow* row = knowledge_.used_function(used, name, arity)) return {{}, external(used, name, arity, row)};
    return {};
  }

  Callee remote(Symbol module, Symbol name, std::uint32_t arity) {
    const ModuleId m = program_.find_module(module, unit_.project);
    if (!m) return {{}, external(module, name, arity)};
    if (const FunctionId f = program_.find_function(m, name, arity); f && !program_.function(f).has(model::kTemplate)) {
      Callee callee{f, UINT32_MAX};
      if (knowledge_.function(module, name, arity) != nullptr) callee.external = external(module, name, arity);
      return callee;
    }
    if (const Callee c = injected(scopes_.of(m), name, arity); c.known()) return c;
    return {{}, external(module, name, arity)};
  }

  Callee both(FunctionId f, Symbol module, const Call& call) {
    Callee callee{f, UINT32_MAX};
    if (knowledge_.function(module, call.name, call.arity) != nullptr) callee.external = external(module, call.name, call.arity);
    return callee;
  }

  std::uint32_t external(Symbol module, Symbol name, std::uint32_t arity, const FunctionRow* row = nullptr) {
    const auto [found, fresh] =
        table_.try_emplace(ExternalKey{module, name, arity}, static_cast<std::uint32_t>(externals.size()));
    if (fresh) externals.push_back({module, name, arity, row != nullptr ? row : knowledge_.function(module, name, arity)});
    return found->second;
  }

  const Program& program_;
  const knowledge::Knowledge& knowledge_;
  const Scopes& scopes_;
  const Unit& unit_;
  ExternalTable table_;
};

// Does the unit call anything by a name that means something else than before the edit? It is asked by name and arity alone,
// whatever the module: an import brings in bare names.
bool asks_for_changed(const Carry& carry, const Unit& unit) {
  return std::any_of(unit.calls.begin(), unit.calls.end(), [&](const Call& call) {
    for (const Carry::Name& name : carry.names())
      if (name.name == call.name && name.arity == call.arity) return true;
    return std::find(carry.modules().begin(), carry.modules().end(), call.module) != carry.modules().end();
  });
}

// Where code stands in the modules that use it, or directives say something else, an edit reaches further than its names.
bool may_keep_callees(const Program& program, const KeptCallees& kept, const Carry& carry) {
  constexpr std::size_t kMaxNames = 16;
  if (kept.units.size() != program.units.size() || carry.has_templates() || !carry.has_same_levels()) return false;
  if (carry.names().size() + carry.modules().size() > kMaxNames) return false;
  const auto& gone = carry.modules();
  if (gone.empty()) return true;
  return std::none_of(program.units.begin(), program.units.end(), [&](const auto& unit) {
    return std::any_of(unit->directives.begin(), unit->directives.end(), [&](const model::Directive& directive) {
      return std::find(gone.begin(), gone.end(), directive.module) != gone.end();
    });
  });
}

// What is kept of a unit, by the numbers of now.
void move_callees(const Carry& carry, std::vector<Callee>& callees) {
  for (Callee& callee : callees) callee.function = carry.function(callee.function);
}

void resolve_callees(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, unsigned jobs,
                     Calls& calls, KeptCallees* kept, const Carry* carry) {
  calls.callees.resize(program.call_units.size());
  std::vector<std::vector<External>> externals(program.units.size());
  const bool keeps = kept != nullptr && carry != nullptr && may_keep_callees(program, *kept, *carry);
  if (kept != nullptr) kept->units.resize(program.units.size());
  parallel_for(program.units.size(), jobs, [&](std::size_t u) {
    const Unit& unit = *program.units[u];
    Callee* const out = calls.callees.data() + unit.first_call;
    if (keeps && !carry->is_changed(UnitId(u)) && !asks_for_changed(*carry, unit)) {
      move_callees(*carry, kept->units[u].callees);
      std::copy(kept->units[u].callees.begin(), kept->units[u].callees.end(), out);
      externals[u] = kept->units[u].externals;
      return;
    }
    UnitResolver resolver(program, knowledge, scopes, unit);
    resolver.resolve(out);
    externals[u] = std::move(resolver.externals);
    if (kept != nullptr) kept->units[u] = {{out, out + unit.calls.size()}, externals[u]};
  });
  ExternalTable table;
  for (std::size_t u = 0; u < externals.size(); ++u) {
    std::vector<std::uint32_t> number;
    for (const External& e : externals[u]) {
      const auto [found, fresh] =
          table.try_emplace(ExternalKey{e.module, e.name, e.arity}, static_cast<std::uint32_t>(calls.externals.size()));
      if (fresh) calls.externals.push_back(e);
      number.push_back(found->second);
    }
    const Unit& unit = *program.units[u];
    for (std::size_t i = 0; i < unit.calls.size(); ++i) {
      std::uint32_t& e = calls.callees[unit.first_call + i].external;
      if (e != UINT32_MAX) e = number[e];
    }
  }
}

// The edge that a known function makes which runs {Module, Function, Arguments} given to it.
void add_mfa_edge(const Program& program, const Calls& calls, const Unit& unit, CallId site, std::vector<Edge>& out) {
  const FunctionRow* row = row_at(calls, site);
  const Call& call = unit.calls[site.index - unit.first_call];
  const auto arguments = unit.children_of(call.expr);
  const std::size_t at = row->closure_argument - 1u;
  if (at + 2 >= arguments.size()) return;
  const auto module = atom_value(unit, arguments[at]);
  const auto name = atom_value(unit, arguments[at + 1]);
  const ExprId list = local_value(unit, arguments[at + 2]);
  if (!module || !name || !list || unit.expr(list).kind != ExprKind::kList || unit.expr(list).has(model::kHasTail)) return;
  const ModuleId m = program.find_module(*module, unit.project);
  const FunctionId f = m ? program.find_function(m, *name, unit.expr(list).child_count) : FunctionId{};
  if (!f) return;
  const Runs here = calls.runs[site.index];
  out.push_back({.site = site, .callee = f, .runs = here == Runs::kCaller ? row->closure_runs : here});
}

// What dynamic dispatch may reach: a module that the configuration names, a behaviour's or a protocol's implementations.
void add_possible_edges(const Dispatch& dispatch, const Calls& calls, UnitId unit, CallId site, std::uint32_t local,
                        std::vector<Edge>& out) {
  std::vector<FunctionId> reached;
  dispatch.possible(calls, unit, local, reached);
  for (const FunctionId f : reached) {
    if (f != calls.callees[site.index].function)
      out.push_back({.site = site, .callee = f, .runs = calls.runs[site.index], .possible = true});
  }
}

void make_edges(const Program& program, const Dispatch& dispatch, unsigned jobs, Calls& calls) {
  struct UnitEdges {
    std::vector<Edge> edges;
    std::vector<std::uint32_t> counts;  // by function of the unit
  };
  std::vector<char> runs_mfa;  // by external
  runs_mfa.reserve(calls.externals.size());
  for (const External& e : calls.externals)
    runs_mfa.push_back(e.row != nullptr && e.row->closure_is_mfa && e.row->closure_argument != 0 ? 1 : 0);
  std::vector<UnitEdges> by_unit(program.units.size());
  parallel_for(program.units.size(), jobs, [&](std::size_t u) {
    const Unit& unit = *program.units[u];
    UnitEdges& mine = by_unit[u];
    mine.counts.resize(unit.functions.size(), 0);
    for (std::uint32_t f = 0; f < unit.functions.size(); ++f) {
      const std::size_t before = mine.edges.size();
      for (const model::LocalCallId local : unit.functions[f].calls) {
        const CallId site{unit.first_call + local.index};
        const Callee& callee = calls.callees[site.index];
        if (callee.function && !unit.calls[local.index].in_guard)
          mine.edges.push_back({.site = site,
                                .callee = callee.function,
                                .runs = calls.runs[site.index],
                                .spoken_for = callee.external != UINT32_MAX});
        if (callee.external != UINT32_MAX && runs_mfa[callee.external] != 0) add_mfa_edge(program, calls, unit, site, mine.edges);
        if (unit.calls[local.index].target != TargetKind::kLocal)
          add_possible_edges(dispatch, calls, UnitId(u), site, local.index, mine.edges);
      }
      mine.counts[f] = static_cast<std::uint32_t>(mine.edges.size() - before);
    }
  });
  std::size_t count = 0;
  for (const UnitEdges& unit : by_unit) count += unit.edges.size();
  calls.edges.reserve(count);
  calls.callers.reserve(count);
  calls.first_edge.reserve(program.functions.size() + 1);
  calls.first_edge.assign(1, 0);
  for (std::size_t u = 0; u < by_unit.size(); ++u) {
    for (std::size_t f = 0; f < by_unit[u].counts.size(); ++f) {
      calls.first_edge.push_back(calls.first_edge.back() + by_unit[u].counts[f]);
      for (std::uint32_t i = 0; i < by_unit[u].counts[f]; ++i)
        calls.callers.push_back(FunctionId(program.units[u]->first_function + f));
    }
    calls.edges.insert(calls.edges.end(), by_unit[u].edges.begin(), by_unit[u].edges.end());
    by_unit[u] = {};
  }
  calls.first_incoming.assign(program.functions.size() + 1, 0);
  for (const Edge& e : calls.edges) ++calls.first_incoming[e.callee.index + 1];
  for (std::size_t i = 1; i < calls.first_incoming.size(); ++i) calls.first_incoming[i] += calls.first_incoming[i - 1];
  calls.incoming.resize(calls.edges.size());
  std::vector<std::uint32_t> next(calls.first_incoming.begin(), calls.first_incoming.end() - 1);
  for (std::uint32_t i = 0; i < calls.edges.size(); ++i) calls.incoming[next[calls.edges[i].callee.index]++] = i;
}

}  // namespace

const FunctionRow* row_at(const Calls& calls, CallId site) {
  const External* e = calls.external(site);
  return e == nullptr ? nullptr : e->row;
}

Calls resolve_calls(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, unsigned jobs,
                    const std::vector<source::Application>* applications) {
  return resolve_calls(program, knowledge, scopes, jobs, applications, nullptr, nullptr);
}

Calls resolve_calls(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, unsigned jobs,
                    const std::vector<source::Application>* applications, KeptCallees* kept, const Carry* carry) {
  Calls calls;
  resolve_callees(program, knowledge, scopes, jobs, calls, kept, carry);
  find_destinations(program, jobs, calls);
  make_edges(program, Dispatch(program, scopes, applications), jobs, calls);
  return calls;
}

}  // namespace beamwright::analysis
