// A call that times out leaves its request in the server's mailbox, and the server does it all the same (measured: a caller exits
// at 5,006 ms, the server goes on). Who asks again puts a second one behind it. When the server is once slower than its callers
// wait, each of them sends its request several times, the queue grows by work that nobody waits for, and every later call times
// out too: 100 requests a second to a server that can do 50, tried three times each, end with no good answer at all, also after
// the load has gone.
#include <algorithm>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/sites.h"
#include "rules/callers.h"
#include "rules/nodes.h"
#include "rules/reach.h"
#include "rules/retries.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

// What the server does for each request, where it is slow.
struct Load {
  ProcessId server;
  std::vector<SlowWork> works;  // the worst first; at most one
  Callers callers;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const auto asks = [](const analysis::External& external) {
      if (external.row == nullptr) return false;
      return external.module == sym::rpc || (external.row->effects.has(Effect::kCall) && external.row->message_argument != 0);
    };
    for (const CallId site : analysis::sites_of(facts_.calls, asks)) {
      if (program_.call(site).capture) continue;
      const analysis::External* external = facts_.calls.external(site);
      const bool rpc = external->module == sym::rpc && external->arity == 5 && external->name == intern("call") &&
                       !is_own_node(program_, facts_, site, argument_at(program_, site, 1));
      if (!rpc && !is_limited_request(site, *external)) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function)) continue;
      for (const Retry& retry : retries_of(program_, facts_, site, rpc ? intern("badrpc") : Symbol())) look_at(retry, rpc);
    }
  }

 private:
  // A request to another process that ends in an exit when nobody answers in time.
  bool is_limited_request(CallId site, const analysis::External& external) const {
    if (!external.row->effects.has(Effect::kCall) || external.row->message_argument == 0) return false;
    if (facts_.calls.runs[site.index] != analysis::Runs::kCaller || carries_deadline(site)) return false;
    return analysis::bound_at(program_, facts_, site, Effect::kCall) != Bound::kInfinite;
  }

  // What is sent, as it is written where the request is made or where a function that sends it is called.
  const Message* message_of(const Retry& retry) const {
    std::vector<CallId> sites = {retry.attempt};
    sites.insert(sites.end(), retry.way.begin(), retry.way.end());
    for (const CallId site : sites) {
      for (const MessageId id : facts_.messages.by_function[program_.function_of(site).index]) {
        const Message& message = facts_.message(id);
        if (message.kind == MessageKind::kCall && message.site == site) return &message;
      }
    }
    return nullptr;
  }

  // A server that is told until when somebody waits can leave out what is too late.
  bool carries_deadline(CallId site) const {
    const std::string text = source_text(program_, program_.unit_of(site), program_.call(site).expr, 400);
    return text.find("eadline") != std::string::npos || text.find("expires") != std::string::npos;
  }

  // Nobody asks at the same time as a supervisor that starts, or a person at a console.
  bool is_alone(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    constexpr std::uint16_t kAlone =
        analysis::kInBoot | analysis::kInTool | analysis::kInTest | analysis::kAtCompileTime | analysis::kInShutdown;
    return context.processes.empty() && !context.many && (context.flags & kAlone) != 0 && (context.flags & ~kAlone) == 0;
  }

  void look_at(const Retry& retry, bool rpc) {
    if (!in_production(program_, facts_, retry.function) || is_alone(retry.function)) return;
    if (!reporter_.wants(program_, retry.function) || !reported_.insert(retry.again).second) return;
    const Message* message = rpc ? nullptr : message_of(retry);
    if (message && message->timeout.milliseconds == Bound::kInfinite) return;
    report(retry, rpc, message, message ? load_of(*message) : Load());
  }

  Load load_of(const Message& message) const {
    Load load;
    load.server = analysis::receiver_behind(program_, facts_, message);
    if (!load.server) return load;
    Message sent = message;
    sent.receiver = load.server;
    std::vector<MessageId> same;
    for (const HandlerId id : takers(facts_, sent)) {
      for (SlowWork& work : slow_work(program_, facts_, facts_.handler(id))) {
        const bool longer = work.bound_ms == Bound::kUnknown || work.bound_ms == Bound::kInfinite ||
                            message.timeout.milliseconds == Bound::kUnknown || work.bound_ms * 4 >= message.timeout.milliseconds;
        if (!work.possible && longer && load.works.empty()) load.works.push_back(std::move(work));
      }
      for (const MessageId id2 : messages_to(facts_, id)) same.push_back(id2);
    }
    load.callers = callers_of(program_, facts_, same, load.server);
    return load;
  }

  Severity severity_of(const Retry& retry, const Load& load) const {
    if (!load.server || load.works.empty()) {
      // Nobody sees how long the work takes, but whoever wrote this has seen it time out, and has set no end to it.
      return retry.by_name && !retry.limited && !retry.backs_off ? Severity::kMedium : Severity::kLow;
    }
    const bool one = facts_.process(load.server).count == analysis::Count::kOne;
    const bool gentle = retry.limited && retry.backs_off;
    if (one && load.callers.concurrent() && is_heavy(load.works.front())) return gentle ? Severity::kMedium : Severity::kHigh;
    if (gentle) return Severity::kLow;
    return one || load.callers.concurrent() || load.callers.outside ? Severity::kMedium : Severity::kLow;
  }

  void report(const Retry& retry, bool rpc, const Message* message, const Load& load) {
    const bool erlang = in_erlang(program_, retry.function);
    const std::string server = load.server ? process_name(program_, facts_, load.server)
                               : rpc       ? std::string("the other node")
                                           : std::string("the other process");
    const std::string request = message ? message_text(message->pattern, erlang) : std::string(rpc ? "the call" : "a request");
    Finding finding = found_in(reporter_, program_, retry.function, call_span(program_, retry.again));
    finding.severity = severity_of(retry, load);
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " sends " + request + " again when it timed out" +
                      (retry.limited ? "" : ", as often as that happens") + ", and " + server +
                      " still has the one before to do" +
                      (load.works.empty() ? std::string() : ": " + describe_work(load.works.front()));
    finding.why =
        "A time-out ends the wait, not the work: the abandoned request stays in the mailbox and is done for nobody. Each "
        "try makes the queue longer, so the next ones time out as well, and the overload lasts when its cause is gone";
    finding.why += load.callers.concurrent() ? "; " + load.callers.text + " ask at the same time." : ".";
    finding.fix =
        erlang ? "Give up at the first time-out, and try again only what cannot have been taken (noproc, busy). Where it must "
                 "be tried, wait longer each time, and let the request carry until when somebody waits: the server leaves "
                 "out what is too late, and answers {error, too_late}."
               : "Give up at the first time-out, and try again only what cannot have been taken (:noproc, :busy). Where it "
                 "must be tried, wait longer each time, and let the request carry until when somebody waits: the server "
                 "leaves out what is too late, and answers {:error, :too_late}.";
    finding.path.push_back(
        {call_span(program_, retry.attempt),
         model::display_function(program_, program_.function_of(retry.attempt)) + " sends " + request + " and waits" +
             wait_text(analysis::bound_at(program_, facts_, retry.attempt, rpc ? Effect::kRpc : Effect::kCall))});
    append_chain(program_, facts_, retry.way, finding.path);
    finding.path.push_back({finding.span, "begins again after a time-out"});
    if (!load.works.empty()) {
      for (findings::Step& step : path_of(program_, facts_, load.works.front())) finding.path.push_back(std::move(step));
    }
    finding.key = callee_text(program_, facts_, retry.again);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<CallId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& retry_storm() {
  static const Rule rule{{.code = "BW213",
                          .name = "retry-storm",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A call that timed out is sent again to a server that still has the first one to do"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
