#include "rules/dropped_monitors.h"

#include <algorithm>
#include <array>

#include "analysis/data_functions.h"
#include "analysis/results.h"
#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/forgotten_monitors.h"
#include "rules/kept.h"
#include "rules/monitor_trails.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::VariableId;

bool drops_result(const Program& program, const Facts& facts, CallId site) {
  const std::vector<analysis::CallResult> results = analysis::results_of(program, facts, site);
  return !results.empty() && std::all_of(results.begin(), results.end(), [](const analysis::CallResult& result) {
    return result.use == analysis::ResultUse::kIgnored || result.use == analysis::ResultUse::kUnused;
  });
}

bool watches_new_process(const Program& program, const Facts& facts, CallId monitor) {
  const Unit& unit = program.unit_of(monitor);
  const std::span<const ExprId> arguments = arguments_of(program, monitor);
  if (arguments.empty() || unit.expr(arguments.back()).kind != ExprKind::kVariable) return false;
  const VariableId pid(unit.expr(arguments.back()).payload);
  if (pid.index >= unit.variables.size() || !unit.variables[pid.index].binding) return false;
  for (ExprId around = unit.parent(unit.variables[pid.index].binding); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kMatch && e.kind != ExprKind::kCase) continue;
    if (e.child_count == 0) return false;
    const ExprId value = unit.child(around, e.kind == ExprKind::kMatch ? 1 : 0);
    if (unit.expr(value).kind != ExprKind::kCall || !unit.call_of(unit.expr(value)).name) return false;
    const CallId start(unit.first_call + unit.expr(value).payload);
    return returned_by(program, facts, start) == Resource::kProcess ||
           analysis::effects_at(program, facts, start).has(Effect::kStartChild) ||
           unit.call_of(unit.expr(value)).name.text().starts_with("start");
  }
  return false;
}

namespace {

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<DroppedMonitor> find() {
    for (const CallId site : sites_that_return(program_, facts_, Resource::kMonitor)) look_at(site);
    return std::move(found_);
  }

 private:
  void look_at(CallId site) {
    const FunctionId function = program_.function_of(site);
    const analysis::External* external = facts_.calls.external(site);
    if (!function || program_.call(site).closure || external->name.text() != "monitor") return;
    if (!in_production(program_, facts_, function)) return;
    const ModuleId module = program_.module_of(function);
    if (gives_back_monitors(program_, facts_, module) || watches_new_process(program_, facts_, site)) return;
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).module != module || facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
        if (look_at(site, function, process, id)) return;
      }
    }
  }

  bool look_at(CallId site, FunctionId function, ProcessId process, HandlerId id) {
    const Handler& handler = facts_.handler(id);
    if (!is_asked(handler) || !runs_in(handler, function, site)) return false;
    const std::vector<Scope> scopes = scopes_of(program_, facts_, handler);
    if (!drops_result(program_, facts_, site) && function_has(program_, function, ExprKind::kReceive)) return false;  // a wait
    DroppedMonitor dropped{function, site, id, {}, {}, false, !drops_result(program_, facts_, site)};
    find_removal(process, id, dropped);
    const bool looks =
        std::any_of(scopes.begin(), scopes.end(), [&](const Scope& scope) { return looks_up(program_, facts_, scope); });
    if (!dropped.gone && !dropped.kept && !looks) find_overwriting(process, id, dropped);
    if (!dropped.gone || (looks && !looks_only_there(scopes, dropped))) return false;
    if (dropped.kept && !is_kept_elsewhere(process, scopes, dropped)) return false;
    found_.push_back(dropped);
    return true;
  }

  // Every look-up is one in what the other message takes out, so that whoever comes again is not found.
  bool looks_only_there(const std::vector<Scope>& scopes, const DroppedMonitor& dropped) const {
    const Unit& there = program_.unit_of(dropped.where);
    const Symbol field = field_left(there, program_.call(dropped.gone).expr);
    for (const Scope& scope : scopes) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId place : look_ups(program_, facts_, scope)) {
        const bool table =
            unit.expr(place).kind == ExprKind::kCall &&
            analysis::effects_at(program_, facts_, CallId(unit.first_call + unit.expr(place).payload)).has(Effect::kEtsRead);
        if (table ? !leaves_table(dropped) || !inserts_into(scopes, table_left(dropped))
                  : !field || !any_below(unit, place, [&](ExprId id) { return is_of_field(unit, id, field); }))
          return false;
      }
    }
    return true;
  }

  static bool is_of_field(const Unit& unit, ExprId expr, Symbol field) {
    if (field_read(unit, expr) == field) return true;
    const ExprId value = unit.expr(expr).kind == ExprKind::kVariable ? analysis::local_value(unit, expr) : ExprId();
    return value && field_read(unit, value) == field;
  }

  // The field of the state that a call takes an entry out of.
  Symbol field_left(const Unit& unit, ExprId call) const {
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(call).payload));
    const ExprId collection = external ? analysis::growth_of(unit, call, *external).collection : ExprId();
    if (!collection) return {};
    if (const Symbol field = field_read(unit, collection)) return field;
    const ExprId value = analysis::local_value(unit, collection);
    return value ? field_read(unit, value) : Symbol();
  }

  bool leaves_table(const DroppedMonitor& dropped) const {
    return analysis::effects_at(program_, facts_, dropped.gone).has(Effect::kEtsWrite);
  }

  analysis::TableId table_left(const DroppedMonitor& dropped) const {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    for (const analysis::TableUseId id : tables.uses_in(dropped.where)) {
      if (tables.use(id).site == dropped.gone && !tables.use(id).possible) return tables.use(id).table;
    }
    return {};
  }

  bool inserts_into(const std::vector<Scope>& scopes, analysis::TableId table) const {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    using Operation = analysis::TableOperation;
    return table && std::any_of(scopes.begin(), scopes.end(), [&](const Scope& scope) {
             const std::span<const analysis::TableUseId> uses = tables.uses_in(scope.function);
             return std::any_of(uses.begin(), uses.end(), [&](analysis::TableUseId id) {
               const Operation operation = tables.use(id).operation;
               return tables.use(id).table == table && (operation == Operation::kInsert || operation == Operation::kInsertNew);
             });
           });
  }

  // The reference is not in what leaves, where it would go with the entry (rules/forgotten_monitors.h): it stays behind, and the
  // other message ends nobody.
  bool is_kept_elsewhere(ProcessId process, const std::vector<Scope>& scopes, const DroppedMonitor& dropped) const {
    const MonitorTrails trails = monitor_trails(program_, facts_, process);
    if (leaves_table(dropped)) {
      const analysis::TableId table = table_left(dropped);
      if (!inserts_into(scopes, table) || trails.tables.count(table) > 0) return false;
    } else {
      const Symbol field = field_left(program_.unit_of(dropped.where), program_.call(dropped.gone).expr);
      if (!field || trails.fields.count(field.index) > 0) return false;
    }
    static constexpr std::array<std::string_view, 7> kEnds = {"stop", "exit", "kill", "terminate", "close", "shutdown", "abort"};
    for (const CallId site : program_.calls_of(dropped.where)) {
      const Symbol name = program_.call(site).name;
      const bool ends = name && std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view word) {
                          return name.text().find(word) != std::string_view::npos;
                        });
      if (ends) return false;
    }
    return true;
  }

  // A message that the same process can send again: not what announces a beginning.
  static bool is_asked(const Handler& handler) {
    if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast) return false;
    if (!handler.pattern.tag) return false;
    const std::string_view tag = handler.pattern.tag.text();
    return tag.find("init") == tag.npos && tag.find("start") == tag.npos && tag.find("boot") == tag.npos;
  }

  bool runs_in(const Handler& handler, FunctionId function, CallId site) const {
    if (handler.function != function) return true;
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    return std::find(sites.begin(), sites.end(), site) != sites.end();
  }

  // Another message takes entries out while whoever is watched lives on.
  void find_removal(ProcessId process, HandlerId asked, DroppedMonitor& dropped) const {
    for (const HandlerId id : facts_.process(process).handlers) {
      if (id == asked || !is_asked_to_forget(facts_.handler(id))) continue;
      for (const Scope& scope : scopes_of(program_, facts_, facts_.handler(id))) {
        const Unit& unit = program_.unit_of(scope.function);
        for (const ExprId root : scope.roots) {
          any_below(unit, root, [&](ExprId place) {
            if (unit.expr(place).kind != ExprKind::kCall || !takes_out(unit, place)) return false;
            if (!is_of_the_same(unit, place, asked)) return false;
            dropped.gone = CallId(unit.first_call + unit.expr(place).payload);
            dropped.where = scope.function;
            return true;
          });
          if (dropped.gone) return;
        }
      }
    }
  }

  // What leaves is of a table, of a state that is the collection itself, or of a field that the clause with the monitor names
  // too.
  bool is_of_the_same(const Unit& unit, ExprId call, HandlerId asked) const {
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(call).payload));
    if (external->row && external->row->effects.has(Effect::kEtsWrite)) return true;
    const ExprId collection = analysis::growth_of(unit, call, *external).collection;
    const ExprId value = collection ? analysis::local_value(unit, collection) : ExprId();
    if (!value) return false;
    Symbol field = analysis::field_read(unit, value);
    if (!field) field = analysis::field_read(unit, collection);
    if (!field) return unit.expr(value).kind == ExprKind::kVariable;
    for (const Scope& scope : scopes_of(program_, facts_, facts_.handler(asked))) {
      const Unit& there = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        for (const FieldWrite& write : field_writes(there, root)) {
          if (write.field == field) return true;
        }
      }
    }
    return false;
  }

  bool takes_out(const Unit& unit, ExprId call) const {
    const CallId site(unit.first_call + unit.expr(call).payload);
    const analysis::External* external = facts_.calls.external(site);
    if (!external) return false;
    static constexpr std::array<std::string_view, 9> kOut = {"delete", "remove",       "pop",         "erase", "keydelete",
                                                             "drop",   "match_delete", "del_element", "pop_in"};
    const std::string_view name = external->name.text();
    if (std::find(kOut.begin(), kOut.end(), name) == kOut.end()) return false;
    return (external->row && external->row->effects.has(Effect::kEtsWrite)) ||
           analysis::growth_of(unit, call, *external).growth == analysis::Growth::kLoses;
  }

  // ets:insert(Table, {self(), What}) by whoever asks to be watched: the next one writes the row over, and asks again.
  void find_overwriting(ProcessId process, HandlerId asked, DroppedMonitor& dropped) const {
    for (const MessageId id : messages_to(facts_, asked)) {
      const Message& message = facts_.message(id);
      if (program_.module_of(message.sender) != facts_.process(process).module || program_.function(message.sender).arity == 0)
        continue;
      const Unit& unit = program_.unit_of(message.sender);
      for (const CallId site : program_.calls_of(message.sender)) {
        const analysis::External* external = facts_.calls.external(site);
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        if (!external || !external->row || !external->row->effects.has(Effect::kEtsWrite) || arguments.size() != 2) continue;
        const ExprId row = analysis::local_value(unit, arguments[1]);
        if (!row || unit.expr(row).kind != ExprKind::kTuple || unit.expr(row).child_count < 2) continue;
        const ExprId key = analysis::local_value(unit, unit.child(row, 0));
        if (!key || unit.expr(key).kind != ExprKind::kCall || unit.call_of(unit.expr(key)).name != sym::self) continue;
        dropped.gone = site;
        dropped.where = message.sender;
        dropped.overwritten = true;
        return;
      }
    }
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<DroppedMonitor> found_;
};

}  // namespace

std::vector<DroppedMonitor> dropped_monitors(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
