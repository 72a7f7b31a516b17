// A server keeps the references of its monitors in a list, map or queue of its state. A clause that takes entries out, because
// somebody gave up waiting or asked to stop, must take the monitors back too: afterwards nobody knows the references any more.
// And a monitor that a periodic message makes anew, with no reference kept, is one more each time.
#include <algorithm>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/kept.h"
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
      for (const analysis::StateField& field : states.of(process).fields) {
        if (!field.whole() && holds_monitors(field)) look_at(process, field);
      }
    }
    for (std::uint32_t i = 0; i < program_.call_units.size(); ++i) {
      if (returned_by(program_, facts_, CallId(i)) != Resource::kMonitor) continue;
      look_at_drop(CallId(i));
      look_at_interface(CallId(i));
    }
  }

 private:
  // Process.monitor(leader) at each tick of a timer, with the reference thrown away: one more of the same each time.
  void look_at_drop(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function) || program_.call(site).closure) return;
    const std::vector<analysis::CallResult> results = analysis::results_of(program_, facts_, site);
    const bool dropped = !results.empty() && std::all_of(results.begin(), results.end(), [](const analysis::CallResult& result) {
      return result.use == analysis::ResultUse::kIgnored || result.use == analysis::ResultUse::kUnused;
    });
    if (!dropped) return;
    if (is_turn_of_a_loop(function, site)) return report_turn(function, site);
    for (const ProcessId process : facts_.contexts.of(function).processes) {
      if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
      for (const HandlerId id : analysis::handlers_running(program_, facts_, process, function)) {
        if (is_tick(facts_.handler(id))) return report_drop(function, site, facts_.handler(id));
      }
    }
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
    if (function_has(program_, function, ExprKind::kReceive) || gives_back_somewhere(program_.module_of(function))) return;
    const Unit& unit = program_.unit_of(function);
    const ExprId match = unit.parent(program_.call(site).expr);
    if (!match || unit.expr(match).kind != ExprKind::kMatch) return;
    const model::VariableId reference = analysis::whole_variable(unit, unit.child(match, 0));
    if (!reference) return;
    const analysis::Uses uses(unit);
    for (const ExprId use : uses.of(reference)) {
      const ExprId call = unit.expr(use).has(model::kBinds) ? ExprId() : unit.parent(use);
      if (!call) continue;
      if (unit.expr(call).kind != ExprKind::kCall) return;
      const FunctionId callee = facts_.calls.callees[unit.first_call + unit.expr(call).payload].function;
      if (!callee || program_.module_of(callee) != program_.module_of(function)) return;
      if (!function_has(program_, callee, ExprKind::kReceive)) return;
      return report_interface(function, site, callee);
    }
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

  // A clause for a message of its own timer, which the process arms again and again.
  bool is_tick(const Handler& handler) const {
    if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag || handler.pattern.size != 0) return false;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::External* external = facts_.calls.external(site);
      if (external && external->row && external->row->effects.has(Effect::kTimer)) return true;
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

  bool holds_monitors(const analysis::StateField& field) const {
    const bool loses = std::any_of(field.writes.begin(), field.writes.end(),
                                   [](const analysis::StateWrite& write) { return write.changes.has(Change::kLoses); });
    if (!loses || !field.gains()) return false;
    const analysis::PossibleValues items = analysis::possible_items_of_field(program_, facts_, field);
    if (items.has(PossibleKind::kMonitor)) return true;
    for (const analysis::PossibleValue& item : items.all) {
      if (item.kind == PossibleKind::kTerm && analysis_holds_monitor(item)) return true;
    }
    return false;
  }

  // {From, Ref}: a monitor inside of the item.
  bool analysis_holds_monitor(const analysis::PossibleValue& item) const {
    const Unit& unit = program_.unit(item.made.unit);
    for (const ExprId part : unit.children_of(item.made.expr)) {
      if (unit.expr(part).kind != ExprKind::kVariable && unit.expr(part).kind != ExprKind::kCall) continue;
      if (analysis::possible_values(program_, facts_, item.function, part).has(PossibleKind::kMonitor)) return true;
    }
    return false;
  }

  void look_at(ProcessId process, const analysis::StateField& field) {
    for (const analysis::StateWrite& write : field.writes) {
      // keystore takes the old entry out and puts the new one in: it is the same one as a rule.
      if (!write.changes.has(Change::kLoses) || write.changes.has(Change::kGains) || write.initial || after_its_death(write))
        continue;
      for (const HandlerId id : write.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.process != process || !forgets(handler) || gives_back(handler)) continue;
        report(handler, field, write);
        break;
      }
    }
  }

  // In the handler of an exit that says that the process is gone: so is its monitor, by the DOWN that comes.
  bool after_its_death(const analysis::StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    for (ExprId below = write.place, around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
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
      if (released_by(program_, facts_, sites[i]) == Resource::kMonitor) return true;
      const Symbol name = program_.call(sites[i]).name;
      if (name && name.text().starts_with("demonitor")) return true;
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || facts_.calls.runs[sites[i].index] != Runs::kCaller || !seen.insert(callee).second) continue;
      if (seen.size() > kMostFunctions) return true;
      for (const CallId site : program_.calls_of(callee)) sites.push_back(site);
    }
    return false;
  }

  void report(const Handler& handler, const analysis::StateField& field, const analysis::StateWrite& write) {
    if (!reported_.insert({write.function.index, write.place.index}).second) return;
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
