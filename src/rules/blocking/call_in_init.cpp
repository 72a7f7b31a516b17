// A supervisor starts its children one after the other and waits for the init of each without limit. A call in init of a server
// that is busy or not yet ready, or a connect before proc_lib:init_ack, stops the start of everything that comes later.
#include <algorithm>
#include <set>

#include "rules/guessed_waits.h"
#include "rules/init_needs.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/waits.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::ProcessKind;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), needs_(program, facts) {}

  void run() {
    for (const Handler& handler : facts_.processes.handlers) {
      if (!reporter_.wants(program_, handler.function)) continue;
      const ProcessKind kind = facts_.process(handler.process).kind;
      const bool serves = kind == ProcessKind::kGenServer || kind == ProcessKind::kGenStatem || kind == ProcessKind::kStage;
      if (handler.kind != HandlerKind::kInit || !serves || !in_production(program_, facts_, handler.function)) continue;
      if (!review(handler) && !review_network(handler) && !review_receive(handler)) review_guess(handler);
    }
    const Symbol acknowledge = intern("init_ack");
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (calls_external(facts_, site, sym::proc_lib, acknowledge)) review_acknowledged(site);
    }
  }

 private:
  bool review(const Handler& handler) {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (!analysis::effects_at(program_, facts_, site).has(Effect::kCall)) continue;
      for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall, true)) {
        const Message& message = facts_.message(reached.message);
        if (!message.receiver || message.receiver == handler.process || reached.possible || reached.chain.size() > 6) continue;
        if (goes_to_nodes(program_, facts_, message) || facts_.process(message.receiver).count != analysis::Count::kOne) continue;
        if (report_busy(handler, reached)) return true;
      }
    }
    return false;
  }

  // Is the server that is called one that blocks, in this clause or another, or while it gets ready?
  bool report_busy(const Handler& handler, const Reached& reached) {
    const Message& message = facts_.message(reached.message);
    const std::vector<HandlerId> ids = takers(facts_, message);
    for (const HandlerId id : facts_.process(message.receiver).handlers) {
      const HandlerKind kind = facts_.handler(id).kind;
      if (kind == HandlerKind::kInit || kind == HandlerKind::kTerminate || kind == HandlerKind::kOther) continue;
      for (const SlowWork& work : slow_work(program_, facts_, facts_.handler(id), {.files = false, .calls = false})) {
        if (work.possible || !is_heavy(work) || is_mnesia(facts_, work)) continue;
        const bool taken = std::find(ids.begin(), ids.end(), id) != ids.end() || kind == HandlerKind::kContinue;
        const bool network = work.effect == Effect::kHttp || work.effect == Effect::kDatabase;
        if (!taken && !network) continue;
        report_call(handler, reached, id, work);
        return true;
      }
    }
    return false;
  }

  // What the init itself waits for. Where its failure ends the init BW114 speaks, of a connect without a limit BW406, of a remote
  // call without one BW604.
  bool review_network(const Handler& handler) {
    if (!waits_outside(handler.function)) return false;
    for (const SlowWork& work : slow_work(program_, facts_, handler, {.files = false, .calls = false})) {
      if (work.possible || !is_long(work)) continue;
      if (needs_.of(facts_.process(handler.process), handler)) return true;
      Finding finding = outside(handler, work.site, describe_work(work), callee_text(program_, facts_, work.leaf));
      finding.confidence = Confidence::kLikely;
      finding.path = path_of(program_, facts_, work);
      report_weighed(reporter_, std::move(finding));
      return true;
    }
    return false;
  }

  bool waits_outside(FunctionId function) const {
    const analysis::EffectSet& all = facts_.effects.all[function.index];
    return all.has(Effect::kHttp) || all.has(Effect::kRpc) || all.has(Effect::kSleep) || all.has(Effect::kSocket);
  }

  // Another machine's answer, or a second and more on purpose. What a database must tell before the first message can be served
  // is read in init for good reasons.
  bool is_long(const SlowWork& work) const {
    constexpr std::int64_t kPause = 1000, kLong = 5000;
    const bool known = work.bound_ms != Bound::kUnknown && work.bound_ms != Bound::kInfinite;
    const analysis::External* external = facts_.calls.external(work.leaf);
    switch (work.effect) {
      case Effect::kHttp:
        return external && external->module != sym::httpc && (!known || work.bound_ms >= kPause);
      case Effect::kRpc:
        return known && work.bound_ms >= kLong;
      case Effect::kSleep:
        return known && work.bound_ms >= kPause;
      case Effect::kSocket:
        return known && work.bound_ms >= kLong && external && external->name.text() == "connect";
      default:
        return false;
    }
  }

  // A receive without a limit, in the clause or in a function of the module that it calls: when the message does not come, the
  // whole tree waits in vain. Where a clause takes the death of who is waited for, or that is linked, it ends.
  bool review_receive(const Handler& handler) {
    if (!facts_.effects.all[handler.function.index].has(Effect::kReceive)) return false;
    const Unit& unit = program_.unit_of(handler.function);
    if (const ExprId endless = endless_receive(handler.function, unit.clause(handler.clause).body)) {
      report_receive(handler, unit.span(endless), {}, handler.function, endless);
      return true;
    }
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || callee == handler.function || facts_.calls.runs[site.index] != analysis::Runs::kCaller) continue;
      if (program_.module_of(callee) != program_.module_of(handler.function)) continue;
      for (const model::ClauseId clause : program_.function(callee).clauses) {
        const ExprId endless = endless_receive(callee, program_.unit_of(callee).clause(clause).body);
        if (!endless) continue;
        report_receive(handler, call_span(program_, site), site, callee, endless);
        return true;
      }
    }
    return false;
  }

  ExprId endless_receive(FunctionId function, ExprId body) const {
    if (!body || !facts_.effects.all[function.index].has(Effect::kReceive) || acknowledges(function)) return {};
    if (starts_somebody(function)) return {};
    for (const HandWait& wait : hand_waits(program_, facts_, function, body)) {
      if (wait.bound_ms == Bound::kInfinite && !wait.ended_by_death && !wait.loops) return wait.receive;
    }
    return {};
  }

  // Who has acknowledged its start, or goes on in a loop of its own, is not waited for any more.
  bool acknowledges(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      if (name && (name.text() == "init_ack" || name.text() == "enter_loop")) return true;
    }
    return false;
  }

  // Whom it waits for it has started itself, linked as a rule: their death ends the wait with the process.
  bool starts_somebody(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      const Symbol name = program_.call(site).name;
      const bool starts = name && (name.text().find("start") != std::string_view::npos || name.text().starts_with("spawn"));
      if (starts || effects.has(Effect::kSpawn) || effects.has(Effect::kLink) || effects.has(Effect::kStartChild)) return true;
    }
    return false;
  }

  void report_receive(const Handler& handler, source::Span span, CallId way, FunctionId function, ExprId receive) {
    const std::string name = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, handler.function, span);
    finding.confidence = Confidence::kLikely;
    finding.message =
        analysis::display_handler(program_, facts_, handler) + " waits in a receive without a limit before " + name + " is up";
    finding.why =
        "Whoever starts it waits for init without limit: when the message does not come, because the other side has died or "
        "never "
        "answers, the supervisor starts, restarts and stops nothing else any more, and says nothing of it.";
    finding.fix =
        "Give the receive an after and stop when it ends, or return from init at once and take the message in handle_info.";
    if (way) finding.path.push_back(call_step(program_, facts_, way));
    finding.path.push_back({program_.unit_of(function).span(receive), "waits without limit"});
    finding.key = "receive";
    report_weighed(reporter_, std::move(finding));
  }

  // A library that is not at hand, or a callback that connects.
  void review_guess(const Handler& handler) {
    if (acknowledges(handler.function)) return;
    const std::vector<GuessedWait> found =
        guessed_waits(program_, facts_, handler, [](const GuessedWait& wait) { return wait.guess != Guess::kService; });
    if (found.empty()) return;
    const GuessedWait& first = found.front();
    Finding finding = outside(handler, first.chain.front(), "a wait" + wait_text(first.bound_ms),
                              callee_text(program_, facts_, first.chain.back()));
    finding.confidence = Confidence::kPossible;
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(found.size(), kShown); ++i) {
      append_chain(program_, facts_, found[i].chain, finding.path);
      finding.path.back().message += ", which " + reason_of(found[i].guess);
    }
    report_weighed(reporter_, std::move(finding));
  }

  Finding outside(const Handler& handler, CallId site, const std::string& what, const std::string& callee) const {
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, site));
    finding.message =
        analysis::display_handler(program_, facts_, handler) + " does " + what + " (" + callee + ") before " + name + " is up";
    finding.why =
        "Whoever starts it waits for init without limit: a supervisor starts, restarts and stops nothing else meanwhile, and "
        "requests to "
        "start another child queue behind it. When the other side hangs, so does the tree.";
    finding.fix =
        erlang ? "Return {ok, State, {continue, Step}} from init and do it in handle_continue, with a retry after a while when "
                 "it fails."
               : "Return {:ok, state, {:continue, step}} from init and do it in handle_continue, with a retry after a while "
                 "when it fails.";
    finding.key = callee;
    return finding;
  }

  void report_call(const Handler& handler, const Reached& reached, HandlerId blocked, const SlowWork& work) {
    const Message& message = facts_.message(reached.message);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string called = process_name(program_, facts_, message.receiver);
    const std::string shown = analysis::display_handler(program_, facts_, facts_.handler(blocked));
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, reached.chain.front()));
    finding.confidence = Confidence::kLikely;
    finding.message = analysis::display_handler(program_, facts_, handler) + " calls " + called + " (" +
                      message_text(message.pattern, erlang) + "), which blocks in " + shown + ": " + describe_work(work);
    finding.why = "A supervisor waits for init without limit, and starts nothing else meanwhile. When the call's time" +
                  wait_text(message.timeout.milliseconds) +
                  " is over, init fails, the child counts as crashed, and after a few tries "
                  "the supervisor gives up.";
    finding.fix =
        erlang ? "Return {ok, State, {continue, Step}} from init and make the call in handle_continue, or be told: let " +
                     called + " send its result when it has it."
               : "Return {:ok, state, {:continue, step}} from init and make the call in handle_continue, or be told: let " +
                     called + " send its result when it has it.";
    append_chain(program_, facts_, reached.chain, finding.path);
    for (findings::Step& step : path_of(program_, facts_, work)) finding.path.push_back(std::move(step));
    finding.key = called;
    report_weighed(reporter_, std::move(finding));
  }

  // What a process made by proc_lib:start_link does before it says init_ack.
  void review_acknowledged(CallId acknowledged) {
    const FunctionId function = program_.function_of(acknowledged);
    if (!function || !in_production(program_, facts_, function) || !started_.insert(function).second) return;
    for (const CallId site : program_.calls_of(function)) {
      if (!(site < acknowledged)) return;
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      for (const Effect effect : {Effect::kHttp, Effect::kSocket}) {
        if (!effects.has(effect)) continue;
        const std::int64_t bound = analysis::bound_at(program_, facts_, site, effect);
        if (bound != Bound::kInfinite) continue;
        report_connect(site, effect);
        return;
      }
    }
  }

  void report_connect(CallId site, Effect effect) {
    const FunctionId function = program_.function_of(site);
    const std::string callee = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " calls " + callee + " without a limit before proc_lib:init_ack";
    finding.why =
        "Whoever starts the process with proc_lib:start_link, a supervisor as a rule, waits until init_ack; a peer that drops "
        "packets holds it for minutes, and it starts, restarts and stops nothing else meanwhile.";
    finding.fix =
        "Acknowledge first and connect then, or give the connect a limit of a few seconds and treat its end as an error.";
    finding.path = analysis::path_to(program_, facts_, site, effect);
    finding.key = callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  InitNeeds needs_;
  std::set<FunctionId> started_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& call_in_init() {
  static const Rule rule{{.code = "BW409",
                          .name = "call-in-init",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "init waits for a server that blocks, or for the network, and its supervisor with it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
