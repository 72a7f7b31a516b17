// A request written by hand monitors the other process, sends, and waits in a receive. Whatever ends the wait must take the
// monitor back, or the DOWN of the other process arrives later, in a mailbox that does not expect it, and until then the monitor
// is kept on both sides. The branch that is forgotten is nearly always the timeout.
#include <algorithm>
#include <array>

#include "analysis/data_functions.h"
#include "analysis/paths.h"
#include "analysis/values.h"
#include "rules/clause_scopes.h"
#include "rules/kept.h"
#include "rules/last_acts.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

struct Wait {
  ExprId receive;
  model::VariableId reference;
  CallId monitor;
  std::vector<ExprId> left;  // branches that leave the monitor: patterns of clauses, or the timeout
  bool timeout = false;      // the timeout is among them
  bool of_list = false;      // the references came in a list, and the function goes on with the rest of it
  bool of_handle = false;    // the reference is a field of what the caller was given when the other process was started
};

class Waits {
 public:
  Waits(const Program& program, const Facts& facts, FunctionId function)
      : program_(program), facts_(facts), function_(function), unit_(program.unit_of(function)) {}

  std::vector<Wait> find(ExprId body) {
    body_ = body;
    any_below(unit_, body, [&](ExprId id) {
      if (unit_.expr(id).kind == ExprKind::kReceive && !stands_in_foreign_closure(unit_, id)) look_at(id);
      return false;
    });
    return std::move(found_);
  }

 private:
  bool names(ExprId root, model::VariableId variable) const { return root && mentions(unit_, root, {variable}); }

  void look_at(ExprId receive) {
    Wait wait{receive, down_reference(receive), {}, {}, false, false, false};
    if (!wait.reference || (!made_here(wait) && !made_for_list(wait) && !made_for_handle(wait))) return;
    if (is_used_after(wait) || is_killed_before(wait)) return;
    for (const model::ClauseId id : unit_.clauses_of(unit_.expr(receive))) {
      const model::Clause& clause = unit_.clause(id);
      const std::span<const ExprId> patterns = unit_.patterns_of(clause);
      if (patterns.empty() || takes_down(patterns[0]) || !leaves(clause.body, wait)) continue;
      if (names(clause.guard, wait.reference) || keeps(patterns[0], wait.reference)) continue;
      if (is_spawned(wait.monitor)) continue;  // it ends by itself once it has answered
      wait.left.push_back(patterns[0]);
    }
    const std::span<const ExprId> rest = unit_.children_of(receive);
    // Who gives up on a handle may wait for it again.
    if (rest.size() == 2 && !wait.of_handle && leaves(rest[1], wait)) {
      wait.left.push_back(rest[1]);
      wait.timeout = true;
    }
    if (!wait.left.empty()) found_.push_back(std::move(wait));
  }

  // {Tag, {await, Tag, _} = Await}: what is handed on has the reference in it.
  bool keeps(ExprId pattern, model::VariableId reference) const {
    std::size_t count = 0;
    any_below(unit_, pattern, [&](ExprId id) {
      const model::Expr& e = unit_.expr(id);
      if (e.kind == ExprKind::kVariable && model::VariableId(e.payload) == reference) ++count;
      return false;
    });
    return count > 1 || (count == 1 && unit_.expr(pattern).kind == ExprKind::kMatch);
  }

  bool is_spawned(CallId monitor) const { return returned_by(program_, facts_, monitor) == Resource::kProcess; }

  // {'DOWN', Ref, …}: a message about a monitor. A variable may take it, too.
  bool takes_down(ExprId pattern) const {
    const analysis::Pattern outline = analysis::outline(unit_, {}, pattern);
    return outline.any || outline.tag == sym::DOWN;
  }

  // The variable for the reference in the clause {'DOWN', Ref, _, _, _} of the receive.
  model::VariableId down_reference(ExprId receive) const {
    for (const model::ClauseId id : unit_.clauses_of(unit_.expr(receive))) {
      for (ExprId pattern : unit_.patterns_of(unit_.clause(id))) {
        const model::Expr& e = unit_.expr(pattern);
        if (e.kind != ExprKind::kTuple || e.child_count != 5) continue;
        const model::Expr& tag = unit_.expr(unit_.child(pattern, 0));
        if (tag.kind != ExprKind::kAtom || tag.symbol() != sym::DOWN) continue;
        ExprId reference = unit_.child(pattern, 1);
        if (unit_.expr(reference).kind == ExprKind::kPin) reference = unit_.child(reference, 0);
        const model::Expr& named = unit_.expr(reference);
        if (named.kind == ExprKind::kVariable && !named.has(model::kBinds)) return model::VariableId(named.payload);
      }
    }
    return {};
  }

  // Is the monitor made in this clause? One that was given to the function may be taken back by whoever gave it.
  bool made_here(Wait& wait) const {
    if (wait.reference.index >= unit_.variables.size() || !unit_.variables[wait.reference.index].binding) return false;
    if (analysis::parameter_of(unit_, program_.function(function_), wait.reference)) return false;
    const Origins origins = origins_of(program_, facts_, function_, unit_.variables[wait.reference.index].binding);
    if (origins.unknown || origins.field || origins.made.size() != 1) return false;
    wait.monitor = origins.made[0].site;
    return origins.made[0].resource == Resource::kMonitor && program_.function_of(wait.monitor) == function_ &&
           !is_alias(wait.monitor);
  }

  // collect([{Pid, Ref} | Rest]): the references were made before, by whoever gave the list.
  bool made_for_list(Wait& wait) {
    if (wait.reference.index >= unit_.variables.size() || !unit_.variables[wait.reference.index].binding) return false;
    const ExprId binding = unit_.variables[wait.reference.index].binding;
    ExprId list;
    wholes_.clear();
    for (ExprId around = unit_.parent(binding); around; around = unit_.parent(around)) {
      const model::Expr& e = unit_.expr(around);
      if (!e.has(model::kInPattern)) break;
      if (e.kind == ExprKind::kList && e.has(model::kHasTail)) list = around;
      if (e.kind == ExprKind::kMatch && list) wholes_ = {analysis::whole_variable(unit_, around)};
    }
    if (!list || unit_.parent(analysis::root_of(unit_, binding))) return false;
    const Origins origins = origins_of(program_, facts_, function_, binding);
    const auto made = std::find_if(origins.made.begin(), origins.made.end(),
                                   [](const Origins::Made& m) { return m.resource == Resource::kMonitor; });
    if (made == origins.made.end() || origins.made.size() != 1 || origins.field || is_alias(made->site)) return false;
    wait.monitor = made->site;
    wait.of_list = true;
    for (const std::uint32_t i : facts_.calls.incoming_of(function_)) {
      const FunctionId caller = facts_.calls.callers[i];
      if (caller != function_ && releases(caller)) return false;  // takes all of them back in the end
    }
    return program_.module_of(program_.function_of(wait.monitor)) == program_.module_of(function_);
  }

  // await(%Job{monitor: ref}): a function of the module made the monitor and gave it away in such a map, and none takes it back.
  bool made_for_handle(Wait& wait) {
    const ExprId binding =
        wait.reference.index < unit_.variables.size() ? unit_.variables[wait.reference.index].binding : ExprId();
    const ExprId map = binding ? unit_.parent(binding) : ExprId();
    if (!map || unit_.expr(map).kind != ExprKind::kMap || !is_parameter(map) || !waits_for_end()) return false;
    Symbol field;
    const std::span<const ExprId> children = unit_.children_of(map);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      if (children[i + 1] == binding) field = analysis::written_key(unit_, children[i]);
    }
    const ModuleId module = program_.module_of(function_);
    if (!field || gives_back_monitors(program_, facts_, module)) return false;
    for (const FunctionId maker : program_.functions_of(module)) {
      if (&program_.unit_of(maker) != &unit_ || !facts_.effects.direct[maker.index].has(Effect::kMonitor) ||
          !facts_.contexts.of(maker).processes.empty())
        continue;
      for (const ExprId body : bodies_of(program_, maker)) {
        for (const FieldWrite& write : field_writes(unit_, body)) {
          if (write.field != field || !write.value || unit_.expr(write.place).payload != unit_.expr(map).payload) continue;
          const Origins origins = origins_of(program_, facts_, maker, write.value);
          if (origins.unknown || origins.made.size() != 1 || origins.made[0].resource != Resource::kMonitor) continue;
          wait.monitor = origins.made[0].site;
          wait.of_handle = !is_alias(wait.monitor);
          return wait.of_handle;
        }
      }
    }
    return false;
  }

  // By its name: what is read from a stream comes again, with the monitor still needed.
  bool waits_for_end() const {
    static constexpr std::array<std::string_view, 8> kEnds = {"wait",   "close", "stop",   "exit",
                                                              "finish", "join",  "result", "done"};
    const std::string_view name = program_.function(function_).name.text();
    return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
  }

  // A pattern for a parameter, or one that takes a parameter apart: %Job{monitor: ref} = job.
  bool is_parameter(ExprId pattern) const {
    const ExprId around = unit_.parent(pattern);
    if (!around) return true;
    const model::Expr& e = unit_.expr(around);
    if (e.kind != ExprKind::kMatch) return false;
    if (e.has(model::kInPattern)) return !unit_.parent(around);
    const model::Expr& value = unit_.expr(unit_.child(around, 1));
    return value.kind == ExprKind::kVariable &&
           analysis::parameter_of(unit_, program_.function(function_), model::VariableId(value.payload)).has_value();
  }

  // erlang:monitor(process, Pid, [{alias, reply_demonitor}]) takes itself back with the reply.
  bool is_alias(CallId monitor) const {
    return arguments_of(program_, monitor).size() == 3 || callee_text(program_, facts_, monitor) == "Process.monitor/2";
  }

  // After the receive, or in what is run around it, somebody still has the reference.
  bool is_used_after(const Wait& wait) const {
    const std::uint32_t end = unit_.expr(wait.receive).end;
    bool inside_try = false;
    for (ExprId around = unit_.parent(wait.receive); around; around = unit_.parent(around)) {
      inside_try |= unit_.expr(around).kind == ExprKind::kTry;
    }
    return any_below(unit_, body_, [&](ExprId id) {
      const model::Expr& e = unit_.expr(id);
      if (e.kind == ExprKind::kVariable && model::VariableId(e.payload) == wait.reference)
        return e.begin >= end || is_handed_on(id);
      return e.kind == ExprKind::kCall && e.begin >= end &&
             (inside_try || released_by(program_, facts_, CallId(unit_.first_call + e.payload)) == Resource::kMonitor);
    });
  }

  // Stored in a map or given to a helper before the wait: {Pid, Ref} in a message is what a request looks like, and is none.
  bool is_handed_on(ExprId use) const {
    if (unit_.expr(use).has(model::kBinds) || unit_.expr(use).has(model::kInPattern)) return false;
    for (ExprId around = unit_.parent(use); around; around = unit_.parent(around)) {
      const model::Expr& e = unit_.expr(around);
      if (e.kind == ExprKind::kMap || e.kind == ExprKind::kClosure) return true;
      if (e.kind != ExprKind::kCall) continue;
      const CallId site(unit_.first_call + e.payload);
      return static_cast<bool>(facts_.calls.callees[site.index].function) &&
             !analysis::effects_at(program_, facts_, site).has(Effect::kSend);
    }
    return false;
  }

  // Does the branch end without the reference, and go on living? Where it kills the other process, the DOWN comes at once.
  bool leaves(ExprId branch, const Wait& wait) const {
    if (!branch || names(branch, wait.reference) || exits(branch)) return false;
    return !any_below(unit_, branch, [&](ExprId id) {
      const model::Expr& e = unit_.expr(id);
      if (e.kind == ExprKind::kReceive) return true;  // waits on, maybe for the DOWN
      if (e.kind != ExprKind::kCall) return false;
      const CallId site(unit_.first_call + e.payload);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const bool kills =
          (facts_.calls.external(site) && unit_.call_of(e).name == sym::exit && e.child_count == 2) || ends_process(id, wait);
      // With the rest of the list the function comes back for the others, not for this one.
      if (callee == function_ && wait.of_list) return mentions(unit_, id, wholes_);
      return kills || released_by(program_, facts_, site) == Resource::kMonitor || callee == function_ ||
             (callee && (releases(callee) || always_exits(program_, facts_, callee)));
    });
  }

  // stream:close(Pid) in the branch: the process that is monitored ends there, and its DOWN with it.
  bool ends_process(ExprId call, const Wait& wait) const {
    static constexpr std::array<std::string_view, 6> kEnds = {"close", "stop", "kill", "shutdown", "terminate", "disconnect"};
    const Symbol name = unit_.call_of(unit_.expr(call)).name;
    const bool ends = name && std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view word) {
                        return name.text().find(word) != std::string_view::npos;
                      });
    return ends && mentions(unit_, call, watched(wait));
  }

  // The variables that name the process, in monitor(process, Pid) or Process.monitor(pid).
  std::vector<model::VariableId> watched(const Wait& wait) const {
    const std::span<const ExprId> arguments = arguments_of(program_, wait.monitor);
    return arguments.empty() || program_.function_of(wait.monitor) != function_ ? std::vector<model::VariableId>()
                                                                                : variables_in(unit_, arguments.back());
  }

  // exit(Pid, kill) before the wait: a process of this node cannot outlive it by much.
  bool is_killed_before(const Wait& wait) const {
    const std::vector<model::VariableId> names = watched(wait);
    for (const CallId site : program_.calls_of(function_)) {
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (program_.call(site).name != sym::exit || arguments.size() != 2 || program_.call(site).capture) continue;
      if (unit_.expr(program_.call(site).expr).begin > unit_.expr(wait.receive).begin) continue;
      const auto reason = analysis::atom_value(unit_, arguments[1]);
      if (reason && reason->text() == "kill" && mentions(unit_, arguments[0], names)) return true;
    }
    return false;
  }

  // A helper that was not given the reference can only flush by looking for any DOWN, in a receive of its own.
  bool releases(FunctionId helper) const {
    if (function_has(program_, helper, ExprKind::kReceive)) return true;
    for (const CallId site : program_.calls_of(helper)) {
      if (released_by(program_, facts_, site) == Resource::kMonitor) return true;
    }
    return false;
  }

  bool exits(ExprId branch) const {
    bool all = true;
    analysis::for_each_result(unit_, branch, [&](ExprId result) {
      const model::Expr& e = unit_.expr(result);
      const analysis::External* external =
          e.kind == ExprKind::kCall ? facts_.calls.external(CallId(unit_.first_call + e.payload)) : nullptr;
      all &= external && external->row && external->row->effects.has(Effect::kExit);
    });
    return all;
  }

  const Program& program_;
  const Facts& facts_;
  FunctionId function_;
  const Unit& unit_;
  ExprId body_;
  std::vector<Wait> found_;
  std::vector<model::VariableId> wholes_;  // the variable for the whole list
};

// A private fun that is given to code out of sight: nobody knows which process runs it.
bool is_only_handed_on(const Program& program, const Facts& facts, FunctionId function) {
  if (program.function(function).has(model::kPublic)) return false;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    const CallId site = facts.calls.edges[i].site;
    if (!stands_in_foreign_closure(program.unit_of(site), program.call(site).expr)) return false;
  }
  return true;
}

// The callback of a behaviour, a module that is looked up: whoever runs it by that way is not in sight.
bool is_chosen_at_run_time(const Facts& facts, FunctionId function) {
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(function);
  return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) { return facts.calls.edges[i].possible; });
}

// Every callback that gets there is the last one of its process.
bool runs_at_end_only(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  if (context.processes.empty() || context.many || (context.flags & analysis::kInShutdown) == 0) return false;
  return std::all_of(context.processes.begin(), context.processes.end(), [&](ProcessId process) {
    const std::vector<HandlerId> handlers = analysis::handlers_running(program, facts, process, function);
    return !handlers.empty() && std::all_of(handlers.begin(), handlers.end(),
                                            [&](HandlerId id) { return facts.handler(id).kind == HandlerKind::kTerminate; });
  });
}

// Only processes that were started for this run it, or one that ends here: the monitor ends with them.
bool is_short_lived(const Program& program, const Facts& facts, FunctionId function) {
  if (program.function(function).name == sym::terminate || is_last_act(program, facts, function)) return true;
  const analysis::Context& context = facts.contexts.of(function);
  if (is_only_handed_on(program, facts, function) || runs_at_end_only(program, facts, function)) return true;
  if (is_chosen_at_run_time(facts, function)) return false;
  const bool is_public = program.function(function).has(model::kPublic);
  return context.processes.empty() && !context.many && (context.flags & analysis::kInTask) != 0 &&
         ends_with_its_start(program, facts, function) &&
         (!is_public || (context.flags & (analysis::kFromOutside | analysis::kInRequest)) == 0);
}

void report(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function, const Wait& wait) {
  const Unit& unit = program.unit_of(function);
  const bool erlang = in_erlang(program, function);
  const std::string monitor = callee_text(program, facts, wait.monitor);
  Finding finding = wait.of_list || wait.of_handle ? found_in(reporter, program, function, unit.span(wait.left[0]))
                                                   : found_in(reporter, program, function, call_span(program, wait.monitor));
  finding.confidence = Confidence::kPossible;
  const std::string branch =
      wait.timeout ? "the timeout of its receive" : "the branch " + source_text(program, unit, wait.left[0]);
  finding.message = wait.of_list
                        ? finding.function + " waits for each process of a list that is monitored with " + monitor +
                              ", and leaves by " + branch + " without demonitor"
                        : finding.function + " monitors with " + monitor + " and leaves by " + branch + " without demonitor";
  if (wait.of_handle) {
    finding.message = finding.function + " waits for a process that is monitored with " + monitor +
                      " since it was started, and leaves by " + branch + " without demonitor, which nothing in the module calls";
  }
  finding.why =
      "The monitor stays until the other process ends; each call adds one, and then each of them puts a DOWN into the "
      "mailbox of a caller that no longer expects it.";
  const std::string name(unit.variables[wait.reference.index].name.text());
  finding.fix = (erlang ? "Call erlang:demonitor(" + name + ", [flush])" : "Call Process.demonitor(" + name + ", [:flush])") +
                " on every way out that is not the DOWN itself.";
  finding.path = {{call_span(program, wait.monitor), monitor + " makes the monitor"}};
  for (const ExprId left : wait.left) finding.path.push_back({unit.span(left), "leaves without demonitor"});
  finding.key = monitor + (wait.timeout ? " timeout" : " branch");
  report_weighed(reporter, std::move(finding));
}

// ---- Without a receive of its own
// -----------------------------------------------------------------------------------------------

// Monitor, ask, and wait elsewhere: the clause for an error, or for an answer that was there already, forgets the monitor.
std::vector<ExprId> clauses_that_forget(const Program& program, FunctionId function, const analysis::Acquisition& made) {
  using analysis::Keeper;
  const Unit& unit = program.unit_of(function);
  std::vector<ExprId> found;
  if (made.dropped || made.variables.empty() || program.call(made.site).closure) return found;
  const bool given_back = !made.released.empty() || std::any_of(made.kept.begin(), made.kept.end(), [](const auto& kept) {
    return kept.keeper == Keeper::kClosure || kept.keeper == Keeper::kGiven;
  });
  const bool kept = std::any_of(made.kept.begin(), made.kept.end(), [](const analysis::ResourceKept& one) {
    return one.keeper == Keeper::kReturned || one.keeper == Keeper::kState || one.keeper == Keeper::kStored;
  });
  if (kept || !given_back) return found;
  for (const analysis::ResourceLeft& left : made.left) {
    if (left.way != analysis::WayOut::kClause || !left.place) continue;
    // After its own DOWN, or where the process could not be found, nothing is watched any more.
    const bool gone = any_below(unit, left.place, [&](ExprId part) {
      const auto atom = analysis::atom_value(unit, part);
      return atom && (*atom == sym::DOWN || *atom == sym::EXIT || atom->text() == "noproc" || atom->text() == "nodedown");
    });
    if (!gone) found.push_back(left.place);
  }
  return found;
}

void report_forgotten(const Program& program, const Facts& facts, Reporter& reporter, const analysis::Acquisition& made,
                      const std::vector<ExprId>& forgotten) {
  const FunctionId function = made.function;
  const Unit& unit = program.unit_of(function);
  const bool erlang = in_erlang(program, function);
  const std::string monitor = callee_text(program, facts, made.site);
  Finding finding = found_in(reporter, program, function, call_span(program, made.site));
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " monitors with " + monitor + " and leaves by the clause " +
                    source_text(program, unit, forgotten[0]) + " without demonitor";
  finding.why =
      "The monitor stays until the other process ends; each call that goes this way adds one to its caller, and then each of "
      "them "
      "puts a DOWN into a mailbox that no longer expects it. An alias that goes with the monitor stays open as long.";
  const std::string name(unit.variables[made.variables[0].index].name.text());
  finding.fix = (erlang ? "Call erlang:demonitor(" + name + ", [flush])" : "Call Process.demonitor(" + name + ", [:flush])") +
                " on every way out that is not the DOWN itself.";
  finding.path = {{finding.span, monitor + " makes the monitor"}};
  for (const ExprId place : forgotten) finding.path.push_back({unit.span(place), "leaves without demonitor"});
  finding.key = monitor + " clause";
  report_weighed(reporter, std::move(finding));
}

void look_at_clauses(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  if ((context.flags & (analysis::kFromOutside | analysis::kInRequest)) == 0 || !context.processes.empty()) return;
  if (function_has(program, function, ExprKind::kReceive)) return;
  for (const analysis::Acquisition& made : analysis::acquisitions_in(program, facts, function, Resource::kMonitor)) {
    const std::vector<ExprId> forgotten = clauses_that_forget(program, function, made);
    if (!forgotten.empty()) report_forgotten(program, facts, reporter, made, forgotten);
  }
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionId function(i);
    if (!reporter.wants(program, function)) continue;
    if (!in_production(program, facts, function) || is_short_lived(program, facts, function)) continue;
    for (const ExprId body : bodies_of(program, function)) {
      for (const Wait& wait : Waits(program, facts, function).find(body)) report(program, facts, reporter, function, wait);
    }
    if (facts.effects.direct[i].has(Effect::kMonitor)) look_at_clauses(program, facts, reporter, function);
  }
}

}  // namespace

const Rule& monitor_left_on_a_branch() {
  static const Rule rule{{.code = "BW208",
                          .name = "monitor-left-on-a-branch",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A hand-written call that leaves its monitor behind on a branch, mostly the timeout"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
