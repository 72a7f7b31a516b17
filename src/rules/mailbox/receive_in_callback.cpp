// A server that stands in a receive of its own serves nobody: its calls time out, its messages wait. A receive that never ends
// hangs the process for ever, and supervision does not notice, for nothing has crashed.
#include <algorithm>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/clauses.h"
#include "rules/kept.h"
#include "rules/own_interface.h"
#include "rules/reach.h"
#include "rules/requests.h"
#include "rules/waits.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

constexpr std::int64_t kLong = 1000;

struct Found {
  HandWait wait;
  std::vector<CallId> chain;  // from the clause down to the function with the receive
  bool for_end = false;       // waits for the end of a process that was asked to end, or for a worker of its own
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter) {}

  // `guessed`: that others wait for it is concluded from the interface of its module.
  void look_at(const Handler& handler, bool guessed) {
    const Unit& unit = program_.unit_of(handler.function);
    std::vector<Found> found;
    note(handler.function, unit.clause(handler.clause).body, {}, found);
    follow(analysis::calls_in_clause(program_, handler.function, handler.clause), found);
    for (const Found& f : found) {
      // A wait that ends is for its callers to weigh, and what other modules do is theirs.
      const bool near =
          f.wait.bound_ms == Bound::kInfinite && program_.module_of(f.wait.function) == program_.module_of(handler.function);
      if (!guessed || near) report(handler, f, guessed);
    }
  }

 private:
  struct Step {
    CallId site;
    std::vector<CallId> chain;
    KnownArguments outer;  // the atoms that the function with the site was called with
  };

  void follow(const std::vector<CallId>& sites, std::vector<Found>& found) {
    constexpr std::size_t kDeepest = 6, kMostFunctions = 400;
    std::set<FunctionId> seen;
    std::vector<Step> waiting;
    for (const CallId site : sites) waiting.push_back({site, {}, {}});
    for (std::size_t i = 0; i < waiting.size() && seen.size() < kMostFunctions; ++i) {
      const Step step = waiting[i];
      if (facts_.calls.runs[step.site.index] != Runs::kCaller || program_.call(step.site).capture) continue;
      const FunctionId callee = facts_.calls.callees[step.site.index].function;
      // A function that knowledge speaks for does what its row says.
      if (!callee || facts_.calls.external(step.site) || !seen.insert(callee).second) continue;
      if (!facts_.effects.all[callee.index].has(Effect::kReceive) || always_exits(program_, facts_, callee)) continue;
      if (asks_who_it_is(program_, facts_, callee)) continue;
      std::vector<CallId> chain = step.chain;
      chain.push_back(step.site);
      // call(Pid, entry): the atom picks the clause, and the one that waits is for another.
      const KnownArguments given = arguments_at(program_, facts_, step.site, step.outer);
      const std::uint64_t feasible = feasible_clauses(program_, callee, given);
      const model::ClauseRange clauses = program_.function(callee).clauses;
      for (std::uint32_t c = 0; c < clauses.size(); ++c) {
        const bool taken = clauses.size() > 64 || (feasible >> c & 1) != 0;
        if (taken) note(callee, program_.unit_of(callee).clause(clauses[c]).body, chain, found);
      }
      if (chain.size() >= kDeepest) continue;
      for (const CallId site : program_.calls_of(callee)) {
        if (stands_in(program_, callee, site, feasible)) waiting.push_back({site, chain, given});
      }
    }
  }

  void note(FunctionId function, ExprId body, const std::vector<CallId>& chain, std::vector<Found>& found) const {
    for (const HandWait& wait : hand_waits(program_, facts_, function, body)) {
      const bool is_long = wait.bound_ms == Bound::kInfinite || wait.bound_ms >= kLong;
      // A wait for the end of a process that was told to end is what a supervisor does, and one for a timer that could not be
      // cancelled takes what is there already. A wait without limit needs the request that it waits for in sight.
      const bool endless = wait.bound_ms == Bound::kInfinite;
      if (!is_long || cancels_timer(function)) continue;
      const bool ends = only_ends(function, wait.receive);
      if (ends && (!endless || !asks_to_end(function, wait.receive))) continue;
      const bool worker = !ends && endless && !wait.ended_by_death && waits_for_own_worker(function, body, wait.receive);
      if (!ends && endless && !worker && (wait.ended_by_death || !sends_before(function, body, wait.receive))) continue;
      found.push_back({wait, chain, ends || worker});
    }
  }

  bool only_ends(FunctionId function, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(receive))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        const Symbol tag = analysis::outline(unit, {}, pattern).tag;
        if (tag != sym::DOWN && tag != sym::EXIT) return false;
      }
    }
    return true;
  }

  // exit(Pid, shutdown) and a wait without limit: a process that traps exits ends when it likes, and it may be about to call this
  // one. A kill ends it surely.
  bool asks_to_end(FunctionId function, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    // The EXIT of a process that is linked is waited for by those who own it.
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(receive))) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        if (analysis::outline(unit, {}, pattern).tag == sym::EXIT) return false;
      }
    }
    bool asked = false;
    for (const CallId site : program_.calls_of(function)) {
      if (returned_by(program_, facts_, site) == Resource::kMonitor) return false;  // a wait that was thought about
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      if (program_.call(site).name != sym::exit || arguments.size() != 2 || program_.call(site).capture) continue;
      if (unit.expr(program_.call(site).expr).begin > unit.expr(receive).begin) continue;
      if (analysis::atom_value(unit, arguments[1]) == intern("kill")) return false;
      asked = true;
    }
    return asked;
  }

  bool cancels_timer(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      if (released_by(program_, facts_, site) == Resource::kTimer) return true;
    }
    return false;
  }

  bool sends_before(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const model::Expr& call = unit.expr(program_.call(site).expr);
      if (call.begin < unit.expr(body).begin || call.begin > unit.expr(receive).begin) continue;
      if (sends_request(program_, facts_, site)) return true;
    }
    return false;
  }

  // spawn(fun() -> Server ! work() end), receive … end: a worker that dies takes the server along into a wait without end.
  bool waits_for_own_worker(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const model::Expr& call = unit.expr(program_.call(site).expr);
      if (call.begin < unit.expr(body).begin || call.begin > unit.expr(receive).begin) continue;
      if (starts_unwatched_answerer(program_, facts_, site)) return true;
    }
    return false;
  }

  void report(const Handler& handler, const Found& found, bool guessed) {
    if (!reported_.insert({found.wait.function, found.wait.receive}).second) return;
    const FunctionId function = found.wait.function;
    const Unit& unit = program_.unit_of(function);
    const bool endless = found.wait.bound_ms == Bound::kInfinite;
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const source::Span whole = unit.span(found.wait.receive);
    Finding finding = found_in(reporter_, program_, function, whole);
    finding.severity = endless && !found.for_end ? Severity::kHigh : Severity::kMedium;
    finding.confidence = found.for_end || guessed ? Confidence::kPossible : Confidence::kLikely;
    finding.message = server + " stands in a receive" + wait_text(found.wait.bound_ms) + " inside its callback: " + shown +
                      (found.chain.empty() ? " has it" : " reaches " + finding.function);
    finding.why =
        std::string("Meanwhile ") + server + " answers nobody" +
        (endless ? ", and when the message does not come it hangs for ever; nothing has crashed, so nothing restarts it."
                 : ", and its callers exit when their timeouts are over.") +
        " With a full mailbox the receive looks at every message in it.";
    finding.fix =
        "Let the message come to handle_info (an event of the state machine) and answer the caller from there, or do the "
        "waiting in a task" +
        std::string(endless ? "; at the least give the receive an after." : ".");
    append_chain(program_, facts_, found.chain, finding.path);
    finding.path.push_back({whole, finding.function + " waits" + wait_text(found.wait.bound_ms)});
    finding.key = server + " receive";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<FunctionId, ExprId>> reported_;
};

// Other processes wait for it: there is one of it, and it has calls in sight.
bool is_shared(const Facts& facts, const Handler& handler) {
  const Process& process = facts.process(handler.process);
  if (process.kind == analysis::ProcessKind::kStage) return true;  // its consumers and producers ask it
  const bool server = process.kind == analysis::ProcessKind::kGenServer || process.kind == analysis::ProcessKind::kGenStatem;
  if (!server || process.count != analysis::Count::kOne) return false;
  return std::any_of(facts.messages.to[handler.process.index].begin(), facts.messages.to[handler.process.index].end(),
                     [&](MessageId id) { return facts.message(id).kind == MessageKind::kCall; });
}

// The same of a server without a name, whose module lets others ask it by its pid.
bool is_asked_by_pid(const Program& program, const Facts& facts, HandlerId id) {
  const Handler& handler = facts.handler(id);
  if (handler.kind != HandlerKind::kCall || !facts.effects.all[handler.function.index].has(Effect::kReceive)) return false;
  const Process& process = facts.process(handler.process);
  if (process.count == analysis::Count::kOne) return false;
  const std::vector<MessageId> messages = messages_to(facts, id);
  const Callers callers = callers_of(program, facts, messages, handler.process);
  const Sharing sharing = sharing_of(program, facts, handler.process, messages, callers);
  return sharing != Sharing::kNone;
}

// ---- The EXIT that was taken already
// -----------------------------------------------------------------------------------------------

// terminate waits without limit for the EXIT of a process, and a clause of handle_info takes any EXIT: the one it waits for may
// be what has ended the server.
class Exits {
 public:
  Exits(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(const Handler& terminate) {
    const Unit& unit = program_.unit_of(terminate.function);
    const Handler* taker = taker_of(terminate.process);
    if (!taker) return;
    for (const HandWait& wait : hand_waits(program_, facts_, terminate.function, unit.clause(terminate.clause).body)) {
      if (wait.bound_ms == Bound::kInfinite && waits_for_exit(unit, wait.receive)) return report(terminate, *taker, wait);
    }
  }

 private:
  // {'EXIT', _, Reason} -> {stop, Reason, State}: of whatever process, with the field that holds its pid left as it is.
  const Handler* taker_of(ProcessId process) const {
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo || handler.pattern.tag != sym::EXIT || handler.changes_state) continue;
      for (const analysis::CallbackReturn& way : analysis::returns_of(program_, facts_, handler)) {
        if (way.tag == sym::stop) return &handler;
      }
    }
    return nullptr;
  }

  static bool waits_for_exit(const Unit& unit, ExprId receive) {
    for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
      if (patterns.empty() || analysis::outline(unit, {}, patterns[0]).tag != sym::EXIT) return false;
    }
    return true;
  }

  void report(const Handler& terminate, const Handler& taker, const HandWait& wait) {
    const Unit& unit = program_.unit_of(terminate.function);
    const bool erlang = in_erlang(program_, terminate.function);
    const std::string server = process_name(program_, facts_, terminate.process);
    Finding finding = found_in(reporter_, program_, terminate.function, unit.span(wait.receive));
    finding.confidence = Confidence::kLikely;
    finding.message = "terminate of " + server + " waits without limit for an " + atom_text(sym::EXIT, erlang) + " that " +
                      analysis::display_handler(program_, facts_, taker) + " may have taken already";
    finding.why = "A process ends once. When its EXIT is what stops " + server +
                  ", no other one comes: terminate hangs until the supervisor kills it, or for ever under infinity.";
    finding.fix = erlang ? "Monitor the process in terminate and wait for its 'DOWN', which comes at once for one that is gone."
                         : "Monitor the process in terminate and wait for its :DOWN, which comes at once for one that is gone.";
    const Unit& there = program_.unit_of(taker.function);
    const model::Clause& clause = there.clause(taker.clause);
    finding.path = {{{there.file, clause.begin, clause.end}, "takes the EXIT and stops"}, {finding.span, "waits for it again"}};
    finding.key = server + " exit";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Exits exits(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) {
    if (handler.kind == HandlerKind::kTerminate && facts.effects.all[handler.function.index].has(Effect::kReceive) &&
        in_production(program, facts, handler.function))
      exits.look_at(handler);
  }
  Search search(program, facts, reporter);
  for (std::uint32_t i = 0; i < facts.processes.handlers.size(); ++i) {
    const Handler& handler = facts.processes.handlers[i];
    const HandlerKind kind = handler.kind;
    const bool callback = kind == HandlerKind::kCall || kind == HandlerKind::kCast || kind == HandlerKind::kInfo ||
                          kind == HandlerKind::kContinue || kind == HandlerKind::kEvent;
    if (!callback || !in_production(program, facts, handler.function)) continue;
    if (is_shared(facts, handler)) {
      search.look_at(handler, false);
    } else if (is_asked_by_pid(program, facts, HandlerId(i))) {
      search.look_at(handler, true);
    }
  }
}

}  // namespace

const Rule& receive_in_callback() {
  static const Rule rule{{.code = "BW203",
                          .name = "receive-in-callback",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A receive of its own inside the callback of a server that others wait for"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
