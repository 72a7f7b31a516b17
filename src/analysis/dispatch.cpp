// Protocols dispatch by their first argument (Protocol), behaviours by a module that somebody hands over; modules and functions
// are kept in configuration and collections (choices.h). None of it is followed where the sources do not say what there is to
// choose from.
#include "analysis/dispatch.h"

#include <algorithm>
#include <string_view>

#include "analysis/values.h"

namespace beamwright::analysis {

using model::Call;
using model::Directive;
using model::Expr;
using model::ExprKind;
using model::Module;
using model::Program;
using model::TargetKind;
using model::Unit;

namespace {

// More implementations than these say nothing about what one call does.
constexpr std::size_t kMaxImplementations = 24;

void drop_repetitions(std::vector<FunctionId>& functions) {
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
}

}  // namespace

Dispatch::Dispatch(const Program& program, const Scopes& scopes, const std::vector<source::Application>* applications)
    : program_(program), configuration_(program, applications), choices_(program, configuration_) {
  for (std::size_t m = 0; m < program.modules.size(); ++m) note_module(ModuleId(m), scopes);
}

void Dispatch::note_module(ModuleId id, const Scopes& scopes) {
  const Module& module = program_.module(id);
  if (module.protocol) implementations_[module.protocol.index].push_back(id);
  for (const Symbol behaviour : scopes.of(id).behaviours) behaving_[behaviour.index].push_back(id);
  note_callbacks(id);
}

// -callback f(…) and @callback f(…) stand in the model as {f, Arity}.
void Dispatch::note_callbacks(ModuleId id) {
  const Unit& unit = program_.unit_of(id);
  const Module& module = program_.module(id);
  for (const model::Attribute& attribute : unit.attributes_of(module)) {
    if (attribute.name != sym::callback || !attribute.value || unit.expr(attribute.value).child_count != 2) continue;
    const auto name = atom_value(unit, unit.child(attribute.value, 0));
    const auto arity = integer_value(unit, unit.child(attribute.value, 1));
    if (name && arity) callbacks_[key_of(*name, static_cast<std::uint32_t>(*arity))].push_back({module.name, id});
  }
}

void Dispatch::possible(const Calls& calls, UnitId unit_id, std::uint32_t local_call, std::vector<FunctionId>& out) const {
  const Unit& unit = program_.unit(unit_id);
  const Call& call = unit.calls[local_call];
  if (call.target == TargetKind::kRemote) {
    if (const auto found = implementations_.find(call.module.index); found != implementations_.end())
      add_implementations(found->second, call, out);
    else if (call.name)
      facade(unit, call, out);
  } else if (call.target == TargetKind::kDynamicModule && call.name) {
    if (!chosen_module(calls, unit_id, call, out)) callback(unit, call, out);
    drop_repetitions(out);
  } else if (call.target == TargetKind::kValue) {
    chosen_function(calls, unit_id, call, out);
  }
}

void Dispatch::add_implementations(const std::vector<ModuleId>& modules, const Call& call, std::vector<FunctionId>& out) const {
  if (modules.size() > kMaxImplementations) return;
  for (const ModuleId module : modules)
    if (const FunctionId f = program_.find_function(module, call.name, call.arity)) out.push_back(f);
}

void Dispatch::add_module(Symbol module, const Unit& unit, const Call& call, std::vector<FunctionId>& out) const {
  const ModuleId found = program_.find_module(module, unit.project);
  const FunctionId f = found ? program_.find_function(found, call.name, call.arity) : FunctionId();
  if (f) out.push_back(f);
}

// Are all modules in sight? Then nothing else is possible.
bool Dispatch::chosen_module(const Calls& calls, UnitId unit, const Call& call, std::vector<FunctionId>& out) const {
  if (!call.function || !call.module_expr) return false;
  const Choice choice = choices_.of(calls, unit, call.function, call.module_expr);
  if (choice.modules.size() > kMaxImplementations) return false;
  for (const Symbol module : choice.modules) add_module(module, program_.unit(unit), call, out);
  return !choice.modules.empty() && !choice.open;
}

// The captured functions that a value may be. One that is captured where it is called has its edge there.
void Dispatch::chosen_function(const Calls& calls, UnitId unit, const Call& call, std::vector<FunctionId>& out) const {
  if (!call.function || !call.module_expr) return;
  const Choice choice = choices_.of(calls, unit, call.function, call.module_expr);
  if (choice.captures.size() > kMaxImplementations) return;
  const FunctionId caller(program_.unit(unit).first_function + call.function.index);
  for (const CallId capture : choice.captures) {
    const FunctionId callee = calls.callees[capture.index].function;
    const bool runs_here = program_.function_of(capture) == caller && calls.runs[capture.index] == Runs::kCaller;
    if (callee && !runs_here && program_.function(callee).arity == call.arity) out.push_back(callee);
  }
  drop_repetitions(out);
}

// Keystore.sign(data), where Keystore declares the callback sign/1 and defines no such function: a macro made one that hands on
// to the configured implementation (Knigge, Mox's facades and home-made ones).
void Dispatch::facade(const Unit& unit, const Call& call, std::vector<FunctionId>& out) const {
  const auto found = callbacks_.find(key_of(call.name, call.arity));
  if (found == callbacks_.end()) return;
  const bool declared = std::any_of(found->second.begin(), found->second.end(),
                                    [&](const Callback& callback) { return callback.behaviour == call.module; });
  const ModuleId module = declared ? program_.find_module(call.module, unit.project) : ModuleId();
  if (!module || program_.find_function(module, call.name, call.arity)) return;
  if (const auto modules = behaving_.find(call.module.index); modules != behaving_.end())
    add_implementations(modules->second, call, out);
}

// Mod:callback(…): the callback that the caller's own module declares, or the only one of that name and arity in sight.
void Dispatch::callback(const Unit& unit, const Call& call, std::vector<FunctionId>& out) const {
  const auto found = callbacks_.find(key_of(call.name, call.arity));
  if (found == callbacks_.end() || !call.function) return;
  const ModuleId own = program_.module_of(FunctionId(unit.first_function + call.function.index));
  Symbol behaviour;
  for (const Callback& c : found->second)
    if (c.declared_in == own) behaviour = c.behaviour;
  if (!behaviour && found->second.size() == 1) behaviour = found->second[0].behaviour;
  if (!behaviour) return;
  if (const auto modules = behaving_.find(behaviour.index); modules != behaving_.end())
    add_implementations(modules->second, call, out);
}

}  // namespace beamwright::analysis
