#include "rules/monitored_again.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/dropped_monitors.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Runs;
using model::VariableId;

namespace {

bool is_variable(const Unit& unit, ExprId id, VariableId variable) {
  return id && unit.expr(id).kind == ExprKind::kVariable && VariableId(unit.expr(id).payload) == variable;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<MonitoredAgain> find() {
    for (const CallId site : sites_that_return(program_, facts_, Resource::kMonitor)) look_at(site);
    return std::move(found_);
  }

 private:
  void look_at(CallId site) {
    const FunctionId function = program_.function_of(site);
    const analysis::External* external = facts_.calls.external(site);
    if (!function || program_.call(site).closure || program_.call(site).capture || external->arity > 2) return;
    if (external->name.text() != "monitor" || !in_production(program_, facts_, function)) return;
    const Unit& unit = program_.unit_of(function);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty() || unit.expr(arguments.back()).kind != ExprKind::kVariable) return;
    const VariableId target(unit.expr(arguments.back()).payload);
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).module != program_.module_of(function)) continue;
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      if (gives_back_monitors(program_, facts_, program_.module_of(function))) return;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
        if (comes_again(facts_.handler(id)) && look_at(site, function, target, id)) return;
      }
      if (look_at_several(site, function, process)) return;
    }
  }

  // A message with a name that others send. What announces an end or a beginning comes once.
  static bool comes_again(const Handler& handler) {
    const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast ||
                       handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent;
    if (!asked || !handler.pattern.tag || handler.pattern.tag == sym::DOWN || handler.pattern.tag == sym::EXIT) return false;
    const std::string_view tag = handler.pattern.tag.text();
    for (const std::string_view word : {"init", "start", "boot", "activate", "nodeup", "open", "setup"}) {
      if (tag.find(word) != tag.npos) return false;
    }
    return true;
  }

  bool look_at(CallId site, FunctionId function, VariableId target, HandlerId id) {
    const Handler& handler = facts_.handler(id);
    const std::vector<Scope> scopes = scopes_of(program_, facts_, handler);
    // The pid as the handler's clause calls it.
    const VariableId given = given_by_message(function, target, handler, scopes);
    if (!given || std::any_of(scopes.begin(), scopes.end(), [&](const Scope& s) { return looks_up(program_, facts_, s); }))
      return false;
    for (const Scope& scope : scopes) {
      if (scope.function != handler.function && scope.function != function) continue;
      const VariableId pid = scope.function == function ? target : given;
      if (const MonitoredAgain again = written_over(scope, pid, handler, scopes); again.replaced) {
        found_.push_back({function, site, id, again.replaced, scope.function, again.field});
        return true;
      }
    }
    if (const MonitoredAgain again = entry_written_over(site, function, handler, given, scopes); again.replaced) {
      found_.push_back({function, site, id, again.replaced, again.where, {}});
      return true;
    }
    if (const ExprId put = put_under_pid(site, function, target)) {
      found_.push_back({function, site, id, put, function, {}});
      return true;
    }
    return false;
  }

  // watch(pid, state), a helper that every kind of request of a client begins with: one more monitor for each request, where it
  // does not look whether the process is watched.
  bool look_at_several(CallId site, FunctionId function, ProcessId process) {
    if (program_.function(function).clauses.size() != 1 || watches_new_process(program_, facts_, site)) return false;
    const Scope own{function, bodies_of(program_, function), {}};
    if (looks_up(program_, facts_, own)) return false;
    std::set<std::uint32_t> tags;
    HandlerId first;
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
      if (!asked || !comes_again(handler) || comes_once(handler.pattern.tag.text()) || !begins_with(handler, function)) continue;
      tags.insert(handler.pattern.tag.index);
      if (!first) first = id;
    }
    if (tags.size() < 2) return false;
    found_.push_back({function, site, first, program_.call(site).expr, function, {}, true});
    return true;
  }

  // Who asks so has not asked before.
  static bool comes_once(std::string_view tag) {
    for (const std::string_view word : {"subscribe", "register", "join", "add", "new", "create", "monitor", "connect", "acquire"})
      if (tag.find(word) != tag.npos) return true;
    return false;
  }

  // The clause calls the helper on each of its ways.
  bool begins_with(const Handler& handler, FunctionId function) const {
    const Unit& unit = program_.unit_of(handler.function);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (facts_.calls.callees[site.index].function != function || program_.call(site).closure) continue;
      for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
        const ExprKind kind = unit.expr(around).kind;
        if (kind == ExprKind::kCase || kind == ExprKind::kTry || kind == ExprKind::kClosure || kind == ExprKind::kWith)
          return false;
      }
      return true;
    }
    return false;
  }

  // Map.put(refs, pid, ref), Refs#{Pid => Ref}: who asks twice has two monitors, and only the second reference is kept.
  ExprId put_under_pid(CallId site, FunctionId function, VariableId pid) const {
    static constexpr std::array<std::string_view, 4> kPuts = {"put", "put_in", "store", "enter"};
    const Unit& unit = program_.unit_of(function);
    const ExprId monitor = program_.call(site).expr, match = unit.parent(monitor);
    VariableId reference;
    if (match && unit.expr(match).kind == ExprKind::kMatch) reference = analysis::whole_variable(unit, unit.child(match, 0));
    const auto is_reference = [&](ExprId id) { return id == monitor || (reference && is_variable(unit, id, reference)); };
    const auto names_pid = [&](ExprId id) {
      if (is_variable(unit, id, pid)) return true;
      return unit.expr(id).kind == ExprKind::kList && unit.expr(id).child_count > 0 &&
             is_variable(unit, unit.children_of(id).back(), pid);
    };
    ExprId found;
    for (const ExprId body : bodies_of(program_, function)) {
      any_below(unit, body, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        const std::span<const ExprId> children = unit.children_of(id);
        if (e.kind == ExprKind::kMap && e.has(model::kUpdate)) {
          for (std::size_t i = 1; i + 1 < children.size(); i += 2) {
            if (names_pid(children[i]) && is_reference(children[i + 1])) found = id;
          }
        }
        if (e.kind != ExprKind::kCall || !unit.call_of(e).name || e.child_count < 3) return static_cast<bool>(found);
        const bool puts = std::find(kPuts.begin(), kPuts.end(), unit.call_of(e).name.text()) != kPuts.end();
        if (puts && std::any_of(children.begin(), children.end(), names_pid) &&
            std::any_of(children.begin(), children.end(), is_reference))
          found = id;
        return static_cast<bool>(found);
      });
    }
    return found;
  }

  VariableId given_by_message(FunctionId function, VariableId target, const Handler& handler,
                              const std::vector<Scope>& scopes) const {
    const Unit& unit = program_.unit_of(handler.function);
    VariableId given = target;
    if (function != handler.function) {
      const auto parameter = analysis::parameter_of(program_.unit_of(function), program_.function(function), target);
      const auto scope = std::find_if(scopes.begin(), scopes.end(), [&](const Scope& s) { return s.function == function; });
      if (!parameter || scope == scopes.end() || program_.function_of(scope->from) != handler.function) return {};
      const std::span<const ExprId> arguments = arguments_of(program_, scope->from);
      if (parameter->index >= arguments.size() || unit.expr(arguments[parameter->index]).kind != ExprKind::kVariable) return {};
      given = VariableId(unit.expr(arguments[parameter->index]).payload);
    }
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
    // In the message, or From: every pattern but the state's, which is the last.
    for (std::size_t i = 0; i + 1 < patterns.size(); ++i) {
      if (mentions(unit, patterns[i], {given})) return given;
    }
    return {};
  }

  // State#state{owner = Pid}, with nothing that looks at the owner before.
  MonitoredAgain written_over(const Scope& scope, VariableId pid, const Handler& handler,
                              const std::vector<Scope>& scopes) const {
    const Unit& unit = program_.unit_of(scope.function);
    for (const ExprId root : scope.roots) {
      for (const FieldWrite& write : field_writes(unit, root)) {
        const model::Expr& place = unit.expr(write.place);
        const bool update = place.kind == ExprKind::kCall || (place.kind == ExprKind::kMap && place.has(model::kUpdate));
        if (!update || !write.value || !is_variable(unit, write.value, pid)) continue;
        if (!looks_at(write.field, handler, scopes)) return {{}, {}, {}, write.place, scope.function, write.field};
      }
    }
    return {};
  }

  bool looks_at(Symbol field, const Handler& handler, const std::vector<Scope>& scopes) const {
    for (const Scope& scope : scopes) {
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        if (any_below(unit, root, [&](ExprId id) {
              const model::Expr& e = unit.expr(id);
              return (e.kind == ExprKind::kField && e.symbol() == field) ||
                     (e.kind == ExprKind::kCall && field_read(unit, id) == field);
            }))
          return true;
      }
    }
    const Unit& unit = program_.unit_of(handler.function);
    for (const model::ClauseId c : program_.function(handler.function).clauses) {
      const model::Clause& clause = unit.clause(c);
      if (clause.begin > unit.clause(handler.clause).begin) break;
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (patterns.empty() || !names_field(unit, patterns.back(), field)) continue;
      // A clause before for the very same pid says nothing about another one.
      const bool same_message = c == handler.clause || tags_alike(unit, patterns, handler);
      const bool same_pid = c != handler.clause && shares_variable(unit, patterns, field);
      if (same_message && !same_pid) return true;
    }
    return false;
  }

  static bool tags_alike(const Unit& unit, std::span<const ExprId> patterns, const Handler& handler) {
    return std::any_of(patterns.begin(), patterns.end(), [&](ExprId pattern) {
      const analysis::Pattern outline = analysis::outline(unit, {}, pattern);
      return outline.any || outline.tag == handler.pattern.tag;
    });
  }

  static ExprId value_of_field(const Unit& unit, ExprId pattern, Symbol field) {
    ExprId found;
    any_below(unit, pattern, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kMap) return false;
      const std::span<const ExprId> children = unit.children_of(id);
      for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
        const model::Expr& key = unit.expr(children[i]);
        if (key.kind == ExprKind::kAtom && key.symbol() == field) found = children[i + 1];
      }
      return static_cast<bool>(found);
    });
    return found;
  }

  static bool names_field(const Unit& unit, ExprId pattern, Symbol field) {
    return static_cast<bool>(value_of_field(unit, pattern, field));
  }

  static bool shares_variable(const Unit& unit, std::span<const ExprId> patterns, Symbol field) {
    const std::vector<VariableId> named = variables_in(unit, value_of_field(unit, patterns.back(), field));
    return !named.empty() && mentions(unit, patterns.front(), named);
  }

  // monitors: Map.put(monitors, ref, name), and the entry under the name is overwritten as well: an update of what is there.
  MonitoredAgain entry_written_over(CallId site, FunctionId function, const Handler& handler, VariableId pid,
                                    const std::vector<Scope>& scopes) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId match = unit.parent(program_.call(site).expr);
    if (!match || unit.expr(match).kind != ExprKind::kMatch) return {};
    const VariableId reference = analysis::whole_variable(unit, unit.child(match, 0));
    if (!reference || !is_key_of_put(unit, reference)) return {};
    const Unit& own = program_.unit_of(handler.function);
    std::vector<VariableId> given = variables_in(own, own.patterns_of(own.clause(handler.clause)).front());
    std::erase(given, pid);
    for (const Scope& scope : scopes) {
      if (scope.function != handler.function) continue;
      for (const ExprId root : scope.roots) {
        ExprId found;
        any_below(own, root, [&](ExprId id) {
          if (own.expr(id).kind == ExprKind::kCall && overwrites(own, id, given)) found = id;
          return static_cast<bool>(found);
        });
        if (found) return {{}, {}, {}, found, scope.function, {}};
      }
    }
    return {};
  }

  static bool is_put(std::string_view name) { return name == "put" || name == "store" || name == "put_in"; }

  bool is_key_of_put(const Unit& unit, VariableId reference) const {
    const analysis::Uses uses(unit);
    for (const ExprId use : uses.of(reference)) {
      const ExprId call = unit.parent(use);
      if (!call || unit.expr(call).kind != ExprKind::kCall || !unit.call_of(unit.expr(call)).name) continue;
      const std::span<const ExprId> arguments = unit.children_of(call);
      const bool elixir = unit.call_of(unit.expr(call)).module == sym::Elixir_Map;
      if (is_put(unit.call_of(unit.expr(call)).name.text()) && arguments.size() == 3 && arguments[elixir ? 1 : 0] == use)
        return true;
    }
    return false;
  }

  // ets:insert(Table, {Name, …}), Map.put(map, name, …) with a name that the message gives.
  bool overwrites(const Unit& unit, ExprId call, const std::vector<VariableId>& given) const {
    const CallId site(unit.first_call + unit.expr(call).payload);
    const Symbol name = unit.call_of(unit.expr(call)).name;
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || !name) return false;
    const std::span<const ExprId> arguments = unit.children_of(call);
    if (external->row->effects.has(Effect::kEtsWrite) && name.text() == "insert" && arguments.size() == 2) {
      const ExprId row = analysis::local_value(unit, arguments[1]);
      return row && unit.expr(row).kind == ExprKind::kTuple && unit.expr(row).child_count > 0 &&
             mentions(unit, unit.child(row, 0), given);
    }
    const bool elixir = unit.call_of(unit.expr(call)).module == sym::Elixir_Map;
    return is_put(name.text()) && arguments.size() == 3 && mentions(unit, arguments[elixir ? 1 : 0], given);
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<MonitoredAgain> found_;
};

// ---- Ended on purpose ---------------------------------------------------------------------------------------------------------

class Enders {
 public:
  Enders(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<EndedWhileWatched> find() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      const bool server = process.kind == analysis::ProcessKind::kGenServer || process.kind == analysis::ProcessKind::kGenStatem;
      if (!server || !monitors(process.module) || gives_back_monitors(program_, facts_, process.module)) continue;
      for (const HandlerId id : process.handlers) {
        const Handler& handler = facts_.handler(id);
        const bool info = handler.kind == HandlerKind::kInfo || handler.kind == HandlerKind::kEvent;
        if (!info || handler.pattern.tag != sym::DOWN || !in_production(program_, facts_, handler.function)) continue;
        if (chooses(handler)) continue;
        if (const CallId starts = started_by(handler)) look_for_ends(ProcessId(i), id, starts);
      }
    }
    return std::move(found_);
  }

 private:
  bool monitors(ModuleId module) const {
    for (const FunctionId f : program_.functions_of(module)) {
      if (facts_.effects.direct[f.index].has(Effect::kMonitor)) return true;
    }
    return false;
  }

  // Takes the DOWN of what it has in the state alone.
  bool chooses(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (clause.guard) return true;
    return handler.pattern.expr && patterns.size() > 1 && handler.pattern.expr.expr != patterns.back() &&
           mentions(unit, patterns.back(), variables_in(unit, handler.pattern.expr.expr));
  }

  // The pid that a start gives is the one that is monitored: by the function that starts it.
  bool starts_and_monitors(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      if (returned_by(program_, facts_, site) != Resource::kMonitor) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (arguments.empty() || unit.expr(arguments.back()).kind != ExprKind::kVariable) continue;
      const VariableId pid(unit.expr(arguments.back()).payload);
      if (pid.index >= unit.variables.size() || !unit.variables[pid.index].binding) continue;
      for (ExprId around = unit.parent(unit.variables[pid.index].binding); around; around = unit.parent(around)) {
        const model::Expr& e = unit.expr(around);
        if (e.kind != ExprKind::kMatch && e.kind != ExprKind::kCase) continue;
        const ExprId value = unit.child(around, e.kind == ExprKind::kMatch ? 1 : 0);
        if (unit.expr(value).kind != ExprKind::kCall) break;
        if (analysis::effects_at(program_, facts_, CallId(unit.first_call + unit.expr(value).payload)).has(Effect::kStartChild))
          return true;
        break;
      }
    }
    return false;
  }

  // The DOWN starts a child again, in what the clause runs: a supervisor's start_child, with the monitor beside it.
  CallId started_by(const Handler& down) const {
    for (const Scope& scope : scopes_of(program_, facts_, down)) {
      if (!starts_and_monitors(scope.function)) continue;
      for (const CallId site : sites_of(scope, down)) {
        if (analysis::effects_at(program_, facts_, site).has(Effect::kStartChild)) return site;
      }
    }
    return {};
  }

  std::vector<CallId> sites_of(const Scope& scope, const Handler& handler) const {
    if (!scope.from) return analysis::calls_in_clause(program_, handler.function, handler.clause);
    std::vector<CallId> sites;
    for (const CallId site : program_.calls_of(scope.function)) sites.push_back(site);
    return sites;
  }

  void look_for_ends(ProcessId process, HandlerId down, CallId starts) {
    static const Symbol kTerminate = intern("terminate_child");
    for (const FunctionId f : program_.functions_of(facts_.process(process).module)) {
      const std::vector<ProcessId>& runners = facts_.contexts.of(f).processes;
      if (!std::binary_search(runners.begin(), runners.end(), process) || !in_production(program_, facts_, f)) continue;
      if (program_.function(f).name == sym::terminate) continue;
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || external->name != kTerminate || program_.call(site).capture || forgets(f)) continue;
        if (facts_.calls.runs[site.index] != Runs::kCaller) continue;
        found_.push_back({f, site, down, starts});
      }
    }
  }

  // The entry is taken out where the child is ended: its DOWN finds nothing.
  bool forgets(FunctionId function) const {
    static constexpr std::array<std::string_view, 9> kOut = {"delete", "pop",  "reject",  "remove", "keydelete",
                                                             "erase",  "drop", "keytake", "take"};
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      if (name && std::find(kOut.begin(), kOut.end(), name.text()) != kOut.end()) return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<EndedWhileWatched> found_;
};

}  // namespace

std::vector<MonitoredAgain> monitors_made_again(const Program& program, const Facts& facts) {
  return Finder(program, facts).find();
}

std::vector<EndedWhileWatched> children_ended_while_watched(const Program& program, const Facts& facts) {
  return Enders(program, facts).find();
}

}  // namespace beamwright::rules
