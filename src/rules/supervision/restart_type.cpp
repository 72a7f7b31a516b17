// Restart types that contradict how the work ends. A permanent child that stops when it is done is started again to do it once
// more; a transient one that stops `normal` when something went wrong is never started again; a temporary one that others need is
// gone after its first crash; one_for_all runs work that was done again; and an exit signal `normal` stops nobody
// (stdlib: supervisor, "Child specification"; erlang: exit/2).
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/conditions.h"
#include "rules/failed_ends.h"
#include "rules/permanent_tasks.h"
#include "rules/restart_slots.h"
#include "rules/siblings.h"
#include "rules/stopped_children.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::CallbackReturn;
using analysis::ExprRef;
using analysis::ProcessKind;

bool is_server(const Process& process) {
  return process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem ||
         process.kind == ProcessKind::kStage;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    slots_ = restart_slots(program_, facts_);
    stopped_ = stopped_children(program_, facts_);
    for (const RestartSlot& slot : slots_) {
      if (slot.restart == sym::permanent) permanent_that_stops(slot);
      if (slot.restart == sym::permanent && (slot.dynamic || slot.added)) permanent_that_is_stopped(slot);
      if (slot.restart == sym::transient) transient_that_hides(slot);
      if (slot.restart == sym::transient) transient_that_gives_up(slot);
      if (slot.restart == sym::temporary && !slot.dynamic) temporary_that_is_needed(slot);
      if (slot.restart == sym::temporary && !slot.dynamic && !slot.added) task_that_is_lost(slot);
      if (slot.strategy == sym::one_for_all && slot.restart == sym::transient && !slot.dynamic) done_again(slot);
    }
    for (const PermanentTask& task : permanent_tasks(program_, facts_)) permanent_task(task);
    signals_that_do_nothing();
  }

 private:
  const Process* server(const RestartSlot& slot) const {
    const ProcessId id = facts_.processes.of(slot.module);
    if (!id || !is_server(facts_.process(id))) return nullptr;
    return &facts_.process(id);
  }

  // Is the clause ever run in production? Calls and casts that only tests send are not; those that nobody in sight sends come by
  // ways that cannot be read, unless their name says that they are there to be sent by hand.
  bool is_heard(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast) return true;
    if (messages_to(facts_, id).empty()) {
      const std::string_view tag = handler.pattern.tag.text();
      return handler.pattern.tag && tag != "stop" && tag != "terminate" && tag != "shutdown" && tag != "exit" && tag != "kill";
    }
    for (const MessageId message : messages_to(facts_, id)) {
      const FunctionId sender = facts_.message(message).sender;
      if (!in_production(program_, facts_, sender)) continue;
      if (!facts_.calls.incoming_of(sender).empty()) return true;
    }
    return false;
  }

  struct Stop {
    HandlerId handler;
    ExprRef place;
  };
  std::optional<Stop> stops_when_done(const Process& process, bool normal_only) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate) continue;
      if (!in_production(program_, facts_, handler.function)) continue;
      for (const CallbackReturn& r : analysis::returns_of(program_, facts_, handler)) {
        if (r.tag != sym::stop || !r.reason) continue;
        // Whoever stops with `shutdown` may mean to be started afresh.
        const Unit& unit = program_.unit(r.reason.unit);
        if (normal_only && analysis::atom_value(unit, r.reason.expr) != sym::normal) continue;
        if (ends_well(unit, r.reason) && is_heard(id) && !only_by_option(handler)) return Stop{id, r.expr};
      }
    }
    return {};
  }

  Finding start_finding(source::Span place, ModuleId module) const {
    Finding finding = reporter_.finding();
    finding.span = place;
    finding.function = model::display_module(program_.module(module).name);
    finding.severity = Severity::kMedium;
    return finding;
  }

  // A message that is one atom and that the process sends to itself: nobody asked it to stop.
  bool is_own_decision(const Handler& handler) const {
    if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag || handler.pattern.size != 0) return false;
    for (const FunctionId f : program_.functions_of(facts_.process(handler.process).module)) {
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || !external->row->effects.has(Effect::kTimer) || external->row->message_argument == 0)
          continue;
        const std::span<const ExprId> arguments = analysis::arguments_of(program_, site);
        if (external->row->message_argument > arguments.size()) continue;
        if (analysis::atom_value(program_.unit_of(site), arguments[external->row->message_argument - 1u]) == handler.pattern.tag)
          return true;
      }
    }
    return false;
  }

  // `if ttl > 0, do: Process.send_after(self(), :stop, ttl)`: those that are started without the option never stop.
  bool only_by_option(const Handler& handler) const {
    if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag || handler.pattern.size != 0) return false;
    std::size_t sites = 0;
    for (const FunctionId f : program_.functions_of(facts_.process(handler.process).module)) {
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || external->row->message_argument == 0) continue;
        const std::span<const ExprId> arguments = analysis::arguments_of(program_, site);
        if (external->row->message_argument > arguments.size()) continue;
        if (analysis::atom_value(program_.unit_of(site), arguments[external->row->message_argument - 1u]) != handler.pattern.tag)
          continue;
        if (program_.function(f).name != sym::init || !stands_in_branch(program_, site)) return false;
        ++sites;
      }
    }
    return sites != 0;
  }

  void permanent_that_stops(const RestartSlot& slot) {
    const Process* process = server(slot);
    if (!process) return;
    const std::optional<Stop> stop = stops_when_done(*process, slot.guessed);
    if (!stop || (!slot.dynamic && !is_own_decision(facts_.handler(stop->handler)))) return;
    if (!reported_.insert(slot.module).second) return;
    const bool erlang = in_erlang(program_, slot.module);
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = start_finding(slot.place, slot.module);
    // One in a list may stop so that it is started afresh.
    finding.confidence = slot.dynamic && !slot.guessed ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + " is started as a permanent child and stops with " + atom_text(sym::normal, erlang) +
                      " when it is done: its supervisor starts it again";
    finding.why = "A permanent child is restarted whatever its reason was. Every " + name +
                  " that has ended its work comes back to life with the arguments it began with, and each return counts as a "
                  "restart against the supervisor's intensity.";
    finding.fix = erlang ? "Give the child `restart => transient` (or temporary)."
                         : "Write `use GenServer, restart: :transient` (or :temporary).";
    finding.path.push_back({slot.place, name + " is a permanent child"});
    if (slot.site) finding.path.push_back({call_span(program_, slot.site), "it is started here"});
    finding.path.push_back({program_.unit(stop->place.unit).span(stop->place.expr),
                            analysis::display_handler(program_, facts_, facts_.handler(stop->handler)) + " stops it"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // Work that is done once, under a restart type for what shall run for ever.
  void permanent_task(const PermanentTask& task) {
    const Unit& unit = program_.unit(task.child.unit);
    const FunctionId holder = function_at(program_, task.child);
    if (!holder) return;
    const std::string what = task.run ? model::display_function(program_, task.run) : std::string("what it is given");
    Finding finding = found_in(reporter_, program_, holder, unit.span(task.child.expr));
    finding.severity = Severity::kHigh;
    finding.confidence = Confidence::kLikely;
    finding.message = "A task that runs " + what + " is a permanent child: when it is done, its supervisor starts it again";
    finding.why =
        "A permanent child is restarted whatever its reason was. The work is done again and again, and after a few turns the "
        "restarts are used up: the supervisor ends with all its other children.";
    finding.fix = in_erlang(program_, holder) ? "Give the child `restart => transient` (or temporary)."
                                              : "Give the child `restart: :transient` (or :temporary): only a specification of "
                                                "one's own, or `use Task, restart: …`, makes a task permanent.";
    finding.path = {
        {finding.span, "a permanent child"},
        {task.run ? name_span(program_, task.run) : program_.unit(task.body.unit).span(task.body.expr), "which comes to an end"}};
    finding.key = "task " + what;
    report_weighed(reporter_, std::move(finding));
  }

  // Who stops a child by itself and not through its supervisor gets another one of it.
  void permanent_that_is_stopped(const RestartSlot& slot) {
    const auto stopped = stopped_.find(slot.module.index);
    if (stopped == stopped_.end() || !facts_.processes.of(slot.module) || !reported_.insert(slot.module).second) return;
    const CallId from = stopped->second.from ? stopped->second.from : stopped->second.stop;
    const bool erlang = in_erlang(program_, slot.module);
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = start_finding(slot.place, slot.module);
    finding.confidence = Confidence::kLikely;
    finding.message = name + " is started as a permanent child, and " +
                      model::display_function(program_, program_.function_of(from)) + " stops it: its supervisor starts it again";
    finding.why =
        "A permanent child is restarted whatever its reason was, and " + callee_text(program_, facts_, stopped->second.stop) +
        " does not ask the supervisor. The process that was to be gone comes back with the arguments it began with, and "
        "each such end counts as a restart against the supervisor's intensity.";
    finding.fix =
        erlang ? "Give the child `restart => transient` (or temporary), or end it with supervisor:terminate_child/2."
               : "Give the child `restart: :transient` (or :temporary), or end it with DynamicSupervisor.terminate_child/2.";
    finding.path.push_back({slot.place, name + " is a permanent child"});
    if (slot.site) finding.path.push_back({call_span(program_, slot.site), "it is started here"});
    finding.path.push_back({call_span(program_, from), "it is stopped here"});
    if (stopped->second.from) finding.path.push_back({call_span(program_, stopped->second.stop), "the stop itself"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // Where a process says it ends well although the result before it was none it expected.
  std::optional<ExprRef> hidden_failure(ModuleId module, FunctionId* where) const {
    for (const auto function : program_.functions_of(module)) {
      if (!in_production(program_, facts_, function)) continue;
      const Unit& unit = program_.unit_of(function);
      const model::UnitId unit_id = program_.functions[function.index].unit;
      for (const auto clause_id : program_.function(function).clauses) {
        ExprId found;
        any_below(unit, unit.clause(clause_id).body, [&](ExprId id) {
          if (unit.expr(id).kind != ExprKind::kCase) return false;
          found = failing_clause(unit, id);
          return static_cast<bool>(found);
        });
        if (!found) continue;
        *where = function;
        return ExprRef{unit_id, found};
      }
    }
    return {};
  }

  ExprId failing_clause(const Unit& unit, ExprId branch) const {
    const model::Expr& e = unit.expr(branch);
    if (e.child_count == 0) return {};
    const auto clauses = unit.clauses_of(e);
    std::size_t seen = 0;
    for (const auto id : clauses) {
      const model::Clause& clause = unit.clause(id);
      const auto patterns = unit.patterns_of(clause);
      const bool first = seen++ == 0;
      if (patterns.size() != 1 || clause.guard || !clause.body || first) continue;
      const model::Expr& pattern = unit.expr(patterns[0]);
      if (pattern.kind != ExprKind::kVariable || !is_surprise(unit, pattern)) continue;
      const ExprId end = ends_normally(unit, clause.body);
      if (end && complains(unit, clause.body, model::VariableId(pattern.payload))) return end;
    }
    return {};
  }

  static bool is_surprise(const Unit& unit, const model::Expr& pattern) {
    return pattern.has(model::kBinds) && pattern.payload < unit.variables.size();
  }

  // exit(normal), or {stop, normal, …}, as the last of a clause.
  ExprId ends_normally(const Unit& unit, ExprId body) const {
    ExprId found;
    analysis::for_each_result(unit, body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kCall) {
        const model::Call& call = unit.call_of(e);
        const auto arguments = unit.children_of(id);
        if (call.name == sym::exit && arguments.size() == 1 && ends_well(unit, {{}, arguments[0]})) found = id;
      }
      if (e.kind == ExprKind::kTuple && e.child_count >= 3) {
        const auto parts = unit.children_of(id);
        const auto tag = analysis::atom_value(unit, parts[0]);
        if (tag && *tag == sym::stop && ends_well(unit, {{}, parts[1]})) found = id;
      }
    });
    return found;
  }

  // The unexpected result is put into words: a call takes it together with a text, as loggers of all kinds do.
  bool complains(const Unit& unit, ExprId body, model::VariableId surprise) const {
    return any_below(unit, body, [&](ExprId id) {
      if (unit.expr(id).kind != ExprKind::kCall || !mentions(unit, id, {surprise})) return false;
      return any_below(unit, id, [&](ExprId part) {
        const ExprKind kind = unit.expr(part).kind;
        return kind == ExprKind::kString || kind == ExprKind::kCharlist || kind == ExprKind::kBinary;
      });
    });
  }

  void transient_that_hides(const RestartSlot& slot) {
    FunctionId function;
    const std::optional<ExprRef> end = hidden_failure(slot.module, &function);
    if (!end || !reported_.insert(slot.module).second) return;
    const bool erlang = in_erlang(program_, slot.module);
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = found_in(reporter_, program_, function, program_.unit(end->unit).span(end->expr));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " ends the transient process " + name + " with " + atom_text(sym::normal, erlang) +
                      " on a result it did not expect: nobody starts it again";
    finding.why =
        "A transient child is restarted after an abnormal reason only. Here the reason says that the work was done, so "
        "after one bad answer " +
        name + " is gone until its supervisor itself is restarted.";
    finding.fix = "Stop with a reason that tells what happened, such as `" +
                  std::string(erlang ? "exit({unexpected, Other})" : "{:stop, {:unexpected, other}, state}") + "`.";
    finding.path.push_back({finding.span, "it ends as if all were well"});
    finding.path.push_back({slot.place, name + " is a transient child"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // A stop in the clause for {error, Reason}, with a reason that is none.
  void transient_that_gives_up(const RestartSlot& slot) {
    const Process* process = server(slot);
    if (!process) return;
    const std::optional<FailedEnd> end = failed_end(program_, facts_, *process);
    if (!end || !reported_.insert(slot.module).second) return;
    const bool erlang = in_erlang(program_, slot.module);
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = found_in(reporter_, program_, end->function, program_.unit(end->place.unit).span(end->place.expr));
    finding.severity = Severity::kMedium;
    // What is started on demand may be meant to end with what it was started for.
    finding.confidence = slot.dynamic || slot.added ? Confidence::kPossible : Confidence::kLikely;
    finding.message = finding.function + " ends the transient process " + name +
                      " as if all were well where something failed: nobody "
                      "starts it again";
    finding.why =
        "A transient child is restarted after an abnormal reason only, and `normal`, `shutdown` and `{shutdown, _}` are not "
        "abnormal, whatever stands in the place of `_`. After one error " +
        name + " is gone until somebody starts it by hand or its supervisor itself is restarted.";
    finding.fix = std::string("Stop with the error as the reason, `") +
                  (erlang ? "{stop, Reason, State}" : "{:stop, reason, state}") + "`, or try again after a while.";
    finding.path.push_back({program_.unit(end->pattern.unit).span(end->pattern.expr), "where something failed"});
    finding.path.push_back({finding.span, "it stops with a reason that is not abnormal"});
    finding.path.push_back({slot.place, name + " is a transient child"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // The `use Task` that makes it temporary; none where somebody wrote so, there or in the list.
  source::Span defaulted_by(const RestartSlot& slot) const {
    const Unit& at = program_.unit(slot.child.unit);
    const bool written = any_below(at, slot.child.expr, [&](ExprId id) {
      return at.expr(id).kind == ExprKind::kAtom && at.expr(id).symbol() == sym::temporary;
    });
    if (written || program_.find_function(slot.module, sym::child_spec, 1)) return {};
    const Unit& unit = program_.unit_of(slot.module);
    for (const model::Directive& d : unit.directives_of(program_.module(slot.module))) {
      if (d.kind != model::DirectiveKind::kUse || d.module != sym::Elixir_Task || d.quoted) continue;
      if (!d.options || !analysis::literal_option(unit, d.options, sym::restart)) return {unit.file, d.begin, d.end};
    }
    return {};
  }

  // `use Task` alone in a supervisor's list, and its work is no one's business when it fails.
  void task_that_is_lost(const RestartSlot& slot) {
    const ProcessId id = facts_.processes.of(slot.module);
    if (!id || facts_.process(id).kind != ProcessKind::kTask || !slot.child) return;
    const source::Span use = defaulted_by(slot);
    if (use.end <= use.begin) return;
    const std::optional<LostWork> work = lost_work(program_, facts_, slot.module);
    if (!work || !reported_.insert(slot.module).second) return;
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = start_finding(use, slot.module);
    finding.confidence = Confidence::kPossible;
    finding.message = name + " is a task that works with others and is not started again when that fails";
    finding.why =
        "Nobody wrote how it is restarted, and a task is temporary then: the first error of the other side ends " + name +
        " for as long as the application runs, with what it had to tell left untold, and nobody hears of it but the log.";
    finding.fix = "Write `use Task, restart: :transient`: it is started again until it has ended well.";
    finding.path.push_back({use, name + " is temporary by default"});
    finding.path.push_back({slot.place, "its supervisor starts it here"});
    finding.path.push_back({call_span(program_, work->started), "its work is started here"});
    for (findings::Step& step : analysis::path_to(program_, facts_, work->run, work->outside))
      finding.path.push_back(std::move(step));
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // Somebody outside the module calls the process for its work.
  std::optional<MessageId> needed(ModuleId module) const {
    const ProcessId id = facts_.processes.of(module);
    for (const MessageId message_id : facts_.messages.to[id.index]) {
      const Message& message = facts_.message(message_id);
      if (message.kind != MessageKind::kCall && message.kind != MessageKind::kCast) continue;
      if (message.pattern.tag == sym::stop || !in_production(program_, facts_, message.sender)) continue;
      if (program_.module_of(message.sender) != module) return message_id;
      for (const std::uint32_t i : facts_.calls.incoming_of(message.sender)) {
        const FunctionId caller = facts_.calls.callers[i];
        if (program_.module_of(caller) != module && in_production(program_, facts_, caller)) return message_id;
      }
    }
    return {};
  }

  void temporary_that_is_needed(const RestartSlot& slot) {
    const Process* process = server(slot);
    if (!process || process->count == analysis::Count::kMany) return;
    if (!is_named(*process) || is_watched_over(slot)) return;
    const std::optional<MessageId> message = needed(slot.module);
    if (!message && !registers_callbacks(*process)) return;
    if (!reported_.insert(slot.module).second) return;
    const bool erlang = in_erlang(program_, slot.module);
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = start_finding(slot.place, slot.module);
    finding.confidence = message ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + " is a temporary child, and others rely on it: after its first crash it is gone";
    finding.why =
        "A temporary child is never restarted. " + name +
        " has a name that other processes use, so from its first crash on all of them fail until somebody starts it by hand.";
    finding.fix = erlang ? "Make it transient, or permanent." : "Make it `restart: :transient`, or :permanent.";
    finding.path.push_back({slot.place, name + " is a temporary child"});
    if (message) finding.path.push_back({call_span(program_, facts_.message(*message).site), "it is called here"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // Who starts it by hand also monitors: it is started again when somebody notices.
  bool is_watched_over(const RestartSlot& slot) const {
    const FunctionId starter = slot.site ? program_.function_of(slot.site) : FunctionId();
    if (!starter) return false;
    for (const auto f : program_.functions_of(program_.module_of(starter))) {
      if (facts_.effects.direct[f.index].has(Effect::kMonitor)) return true;
    }
    return false;
  }

  // Its start function registers it: under a fixed name, or under one made from an argument.
  bool is_named(const Process& process) const {
    if (!process.names.empty()) return true;
    for (const CallId site : process.starts) {
      const analysis::External* external = facts_.calls.external(site);
      if (external && external->row && external->row->name_argument != 0 && arguments_of(program_, site).size() >= 4) {
        return true;
      }
    }
    return false;
  }

  // init hands functions of its own module to a registry of callbacks: add(Hook, ?MODULE, function).
  bool registers_callbacks(const Process& process) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInit) continue;
      std::size_t hooks = 0;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        const Unit& unit = program_.unit_of(site);
        bool own = false, other = false;
        for (const ExprId argument : arguments_of(program_, site)) {
          const auto atom = analysis::atom_value(unit, argument);
          own = own || (atom && *atom == program_.module(process.module).name);
          other = other || (atom && *atom != program_.module(process.module).name);
        }
        if (own && other && program_.call(site).target == model::TargetKind::kRemote) ++hooks;
      }
      if (hooks >= 2) return true;
    }
    return false;
  }

  // Work that ends by itself, under one_for_all.
  void done_again(const RestartSlot& slot) {
    const ProcessId id = facts_.processes.of(slot.module);
    if (!id || facts_.process(id).kind != ProcessKind::kGenServer) return;
    const std::optional<ExprRef> end = one_shot(facts_.process(id));
    if (!end || !reported_.insert(slot.module).second) return;
    const std::string name = model::display_module(program_.module(slot.module).name);
    Finding finding = start_finding(slot.place, slot.module);
    finding.confidence = Confidence::kLikely;
    finding.message = name + " does its work once and stops, but under one_for_all it does it again whenever a sibling crashes";
    finding.why = "one_for_all starts every child again, those that were done as well: each crash of a sibling waits for " +
                  name + " to do its work once more, and a failure there counts against the restarts of all.";
    finding.fix = "Put " + name + " first under rest_for_one, or do its work before the supervisor starts.";
    finding.path.push_back({slot.place, name + " is among the children of a one_for_all supervisor"});
    if (slot.strategy_place.end > slot.strategy_place.begin) {
      finding.path.push_back({slot.strategy_place, "a crash of one child starts all of them again"});
    }
    finding.path.push_back({program_.unit(end->unit).span(end->expr), "it stops when its work is done"});
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // init that ends the process, itself or in the handle_continue it asks for.
  std::optional<ExprRef> one_shot(const Process& process) const {
    std::optional<ExprRef> end;
    bool other = false;
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kTerminate || handler.kind == HandlerKind::kInit) continue;
      const bool first =
          handler.kind == HandlerKind::kContinue || (handler.kind == HandlerKind::kInfo && handler.pattern.tag == sym::timeout);
      if (!first) {
        other = true;
        continue;
      }
      const auto returns = analysis::returns_of(program_, facts_, handler);
      const bool stops = !returns.empty() && std::all_of(returns.begin(), returns.end(), [&](const CallbackReturn& r) {
        return r.tag == sym::stop && r.reason && ends_well(program_.unit(r.reason.unit), r.reason);
      });
      if (stops) end = returns.front().expr;
    }
    return other ? std::nullopt : end;
  }

  // Process.exit(pid, :normal) to another process is dropped, unless that one traps exits.
  void signals_that_do_nothing() {
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      const FunctionId function(f);
      if (!program_.reviewed(function)) continue;
      for (const CallId site : program_.calls_of(function)) {
        const model::Call& call = program_.call(site);
        if (call.name != sym::exit || call.arity != 2 || call.capture) continue;
        if (call.target == model::TargetKind::kRemote && call.module != sym::Elixir_Process && call.module != sym::erlang)
          continue;
        if (facts_.calls.callees[site.index].function) continue;
        const Unit& unit = program_.unit_of(function);
        const auto arguments = arguments_of(program_, site);
        const auto reason = analysis::atom_value(unit, arguments[1]);
        if (!reason || *reason != sym::normal || !in_production(program_, facts_, function)) continue;
        signal_does_nothing(function, site, arguments[0]);
      }
    }
  }

  void signal_does_nothing(FunctionId function, CallId site, ExprId target) {
    const auto values = analysis::possible_values(program_, facts_, function, target);
    const ProcessId process = analysis::process_behind(program_, facts_, values, program_.unit_of(function).project);
    if (values.has(analysis::PossibleKind::kPort)) return;
    if (values.has(analysis::PossibleKind::kSelf) && runs_in_own_process(function, site, target)) return;
    // Supervisors trap exits; one that is told so by its parent ends (stdlib: supervisor, gen_server).
    if (process && (facts_.process(process).traps_exits || facts_.process(process).kind == ProcessKind::kSupervisor)) return;
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = process ? Severity::kMedium : Severity::kLow;
    finding.confidence = process ? Confidence::kLikely : Confidence::kPossible;
    const std::string who = process ? process_name(program_, facts_, process) : std::string("the other process");
    finding.message =
        finding.function + " sends the exit signal " + atom_text(sym::normal, erlang) + ", which " + who + " ignores: it goes on";
    finding.why =
        "A process that does not trap exits drops a signal with the reason `normal` from another process (erlang: exit/2). "
        "What shall be stopped here runs on, with all that it holds.";
    finding.fix = erlang ? "Ask the process to stop (gen_server:stop/1, or a message it takes), or send shutdown."
                         : "Ask the process to stop (GenServer.stop/1, or a message it takes), or send :shutdown.";
    finding.path.push_back({finding.span, "the signal is dropped"});
    add_restart_step(function, process, finding);
    finding.key = "exit normal";
    report_weighed(reporter_, std::move(finding));
  }

  // self() of the process that runs the code; handed to a task it is somebody else.
  bool runs_in_own_process(FunctionId function, CallId site, ExprId target) const {
    if (program_.call(site).closure || facts_.calls.runs[site.index] != analysis::Runs::kCaller) return false;
    const Unit& unit = program_.unit_of(function);
    const model::Expr& value = unit.expr(analysis::local_value(unit, target));
    if (value.kind == ExprKind::kCall && unit.call_of(value).name == sym::self) return true;
    const std::uint16_t flags = facts_.contexts.of(function).flags;
    return (flags & analysis::kInTask) == 0 || !facts_.contexts.of(function).processes.empty();
  }

  // Where the process that is not stopped gets its restart type.
  void add_restart_step(FunctionId function, ProcessId process, Finding& finding) const {
    const ModuleId module = process ? facts_.process(process).module : program_.module_of(function);
    const FunctionId spec = program_.find_function(module, sym::child_spec, 1);
    if (spec) finding.path.push_back({name_span(program_, spec), "its restart type is given here"});
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::vector<RestartSlot> slots_;
  std::set<ModuleId> reported_;
  std::map<std::uint32_t, StoppedFrom> stopped_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& restart_type() {
  static const Rule rule{{.code = "BW108",
                          .name = "restart-type",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A restart type that contradicts how the process ends"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
