// start_link makes the caller the parent of the new process, with a link. That is right for a supervisor, which starts it again
// when it dies. A gen_server that traps exits only gets a message, so its worker is gone for good; and a short-lived caller that
// ends with `normal` leaves a process behind that nobody stops, for a signal `normal` ends nobody (erlang: exit/2, link/1).
#include <algorithm>

#include "analysis/paths.h"
#include "analysis/results.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;
using analysis::ProcessKind;

// A process that is started by another than a supervisor.
struct Start {
  ProcessId child;
  CallId site;         // the call of the child's start_link
  FunctionId starter;  // that holds it
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), siblings_(program, facts) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kGenStatem) continue;
      for (const Start& start : starts_of(id, process)) {
        if (never_restarted(start) || left_behind(start)) break;
      }
    }
  }

 private:
  // The calls of its start_link that no supervisor makes.
  std::vector<Start> starts_of(ProcessId id, const Process& process) const {
    std::vector<Start> out;
    for (const CallId site : process.starts) {
      const FunctionId function = program_.function_of(site);
      if (!function || program_.module_of(function) != process.module) continue;
      if (program_.call(site).name != sym::start_link || program_.function(function).name != sym::start_link) continue;
      collect(id, function, out, 0);
    }
    return out;
  }

  void collect(ProcessId id, FunctionId function, std::vector<Start>& out, int depth) const {
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (facts_.calls.callees[edge.site.index].function != function || program_.call(edge.site).capture) continue;
      if (!in_production(program_, facts_, caller)) continue;
      if (program_.module_of(caller) == facts_.process(id).module) {
        if (program_.function(caller).name == sym::start_link && depth == 0) collect(id, caller, out, depth + 1);
        continue;
      }
      out.push_back({id, edge.site, caller});
    }
  }

  // ---- A worker of a server that traps exits ----------------------------------------------------------------------------------

  bool never_restarted(const Start& start) {
    const ModuleId module = program_.module_of(start.starter);
    const ProcessId parent = facts_.processes.of(module);
    if (!parent || facts_.process(parent).kind != ProcessKind::kGenServer || !facts_.process(parent).traps_exits) return false;
    const Process& process = facts_.process(parent);
    const Handler* init = nullptr;
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInit && handler.function == start.starter) init = &handler;
    }
    if (!init || program_.call(start.site).closure || takes_exits(process) || !is_dropped(start)) return false;
    const bool erlang = in_erlang(program_, module);
    const std::string name = process_name(program_, facts_, parent);
    const std::string child = process_name(program_, facts_, start.child);
    Finding finding = found_in(reporter_, program_, start.starter, call_span(program_, start.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " starts and links " + child + ", but " + name +
                      " traps exits and does nothing about its death: it is never restarted";
    finding.why = "The link only brings a message {'EXIT', Pid, Reason}, which " + name +
                  " takes for any other. After a crash of " + child +
                  " everybody who needs it fails until the node is restarted.";
    finding.fix = erlang ? "Put " + child + " among the children of the supervisor, before " + name +
                               "; or stop with {stop, Reason, State} on its 'EXIT'."
                         : "Put " + child + " among the children of the supervisor, before " + name +
                               "; or stop with {:stop, reason, state} on its :EXIT.";
    finding.path.push_back({finding.span, child + " is linked to " + name + " alone"});
    finding.key = child;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
    return true;
  }

  // A clause for EXIT, or one for everything that ends the process.
  bool takes_exits(const Process& process) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo) continue;
      if (handler.pattern.tag == sym::EXIT) return true;
      if (!handler.catch_all) continue;
      for (const analysis::CallbackReturn& r : analysis::returns_of(program_, facts_, handler)) {
        if (r.tag == sym::stop || r.by_helper) return true;
      }
    }
    return false;
  }

  // Nobody has the pid, neither here nor in the start_link that was called: nobody looks after it.
  bool is_dropped(const Start& start) const {
    const auto started = analysis::acquisition_at(program_, facts_, start.site, knowledge::Resource::kProcess);
    return started && started->dropped;
  }

  // ---- A helper of a short-lived process --------------------------------------------------------------------------------------

  bool left_behind(const Start& start) {
    const Process& child = facts_.process(start.child);
    if (child.traps_exits || siblings_.is_known(child.module) || !child.names.empty()) return false;
    const analysis::Context& context = facts_.contexts.of(start.starter);
    const bool alone = (context.flags & (analysis::kInTask | analysis::kInRequest)) != 0 && context.processes.empty();
    if ((!alone && !runs_in_closure_of_new_process(start.starter)) || (context.flags & analysis::kInBoot) != 0) return false;
    if (stops_it(start) || stops_itself(child) || returned(start)) return false;
    const std::string name = process_name(program_, facts_, start.child);
    Finding finding = found_in(reporter_, program_, start.starter, call_span(program_, start.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " starts and links " + name + " from a process that ends with its work: " + name +
                      " stays when that is done";
    finding.why =
        "A process that ends `normal` sends an exit signal `normal` to what it is linked to, and a process that does not trap "
        "exits "
        "ignores it. Each run leaves one more " +
        name + " behind, with all that it holds.";
    finding.fix =
        "Stop it when the work is done (GenServer.stop in an `after`), start it under a supervisor, or let it trap exits, so "
        "that the "
        "end of its parent ends it.";
    finding.path.push_back({finding.span, name + " is linked to a short-lived process"});
    for (const auto id : child.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInit) continue;
      finding.path.push_back({name_span(program_, handler.function), name + " does not trap exits"});
      break;
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
    return true;
  }

  // Called from closures alone, which are handed to functions that start processes.
  bool runs_in_closure_of_new_process(FunctionId function) const {
    const auto incoming = facts_.calls.incoming_of(function);
    return !incoming.empty() && std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
      const CallId site = facts_.calls.edges[i].site;
      const model::Call& call = program_.call(site);
      const Unit& unit = program_.unit_of(site);
      const ExprId outer = call.closure ? unit.parent(call.closure) : ExprId();
      if (!outer || unit.expr(outer).kind != ExprKind::kCall) return false;
      const CallId taker(unit.first_call + unit.expr(outer).payload);
      const analysis::External* external = facts_.calls.external(taker);
      const FunctionId callee = facts_.calls.callees[taker.index].function;
      analysis::EffectSet effects = callee ? facts_.effects.all[callee.index] : analysis::EffectSet();
      if (external && external->row) effects.bits |= external->row->effects.bits;
      return effects.has(Effect::kSpawn) || effects.has(Effect::kStartChild);
    });
  }

  // The function, or the client function it calls, stops the process.
  bool stops_it(const Start& start) const {
    for (const CallId site : program_.calls_of(start.starter)) {
      const std::string_view name = program_.call(site).name.text();
      if (name == "stop" || name == "exit" || name == "close" || name == "shutdown" || name == "disconnect" ||
          name == "terminate")
        return true;
    }
    return false;
  }

  bool stops_itself(const Process& process) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate) continue;
      for (const analysis::CallbackReturn& r : analysis::returns_of(program_, facts_, handler)) {
        if (r.tag == sym::stop || r.timeout) return true;
      }
    }
    return false;
  }

  // Handed on to somebody who may stop it.
  bool returned(const Start& start) const {
    const auto results = analysis::results_of(program_, facts_, start.site);
    return std::any_of(results.begin(), results.end(), [](const analysis::CallResult& result) {
      return result.use == analysis::ResultUse::kReturned || !result.wrappers.empty();
    });
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  Siblings siblings_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& link_to_stranger() {
  static const Rule rule{{.code = "BW122",
                          .name = "link-to-stranger",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A process linked to one that does not look after it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
