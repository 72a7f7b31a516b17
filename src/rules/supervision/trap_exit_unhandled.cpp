// Whoever traps exits turns the death of linked processes into messages, and has to read them. A server that traps exits, starts
// linked helpers and lets a catch-all take their EXIT goes on with the pid of a helper that is gone.
#include <algorithm>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      const bool server = process.kind == analysis::ProcessKind::kGenServer || process.kind == analysis::ProcessKind::kGenStatem;
      if (!server || !process.traps_exits) continue;
      const HandlerId taker = catch_all(process);
      if (!taker || !in_production(program_, facts_, facts_.handler(taker).function)) continue;
      if (module_names_atom(program_, process.module, sym::EXIT) || traps_for_a_while(process)) continue;
      if (const CallId link = linked_start(id, process)) report(id, taker, link);
    }
  }

 private:
  // process_flag(trap_exit, false): the flag is set around one start, whose failure it is to catch.
  bool traps_for_a_while(const Process& process) const {
    for (const FunctionId f : program_.functions_of(process.module)) {
      for (const CallId site : program_.calls_of(f)) {
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        const std::string_view name = program_.call(site).name.text();
        if ((name != "process_flag" && name != "flag") || arguments.size() != 2) continue;
        if (analysis::atom_value(program_.unit_of(site), arguments[1]) == sym::false_) return true;
      }
    }
    return false;
  }

  // The clause that takes EXIT with everything else; none when some clause may be meant for it.
  HandlerId catch_all(const Process& process) const {
    HandlerId found;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo) continue;
      if (handler.catch_all) {
        found = id;
      } else if (handler.pattern.tag == sym::EXIT || (!handler.pattern.tag && handler.pattern.size == 3)) {
        return {};
      }
    }
    return found && !looks_at_message(found) && !stops(found) ? found : HandlerId();
  }

  // {stop, …} on whatever comes: nothing is dropped.
  bool stops(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    const Unit& unit = program_.unit_of(handler.function);
    return any_below(unit, unit.clause(handler.clause).body, [&](ExprId part) {
      const model::Expr& e = unit.expr(part);
      return e.kind == ExprKind::kTuple && e.child_count >= 2 && analysis::atom_value(unit, unit.child(part, 0)) == sym::stop;
    });
  }

  // A catch-all that hands the message on to somebody who may know it.
  bool looks_at_message(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (!handler.pattern.expr || program_.unit(handler.pattern.expr.unit).file != unit.file) return true;
    const std::vector<model::VariableId> message = variables_in(unit, handler.pattern.expr.expr);
    if (message.empty()) return false;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (facts_.calls.callees[site.index].function && mentions(unit, program_.call(site).expr, message)) return true;
    }
    return any_below(unit, clause.body, [&](ExprId part) {
      const model::Expr& e = unit.expr(part);
      return (e.kind == ExprKind::kCase || e.kind == ExprKind::kReceive) && e.child_count > 0 &&
             mentions(unit, unit.child(part, 0), message);
    });
  }

  // A helper that the server starts with a link and keeps in its state: its death matters.
  CallId linked_start(ProcessId id, const Process& process) const {
    for (const FunctionId f : program_.functions_of(process.module)) {
      const std::vector<ProcessId>& runs = facts_.contexts.of(f).processes;
      if (!std::binary_search(runs.begin(), runs.end(), id) || !in_production(program_, facts_, f)) continue;
      if (program_.function(f).name.text().starts_with("test")) continue;  // compiled for tests alone, often
      for (const CallId site : program_.calls_of(f)) {
        const model::Call& call = program_.call(site);
        if (call.capture || !call.name || facts_.calls.runs[site.index] != Runs::kCaller) continue;
        const std::string_view name = call.name.text();
        if (name != "start_link" && name != "spawn_link" && name != "open_port") continue;
        const bool unknown = !facts_.calls.callees[site.index].known() ||
                             (facts_.calls.external(site) && !facts_.calls.external(site)->row);  // by its name it links
        if ((unknown || analysis::effects_at(program_, facts_, site).has(Effect::kLink)) && is_used(site) &&
            !is_monitored(f, site, process))
          return site;
      }
    }
    return {};
  }

  // Bound to a variable, not a statement.
  bool is_used(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId around = unit.parent(program_.call(site).expr);
    if (!around) return false;
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kMatch) return unit.expr(unit.child(around, 0)).kind != ExprKind::kWildcard;
    return kind == ExprKind::kCase || kind == ExprKind::kMap || kind == ExprKind::kWith;
  }

  // What is monitored beside the link says with its DOWN that it is gone.
  bool is_monitored(FunctionId function, CallId link, const Process& process) const {
    bool reads_down = false;
    for (const HandlerId id : process.handlers) reads_down |= facts_.handler(id).pattern.tag == sym::DOWN;
    const Unit& unit = program_.unit_of(link);
    const ExprId around = unit.parent(program_.call(link).expr);
    if (!around || unit.expr(around).kind != ExprKind::kMatch || !reads_down) return false;
    const std::vector<model::VariableId> started = variables_in(unit, unit.child(around, 0));
    if (started.empty()) return false;
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name.text() == "monitor" && mentions(unit, program_.call(site).expr, started)) return true;
    }
    return false;
  }

  void report(ProcessId id, HandlerId taker, CallId link) {
    const Handler& handler = facts_.handler(taker);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string server = process_name(program_, facts_, id), start = callee_text(program_, facts_, link);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    Finding finding = found_in(reporter_, program_, program_.function_of(link), call_span(program_, link));
    finding.confidence = Confidence::kPossible;
    finding.message = server + " traps exits and is linked to what " + start + " starts, but no clause takes its " +
                      atom_text(sym::EXIT, erlang);
    finding.why =
        "Without trap_exit the death of the helper would end the server as well, and a supervisor would start both. Trapped, it "
        "is one more "
        "message that the catch-all drops: " +
        server + " goes on with the pid of a process that is gone.";
    finding.fix = erlang ? "Add handle_info({'EXIT', Pid, Reason}, State), and stop, or start the helper again."
                         : "Add handle_info({:EXIT, pid, reason}, state), and stop, or start the helper again.";
    finding.path = {{finding.span, start + " links the helper"},
                    {{unit.file, clause.begin, clause.end}, "its EXIT is dropped here"}};
    finding.key = "exit " + start;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& trap_exit_unhandled() {
  static const Rule rule{{.code = "BW112",
                          .name = "trap-exit-unhandled",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "Exits are trapped, and the EXIT of a linked helper falls into the catch-all"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
