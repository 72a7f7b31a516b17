#include "rules/timers_by_key.h"

#include <algorithm>
#include <array>

#include "analysis/data_functions.h"
#include "analysis/sites.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::VariableId;

namespace {

bool is_timer(Resource resource) { return resource == Resource::kTimer || resource == Resource::kTimerServer; }

// Where an entry with a reference inside is put, and under which key.
struct Put {
  ExprId place;
  ExprId key;
};

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<TimerByKey> find() {
    const auto arms = [](const knowledge::FunctionRow& row) { return is_timer(row.returns); };
    for (const CallId site : analysis::sites_of_rows(facts_.calls, arms)) {
      if (program_.call(site).capture || program_.call(site).closure) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function)) continue;
      const Put put = put_of(program_.unit_of(site), program_.call(site).expr);
      if (put.place && !is_new(program_.unit_of(site), put.key)) look_at(function, site, put);
    }
    return std::move(found_);
  }

 private:
  // From the reference up, through tuples and maps, to the put of the entry that it is part of.
  Put put_of(const Unit& unit, ExprId reference) const {
    if (const Put put = put_above(unit, reference); put.place) return put;
    const ExprId match = unit.parent(reference);
    if (!match || unit.expr(match).kind != ExprKind::kMatch || unit.child(match, 1) != reference) return {};
    ExprId pattern = unit.child(match, 0);
    const model::Expr& p = unit.expr(pattern);
    if (p.kind == ExprKind::kTuple && p.child_count == 2) pattern = unit.child(pattern, 1);  // {ok, TRef} of the timer server
    const VariableId variable = analysis::whole_variable(unit, pattern);
    if (!variable) return {};
    const analysis::Uses uses(unit);
    for (const ExprId use : uses.of(variable)) {
      if (unit.expr(use).has(model::kBinds)) continue;
      if (const Put put = put_above(unit, use); put.place) return put;
    }
    return {};
  }

  Put put_above(const Unit& unit, ExprId expr) const {
    ExprId below = expr;
    for (ExprId around = unit.parent(expr); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kTuple) continue;
      if (e.kind == ExprKind::kMap) {
        const ExprId key = key_in_map(unit, around, below);
        if (key && !analysis::written_key(unit, key)) return {around, key};
        if (key && !e.has(model::kUpdate)) continue;
        return {};
      }
      return e.kind == ExprKind::kCall ? put_by(unit, around, below) : Put{};
    }
    return {};
  }

  static ExprId key_in_map(const Unit& unit, ExprId map, ExprId value) {
    const std::span<const ExprId> children = unit.children_of(map);
    for (std::size_t i = unit.expr(map).has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
      if (children[i + 1] == value) return children[i];
    }
    return {};
  }

  Put put_by(const Unit& unit, ExprId call, ExprId value) const {
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(call).payload));
    const std::span<const ExprId> arguments = unit.children_of(call);
    if (!external || arguments.empty()) return {};
    const std::string_view name = external->name.text();
    if (name == "put_in" && arguments.size() == 2 && arguments[1] == value) {
      const model::Expr& e = unit.expr(arguments[0]);
      const bool access = e.kind == ExprKind::kCall && e.child_count == 2 && unit.call_of(e).name == sym::get;
      return access ? Put{call, unit.child(arguments[0], 1)} : Put{};
    }
    if (external->row && external->row->effects.has(Effect::kEtsWrite) && name == "insert" &&
        unit.expr(value).kind == ExprKind::kTuple && unit.expr(value).child_count > 1)
      return {call, unit.child(value, 0)};
    static constexpr std::array<std::string_view, 4> kPuts = {"put", "store", "enter", "insert"};
    if (std::find(kPuts.begin(), kPuts.end(), name) == kPuts.end()) return {};
    const analysis::Grown grown = analysis::growth_of(unit, call, *external);
    const bool keyed = grown.growth == analysis::Growth::kGains && grown.key && grown.key != value;
    return keyed && !analysis::written_key(unit, grown.key) ? Put{call, grown.key} : Put{};
  }

  // A reference, a number that counts up, a time, a process that is started for it: nothing is there under it.
  bool is_new(const Unit& unit, ExprId key) const {
    return any_below(unit, key, [&](ExprId id) {
      const ExprId value = unit.expr(id).kind == ExprKind::kVariable ? analysis::local_value(unit, id) : id;
      if (!value) return false;
      const model::Expr& e = unit.expr(value);
      if (e.kind == ExprKind::kField || e.kind == ExprKind::kOperator) return true;
      if (e.kind == ExprKind::kVariable) return comes_from_start(unit, VariableId(e.payload));
      if (e.kind != ExprKind::kCall) return false;
      const Symbol name = unit.call_of(e).name;
      return !name || name != sym::self;
    });
  }

  // {ok, Pid} = start(…), {Id, State1} = next_id(State): taken out of what a call gives.
  static bool comes_from_start(const Unit& unit, VariableId variable) {
    if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return true;
    for (ExprId around = unit.parent(unit.variables[variable.index].binding); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kMatch && !unit.expr(around).has(model::kInPattern)) return true;
      if (kind == ExprKind::kCase || kind == ExprKind::kWith || kind == ExprKind::kGenerator) return true;
    }
    return false;
  }

  void look_at(FunctionId function, CallId site, const Put& put) {
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).module != program_.module_of(function)) continue;
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
        const Handler& handler = facts_.handler(id);
        const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
        if (!asked || !handler.pattern.tag || !comes_again(handler)) continue;
        if (handler.function == function && !stands_in_clause(handler, site)) continue;
        if (!gets_key(handler, function, put.key) || looks_first(handler)) continue;
        found_.push_back({function, site, id, put.place, put.key});
        return;
      }
    }
  }

  static bool comes_again(const Handler& handler) {
    const std::string_view tag = handler.pattern.tag.text();
    return tag.find("init") == tag.npos && tag.find("start") == tag.npos && tag.find("open") == tag.npos &&
           tag.find("new") == tag.npos && tag.find("create") == tag.npos;
  }

  bool stands_in_clause(const Handler& handler, CallId site) const {
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    return std::find(sites.begin(), sites.end(), site) != sites.end();
  }

  // The message says which key: in the clause itself by its pattern, in a helper by a parameter.
  bool gets_key(const Handler& handler, FunctionId function, ExprId key) const {
    const Unit& unit = program_.unit_of(function);
    const std::vector<VariableId> named = variables_in(unit, key);
    if (named.empty()) return false;
    if (handler.function == function) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
      return !patterns.empty() && mentions(unit, patterns[0], named);
    }
    const std::vector<Scope> scopes = scopes_of(program_, facts_, handler);
    return std::any_of(named.begin(), named.end(),
                       [&](VariableId v) { return comes_in_message(program_, handler, scopes, function, v); });
  }

  bool looks_first(const Handler& handler) const {
    for (const Scope& scope : scopes_of(program_, facts_, handler)) {
      if (looks_up(program_, facts_, scope)) return true;
      const Unit& unit = program_.unit_of(scope.function);
      for (const ExprId root : scope.roots) {
        if (any_below(unit, root, [&](ExprId id) {
              const model::Expr& e = unit.expr(id);
              if (e.kind != ExprKind::kCall) return false;
              const Symbol name = unit.call_of(e).name;
              return is_timer(released_by(program_, facts_, CallId(unit.first_call + e.payload))) ||
                     (name && name.text().find("cancel") != std::string_view::npos);
            }))
          return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<TimerByKey> found_;
};

}  // namespace

std::vector<TimerByKey> timers_by_key(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
