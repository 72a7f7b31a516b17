// A server whose init does all its work and which nobody ever asks anything is a function call that leaves a process behind: one
// for each tenant, session or file it was started for, with the heap the work has made, for as long as the node lives.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/at_start.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Count;
using analysis::ProcessKind;

struct Work {
  CallId site;
  FunctionId function;
  Effect effect = Effect::kDatabase;
};

constexpr std::array<Effect, 5> kWork = {Effect::kDatabase, Effect::kHttp, Effect::kRpc, Effect::kSubprocess, Effect::kFile};

std::string_view describe(Effect effect) {
  switch (effect) {
    case Effect::kHttp:
      return "an HTTP request";
    case Effect::kRpc:
      return "a call to another node";
    case Effect::kSubprocess:
      return "a command of the operating system";
    case Effect::kFile:
      return "work with files";
    default:
      return "work in a database";
  }
}

// Being there is what the process is for: its name, membership or subscription would go with it.
bool announces(std::string_view name) {
  for (const std::string_view word : {"register", "join", "subscribe", "monitor", "track", "link", "attach", "start_", "hold"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer || process.traps_exits) return;
    std::optional<Work> work;
    const Handler* init = nullptr;
    for (const HandlerId handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (!in_production(program_, facts_, handler.function)) return;
      if (handler.kind == HandlerKind::kInit) {
        if (init) return;
        init = &handler;
      } else if (handler.kind != HandlerKind::kContinue && !is_start(handler) && !is_idle(handler)) {
        return;
      }
      const bool start = is_start(handler);
      if (handler.kind != HandlerKind::kInit && handler.kind != HandlerKind::kContinue && !start) continue;
      if (owns_something(handler) || (handler.kind == HandlerKind::kContinue && keeps_work(handler))) return;
      if (init && ((handler.kind == HandlerKind::kContinue && is_continued(*init)) || start) && stops(handler)) return;
      if (handler.kind == HandlerKind::kInit || start || is_continued(*init)) work = work ? work : work_in(handler);
    }
    if (init && work && lives_on(*init)) report(id, *init, *work);
  }

  // The one message that init sends to itself, or its timeout of nothing: the work of the start, which leaves the state as it
  // was.
  bool is_start(const Handler& handler) const {
    return handler.kind == HandlerKind::kInfo && handler.pattern.tag && !handler.changes_state &&
           runs_at_start(program_, facts_, handler);
  }

  // What the work gives goes into the state: `{:noreply, %{cart | items: load(cart.id)}}`.
  bool keeps_work(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const std::vector<ExprId> all = results(handler);
    return std::any_of(all.begin(), all.end(), [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      if (e.kind != ExprKind::kTuple || e.child_count < 2) return false;
      const model::Expr& state =
          unit.expr(analysis::local_value(unit, unit.child(result, e.child_count - (e.child_count > 2 ? 2u : 1u))));
      return state.kind == ExprKind::kMap && state.has(model::kUpdate);
    });
  }

  // A clause that only hands the state on: what `use GenServer` would do.
  bool is_idle(const Handler& handler) const {
    if (handler.kind == HandlerKind::kTerminate) return false;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (!facts_.calls.callees[site.index].known()) return false;
      effects.bits &= ~(1u << static_cast<unsigned>(Effect::kLog));
      if (!effects.empty()) return false;
    }
    return !handler.changes_state && (handler.kind == HandlerKind::kInfo || handler.catch_all);
  }

  bool owns_something(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::External* external = facts_.calls.external(site);
      if (external && external->row && external->row->returns != knowledge::Resource::kNone) return true;
      if (analysis::effects_at(program_, facts_, site).has(Effect::kTimer)) return true;
      const Symbol name = program_.call(site).name;
      if (!name || announces(name.text())) return true;
    }
    return false;
  }

  std::optional<Work> work_in(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      for (const Effect effect : kWork) {
        if (effects.has(effect)) return Work{site, handler.function, effect};
      }
    }
    return {};
  }

  std::vector<ExprId> results(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    std::vector<ExprId> found;
    analysis::for_each_result(unit, unit.clause(handler.clause).body, [&](ExprId id) { found.push_back(id); });
    return found;
  }

  // {ok, State} or {ok, State, {continue, _}} with a state that holds nothing of what was done; never ignore or stop.
  bool lives_on(const Handler& init) const {
    const Unit& unit = program_.unit_of(init.function);
    bool any = false;
    for (const ExprId id : results(init)) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kTuple || e.child_count < 2 || analysis::atom_value(unit, unit.child(id, 0)) != sym::ok)
        return false;
      const model::Expr& state = unit.expr(unit.child(id, 1));
      const bool empty = (state.kind == ExprKind::kMap && !state.has(model::kUpdate) && state.child_count == 0) ||
                         (state.kind == ExprKind::kList && state.child_count == 0) || state.kind == ExprKind::kAtom ||
                         is_argument(init, unit.child(id, 1)) || holds_arguments(init, unit.child(id, 1));
      if (!empty) return false;
      any = true;
    }
    return any;
  }

  // The state is what init was given.
  bool is_argument(const Handler& init, ExprId state) const {
    const Unit& unit = program_.unit_of(init.function);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(init.clause));
    const model::Expr& e = unit.expr(state);
    return e.kind == ExprKind::kVariable && !patterns.empty() &&
           analysis::whole_variable(unit, patterns.front()).index == e.payload;
  }

  // #state{tenant = Tenant, path = Path}: a term of nothing but parts of what init was given, and literals.
  bool holds_arguments(const Handler& init, ExprId state) const {
    const Unit& unit = program_.unit_of(init.function);
    const model::Expr& e = unit.expr(state);
    if ((e.kind != ExprKind::kMap && e.kind != ExprKind::kTuple) || e.has(model::kUpdate)) return false;
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(init.clause));
    if (patterns.empty()) return false;
    const std::vector<model::VariableId> given = variables_in(unit, patterns.front());
    const std::span<const ExprId> parts = unit.children_of(e);
    return std::all_of(parts.begin(), parts.end(), [&](ExprId part) {
      const model::Expr& value = unit.expr(part);
      if (value.kind != ExprKind::kVariable)
        return value.kind == ExprKind::kAtom || value.kind == ExprKind::kInteger || value.kind == ExprKind::kString;
      return std::find(given.begin(), given.end(), model::VariableId(value.payload)) != given.end();
    });
  }

  // `path`, `tenant_id`: there is one process for each, unless the name is that of settings.
  static bool names_key(const Unit& unit, ExprId pattern) {
    const model::Expr& e = unit.expr(pattern);
    if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    std::string name(unit.variables[e.payload].name.text());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string_view word : {"arg", "opt", "state", "config", "conf", "setting", "init", "param", "name", "_"}) {
      if (name.starts_with(word)) return false;
    }
    return name.size() > 1;
  }

  bool stops(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const std::vector<ExprId> all = results(handler);
    return std::any_of(all.begin(), all.end(), [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      return e.kind == ExprKind::kTuple && e.child_count > 0 && analysis::atom_value(unit, unit.child(id, 0)) == intern("stop");
    });
  }

  bool is_continued(const Handler& init) const {
    const Unit& unit = program_.unit_of(init.function);
    const std::vector<ExprId> all = results(init);
    return std::any_of(all.begin(), all.end(), [&](ExprId id) { return unit.expr(id).child_count == 3; });
  }

  void report(ProcessId id, const Handler& init, const Work& work) {
    const Process& process = facts_.process(id);
    const Unit& unit = program_.unit_of(init.function);
    const bool erlang = in_erlang(program_, init.function);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(init.clause));
    const ExprKind argument = patterns.empty() ? ExprKind::kWildcard : unit.expr(patterns.front()).kind;
    const bool keyed = process.count == Count::kMany ||
                       (process.count != Count::kOne && process.names.empty() &&
                        (argument == ExprKind::kMap || argument == ExprKind::kTuple || argument == ExprKind::kMatch ||
                         (!patterns.empty() && names_key(unit, patterns.front()))));
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, init.function, call_span(program_, work.site));
    finding.severity = keyed ? Severity::kMedium : Severity::kLow;
    finding.confidence = keyed ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + " does its one piece of work (" + std::string(describe(work.effect)) +
                      ") when it starts, and then lives on with nothing to do: no message is of use to it";
    finding.why = keyed
                      ? "There is one for each argument it is started with: processes pile up, each with the heap that its work "
                        "has made, and a supervisor restarts one that is stopped."
                      : "An idle process keeps the heap that its work has made, and nobody can tell that it is done.";
    finding.fix = erlang ? "Return `ignore` from init/1 when the work is done, or `{ok, State, {continue, work}}` and then "
                           "`{stop, normal, State}` with `restart => transient`."
                         : "Return `:ignore` from init/1 when the work is done, or `{:ok, state, {:continue, :work}}` and then "
                           "`{:stop, :normal, state}` with `restart: :transient`.";
    finding.path = analysis::path_to(program_, facts_, work.site, work.effect);
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& one_shot_process() {
  static const Rule rule{{.code = "BW514",
                          .name = "one-shot-process",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A server that does its work when it starts and then lives on for ever"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
