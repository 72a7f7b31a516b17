#include "rules/left_entries.h"

#include <algorithm>
#include <array>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::PossibleKind;
using analysis::PossibleValues;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;

// ---- Entries of the dead
// -------------------------------------------------------------------------------------------------------

// What people call somebody who gets messages.
bool is_name_of_receiver(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array<std::string_view, 9> kWords = {"pid",      "receiver", "recipient", "subscriber",    "listener",
                                                      "consumer", "watcher",  "observer",  "subscriber_pid"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end() || name.ends_with("_pid") ||
         (name.size() > 3 && text.ends_with("Pid"));
}

std::string_view name_of(const Unit& unit, ExprId expr) {
  const model::Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kField) return e.symbol().text();
  if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) return unit.variables[e.payload].name.text();
  return {};
}

class DeadSearch {
 public:
  DeadSearch(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<EntryOfTheDead> run() {
    const analysis::States& states = analysis::states_of(program_, facts_);
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kGenStatem) continue;
      if (process.traps_exits || hears_of_deaths(process)) continue;
      const CallId sends = send_to_receiver(process.module);
      if (!sends) continue;
      for (const StateField& field : states.of(id).fields) {
        if (field.gains() && field.loses() && !is_swept(field)) review(id, field, sends);
      }
    }
    return std::move(found_);
  }

 private:
  // A monitor, a link, or a look whether somebody lives, in the module or in what its handlers call.
  bool hears_of_deaths(const Process& process) const {
    for (const FunctionId function : program_.functions_of(process.module)) {
      const analysis::EffectSet effects = facts_.effects.all[function.index];
      const bool starts = program_.function(function).name.text().starts_with("start");
      if (!starts && (effects.has(Effect::kMonitor) || effects.has(Effect::kLink))) return true;
      for (const CallId site : program_.calls_of(function)) {
        const Symbol name = program_.call(site).name;
        if (name && (name.text() == "is_process_alive" || name.text() == "alive?")) return true;
      }
    }
    for (const HandlerId id : process.handlers) {
      const Symbol tag = facts_.handler(id).pattern.tag;
      if (tag == sym::DOWN || tag == intern("EXIT")) return true;
    }
    return false;
  }

  // state.writer_pid names one certain process.
  static bool is_field_of_state(const Unit& unit, ExprId target) {
    if (unit.expr(target).kind != ExprKind::kField) return false;
    const std::string_view base = name_of(unit, unit.child(target, 0));
    return base == "state" || base == "State";
  }

  // `send(subscriber, …)`: whoever is kept gets messages.
  CallId send_to_receiver(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      if (!facts_.effects.direct[function.index].has(Effect::kSend)) continue;
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || !external->row->effects.has(Effect::kSend)) continue;
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        const std::size_t target = std::max<std::size_t>(1, external->row->target_argument);
        if (target > arguments.size()) continue;
        const Unit& unit = program_.unit_of(site);
        if (!is_field_of_state(unit, arguments[target - 1]) && is_name_of_receiver(name_of(unit, arguments[target - 1])))
          return site;
      }
    }
    return {};
  }

  // Cut to a length, or gone through for a message of its own, such as a timer's; what comes out of a socket is no such thing.
  bool is_swept(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
      if (write.changes.has(Change::kBounds)) return true;
      if (!write.changes.has(Change::kLoses)) return false;
      return std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId id) {
        const Handler& handler = facts_.handler(id);
        const std::string_view tag = handler.pattern.tag ? handler.pattern.tag.text() : std::string_view();
        return handler.kind == HandlerKind::kInfo && !tag.empty() && tag != "tcp" && tag != "ssl" && tag != "udp";
      });
    });
  }

  void review(ProcessId id, const StateField& field, CallId sends) {
    for (const StateWrite& write : field.writes) {
      if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
      const bool asked = std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId handler) {
        const HandlerKind kind = facts_.handler(handler).kind;
        return kind == HandlerKind::kCall || kind == HandlerKind::kCast;
      });
      if (!asked) continue;
      const Unit& unit = program_.unit_of(write.function);
      ExprId who;
      any_below(unit, write.value ? analysis::local_value(unit, write.value) : write.place, [&](ExprId at) {
        if (unit.expr(at).kind != ExprKind::kVariable || !is_name_of_receiver(name_of(unit, at))) return false;
        who = at;
        return true;
      });
      if (!who) continue;
      const PossibleValues values = analysis::possible_values(program_, facts_, write.function, who);
      const bool known =
          values.has(PossibleKind::kProcess) || values.has(PossibleKind::kCaller) || values.has(PossibleKind::kSelf);
      // Names of processes outlive these.
      if (values.has(PossibleKind::kAtom)) continue;
      found_.push_back({id, &field, &write, who, sends, known});
      return;
    }
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<EntryOfTheDead> found_;
};

// ---- Deletions by row
// ----------------------------------------------------------------------------------------------------------

// The variables that a tuple is made of, or nothing when it holds anything else.
std::vector<Symbol> names_in(const Unit& unit, ExprId tuple) {
  std::vector<Symbol> names;
  const model::Expr& e = unit.expr(tuple);
  if (e.kind != ExprKind::kTuple || e.child_count < 2) return {};
  for (const ExprId element : unit.children_of(e)) {
    if (unit.expr(element).kind != ExprKind::kVariable || unit.expr(element).payload >= unit.variables.size()) return {};
    names.push_back(unit.variables[unit.expr(element).payload].name);
  }
  return names;
}

// As many elements, and one of them under the same name in the same place.
bool are_alike(const std::vector<Symbol>& row, const std::vector<Symbol>& key) {
  if (row.size() != key.size()) return false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == key[i]) return true;
  }
  return false;
}

// The rows that an insertion names: a tuple, or a list of them.
std::vector<ExprId> rows_of(const Program& program, CallId insertion) {
  const std::span<const ExprId> arguments = arguments_of(program, insertion);
  if (arguments.size() < 2) return {};
  const Unit& unit = program.unit_of(insertion);
  const ExprId value = analysis::local_value(unit, arguments[1]);
  if (unit.expr(value).kind != ExprKind::kList) return {value};
  const std::span<const ExprId> children = unit.children_of(value);
  return {children.begin(), children.end()};
}

}  // namespace

std::vector<EntryOfTheDead> entries_of_the_dead(const Program& program, const Facts& facts) {
  return DeadSearch(program, facts).run();
}

std::vector<DeletionByRow> deletions_by_row(const Program& program, const Facts& facts, const analysis::Tables& tables) {
  std::vector<DeletionByRow> found;
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    const analysis::Table& table = tables.tables[i];
    if (table.kind != analysis::TableKind::kEts || table.dynamic) continue;
    std::vector<std::pair<CallId, std::vector<Symbol>>> rows;
    bool plain = true;  // no row's key is a tuple, or unknown
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables.use(id);
      const bool inserts =
          use.operation == analysis::TableOperation::kInsert || use.operation == analysis::TableOperation::kInsertNew;
      if (!inserts) continue;
      const Unit& unit = program.unit_of(use.site);
      for (const ExprId row : rows_of(program, use.site)) {
        const bool tuple = unit.expr(row).kind == ExprKind::kTuple && unit.expr(row).child_count > 0;
        const ExprKind key = tuple ? unit.expr(analysis::local_value(unit, unit.child(row, 0))).kind : ExprKind::kTuple;
        plain = plain && key != ExprKind::kTuple;
        if (tuple) rows.emplace_back(use.site, names_in(unit, row));
      }
    }
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables.use(id);
      const std::span<const ExprId> arguments = arguments_of(program, use.site);
      if (use.operation != analysis::TableOperation::kLookup || arguments.size() < 2) continue;
      const Unit& unit = program.unit_of(use.site);
      plain = plain && unit.expr(analysis::local_value(unit, arguments[1])).kind != ExprKind::kTuple;
    }
    if (!plain || rows.empty()) continue;
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables.use(id);
      const analysis::External* external = facts.calls.external(use.site);
      if (use.operation != analysis::TableOperation::kDeleteKey || !external || external->name.text() != "delete") continue;
      const std::span<const ExprId> arguments = arguments_of(program, use.site);
      if (arguments.size() != 2 || !in_production(program, facts, program.function_of(use.site))) continue;
      const std::vector<Symbol> names = names_in(program.unit_of(use.site), arguments[1]);
      if (names.empty()) continue;
      const auto same = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return are_alike(row.second, names); });
      if (same != rows.end()) found.push_back({analysis::TableId(i), use.site, same->first});
    }
  }
  return found;
}

}  // namespace beamwright::rules
