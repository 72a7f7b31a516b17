#include "rules/forgotten_monitors.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/data_functions.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/kept.h"
#include "rules/monitor_trails.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::VariableId;

bool is_asked_to_forget(const Handler& handler) {
  if (handler.pattern.tag == sym::DOWN || handler.pattern.tag == sym::EXIT) return false;
  if (handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast) return true;
  if (handler.kind == HandlerKind::kEvent)
    return handler.pattern.tag && handler.pattern.tag != sym::DOWN && handler.pattern.tag != sym::EXIT;
  if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag) return false;
  static constexpr std::array<std::string_view, 11> kWords = {
      "timeout", "cancel", "expire", "unregister", "unsubscribe", "leave", "remove", "release", "forget", "unwatch", "leader"};
  const std::string_view tag = handler.pattern.tag.text();
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return tag.find(word) != tag.npos; });
}

namespace {

bool monitors(const Program& program, const Facts& facts, ModuleId module) {
  for (const FunctionId f : program.functions_of(module)) {
    if (facts.effects.direct[f.index].has(Effect::kMonitor)) return true;
  }
  return false;
}

class Losses {
 public:
  Losses(const Program& program, const Facts& facts, ProcessId process, const MonitorTrails& trails,
         std::vector<ForgottenMonitor>& found)
      : program_(program),
        facts_(facts),
        unit_(program.unit_of(facts.process(process).module)),
        state_(analysis::states_of(program, facts).of(process)),
        trails_(trails),
        found_(found) {}

  void look_at(HandlerId id) {
    const Handler& handler = facts_.handler(id);
    if (&program_.unit_of(handler.function) != &unit_) return;
    scopes_ = scopes_of(program_, facts_, handler);
    id_ = id;
    for (const Scope& scope : scopes_) {
      if (&program_.unit_of(scope.function) != &unit_) continue;
      for (const ExprId root : scope.roots) {
        any_below(unit_, root, [&](ExprId place) {
          const ExprKind kind = unit_.expr(place).kind;
          if (kind == ExprKind::kCall) look_at_call(scope.function, place);
          if (kind == ExprKind::kMap) look_at_map(scope.function, place);
          return false;
        });
      }
    }
  }

 private:
  // What is ended on purpose brings its DOWN at once, and the monitor is over with it: exit(Pid, kill), a child's end, a close,
  // or the request to stop.
  bool ends_somebody(ExprId call) const {
    static constexpr std::array<std::string_view, 9> kEnds = {"terminate_child", "delete_child", "exit",  "kill",    "stop",
                                                              "stop_child",      "close",        "abort", "shutdown"};
    const model::Expr& e = unit_.expr(call);
    const Symbol name = unit_.call_of(e).name;
    if (!name) return false;
    if (std::find(kEnds.begin(), kEnds.end(), name.text()) != kEnds.end()) return name != sym::exit || e.child_count == 2;
    if (name.text() != "cast" && name.text() != "send" && name.text() != "call") return false;
    const std::span<const ExprId> arguments = unit_.children_of(call);
    return arguments.size() > 1 && analysis::atom_value(unit_, arguments[1]) == sym::stop;
  }

  void look_at_call(FunctionId function, ExprId call) {
    const CallId site(unit_.first_call + unit_.expr(call).payload);
    const analysis::External* external = facts_.calls.external(site);
    if (!external || program_.call(site).capture || facts_.calls.runs[site.index] != analysis::Runs::kCaller) return;
    if (external->row && external->row->effects.has(Effect::kEtsWrite)) return look_at_table(function, site, call);
    if (removes(*external)) {
      const std::vector<analysis::KeyWrite> popped = analysis::key_writes(unit_, call, *external);
      const analysis::Grown grown = analysis::growth_of(unit_, call, *external);
      if (grown.growth == analysis::Growth::kLoses && popped.empty()) look_at_entry(function, call, grown.collection);
      if (!popped.empty() && popped[0].removes && !popped[0].name) look_at_entry(function, call, popped[0].base);
    }
    for (const analysis::KeyWrite& write : analysis::key_writes(unit_, call, *external))
      look_at_value(function, call, write.name, write.value);
  }

  // The names under which one entry leaves: a filter is as often for reading.
  static bool removes(const analysis::External& external) {
    static constexpr std::array<std::string_view, 21> kOut = {
        "delete",      "remove",     "pop",       "pop!",     "pop_in",       "erase",         "keydelete",
        "take",        "keytake",    "drop",      "without",  "out",          "out_r",         "tl",
        "del_element", "delete_any", "delete_at", "take_any", "delete_first", "take_smallest", "drop_r"};
    const std::string_view name = external.name.text();
    if (name == "take" && external.module != sym::maps && external.module.text() != "gb_trees") return false;  // Map.take picks
    return std::find(kOut.begin(), kOut.end(), name) != kOut.end();
  }

  void look_at_table(FunctionId function, CallId site, ExprId call) {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    for (const analysis::TableUseId id : tables.uses_in(function)) {
      const analysis::TableUse& use = tables.use(id);
      using Operation = analysis::TableOperation;
      const bool removes = use.operation == Operation::kDeleteKey || use.operation == Operation::kDeleteMatching ||
                           use.operation == Operation::kDeleteAll;
      const auto trail = trails_.tables.find(use.table);
      if (use.site != site || !removes || use.possible || trail == trails_.tables.end()) continue;
      if (puts_again(trail->second) || is_moved(function, use.table) || has_other_key(trail->second, use, call)) continue;
      if (!is_taken_back(function, call)) note({id_, function, call, trail->second.made, {}, use.table, false, false});
    }
  }

  void look_at_entry(FunctionId function, ExprId place, ExprId collection) {
    std::set<std::uint32_t> seen;
    const Symbol field = field_behind(function, collection, seen, 0);
    const auto trail = field ? trails_.fields.find(field.index) : trails_.fields.end();
    if (trail == trails_.fields.end() || !trail->second.entry || is_taken_back(function, place) || puts_again(trail->second))
      return;
    if (!is_written_back(function, place, field)) return;
    note({id_, function, place, trail->second.made, field, {}, false, false});
  }

  // The clause puts entries with references as well: it moves one, or makes one anew in its place.
  bool puts_again(const MonitorTrail& trail) const {
    const Handler& handler = facts_.handler(id_);
    return std::any_of(trail.puts.begin(), trail.puts.end(), [&](const MonitorPut& put) {
      return std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
        if (scope.function != put.function) return false;
        return scope.function != handler.function || analysis::root_of(unit_, put.place) == unit_.clause(handler.clause).body;
      });
    });
  }

  // The function inserts into the table as well: the row gets another key.
  bool is_moved(FunctionId function, analysis::TableId table) const {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    const std::span<const analysis::TableUseId> uses = tables.uses_in(function);
    return function != facts_.handler(id_).function && std::any_of(uses.begin(), uses.end(), [&](analysis::TableUseId id) {
             const analysis::TableOperation operation = tables.use(id).operation;
             return tables.use(id).table == table &&
                    (operation == analysis::TableOperation::kInsert || operation == analysis::TableOperation::kInsertNew);
           });
  }

  // {s, Key} is no key of rows {{m, Name}, Ref}.
  bool has_other_key(const MonitorTrail& trail, const analysis::TableUse& use, ExprId call) const {
    if (use.operation == analysis::TableOperation::kDeleteAll) return false;
    const std::span<const ExprId> arguments = unit_.children_of(call);
    if (arguments.size() < 2) return false;
    ExprId given = analysis::local_value(unit_, arguments[1]);
    if (use.operation == analysis::TableOperation::kDeleteMatching) {
      if (!given || unit_.expr(given).kind != ExprKind::kTuple || unit_.expr(given).child_count == 0) return false;
      given = unit_.child(given, 0);
    }
    const analysis::Pattern key = analysis::outline(unit_, {}, given);
    return std::none_of(trail.puts.begin(), trail.puts.end(), [&](const MonitorPut& put) {
      const std::span<const ExprId> row = unit_.children_of(put.place);
      const ExprId value = row.size() < 2 ? ExprId() : analysis::local_value(unit_, row[1]);
      if (!value || unit_.expr(value).kind == ExprKind::kVariable) return true;
      bool alike = false;
      any_below(unit_, value, [&](ExprId part) {
        const model::Expr& e = unit_.expr(part);
        if (e.kind != ExprKind::kTuple || e.child_count < 2) return e.kind != ExprKind::kList;
        const analysis::Pattern own = analysis::outline(unit_, {}, unit_.child(part, 0));
        alike |= key.any || own.any || (!key.tag && key.size == 0) || (own.tag == key.tag && own.size == key.size);
        return false;
      });
      return alike || unit_.expr(value).kind == ExprKind::kMap;
    });
  }

  // What is left gets into the state again: to take an entry out of a copy, only to look at it, forgets nothing.
  bool is_written_back(FunctionId function, ExprId place, Symbol field) const {
    const analysis::External* external = facts_.calls.external(CallId(unit_.first_call + unit_.expr(place).payload));
    if (external && external->name.text() == "pop_in") return true;
    return gets_into_field(program_, facts_, facts_.handler(id_).process, function, place, field);
  }

  void look_at_map(FunctionId function, ExprId map) {
    const model::Expr& e = unit_.expr(map);
    if (e.has(model::kInPattern) || !e.has(model::kUpdate)) return;
    const std::span<const ExprId> children = unit_.children_of(map);
    for (std::size_t i = 1; i + 1 < children.size(); i += 2)
      look_at_value(function, map, analysis::written_key(unit_, children[i]), children[i + 1]);
  }

  // State#state{ref = undefined}
  void look_at_value(FunctionId function, ExprId place, Symbol name, ExprId value) {
    const auto trail = name && value ? trails_.fields.find(name.index) : trails_.fields.end();
    if (trail == trails_.fields.end() || !trail->second.scalar) return;
    const auto atom = analysis::atom_value(unit_, value);
    if (!atom && is_made_anew(trail->second, function, place)) {
      const bool again = comes_again() && !is_looked_at(name) && !is_taken_back(function, place) && !stands_in_choice(place);
      if (again) note({id_, function, place, trail->second.made, name, {}, true, true});
      return;
    }
    if (!atom || (*atom != sym::nil && *atom != sym::undefined && atom->text() != "none")) return;
    if (is_taken_back(function, place) || is_known_empty(name)) return;
    note({id_, function, place, trail->second.made, name, {}, false, true});
  }

  // #state{leader_ref = monitor(process, Leader)}: over the one of before.
  static bool is_made_anew(const MonitorTrail& trail, FunctionId function, ExprId place) {
    return std::any_of(trail.puts.begin(), trail.puts.end(),
                       [&](const MonitorPut& put) { return put.function == function && put.place == place; });
  }

  // A request that can be made twice: not what announces a beginning.
  bool comes_again() const {
    const Handler& handler = facts_.handler(id_);
    if (!handler.pattern.tag) return false;
    static constexpr std::array<std::string_view, 9> kOnce = {"init", "start",  "boot",  "open", "connect",
                                                              "join", "attach", "setup", "begin"};
    const std::string_view tag = handler.pattern.tag.text();
    return std::none_of(kOnce.begin(), kOnce.end(), [&](std::string_view word) { return tag.find(word) != tag.npos; });
  }

  // Somebody reads the field, or the clause is one of several for different states: it may be known to hold nothing.
  bool is_looked_at(Symbol name) const {
    const Handler& handler = facts_.handler(id_);
    const auto reads = [&](ExprId root) {
      return root && any_below(unit_, root, [&](ExprId id) {
               const model::Expr& e = unit_.expr(id);
               if (e.kind == ExprKind::kField) return e.symbol() == name;
               if (e.kind == ExprKind::kCall) return analysis::field_read(unit_, id) == name;
               if (e.kind != ExprKind::kMap || !e.has(model::kInPattern)) return false;
               const std::span<const ExprId> children = unit_.children_of(id);
               for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
                 const ExprKind kind = unit_.expr(children[i + 1]).kind;
                 const bool chooses = kind != ExprKind::kVariable && kind != ExprKind::kWildcard && kind != ExprKind::kMatch;
                 if (chooses || analysis::written_key(unit_, children[i]) == name) return true;
               }
               return false;
             });
    };
    for (const ExprId pattern : unit_.patterns_of(unit_.clause(handler.clause))) {
      if (reads(pattern)) return true;
    }
    for (const Scope& scope : scopes_) {
      if (std::any_of(scope.roots.begin(), scope.roots.end(), reads)) return true;
      if (scope.function == handler.function) continue;
      for (const model::ClauseId c : program_.function(scope.function).clauses) {
        if (reads(unit_.clause(c).guard)) return true;
        for (const ExprId pattern : unit_.patterns_of(unit_.clause(c))) {
          if (reads(pattern)) return true;
        }
      }
    }
    return false;
  }

  bool stands_in_choice(ExprId place) const {
    for (ExprId around = unit_.parent(place); around; around = unit_.parent(around)) {
      const ExprKind kind = unit_.expr(around).kind;
      if (kind == ExprKind::kCase || kind == ExprKind::kWith || kind == ExprKind::kReceive) return true;
    }
    return false;
  }

  // The clause is for a state in which the field holds nothing.
  bool is_known_empty(Symbol name) const {
    const Handler& handler = facts_.handler(id_);
    for (const ExprId pattern : unit_.patterns_of(unit_.clause(handler.clause))) {
      if (any_below(unit_, pattern, [&](ExprId id) {
            const model::Expr& e = unit_.expr(id);
            if (e.kind != ExprKind::kMap) return false;
            const std::span<const ExprId> children = unit_.children_of(id);
            for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
              const ExprKind kind = unit_.expr(children[i + 1]).kind;
              if (analysis::written_key(unit_, children[i]) == name && kind == ExprKind::kAtom) return true;
            }
            return false;
          }))
        return true;
    }
    return false;
  }

  // A demonitor in what the clause runs, on the way that the place is on: not in another branch of the same choice.
  bool is_taken_back(FunctionId function, ExprId place) const {
    if (is_known_dead(place)) return true;
    for (const Scope& scope : scopes_) {
      for (const ExprId root : scope.roots) {
        if (any_below(unit_, root, [&](ExprId id) {
              const model::Expr& e = unit_.expr(id);
              if (e.kind != ExprKind::kCall && e.kind != ExprKind::kCapture) return false;
              const CallId site(unit_.first_call + e.payload);
              if (!takes_back(site) && !(e.kind == ExprKind::kCall && ends_somebody(id))) return false;
              return scope.function != function || !stand_apart(id, place);
            }))
          return true;
      }
    }
    return false;
  }

  // In the branch of a look whether it is alive: its DOWN is on the way.
  bool is_known_dead(ExprId place) const {
    for (ExprId around = unit_.parent(place); around; around = unit_.parent(around)) {
      const model::Expr& e = unit_.expr(around);
      if (e.kind != ExprKind::kCase || e.child_count == 0) continue;
      if (any_below(unit_, unit_.child(around, 0), [&](ExprId id) {
            const model::Expr& call = unit_.expr(id);
            const Symbol name = call.kind == ExprKind::kCall ? unit_.call_of(call).name : Symbol();
            return name && name.text().find("alive") != std::string_view::npos;
          }))
        return true;
    }
    return false;
  }

  bool takes_back(CallId site) const {
    if (gives_back_monitor(program_, facts_, site) || released_by(program_, facts_, site) == Resource::kTask) return true;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || facts_.calls.runs[site.index] != analysis::Runs::kCaller) return false;
    // A helper of another module; those of its own are looked into.
    if (&program_.unit_of(callee) == &unit_) return false;
    return gives_back_below(callee);
  }

  bool gives_back_below(FunctionId start) const {
    constexpr std::size_t kMostFunctions = 60;
    std::vector<FunctionId> waiting = {start};
    std::set<FunctionId> seen = {start};
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting.size() > kMostFunctions) return true;
      for (const CallId site : program_.calls_of(waiting[i])) {
        // One that makes monitors itself takes back its own.
        if (gives_back_monitor(program_, facts_, site) && !monitors(program_, facts_, program_.module_of(waiting[i])))
          return true;
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (callee && seen.insert(callee).second) waiting.push_back(callee);
      }
    }
    return false;
  }

  bool stand_apart(ExprId one, ExprId other) const {
    for (ExprId around = unit_.parent(one); around; around = unit_.parent(around)) {
      const model::Expr& e = unit_.expr(around);
      if (e.kind != ExprKind::kCase && e.kind != ExprKind::kReceive) continue;
      const model::Clause* mine = clause_at(e, one);
      const model::Clause* its = clause_at(e, other);
      if (mine && its && mine != its) return true;
    }
    return unit_.clause(facts_.handler(id_).clause).body == analysis::root_of(unit_, other) &&
           clauses_of_function_apart(one, other);
  }

  const model::Clause* clause_at(const model::Expr& choice, ExprId place) const {
    const std::uint32_t at = unit_.expr(place).begin;
    for (const model::ClauseId c : unit_.clauses_of(choice)) {
      const model::Clause& clause = unit_.clause(c);
      if (clause.begin <= at && at < clause.end) return &clause;
    }
    return nullptr;
  }

  bool clauses_of_function_apart(ExprId one, ExprId other) const {
    return analysis::root_of(unit_, one) != analysis::root_of(unit_, other);
  }

  // The field of the state that a collection is, or is a part of.
  Symbol field_behind(FunctionId function, ExprId expr, std::set<std::uint32_t>& seen, int depth) const {
    constexpr int kDeepest = 24;
    if (!expr || depth > kDeepest || !seen.insert(expr.index).second) return {};
    const model::Expr& e = unit_.expr(expr);
    const auto of = [&](ExprId next) { return field_behind(function, next, seen, depth + 1); };
    if (const Symbol read = analysis::field_read(unit_, expr); read && trails_.fields.count(read.index) > 0) return read;
    switch (e.kind) {
      case ExprKind::kField:
        return of(unit_.child(expr, 0));
      case ExprKind::kMatch:
        return of(unit_.child(expr, 1));
      case ExprKind::kBlock:
        return of(unit_.children_of(e).back());
      case ExprKind::kCall:
        return behind_call(function, expr, seen, depth);
      case ExprKind::kVariable:
        return behind_variable(function, VariableId(e.payload), seen, depth);
      case ExprKind::kCase:
      case ExprKind::kTry:
      case ExprKind::kWith: {
        Symbol found;
        analysis::for_each_result(unit_, expr, [&](ExprId end) {
          if (!found && end != expr) found = of(end);
        });
        return found;
      }
      default:
        return {};
    }
  }

  // state.requests[key], maps:get(Node, Watchers), and functions that give back what they are given, changed.
  Symbol behind_call(FunctionId function, ExprId call, std::set<std::uint32_t>& seen, int depth) const {
    const analysis::External* external = facts_.calls.external(CallId(unit_.first_call + unit_.expr(call).payload));
    const std::span<const ExprId> arguments = unit_.children_of(call);
    if (!external || arguments.empty()) return {};
    const std::string_view name = external->name.text();
    const analysis::Grown grown = analysis::growth_of(unit_, call, *external);
    if (grown.growth != analysis::Growth::kNone && grown.growth != analysis::Growth::kReplaces)
      return field_behind(function, grown.collection, seen, depth + 1);
    static constexpr std::array<std::string_view, 6> kReads = {"get", "fetch!", "fetch", "find", "lookup", "get_value"};
    if (std::find(kReads.begin(), kReads.end(), name) == kReads.end()) return {};
    const bool otp = external->module == sym::maps || external->module.text() == "dict" ||
                     external->module.text() == "gb_trees" || external->module.text() == "proplists";
    const std::size_t at = otp ? 1 : 0;
    return at < arguments.size() ? field_behind(function, arguments[at], seen, depth + 1) : Symbol();
  }

  Symbol behind_variable(FunctionId function, VariableId variable, std::set<std::uint32_t>& seen, int depth) const {
    if (variable.index >= unit_.variables.size() || !unit_.variables[variable.index].binding) return {};
    ExprId at = unit_.variables[variable.index].binding;
    for (ExprId around = unit_.parent(at); around; at = around, around = unit_.parent(around)) {
      const model::Expr& e = unit_.expr(around);
      if (e.has(model::kInPattern)) {
        if (const Symbol key = key_of(around, at); key && trails_.fields.count(key.index) > 0) return key;
        continue;
      }
      if (e.kind == ExprKind::kMatch && unit_.child(around, 0) == at)
        return field_behind(function, unit_.child(around, 1), seen, depth + 1);
      if (e.kind == ExprKind::kCase && e.child_count > 0) return field_behind(function, unit_.child(around, 0), seen, depth + 1);
      return {};
    }
    return behind_parameter(function, at, seen, depth);
  }

  // The key under which a part of a map's pattern stands.
  Symbol key_of(ExprId map, ExprId part) const {
    if (unit_.expr(map).kind != ExprKind::kMap) return {};
    const std::span<const ExprId> children = unit_.children_of(map);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      if (children[i + 1] == part) return analysis::written_key(unit_, children[i]);
    }
    return {};
  }

  Symbol behind_parameter(FunctionId function, ExprId pattern, std::set<std::uint32_t>& seen, int depth) const {
    const auto scope = std::find_if(scopes_.begin(), scopes_.end(), [&](const Scope& s) { return s.function == function; });
    if (scope == scopes_.end() || !scope->from) return {};
    for (const model::ClauseId c : program_.function(function).clauses) {
      const std::span<const ExprId> patterns = unit_.patterns_of(unit_.clause(c));
      const std::span<const ExprId> given = arguments_of(program_, scope->from);
      for (std::size_t i = 0; i < patterns.size() && i < given.size(); ++i) {
        if (patterns[i] == pattern) return field_behind(program_.function_of(scope->from), given[i], seen, depth + 1);
      }
    }
    return {};
  }

  void note(const ForgottenMonitor& forgotten) {
    const bool known = std::any_of(found_.begin(), found_.end(), [&](const ForgottenMonitor& f) {
      return f.function == forgotten.function && f.place == forgotten.place;
    });
    if (!known) found_.push_back(forgotten);
  }

  const Program& program_;
  const Facts& facts_;
  const Unit& unit_;
  const analysis::StateClass& state_;
  const MonitorTrails& trails_;
  std::vector<ForgottenMonitor>& found_;
  std::vector<Scope> scopes_;
  HandlerId id_;
};

}  // namespace

std::vector<ForgottenMonitor> forgotten_monitors(const Program& program, const Facts& facts) {
  std::vector<ForgottenMonitor> found;
  for (std::uint32_t i = 0; i < facts.processes.processes.size(); ++i) {
    const ProcessId id(i);
    const Process& process = facts.process(id);
    using Kind = analysis::ProcessKind;
    if (process.kind == Kind::kRequest || process.kind == Kind::kSupervisor || !monitors(program, facts, process.module))
      continue;
    const MonitorTrails trails = monitor_trails(program, facts, id);
    if (trails.empty()) continue;
    Losses losses(program, facts, id, trails, found);
    for (const HandlerId handler : process.handlers) {
      if (is_asked_to_forget(facts.handler(handler)) && in_production(program, facts, facts.handler(handler).function) &&
          program.module_of(facts.handler(handler).function) == process.module)
        losses.look_at(handler);
    }
  }
  return found;
}

}  // namespace beamwright::rules
