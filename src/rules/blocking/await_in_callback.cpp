// A server that starts tasks in a callback and waits for them there has gained nothing for whoever waits for the server: it
// answers nobody until the slowest task is done. A task that outlasts the await, or crashes while it is linked, takes the server
// along (elixir: Task.await/2, Task.async_stream/3).
#include <algorithm>
#include <optional>
#include <set>

#include "rules/callers.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::EffectSet;
using analysis::ProcessKind;
using analysis::Runs;

struct Wait {
  HandlerId handler;
  SlowWork work;
  EffectSet done;  // what the tasks do
  Severity severity = Severity::kInfo;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      // What is found stands in one of the process's own callbacks.
      if (reporter_.wants(program_, facts_.process(ProcessId(i)).module)) review(ProcessId(i));
    }
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    const bool serves = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
    if (!serves || process.count == Count::kMany) return;
    std::optional<Wait> worst;
    std::vector<MessageId> asking;
    for (const HandlerId handler : process.handlers) {
      const HandlerKind kind = facts_.handler(handler).kind;
      const bool callback =
          kind == HandlerKind::kCall || kind == HandlerKind::kCast || kind == HandlerKind::kInfo || kind == HandlerKind::kEvent;
      if (!callback || !facts_.effects.all[facts_.handler(handler).function.index].has(Effect::kAwait)) continue;
      if (!in_production(program_, facts_, facts_.handler(handler).function)) continue;
      if (asking.empty()) asking = limited_calls_to(program_, facts_, id);
      if (asking.empty() && kind != HandlerKind::kCall) continue;
      consider(handler, asking, worst);
    }
    if (!worst) return;
    std::vector<MessageId> waiting = asking.empty() ? messages_to(facts_, worst->handler) : asking;
    const Callers callers = callers_of(program_, facts_, waiting, id);
    if (callers.only_tools || (process.count != Count::kOne && !callers.requests)) return;
    if (callers.functions.empty() && !callers.outside) worst->severity = Severity::kLow;
    report(id, *worst, waiting, callers);
  }

  void consider(HandlerId id, const std::vector<MessageId>& asking, std::optional<Wait>& worst) const {
    const Handler& handler = facts_.handler(id);
    const std::int64_t patience = shortest_wait(facts_, asking);
    for (const SlowWork& work : slow_work(program_, facts_, handler, {.files = false, .calls = false})) {
      if (!waits_for_own_tasks(facts_, work)) continue;
      Wait wait{id, work, done_beside(work.leaf), Severity::kInfo};
      wait.severity = weigh(wait, patience);
      if (wait.severity > Severity::kInfo && (!worst || wait.severity > worst->severity)) worst = wait;
    }
  }

  Severity weigh(const Wait& wait, std::int64_t patience_ms) const {
    const std::int64_t patience = patience_ms == Bound::kInfinite ? 5000 : patience_ms;
    const bool unlimited = wait.work.bound_ms == Bound::kInfinite;
    if (!unlimited && wait.work.bound_ms != Bound::kUnknown && wait.work.bound_ms < patience / 2) return Severity::kInfo;
    // A limit that a variable holds was thought about.
    if (wait.work.possible || wait.work.bound_ms == Bound::kUnknown) return Severity::kLow;
    return waits_for_others(wait.done) ? (unlimited ? Severity::kHigh : Severity::kMedium)
           : unlimited                 ? Severity::kMedium
                                       : Severity::kLow;
  }

  static bool waits_for_others(const EffectSet& done) {
    for (const Effect effect : {Effect::kHttp, Effect::kDatabase, Effect::kSocket, Effect::kSubprocess, Effect::kRpc,
                                Effect::kCall, Effect::kAwait, Effect::kSleep}) {
      if (done.has(effect)) return true;
    }
    return false;
  }

  // What the processes do that the function which waits, or one that it calls, starts.
  EffectSet done_beside(CallId leaf) const {
    EffectSet done;
    std::set<FunctionId> looked;
    const FunctionId function = program_.function_of(leaf);
    add_started(function, done);
    looked.insert(function);
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const FunctionId caller = facts_.calls.callers[i];
      if (program_.module_of(caller) == program_.module_of(function) && looked.insert(caller).second) add_started(caller, done);
    }
    for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
      if (edge.runs == Runs::kCaller && looked.insert(edge.callee).second) add_started(edge.callee, done);
    }
    return done;
  }

  void add_started(FunctionId function, EffectSet& done) const {
    for (const CallId site : program_.calls_of(function)) {
      if (facts_.calls.runs[site.index] != Runs::kNewProcess) continue;
      if (const analysis::External* external = facts_.calls.external(site); external && external->row)
        done.bits |= external->row->effects.bits;
    }
    for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
      if (edge.runs == Runs::kNewProcess && !edge.possible) done.bits |= facts_.effects.all[edge.callee.index].bits;
    }
  }

  void report(ProcessId id, const Wait& wait, const std::vector<MessageId>& asking, const Callers& callers) {
    const Handler& handler = facts_.handler(wait.handler);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string callee = callee_text(program_, facts_, wait.work.leaf);
    const bool unlimited = wait.work.bound_ms == Bound::kInfinite;
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, wait.work.site));
    finding.severity = wait.severity;
    finding.confidence = Confidence::kPossible;
    finding.message = name + " waits for tasks of its own in " + shown + " (" + callee + (unlimited ? ", without a limit" : "") +
                      "), while others wait for " + name;
    if (!callers.text.empty()) finding.message += ": " + callers.text;
    finding.why =
        "A process handles one message at a time: until the slowest task is done nobody is answered, and callers exit after" +
        wait_text(shortest_wait(facts_, asking)) + ". A task that takes longer than its await, or crashes, takes " + name +
        " and its state along where they are linked.";
    finding.fix =
        erlang ? "Keep From with the requests and return {noreply, State}; take the answers and 'DOWN' messages in handle_info "
                 "and reply there."
               : "Start the tasks with Task.Supervisor.async_nolink, keep `from` under each task's ref and return {:noreply, "
                 "state}; take the results and :DOWN in handle_info and GenServer.reply(from, result) there.";
    finding.path = asking_steps(program_, facts_, asking, 3);
    for (findings::Step& step : path_of(program_, facts_, wait.work)) finding.path.push_back(std::move(step));
    finding.key = shown + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& await_in_callback() {
  static const Rule rule{{.code = "BW412",
                          .name = "await-in-callback",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "A server waits in a callback for tasks that it started, while others wait for it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
