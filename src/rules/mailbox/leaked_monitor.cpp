// A server keeps the references of its monitors in a list, map or queue of its state. A clause that takes entries out, because
// somebody gave up waiting or asked to stop, must take the monitors back too: afterwards nobody knows the references any more.
// And a monitor that a message makes anew, over an entry that is written over or with no reference kept, is one more each time;
// so is one of a child that is ended on purpose, whose DOWN starts it again. rules/monitored_again.h finds these.
#include <algorithm>
#include <set>
#include <tuple>

#include "analysis/possible_values.h"
#include "analysis/results.h"
#include "analysis/tables.h"
#include "analysis/values.h"
#include "rules/dropped_monitors.h"
#include "rules/forgotten_monitors.h"
#include "rules/kept.h"
#include "rules/monitored_again.h"
#include "rules/requests.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::PossibleKind;
using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const analysis::States& states = analysis::states_of(program_, facts_);
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId process(i);
      if (facts_.process(process).kind == analysis::ProcessKind::kRequest || !monitors(facts_.process(process).module)) continue;
      const std::vector<analysis::StateField>& fields = states.of(process).fields;
      for (const analysis::StateField& field : fields) {
        const bool wanted = std::any_of(field.writes.begin(), field.writes.end(), [&](const analysis::StateWrite& write) {
          return reporter_.wants(program_, write.function);
        });
        if (wanted && !field.whole() && holds_monitors(process, field)) look_at(process, field, fields);
      }
    }
    for (const CallId site : sites_that_return(program_, facts_, Resource::kMonitor)) {
      look_at_drop(site);
      look_at_interface(site);
      look_at_starter(site);
    }
    for (const CallId site : sites_that_release(program_, facts_, Resource::kMonitor)) look_at_release(site);
    for (const MonitoredAgain& again : monitors_made_again(program_, facts_)) report_again(again);
    std::set<std::uint32_t> told;
    for (const ForgottenMonitor& forgotten : forgotten_monitors(program_, facts_)) {
      report_forgotten(forgotten);
      told.insert(forgotten.made.index);
    }
    for (const DroppedMonitor& dropped : dropped_monitors(program_, facts_)) {
      if (told.count(dropped.site.index) == 0) report_dropped(dropped);  // where it is forgotten is nearer to the cause
    }
    for (const EndedWhileWatched& ended : children_ended_while_watched(program_, facts_)) report_ended(ended);
  }

 private:
  // Process.monitor(leader) at each tick of a timer, with the reference thrown away: one more of the same each time.
  void look_at_drop(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function) || program_.call(site).closure) return;
    if (!drops_result(program_, facts_, site)) return;
    if (is_turn_of_a_loop(function, site)) return report_turn(function, site);
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
        if (is_tick(facts_.handler(id), site) && !watches_new_process(program_, facts_, site))
          return report_drop(function, site, facts_.handler(id));
      }
    }
  }

  // start_link runs in the process of the supervisor: a monitor that it makes is the supervisor's, not the child's.
  void look_at_starter(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || program_.function(function).name != sym::start_link || !program_.function(function).has(model::kPublic))
      return;
    if (!in_production(program_, facts_, function) || facts_.calls.runs[site.index] != Runs::kCaller) return;
    if (program_.call(site).closure || function_has(program_, function, ExprKind::kReceive)) return;
    if (gives_back_somewhere(program_.module_of(function))) return;
    for (const CallId start : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(start);
      if (!external || !external->row) continue;
      if (external->row->effects.has(Effect::kSpawn) && external->row->effects.has(Effect::kLink))
        return report_starter(function, site, start);
    }
  }

  void report_starter(FunctionId function, CallId site, CallId starts) {
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " monitors with " + call + " in the process of whoever starts it, mostly a supervisor";
    finding.why =
        "start_link runs in the supervisor, and so the monitor is its own: the new process never hears of the death, and the "
        "supervisor, which takes no DOWN, gets one more with each restart and logs it as an unexpected message.";
    finding.fix = "Monitor in init, or in the first function that the new process runs.";
    finding.path = {{finding.span, "a monitor of the starter"}, {call_span(program_, starts), "the process that is started"}};
    finding.key = "starter " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // demonitor(Pid): the pid is no reference, and the call raises badarg.
  void look_at_release(CallId site) {
    const FunctionId function = program_.function_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (!function || arguments.empty() || !in_production(program_, facts_, function)) return;
    const std::string_view name = facts_.calls.external(site)->name.text();
    const Unit& unit = program_.unit_of(function);
    if (name != "demonitor" || unit.expr(arguments[0]).kind != ExprKind::kVariable) return;
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, arguments[0]);
    const bool pid = !values.unknown && !values.all.empty() &&
                     std::all_of(values.all.begin(), values.all.end(),
                                 [](const analysis::PossibleValue& value) { return value.kind == PossibleKind::kSelf; });
    if (!pid && !is_watched_pid(function, site, arguments[0])) return;
    report_release(function, site, source_text(program_, unit, arguments[0]));
  }

  // The same variable is what is monitored, or is_pid in a guard.
  bool is_watched_pid(FunctionId function, CallId release, ExprId argument) const {
    const Unit& unit = program_.unit_of(function);
    const model::VariableId variable(unit.expr(argument).payload);
    for (const CallId site : program_.calls_of(function)) {
      if (site == release) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      const bool asks = program_.call(site).name == intern("is_pid") && program_.call(site).in_guard;
      if (arguments.empty() || (!asks && returned_by(program_, facts_, site) != Resource::kMonitor)) continue;
      const model::Expr& e = unit.expr(arguments.back());
      if (e.kind == ExprKind::kVariable && model::VariableId(e.payload) == variable) return true;
    }
    return false;
  }

  void report_release(FunctionId function, CallId site, const std::string& pid) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " gives " + call + " the pid " + pid + ", where it takes the reference of the monitor";
    finding.why = "A monitor is known by its reference alone: for a pid the call raises badarg, and the monitor stays.";
    finding.fix = erlang ? "Keep what erlang:monitor/2 returns, and call erlang:demonitor(Ref, [flush]) with it."
                         : "Keep what Process.monitor/1 returns, and call Process.demonitor(ref, [:flush]) with it.";
    finding.path = {{finding.span, pid + " is a pid"}};
    finding.key = "pid " + call;
    report_weighed(reporter_, std::move(finding));
  }

  void report_again(const MonitoredAgain& again) {
    if (!reported_.insert({again.function.index, program_.call(again.site).expr.index}).second) return;
    const bool erlang = in_erlang(program_, again.function);
    const Handler& handler = facts_.handler(again.handler);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string call = callee_text(program_, facts_, again.site);
    const std::string what = again.field ? atom_text(again.field, erlang) : std::string("the entry before");
    Finding finding = found_in(reporter_, program_, again.function, call_span(program_, again.site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        again.several ? shown + " and other requests make a monitor with " + call + " each time, also of who is watched already"
                      : shown + " makes a monitor with " + call + " each time and writes over " + what +
                            ", whose monitor nobody takes back";
    finding.why =
        "Each call of monitor makes one more, also of a process that is watched already. Those of before stay until their "
        "processes "
        "end, and bring a DOWN each for something that " +
        process_name(program_, facts_, handler.process) + " has given to somebody else meanwhile.";
    finding.fix = erlang
                      ? "Keep the reference beside the pid, and call erlang:demonitor(OldRef, [flush]) before the next monitor."
                      : "Keep the reference beside the pid, and call Process.demonitor(old_ref, [:flush]) before the next "
                        "monitor.";
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    finding.path = {{{unit.file, clause.begin, clause.end}, shown + " comes again"}, {finding.span, "one more monitor"}};
    if (again.several) {
      finding.why =
          "Each call of monitor makes one more, also of a process that is watched already: with every request memory grows on "
          "both sides, and the end of the process brings a DOWN for each of them.";
      finding.fix = "Look first whether the process is watched, and monitor only who is not.";
    }
    if (!again.several) finding.path.push_back({program_.unit_of(again.where).span(again.replaced), "writes over " + what});
    finding.key = "again " + call;
    report_weighed(reporter_, std::move(finding));
  }

  void report_forgotten(const ForgottenMonitor& forgotten) {
    const Unit& own = program_.unit_of(forgotten.function);
    if (spoken_.count({forgotten.field.index, analysis::root_of(own, forgotten.place).index, &own}) > 0) return;
    if (!reported_.insert({forgotten.function.index, forgotten.place.index}).second) return;
    const bool erlang = in_erlang(program_, forgotten.function);
    const Handler& handler = facts_.handler(forgotten.handler);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string call = callee_text(program_, facts_, forgotten.made);
    const std::string where =
        forgotten.table ? analysis::tables_of(program_, facts_).table(forgotten.table).name : atom_text(forgotten.field, erlang);
    Finding finding = found_in(reporter_, program_, forgotten.function, own.span(forgotten.place));
    finding.confidence = forgotten.anew ? Confidence::kPossible : Confidence::kLikely;
    finding.message = forgotten.overwritten
                          ? shown + (forgotten.anew ? " writes another monitor over " : " empties ") + where +
                                ", which holds the reference of a monitor, and does not demonitor it"
                          : shown + " takes entries with monitors out of " + where + " and does not demonitor them";
    finding.why =
        "Nobody knows the reference any more: the monitor stays until the other process ends, one more each time, and then " +
        server + " gets a DOWN for every one of them.";
    finding.fix = erlang ? "Call erlang:demonitor(Ref, [flush]) before the reference is forgotten."
                         : "Call Process.demonitor(ref, [:flush]) before the reference is forgotten.";
    finding.path = {{call_span(program_, forgotten.made), call + " makes the monitor"},
                    {finding.span, "its reference leaves " + where + " here, reached from " + shown}};
    finding.key = "forgets " + where;
    report_weighed(reporter_, std::move(finding));
  }

  void report_dropped(const DroppedMonitor& dropped) {
    if (!reported_.insert({dropped.function.index, program_.call(dropped.site).expr.index}).second) return;
    const bool erlang = in_erlang(program_, dropped.function);
    const Handler& handler = facts_.handler(dropped.handler);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string call = callee_text(program_, facts_, dropped.site);
    Finding finding = found_in(reporter_, program_, dropped.function, call_span(program_, dropped.site));
    finding.confidence = dropped.overwritten || dropped.kept ? Confidence::kPossible : Confidence::kLikely;
    finding.message = shown + " makes a monitor with " + call + " at each request and " +
                      (dropped.kept ? "nothing in the module ever takes one back" : "drops its reference");
    finding.why = std::string(dropped.kept ? "The monitor stays" : "Nothing can take the monitor back") +
                  (dropped.overwritten ? ", and a process that asks again is watched once more"
                                       : ", also where the entry leaves by another message: who comes and goes is watched once "
                                         "more each time") +
                  ", until it ends and brings a DOWN for each of them.";
    finding.fix = erlang ? "Keep the reference with the entry, and call erlang:demonitor(Ref, [flush]) when the entry leaves."
                         : "Keep the reference with the entry, and call Process.demonitor(ref, [:flush]) when the entry leaves.";
    finding.path = {
        {finding.span, "one more monitor"},
        {call_span(program_, dropped.gone), dropped.overwritten ? "writes the entry over, with the monitor still there"
                                                                : "takes an entry out, and the monitor stays"}};
    finding.key = "dropped " + call;
    report_weighed(reporter_, std::move(finding));
  }

  void report_ended(const EndedWhileWatched& ended) {
    const bool erlang = in_erlang(program_, ended.function);
    const Handler& down = facts_.handler(ended.down);
    const std::string server = process_name(program_, facts_, down.process), call = callee_text(program_, facts_, ended.site);
    Finding finding = found_in(reporter_, program_, ended.function, call_span(program_, ended.site));
    finding.confidence = Confidence::kPossible;
    finding.message = server + " ends a child with " + call + " that it still monitors, and its clause for the " +
                      atom_text(sym::DOWN, erlang) + " starts children again";
    finding.why =
        "The DOWN of a child that was ended on purpose looks like that of one that crashed: the child is started again.";
    finding.fix = erlang ? "Take the entry out and call erlang:demonitor(Ref, [flush]) before the child is ended."
                         : "Take the entry out and call Process.demonitor(ref, [:flush]) before the child is ended.";
    const Unit& unit = program_.unit_of(down.function);
    const model::Clause& clause = unit.clause(down.clause);
    finding.path = {{finding.span, "ends the child"},
                    {{unit.file, clause.begin, clause.end}, "takes its " + std::string(atom_text(sym::DOWN, erlang))},
                    {call_span(program_, ended.starts), "and starts it again"}};
    finding.key = "ended " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // An interface that monitors, gives the reference to a receive of another function of the module, and nobody in the module ever
  // takes a monitor back: one is left with each caller that got its answer.
  void look_at_interface(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function) || program_.call(site).closure) return;
    const analysis::Context& context = facts_.contexts.of(function);
    if (!context.processes.empty() || context.many) return;
    if ((context.flags & (analysis::kFromOutside | analysis::kInRequest)) == 0 || (context.flags & analysis::kInTask) != 0)
      return;
    if (gives_back_somewhere(program_.module_of(function))) return;
    const Unit& unit = program_.unit_of(function);
    const ExprId match = unit.parent(program_.call(site).expr);
    if (!match || unit.expr(match).kind != ExprKind::kMatch) return;
    const model::VariableId reference = analysis::whole_variable(unit, unit.child(match, 0));
    if (!reference) return;
    const analysis::Uses uses(unit);
    // A receive of its own that names the reference is no matter of a helper.
    const auto is_no_argument = [&](ExprId use) {
      return !unit.expr(use).has(model::kBinds) && unit.parent(use) && unit.expr(unit.parent(use)).kind != ExprKind::kCall;
    };
    const auto& named = uses.of(reference);
    if (function_has(program_, function, ExprKind::kReceive) && std::any_of(named.begin(), named.end(), is_no_argument)) return;
    for (const ExprId use : named) {
      const ExprId call = unit.expr(use).has(model::kBinds) ? ExprId() : unit.parent(use);
      if (!call) continue;
      if (unit.expr(call).kind != ExprKind::kCall) return;
      const FunctionId callee =
          behind_defaults(program_, facts_, facts_.calls.callees[unit.first_call + unit.expr(call).payload].function);
      if (!callee || callee == function || program_.module_of(callee) != program_.module_of(function)) return;
      if (!function_has(program_, callee, ExprKind::kReceive) || ends_with_down(callee) || kills(function)) return;
      return report_interface(function, site, callee);
    }
  }

  // Every clause but the one for the DOWN waits again, and nothing gives up: the monitor is always over.
  bool ends_with_down(FunctionId waits) const {
    const Unit& unit = program_.unit_of(waits);
    for (const ExprId body : bodies_of(program_, waits)) {
      const bool leaves = any_below(unit, body, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind != ExprKind::kReceive) return false;
        if (e.child_count == 2 && !waits_again(unit, unit.child(id, 1), waits)) return true;
        for (const model::ClauseId c : unit.clauses_of(e)) {
          const model::Clause& clause = unit.clause(c);
          const std::span<const ExprId> patterns = unit.patterns_of(clause);
          const bool down = !patterns.empty() && analysis::outline(unit, {}, patterns[0]).tag == sym::DOWN;
          if (!down && !waits_again(unit, clause.body, waits)) return true;
        }
        return false;
      });
      if (leaves) return false;
    }
    return true;
  }

  bool waits_again(const Unit& unit, ExprId body, FunctionId waits) const {
    bool all = true;
    analysis::for_each_result(unit, body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      all &= e.kind == ExprKind::kCall && facts_.calls.callees[unit.first_call + e.payload].function == waits;
    });
    return all;
  }

  // What does not end in time is killed: its DOWN comes.
  bool kills(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name == sym::exit && program_.call(site).arity == 2) return true;
    }
    return false;
  }

  bool gives_back_somewhere(ModuleId module) const {
    for (const FunctionId f : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(f)) {
        if (released_by(program_, facts_, site) == Resource::kMonitor) return true;
      }
    }
    return false;
  }

  void report_interface(FunctionId function, CallId site, FunctionId waits) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " monitors with " + call + " for a wait, and nothing in the module takes the monitor back";
    finding.why =
        "Each call leaves one more monitor with its caller; when the other process ends, the caller gets a DOWN for each of them "
        "that it does not expect.";
    finding.fix = erlang ? "Call erlang:demonitor(Ref, [flush]) on every way out of the wait."
                         : "Call Process.demonitor(ref, [:flush]) on every way out of the wait.";
    finding.path = {
        {finding.span, call + " makes the monitor"},
        {name_span(program_, waits), model::display_function(program_, waits) + " waits and returns without demonitor"}};
    finding.key = "interface " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // Process.monitor(target) before the receive of a function that calls itself with the same target.
  bool is_turn_of_a_loop(FunctionId function, CallId site) const {
    const Unit& unit = program_.unit_of(function);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty() || unit.expr(arguments.back()).kind != ExprKind::kVariable) return false;
    const model::VariableId target(unit.expr(arguments.back()).payload);
    const auto parameter = analysis::parameter_of(unit, program_.function(function), target);
    if (!parameter || !function_has(program_, function, ExprKind::kReceive)) return false;
    for (const CallId again : program_.calls_of(function)) {
      if (facts_.calls.callees[again.index].function != function || program_.call(again).closure) continue;
      const std::span<const ExprId> given = arguments_of(program_, again);
      if (parameter->index >= given.size()) continue;
      const model::Expr& e = unit.expr(given[parameter->index]);
      if (e.kind == ExprKind::kVariable && model::VariableId(e.payload) == target) return true;
    }
    return false;
  }

  void report_turn(FunctionId function, CallId site) {
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " makes a monitor of the same process with " + call + " in each turn of its receive loop";
    finding.why =
        "Each call of monitor makes one more, also of a process that is watched already: with every message that the loop "
        "takes memory grows on both sides, and the end of the other process brings a DOWN for each of them.";
    finding.fix = "Monitor once, before the loop begins.";
    finding.path = {{finding.span, "one more monitor in each turn"}};
    finding.key = "turn " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // A clause for a message of its own timer, which the process arms again on the way that leads to the monitor.
  bool is_tick(const Handler& handler, CallId monitor) const {
    if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag || handler.pattern.size != 0) return false;
    const Unit& unit = program_.unit_of(handler.function);
    const std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    const bool here = std::find(sites.begin(), sites.end(), monitor) != sites.end();
    if (!here && program_.function_of(monitor) == handler.function) return false;  // in another of its clauses
    for (const CallId site : sites) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !external->row || !external->row->effects.has(Effect::kTimer)) continue;
      const ExprId choice = choice_around(unit, program_.call(site).expr);
      if (!choice || (here && stands_in_same_clause(unit, choice, site, monitor))) return true;
    }
    return false;
  }

  static ExprId choice_around(const Unit& unit, ExprId place) {
    for (ExprId around = unit.parent(place); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kCase || kind == ExprKind::kReceive) return around;
    }
    return {};
  }

  bool stands_in_same_clause(const Unit& unit, ExprId choice, CallId one, CallId other) const {
    const auto holds = [&](const model::Clause& clause, CallId site) {
      const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
      return clause.begin <= at && at < clause.end;
    };
    for (const model::ClauseId c : unit.clauses_of(unit.expr(choice))) {
      if (holds(unit.clause(c), one) && holds(unit.clause(c), other)) return true;
    }
    return false;
  }

  void report_drop(FunctionId function, CallId site, const Handler& handler) {
    const bool erlang = in_erlang(program_, function);
    const std::string shown = analysis::display_handler(program_, facts_, handler), call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " makes a monitor with " + call + " at each tick and drops its reference";
    finding.why =
        "Each call of monitor makes one more, also of a process that is watched already: they add up as long as the other "
        "process lives, "
        "and its end brings a DOWN for each of them.";
    finding.fix = erlang ? "Keep the reference, and monitor only what is not watched yet."
                         : "Keep the reference, and monitor only a pid that is not watched yet.";
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    finding.path = {{{unit.file, clause.begin, clause.end}, shown + " comes again and again"},
                    {finding.span, "one more monitor"}};
    finding.key = "tick " + call;
    report_weighed(reporter_, std::move(finding));
  }

  bool monitors(ModuleId module) const {
    for (const FunctionId f : program_.functions_of(module)) {
      if (facts_.effects.direct[f.index].has(Effect::kMonitor)) return true;
    }
    return false;
  }

  bool holds_monitors(ProcessId process, const analysis::StateField& field) const {
    const bool loses = std::any_of(field.writes.begin(), field.writes.end(),
                                   [](const analysis::StateWrite& write) { return write.changes.has(Change::kLoses); });
    return loses && field.gains() && !monitors_in(process, field).empty();
  }

  // The calls that made the monitors which the field's collection holds, by the process itself: one that a caller made and put
  // into its message is the caller's.
  std::set<std::uint32_t> monitors_in(ProcessId process, const analysis::StateField& field) const {
    std::set<std::uint32_t> sites;
    const auto add = [&](const analysis::PossibleValue& value) {
      if (value.kind != PossibleKind::kMonitor || !runs(process, value.function)) return;
      sites.insert(program_.unit(value.made.unit).first_call + program_.unit(value.made.unit).expr(value.made.expr).payload);
    };
    for (const analysis::PossibleValue& item : analysis::possible_items_of_field(program_, facts_, field).all) {
      add(item);
      if (item.kind != PossibleKind::kTerm) continue;
      const Unit& unit = program_.unit(item.made.unit);  // {From, Ref}: a monitor inside of the item
      for (const ExprId part : unit.children_of(item.made.expr)) {
        if (unit.expr(part).kind != ExprKind::kVariable && unit.expr(part).kind != ExprKind::kCall) continue;
        for (const analysis::PossibleValue& value : analysis::possible_values(program_, facts_, item.function, part).all)
          add(value);
      }
    }
    return sites;
  }

  bool runs(ProcessId process, FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return context.many || std::binary_search(context.processes.begin(), context.processes.end(), process);
  }

  void look_at(ProcessId process, const analysis::StateField& field, const std::vector<analysis::StateField>& fields) {
    for (const analysis::StateWrite& write : field.writes) {
      // keystore takes the old entry out and puts the new one in: it is the same one as a rule.
      if (!write.changes.has(Change::kLoses) || write.changes.has(Change::kGains) || write.initial || after_its_death(write))
        continue;
      for (const HandlerId id : write.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.process != process || !forgets(handler) || gives_back(handler)) continue;
        if (stays_elsewhere(process, field, fields, id)) continue;
        report(handler, field, write);
        break;
      }
    }
  }

  // Another field holds the same references, and the clause takes nothing out of it: they are still known.
  bool stays_elsewhere(ProcessId process, const analysis::StateField& field, const std::vector<analysis::StateField>& fields,
                       HandlerId handler) const {
    const std::set<std::uint32_t> own = monitors_in(process, field);
    for (const analysis::StateField& other : fields) {
      if (&other == &field || other.whole() || !other.gains()) continue;
      const std::set<std::uint32_t> held = monitors_in(process, other);
      const bool shared = std::any_of(own.begin(), own.end(), [&](std::uint32_t site) { return held.count(site) > 0; });
      const bool loses = std::any_of(other.writes.begin(), other.writes.end(), [&](const analysis::StateWrite& write) {
        return write.changes.has(Change::kLoses) && !write.changes.has(Change::kGains) &&
               std::find(write.handlers.begin(), write.handlers.end(), handler) != write.handlers.end();
      });
      if (shared && !loses) return true;
    }
    return false;
  }

  static bool asks_whether_alive(const Unit& unit, ExprId subject) {
    return any_below(unit, subject, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      const Symbol name = e.kind == ExprKind::kCall ? unit.call_of(e).name : Symbol();
      return name && name.text().find("alive") != std::string_view::npos;
    });
  }

  // In the handler of an exit that says that the process is gone: so is its monitor, by the DOWN that comes.
  bool after_its_death(const analysis::StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    for (ExprId below = write.place, around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kCase && e.child_count == 1 && asks_whether_alive(unit, unit.child(around, 0))) return true;
      if (e.kind != ExprKind::kTry) continue;
      for (const model::ClauseId id : unit.try_of(e).catch_clauses) {
        const model::Clause& clause = unit.clause(id);
        if (!(clause.begin <= unit.expr(write.place).begin && unit.expr(write.place).begin < clause.end)) continue;
        for (const ExprId pattern : unit.patterns_of(clause)) {
          if (any_below(unit, pattern, [&](ExprId part) {
                const auto atom = analysis::atom_value(unit, part);
                return atom && (*atom == intern("noproc") || *atom == intern("nodedown"));
              }))
            return true;
        }
      }
    }
    return false;
  }

  // A clause that somebody asks for: in the clause for the DOWN the monitor is gone, and terminate ends them all.
  static bool forgets(const Handler& handler) {
    if (handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast) return true;
    if (handler.kind == HandlerKind::kEvent)
      return handler.pattern.tag && handler.pattern.tag != sym::DOWN && handler.pattern.tag != sym::EXIT;
    if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag) return false;
    const std::string_view tag = handler.pattern.tag.text();
    return tag.find("timeout") != tag.npos || tag.find("cancel") != tag.npos || tag.find("expire") != tag.npos;
  }

  // Does anything that the clause runs take a monitor back, or look whether one is there?
  bool gives_back(const Handler& handler) const {
    constexpr std::size_t kMostFunctions = 80;
    std::set<FunctionId> seen;
    std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const Resource released = released_by(program_, facts_, sites[i]);  // Task.shutdown takes its monitor back as well
      if (released == Resource::kMonitor || released == Resource::kTask) return true;
      const Symbol name = program_.call(sites[i]).name;
      if (name && name.text().starts_with("demonitor")) return true;
      // exit(Pid, kill): the DOWN comes at once, and the monitor is over with it.
      if (name == sym::exit && arguments_of(program_, sites[i]).size() == 2) return true;
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || facts_.calls.runs[sites[i].index] != Runs::kCaller || !seen.insert(callee).second) continue;
      if (seen.size() > kMostFunctions) return true;
      for (const CallId site : program_.calls_of(callee)) sites.push_back(site);
    }
    return false;
  }

  void report(const Handler& handler, const analysis::StateField& field, const analysis::StateWrite& write) {
    if (!reported_.insert({write.function.index, write.place.index}).second) return;
    const Unit& own = program_.unit_of(write.function);
    spoken_.insert({field.name.index, analysis::root_of(own, write.place).index, &own});
    const bool erlang = in_erlang(program_, write.function);
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string name = field.name ? atom_text(field.name, erlang) : "a part of its state";
    Finding finding = found_in(reporter_, program_, write.function, program_.unit_of(write.function).span(write.place));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " takes entries with monitors out of " + name + " and does not demonitor them";
    finding.why =
        "Nobody knows the reference any more: the monitor stays until the other process ends, one more each time, and then " +
        server + " gets a DOWN for every one of them.";
    finding.fix = erlang ? "Call erlang:demonitor(Ref, [flush]) for each entry that is taken out."
                         : "Call Process.demonitor(ref, [:flush]) for each entry that is taken out.";
    finding.path = {{finding.span, "entries leave " + name + " here, reached from " + shown}};
    finding.key = "forgets " + std::string(field.name ? field.name.text() : std::string_view("element"));
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, const Unit*>> spoken_;  // fields by the clause that takes entries out
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& leaked_monitor() {
  static const Rule rule{{.code = "BW206",
                          .name = "leaked-monitor",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "Entries with monitors dropped from a server's state without demonitor"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
