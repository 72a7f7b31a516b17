// Protocols dispatch by their first argument (Protocol), behaviours by a module that somebody hands over, and configuration names
// a module under a key. None of it is followed where the sources do not say what there is to choose from.
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
constexpr int kMaxSteps = 4;

bool reads_setting(std::string_view name) {
  return name == "get_env" || name == "fetch_env!" || name == "compile_env" || name == "compile_env!";
}

bool is_configuration(const Program& program, const Unit& unit) {
  const std::string& path = program.files->file(unit.file).path;
  return unit.role == source::Role::kScript && path.find("config/") != std::string::npos && !path.ends_with("test.exs");
}

}  // namespace

Dispatch::Dispatch(const Program& program, const Scopes& scopes) : program_(program) {
  for (std::size_t m = 0; m < program.modules.size(); ++m) note_module(ModuleId(m), scopes);
  for (const auto& unit : program.units)
    if (is_configuration(program, *unit)) read_configuration(*unit);
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

// config :shop, client: Shop.Http and config :shop, :client, Shop.Http
void Dispatch::read_configuration(const Unit& unit) {
  for (const Expr& e : unit.exprs) {
    if (e.kind != ExprKind::kCall || e.child_count < 2 || unit.call_of(e).name.text() != "config") continue;
    const auto arguments = unit.children_of(e);
    const auto application = atom_value(unit, arguments[0]);
    if (!application) continue;
    const auto note = [&](ExprId key, ExprId value) {
      const auto name = atom_value(unit, key);
      const auto module = atom_value(unit, value);
      if (name && module) configured_.push_back({unit.project, *application, *name, *module});
    };
    if (arguments.size() == 3) {
      note(arguments[1], arguments[2]);
    } else if (unit.expr(arguments[1]).kind == ExprKind::kList) {
      for (const ExprId pair : unit.children_of(arguments[1]))
        if (unit.expr(pair).kind == ExprKind::kTuple && unit.expr(pair).child_count == 2)
          note(unit.child(pair, 0), unit.child(pair, 1));
    }
  }
}

void Dispatch::possible(const Calls& calls, UnitId unit_id, std::uint32_t local_call, std::vector<FunctionId>& out) const {
  const Unit& unit = program_.unit(unit_id);
  const Call& call = unit.calls[local_call];
  if (call.target == TargetKind::kRemote) {
    if (implementations_.empty()) return;
    if (const auto found = implementations_.find(call.module.index); found != implementations_.end())
      add_implementations(found->second, call, out);
  } else if (call.target == TargetKind::kDynamicModule && call.name) {
    if (!from_configuration(calls, unit, call, out)) callback(unit, call, out);
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

// Is the module chosen by configuration, or written in an attribute? Then nothing else is possible.
bool Dispatch::from_configuration(const Calls& calls, const Unit& unit, const Call& call, std::vector<FunctionId>& out) const {
  const ExprRef from = chooser(calls, unit, call);
  if (!from) return false;
  const Unit& in = program_.unit(from.unit);
  if (const auto module = atom_value(in, from.expr)) {
    add_module(*module, unit, call, out);
    return true;
  }
  const Setting setting = setting_of(in, from.expr);
  if (!setting.application || !setting.key) return false;
  bool found = false;
  for (const Configured& c : configured_) {
    if (c.project != unit.project || c.application != setting.application || c.key != setting.key) continue;
    found = true;
    add_module(c.module, unit, call, out);
  }
  if (!found && setting.fallback) add_module(setting.fallback, unit, call, out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return true;
}

// The expression that says which module is meant: through variables, attributes and functions that only hand it on.
ExprRef Dispatch::chooser(const Calls& calls, const Unit& unit, const Call& call) const {
  if (!call.function || !call.module_expr) return {};
  ExprRef at{program_.functions[unit.first_function + call.function.index].unit, call.module_expr};
  const Module* module = &unit.modules[unit.functions[call.function.index].module.index];
  for (int step = 0; step < kMaxSteps; ++step) {
    const Unit& in = program_.unit(at.unit);
    at.expr = local_value(in, at.expr);
    const Expr& e = in.expr(at.expr);
    if (e.kind == ExprKind::kUnknown && e.payload != 0) {
      // An attribute whose value is not written out at its use.
      const auto attributes = in.attributes_of(*module);
      const auto found = std::find_if(attributes.begin(), attributes.end(),
                                      [&](const model::Attribute& attribute) { return attribute.name == e.symbol(); });
      if (found == attributes.end() || !found->value) return {};
      at.expr = found->value;
    } else if (e.kind == ExprKind::kCall && calls.callees[in.first_call + e.payload].function) {
      const FunctionId callee = calls.callees[in.first_call + e.payload].function;
      const model::Function& f = program_.function(callee);
      if (f.clauses.size() != 1) return {};
      at.unit = program_.functions[callee.index].unit;
      const Unit& there = program_.unit(at.unit);
      module = &there.modules[f.module.index];
      ExprId only;
      int results = 0;
      for_each_result(there, there.clause(f.clauses[0]).body, [&](ExprId result) { only = result, ++results; });
      if (results != 1) return {};
      at.expr = only;
    } else {
      return at;
    }
  }
  return {};
}

// Application.get_env(:shop, :client) or (:shop, :client, Shop.Http)
Dispatch::Setting Dispatch::setting_of(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  if (e.kind != ExprKind::kCall || e.child_count < 2) return {};
  const Call& call = unit.call_of(e);
  const bool application = call.module == sym::Elixir_Application || call.module == sym::application;
  if (!application || !reads_setting(call.name.text())) return {};
  const auto arguments = unit.children_of(e);
  Setting setting;
  setting.application = atom_value(unit, arguments[0]).value_or(Symbol());
  setting.key = atom_value(unit, arguments[1]).value_or(Symbol());
  if (arguments.size() > 2) setting.fallback = atom_value(unit, arguments[2]).value_or(Symbol());
  return setting;
}

// Mod:callback(…): the callback that the caller's own module declares, or the only one of that name and arity in sight.
void Dispatch::callback(const Unit& unit, const Call& call, std::vector<FunctionId>& out) const {
  const auto found = callbacks_.find(key_of(call.name, call.arity));
  if (found == callbacks_.end() || !call.function) return;
  const ModuleId own{unit.first_module + unit.functions[call.function.index].module.index};
  Symbol behaviour;
  for (const Callback& c : found->second)
    if (c.declared_in == own) behaviour = c.behaviour;
  if (!behaviour && found->second.size() == 1) behaviour = found->second[0].behaviour;
  if (!behaviour) return;
  if (const auto modules = behaving_.find(behaviour.index); modules != behaving_.end())
    add_implementations(modules->second, call, out);
}

}  // namespace beamwright::analysis
