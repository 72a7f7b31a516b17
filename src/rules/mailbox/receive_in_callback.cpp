// A server that stands in a receive of its own serves nobody: its calls time out, its messages wait. A receive that never ends
// hangs the process for ever, and supervision does not notice, for nothing has crashed.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/waits.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

constexpr std::int64_t kLong = 1000;

struct Found {
  HandWait wait;
  std::vector<CallId> chain;  // from the clause down to the function with the receive
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(const Handler& handler) {
    const Unit& unit = program_.unit_of(handler.function);
    std::vector<Found> found;
    note(handler.function, unit.clause(handler.clause).body, {}, found);
    follow(analysis::calls_in_clause(program_, handler.function, handler.clause), found);
    for (const Found& f : found) report(handler, f);
  }

 private:
  struct Step {
    CallId site;
    std::vector<CallId> chain;
  };

  void follow(const std::vector<CallId>& sites, std::vector<Found>& found) {
    constexpr std::size_t kDeepest = 6, kMostFunctions = 400;
    std::set<FunctionId> seen;
    std::vector<Step> waiting;
    for (const CallId site : sites) waiting.push_back({site, {}});
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
      for (const ExprId body : bodies_of(program_, callee)) note(callee, body, chain, found);
      if (chain.size() >= kDeepest) continue;
      for (const CallId site : program_.calls_of(callee)) waiting.push_back({site, chain});
    }
  }

  void note(FunctionId function, ExprId body, const std::vector<CallId>& chain, std::vector<Found>& found) const {
    for (const HandWait& wait : hand_waits(program_, facts_, function, body)) {
      const bool is_long = wait.bound_ms == Bound::kInfinite || wait.bound_ms >= kLong;
      // A wait for the end of a process that was told to end is what a supervisor does, and one for a timer that could not be
      // cancelled takes what is there already. A wait without limit needs the request that it waits for in sight.
      const bool endless = wait.bound_ms == Bound::kInfinite;
      if (!is_long || only_ends(function, wait.receive) || cancels_timer(function)) continue;
      if (endless && (wait.ended_by_death || !sends_before(function, body, wait.receive))) continue;
      found.push_back({wait, chain});
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
      if (analysis::effects_at(program_, facts_, site).has(Effect::kSend)) return true;
    }
    return false;
  }

  void report(const Handler& handler, const Found& found) {
    if (!reported_.insert({found.wait.function, found.wait.receive}).second) return;
    const FunctionId function = found.wait.function;
    const Unit& unit = program_.unit_of(function);
    const bool endless = found.wait.bound_ms == Bound::kInfinite;
    const std::string server = process_name(program_, facts_, handler.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const source::Span whole = unit.span(found.wait.receive);
    Finding finding = found_in(reporter_, program_, function, whole);
    finding.severity = endless ? Severity::kHigh : Severity::kMedium;
    finding.confidence = Confidence::kLikely;
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
  const bool server = process.kind == analysis::ProcessKind::kGenServer || process.kind == analysis::ProcessKind::kGenStatem;
  if (!server || process.count != analysis::Count::kOne) return false;
  return std::any_of(facts.messages.to[handler.process.index].begin(), facts.messages.to[handler.process.index].end(),
                     [&](MessageId id) { return facts.message(id).kind == MessageKind::kCall; });
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Search search(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) {
    const HandlerKind kind = handler.kind;
    const bool callback = kind == HandlerKind::kCall || kind == HandlerKind::kCast || kind == HandlerKind::kInfo ||
                          kind == HandlerKind::kContinue || kind == HandlerKind::kEvent;
    if (!callback || !is_shared(facts, handler) || !in_production(program, facts, handler.function)) continue;
    search.look_at(handler);
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
