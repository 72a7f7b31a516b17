#include "rules/endless.h"

#include <algorithm>
#include <array>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::PossibleKind;

std::string lower(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

std::string name_of(const Unit& unit, ExprId expr) {
  const model::Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) return lower(unit.variables[e.payload].name.text());
  return e.kind == ExprKind::kField ? lower(e.symbol().text()) : std::string();
}

// There are as many as there are nodes, modules or applications.
bool is_node(const Unit& unit, ExprId key) {
  if (unit.expr(key).kind != ExprKind::kVariable) return false;
  const std::string name = name_of(unit, key);
  return name == "node" || name == "module" || name == "mod" || name == "app";
}

// Variables and fields whose name says that each session, request or peer has another one.
bool is_identity(const Unit& unit, ExprId key) {
  return any_below(unit, key, [&](ExprId id) {
    const std::string name = name_of(unit, id);
    if (name.empty()) return false;
    for (const std::string_view word :
         {"hash",   "pubkey",     "session", "device_id", "user",  "peer",       "client",    "address",  "ip",
          "jid",    "uuid",       "token",   "txid",      "tx_id", "request_id", "requestid", "msgid",    "msg_id",
          "job_id", "message_id", "conn",    "pid",       "email", "url",        "tenant",    "customer", "order_id"}) {
      if (name == word || name.starts_with(std::string(word) + "_") || name.ends_with("_" + std::string(word)) ||
          (word.size() >= 4 && name.ends_with(word))) {
        return true;
      }
    }
    return false;
  });
}

bool names_one_of_many(const std::string& name) {
  for (const std::string_view word : {"message", "msg", "event", "request", "req", "order", "session", "job", "transaction", "tx",
                                      "packet", "payment", "upload", "notification"}) {
    if (name == word || name.ends_with("_" + std::string(word))) return true;
  }
  return false;
}

// `{:event, %{id: id} = event}`: the id that a pattern takes out of a message, by the tag or the name beside it.
bool is_matched_id(const Unit& unit, ExprId key) {
  const model::VariableId id(unit.expr(key).payload);
  if (unit.expr(key).kind != ExprKind::kVariable || !id || id.index >= unit.variables.size()) return false;
  const ExprId binding = unit.variables[id.index].binding;
  ExprId map = binding ? unit.parent(binding) : ExprId();
  if (!map || unit.expr(map).kind != ExprKind::kMap || !unit.expr(map).has(model::kInPattern)) return false;
  const auto children = unit.children_of(map);
  const auto at = std::find(children.begin(), children.end(), binding) - children.begin();
  if (at == 0 || at == static_cast<std::ptrdiff_t>(children.size())) return false;
  const Symbol field = analysis::atom_value(unit, children[static_cast<std::size_t>(at) - 1]).value_or(Symbol());
  if (!field || (field.text() != "id" && field.text() != "uuid")) return false;
  for (ExprId around = unit.parent(map); around && unit.expr(around).has(model::kInPattern); around = unit.parent(around)) {
    for (const ExprId beside : unit.children_of(around)) {
      const model::Expr& e = unit.expr(beside);
      if (e.kind == ExprKind::kAtom && names_one_of_many(lower(e.symbol().text()))) return true;
      if (e.kind == ExprKind::kVariable && names_one_of_many(name_of(unit, beside))) return true;
    }
  }
  return false;
}

// message.id: each message, event, order or request has another one.
bool is_id_of_many(const Unit& unit, ExprId key) {
  if (is_matched_id(unit, key)) return true;
  const model::Expr& e = unit.expr(key);
  if (e.kind != ExprKind::kField || (e.symbol().text() != "id" && e.symbol().text() != "uuid")) return false;
  return names_one_of_many(name_of(unit, unit.child(key, 0)));
}

// div(Now, 60), trunc(Now / 1000): the minutes of a time go on as well.
bool is_part_of_number(const Unit& unit, const model::Expr& e) {
  if (e.child_count == 0) return false;
  const std::string_view name = e.kind == ExprKind::kOperator ? e.symbol().text()
                                : e.kind == ExprKind::kCall   ? unit.call_of(e).name.text()
                                                              : std::string_view();
  return name == "div" || name == "/" || name == "*" || name == "trunc" || name == "round" || name == "floor";
}

// A time as its name says, or as the function that makes a number of it says.
bool is_time(const Unit& unit, const Facts& facts, ExprId key, int depth = 0) {
  constexpr std::array<std::string_view, 10> kWords = {"timestamp", "datetime", "unix_time", "unixtime",     "utc_now",
                                                       "epoch_ms",  "now_ms",   "time_ms",   "timestamp_ms", "created_at"};
  const ExprId value = analysis::local_value(unit, key);
  const std::string name = name_of(unit, value);
  if (std::find(kWords.begin(), kWords.end(), name) != kWords.end()) return true;
  const model::Expr& e = unit.expr(value);
  if (is_part_of_number(unit, e) && depth < 3) return is_time(unit, facts, unit.child(value, 0), depth + 1);
  if (e.kind != ExprKind::kCall) return false;
  const analysis::External* external = facts.calls.external(CallId(unit.first_call + e.payload));
  if (!external) return false;
  const std::string_view module = external->module.text(), called = external->name.text();
  const bool dates = module == "Elixir.DateTime" || module == "Elixir.NaiveDateTime" || module == "Elixir.System" ||
                     module == "os" || module == "erlang" || module == "calendar";
  return dates && (called == "to_unix" || called == "utc_now" || called == "now" || called == "to_iso8601" ||
                   called == "to_gregorian_seconds" || called == "system_time" || called == "os_time" ||
                   called == "monotonic_time" || called == "timestamp" || called == "datetime_to_gregorian_seconds");
}

// The elements of a tuple that is a key: one that is always new makes the whole new.
std::vector<ExprId> parts_of(const Unit& unit, ExprId key) {
  const ExprId value = analysis::local_value(unit, key);
  const model::Expr& e = unit.expr(value);
  if (e.kind != ExprKind::kTuple) return {key};
  const std::span<const ExprId> children = unit.children_of(e);
  return {children.begin(), children.end()};
}

}  // namespace

Endless endless(const Program& program, const Facts& facts, FunctionId function, ExprId key) {
  if (!key) return Endless::kNo;
  const Unit& unit = program.unit_of(function);
  if (is_node(unit, key)) return Endless::kNo;
  if (is_time(unit, facts, key)) return Endless::kYes;
  const analysis::PossibleValues values = analysis::possible_values(program, facts, function, key);
  for (const PossibleKind kind : {PossibleKind::kProcess, PossibleKind::kCaller, PossibleKind::kMonitor, PossibleKind::kReference,
                                  PossibleKind::kTask, PossibleKind::kSocket, PossibleKind::kOutside}) {
    if (values.has(kind)) return Endless::kYes;
  }
  if (!values.unknown && !values.message && !values.all.empty() && !values.has(PossibleKind::kGiven)) {
    const std::vector<ExprId> parts = parts_of(unit, key);
    if (parts.size() < 2) return Endless::kNo;
    if (is_new_each_time(program, facts, function, key)) return Endless::kYes;
    Endless most = Endless::kNo;
    for (const ExprId part : parts) most = std::max(most, endless(program, facts, function, part));
    return most == Endless::kYes && is_identity(unit, key) ? most : Endless::kNo;
  }
  switch (origin_of(program, facts, function, key).kind) {
    case OriginKind::kFixed:
    case OriginKind::kBounded:
    case OriginKind::kSettings:
      return Endless::kNo;
    case OriginKind::kOutside:
    case OriginKind::kText:
    case OriginKind::kGrowing:
      return Endless::kYes;
    default:
      return is_identity(unit, key) || is_id_of_many(unit, key) ? Endless::kYes : Endless::kPerhaps;
  }
}

bool is_new_each_time(const Program& program, const Facts& facts, FunctionId function, ExprId key) {
  if (!key) return false;
  const Unit& unit = program.unit_of(function);
  const std::vector<ExprId> parts = parts_of(unit, key);
  return std::any_of(parts.begin(), parts.end(), [&](ExprId part) {
    if (is_time(unit, facts, part)) return true;
    const analysis::PossibleValues values = analysis::possible_values(program, facts, function, part);
    for (const PossibleKind kind :
         {PossibleKind::kCaller, PossibleKind::kMonitor, PossibleKind::kReference, PossibleKind::kTask, PossibleKind::kTimer}) {
      if (values.has(kind)) return true;
    }
    return origin_of(program, facts, function, part).kind == OriginKind::kGrowing;
  });
}

}  // namespace beamwright::rules
