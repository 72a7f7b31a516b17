// A call with infinity trusts that the server always answers. Where the server itself waits without limit, for processes that it
// starts or stops or for servers that it calls, one stuck process down there hangs every caller, and nothing says so.
#include <algorithm>
#include <optional>

#include "analysis/forest.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/waits.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Count;
using analysis::ProcessKind;

struct Hang {
  HandlerId handler;
  std::vector<CallId> chain;
  std::string cause;
};

// Of a process with an init of its own the starter waits for that init; a task runs at once.
bool starts_child(const analysis::External& external) {
  return external.row && external.row->effects.has(Effect::kStartChild) &&
         external.row->closure_runs != analysis::Runs::kNewProcess;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer || process.count != Count::kOne) return;
    const std::vector<MessageId> endless = endless_calls_to(id);
    if (endless.empty()) return;
    const Callers callers = callers_of(program_, facts_, endless, id);
    if (callers.only_tools || !is_shared(callers)) return;
    std::optional<Hang> hang;
    for (const HandlerId handler : process.handlers) {
      if (facts_.handler(handler).kind != HandlerKind::kCall) continue;
      if (does_heavy_work(handler)) return;  // BW401 speaks at the work
      if (!hang) hang = hang_of(handler);
    }
    if (hang) report(id, endless, *hang, callers);
  }

  // Requests, many modules, or whoever uses an interface.
  bool is_shared(const Callers& callers) const {
    if (callers.requests || callers.outside || callers.modules.size() >= 3) return true;
    return std::any_of(callers.functions.begin(), callers.functions.end(),
                       [&](FunctionId function) { return (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0; });
  }

  std::vector<MessageId> endless_calls_to(ProcessId id) const {
    std::vector<MessageId> found;
    for (const MessageId message_id : facts_.messages.to[id.index]) {
      const Message& message = facts_.message(message_id);
      if (message.kind != MessageKind::kCall || message.timeout.milliseconds != Bound::kInfinite || message.likely) continue;
      if (in_production(program_, facts_, message.sender) && !goes_to_nodes(program_, facts_, message))
        found.push_back(message_id);
    }
    return found;
  }

  bool does_heavy_work(HandlerId id) const {
    const std::vector<SlowWork> works = slow_work(program_, facts_, facts_.handler(id), {.files = false, .calls = false});
    return std::any_of(works.begin(), works.end(), [](const SlowWork& work) { return !work.possible && is_heavy(work); });
  }

  // What the clause may wait for without limit.
  std::optional<Hang> hang_of(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kCall)) {
        for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, stops_process)) {
          if (!reached.possible && !kills_in_time(reached.leaf))
            return Hang{id, reached.chain, "waits until another process has stopped"};
        }
      }
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const bool near = callee && program_.module_of(callee) == program_.module_of(handler.function);
      if (near && effects.has(Effect::kReceive) && waits_in(callee)) return Hang{id, {site}, "waits in a receive of its own"};
      if (!effects.has(Effect::kStartChild)) continue;
      for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kStartChild, starts_child)) {
        if (!reached.possible) return Hang{id, reached.chain, "waits until another process has started"};
      }
    }
    return receive_in(handler) ? std::optional(Hang{id, {}, "waits in a receive of its own"}) : std::nullopt;
  }

  // supervisor:terminate_child/2 kills a child that does not stop within its shutdown time; only `infinity` waits for ever.
  bool kills_in_time(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (program_.call(site).name.text() != "terminate_child" || arguments.empty()) return false;
    const Unit& unit = program_.unit_of(site);
    const ExprId supervisor = analysis::local_value(unit, arguments[0]);
    const std::optional<Symbol> name = supervisor ? analysis::atom_value(unit, supervisor) : std::nullopt;
    if (!name) return false;
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      if ((tree.name != *name && tree.module != *name) || tree.children.empty()) continue;
      return std::all_of(tree.children.begin(), tree.children.end(), [](const analysis::TreeChild& child) {
        return !child.shutdown.empty() && child.shutdown != "infinity";
      });
    }
    return false;
  }

  // A receive that waits: `after 0` only looks.
  bool receive_in(const Handler& handler) const {
    return waits_in(handler.function, program_.unit_of(handler.function).clause(handler.clause).body);
  }

  bool waits_in(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId clause : program_.function(function).clauses) {
      if (waits_in(function, unit.clause(clause).body)) return true;
    }
    return false;
  }

  bool waits_in(FunctionId function, ExprId body) const {
    if (!body) return false;
    const std::vector<HandWait> waits = hand_waits(program_, facts_, function, body);
    return std::any_of(waits.begin(), waits.end(), [](const HandWait& wait) { return wait.bound_ms != 0; });
  }

  void report(ProcessId id, const std::vector<MessageId>& endless, const Hang& hang, const Callers& callers) {
    const Message& first = facts_.message(endless.front());
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, facts_.handler(hang.handler));
    const bool erlang = in_erlang(program_, first.sender);
    Finding finding = found_in(reporter_, program_, first.sender, call_span(program_, first.site));
    finding.confidence = Confidence::kPossible;
    finding.message = "Calls of the one process " + name + " wait for ever (infinity), and " + name +
                      " may wait for ever itself: " + shown + " " + hang.cause;
    if (!callers.text.empty()) finding.message += "; called by " + callers.text;
    finding.why = "When " + name +
                  " is stuck, all its callers hang without a trace, one after the other, until the node does nothing "
                  "any more; with a time-out each would exit and say whom it waited for.";
    finding.fix = std::string("Give the calls a limit that no healthy request reaches, such as ") +
                  (erlang ? "30000" : "30_000") +
                  ", and bound what the server waits for; keep infinity for calls of servers that only look into their memory.";
    finding.path = asking_steps(program_, facts_, endless, 6);
    append_chain(program_, facts_, hang.chain, finding.path);
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& infinite_call() {
  static const Rule rule{{.code = "BW405",
                          .name = "infinite-call",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "Calls with infinity to one process that may wait for ever itself"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
