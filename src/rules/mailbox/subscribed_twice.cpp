// Subscriptions add up: whoever subscribes to a topic again gets each message once more. A clause that runs many times in the
// life of its process and subscribes each time multiplies its own load.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/acquisition_sites.h"
#include "analysis/paths.h"
#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (!subscribes(site)) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function) || is_only_once(function, site)) continue;
      if (gives_back(program_.module_of(function)) || !stays(site)) continue;
      std::vector<CallId> chain;
      std::set<FunctionId> seen;
      if (const FunctionId callback = repeated_callback(function, chain, seen, 0)) report(function, site, callback, chain);
    }
  }

 private:
  // Phoenix.PubSub and endpoints, which keep each subscription: a second one doubles the messages (Phoenix.PubSub, subscribe/3).
  // So does net_kernel:monitor_nodes. Mnesia refuses a second subscription (measured on OTP 25 and 27).
  bool subscribes(CallId site) const {
    static const Symbol kSubscribe = intern("subscribe"), kMonitorNodes = intern("monitor_nodes");
    const Symbol name = program_.call(site).name;
    if ((name != kSubscribe && name != kMonitorNodes) || !analysis::subscribes(program_, facts_, site)) return false;
    const analysis::External* external = facts_.calls.external(site);
    if (name == kMonitorNodes || !external) return true;
    return external->module.text().ends_with("PubSub") || external->module.text().ends_with("Endpoint");
  }

  // Is it still subscribed when the function has gone on?
  bool stays(CallId site) const {
    const auto made = analysis::acquisition_at(program_, facts_, site, Resource::kSubscription);
    return made && !made->left.empty();
  }

  // Given to a helper that starts a process, at whatever depth: that one subscribes, once.
  bool may_run_elsewhere(const Unit& unit, ExprId closure) const {
    const auto spawns = [&](ExprId call) {
      return call && unit.expr(call).kind == ExprKind::kCall &&
             analysis::effects_at(program_, facts_, CallId(unit.first_call + unit.expr(call).payload)).has(Effect::kSpawn);
    };
    const ExprId around = unit.parent(closure);
    if (spawns(around)) return true;
    // Init = fun() -> … end, spawn(Init).
    if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != closure) return false;
    const model::VariableId name = analysis::whole_variable(unit, unit.child(around, 0));
    if (!name) return false;
    const analysis::Uses uses(unit);
    const std::span<const ExprId> places = uses.of(name);
    return std::any_of(places.begin(), places.end(), [&](ExprId use) { return spawns(unit.parent(use)); });
  }

  // `if connected?(socket)`, `unless subscribed`: something decides, or the topic is the process's own.
  bool is_only_once(FunctionId function, CallId site) const {
    const Unit& unit = program_.unit_of(site);
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kClosure && may_run_elsewhere(unit, around)) return true;
      if (unit.expr(around).kind != ExprKind::kCase) continue;
      const std::string asked = unit.expr(around).child_count > 0 ? source_text(program_, unit, unit.child(around, 0)) : "";
      if (asked.find("connected") == asked.npos) return true;
    }
    return program_.function(function).name == sym::init;
  }

  bool gives_back(ModuleId module) const {
    for (const FunctionId f : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(f)) {
        const Symbol name = program_.call(site).name;
        if (name && name.text().find("unsubscribe") != std::string_view::npos) return true;
        if (analysis::unsubscribes(program_, facts_, site)) return true;
      }
    }
    return false;
  }

  // The function that starts the task whose result the clause with the subscription takes: handle_async(:load, {:ok, rows}, _)
  // runs after each start_async(socket, :load, …).
  CallId task_behind(FunctionId callback, CallId site) const {
    static const Symbol kHandleAsync = intern("handle_async"), kStartAsync = intern("start_async");
    if (program_.function(callback).name != kHandleAsync) return {};
    const Unit& unit = program_.unit_of(callback);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    Symbol task;
    for (const model::ClauseId c : program_.function(callback).clauses) {
      const model::Clause& clause = unit.clause(c);
      if (at < clause.begin || at >= clause.end || clause.pattern_count == 0) continue;
      task = analysis::atom_value(unit, unit.patterns_of(clause)[0]).value_or(Symbol());
    }
    for (const FunctionId f : program_.functions_of(program_.module_of(callback))) {
      for (const CallId start : program_.calls_of(f)) {
        const std::span<const ExprId> arguments = arguments_of(program_, start);
        if (task && program_.call(start).name == kStartAsync && arguments.size() >= 3 &&
            analysis::atom_value(unit, arguments[1]) == task)
          return start;
      }
    }
    return {};
  }

  // How it comes to that task again and again: the messages that ask for it, at most kMaxCauses of them.
  void add_causes(FunctionId callback, CallId site, std::vector<findings::Step>& path) const {
    constexpr std::size_t kMaxCauses = 4, kMaxFunctions = 24;
    const CallId start = task_behind(callback, site);
    if (!start) return;
    std::vector<FunctionId> above = {program_.function_of(start)};
    std::vector<CallId> asking;
    for (std::size_t i = 0; i < above.size() && above.size() < kMaxFunctions; ++i) {
      for (const std::uint32_t e : facts_.calls.incoming_of(above[i])) {
        const analysis::Edge& edge = facts_.calls.edges[e];
        const FunctionId caller = facts_.calls.callers[e];
        if (edge.runs != Runs::kCaller || edge.possible || program_.module_of(caller) != program_.module_of(callback)) continue;
        if (program_.function(caller).name == sym::handle_info) {
          asking.push_back(edge.site);
        } else if (std::find(above.begin(), above.end(), caller) == above.end()) {
          above.push_back(caller);
        }
      }
    }
    std::sort(asking.begin(), asking.end());
    if (asking.size() > kMaxCauses) asking.resize(kMaxCauses);
    for (const CallId one : asking) path.push_back(call_step(program_, facts_, one));
    path.push_back(call_step(program_, facts_, start));
  }

  // A callback that runs many times in the life of its process.
  bool is_repeated(FunctionId function) const {
    static constexpr std::array<std::string_view, 7> kRepeated = {"handle_info", "handle_event",  "handle_cast", "handle_call",
                                                                  "handle_in",   "handle_params", "handle_async"};
    const std::string_view name = program_.function(function).name.text();
    return std::find(kRepeated.begin(), kRepeated.end(), name) != kRepeated.end() &&
           static_cast<bool>(facts_.processes.of(program_.module_of(function)));
  }

  FunctionId repeated_callback(FunctionId function, std::vector<CallId>& chain, std::set<FunctionId>& seen, int depth) const {
    constexpr int kDeepest = 5;
    if (is_repeated(function)) return function;
    if (depth == kDeepest || !seen.insert(function).second) return {};
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.runs != Runs::kCaller || edge.possible || program_.module_of(caller) != program_.module_of(function)) continue;
      if (is_guarded(edge.site)) continue;
      if (const FunctionId found = repeated_callback(caller, chain, seen, depth + 1)) {
        chain.push_back(edge.site);
        return found;
      }
    }
    return {};
  }

  // The clause that asks for it is an answer to something that comes once: the connection, the end of the start.
  bool is_guarded(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId root = analysis::root_of(unit, program_.call(site).expr);
    const FunctionId function = program_.function_of(site);
    for (const model::ClauseId c : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(c);
      if (clause.body != root || clause.pattern_count == 0) continue;
      const std::string text = source_text(program_, unit, unit.patterns_of(clause)[0]);
      for (const std::string_view word : {"join", "init", "start", "setup", "connected", "mount", "from", "error"}) {
        if (text.find(word) != text.npos) return true;
      }
    }
    return false;
  }

  void report(FunctionId function, CallId site, FunctionId callback, const std::vector<CallId>& chain) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site), shown = model::display_function(program_, callback);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    finding.message = shown + " subscribes with " + call + " each time it runs, and the module never unsubscribes";
    finding.why =
        "The process gets every message of the topic once for each subscription: with each refresh the same event arrives once "
        "more, "
        "and is handled once more.";
    finding.fix =
        erlang ? "Subscribe once, in init, or unsubscribe before."
               : "Subscribe once, in mount or init, or unsubscribe from the old topics before subscribing to the new ones.";
    add_causes(callback, site, finding.path);
    finding.path.push_back({name_span(program_, callback), shown + " runs many times in the life of its process"});
    for (const CallId step : chain) finding.path.push_back(call_step(program_, facts_, step));
    finding.path.push_back({finding.span, "subscribes again"});
    finding.key = call;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& subscribed_twice() {
  static const Rule rule{{.code = "BW216",
                          .name = "subscribed-twice",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A callback that subscribes each time it runs and never unsubscribes"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
