#include "rules/configured.h"

#include "analysis/values.h"
#include "knowledge/knowledge.h"

namespace beamwright::rules {

namespace {

struct Setting {
  Symbol application;
  Symbol key;
  Symbol fallback;  // the module given in the call itself, if any
};

bool reads_setting(std::string_view name) {
  return name == "get_env" || name == "fetch_env!" || name == "compile_env" || name == "compile_env!";
}

// Application.get_env(:shop, :http_client) or (:shop, :http_client, HTTPoison); no key when the expression is something else.
Setting setting_of(const Program& program, const Facts& facts, analysis::ExprRef expr) {
  const analysis::ExprRef value = analysis::resolve_value(program, facts, expr);
  if (!value) return {};
  const Unit& unit = program.unit(value.unit);
  const model::Expr& e = unit.expr(value.expr);
  if (e.kind != ExprKind::kCall || e.child_count < 2) return {};
  const model::Call& call = unit.call_of(e);
  const bool application = call.module == sym::Elixir_Application || call.module == sym::application;
  if (!application || !reads_setting(call.name.text())) return {};
  const std::span<const ExprId> arguments = unit.children_of(e);
  Setting setting;
  setting.application = analysis::atom_value(unit, arguments[0]).value_or(Symbol());
  setting.key = analysis::atom_value(unit, arguments[1]).value_or(Symbol());
  if (arguments.size() > 2) setting.fallback = analysis::atom_value(unit, arguments[2]).value_or(Symbol());
  return setting;
}

// The value that one `config :shop, http_client: HTTPoison` or `config :shop, :http_client, HTTPoison` gives the key.
Symbol value_in(const Unit& unit, const model::Expr& e, const Setting& setting) {
  const std::span<const ExprId> arguments = unit.children_of(e);
  if (unit.call_of(e).name.text() != "config" || arguments.size() < 2) return {};
  if (analysis::atom_value(unit, arguments[0]) != setting.application) return {};
  const bool alone = arguments.size() == 3 && analysis::atom_value(unit, arguments[1]) == setting.key;
  const ExprId value = alone ? arguments[2] : analysis::literal_option(unit, arguments.back(), setting.key);
  return value ? analysis::atom_value(unit, value).value_or(Symbol()) : Symbol();
}

// The module that the project's configuration names, outside tests.
Symbol configured_module(const Program& program, source::ProjectId project, const Setting& setting) {
  for (const std::unique_ptr<Unit>& unit : program.units) {
    const std::string& path = program.files->file(unit->file).path;
    const bool settings = unit->role == source::Role::kScript && path.find("config/") != std::string::npos;
    if (!settings || unit->project != project || path.ends_with("test.exs")) continue;
    for (const model::Expr& e : unit->exprs) {
      if (e.kind != ExprKind::kCall) continue;
      if (const Symbol found = value_in(*unit, e, setting)) return found;
    }
  }
  return setting.fallback;
}

// `@client.get(url)`: the last value that the module gives the attribute, where that is no constant. None for all else.
ExprId attribute_value(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  const model::Call& call = program.call(site);
  const FunctionId holder = program.function_of(site);
  if (!holder || program.unit_of(holder).is_instance() || unit.expr(call.module_expr).kind != ExprKind::kUnknown) return {};
  const std::string text = source_text(program, unit, call.module_expr);
  if (!text.starts_with("@")) return {};
  ExprId value;
  for (const model::Attribute& attribute : unit.attributes_of(program.module(program.module_of(holder)))) {
    if (attribute.name.text() == std::string_view(text).substr(1) && attribute.begin < unit.expr(call.module_expr).begin)
      value = attribute.value;
  }
  return value;
}

}  // namespace

Symbol module_from_configuration(const Program& program, const Facts& facts, CallId site) {
  const model::Call& call = program.call(site);
  if (call.target != model::TargetKind::kDynamicModule || !call.module_expr || call.capture) return {};
  const analysis::UnitId unit = program.call_units[site.index];
  const ExprId attribute = attribute_value(program, site);
  const Setting setting = setting_of(program, facts, {unit, attribute ? attribute : call.module_expr});
  if (!setting.application || !setting.key) return {};
  return configured_module(program, program.unit_of(site).project, setting);
}

ConfiguredCall configured_call(const Program& program, const Facts& facts, CallId site) {
  const Symbol module = module_from_configuration(program, facts, site);
  if (!module) return {};
  const model::Call& call = program.call(site);
  const knowledge::FunctionRow* row = knowledge::Knowledge::embedded().function(module, call.name, call.arity);
  return row ? ConfiguredCall{module, row} : ConfiguredCall{};
}

}  // namespace beamwright::rules
