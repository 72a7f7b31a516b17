// A function that comes in a message and is run by the server that takes it: whatever the caller writes into it runs where all
// callers wait, a crash in it is a crash of the server, and a call of the server's own interface in it is a deadlock.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/closures.h"
#include "analysis/effects.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::PossibleKind;
using analysis::PossibleValue;
using analysis::SuppliedCode;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    std::vector<char> wanted(facts_.processes.processes.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = wants_process(program_, facts_, reporter_, ProcessId(i));
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      const std::vector<ProcessId>& processes = facts_.contexts.of(FunctionId(f)).processes;
      if (std::none_of(processes.begin(), processes.end(), [&](ProcessId id) { return wanted[id.index] != 0; })) continue;
      for (const SuppliedCode& code : analysis::supplied_code(program_, facts_, FunctionId(f))) {
        if (code.functions.message && code.process && code.handler) review(code);
      }
    }
  }

 private:
  void review(const SuppliedCode& code) {
    const Process& process = facts_.process(code.process);
    const Handler& handler = facts_.handler(code.handler);
    if (handler.kind != HandlerKind::kCall) return;
    if (process.kind == analysis::ProcessKind::kAgent || !in_production(program_, facts_, handler.function)) return;
    if ((facts_.contexts.of(handler.function).flags & analysis::kInTool) != 0) return;
    bool given = code.functions.unknown, users = false, harmless = false, harmful = false, waiting = false;
    for (const PossibleValue& value : code.functions.all) {
      if (value.kind == PossibleKind::kGiven) given = users = true;
      if (value.kind != PossibleKind::kFunction) continue;
      if (call_back(code, value)) return;
      (is_harmless(value) ? harmless : harmful) = true;
      waiting |= waits(value);
    }
    // Those in sight say what kind of function it is, unless the interface is open to users.
    if (harmless && !harmful && !users) return;
    // Of a server that whoever has its pid asks, nobody knows how many share it; that a caller gives up on code of his own is
    // wrong all the same.
    const bool wanted = process.count == analysis::Count::kOne ? given : (users || waiting) && gives_up(code);
    if (wanted && is_asked(code)) report(code, {}, nullptr);
  }

  // Does somebody in sight send it, in the server's own interface as a rule? Else it is a hook for the shell.
  bool is_asked(const SuppliedCode& code) const {
    const std::vector<MessageId> messages = messages_to(facts_, running_clause(code));
    return std::any_of(messages.begin(), messages.end(), [&](MessageId id) {
      return facts_.message(id).kind == MessageKind::kCall && in_production(program_, facts_, facts_.message(id).sender);
    });
  }

  // Does the interface of the server's module stop waiting for the code after half a minute or less?
  bool gives_up(const SuppliedCode& code) const {
    constexpr std::int64_t kPatient = 30'000;
    if (facts_.process(code.process).kind != analysis::ProcessKind::kGenServer) return false;
    const std::vector<MessageId> sent = messages_to(facts_, running_clause(code));
    const std::vector<MessageId> limited = limited_calls_to(program_, facts_, code.process);
    return std::any_of(limited.begin(), limited.end(), [&](MessageId id) {
      const Message& message = facts_.message(id);
      return message.timeout.milliseconds <= kPatient && std::find(sent.begin(), sent.end(), id) != sent.end() &&
             program_.module_of(message.sender) == facts_.process(code.process).module;
    });
  }

  // Does it wait for somebody, for as long as that takes? The calls of a closure that is sent away are made elsewhere, so they
  // are looked at one by one.
  bool waits(const PossibleValue& value) const {
    static constexpr Effect kWaits[] = {Effect::kHttp, Effect::kDatabase, Effect::kSocket,     Effect::kSleep,     Effect::kCall,
                                        Effect::kRpc,  Effect::kAwait,    Effect::kSubprocess, Effect::kStartChild};
    const auto waits_in = [](analysis::EffectSet effects) {
      return std::any_of(std::begin(kWaits), std::end(kWaits), [&](Effect effect) { return effects.has(effect); });
    };
    if (value.target) return waits_in(analysis::effects_of_running(program_, facts_, value).effects);
    if (!value.made) return false;
    const std::vector<CallId> sites = analysis::calls_in_closure(program_, value.function, value.made.expr);
    return std::any_of(sites.begin(), sites.end(), [&](CallId site) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      return waits_in(callee ? facts_.effects.all[callee.index] : analysis::leaf_effects(program_, facts_.calls, site));
    });
  }

  // Does it neither wait for anybody nor end its process: look something up, send a message, give back what it took along?
  bool is_harmless(const PossibleValue& value) const {
    static constexpr Effect kHarm[] = {Effect::kHttp,  Effect::kDatabase,  Effect::kSocket,  Effect::kFile,
                                       Effect::kSleep, Effect::kCall,      Effect::kAwait,   Effect::kReceive,
                                       Effect::kRpc,   Effect::kPort,      Effect::kCompute, Effect::kSubprocess,
                                       Effect::kExit,  Effect::kStartChild};
    const analysis::RunEffects run = analysis::effects_of_running(program_, facts_, value);
    if (std::any_of(std::begin(kHarm), std::end(kHarm), [&](Effect effect) { return run.effects.has(effect); })) return false;
    if (value.target) return true;
    if (!value.made) return false;
    for (const CallId site : analysis::calls_in_closure(program_, value.function, value.made.expr)) {
      const analysis::External* external = facts_.calls.external(site);
      const bool known = facts_.calls.callees[site.index].function || (external && external->row);
      if (!known) return false;
    }
    return true;
  }

  // The clause in which the function runs, or that hands it to the code that does.
  HandlerId running_clause(const SuppliedCode& code) const {
    HandlerId handing;
    for (const HandlerId id : facts_.process(code.process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kCall) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        if (site == code.site) return id;
        if (!handing && facts_.calls.callees[site.index].function == code.function) handing = id;
      }
    }
    return handing ? handing : code.handler;
  }

  // A closure in sight that calls the server which will run it.
  bool call_back(const SuppliedCode& code, const PossibleValue& value) {
    if (!value.made || value.target) return false;
    for (const CallId site : analysis::calls_in_closure(program_, value.function, value.made.expr)) {
      const std::optional<std::vector<CallId>> chain = way_back(code, value.function, site);
      if (!chain) continue;
      report(code, *chain, &value);
      return true;
    }
    return false;
  }

  // From a call in the closure to a call of the server. The closure's calls are made elsewhere than in the function that holds
  // it, so they are looked at one by one.
  std::optional<std::vector<CallId>> way_back(const SuppliedCode& code, FunctionId holder, CallId site) const {
    for (const MessageId id : facts_.messages.by_function[holder.index]) {
      const Message& message = facts_.message(id);
      if (message.site == site && message.kind == MessageKind::kCall && message.receiver == code.process && !message.likely)
        return std::vector<CallId>{site};
    }
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || !facts_.effects.all[callee.index].has(Effect::kCall) || asks_who_it_is(program_, facts_, callee)) return {};
    for (const CallId inner : program_.calls_of(callee)) {
      for (const Reached& reached : messages_reached(program_, facts_, inner, MessageKind::kCall, true)) {
        if (reached.possible || facts_.message(reached.message).receiver != code.process) continue;
        std::vector<CallId> chain = {site};
        chain.insert(chain.end(), reached.chain.begin(), reached.chain.end());
        return chain;
      }
    }
    return {};
  }

  void report(const SuppliedCode& code, const std::vector<CallId>& chain, const PossibleValue* closure) {
    if (!reported_.insert(code.process).second) return;
    const HandlerId running = running_clause(code);
    const Handler& handler = facts_.handler(running);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, code.process);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    Finding finding = found_in(reporter_, program_, handler.function,
                               handler.pattern.expr ? program_.unit(handler.pattern.expr.unit).span(handler.pattern.expr.expr)
                                                    : source::Span{unit.file, clause.begin, clause.end});
    finding.severity = closure ? Severity::kCritical : Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = closure ? shown + " runs a function of its caller that calls " + name + " again: it waits for itself"
                              : shown + " runs a function that its caller supplies, inside the server " + name;
    finding.why = (facts_.process(code.process).count == analysis::Count::kOne
                       ? std::string()
                       : "However long that code takes, the caller exits after its time-out while the server still runs it. ") +
                  "Everybody who asks " + name +
                  " waits for that code; if it raises, the server and its state are lost; if it calls " + name +
                  (closure ? ", as here" : "") + ", OTP exits with calling_self.";
    finding.fix =
        erlang ? "Run the function in the caller: read what it needs (from an ETS table, or by a call), apply it there, and "
                 "send the result, with a version if it must not overwrite another change."
               : "Run the function in the caller: read what it needs (from an ETS table, or by a call), apply it there, and "
                 "send the result, with a version if it must not overwrite another change.";
    finding.path.push_back({call_span(program_, code.site),
                            model::display_function(program_, code.function) + " runs the function that came in the message"});
    for (const HandlerId id : facts_.process(code.process).handlers) {
      if (id != running) note_other(id, code, finding);
    }
    append_chain(program_, facts_, chain, finding.path);
    std::vector<MessageId> asking;
    for (const MessageId id : facts_.messages.to[code.process.index]) {
      if (facts_.message(id).kind == MessageKind::kCall) asking.push_back(id);
    }
    for (findings::Step& step : asking_steps(program_, facts_, asking, 8)) finding.path.push_back(std::move(step));
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  // Further clauses that hand a function from their message to the code that runs it.
  void note_other(HandlerId id, const SuppliedCode& code, Finding& finding) const {
    const Handler& handler = facts_.handler(id);
    if (handler.kind != HandlerKind::kCall || !handler.pattern.expr) return;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || callee != code.function) continue;
      finding.path.push_back({program_.unit(handler.pattern.expr.unit).span(handler.pattern.expr.expr),
                              analysis::display_handler(program_, facts_, handler) + " does so as well"});
      return;
    }
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<ProcessId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& supplied_code_in_server() {
  static const Rule rule{
      {.code = "BW413",
       .name = "supplied-code-in-server",
       .family = findings::Family::kBlocking,
       .severity = Severity::kMedium,
       .summary = "A server runs functions that its callers send it, in the process that all callers wait for"},
      check};
  return rule;
}

}  // namespace beamwright::rules
