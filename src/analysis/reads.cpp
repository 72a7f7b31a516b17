#include "analysis/reads.h"

namespace beamwright::analysis {

using model::Program;

namespace {

// Does a site of then reach what it reached?
bool same_callee(const Carry& carry, const Calls& then, CallId old_site, const Calls& now, CallId site) {
  if (!site) return false;
  const Callee& a = then.callees[old_site.index];
  const Callee& b = now.callees[site.index];
  if (carry.function(a.function) != b.function || (a.function && !b.function)) return false;
  const External* x = then.external(old_site);
  const External* y = now.external(site);
  if (x == nullptr || y == nullptr) return x == y;
  return x->module == y->module && x->name == y->name && x->arity == y->arity && x->row == y->row;
}

}  // namespace

ModuleId Reads::find_module(const Program& program, Symbol name, source::ProjectId from) {
  const ModuleId found = program.find_module(name, from);
  if (asked_.insert((std::uint64_t{name.index} << 32) | from.index).second) modules_.push_back({name, from, found});
  return found;
}

FunctionId Reads::find_function(const Program& program, ModuleId module, Symbol name, std::uint32_t arity) {
  const FunctionId found = program.find_function(module, name, arity);
  names_.push_back({module, name, arity, found});
  return found;
}

void Reads::function(FunctionId f) {
  if (!f) return;
  if (f.index >= read_.size()) read_.resize(f.index + 1);
  if (read_[f.index]) return;
  read_[f.index] = true;
  functions_.push_back(f);
}

bool Reads::hold(const Carry& carry, const Calls& then, const Program& now, const Calls& calls) const {
  if (!carry.holds() || !carry.has_same_levels()) return false;
  for (const FunctionId f : functions_) {
    if (!carry.is_same(f)) return false;
  }
  // Calls that no function makes are few: they are not looked at one by one. They stand last.
  const bool same_names = carry.names().empty() && carry.modules().empty();
  for (const UnitId unit : levels_) {
    const auto& made = now.unit(unit).calls;
    if (!same_names && !made.empty() && !made.back().function) return false;
  }
  for (const ModuleAsked& asked : modules_) {
    if (now.find_module(asked.name, asked.from) != carry.module(asked.found)) return false;
  }
  for (const FunctionAsked& asked : names_) {
    const ModuleId module = carry.module(asked.module);
    if (asked.module && !module) return false;
    if (now.find_function(module, asked.name, asked.arity) != carry.function(asked.found)) return false;
  }
  for (const FunctionId f : functions_) {
    const model::Function& function = now.function(carry.function(f));
    const std::uint32_t first = carry.first_call(f);
    for (std::uint32_t c = 0; c < function.calls.size(); ++c) {
      const CallId site(first + c);
      if (!same_callee(carry, then, site, calls, carry.call(site))) return false;
    }
  }
  for (const FunctionId f : callers_) {
    const FunctionId of = carry.function(f);
    if (!of) return false;
    const auto old_edges = then.incoming_of(f), edges = calls.incoming_of(of);
    if (old_edges.size() != edges.size()) return false;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (carry.call(then.edges[old_edges[i]].site) != calls.edges[edges[i]].site) return false;
    }
  }
  return true;
}

void Reads::move(const Carry& carry) {
  for (ModuleAsked& asked : modules_) asked.found = carry.module(asked.found);
  for (FunctionAsked& asked : names_) {
    asked.module = carry.module(asked.module);
    asked.found = carry.function(asked.found);
  }
  read_.clear();
  for (FunctionId& f : functions_) f = carry.function(f);
  for (FunctionId& f : callers_) f = carry.function(f);
}

}  // namespace beamwright::analysis
