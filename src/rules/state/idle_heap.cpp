// A heap is collected when it is full, not when it is empty: a process that has worked off a burst and then waits keeps the heap
// of the burst, and refers to its binaries, until enough new messages come. Where there are many such processes, that is the
// memory.
#include <algorithm>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), states_(analysis::states_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (reporter_.wants(program_, facts_.process(ProcessId(i)).module)) of_buffers(ProcessId(i));
    }
    for (const CallId site : wanted_calls(program_, reporter_)) of_wait(site);
  }

 private:
  // ---- Buffers

  void of_buffers(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer || process.count == Count::kOne || rests(process.module)) return;
    std::vector<std::string> buffers;
    HandlerId flush;
    for (const StateField& field : states_.of(id).fields) {
      if (!field.name || !filled_by_senders(field)) continue;
      const HandlerId emptied = emptied_by_timer(process, field);
      if (!emptied) continue;
      flush = emptied;
      buffers.emplace_back(field.name.text());
    }
    // One that only counts or remembers has no bursts; who works through a queue in batches has.
    if (flush && (works_in_batches(flush) || (is_emptied(id, buffers) && hands_over(flush, buffers))))
      report_buffers(id, flush, buffers);
  }

  // The author thinks of it.
  bool rests(ModuleId module) const {
    for (const std::string_view word : {"hibernate_after", "fullsweep_after"}) {
      if (module_names_atom(program_, module, intern(word))) return true;
    }
    for (const FunctionId function : program_.functions_of(module)) {
      // In answer to a call it is somebody's wish, not what follows a burst.
      if (program_.function(function).name != sym::handle_call && names_atom(function, "hibernate")) return true;
      for (const CallId site : program_.calls_of(function)) {
        if (program_.call(site).name && program_.call(site).name.text() == "garbage_collect") return true;
      }
    }
    return false;
  }

  bool names_atom(FunctionId function, std::string_view atom) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      if (any_below(unit, unit.clause(id).body,
                    [&](ExprId e) { return unit.expr(e).kind == ExprKind::kAtom && unit.expr(e).symbol().text() == atom; }))
        return true;
    }
    return false;
  }

  // An entry is put to a list or queue: a map of settings or counters has no bursts.
  bool puts_entry(const StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    return any_below(unit, analysis::local_value(unit, write.value ? write.value : write.place), [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kList) return e.has(model::kHasTail);
      if (e.kind == ExprKind::kOperator) return e.symbol().text() == "++";
      if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
      const analysis::External* external = facts_.calls.external(CallId(unit.first_call + e.payload));
      const std::string_view module = external ? external->module.text() : std::string_view();
      if (module == "queue" || module == "array") return true;
      const std::string_view name = unit.call_of(e).name.text();
      return name.starts_with("push") || name.starts_with("enqueue") || name.starts_with("append") || name == "concat";
    });
  }

  bool filled_by_senders(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
      return write.changes.has(Change::kGains) && puts_entry(write) &&
             any_handler(write, [](HandlerKind kind) { return kind == HandlerKind::kCall || kind == HandlerKind::kCast; });
    });
  }

  template <typename Wanted>
  bool any_handler(const StateWrite& write, Wanted wanted) const {
    return std::any_of(write.handlers.begin(), write.handlers.end(),
                       [&](HandlerId id) { return wanted(facts_.handler(id).kind); });
  }

  // The clause of a message of its own (an atom, from a timer) that empties the collection.
  HandlerId emptied_by_timer(const Process& process, const StateField& field) const {
    if (!sends_itself(process.module)) return {};
    for (const StateWrite& write : field.writes) {
      if (!write.changes.has(Change::kResets) && !write.changes.has(Change::kLoses)) continue;
      for (const HandlerId id : write.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.kind == HandlerKind::kInfo && handler.pattern.tag && handler.pattern.size == 0 &&
            in_production(program_, facts_, handler.function))
          return id;
      }
    }
    return {};
  }

  bool sends_itself(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      if (facts_.effects.direct[function.index].has(Effect::kTimer)) return true;
    }
    return false;
  }

  bool works_in_batches(HandlerId id) const {
    const analysis::EffectSet effects = facts_.effects.all[facts_.handler(id).function.index];
    return effects.has(Effect::kSpawn) || effects.has(Effect::kStartChild) || effects.has(Effect::kDatabase) ||
           effects.has(Effect::kHttp) || effects.has(Effect::kFile);
  }

  // The timer's clause leaves nothing of what was collected.
  bool is_emptied(ProcessId id, const std::vector<std::string>& buffers) const {
    const std::vector<StateField>& fields = states_.of(id).fields;
    return std::any_of(fields.begin(), fields.end(), [&](const StateField& field) {
      if (!field.name || std::find(buffers.begin(), buffers.end(), field.name.text()) == buffers.end()) return false;
      return std::any_of(field.writes.begin(), field.writes.end(), [&](const StateWrite& write) {
        return write.changes.has(Change::kResets) &&
               any_handler(write, [](HandlerKind kind) { return kind == HandlerKind::kInfo; });
      });
    });
  }

  // The collection goes as a whole to a function outside the sources of which nothing is known: `Store.write_all(state.rows)`.
  bool hands_over(HandlerId id, const std::vector<std::string>& buffers) const {
    const FunctionId handler = facts_.handler(id).function;
    const ModuleId module = program_.module_of(handler);
    std::vector<CallId> calls = analysis::calls_in_clause(program_, handler, facts_.handler(id).clause);
    const std::size_t own = calls.size();
    for (std::size_t i = 0; i < own; ++i) {
      const FunctionId callee = facts_.calls.callees[calls[i].index].function;
      if (!callee || program_.module_of(callee) != module) continue;
      const auto below = program_.calls_of(callee);
      calls.insert(calls.end(), below.begin(), below.end());
    }
    return std::any_of(calls.begin(), calls.end(), [&](CallId site) { return takes_buffer(site, buffers); });
  }

  bool takes_buffer(CallId site, const std::vector<std::string>& buffers) const {
    const analysis::External* external = facts_.calls.external(site);
    if (facts_.calls.callees[site.index].function || (external && external->row) || !external) return false;
    if (program_.call(site).target != model::TargetKind::kRemote) return false;
    const Unit& unit = program_.unit_of(site);
    return any_below(unit, program_.call(site).expr, [&](ExprId at) {
      const Symbol field = analysis::field_read(unit, at);
      return field && std::find(buffers.begin(), buffers.end(), field.text()) != buffers.end();
    });
  }

  void report_buffers(ProcessId id, HandlerId flush, const std::vector<std::string>& buffers) {
    const Handler& handler = facts_.handler(flush);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, {unit.file, clause.begin, clause.end});
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = name + " collects " + join_names(buffers) + " in bursts, works them off in " +
                      analysis::display_handler(program_, facts_, handler) + ", and never gives the heap of the burst back";
    finding.why =
        "An idle process is not collected: the heap that a burst has made, and every binary it refers to, stays until new "
        "messages fill "
        "it. There may be many of these processes, and most of them wait.";
    finding.fix =
        erlang ? "Return `{noreply, State, hibernate}` when nothing is left to do, or start it with `{hibernate_after, 5000}` or "
                 "`{spawn_opt, [{fullsweep_after, 20}]}`."
               : "Return `{:noreply, state, :hibernate}` when nothing is left to do, or start it with `hibernate_after: 5_000` "
                 "or `spawn_opt: [fullsweep_after: 20]`.";
    finding.path = {{finding.span, "the clause that works off what was collected"}};
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Waits

  // garbage_collect() and then a receive: what the function still needs afterwards is kept all the same.
  void of_wait(CallId site) {
    const model::Call& call = program_.call(site);
    if (call.capture || !call.name || call.name.text() != "garbage_collect" || call.arity != 0) return;
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function)) return;
    const Unit& unit = program_.unit_of(function);
    const ExprId block = unit.parent(call.expr);
    if (!block || unit.expr(block).kind != ExprKind::kBlock) return;
    ExprId wait;
    for (const ExprId step : unit.children_of(block)) {
      if (unit.expr(step).begin > unit.expr(call.expr).end && unit.expr(step).kind == ExprKind::kReceive)
        wait = wait ? wait : step;
    }
    if (!wait) return;
    for (const model::VariableId variable : parameters_of(function)) {
      // The reference that is waited for is small.
      if (used_in_bodies(unit, wait, variable) && !used_in_patterns(unit, wait, variable))
        return report_wait(function, wait, variable);
    }
  }

  // The variables that are whole parameters and known to be structures: `%Request{} = request`.
  std::vector<model::VariableId> parameters_of(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    std::vector<model::VariableId> found;
    for (const model::ClauseId id : program_.function(function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(id))) {
        const model::VariableId variable = analysis::whole_variable(unit, pattern);
        if (variable && unit.expr(pattern).kind == ExprKind::kMatch) found.push_back(variable);
      }
    }
    return found;
  }

  static bool used_in_bodies(const Unit& unit, ExprId wait, model::VariableId variable) {
    for (const model::ClauseId id : unit.clauses_of(unit.expr(wait))) {
      if (mentions(unit, unit.clause(id).body, {variable})) return true;
    }
    return false;
  }

  static bool used_in_patterns(const Unit& unit, ExprId wait, model::VariableId variable) {
    for (const model::ClauseId id : unit.clauses_of(unit.expr(wait))) {
      const model::Clause& clause = unit.clause(id);
      for (const ExprId pattern : unit.patterns_of(clause)) {
        if (mentions(unit, pattern, {variable})) return true;
      }
      if (clause.guard && mentions(unit, clause.guard, {variable})) return true;
    }
    return false;
  }

  void report_wait(FunctionId function, ExprId wait, model::VariableId variable) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string name(unit.variables[variable.index].name.text());
    Finding finding = found_in(reporter_, program_, function, unit.span(wait));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " collects its garbage before it waits, and keeps all of " + name +
                      " meanwhile: its clauses still use it after the receive";
    finding.why =
        "A collection keeps what the waiting function, and those that called it, use later. While many processes wait, each "
        "holds its "
        "whole argument.";
    finding.fix =
        erlang ? "Wait in a helper that gets the reference and the timeout alone, call garbage_collect there, and act on what it "
                 "returns; take the few fields that are needed later out before."
               : "Wait in a helper that gets the reference and the timeout alone, call :erlang.garbage_collect there, and act "
                 "on what it returns; take the few fields that are needed later out before.";
    finding.path = {{finding.span, finding.function + " waits here"}};
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& idle_heap() {
  static const Rule rule{{.code = "BW513",
                          .name = "idle-heap",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A process that waits with the heap of its last burst or of a whole request"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
