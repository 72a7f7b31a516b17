// Let it crash means that a supervisor gets to see the fault. A handler that takes every exception and goes on with the old
// state, an empty list or :ok hides it: the process looks healthy and works on with data that nobody vouches for. Catching is
// right where it names the error, says so and stops, cleans up, or guards something whose failure does not matter; the rule
// speaks of shapes where none of that can be.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/half_done.h"
#include "rules/kept.h"
#include "rules/old_catch.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Aftermath;
using analysis::Handling;
using analysis::Runs;

struct Caught {
  FunctionId function;
  ExprId place;    // the try
  ExprId body;     // what it guards
  Handling taken;  // the handler that takes everything
  std::vector<CallId> sites, captures;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t u = 0; u < program_.units.size(); ++u) {
      const Unit& unit = *program_.units[u];
      if (unit.role != source::Role::kReviewed || !reporter_.wants(unit)) continue;
      std::optional<analysis::Clauses> clauses;
      for (const ExprId id : unit.of_kind(ExprKind::kTry)) {
        if (!clauses) clauses.emplace(unit);
        const analysis::Clauses::Place place = clauses->of(id);
        if (place.function) look_at(unit, FunctionId(unit.first_function + place.function.index), id);
      }
    }
  }

 private:
  void look_at(const Unit& unit, FunctionId function, ExprId place) {
    if (!in_production(program_, facts_, function) || is_clean_up(function)) return;
    Caught caught{function, place, unit.child(place, 0), {}, {}, {}};
    any_below(unit, caught.body, [&](ExprId id) {
      if (unit.expr(id).kind == ExprKind::kCapture) caught.captures.push_back(CallId(unit.first_call + unit.expr(id).payload));
      if (unit.expr(id).kind == ExprKind::kCall) caught.sites.push_back(CallId(unit.first_call + unit.expr(id).payload));
      return false;
    });
    for (const CallId site : caught.sites) {
      for (const Handling& handling : analysis::handlings_around(program_, facts_, site)) {
        if (handling.try_expr.expr != place || !handling.exceptions.empty()) continue;
        caught.taken = handling;
        if (takes_any_reason(unit, handling) && in_transaction(unit, caught)) {
          report_transaction(caught);
          return;
        }
        if (handling.takes_all_reasons() && judge(unit, caught)) return;
      }
      if (caught.taken.try_expr) break;  // all calls of the body have the same handlers
    }
  }

  // What only ends things may fail in any way.
  bool is_clean_up(FunctionId function) const {
    static constexpr std::array<std::string_view, 16> kEnding = {
        "terminate", "cleanup", "clean_up",    "close", "stop",  "shutdown", "disconnect", "kill",
        "delete",    "format",  "code_change", "debug", "purge", "remove",   "unsub",      "unregister"};
    const std::string_view name = program_.function(function).name.text();
    const std::uint16_t flags = facts_.contexts.of(function).flags;
    return std::any_of(kEnding.begin(), kEnding.end(), [&](std::string_view word) { return name.find(word) != name.npos; }) ||
           flags == analysis::kInShutdown;
  }

  // Whatever the guard asks, the pattern takes any reason.
  static bool takes_any_reason(const Unit& unit, const Handling& handling) {
    if (!handling.reason) return true;
    const ExprKind kind = unit.expr(handling.reason.expr).kind;
    return kind == ExprKind::kVariable || kind == ExprKind::kWildcard;
  }

  // Macros and helpers for logging have many names; all of them say what they are.
  bool says_so(const Unit& unit, const Caught& caught) const {
    if (caught.taken.old_catch) return false;
    const source::Span span = handler_span(caught);
    std::string text(std::string_view(program_.files->file(unit.file).text).substr(span.begin, span.end - span.begin));
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::array<std::string_view, 9> kSaying = {"log",    "warn",       "?error", "report", "telemetry",
                                                                "sentry", "stacktrace", "alert",  "capture"};
    return std::any_of(kSaying.begin(), kSaying.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
  }

  // The reason goes somewhere: into the answer, mostly.
  bool uses_reason(const Unit& unit, const Caught& caught) const {
    if (caught.taken.old_catch) return false;
    const model::Clause& clause = clause_of(unit, caught);
    std::vector<model::VariableId> bound;
    for (const ExprId pattern : unit.patterns_of(clause)) {
      for (const model::VariableId variable : variables_in(unit, pattern)) bound.push_back(variable);
    }
    return !bound.empty() && mentions(unit, clause.body, bound);
  }

  // {:error, …}: whoever asked is told that it failed.
  bool tells_error(const Unit& unit, const Caught& caught) const {
    return any_below(unit, clause_of(unit, caught).body,
                     [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == sym::error; });
  }

  // Does what is guarded ask others, over the network or in other processes? Then half of it may have happened.
  bool reaches_out(const Caught& caught) const {
    for (const CallId site : caught.sites) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || facts_.calls.external(site)) continue;
      const analysis::EffectSet effects = facts_.effects.all[callee.index];
      if (effects.has(Effect::kHttp) || effects.has(Effect::kDatabase) || effects.has(Effect::kRpc)) return true;
    }
    return false;
  }

  // A server's own function, which makes an ordinary answer of whatever goes wrong in a request to others.
  bool makes_up(const Unit& unit, const Caught& caught) const {
    if (caught.taken.old_catch || caught.taken.aftermath != Aftermath::kReturnsValue || is_probe(unit, caught)) return false;
    const std::vector<ProcessId>& processes = facts_.contexts.of(caught.function).processes;
    const bool in_server = std::any_of(processes.begin(), processes.end(), [&](ProcessId id) {
      return facts_.process(id).kind == analysis::ProcessKind::kGenServer &&
             facts_.process(id).module == program_.module_of(caught.function);
    });
    return in_server && !uses_reason(unit, caught) && !tells_error(unit, caught) && reaches_out(caught);
  }

  bool report_made_up(const Caught& caught) {
    Finding finding = start(
        caught, "Whatever goes wrong in " + display(caught) + ", it goes on with " + value_text(caught) + ", without a word");
    finding.why =
        "An outage, a bug and a timeout become the same ordinary value: the server works on as if all were well, and what was "
        "lost is "
        "missed by nobody.";
    finding.fix =
        "Take the failures that are expected by their names, and let anything else crash the process; log what is given up.";
    return send(std::move(finding), caught, "made up");
  }

  bool judge(const Unit& unit, const Caught& caught) {
    const Aftermath after = caught.taken.aftermath;
    if (caught.taken.logs || says_so(unit, caught) || after == Aftermath::kExits || after == Aftermath::kStops) return false;
    if (caught.taken.old_catch) {
      if (is_dropped(unit, caught)) return report_dropped(caught);
      return keeps_state_after_exit(program_, facts_, caught.function, caught.place) && report_state(caught);
    }
    if (after == Aftermath::kKeepsState && (caught.taken.classes & analysis::kErrorClass) != 0) {
      return !uses_reason(unit, caught) &&
             (!tells_error(unit, caught) || reaches_out(caught) || is_half_done(program_, facts_, caught.sites)) &&
             report_state(caught);
    }
    if (after == Aftermath::kMixed) return false;
    if ((caught.taken.classes & analysis::kExitClass) != 0 && (hides_server(unit, caught) || hides_boot(unit, caught)))
      return true;
    if ((caught.taken.classes & analysis::kErrorClass) == 0) return false;
    if (is_loop_step(unit, caught)) return report_dropped(caught);
    if (const std::vector<CallId> users =
            states_given_to_guard(program_, facts_, caught.function, caught.body, caught.taken.value);
        !users.empty())
      return report_guard(caught, users);
    if (makes_up(unit, caught)) return report_made_up(caught);
    if (knows_better(unit, caught)) return report_bugs(unit, caught);
    return false;
  }

  const model::Clause& clause_of(const Unit& unit, const Caught& caught) const { return unit.clause(caught.taken.clause); }

  source::Span handler_span(const Caught& caught) const {
    const Unit& unit = program_.unit_of(caught.function);
    if (caught.taken.old_catch) return unit.span(caught.place);
    const model::Clause& clause = clause_of(unit, caught);
    return {unit.file, clause.begin, clause.end};
  }

  // ---- Transactions -----------------------------------------------------------------------------------------------------------

  // Inside of the fun that a Mnesia transaction runs: an exit of the locker asks for the fun to be run again.
  bool in_transaction(const Unit& unit, const Caught& caught) const {
    if ((caught.taken.classes & analysis::kExitClass) == 0 || raises_again(unit, caught)) return false;
    return in_transaction(caught.function, caught.place, 0) ||
           (takes_locks(caught) && in_transaction(caught.function, caught.place, 1));
  }

  // mnesia:read and its like wait for locks; dirty_read does not.
  bool takes_locks(const Caught& caught) const {
    return std::any_of(caught.sites.begin(), caught.sites.end(), [&](CallId site) {
      const model::Call& call = program_.call(site);
      return call.module == intern("mnesia") && call.name && !call.name.text().starts_with("dirty");
    });
  }

  // The closure around the place, or around a call of the function that holds it, is what a transaction runs.
  bool in_transaction(FunctionId function, ExprId place, int depth) const {
    const Unit& unit = program_.unit_of(function);
    for (ExprId at = unit.parent(place); at; at = unit.parent(at)) {
      if (unit.expr(at).kind != ExprKind::kClosure) continue;
      for (const CallId site : program_.calls_of(function)) {
        if (is_transaction(site) && is_given(unit, site, at)) return true;
      }
    }
    constexpr int kMaxDepth = 3;
    if (depth == 0 || depth >= kMaxDepth) return false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || edge.runs != Runs::kCaller || caller == function) continue;
      if (program_.module_of(caller) != program_.module_of(function)) continue;
      if (in_transaction(caller, program_.call(edge.site).expr, depth + 1)) return true;
    }
    return false;
  }

  // mnesia:transaction(F), mnesia:activity(transaction, F), mnesia:Kind(F).
  bool is_transaction(CallId site) const {
    const model::Call& call = program_.call(site);
    if (call.module == intern("mnesia")) {
      const std::string_view name = call.name ? call.name.text() : std::string_view();
      return name.empty() || name.find("transaction") != name.npos || name == "activity";
    }
    if (call.name) return false;
    const std::string text = source_text(program_, program_.unit_of(site), call.expr);
    return text.starts_with("mnesia:") || text.starts_with("apply(:mnesia,") || text.starts_with("apply(mnesia,");
  }

  bool is_given(const Unit& unit, CallId site, ExprId closure) const {
    bool given = false;
    for (const ExprId argument : arguments_of(program_, site)) {
      given |= any_below(unit, argument, [&](ExprId id) { return id == closure || analysis::local_value(unit, id) == closure; });
    }
    return given;
  }

  // erlang:raise, or exit with the very reason.
  bool raises_again(const Unit& unit, const Caught& caught) const {
    if (caught.taken.old_catch) return false;
    const model::Clause& clause = clause_of(unit, caught);
    std::vector<model::VariableId> bound;
    for (const ExprId pattern : unit.patterns_of(clause)) {
      for (const model::VariableId variable : variables_in(unit, pattern)) bound.push_back(variable);
    }
    return any_below(unit, clause.body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
      const std::string_view name = unit.call_of(e).name.text();
      if (name == "raise" || name == "reraise") return true;
      if (name != "exit" || e.child_count != 1) return false;
      const model::Expr& reason = unit.expr(unit.child(id, 0));
      return reason.kind == ExprKind::kVariable &&
             std::find(bound.begin(), bound.end(), model::VariableId(reason.payload)) != bound.end();
    });
  }

  bool report_transaction(const Caught& caught) {
    Finding finding =
        start(caught, "Every exception inside of a Mnesia transaction is caught, also the exit that asks for it to be run again");
    finding.severity = Severity::kMedium;
    finding.why =
        "Mnesia ends an attempt that lost a race for a lock with exit({aborted, Reason}) and starts the fun anew. Caught here, a "
        "deadlock becomes a failed transaction, or one that commits half of its work.";
    finding.fix = in_erlang(program_, caught.function)
                      ? "Let that exit through: add the clause exit:{aborted, _} = Reason -> exit(Reason) in front."
                      : "Let that exit through: add the clause :exit, {:aborted, _} = reason -> exit(reason) in front.";
    return send(std::move(finding), caught, "transaction");
  }

  // ---- Servers that are asked and may be down
  // ------------------------------------------------------------------------------------

  bool hides_server(const Unit& unit, const Caught& caught) {
    for (const CallId site : caught.sites) {
      if (!analysis::effects_at(program_, facts_, site).has(Effect::kCall)) continue;
      for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall)) {
        const Message& message = facts_.message(reached.message);
        constexpr std::size_t kNear = 3;
        if (!message.receiver || reached.chain.size() > kNear) continue;
        const Process& server = facts_.process(message.receiver);
        if (server.module == program_.module_of(caught.function) || is_probe(unit, caught)) continue;
        const bool fixed =
            !reached.possible && !server.names.empty() && server.count == analysis::Count::kOne && !takes_pid(unit, site);
        if (!fixed && !(is_kept_in_state(unit, site) && is_habit(unit, caught))) continue;
        return report_server(caught, reached, message.receiver, fixed);
      }
    }
    return false;
  }

  // A missing table (badarg, ArgumentError) and a missing server (exit) both become a default: whatever is behind the call may
  // not have been started, and this code does not want to know.
  bool hides_boot(const Unit& unit, const Caught& caught) {
    if ((caught.taken.classes & analysis::kErrorClass) != 0 || !caught.taken.value || is_probe(unit, caught)) return false;
    bool badarg = false;
    for (const model::ClauseId c : unit.try_of(unit.expr(caught.place)).catch_clauses) {
      const model::Clause& clause = unit.clause(c);
      if (c != caught.taken.clause && !is_same(unit, clause.body, caught.taken.value.expr)) continue;
      for (const ExprId pattern : unit.patterns_of(clause)) {
        badarg |= any_below(unit, pattern, [&](ExprId id) {
          if (unit.expr(id).kind != ExprKind::kAtom) return false;
          const std::string_view name = unit.expr(id).symbol().text();
          return name == "badarg" || name == "Elixir.ArgumentError";
        });
      }
    }
    if (!badarg) return false;
    for (const CallId site : caught.sites) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || program_.module_of(callee) == program_.module_of(caught.function)) continue;
      const analysis::EffectSet effects = facts_.effects.all[callee.index];
      if (effects.has(Effect::kEtsRead) || effects.has(Effect::kCall)) return report_boot(caught, site);
    }
    return false;
  }

  bool is_same(const Unit& unit, ExprId a, ExprId b) const {
    return a && source_text(program_, unit, a) == source_text(program_, unit, b);
  }

  bool report_boot(const Caught& caught, CallId site) {
    const std::string callee = callee_text(program_, facts_, site);
    Finding finding = start(caught, display(caught) + " goes on with " + value_text(caught) + " when " + callee +
                                        " finds no table or no server to ask");
    finding.why = "What is behind " + callee +
                  " belongs to the same system. When it is down or starts too late, this makes an ordinary answer of "
                  "it, and a fault of the supervision tree stays hidden.";
    finding.fix =
        "Take the handlers out and start what is asked before those that ask; or give the default where the value is missing, "
        "not where "
        "the server is.";
    return send(std::move(finding), caught, "boot " + callee);
  }

  // Whoever calls this wants to know whether the server is there: alive?, {:error, …} and the like.
  bool is_probe(const Unit& unit, const Caught& caught) const {
    const std::string_view name = program_.function(caught.function).name.text();
    if (name.ends_with("?") || name.find("alive") != name.npos || name.starts_with("is_") || name.find("ping") != name.npos)
      return true;
    if (!caught.taken.value) return false;
    const model::Expr& value = unit.expr(caught.taken.value.expr);
    if (value.kind == ExprKind::kTuple && value.child_count > 0)
      return analysis::atom_value(unit, unit.child(caught.taken.value.expr, 0)) == sym::error;
    return value.kind == ExprKind::kAtom && value.symbol() == sym::error;
  }

  // The server is chosen by a pid that is given here: it may have ended, and who gave it cannot know.
  bool takes_pid(const Unit& unit, CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty() || unit.expr(arguments[0]).kind != ExprKind::kVariable) return false;
    const std::string_view name = unit.variable_of(unit.expr(arguments[0])).name.text();
    return name == "pid" || name == "Pid" || name == "server" || name == "Server" || name.ends_with("_pid") ||
           name.ends_with("Pid");
  }

  bool is_kept_in_state(const Unit& unit, CallId site) const {
    for (const ExprId argument : arguments_of(program_, site)) {
      if (field_read(unit, argument)) return true;
    }
    return false;
  }

  // More than one call of it is wrapped, and nobody watches the other process.
  bool is_habit(const Unit& unit, const Caught& caught) const {
    const ModuleId module = program_.module_of(caught.function);
    for (const FunctionId f : program_.functions_of(module)) {
      if (facts_.effects.direct[f.index].has(Effect::kMonitor)) return false;
    }
    std::size_t count = 0;
    const model::Module& m = program_.module(module);
    for (const ExprId id : unit.of_kind(ExprKind::kTry)) {
      const model::Expr& e = unit.expr(id);
      if (e.begin < m.begin || e.end > m.end || e.has(model::kOldCatch)) continue;
      for (const model::ClauseId c : unit.try_of(e).catch_clauses) {
        const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
        count += patterns.size() >= 2 && analysis::atom_value(unit, patterns[0]) == sym::exit &&
                 unit.expr(patterns[1]).kind != ExprKind::kTuple;
      }
    }
    return count >= 2;
  }

  bool report_server(const Caught& caught, const Reached& reached, ProcessId server, bool fixed) {
    const std::string name = process_name(program_, facts_, server);
    Finding finding = start(
        caught, "Every exit of a call to " + name + " is caught, and " + display(caught) + " goes on with " + value_text(caught));
    finding.why =
        fixed
            ? name +
                  " is part of the same system: when it is down, overloaded or called too early, this hides it. A timeout and a "
                  "wrong boot order look like an ordinary answer."
            : "Each call is tried and its death ignored, again and again: the pid of a process that is gone stays in the state, "
              "and "
              "what should have reached it is lost without a word.";
    finding.fix = fixed ? "Let it crash, or start it after " + name +
                              " under rest_for_one; where the failure is expected, catch {:noproc, _} alone and "
                              "log it."
                        : "Monitor the process when its pid is stored, and forget the pid at its DOWN.";
    append_chain(program_, facts_, reached.chain, finding.path);
    return send(std::move(finding), caught, "call " + name);
  }

  // ---- State, loops, bugs -----------------------------------------------------------------------------------------------------

  bool report_state(const Caught& caught) {
    Finding finding = start(caught, display(caught) + " catches every exception and goes on with the old state, without a word");
    finding.why =
        "Whatever went wrong, half of the work may be done and the state may be the cause: the next message meets the same "
        "fault, and "
        "no supervisor and no log ever hears of it.";
    finding.fix =
        "Catch the one error that is expected, and let anything else crash the process, so that its supervisor starts it afresh.";
    return send(std::move(finding), caught, "state");
  }

  // A helper that runs what it is given and answers with what was to be kept.
  bool report_guard(const Caught& caught, const std::vector<CallId>& users) {
    Finding finding = start(caught, display(caught) +
                                        " catches every exception of what it runs, and callbacks that use it go on with the old "
                                        "state, without a word");
    finding.why =
        "Whatever went wrong, half of the work may be done and the state may be the cause: the next message meets the same "
        "fault, and no supervisor and no log ever hears of it.";
    finding.fix =
        "Take the failures that are expected by their names, and let anything else crash the process; log what is given up.";
    constexpr std::size_t kShown = 4;
    for (std::size_t i = 0; i < std::min(users.size(), kShown); ++i)
      finding.path.push_back({call_span(program_, users[i]), "goes on with the old state here"});
    return send(std::move(finding), caught, "guard");
  }

  // `catch notify(X)` whose value nobody looks at.
  bool is_dropped(const Unit& unit, const Caught& caught) const {
    const ExprId around = unit.parent(caught.place);
    return around && is_loop_step(unit, caught);
  }

  // One step of a loop, of which nobody learns whether it worked, doing something that others rely on.
  bool is_loop_step(const Unit& unit, const Caught& caught) const {
    if (!is_ignored_step(unit, caught.place) && !is_turn(unit, caught)) return false;
    if (!caught.taken.old_catch && !is_nothing(unit, caught.taken.value)) return false;
    static constexpr std::array<Effect, 6> kMatters = {Effect::kCast, Effect::kCall, Effect::kDatabase,
                                                       Effect::kHttp, Effect::kSend, Effect::kEtsWrite};
    // What a whole turn does in code that is not in sight is the loop's work.
    const bool turn = is_turn(unit, caught);
    const auto matters = [&](CallId site) {
      if (turn && !facts_.calls.callees[site.index].function &&
          (!facts_.calls.external(site) || !facts_.calls.external(site)->row))
        return true;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || facts_.calls.external(site) || is_clean_up(callee)) return false;
      const analysis::EffectSet effects = facts_.effects.all[callee.index];
      return std::any_of(kMatters.begin(), kMatters.end(), [&](Effect e) { return effects.has(e); });
    };
    return std::any_of(caught.sites.begin(), caught.sites.end(), matters) ||
           std::any_of(caught.captures.begin(), caught.captures.end(), matters);
  }

  // A statement of a function that goes on with itself: the whole turn is tried.
  bool is_turn(const Unit& unit, const Caught& caught) const {
    const ExprId block = unit.parent(caught.place);
    if (!block || unit.expr(block).kind != ExprKind::kBlock) return false;
    const ExprId last = unit.children_of(unit.expr(block)).back();
    if (last == caught.place) return false;
    // A recursion over data has a clause for its end.
    if (program_.function(caught.function).clauses.count != 1) return false;
    bool again = true;
    analysis::for_each_result(unit, last, [&](ExprId id) {
      const bool itself = unit.expr(id).kind == ExprKind::kCall &&
                          facts_.calls.callees[unit.first_call + unit.expr(id).payload].function == caught.function;
      // loop(Retries - 1): whoever counts knows of failures.
      again = again && itself && !any_below(unit, id, [&](ExprId part) { return unit.expr(part).kind == ExprKind::kOperator; });
    });
    return again;
  }

  static bool is_nothing(const Unit& unit, analysis::ExprRef value) {
    if (!value) return false;
    const model::Expr& e = unit.expr(value.expr);
    if (e.kind != ExprKind::kAtom) return false;
    const std::string_view name = e.symbol().text();
    return name == "ok" || name == "nil" || name == "false" || name == "undefined";
  }

  // The last value of a comprehension or of a function for foreach whose result is not used.
  bool is_ignored_step(const Unit& unit, ExprId place) const {
    ExprId at = place;
    for (ExprId around = unit.parent(at); around; at = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kBlock) {
        if (unit.children_of(e).back() != at) return false;
        continue;
      }
      if (e.kind == ExprKind::kComprehension) return unit.children_of(e).back() == at && is_thrown_away(unit, around);
      if (e.kind != ExprKind::kClosure) return false;
      const ExprId run = unit.parent(around);
      if (!run || unit.expr(run).kind != ExprKind::kCall) return false;
      const Symbol name = unit.call_of(unit.expr(run)).name;
      return name && (name.text() == "each" || name.text() == "foreach");
    }
    return false;
  }

  static bool is_thrown_away(const Unit& unit, ExprId place) {
    const ExprId around = unit.parent(place);
    if (!around) return false;
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kBlock) return unit.children_of(e).back() != place;
    return e.kind == ExprKind::kMatch && unit.expr(unit.child(around, 0)).kind == ExprKind::kWildcard;
  }

  bool report_dropped(const Caught& caught) {
    Finding finding = start(caught, display(caught) + " tries each step and drops whatever goes wrong, without a word");
    finding.why =
        "When a step fails, what it should have told or written never happens, the loop goes on as if it had, and nothing in the "
        "log says "
        "why the rest of the system knows nothing of it.";
    finding.fix = in_erlang(program_, caught.function)
                      ? "Use try … catch Class:Reason:Stacktrace with a logger:warning, or catch only what is expected."
                      : "Log the failure with its stacktrace, or rescue only what is expected.";
    return send(std::move(finding), caught, "dropped");
  }

  // The failure that is expected has a clause of its own, and a last clause makes the same of every bug.
  bool knows_better(const Unit& unit, const Caught& caught) const {
    if (caught.taken.classes != analysis::kAllClasses || caught.sites.size() < 2 || !makes_error(unit, caught)) return false;
    for (const model::ClauseId c : unit.try_of(unit.expr(caught.place)).catch_clauses) {
      if (c == caught.taken.clause) break;
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
      if (patterns.size() >= 2 && unit.expr(patterns[1]).kind == ExprKind::kTuple && same_shape(unit, c, caught.taken.clause))
        return true;
    }
    return false;
  }

  // {error, Reason} with the reason that was caught.
  bool makes_error(const Unit& unit, const Caught& caught) const {
    if (!caught.taken.value) return false;
    const ExprId value = caught.taken.value.expr;
    if (unit.expr(value).kind != ExprKind::kTuple || unit.expr(value).child_count != 2) return false;
    return analysis::atom_value(unit, unit.child(value, 0)) == sym::error &&
           unit.expr(unit.child(value, 1)).kind == ExprKind::kVariable;
  }

  static bool same_shape(const Unit& unit, model::ClauseId a, model::ClauseId b) {
    const analysis::Pattern one = analysis::outline(unit, {}, analysis::local_value(unit, unit.clause(a).body));
    const analysis::Pattern other = analysis::outline(unit, {}, analysis::local_value(unit, unit.clause(b).body));
    return one.tag && one.tag == other.tag && one.size == other.size;
  }

  bool report_bugs(const Unit&, const Caught& caught) {
    Finding finding = start(caught, "Every bug below " + display(caught) + " becomes " + value_text(caught) +
                                        ", beside the failure that is expected");
    finding.why =
        "The clause before takes what may really go wrong. This one makes the same ordinary answer of a badarg, an undef or a "
        "bad record, and "
        "nothing in the log shows it.";
    finding.fix = "Take this clause out: an unexpected exception should crash the process that runs it.";
    return send(std::move(finding), caught, "bugs");
  }

  // ---- Words ------------------------------------------------------------------------------------------------------------------

  std::string display(const Caught& caught) const { return model::display_function(program_, caught.function); }

  std::string value_text(const Caught& caught) const {
    if (!caught.taken.value) return "a value of its own";
    return source_text(program_, program_.unit(caught.taken.value.unit), caught.taken.value.expr);
  }

  Finding start(const Caught& caught, std::string message) const {
    Finding finding = found_in(reporter_, program_, caught.function, handler_span(caught));
    finding.confidence = Confidence::kLikely;
    finding.message = std::move(message);
    finding.path = {{program_.unit_of(caught.function).span(caught.body), "whatever goes wrong here"},
                    {finding.span, "is caught here"}};
    return finding;
  }

  bool send(Finding finding, const Caught&, std::string key) {
    finding.key = std::move(key);
    report_weighed(reporter_, std::move(finding));
    return true;
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& swallowed_crash() {
  static const Rule rule{{.code = "BW101",
                          .name = "swallowed-crash",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "Every exception caught, and on with the old state or a made-up value"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
