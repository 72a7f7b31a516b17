// handle_call that returns {noreply, State} promises an answer for later. Where From is neither kept nor handed on on that way,
// nobody can give it any more: the caller waits until its time-out is over, with infinity for ever (stdlib: gen_server,
// Module:handle_call/3; gen_statem, where call/2 waits without a limit).
#include <algorithm>

#include "rules/answering.h"
#include "rules/callers.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.handlers.size(); ++i) {
      const Handler& handler = facts_.handler(HandlerId(i));
      if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kEvent) continue;
      if (!reporter_.wants(program_, handler.function) || !in_production(program_, facts_, handler.function)) continue;
      review(HandlerId(i), handler);
    }
  }

 private:
  void review(HandlerId id, const Handler& handler) {
    const std::optional<Unanswered> found = unanswered_return(program_, facts_, handler);
    if (!found) return;
    std::vector<MessageId> asking = messages_to(facts_, id);
    asking.erase(
        std::remove_if(asking.begin(), asking.end(), [&](MessageId m) { return !is_waiting(handler, facts_.message(m)); }),
        asking.end());
    // What nobody in sight sends may be an order to be quiet about requests that are not known.
    if (asking.empty()) return;
    report(handler, *found, asking);
  }

  // A clause for anything takes what no other does; a message that is not known may be one of the others'.
  bool is_waiting(const Handler& handler, const Message& message) const {
    return message.kind == MessageKind::kCall && (message.pattern.tag || !handler.pattern.any) &&
           in_production(program_, facts_, message.sender);
  }

  void report(const Handler& handler, const Unanswered& unanswered, const std::vector<MessageId>& asking) {
    const bool erlang = in_erlang(program_, handler.function);
    const bool statem = facts_.process(handler.process).kind == ProcessKind::kGenStatem;
    const std::string name = process_name(program_, facts_, handler.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::int64_t patience = wait_of(asking, statem);
    const bool likely = std::none_of(asking.begin(), asking.end(), [&](MessageId m) { return !facts_.message(m).likely; });
    Finding finding =
        found_in(reporter_, program_, handler.function, program_.unit(unanswered.expr.unit).span(unanswered.expr.expr));
    // A gen_fsm takes the same event with and without a caller, and clauses for both are often written where one is sent.
    const bool guess = likely && facts_.process(handler.process).behaviour.text() == "gen_fsm";
    // Some mean it: a request that comes too late is left to its timeout.
    finding.severity = guess ? Severity::kLow : Severity::kMedium;
    finding.confidence = unanswered.sometimes || likely ? Confidence::kPossible : Confidence::kLikely;
    finding.message = shown + " answers nobody" + (unanswered.sometimes ? " on this way" : "") +
                      ": it lets go of its caller, and no code can reply any more";
    finding.why = "The caller waits" +
                  (patience == Bound::kInfinite ? std::string(" for ever") : wait_text(patience) + " and exits") +
                  ", each time, although " + name + " is well.";
    finding.fix =
        statem   ? "Return {keep_state, Data, [{reply, From, Reply}]}, postpone the event, or keep From in the data and reply "
                   "later with gen_statem:reply/2."
        : erlang ? "Return {reply, Reply, State}, or keep From in the state and answer with gen_server:reply(From, Reply) "
                   "when there is a result; make it a cast where no answer is wanted."
                 : "Return {:reply, reply, state}, or keep `from` in the state and answer with GenServer.reply(from, "
                   "reply) when there is a result; make it a cast where no answer is wanted.";
    finding.path = asking_steps(program_, facts_, asking, 4);
    if (unanswered.helper) {
      finding.span = call_span(program_, unanswered.helper);
      finding.path.push_back(call_step_of(unanswered.helper));
      finding.path.push_back({program_.unit(unanswered.expr.unit).span(unanswered.expr.expr), "it returns without a reply"});
    }
    finding.key = shown;
    report_weighed(reporter_, std::move(finding));
  }

  findings::Step call_step_of(CallId site) const {
    return {call_span(program_, site), model::display_function(program_, program_.function_of(site)) + " leaves the return to " +
                                           callee_text(program_, facts_, site)};
  }

  std::int64_t wait_of(const std::vector<MessageId>& asking, bool statem) const {
    const bool written = std::any_of(asking.begin(), asking.end(),
                                     [&](MessageId m) { return facts_.message(m).timeout.milliseconds != Bound::kUnknown; });
    return statem && !written ? Bound::kInfinite : shortest_wait(facts_, asking);
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& never_replies() {
  static const Rule rule{{.code = "BW407",
                          .name = "never-replies",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "handle_call returns noreply on a way where its caller is dropped: nobody can answer"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
