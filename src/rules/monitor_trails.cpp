#include "rules/monitor_trails.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "analysis/data_functions.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Runs;
using model::VariableId;

namespace {

// One expression that is a reference, or holds one; `inside` once it has been put into a collection.
struct Held {
  FunctionId function;
  ExprId expr;
  CallId made;
  bool inside = false;
};

class Trailing {
 public:
  Trailing(const Program& program, const Facts& facts, ProcessId process)
      : program_(program),
        facts_(facts),
        process_(process),
        module_(facts.process(process).module),
        unit_(program.unit_of(module_)),
        state_(analysis::states_of(program, facts).of(process)) {}

  bool gets_into(FunctionId function, ExprId expr, Symbol field) {
    hold({function, expr, {}, false});
    for (std::size_t i = 0; i < waiting_.size() && i < kMost; ++i) {
      step(Held(waiting_[i]));
      if (found_.fields.count(field.index) > 0) return true;
    }
    return false;
  }

  MonitorTrails find() {
    for (const FunctionId f : program_.functions_of(module_)) {
      if (!facts_.effects.direct[f.index].has(Effect::kMonitor) || !runs(f)) continue;
      for (const CallId site : program_.calls_of(f)) {
        if (returned_by(program_, facts_, site) != Resource::kMonitor || facts_.calls.external(site)->name.text() != "monitor")
          continue;
        if (facts_.calls.runs[site.index] == Runs::kCaller) hold({f, program_.call(site).expr, site, false});
      }
    }
    for (std::size_t i = 0; i < waiting_.size() && i < kMost; ++i) step(Held(waiting_[i]));
    return std::move(found_);
  }

 private:
  static constexpr std::size_t kMost = 400;

  bool runs(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return context.many || std::binary_search(context.processes.begin(), context.processes.end(), process_);
  }

  void hold(const Held& held) {
    if (held.expr && &program_.unit_of(held.function) == &unit_ && seen_.insert({held.expr.index, held.inside}).second)
      waiting_.push_back(held);
  }

  void keep_in_field(Symbol name, const Held& held, ExprId place) { note(found_.fields[name.index], held, place); }
  static void note(MonitorTrail& trail, const Held& held, ExprId place) {
    if (!trail.made) trail.made = held.made;
    (held.inside ? trail.entry : trail.scalar) = true;
    trail.puts.push_back({held.function, place});
  }

  bool is_field(Symbol name) const { return name && state_.field(name) != nullptr; }

  void step(const Held& held) {
    const ExprId around = unit_.parent(held.expr);
    if (!around) return at_root(held);
    const model::Expr& e = unit_.expr(around);
    const auto further = [&](bool inside) { hold({held.function, around, held.made, held.inside || inside}); };
    switch (e.kind) {
      case ExprKind::kTuple:
        return further(false);
      case ExprKind::kList:
        return further(true);
      case ExprKind::kBlock:
        if (unit_.children_of(e).back() == held.expr) further(false);
        return;
      case ExprKind::kOperator:
        if (e.symbol().text() == "++" || e.symbol().text() == "||") further(false);
        return;
      case ExprKind::kCase:
      case ExprKind::kTry:
      case ExprKind::kReceive:
      case ExprKind::kWith:
        if (e.kind == ExprKind::kCase && e.child_count > 0 && unit_.child(around, 0) == held.expr)
          return at_subject(held, around);
        if (is_result_of(around, held.expr)) further(false);
        return;
      case ExprKind::kGenerator:
        if (unit_.child(around, 1) == held.expr) hold_variables(held, unit_.child(around, 0));
        return;
      case ExprKind::kComprehension:
        if (unit_.children_of(e).back() == held.expr) further(true);
        return;
      case ExprKind::kMatch:
        return at_match(held, around);
      case ExprKind::kMap:
        return at_map(held, around);
      case ExprKind::kClosure:
        return at_closure(held, around);
      case ExprKind::kCall:
        return at_call(held, around);
      default:
        return;
    }
  }

  // case lists:keytake(Pid, 1, Entries) of {value, Entry, Rest} -> …
  void at_subject(const Held& held, ExprId choice) {
    if (held.made) return;
    for (const model::ClauseId c : unit_.clauses_of(unit_.expr(choice))) {
      for (const ExprId pattern : unit_.patterns_of(unit_.clause(c))) hold_variables(held, pattern);
    }
  }

  // The rest of the collection is the last part of what is given: {Entry, Rest}.
  void hold_variables(const Held& held, ExprId pattern) {
    const model::Expr& e = unit_.expr(pattern);
    if (e.kind == ExprKind::kTuple && e.child_count > 0) pattern = unit_.children_of(e).back();
    if (const VariableId whole = analysis::whole_variable(unit_, pattern)) hold_uses(held, whole);
  }

  bool is_result_of(ExprId choice, ExprId body) const {
    bool result = false;
    analysis::for_each_result(unit_, choice, [&](ExprId end) {
      result |= unit_.expr(end).begin >= unit_.expr(body).begin && unit_.expr(end).end <= unit_.expr(body).end;
    });
    return result;
  }

  void at_match(const Held& held, ExprId match) {
    if (unit_.child(match, 1) != held.expr) return;
    hold({held.function, match, held.made, held.inside});
    const ExprId pattern = unit_.child(match, 0);
    if (const VariableId whole = analysis::whole_variable(unit_, pattern)) hold_uses(held, whole);
    if (!held.made) return hold_variables(held, pattern);
    // {Ref, State1} = watch(Pid, State): by the place in the tuple that is known.
    const ExprId value = analysis::local_value(unit_, held.expr);
    if (value && unit_.expr(pattern).kind == ExprKind::kTuple && unit_.expr(value).kind == ExprKind::kCall) {
      const ExprId first = unit_.child(pattern, 0);
      if (unit_.expr(pattern).child_count == 2 && unit_.expr(first).kind == ExprKind::kVariable)
        hold_uses(held, VariableId(unit_.expr(first).payload));
    }
  }

  void hold_uses(const Held& held, VariableId variable) {
    for (const ExprId use : uses().of(variable)) {
      if (!unit_.expr(use).has(model::kBinds) && !unit_.expr(use).has(model::kInPattern))
        hold({held.function, use, held.made, held.inside});
    }
  }

  const analysis::Uses& uses() {
    if (!uses_) uses_ = std::make_unique<analysis::Uses>(unit_);
    return *uses_;
  }

  // #state{ref = Ref} keeps it; in a map of any other kind it is part of an entry, under its key or as the key.
  void at_map(const Held& held, ExprId map) {
    const model::Expr& e = unit_.expr(map);
    const std::span<const ExprId> children = unit_.children_of(map);
    for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
      if (children[i] != held.expr && children[i + 1] != held.expr) continue;
      const Symbol key = analysis::written_key(unit_, children[i]);
      if (children[i + 1] == held.expr && is_field(key)) return keep_in_field(key, held, map);
      return hold({held.function, map, held.made, held.inside || !key || children[i] == held.expr});
    }
  }

  // lists:map(fun(P) -> {P, monitor(process, P)} end, Pids), Enum.reduce(pids, %{}, fn pid, acc -> Map.put(acc, …) end).
  void at_closure(const Held& held, ExprId closure) {
    const ExprId call = unit_.parent(closure);
    if (!call || unit_.expr(call).kind != ExprKind::kCall || !is_result_of_closure(closure, held.expr)) return;
    const Symbol name = unit_.call_of(unit_.expr(call)).name;
    if (!name || !facts_.calls.external(site_of(call))) return;
    static constexpr std::array<std::string_view, 14> kCollect = {"map",      "foldl",       "foldr",     "reduce",     "fold",
                                                                  "new",      "into",        "flat_map",  "map_reduce", "update",
                                                                  "mapfoldl", "update_with", "filtermap", "update_in"};
    if (std::find(kCollect.begin(), kCollect.end(), name.text()) == kCollect.end()) return;
    at_collected(held, call);
  }

  bool is_result_of_closure(ExprId closure, ExprId body) const {
    for (const model::ClauseId c : unit_.clauses_of(unit_.expr(closure))) {
      if (unit_.clause(c).body == body) return true;
    }
    return false;
  }

  CallId site_of(ExprId call) const { return CallId(unit_.first_call + unit_.expr(call).payload); }

  void at_collected(const Held& held, ExprId call) {
    const Held inside{held.function, held.expr, held.made, true};
    if (keeps_under_key(inside, call)) return;
    hold({held.function, call, held.made, true});
  }

  // Map.put(state, :ref, ref), put_in(state.requests[key], entry): a field of the state that the call writes.
  bool keeps_under_key(const Held& held, ExprId call) {
    const analysis::External* external = facts_.calls.external(site_of(call));
    if (!external) return false;
    for (const analysis::KeyWrite& write : analysis::key_writes(unit_, call, *external)) {
      if (write.removes || write.base == held.expr || !is_field(write.name)) continue;
      Held into = held;
      into.inside |= write.value != held.expr;
      keep_in_field(write.name, into, call);
      return true;
    }
    return false;
  }

  void at_call(const Held& held, ExprId call) {
    const CallId site = site_of(call);
    const std::span<const ExprId> arguments = unit_.children_of(call);
    const auto place = static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), held.expr) - arguments.begin());
    if (place >= arguments.size() || facts_.calls.runs[site.index] != Runs::kCaller) return;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (callee && program_.module_of(callee) == module_) return at_helper(held, callee, place);
    // A constructor of another module: HTTPRequest.new(caller_ref: ref).
    const Symbol written = unit_.call_of(unit_.expr(call)).name;
    static constexpr std::array<std::string_view, 4> kMakes = {"new", "new!", "build", "make"};
    const bool makes = written && std::find(kMakes.begin(), kMakes.end(), written.text()) != kMakes.end();
    const analysis::External* external = facts_.calls.external(site);
    if (makes && (callee || !external)) return hold({held.function, call, held.made, held.inside});
    if (!external || keeps_under_key(held, call)) return;
    if (external->row && external->row->effects.has(Effect::kEtsWrite)) return at_table(held, site);
    const Symbol name = unit_.call_of(unit_.expr(call)).name;
    static constexpr std::array<std::string_view, 20> kAdds = {
        "put",    "put_new", "store",  "enter",  "insert", "update", "in",        "in_r",       "add_element", "keystore",
        "append", "add",     "put_in", "concat", "new",    "merge",  "from_list", "keyreplace", "prepend",     "insert_at"};
    if (name && std::find(kAdds.begin(), kAdds.end(), name.text()) != kAdds.end()) hold({held.function, call, held.made, true});
  }

  void at_helper(const Held& held, FunctionId callee, std::size_t place) {
    for (const model::ClauseId c : program_.function(callee).clauses) {
      const std::span<const ExprId> patterns = unit_.patterns_of(unit_.clause(c));
      if (place >= patterns.size()) continue;
      if (const VariableId whole = analysis::whole_variable(unit_, patterns[place]))
        hold_uses({callee, held.expr, held.made, held.inside}, whole);
    }
  }

  void at_table(const Held& held, CallId site) {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    for (const analysis::TableUseId id : tables.uses_in(held.function)) {
      const analysis::TableUse& use = tables.use(id);
      const bool writes =
          use.operation == analysis::TableOperation::kInsert || use.operation == analysis::TableOperation::kInsertNew;
      if (use.site == site && writes && tables.table(use.table).kind == analysis::TableKind::kEts)
        note(found_.tables[use.table], {held.function, held.expr, held.made, true}, program_.call(site).expr);
    }
  }

  // What a function of the module returns, for its callers in the module.
  void at_root(const Held& held) {
    const bool body =
        std::any_of(program_.function(held.function).clauses.begin(), program_.function(held.function).clauses.end(),
                    [&](model::ClauseId c) { return unit_.clause(c).body == held.expr; });
    if (!body) return;
    for (const std::uint32_t i : facts_.calls.incoming_of(held.function)) {
      const CallId site = facts_.calls.edges[i].site;
      const FunctionId caller = facts_.calls.callers[i];
      if (program_.module_of(caller) != module_ || facts_.calls.edges[i].runs != Runs::kCaller) continue;
      if (program_.call(site).capture || facts_.calls.callees[site.index].function != held.function) continue;
      hold({caller, program_.call(site).expr, held.made, held.inside});
    }
  }

  const Program& program_;
  const Facts& facts_;
  const ProcessId process_;
  const ModuleId module_;
  const Unit& unit_;
  const analysis::StateClass& state_;
  std::unique_ptr<analysis::Uses> uses_;
  std::vector<Held> waiting_;
  std::set<std::pair<std::uint32_t, bool>> seen_;
  MonitorTrails found_;
};

}  // namespace

bool gets_into_field(const Program& program, const Facts& facts, ProcessId process, FunctionId function, ExprId expr,
                     Symbol field) {
  return Trailing(program, facts, process).gets_into(function, expr, field);
}

MonitorTrails monitor_trails(const Program& program, const Facts& facts, ProcessId process) {
  return Trailing(program, facts, process).find();
}

}  // namespace beamwright::rules
