// init/1 runs while the supervisor waits. When it needs a database, a peer or another service and dies or stops without it, an
// outage there keeps the supervisor, and all that is started after it, from coming up; after a crash the restarts fail one after
// the other within a moment and use the intensity up (stdlib: gen_server, Module:init/1; supervisor, "Maximum Restart
// Intensity").
#include <algorithm>

#include "analysis/closures.h"
#include "analysis/forest.h"
#include "rules/at_start.h"
#include "rules/init_needs.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), needs_(program, facts) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (!wants_process(program_, facts_, reporter_, ProcessId(i))) continue;
      const Process& process = facts_.process(ProcessId(i));
      bool found = false;
      for (const auto id : process.handlers) {
        const Handler& handler = facts_.handler(id);
        const bool init = handler.kind == HandlerKind::kInit;
        if (found || (!init && !follows_init(process, handler))) continue;
        const std::optional<InitNeed> need = needs_.of(process, handler);
        if (!need) continue;
        // Of many under a dynamic supervisor the budget that they share is the fault, and a query that raises has waited for its
        // connection before: it does not fail within a moment.
        if (!init && (need->on_demand || need->failures.front().raised || need->work.effect == Effect::kRpc ||
                      !needs_.is_near(need->work)))
          continue;
        found = true;
        if (init) {
          report(ProcessId(i), handler, *need, process.kind == ProcessKind::kSupervisor);
        } else {
          report_after(ProcessId(i), handler, *need);
        }
      }
      if (!found && process.kind == ProcessKind::kAgent && needs_.is_listed(process.module)) of_agent(process);
    }
    for (const FunctionId start : needs_.start_functions()) of_start(start);
    for (const analysis::TreeApplication& application : analysis::forest_of(program_, facts_).applications) {
      if (application.start) of_application(application.start);
    }
  }

 private:
  static bool asks_outside(analysis::EffectSet effects) {
    return effects.has(Effect::kHttp) || effects.has(Effect::kDatabase) || effects.has(Effect::kSocket) ||
           effects.has(Effect::kRpc);
  }

  // handle_continue, and the message that init sends itself.
  bool follows_init(const Process& process, const Handler& handler) const {
    if (process.kind != ProcessKind::kGenServer && process.kind != ProcessKind::kGenStatem) return false;
    if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kCall) return false;
    return asks_outside(facts_.effects.all[handler.function.index]) && runs_at_start(program_, facts_, handler);
  }

  // ---- What runs in place of an init: the function of an agent, a start function, the start of the application ----------------

  void of_agent(const Process& process) {
    for (const CallId site : process.starts) {
      const FunctionId function = program_.function_of(site);
      if (!function || program_.module_of(function) != process.module || !in_production(program_, facts_, function)) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      const Unit& unit = program_.unit_of(site);
      if (arguments.empty()) continue;
      std::vector<CallId> sites;
      if (unit.expr(arguments[0]).kind == ExprKind::kClosure)
        sites = analysis::calls_in_closure(program_, function, arguments[0]);
      if (const std::optional<InitNeed> need = needs_.of_calls(function, sites))
        return report_start(function, *need, "the agent does not start",
                            "The function that an agent starts with runs while the supervisor above waits");
    }
  }

  // A start function runs in the supervisor itself.
  void of_start(FunctionId function) {
    if (!in_production(program_, facts_, function) || !asks_outside(facts_.effects.all[function.index])) return;
    const ProcessId own = facts_.processes.of(program_.module_of(function));
    if (own && facts_.process(own).kind == ProcessKind::kTask) return;
    if (const std::optional<InitNeed> need = needs_.of_calls(function, own_calls(function)))
      report_start(function, *need, "the supervisor cannot start it", "A start function runs in the supervisor's own process");
  }

  void of_application(FunctionId function) {
    if (!in_production(program_, facts_, function) || !asks_outside(facts_.effects.all[function.index])) return;
    if (const std::optional<InitNeed> need = needs_.of_calls(function, own_calls(function)))
      report_start(function, *need, "the application does not start",
                   "The start of an application runs before its tree is there");
  }

  std::vector<CallId> own_calls(FunctionId function) const {
    std::vector<CallId> out;
    for (const CallId site : program_.calls_of(function)) {
      if (facts_.calls.runs[site.index] == analysis::Runs::kCaller && !program_.call(site).closure) out.push_back(site);
    }
    return out;
  }

  void report_start(FunctionId function, const InitNeed& need, const std::string& consequence, const std::string& reason) {
    if (!reported_.insert(function).second) return;
    const InitFailure& failure = need.failures.front();
    Finding finding = found_in(reporter_, program_, function, call_span(program_, need.work.site));
    finding.severity = Severity::kMedium;
    finding.confidence = need.work.possible || failure.possible ? Confidence::kPossible : Confidence::kLikely;
    finding.message = finding.function + " needs " + what_of(need.work) + " to succeed: without it " + consequence;
    finding.why =
        reason + ", and " + failure.text +
        ". An outage of the other side so keeps everything down that is started after it; after a crash in the middle of "
        "one, the restarts fail at once and the supervisor gives up.";
    finding.fix = "Ask in handle_continue/2 of the process that needs the answer, with a retry after a while when it fails.";
    add_steps(need, finding);
    finding.key = "start";
    report_weighed(reporter_, std::move(finding));
  }

  // ---- What runs right after init ------------------------------------------------------------------------------------------

  void report_after(ProcessId id, const Handler& handler, const InitNeed& need) {
    const InitFailure& failure = need.failures.front();
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, need.work.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " needs " + what_of(need.work) + " to succeed, right after the start of " + name +
                      ": in an outage it crashes as often as it is restarted";
    finding.why =
        "The supervisor does not wait for it, but it starts " + name + " again at once after each failure, and here it " +
        failure.text +
        ". A connection that is refused fails within a millisecond: the restarts are used up before the other side can be "
        "back, and the supervisor ends with all its other children.";
    finding.fix = erlang ? "Take the error, and try again after a while with erlang:send_after/3."
                         : "Take the error, and try again after a while with Process.send_after/3.";
    add_steps(need, finding);
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  std::string what_of(const SlowWork& work) const {
    if (work.effect == Effect::kSocket && !work.note.empty()) return "a connection";
    if (work.effect == Effect::kCall)
      return "a call of " + process_name(program_, facts_, facts_.handler(work.beyond).process) +
             ", which waits for the network,";
    return describe_work(work);
  }

  void add_steps(const InitNeed& need, Finding& finding) const {
    finding.path = path_of(program_, facts_, need.work);
    constexpr std::size_t kShown = 4;
    for (std::size_t i = 0; i < std::min(need.failures.size(), kShown); ++i) {
      finding.path.push_back({need.failures[i].place, "it " + need.failures[i].text});
    }
  }

  void report(ProcessId id, const Handler& handler, const InitNeed& need, bool supervisor) {
    const SlowWork& work = need.work;
    const InitFailure& failure = need.failures.front();
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string what = what_of(work);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, work.site));
    finding.severity = Severity::kMedium;
    finding.confidence = work.possible || failure.possible || need.on_demand ? Confidence::kPossible : Confidence::kLikely;
    finding.message = finding.function + " needs " + what + " to succeed: without it " +
                      (supervisor       ? "the supervisor " + name + " does not start"
                       : need.on_demand ? name + " does not start, nor come back after a crash"
                                        : name + " does not start");
    finding.why = need.on_demand ? "Whoever asks for the first start of " + name +
                                       " is told that it failed. After a crash in the middle of an outage it is the "
                                       "supervisor that starts it again, and init/1 " +
                                       failure.text +
                                       ": the restarts fail at once, use the intensity up, and the "
                                       "supervisor ends with all its other children."
                                 : std::string("init/1 runs while the supervisor above waits, and ") + failure.text +
                                       ". An outage of the other side so keeps " + name +
                                       " and everything that is started after it down; after a crash in the middle of one, the "
                                       "restarts fail at once and the "
                                       "supervisor gives up.";
    finding.fix =
        supervisor ? "Read it in a process of its own, which starts the children when it has an answer; take every error."
        : erlang ? "Return {ok, State, {continue, connect}} and connect in handle_continue/2, with a retry after a while when it "
                   "fails."
                 : "Return {:ok, state, {:continue, :connect}} and connect in handle_continue/2, with a retry after a while "
                   "when it fails.";
    add_steps(need, finding);
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  InitNeeds needs_;
  std::set<FunctionId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& fragile_init() {
  static const Rule rule{{.code = "BW114",
                          .name = "fragile-init",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "An init that another service must answer: its outage keeps the tree from starting"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
