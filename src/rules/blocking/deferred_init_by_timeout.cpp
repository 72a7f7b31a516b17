// init that returns {ok, State, 0} and goes on in handle_info(timeout, …): the time-out of zero comes only when the mailbox is
// empty. A message that is there first cancels it, and is served by a half-made state; the rest of init then never runs.
// handle_continue runs before any message (stdlib: gen_server, Module:init/1; since OTP 21).
#include <algorithm>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/known_early.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::CallbackReturn;
using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const Handler& handler : facts_.processes.handlers) {
      if (handler.kind != HandlerKind::kInit || facts_.process(handler.process).kind != ProcessKind::kGenServer) continue;
      if (reporter_.wants(program_, handler.function) && in_production(program_, facts_, handler.function)) review(handler);
    }
  }

 private:
  void review(const Handler& init) {
    const Process& process = facts_.process(init.process);
    const HandlerId deferred = timeout_clause(process);
    if (!deferred) return;
    for (const CallbackReturn& made : analysis::returns_of(program_, facts_, init)) {
      if (made.tag != sym::ok || !is_zero(made) || keeps_it_armed(process, deferred)) continue;
      report(init, made, deferred);
      return;
    }
  }

  // The clause that does the rest: handle_info(timeout, State).
  HandlerId timeout_clause(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInfo && handler.pattern.tag == sym::timeout && handler.pattern.size == 0) return id;
    }
    return {};
  }

  bool is_zero(const CallbackReturn& made) const {
    if (!made.timeout) return false;
    const analysis::ExprRef limit = analysis::resolve_value(program_, facts_, made.timeout);
    return limit && analysis::integer_value(program_.unit(limit.unit), limit.expr) == 0;
  }

  // Every other callback returns a time-out again, so that the rest is only late.
  bool keeps_it_armed(const Process& process, HandlerId deferred) const {
    bool any = false;
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      const bool message =
          handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo;
      if (!message || id == deferred) continue;
      for (const CallbackReturn& made : analysis::returns_of(program_, facts_, handler)) {
        if (made.tag != sym::reply && made.tag != sym::noreply) continue;
        if (!made.timeout) return false;
        any = true;
      }
    }
    return any;
  }

  // May a message be there before init is over: does it have a name, or has it told somebody of itself in init?
  bool may_be_asked(const Handler& init) const {
    const Process& process = facts_.process(init.process);
    if (is_found_by_name(program_, facts_, process)) return true;
    const analysis::EffectSet& effects = facts_.effects.all[init.function.index];
    return effects.has(Effect::kSend) || effects.has(Effect::kCast) || effects.has(Effect::kCall);
  }

  // Somebody in sight who sends the process a message that it takes.
  MessageId first_message(const Handler& init) const {
    for (const MessageId id : facts_.messages.to[init.process.index]) {
      const Message& message = facts_.message(id);
      if (!in_production(program_, facts_, message.sender) || message.pattern.tag == sym::timeout) continue;
      // What it sends itself, by a timer as a rule, comes when it comes.
      if (message.kind != MessageKind::kInfo || program_.module_of(message.sender) != facts_.process(init.process).module)
        return id;
    }
    return {};
  }

  void report(const Handler& init, const CallbackReturn& made, HandlerId deferred) {
    const Handler& rest = facts_.handler(deferred);
    const bool erlang = in_erlang(program_, init.function);
    const std::string name = process_name(program_, facts_, init.process);
    const MessageId first = first_message(init);
    const CallId source = source_armed_in(program_, facts_, init);
    Finding finding = found_in(reporter_, program_, init.function, program_.unit(made.expr.unit).span(made.expr.expr));
    finding.severity = source || (first && may_be_asked(init)) ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = name + " puts the rest of its init off with a time-out of 0, which any message that comes first cancels";
    finding.why =
        "The time-out arrives only when the mailbox is empty: a request that waits already, as after each restart of a "
        "process with a name, is served by the half-made state, and " +
        analysis::display_handler(program_, facts_, rest) + " does not run any more.";
    finding.fix = erlang
                      ? "Return {ok, State, {continue, Step}} and do the rest in handle_continue(Step, State), which runs before "
                        "any message."
                      : "Return {:ok, state, {:continue, step}} and do the rest in handle_continue(step, state), which runs "
                        "before any message.";
    const Unit& unit = program_.unit_of(rest.function);
    finding.path.push_back({{unit.file, unit.clause(rest.clause).begin, unit.clause(rest.clause).end}, "the rest of the init"});
    if (first) {
      const Message& message = facts_.message(first);
      finding.path.push_back({call_span(program_, message.site), model::display_function(program_, message.sender) +
                                                                     " may send " + message_text(message.pattern, erlang) +
                                                                     " before it"});
    }
    if (source) {
      finding.path.push_back(
          {call_span(program_, source), callee_text(program_, facts_, source) + " makes messages come from now on"});
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& deferred_init_by_timeout() {
  static const Rule rule{{.code = "BW411",
                          .name = "deferred-init-by-timeout",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "init puts its rest off with a time-out of 0, which the first message cancels"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
