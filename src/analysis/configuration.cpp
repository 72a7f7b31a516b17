#include "analysis/configuration.h"

#include <charconv>
#include <string_view>

#include "analysis/values.h"
#include "source/discovery.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

bool is_configuration(const Unit& unit, std::string_view path) {
  return unit.role == source::Role::kScript && path.find("config/") != std::string_view::npos && !path.ends_with("test.exs");
}

bool is_mix(const Unit& unit, std::string_view path) {
  return unit.role == source::Role::kScript && (path == "mix.exs" || path.ends_with("/mix.exs"));
}

// The value of an option in the list that a function without parameters returns.
ExprId option_of_function(const Unit& unit, std::string_view function, Symbol option) {
  for (const model::Function& f : unit.functions) {
    if (f.arity != 0 || f.name.text() != function) continue;
    ExprId found;
    for (const model::ClauseId clause : f.clauses)
      for_each_result(unit, unit.clause(clause).body, [&](ExprId list) {
        if (!found) found = literal_option(unit, list, option);
      });
    if (found) return found;
  }
  return {};
}

template <typename Visit>
void each_pair(const Unit& unit, ExprId list, Visit visit) {
  if (!list || unit.expr(list).kind != ExprKind::kList) return;
  for (const ExprId pair : unit.children_of(list)) {
    if (unit.expr(pair).kind != ExprKind::kTuple || unit.expr(pair).child_count != 2) continue;
    if (const auto key = atom_value(unit, unit.child(pair, 0))) visit(*key, unit.child(pair, 1));
  }
}

}  // namespace

Configuration::Configuration(const Program& program, const std::vector<source::Application>* applications) : program_(program) {
  for (std::uint32_t u = 0; u < program.units.size(); ++u) {
    const Unit& unit = *program.units[u];
    if (unit.role != source::Role::kScript) continue;
    const std::string& path = program.files->file(unit.file).path;
    if (is_configuration(unit, path)) read_configuration(UnitId(u));
    if (is_mix(unit, path)) read_mix(UnitId(u));
  }
  if (applications != nullptr)
    for (const source::Application& application : *applications) read_application(application);
}

// `config :shop, client: Shop.Http`, `config :shop, :client, Shop.Http`, and `config :shop, Shop.Repo, pool: 1`, whose key is
// Shop.Repo.
void Configuration::read_configuration(UnitId id) {
  const Unit& unit = program_.unit(id);
  for (const Expr& e : unit.exprs) {
    if (e.kind != ExprKind::kCall || e.child_count < 2 || unit.call_of(e).name.text() != "config") continue;
    const auto arguments = unit.children_of(e);
    const auto application = atom_value(unit, arguments[0]);
    if (!application) continue;
    const auto note = [&](Symbol key, ExprId value) {
      Configured configured;
      configured.project = unit.project;
      configured.value = {id, value};
      add(*application, key, configured);
    };
    if (arguments.size() == 3) {
      if (const auto key = atom_value(unit, arguments[1])) note(*key, arguments[2]);
    } else {
      each_pair(unit, arguments[1], note);
    }
  }
}

// def application, do: [env: [client: Shop.Http]] of the mix.exs whose project is called app: :shop.
void Configuration::read_mix(UnitId id) {
  const Unit& unit = program_.unit(id);
  const ExprId environment = option_of_function(unit, "application", intern("env"));
  const ExprId name = environment ? option_of_function(unit, "project", intern("app")) : ExprId();
  const auto application = name ? atom_value(unit, name) : std::nullopt;
  if (!application) return;
  each_pair(unit, local_value(unit, environment), [&](Symbol key, ExprId value) {
    Configured configured;
    configured.project = unit.project;
    configured.value = {id, value};
    add(*application, key, configured);
  });
}

void Configuration::read_application(const source::Application& application) {
  const Symbol name = intern(application.name);
  owners_.push_back({application.path.empty() ? "" : application.path + "/", name});
  for (const source::EnvironmentValue& value : application.environment) {
    Configured configured;
    configured.project = application.project;
    configured.item = value.item;
    if (!value.inner.empty()) configured.inner = intern(value.inner);
    switch (value.kind) {
      case source::EnvironmentValue::kAtom:
        configured.kind = Configured::kAtom;
        configured.text = intern(value.text);
        break;
      case source::EnvironmentValue::kText:
        configured.kind = Configured::kText;
        configured.text = intern(value.text);
        break;
      case source::EnvironmentValue::kInteger:
        configured.kind = Configured::kInteger;
        std::from_chars(value.text.data(), value.text.data() + value.text.size(), configured.number);
        break;
    }
    add(value.application.empty() ? name : intern(value.application), intern(value.key), configured);
  }
}

std::span<const Configured> Configuration::of(Symbol application, Symbol key) const {
  const auto found = values_.find(key_of(application, key));
  return found == values_.end() ? std::span<const Configured>() : std::span<const Configured>(found->second);
}

// The innermost application whose folder holds the file.
Symbol Configuration::application_of(const Unit& unit) const {
  const std::string& path = program_.files->file(unit.file).path;
  const Owner* best = nullptr;
  for (const Owner& owner : owners_)
    if (path.starts_with(owner.folder) && (best == nullptr || owner.folder.size() > best->folder.size())) best = &owner;
  return best == nullptr ? Symbol() : best->name;
}

std::optional<SettingRead> Configuration::read_by(const Unit& unit, ExprId id) const {
  const Expr& e = unit.expr(id);
  const model::Call& call = unit.call_of(e);
  const bool elixir = call.module == sym::Elixir_Application;
  if ((!elixir && call.module != sym::application) || e.child_count == 0 || e.child_count > 3) return {};
  const std::string_view name = call.name.text();
  const bool gets = name == "get_env", fetches = elixir && name == "fetch_env";
  if (!gets && !fetches && (!elixir || (name != "fetch_env!" && name != "compile_env" && name != "compile_env!"))) return {};
  const auto arguments = unit.children_of(e);
  if (arguments.size() == 1 && elixir) return {};
  SettingRead read;
  // get_env/1 asks for the application that the code belongs to.
  read.application = arguments.size() == 1 ? application_of(unit) : atom_value(unit, arguments[0]).value_or(Symbol());
  ExprId key = local_value(unit, arguments[arguments.size() == 1 ? 0 : 1]);
  if (elixir && name.starts_with("compile_env") && key && unit.expr(key).kind == ExprKind::kList &&
      unit.expr(key).child_count == 2) {
    read.inner = atom_value(unit, unit.child(key, 1)).value_or(Symbol());
    key = read.inner ? unit.child(key, 0) : ExprId();
  }
  read.key = key ? atom_value(unit, key).value_or(Symbol()) : Symbol();
  if (arguments.size() == 3) read.fallback = arguments[2];
  read.wrapped = fetches || (!elixir && arguments.size() < 3);
  if (!read.application || !read.key) return {};
  return read;
}

}  // namespace beamwright::analysis
