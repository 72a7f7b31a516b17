#include "analysis/kept_processes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>

#include "analysis/shared.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using knowledge::Resource;
using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

constexpr int kMostStarts = 4;   // calls down to what starts the process
constexpr int kMostHelpers = 3;  // calls down to what keeps it
constexpr int kMostNested = 8;   // terms inside each other

bool may_start(EffectSet effects) { return effects.has(Effect::kSpawn) || effects.has(Effect::kStartChild); }

bool starts_process(const External& external) {
  const std::string_view name = external.name.text();
  if (!external.row || !may_start(external.row->effects) || name.starts_with("async_stream")) return false;
  return external.row->returns == Resource::kProcess || external.row->returns == Resource::kTask || name == "start_child" ||
         name.starts_with("spawn");
}

bool is_collection(std::string_view module) {
  constexpr std::array<std::string_view, 13> kModules = {
      "maps",  "dict",       "orddict",        "gb_trees",       "ets",           "lists",        "erlang",
      "array", "Elixir.Map", "Elixir.Keyword", "Elixir.Process", "Elixir.Kernel", "Elixir.Access"};
  return std::find(kModules.begin(), kModules.end(), module) != kModules.end();
}

bool puts(std::string_view name) {
  constexpr std::array<std::string_view, 13> kNames = {"put",        "put_new", "put_new_lazy", "store",  "insert",
                                                       "insert_new", "enter",   "keystore",     "update", "put_in",
                                                       "replace!",   "append",  "set"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string small(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<KeptProcess> of(FunctionId function) {
    found_.clear();
    if (!may_start(facts_.effects.all[function.index]) || !in_production(program_, facts_, function)) return {};
    for (const CallId site : program_.calls_of(function)) {
      if (!starts(site, kMostStarts)) continue;
      Held held{{site}, pids_of(function, site)};
      KeptProcess kept;
      kept.function = function;
      kept.start = site;
      modules_below(site, kept.below, kMostStarts);
      look_at(function, held, kept, kMostHelpers);
    }
    return std::move(found_);
  }

 private:
  // What stands for the process in one function.
  struct Held {
    std::vector<CallId> calls;  // that give it
    std::vector<VariableId> variables;
  };

  // ---- Starts ----------------------------------------------------------------------------------------------------------------

  // The functions that a call may reach: the one that is written, or those that a value may be.
  std::vector<FunctionId> reached(CallId site) const {
    if (const FunctionId callee = facts_.calls.callees[site.index].function) return {callee};
    std::vector<FunctionId> all;
    for (const Edge& edge : facts_.calls.edges_of(program_.function_of(site)))
      if (edge.site == site && edge.runs == Runs::kCaller) all.push_back(edge.callee);
    return all;
  }

  bool starts(CallId site, int depth) {
    const model::Call& call = program_.call(site);
    if (call.capture || call.in_guard || facts_.calls.runs[site.index] != Runs::kCaller) return false;
    if (const External* external = facts_.calls.external(site); external && external->row) return starts_process(*external);
    const std::vector<FunctionId> functions = reached(site);
    return std::any_of(functions.begin(), functions.end(), [&](FunctionId f) { return gives_process(f, depth - 1); });
  }

  // Does the function return a process that it starts?
  bool gives_process(FunctionId f, int depth) {
    if (depth <= 0 || !may_start(facts_.effects.all[f.index])) return false;
    const auto [known, fresh] = gives_.insert({f, false});
    if (!fresh) return known->second;
    Held held;
    for (const CallId site : program_.calls_of(f)) {
      if (!starts(site, depth)) continue;
      held.calls.push_back(site);
      for (const VariableId v : pids_of(f, site)) held.variables.push_back(v);
    }
    if (held.calls.empty()) return false;
    const Unit& unit = program_.unit_of(f);
    bool gives = false;
    for (const ClauseId clause : program_.function(f).clauses) {
      for_each_result(unit, unit.clause(clause).body, [&](ExprId result) { gives |= holds(unit, result, held, kMostNested); });
    }
    return gives_[f] = gives;
  }

  void modules_below(CallId site, std::vector<ModuleId>& modules, int depth) {
    if (depth == 0) return;
    for (const FunctionId f : reached(site)) {
      if (!gives_process(f, depth)) continue;
      const ModuleId module = program_.module_of(f);
      if (std::find(modules.begin(), modules.end(), module) == modules.end()) modules.push_back(module);
      for (const CallId next : program_.calls_of(f))
        if (starts(next, depth - 1)) modules_below(next, modules, depth - 1);
    }
  }

  // The variables that are bound to what the call gives: {ok, Pid} = start(), case start() of {ok, Pid} -> …; and those of its
  // monitor.
  std::vector<VariableId> pids_of(FunctionId f, CallId site) const {
    const Unit& unit = program_.unit_of(f);
    std::vector<VariableId> pids;
    ExprId below = program_.call(site).expr;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const Expr& e = unit.expr(around);
      const std::span<const ExprId> children = unit.children_of(e);
      if ((e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator) && children.size() == 2 && children[1] == below) {
        take(unit, children[0], pids);
        if (e.kind == ExprKind::kGenerator) break;
        continue;
      }
      if (e.kind == ExprKind::kCase && !children.empty() && children[0] == below) take(unit, unit.clauses_of(e), pids);
      if (e.kind == ExprKind::kTry && !children.empty() && children[0] == below) take(unit, unit.try_of(e).else_clauses, pids);
      break;
    }
    for (const CallId monitor : program_.calls_of(f)) {
      const External* external = facts_.calls.external(monitor);
      if (!external || !external->row || external->row->returns != Resource::kMonitor || program_.call(monitor).capture) continue;
      const ExprId call = program_.call(monitor).expr, around = unit.parent(call);
      if (around && unit.expr(around).kind == ExprKind::kMatch && unit.child(around, 1) == call && mentions(unit, call, pids))
        for (const VariableId v : variables_in(unit, unit.child(around, 0))) pids.push_back(v);
    }
    return pids;
  }

  static void take(const Unit& unit, model::ClauseRange clauses, std::vector<VariableId>& pids) {
    for (const ClauseId id : clauses)
      if (!unit.patterns_of(unit.clause(id)).empty()) take(unit, unit.patterns_of(unit.clause(id))[0], pids);
  }

  // Of {ok, Reply, Pid} the one that says so by its name; nothing of {error, Reason}.
  static void take(const Unit& unit, ExprId pattern, std::vector<VariableId>& pids) {
    const Expr& e = unit.expr(pattern);
    if (e.kind == ExprKind::kTuple && e.child_count > 0) {
      const auto tag = atom_value(unit, unit.child(pattern, 0));
      if (tag && (tag->text() == "error" || tag->text() == "EXIT")) return;
    }
    const std::vector<VariableId> all = variables_in(unit, pattern);
    const auto says = [&](VariableId v) { return small(unit.variables[v.index].name.text()).find("pid") != std::string::npos; };
    const bool any = std::any_of(all.begin(), all.end(), says);
    std::copy_if(all.begin(), all.end(), std::back_inserter(pids), [&](VariableId v) { return !any || says(v); });
  }

  // Is the process, or its monitor, a part of what the expression makes?
  bool holds(const Unit& unit, ExprId id, const Held& held, int depth) const {
    if (!id || depth == 0) return false;
    const Expr& e = unit.expr(id);
    switch (e.kind) {
      case ExprKind::kVariable: {
        const VariableId variable(e.payload);
        if (std::find(held.variables.begin(), held.variables.end(), variable) != held.variables.end()) return true;
        return variable && holds(unit, bound_value(unit, variable), held, depth - 1);
      }
      case ExprKind::kField:
        return !e.has(model::kRecord) && unit.expr(unit.child(id, 0)).kind == ExprKind::kVariable &&
               std::find(held.variables.begin(), held.variables.end(), VariableId(unit.expr(unit.child(id, 0)).payload)) !=
                   held.variables.end();
      case ExprKind::kTuple:
      case ExprKind::kList:
      case ExprKind::kMap: {
        const std::span<const ExprId> parts = unit.children_of(e);
        return std::any_of(parts.begin(), parts.end(), [&](ExprId part) { return holds(unit, part, held, depth - 1); });
      }
      case ExprKind::kMatch:
        return holds(unit, unit.child(id, 1), held, depth - 1);
      case ExprKind::kClosure:
      case ExprKind::kCase:
      case ExprKind::kBlock: {
        bool any = false;
        if (e.kind == ExprKind::kClosure) {
          for (const ClauseId clause : unit.clauses_of(e)) any |= holds(unit, unit.clause(clause).body, held, depth - 1);
        } else {
          for_each_result(unit, id, [&](ExprId result) { any |= result != id && holds(unit, result, held, depth - 1); });
        }
        return any;
      }
      case ExprKind::kCall: {
        const CallId site(unit.first_call + e.payload);
        if (std::find(held.calls.begin(), held.calls.end(), site) != held.calls.end()) return true;
        const External* external = facts_.calls.external(site);
        const bool monitor = external && external->row && external->row->returns == Resource::kMonitor;
        const std::span<const ExprId> arguments = unit.children_of(e);
        return monitor && std::any_of(arguments.begin(), arguments.end(),
                                      [&](ExprId argument) { return holds(unit, argument, held, depth - 1); });
      }
      default:
        return false;
    }
  }

  // ---- Entries ---------------------------------------------------------------------------------------------------------------

  void look_at(FunctionId f, const Held& held, const KeptProcess& so_far, int depth) {
    const Unit& unit = program_.unit_of(f);
    for (const ClauseId clause : program_.function(f).clauses) {
      any_below(unit, unit.clause(clause).body, [&](ExprId id) {
        const Expr& e = unit.expr(id);
        if (e.kind == ExprKind::kMap && !e.has(model::kInPattern) && !e.has(model::kRecord)) look_at_map(f, id, held, so_far);
        if (e.kind == ExprKind::kList && !e.has(model::kInPattern)) look_at_list(f, id, held, so_far);
        if (e.kind == ExprKind::kCall) look_at_call(f, id, held, so_far, depth);
        return false;
      });
    }
  }

  void look_at_map(FunctionId f, ExprId id, const Held& held, const KeptProcess& so_far) {
    const Unit& unit = program_.unit_of(f);
    const std::span<const ExprId> parts = unit.children_of(id);
    for (std::size_t i = unit.expr(id).has(model::kUpdate) ? 1 : 0; i + 1 < parts.size(); i += 2)
      note_entry(f, id, parts[i], parts[i + 1], held, so_far);
  }

  // [{Id, Pid} | Channels], Channels ++ [#channel{id = Id, pid = Pid}]
  void look_at_list(FunctionId f, ExprId id, const Held& held, const KeptProcess& so_far) {
    const Unit& unit = program_.unit_of(f);
    const Expr& e = unit.expr(id);
    const ExprId around = unit.parent(id);
    const bool appended = around && unit.expr(around).kind == ExprKind::kOperator && unit.expr(around).symbol().text() == "++";
    if (!e.has(model::kHasTail) && !appended) return;
    const std::size_t items = e.child_count - (e.has(model::kHasTail) ? 1 : 0);
    for (std::size_t i = 0; i < items; ++i) note_row(f, id, unit.child(id, i), held, so_far);
  }

  void look_at_call(FunctionId f, ExprId id, const Held& held, const KeptProcess& so_far, int depth) {
    const Unit& unit = program_.unit_of(f);
    const model::Call& call = unit.call_of(unit.expr(id));
    const std::span<const ExprId> arguments = unit.children_of(id);
    const CallId site(unit.first_call + unit.expr(id).payload);
    if (call.capture || !call.name || arguments.empty()) return;
    const External* external = facts_.calls.external(site);
    if (external && is_collection(external->module.text()) && puts(external->name.text()))
      return look_at_put(f, id, external->module.text(), external->name.text(), held, so_far);
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || callee == f || depth == 0 || facts_.calls.runs[site.index] != Runs::kCaller) return;
    Held given;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!holds(unit, arguments[i], held, 2)) continue;
      const Unit& other = program_.unit_of(callee);
      for (const ClauseId clause : program_.function(callee).clauses) {
        const std::span<const ExprId> patterns = other.patterns_of(other.clause(clause));
        if (i < patterns.size())
          for (const VariableId v : variables_in(other, patterns[i])) given.variables.push_back(v);
      }
    }
    if (given.variables.empty()) return;
    KeptProcess next = so_far;
    next.helpers.push_back(site);
    if (next.helpers.size() > 1 && std::count(next.helpers.begin(), next.helpers.end(), site) > 1) return;
    look_at(callee, given, next, depth - 1);
  }

  void look_at_put(FunctionId f, ExprId id, std::string_view module, std::string_view name, const Held& held,
                   const KeptProcess& so_far) {
    const Unit& unit = program_.unit_of(f);
    const std::span<const ExprId> arguments = unit.children_of(id);
    if (module == "ets" || name == "keystore") {
      if (holds(unit, arguments.back(), held, kMostNested)) note_row(f, id, arguments.back(), held, so_far);
      return;
    }
    if (name == "put_in") {  // put_in(state.channels[topic], pid)
      const Expr& path = unit.expr(arguments[0]);
      if (arguments.size() == 2 && path.kind == ExprKind::kCall && path.child_count >= 2)
        note_entry(f, id, unit.child(arguments[0], 1), arguments[1], held, so_far);
      if (arguments.size() == 3 && unit.expr(arguments[1]).kind == ExprKind::kList && unit.expr(arguments[1]).child_count > 0)
        note_entry(f, id, unit.children_of(arguments[1]).back(), arguments[2], held, so_far);
      return;
    }
    const std::size_t key = module == "Elixir.Map" || module == "Elixir.Keyword" ? 1 : 0;
    for (std::size_t i = key + 1; i < arguments.size(); ++i) {
      if (key == 0 && i > 1) break;  // the collection comes last
      note_entry(f, id, arguments[key], arguments[i], held, so_far);
    }
  }

  // The first part of a row that is not the process is its key, and the others may be.
  void note_row(FunctionId f, ExprId place, ExprId row, const Held& held, const KeptProcess& so_far) {
    const Unit& unit = program_.unit_of(f);
    const ExprId written = local_value(unit, row);
    const Expr& e = unit.expr(written);
    if (e.kind != ExprKind::kTuple && e.kind != ExprKind::kMap) return;
    if (!holds(unit, written, held, kMostNested)) return;
    for (const ExprId part : unit.children_of(e))
      if (!holds(unit, part, held, kMostNested)) note(f, place, part, so_far, false);
  }

  void note_entry(FunctionId f, ExprId place, ExprId key, ExprId value, const Held& held, const KeptProcess& so_far) {
    const Unit& unit = program_.unit_of(f);
    if (holds(unit, key, held, 3)) {
      const Expr& e = unit.expr(value);
      if (e.kind == ExprKind::kTuple) {
        for (const ExprId part : unit.children_of(e)) note(f, place, part, so_far, true);
      } else {
        note(f, place, value, so_far, true);
      }
    } else if (holds(unit, value, held, kMostNested)) {
      note(f, place, key, so_far, false);
    }
  }

  void note(FunctionId f, ExprId place, ExprId key, KeptProcess kept, bool beside) {
    const Unit& unit = program_.unit_of(f);
    const ExprKind kind = unit.expr(key).kind;
    const bool written = kind == ExprKind::kAtom || kind == ExprKind::kString || kind == ExprKind::kInteger ||
                         kind == ExprKind::kCharlist || kind == ExprKind::kClosure || kind == ExprKind::kWildcard;
    if (written) return;
    kept.keeper = f;
    kept.place = place;
    kept.beside = beside;
    kept.key_in = f;
    kept.key = key;
    // What a helper keeps under its parameter is kept under what this very call gives.
    for (auto site = kept.helpers.rbegin(); site != kept.helpers.rend(); ++site) {
      const Unit& in = program_.unit_of(kept.key_in);
      const ExprId value = local_value(in, kept.key);
      if (!value || in.expr(value).kind != ExprKind::kVariable) break;
      const auto parameter = parameter_of(in, program_.function(kept.key_in), VariableId(in.expr(value).payload));
      const std::span<const ExprId> given = arguments_of(program_, *site);
      if (!parameter || parameter->index >= given.size()) break;
      kept.key_in = program_.function_of(*site);
      kept.key = given[parameter->index];
    }
    found_.push_back(std::move(kept));
  }

  const Program& program_;
  const Facts& facts_;
  std::map<FunctionId, bool> gives_;
  std::vector<KeptProcess> found_;
};

}  // namespace

std::vector<KeptProcess> kept_processes(const Program& program, const Facts& facts) {
  Finder finder(program, facts);
  std::vector<KeptProcess> all;
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    std::vector<KeptProcess> some = finder.of(FunctionId(i));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<KeptProcess> kept_processes_of(const Program& program, const Facts& facts, FunctionId function) {
  return Finder(program, facts).of(function);
}

}  // namespace beamwright::analysis
