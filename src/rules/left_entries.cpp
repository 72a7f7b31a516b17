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
        const bool leaves = field.loses() || loses_inside(field);
        if (field.gains() && (leaves || is_followed(states.of(id), field)) && !is_swept(field)) review(id, field, sends, leaves);
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

  // Each of a collection, whatever it is called: `for s <- subscribers, do: send(s, …)`, Enum.each(subscribers, &send(&1, …)).
  static bool is_one_of_many(const Unit& unit, ExprId target) {
    if (unit.expr(target).kind != ExprKind::kVariable || unit.expr(target).payload >= unit.variables.size()) return false;
    for (ExprId below = unit.variables[unit.expr(target).payload].binding; below; below = unit.parent(below)) {
      const ExprId around = unit.parent(below);
      if (!around) return false;
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kGenerator) return unit.child(around, 0) == below;
      if (kind == ExprKind::kClosure) return true;
      if (kind != ExprKind::kTuple && kind != ExprKind::kMap && kind != ExprKind::kList) return false;
    }
    return false;
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
        const ExprId receiver = arguments[target - 1];
        if (is_field_of_state(unit, receiver)) continue;
        if (is_name_of_receiver(name_of(unit, receiver)) || is_one_of_many(unit, receiver)) return site;
      }
    }
    return {};
  }

  // All that is done with the field is understood: nothing takes entries out that is not seen.
  static bool is_followed(const analysis::StateClass& state, const StateField& field) {
    return state.complete && !field.whole() && std::all_of(field.writes.begin(), field.writes.end(), [](const StateWrite& write) {
             return write.initial || (write.changes.has(Change::kGains) && !write.changes.has(Change::kUnknown));
           });
  }

  // [Pid | Pids], MapSet.put(pids, pid), Map.put(all, pid, …): one more for each process. Under a key of its own, put(all, topic,
  // pid), the next one takes the place of the dead.
  static bool is_one_more(const Unit& unit, ExprId who) {
    const ExprId around = unit.parent(who);
    if (!around) return false;
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kList) return true;
    if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
    const std::string_view name = unit.call_of(e).name.text();
    if (name != "put" && name != "add_element" && name != "add" && name != "append" && name != "delete") return false;
    const bool erlang_map = unit.call_of(e).module == intern("maps");
    return e.child_count == 2 || unit.child(around, erlang_map ? 0 : 1) == who;
  }

  // %{topic => [pid]}: somebody who leaves goes out of the collection under a key of the field, which only gives the key another
  // value.
  bool loses_inside(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
      const Unit& unit = program_.unit_of(write.function);
      return below_values(unit, write.value ? write.value : write.place, kMaxMatches, [&](ExprId at) {
        return takes_out(unit, at) && below_values(unit, at, 0, [&](ExprId part) { return is_receiver(write.function, part); });
      });
    });
  }

  // By its name, as whoever calls, or by the self() that an interface puts into the message.
  bool is_receiver(FunctionId function, ExprId at) const {
    const Unit& unit = program_.unit_of(function);
    if (unit.expr(at).kind != ExprKind::kVariable) return false;
    if (names_receiver(unit, at) || is_caller(function, at)) return true;
    if (!is_one_more(unit, at)) return false;
    const PossibleValues values = analysis::possible_values(program_, facts_, function, at);
    return values.has(PossibleKind::kSelf) && !values.has(PossibleKind::kAtom);
  }

  static bool names_receiver(const Unit& unit, ExprId at) {
    return unit.expr(at).kind == ExprKind::kVariable && is_name_of_receiver(name_of(unit, at));
  }

  // The pid of whoever calls: handle_call(Request, {Pid, _}, State).
  bool is_caller(FunctionId function, ExprId at) const {
    const Unit& unit = program_.unit_of(function);
    const analysis::CallbackArguments* role = analysis::states_of(program_, facts_).role(function);
    const model::Expr& e = unit.expr(at);
    if (!role || role->from == 0 || e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    const ExprId binding = unit.variables[e.payload].binding;
    const ExprId pair = binding ? unit.parent(binding) : ExprId();
    if (!pair || unit.expr(pair).kind != ExprKind::kTuple || unit.child(pair, 0) != binding) return false;
    for (const model::ClauseId id : program_.function(function).clauses) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
      if (patterns.size() < role->from) continue;
      const ExprId from = patterns[role->from - 1];
      if (pair == from || unit.parent(pair) == from) return true;
    }
    return false;
  }

  static bool takes_out(const Unit& unit, ExprId at) {
    const model::Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kOperator) return e.symbol().text() == "--";
    if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
    constexpr std::array<std::string_view, 8> kNames = {"delete", "del_element", "remove",   "reject",
                                                        "filter", "keydelete",   "subtract", "difference"};
    return std::find(kNames.begin(), kNames.end(), unit.call_of(e).name.text()) != kNames.end();
  }

  // Does something below the expression hold, or below what a variable in it was matched with a few matches before?
  template <typename Holds>
  static bool below_values(const Unit& unit, ExprId root, int matches, Holds holds) {
    return any_below(unit, root, [&](ExprId at) {
      if (holds(at)) return true;
      if (matches == 0 || unit.expr(at).kind != ExprKind::kVariable) return false;
      const ExprId value = analysis::local_value(unit, at);
      return value != at && below_values(unit, value, matches - 1, holds);
    });
  }

  // Cut to a length, or gone through for a message of its own, such as a timer's; what comes out of a socket is no such thing.
  bool is_swept(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
      if (write.changes.has(Change::kBounds)) return true;
      if (!write.changes.has(Change::kLoses)) return false;
      return std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId id) {
        const Handler& handler = facts_.handler(id);
        const std::string_view tag = handler.pattern.tag ? handler.pattern.tag.text() : std::string_view();
        return handler.kind == HandlerKind::kInfo && tag != "tcp" && tag != "ssl" && tag != "udp";
      });
    });
  }

  void review(ProcessId id, const StateField& field, CallId sends, bool leaves) {
    for (const StateWrite& write : field.writes) {
      if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
      const bool asked = std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId handler) {
        const HandlerKind kind = facts_.handler(handler).kind;
        return kind == HandlerKind::kCall || kind == HandlerKind::kCast;
      });
      if (!asked) continue;
      const Unit& unit = program_.unit_of(write.function);
      ExprId who;
      below_values(unit, write.value ? analysis::local_value(unit, write.value) : write.place, kMaxMatches, [&](ExprId at) {
        if (!is_receiver(write.function, at)) return false;
        who = at;
        return true;
      });
      if (!who) continue;
      const PossibleValues values = analysis::possible_values(program_, facts_, write.function, who);
      const bool known = is_caller(write.function, who) || values.has(PossibleKind::kProcess) ||
                         values.has(PossibleKind::kCaller) || values.has(PossibleKind::kSelf);
      if (!leaves && !is_one_more(unit, who)) continue;
      // Names of processes outlive these.
      if (values.has(PossibleKind::kAtom)) continue;
      found_.push_back({id, &field, &write, who, sends, known, leaves});
      return;
    }
  }

  static constexpr int kMaxMatches = 3;

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
