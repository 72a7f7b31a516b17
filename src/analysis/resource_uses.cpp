#include "analysis/resource_uses.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;
using model::VariableId;

namespace {

constexpr int kMaxHelpers = 2;

bool is_spawn_monitor(const Unit& unit, ExprId call) {
  const std::string_view name = unit.call_of(unit.expr(call)).name.text();
  return name == "spawn_monitor" || name == "start_monitor";
}

// {ok, Pid}, with any Pid.
bool is_success(const Unit& unit, ExprId pattern) {
  const Expr& e = unit.expr(pattern);
  if (e.kind != ExprKind::kTuple || e.child_count != 2 || atom_value(unit, unit.child(pattern, 0)) != sym::ok) return false;
  const Expr& taken = unit.expr(unit.child(pattern, 1));
  return taken.kind == ExprKind::kWildcard || (taken.kind == ExprKind::kVariable && taken.has(model::kBinds));
}

// A case, or a try whose value is taken apart by clauses: `try open() of {ok, File} -> …`.
bool decides(const Unit& unit, const Expr& e) {
  return e.kind == ExprKind::kCase || (e.kind == ExprKind::kTry && !unit.try_of(e).else_clauses.empty());
}

std::size_t position(const Unit& unit, ExprId parent, ExprId child) {
  const auto children = unit.children_of(parent);
  return static_cast<std::size_t>(std::find(children.begin(), children.end(), child) - children.begin());
}

}  // namespace

bool is_run_for_nothing(const Unit& unit, ExprId closure) {
  const ExprId run = unit.parent(closure);
  if (!run || unit.expr(run).kind != ExprKind::kCall) return false;
  const std::string_view name = unit.call_of(unit.expr(run)).name.text();
  return name == "each" || name == "foreach";
}

bool ResourceUses::releases(CallId site, Resource resource) const {
  const External* external = facts_.calls.external(site);
  return external && external->row && !program_.call(site).capture && external->row->releases == resource;
}

// ---- Uses

ResourceUse ResourceUses::use(FunctionId function, ExprId occurrence, Resource resource, int depth) const {
  const Unit& unit = program_.unit_of(function);
  ExprId at = occurrence;
  ExprId holder = occurrence;
  bool inside = false;  // of a tuple, list or map
  for (ExprId around = unit.parent(at); around; around = unit.parent(at)) {
    const Expr& e = unit.expr(around);
    const std::size_t index = position(unit, around, at);
    const bool is_child = index < e.child_count;
    switch (e.kind) {
      case ExprKind::kTuple:
      case ExprKind::kList:
      case ExprKind::kMap:
        if (e.has(model::kInPattern)) return {};
        inside = true;
        holder = around;
        break;
      case ExprKind::kMatch:
        if (e.has(model::kInPattern) || index == 0) return {};
        break;
      case ExprKind::kBlock:
        if (index + 1 != e.child_count) return {};
        break;
      case ExprKind::kCase:
      case ExprKind::kReceive:
        if (is_child && !(e.kind == ExprKind::kReceive && index == 1)) return {};
        break;
      case ExprKind::kTry:
        if (is_child ? decides(unit, e) : at == unit.try_of(e).after) return {};
        break;
      case ExprKind::kWith:
      case ExprKind::kComprehension:
        if (is_child && index + 1 != e.child_count) return {};
        break;
      case ExprKind::kCall: {
        bool climb = false;
        const ResourceUse use = argument_use(function, around, at, resource, depth, climb);
        if (!climb) return use;
        inside = true;
        holder = around;
        break;
      }
      case ExprKind::kClosure:
        if (is_run_for_nothing(unit, around)) return {};
        return {ResourceFate::kKept, holder, Keeper::kReturned};
      case ExprKind::kOperator:
        if (e.symbol().text() != "++") return {};
        inside = true;
        holder = around;
        break;
      default:
        return {};  // compared, read, pinned
    }
    at = around;
  }
  return result_use(function, at, holder, inside);
}

// `root` is the outermost expression of the function around it: a body, when it is returned.
ResourceUse ResourceUses::result_use(FunctionId function, ExprId root, ExprId holder, bool inside) const {
  const Unit& unit = program_.unit_of(function);
  for (const model::ClauseId clause : program_.function(function).clauses) {
    if (unit.clause(clause).body != root) continue;
    const ProcessId process = facts_.processes.of(program_.module_of(function));
    bool handler = false;
    if (process && inside) {
      for (const HandlerId id : facts_.process(process).handlers) handler |= facts_.handler(id).function == function;
    }
    return {ResourceFate::kKept, holder, handler ? Keeper::kState : Keeper::kReturned};
  }
  return {};
}

// `climb` is set when the call hands the argument on in its result.
ResourceUse ResourceUses::argument_use(FunctionId function, ExprId call, ExprId argument, Resource resource, int depth,
                                       bool& climb) const {
  const Unit& unit = program_.unit_of(function);
  const Expr& e = unit.expr(call);
  const CallId site(unit.first_call + e.payload);
  const std::size_t index = position(unit, call, argument);
  if (releases(site, resource)) return {ResourceFate::kReleased, call, {}};
  const External* external = facts_.calls.external(site);
  const FunctionId callee = facts_.calls.callees[site.index].function;
  if (!external) {
    if (callee == function || depth >= kMaxHelpers || !callee) return {ResourceFate::kKept, call, Keeper::kGiven};
    ResourceUse use = parameter_use(callee, index, resource, depth + 1);
    if (use.fate == ResourceFate::kKept && use.keeper == Keeper::kReturned) {
      climb = true;
      return {};
    }
    use.place = call;
    if (use.fate == ResourceFate::kKept && use.keeper != Keeper::kSent) use.keeper = Keeper::kGiven;
    return use;
  }
  const std::string_view name = external->name.text();
  const bool kills = name == "exit" && external->arity == 2;
  // Where the other process is killed, its DOWN comes at once.
  if (kills && resource == Resource::kMonitor) return {ResourceFate::kReleased, call, {}};
  constexpr std::array<std::string_view, 5> kGivers = {"give_away", "controlling_process", "port_connect", "register", "link"};
  if (std::find(kGivers.begin(), kGivers.end(), name) != kGivers.end()) return {ResourceFate::kKept, call, Keeper::kGiven};
  const bool dictionary = name == "put" && (external->module.text() == "Elixir.Process" || external->module.text() == "erlang");
  if (dictionary) return {ResourceFate::kKept, call, Keeper::kStored};
  const knowledge::FunctionRow* row = external->row;
  if (row && row->message_argument == index + 1) {
    const bool table = row->effects.has(Effect::kEtsWrite) || row->effects.has(Effect::kFile);
    return {ResourceFate::kKept, call, table ? Keeper::kStored : Keeper::kSent};
  }
  if (row && (row->effects.has(Effect::kSpawn) || row->effects.has(Effect::kStartChild))) {
    return {ResourceFate::kKept, call, Keeper::kGiven};
  }
  if (row && (!row->effects.empty() || row->returns != Resource::kNone || row->releases != Resource::kNone)) return {};
  if (resource == Resource::kSocket && external->module.text() == "inet") return {};  // its addresses and options
  const bool known = row || knowledge::Knowledge::embedded().knows_module(external->module);
  if (!known) return {ResourceFate::kKept, call, Keeper::kGiven};
  climb = true;
  return {};
}

// What a helper does with a parameter: it gives it back if it does so anywhere.
ResourceUse ResourceUses::parameter_use(FunctionId callee, std::size_t index, Resource resource, int depth) const {
  const Unit& unit = program_.unit_of(callee);
  ResourceUse found;
  bool read = false;
  for (const model::ClauseId id : program_.function(callee).clauses) {
    const model::Clause& clause = unit.clause(id);
    const auto patterns = unit.patterns_of(clause);
    if (index >= patterns.size() || !clause.body) continue;
    const VariableId variable = whole_variable(unit, patterns[index]);
    if (!variable) {
      read = read || unit.expr(patterns[index]).kind == ExprKind::kWildcard || unit.expr(patterns[index]).kind == ExprKind::kAtom;
      continue;
    }
    read = true;
    any_below(unit, clause.body, [&](ExprId at) {
      const Expr& e = unit.expr(at);
      if (e.kind != ExprKind::kVariable || VariableId(e.payload) != variable || e.has(model::kInPattern)) return false;
      const ResourceUse here = use(callee, at, resource, depth);
      if (here.fate == ResourceFate::kReleased) found = here;
      if (here.fate == ResourceFate::kKept && found.fate == ResourceFate::kUsed) found = here;
      return found.fate == ResourceFate::kReleased;
    });
  }
  if (!read) return {ResourceFate::kKept, {}, Keeper::kGiven};
  return found;
}

// ---- Who holds it

// The part of a pattern that takes the resource: the variable, {ok, Variable}, {Pid, Reference} of spawn_monitor.
void ResourceUses::add_pattern(const Unit& unit, ExprId pattern, Resource resource, bool fresh, bool pair,
                               std::vector<VariableId>& out) const {
  const auto add = [&](VariableId v) {
    if (v && std::find(out.begin(), out.end(), v) == out.end()) out.push_back(v);
  };
  ExprId tuple = pattern;
  if (unit.expr(tuple).kind == ExprKind::kMatch) {
    const bool first = unit.expr(unit.child(tuple, 0)).kind == ExprKind::kTuple;
    tuple = unit.child(tuple, first ? 0 : 1);
  }
  const bool is_tuple = unit.expr(tuple).kind == ExprKind::kTuple && unit.expr(tuple).child_count > 0;
  // {error, _} = Error holds nothing.
  if (is_tuple && unit.expr(unit.child(tuple, 0)).kind == ExprKind::kAtom &&
      unit.expr(unit.child(tuple, 0)).symbol() == sym::error) {
    return;
  }
  if (const VariableId whole = whole_variable(unit, pattern)) add(whole);
  if (!is_tuple) return;
  const auto children = unit.children_of(tuple);
  if (pair && fresh && children.size() == 2) {
    const bool tagged = unit.expr(children[0]).kind == ExprKind::kAtom;
    ExprId from = resource == Resource::kMonitor ? children[1] : children[0];
    if (tagged && unit.expr(children[1]).kind == ExprKind::kTuple) {
      from = unit.child(children[1], resource == Resource::kMonitor ? 1 : 0);
    }
    return add(whole_variable(unit, from));
  }
  const bool success =
      children.size() >= 2 && unit.expr(children[0]).kind == ExprKind::kAtom && unit.expr(children[0]).symbol() != sym::error;
  if (success) add(whole_variable(unit, children[1]));
}

// Where the value of an expression is bound: matches, clauses of a case, generators of a `with`.
void ResourceUses::add_targets(FunctionId function, ExprId value, Resource resource, bool fresh, bool pair,
                               std::vector<VariableId>& out) const {
  const Unit& unit = program_.unit_of(function);
  ExprId at = value;
  bool wrapped = false;
  for (ExprId around = unit.parent(at); around; around = unit.parent(at)) {
    const Expr& e = unit.expr(around);
    if (e.has(model::kInPattern)) return;
    const std::size_t index = position(unit, around, at);
    if (e.kind == ExprKind::kMatch && index == 1) {
      // X = {Ref, Pid} holds it too, but only as a whole.
      if (wrapped) {
        const VariableId whole = whole_variable(unit, unit.child(around, 0));
        if (whole && std::find(out.begin(), out.end(), whole) == out.end()) out.push_back(whole);
      } else {
        add_pattern(unit, unit.child(around, 0), resource, fresh, pair, out);
      }
    } else if (index == 0 && decides(unit, e)) {
      bool taken = false;  // {ok, Pid} -> …; Other -> …: what the last clause takes is something else
      for (const model::ClauseId id : e.kind == ExprKind::kCase ? unit.clauses_of(e) : unit.try_of(e).else_clauses) {
        for (const ExprId pattern : unit.patterns_of(unit.clause(id))) {
          if (taken && unit.expr(pattern).kind == ExprKind::kVariable) continue;
          add_pattern(unit, pattern, resource, fresh, pair, out);
          taken |= !unit.clause(id).guard && is_success(unit, pattern);
        }
      }
      return;
    } else if (e.kind == ExprKind::kGenerator && index == 1) {
      const ExprId outer = unit.parent(around);
      if (outer && unit.expr(outer).kind == ExprKind::kWith) add_pattern(unit, unit.child(around, 0), resource, fresh, pair, out);
      return;
    } else if (e.kind == ExprKind::kComprehension && index < e.child_count && index + 1 == e.child_count) {
      wrapped = true;
    } else if (e.kind == ExprKind::kTuple || e.kind == ExprKind::kList || e.kind == ExprKind::kMap ||
               (e.kind == ExprKind::kOperator && e.symbol().text() == "++")) {
      wrapped = true;
    } else if (e.kind == ExprKind::kCall && index < e.child_count) {
      bool handed_on = false;
      argument_use(function, around, at, resource, 0, handed_on);
      if (!handed_on) return;
      wrapped = true;
    } else if (e.kind != ExprKind::kTry || index >= e.child_count) {
      const bool clause_body = index >= e.child_count && (e.kind == ExprKind::kCase || e.kind == ExprKind::kWith);
      const bool block_end = e.kind == ExprKind::kBlock && index + 1 == e.child_count;
      if (!clause_body && !block_end) return;
    }
    at = around;
  }
}

std::vector<VariableId> ResourceUses::holders(FunctionId function, ExprId body, CallId site, Resource resource) const {
  const Unit& unit = program_.unit_of(function);
  std::vector<VariableId> out;
  const ExprId call = program_.call(site).expr;
  add_targets(function, call, resource, true, is_spawn_monitor(unit, call), out);
  for (std::size_t done = 0; done < out.size(); ++done) {
    any_below(unit, body, [&](ExprId at) {
      const Expr& e = unit.expr(at);
      if (e.kind == ExprKind::kVariable && VariableId(e.payload) == out[done] && !e.has(model::kInPattern)) {
        add_targets(function, at, resource, done == 0, is_spawn_monitor(unit, call), out);
      }
      return false;
    });
  }
  return out;
}

}  // namespace beamwright::analysis
