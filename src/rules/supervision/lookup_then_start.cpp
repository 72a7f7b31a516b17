// Look a process up, find nothing, start it: between the two another process may have done the same. The second start then gives
// {error, {already_started, Pid}}, which is no failure, and code that expects {ok, Pid} alone crashes of it (stdlib: supervisor,
// start_child/2; gen_server, start_link/4). A single server that starts them all one after the other has no such moment.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/rule.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::CallResult;
using analysis::ResultUse;
using knowledge::Resource;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const auto starts = [](const analysis::External& external) { return external.row && starts_process(external); };
    for (const CallId site : analysis::sites_of(facts_.calls, starts)) {
      if (program_.call(site).capture) continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) review(site, function);
    }
  }

 private:
  // A start that a name makes single: the same child of a supervisor, a process under a registered name.
  static bool starts_process(const analysis::External& external) {
    if (external.row->effects.has(Effect::kStartChild)) return external.name == sym::start_child;
    return external.row->returns == Resource::kProcess && (external.name == sym::start_link || external.name == sym::start) &&
           external.row->effects.has(Effect::kSpawn);
  }

  void review(CallId start, FunctionId starter) {
    for (const CallResult& result : analysis::results_of(program_, facts_, start)) {
      if (result.use != ResultUse::kMatchedHard && result.use != ResultUse::kMatchedPartly) continue;
      if (takes_already_started(start, result)) continue;
      const CallId at = result.wrappers.empty() ? start : result.wrappers.back();
      const FunctionId function = program_.function_of(at);
      if (!function || !reporter_.wants(program_, function) || knows_of_others(starter) || is_caught(at)) continue;
      if (const std::optional<Race> race = race_at(function, at, 0)) report(at, start, *race, result);
    }
  }

  // Where the look-up stands that found nothing.
  struct Race {
    FunctionId function;
    CallId look;
  };

  // In the function that matches the result, or in those that call it for what they did not find.
  std::optional<Race> race_at(FunctionId function, CallId at, int depth) const {
    constexpr int kMaxDepth = 2;
    constexpr std::size_t kMaxCallers = 8;
    if (!in_production(program_, facts_, function) || knows_of_others(function)) return {};
    if (const CallId look = looked_up_before(function, at)) {
      if (is_concurrent(function)) return Race{function, look};
      return {};
    }
    const auto incoming = facts_.calls.incoming_of(function);
    if (depth >= kMaxDepth || incoming.size() > kMaxCallers) return {};
    for (const std::uint32_t i : incoming) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      if (edge.possible || edge.runs != analysis::Runs::kCaller || facts_.calls.callees[edge.site.index].function != function)
        continue;
      const std::optional<Race> race = race_at(facts_.calls.callers[i], edge.site, depth + 1);
      if (race) return race;
    }
    return {};
  }

  // Somebody who writes already_started or already_registered has thought of it.
  bool knows_of_others(FunctionId function) const {
    const ModuleId module = program_.module_of(function);
    const auto [known, is_new] = knowing_.try_emplace(module);
    if (is_new) {
      known->second = module_names_atom(program_, module, intern("already_started")) ||
                      module_names_atom(program_, module, intern("already_registered")) ||
                      module_names_atom(program_, module, intern("already_present"));
    }
    return known->second;
  }

  bool takes_already_started(CallId start, const CallResult& result) const {
    analysis::Pattern error;
    error.expr = {program_.call_units[start.index], program_.call(start).expr};
    error.tag = sym::error;
    error.size = 2;
    return analysis::takes_shape(program_, result, error);
  }

  bool is_caught(CallId at) const { return (analysis::classes_caught(program_, facts_, at) & analysis::kErrorClass) != 0; }

  // ---- Who registers -------------------------------------------------------------------------------------------------------

  enum class Registered : std::uint8_t { kNo, kUnknown, kYes };

  // A start_link with a name, seen from the start or from the module that the start_child names.
  Registered registered(CallId start) const {
    if (program_.call(start).name != sym::start_child) return is_named(start) ? Registered::kYes : Registered::kNo;
    const Unit& unit = program_.unit_of(start);
    const ExprId call = program_.call(start).expr;
    bool any = false, named = false, supervisor = false;
    const auto look_at = [&](Symbol atom) {
      supervisor = supervisor || atom == sym::supervisor;
      const ModuleId found = program_.find_module(atom, unit.project);
      const ProcessId process = found ? facts_.processes.of(found) : ProcessId();
      if (!process) return;
      for (const CallId site : facts_.process(process).starts) {
        any = true;
        named = named || is_named(site);
      }
    };
    const ExprId specification = unit.expr(call).child_count > 1 ? analysis::local_value(unit, unit.child(call, 1)) : ExprId();
    for (const ExprId root : {call, specification}) {
      if (!root) continue;
      any_below(unit, root, [&](ExprId e) {
        if (unit.expr(e).kind == ExprKind::kAtom) look_at(unit.expr(e).symbol());
        return false;
      });
    }
    // A supervisor is added once, when a part of the system starts.
    if (supervisor) return Registered::kNo;
    // A child of a supervisor that is no dynamic one has an identity of its own.
    if (named || program_.call(start).module == sym::Elixir_Supervisor) return Registered::kYes;
    return any ? Registered::kNo : Registered::kUnknown;
  }

  bool is_named(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external) return false;
    if (external->module == sym::gen_server || external->module.text() == "gen_statem") return external->arity == 4;
    const Unit& unit = program_.unit_of(site);
    const ExprId call = program_.call(site).expr;
    if (unit.expr(call).child_count == 0) return false;
    const ExprId options = analysis::local_value(unit, unit.child(call, unit.expr(call).child_count - 1u));
    return static_cast<bool>(analysis::literal_option(unit, options, sym::name));
  }

  // ---- The look-up ---------------------------------------------------------------------------------------------------------

  static bool is_lookup_name(Symbol symbol) {
    constexpr std::array<std::string_view, 9> kNames = {"whereis",   "whereis_name",      "lookup",
                                                        "where",     "lookup_pid",        "get_members",
                                                        "which_pid", "lookup_local_name", "get_local_members"};
    return std::find(kNames.begin(), kNames.end(), symbol.text()) != kNames.end();
  }

  // Registry.lookup, whereis and their like, or a function of the sources that asks one of them.
  bool is_lookup(CallId site, int depth) const {
    constexpr int kMaxDepth = 2;
    const model::Call& call = program_.call(site);
    if (call.capture) return false;
    if (facts_.calls.external(site)) return is_lookup_name(call.name) && call.module.text() != "ets";
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || depth >= kMaxDepth) return false;
    const auto calls = program_.calls_of(callee);
    constexpr std::uint32_t kFewCalls = 6;  // of a function that does little more than look
    if (calls.count > kFewCalls) return false;
    for (const CallId inner : calls) {
      if (is_lookup(inner, depth + 1)) return true;
    }
    return false;
  }

  CallId lookup_in(const Unit& unit, ExprId root) const {
    CallId found;
    any_below(unit, root, [&](ExprId e) {
      const model::Expr& expr = unit.expr(e);
      if (expr.kind == ExprKind::kCall) {
        const CallId site(unit.first_call + expr.payload);
        if (is_lookup(site, 0)) found = site;
      } else if (expr.kind == ExprKind::kVariable && expr.payload < unit.variables.size()) {
        const ExprId value = analysis::bound_value(unit, model::VariableId(expr.payload));
        if (value && unit.expr(value).kind == ExprKind::kCall) {
          const CallId site(unit.first_call + unit.expr(value).payload);
          if (is_lookup(site, 0)) found = site;
        }
      }
      return static_cast<bool>(found);
    });
    return found;
  }

  // The look-up that found nothing, for the call to be made.
  CallId looked_up_before(FunctionId function, CallId at) const {
    const Unit& unit = program_.unit_of(function);
    ExprId inner = program_.call(at).expr;
    for (ExprId outer = unit.parent(inner); outer; inner = outer, outer = unit.parent(outer)) {
      const model::Expr& expr = unit.expr(outer);
      CallId found;
      if (expr.kind == ExprKind::kCase && expr.child_count > 0 && stands_where_nothing_is(unit, expr, inner)) {
        found = lookup_in(unit, unit.child(outer, 0));
      } else if (expr.kind == ExprKind::kWith && expr.child_count > 0) {
        found = lookup_in(unit, unit.child(outer, 0));
      } else if (expr.kind == ExprKind::kOperator && expr.symbol().text() == "||" && unit.child(outer, 0) != inner) {
        found = lookup_in(unit, unit.child(outer, 0));
      }
      if (found) return found;
      if (expr.kind == ExprKind::kClosure) return {};
    }
    return {};
  }

  // Is the branch that holds the call one for nil, undefined, [] or an error?
  bool stands_where_nothing_is(const Unit& unit, const model::Expr& choice, ExprId inner) const {
    for (const model::ClauseId id : unit.clauses_of(choice)) {
      const model::Clause& clause = unit.clause(id);
      if (unit.expr(inner).begin < clause.begin || unit.expr(inner).end > clause.end) continue;
      if ((clause.flags & (model::kTruthy | model::kFalsy)) != 0) return true;
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      return patterns.size() == 1 && is_nothing(unit, patterns[0]);
    }
    return false;
  }

  static bool is_nothing(const Unit& unit, ExprId pattern) {
    const model::Expr& expr = unit.expr(pattern);
    if (expr.kind == ExprKind::kWildcard) return true;
    if (expr.kind == ExprKind::kList) return expr.child_count == 0;
    if (expr.kind == ExprKind::kTuple && expr.child_count > 0) return is_nothing(unit, unit.child(pattern, 0));
    if (expr.kind != ExprKind::kAtom) return false;
    const std::string_view word = expr.symbol().text();
    return word == "nil" || word == "undefined" || word == "error" || word == "false" || word == "not_found";
  }

  // ---- Who runs it ---------------------------------------------------------------------------------------------------------

  bool is_concurrent(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    if ((context.flags & (analysis::kInRequest | analysis::kInTask)) != 0 || context.many) return true;
    std::size_t classes = 0;
    for (const ProcessId id : context.processes) {
      if (facts_.process(id).count == analysis::Count::kMany) return true;
      ++classes;
    }
    if (classes >= 2) return true;
    return classes == 0 && (context.flags & analysis::kFromOutside) != 0 && (context.flags & analysis::kInBoot) == 0;
  }

  void report(CallId at, CallId start, const Race& race, const CallResult& result) {
    // What is started under no name is another process each time.
    const Registered name = registered(start);
    if (name == Registered::kNo || !reported_.insert(at.index).second) return;
    const auto [function, look] = race;
    const bool erlang = in_erlang(program_, function);
    const bool alone = (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0;
    Finding finding = found_in(reporter_, program_, program_.function_of(at), call_span(program_, at));
    finding.severity = Severity::kMedium;
    finding.confidence = alone || name != Registered::kYes ? Confidence::kPossible : Confidence::kLikely;
    finding.message = "Of two processes that run " + model::display_function(program_, function) +
                      " at the same time the second gets " +
                      (erlang ? "{error, {already_started, Pid}}" : "{:error, {:already_started, pid}}") + " from " +
                      callee_text(program_, facts_, start) + ", which nothing here takes";
    finding.why =
        "Between " + callee_text(program_, facts_, look) +
        ", which finds nothing, and the start another process may do the same. The process that was wanted is there, and "
        "the caller crashes of it, most of all under load, when many ask for a new one at once.";
    finding.fix = erlang ? "Start first and take what is there:\ncase " + callee_text(program_, facts_, start) +
                               " of\n    {ok, Pid} -> Pid;\n    {error, {already_started, Pid}} -> Pid\nend"
                         : "Take what is there:\ncase " + callee_text(program_, facts_, start) +
                               " do\n  {:ok, pid} -> pid\n  {:error, {:already_started, pid}} -> pid\nend";
    finding.path = {{call_span(program_, look), "finds nothing"}, {call_span(program_, start), "starts it"}};
    if (result.place) {
      finding.path.push_back(
          {program_.unit(result.place.unit).span(result.place.expr), "takes no {error, {already_started, _}}"});
    }
    finding.key = callee_text(program_, facts_, start);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::uint32_t> reported_;
  mutable std::map<ModuleId, bool> knowing_;  // modules that know of the one that was faster
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& lookup_then_start() {
  static const Rule rule{{.code = "BW119",
                          .name = "lookup-then-start",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A process looked up and then started, and nothing takes that another was faster"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
