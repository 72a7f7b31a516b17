// A receive without `after` waits for ever. In code that others run in their own process, the one answer that does not come,
// since whoever should send it has died or forgotten, hangs that process with nothing in the log.
#include <algorithm>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!facts_.effects.all[i].has(Effect::kReceive) || !function_has(program_, function, ExprKind::kReceive)) continue;
      if (!in_production(program_, facts_, function) || !is_run_by_others(function)) continue;
      for (const ExprId body : bodies_of(program_, function)) {
        for (const HandWait& wait : hand_waits(program_, facts_, function, body)) look_at(function, body, wait);
      }
    }
  }

 private:
  // An interface or request code. Inside of callbacks receive-in-callback speaks; a process of its own may wait as it likes.
  bool is_run_by_others(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    for (const ProcessId id : context.processes) {
      const analysis::ProcessKind kind = facts_.process(id).kind;
      if (kind != analysis::ProcessKind::kOther && kind != analysis::ProcessKind::kTask) return false;
    }
    return (context.flags & (analysis::kInRequest | analysis::kFromOutside)) != 0 && (context.flags & analysis::kInTask) == 0;
  }

  void look_at(FunctionId function, ExprId body, const HandWait& wait) {
    if (wait.bound_ms != Bound::kInfinite || wait.ended_by_death || wait.loops || wait.takes_any) return;
    const CallId request = request_before(function, body, wait.receive);
    if (request && !is_watched(function)) report(function, wait, request);
  }

  // What the receive waits for: the request sent before it.
  CallId request_before(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    CallId found;
    for (const CallId site : program_.calls_of(function)) {
      const model::Expr& call = unit.expr(program_.call(site).expr);
      if (call.begin < unit.expr(body).begin || call.begin > unit.expr(receive).begin || program_.call(site).closure) continue;
      if (analysis::effects_at(program_, facts_, site).has(Effect::kSend)) found = site;
    }
    return found;
  }

  // Linked or monitored: the death of the other side ends the wait; and so does a timer of the function's own.
  bool is_watched(FunctionId function) const {
    if (facts_.effects.direct[function.index].has(Effect::kTimer)) return true;
    const analysis::EffectSet effects = facts_.effects.all[function.index];
    return effects.has(Effect::kLink) || effects.has(Effect::kMonitor);
  }

  void report(FunctionId function, const HandWait& wait, CallId request) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, unit.span(wait.receive));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " waits for an answer without `after`, and nothing tells it when the other process is gone";
    finding.why = "If the other process dies, or never answers, whoever calls " + finding.function +
                  " hangs for ever; nothing crashes, so no supervisor helps.";
    finding.fix = erlang ? "Use gen_server:call, or monitor the other process, take its 'DOWN' in the receive and add an `after`."
                         : "Use GenServer.call, or monitor the other process, take its :DOWN in the receive and add an `after`.";
    finding.path = {{call_span(program_, request), "the request is sent here"}, {finding.span, "waits without limit"}};
    finding.key = "receive";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& receive_without_after() {
  static const Rule rule{{.code = "BW204",
                          .name = "receive-without-after",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A hand-written request that waits for ever when nobody answers"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
