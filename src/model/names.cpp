// How modules and functions are shown to people: each in the notation of the language it is written in.
#include <string_view>

#include "model/program.h"

namespace beamwright::model {
namespace {

constexpr std::string_view kElixirPrefix = "Elixir.";

bool is_elixir(Symbol module) { return module.text().starts_with(kElixirPrefix); }

// An atom as Erlang writes it. Which atoms need no quotes is said by the reference manual, "Data Types: Atom"; those that are
// letters of other scripts are quoted here although OTP would not, which does no harm.
std::string erlang_atom(Symbol symbol) {
  const std::string_view text = symbol.text();
  bool plain = !text.empty() && text.front() >= 'a' && text.front() <= 'z';
  for (const char c : text) {
    plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@');
  }
  if (plain) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '\'';
}

}  // namespace

std::string display_module(Symbol module) {
  const std::string_view text = module.text();
  if (text.empty()) return {};
  return is_elixir(module) ? std::string(text.substr(kElixirPrefix.size())) : erlang_atom(module);
}

std::string display_mfa(Symbol module, Symbol name, std::size_t arity) {
  const std::string slash_arity = '/' + std::to_string(arity);
  if (is_elixir(module)) return display_module(module) + '.' + std::string(name.text()) + slash_arity;
  if (!module) return std::string(name.text()) + slash_arity;
  return erlang_atom(module) + ':' + erlang_atom(name) + slash_arity;
}

std::string display_function(const Program& program, FunctionId id) {
  const Function& function = program.function(id);
  const Symbol module = program.module(program.module_of(id)).name;
  if (!function.has(kModuleBody)) return display_mfa(module, function.name, function.arity);
  return module ? display_module(module) : program.files->file(program.unit_of(id).file).path;
}

}  // namespace beamwright::model
