// A server that tells another one something on the side, with a call whose answer it does not even read, dies when that other one
// is down, restarts or is slow: an exit of the call is an exit of the caller. What does not matter must not be able to kill.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::ResultUse;
using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) look_at_stop(site);
    for (const Handler& handler : facts_.processes.handlers) {
      const Process& process = facts_.process(handler.process);
      const bool works = handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo ||
                         handler.kind == HandlerKind::kCall ||
                         (handler.kind == HandlerKind::kEvent && process.kind == analysis::ProcessKind::kGenStatem);
      if (!works || !is_server(handler.process) || process.count == analysis::Count::kMany) continue;
      if (!facts_.effects.all[handler.function.index].has(Effect::kCall) || !in_production(program_, facts_, handler.function))
        continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause))
        look_at(handler, site, {}, 0);
    }
  }

 private:
  // pid = whereis(name), and then GenServer.stop(pid): between the two it may end by itself, which is what was wanted, and the
  // stop exits with noproc.
  void look_at_stop(CallId site) {
    static const Symbol kStop = intern("stop");
    const analysis::External* external = facts_.calls.external(site);
    if (!external || external->name != kStop || program_.call(site).capture || !stops_processes(external->module)) return;
    // A process of its own, say spawn(fun() -> gen_statem:stop(Pid) end), is all that the exit ends.
    if (facts_.calls.runs[site.index] != Runs::kCaller) return;
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function) || program_.function(function).name == sym::terminate) return;
    const CallId lookup = looked_up_by(function, site);
    if (!lookup || is_caught_in_part(site)) return;
    const std::string stop = callee_text(program_, facts_, site), found = callee_text(program_, facts_, lookup);
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " stops with " + stop + " what " + found + " found, and nothing catches its exit";
    finding.why =
        "Between the look-up and the stop the process may end by itself: then the stop exits with noproc and takes its caller "
        "along, although what was wanted is done.";
    finding.fix = erlang ? "Catch it: `try gen_server:stop(Pid) catch exit:noproc -> ok; exit:{noproc, _} -> ok end`."
                         : "Catch it: `catch :exit, {:noproc, _} -> :ok` (and :noproc) around the stop.";
    finding.path = {{call_span(program_, lookup), found + " looks it up"}, {finding.span, "it may have ended"}};
    finding.key = stop + " " + found;
    report_weighed(reporter_, std::move(finding));
  }

  // noproc alone is what there is to catch.
  bool is_caught_in_part(CallId site) const {
    for (const analysis::Handling& handling : analysis::handlings_around(program_, facts_, site)) {
      if ((handling.classes & analysis::kExitClass) != 0) return true;
    }
    return (analysis::classes_caught(program_, facts_, site, true) & analysis::kExitClass) != 0;
  }

  static bool stops_processes(Symbol module) {
    const std::string_view text = module.text();
    return text == "Elixir.GenServer" || text == "gen_server" || text == "gen_statem" || text == "Elixir.Agent" ||
           text == "Elixir.Supervisor" || text == "Elixir.DynamicSupervisor";
  }

  // The call that gave the pid, when its name says that it looks something up.
  CallId looked_up_by(FunctionId function, CallId site) const {
    const std::span<const ExprId> arguments = analysis::arguments_of(program_, site);
    const Unit& unit = program_.unit_of(function);
    if (arguments.empty() || unit.expr(arguments[0]).kind != ExprKind::kVariable) return {};
    const model::VariableId variable(unit.expr(arguments[0]).payload);
    ExprId at = variable ? unit.variables[variable.index].binding : ExprId();
    for (ExprId around = at ? unit.parent(at) : ExprId(); around; at = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.has(model::kInPattern)) continue;
      ExprId value;
      if (e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator) value = unit.child(around, 1);
      if (e.kind == ExprKind::kCase && e.child_count > 0) value = unit.child(around, 0);
      if (!value || unit.expr(value).kind != ExprKind::kCall) return {};
      const model::Call& call = unit.call_of(unit.expr(value));
      const std::string_view name = call.name ? call.name.text() : std::string_view();
      const bool looks = name.starts_with("whereis") || name.starts_with("lookup") || name.starts_with("where");
      return looks ? CallId(unit.first_call + unit.expr(value).payload) : CallId();
    }
    return {};
  }

  // Calls of the clause, and of the functions of its module that it calls.
  void look_at(const Handler& handler, CallId site, std::vector<CallId> chain, std::size_t depth) {
    constexpr std::size_t kDeepest = 3;
    if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) return;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || !facts_.effects.all[callee.index].has(Effect::kCall) || is_caught(site)) return;
    chain.push_back(site);
    if (program_.module_of(callee) != program_.module_of(handler.function)) {
      if (is_on_the_side(callee) && is_not_read(site)) judge(handler, site, chain);
      return;
    }
    if (depth < kDeepest && entered_.insert({handler.clause.index, callee.index}).second) {
      for (const CallId inner : program_.calls_of(callee)) look_at(handler, inner, chain, depth + 1);
    }
  }

  bool is_caught(CallId site) const { return (analysis::classes_caught(program_, facts_, site) & analysis::kExitClass) != 0; }

  bool is_caught_on(const std::vector<CallId>& chain) const {
    return std::any_of(chain.begin(), chain.end(), [&](CallId site) { return is_caught(site); }) ||
           (!chain.empty() && catches_below(chain.back(), 0));
  }

  // The site may be the call of a wrapper around gen_server:call, which catches the exit itself.
  bool catches_below(CallId site, int depth) const {
    constexpr int kMaxDepth = 3;
    const FunctionId wrapper = facts_.calls.callees[site.index].function;
    if (!wrapper || depth >= kMaxDepth) return false;
    bool any = false;
    for (const CallId inner : program_.calls_of(wrapper)) {
      if (!analysis::effects_at(program_, facts_, inner).has(Effect::kCall)) continue;
      any = true;
      if (!is_caught(inner) && !catches_below(inner, depth + 1)) return false;
    }
    return any;
  }

  // What is said for others to know: by its name, a message to whom it may concern.
  bool is_on_the_side(FunctionId function) const {
    static constexpr std::array<std::string_view, 17> kSide = {
        "observe", "audit",  "measure", "increment", "trace",  "notify", "broadcast",     "publish",  "report",
        "track",   "record", "emit",    "announce",  "inform", "count",  "update_status", "heartbeat"};
    const std::string_view name = program_.function(function).name.text();
    return std::any_of(kSide.begin(), kSide.end(), [&](std::string_view word) { return name.starts_with(word); });
  }

  bool is_not_read(CallId site) const {
    const std::vector<analysis::CallResult> results = analysis::results_of(program_, facts_, site);
    return !results.empty() && std::all_of(results.begin(), results.end(), [](const analysis::CallResult& result) {
      return result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused;
    });
  }

  bool is_server(ProcessId id) const {
    return facts_.process(id).kind == analysis::ProcessKind::kGenServer ||
           facts_.process(id).kind == analysis::ProcessKind::kGenStatem;
  }

  void judge(const Handler& handler, CallId site, const std::vector<CallId>& chain) {
    for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall)) {
      const Message& message = facts_.message(reached.message);
      constexpr std::size_t kNear = 3;
      if (!message.receiver || message.receiver == handler.process || !is_server(message.receiver) ||
          reached.chain.size() > kNear || is_caught_on(reached.chain))
        continue;
      return report(handler, site, chain, reached, message.receiver);
    }
  }

  void report(const Handler& handler, CallId site, const std::vector<CallId>& chain, const Reached& reached, ProcessId receiver) {
    if (!reported_.insert(site.index).second) return;
    const FunctionId function = program_.function_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string server = process_name(program_, facts_, handler.process), other = process_name(program_, facts_, receiver);
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = reached.possible ? Confidence::kPossible : Confidence::kLikely;
    finding.message =
        server + " dies with " + other + ": " + call + " is a call whose answer nobody reads, and nothing catches its exit";
    finding.why = "When " + other + " is down, restarts or takes longer than the call's timeout, the exit of the call ends " +
                  server + " and all that it looks after, for the sake of something that it does not even read.";
    finding.fix = erlang ? "Make it a cast, or catch exit:Reason around it and log what was not told."
                         : "Make it a cast, or catch :exit around it and log what was not told.";
    for (const CallId step : chain) finding.path.push_back(call_step(program_, facts_, step));
    append_chain(program_, facts_, reached.chain, finding.path);
    finding.key = call;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> entered_;
  std::set<std::uint32_t> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& unguarded_sibling_call() {
  static const Rule rule{{.code = "BW121",
                          .name = "unguarded-sibling-call",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "A call on the side, whose answer nobody reads, can kill a more important server"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
