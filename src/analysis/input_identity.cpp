#include "analysis/input_identity.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "analysis/shared.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Call;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// What everybody calls a pid. A reference or port has no such name: `ref` may be a branch, `port` a number.
bool is_called_pid(std::string_view name) { return name == "pid" || name.ends_with("Pid") || name.ends_with("_pid"); }

bool makes_identity(const Unit& unit, const Expr& e) {
  constexpr std::array<std::string_view, 9> kNames = {"self",        "make_ref",      "spawn",     "spawn_link", "monitor",
                                                      "start_timer", "spawn_monitor", "open_port", "send_after"};
  constexpr std::array<std::string_view, 5> kModules = {"", "erlang", "Elixir.Kernel", "Elixir.Process", "Elixir.Port"};
  const Call& call = unit.call_of(e);
  const std::string_view module = call.target == model::TargetKind::kRemote ? call.module.text() : std::string_view();
  return is_one_of(module, kModules) && is_one_of(call.name.text(), kNames);
}

// A guard of the function says that the variable is a pid, reference or port.
bool is_guarded(const Program& program, FunctionId function, const Unit& unit, model::VariableId variable) {
  const auto says = [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall) return false;
    const std::string_view name = unit.call_of(e).name.text();
    return (name == "is_pid" || name == "is_reference" || name == "is_port") && mentions(unit, id, {variable});
  };
  for (const model::ClauseId id : program.function(function).clauses) {
    const model::Clause& clause = unit.clause(id);
    if (clause.guard && any_below(unit, clause.guard, says)) return true;
  }
  return false;
}

bool is_identity(const Program& program, FunctionId function, ExprId expr) {
  const Unit& unit = program.unit_of(function);
  const Expr& value = unit.expr(local_value(unit, expr));
  if (value.kind == ExprKind::kCall && makes_identity(unit, value)) return true;
  const Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kField) return is_called_pid(e.symbol().text());
  if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
  return is_called_pid(unit.variables[e.payload].name.text()) ||
         is_guarded(program, function, unit, model::VariableId(e.payload));
}

bool prints_terms(std::string_view format) {
  return format.find("~p") != format.npos || format.find("~w") != format.npos || format.find("~0p") != format.npos ||
         format.find("~tp") != format.npos || format.find("~0tp") != format.npos;
}

ExprId identity_in(const Program& program, FunctionId function, std::span<const ExprId> parts) {
  for (const ExprId part : parts)
    if (is_identity(program, function, part)) return part;
  return {};
}

}  // namespace

ExprId printed_identity(const Program& program, const Facts& facts, FunctionId function, ExprId id) {
  const Unit& unit = program.unit_of(function);
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kCall) return {};
  const std::span<const ExprId> arguments = unit.children_of(e);
  const External* external = facts.calls.external(CallId(unit.first_call + e.payload));
  const std::string_view module = external ? external->module.text() : std::string_view();
  const std::string_view name = unit.call_of(e).name.text();
  const bool inspects = module == "Elixir.Kernel" && name == "inspect";
  const bool writes = module == "io_lib" && (name == "write" || name == "print");
  if ((inspects || writes) && !arguments.empty()) return identity_in(program, function, arguments.first(1));
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    const Expr& format = unit.expr(local_value(unit, arguments[i]));
    const bool text = format.kind == ExprKind::kString || format.kind == ExprKind::kCharlist;
    if (!text || !prints_terms(format.symbol().text())) continue;
    const ExprId list = local_value(unit, arguments[i + 1]);
    if (unit.expr(list).kind == ExprKind::kList) return identity_in(program, function, unit.children_of(list));
  }
  return {};
}

bool makes_unique_text(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '_') plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  for (const std::string_view reading : {"is", "valid", "parse", "find", "lookup", "to", "by", "read", "load", "check"})
    if (plain.starts_with(reading)) return false;
  constexpr std::array<std::string_view, 6> kWhole = {"uuid", "uuid4", "guid", "uuidv4", "ulid", "nanoid"};
  if (is_one_of(plain, kWhole)) return true;
  const bool makes = plain.starts_with("gen") || plain.starts_with("new") || plain.starts_with("make") ||
                     plain.starts_with("create") || plain.starts_with("random") || plain.starts_with("getrandom") ||
                     plain.starts_with("rand") || plain.starts_with("unique") || plain.starts_with("getunique");
  if (!makes) return false;
  constexpr std::array<std::string_view, 11> kUnique = {"uuid",     "guid",        "randomstring", "randomname",
                                                        "randomid", "uniqueid",    "uniquename",   "randstring",
                                                        "randstr",  "randombytes", "ulid"};
  return std::any_of(kUnique.begin(), kUnique.end(), [&](std::string_view word) { return plain.find(word) != plain.npos; });
}

}  // namespace beamwright::analysis
