// terminate runs while the process's supervisor waits for it to end. A request to that supervisor can never be answered then, and
// a wait without limit ends when the supervisor's patience does: with a kill, and the rest of the clean-up undone.
#include <algorithm>
#include <optional>

#include "analysis/possible_values.h"
#include "analysis/values.h"
#include "rules/own_supervisor.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const Handler& handler : facts_.processes.handlers) {
      if (facts_.process(handler.process).kind == analysis::ProcessKind::kRequest) continue;  // no supervisor waits for it
      if (!reporter_.wants(program_, handler.function)) continue;
      if (handler.kind == HandlerKind::kTerminate && in_production(program_, facts_, handler.function)) review(handler);
    }
  }

 private:
  void review(const Handler& handler) {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kCall) && asks_its_supervisor(handler, site)) return;
      if (effects.has(Effect::kAwait) && waits_for_ever(handler, site)) return;
      if (effects.has(Effect::kCall) && calls_for_ever(handler, site)) return;
    }
  }

  bool asks_its_supervisor(const Handler& handler, CallId site) {
    // Without trap_exit a supervisor's shutdown never gets to terminate, and at any other end the supervisor is free to answer.
    if (!facts_.process(handler.process).traps_exits && facts_.process(handler.process).kind != analysis::ProcessKind::kGenStatem)
      return false;
    for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, asks_supervisor)) {
      if (reached.possible || reached.chain.size() > 4 || is_own_child(handler, reached.leaf)) continue;
      if (is_stranger(handler, reached.leaf)) continue;
      const std::string callee = callee_text(program_, facts_, reached.leaf);
      Finding finding = begin(handler, site);
      finding.message =
          analysis::display_handler(program_, facts_, handler) + " calls a supervisor (" + callee + ") and waits for it";
      finding.why =
          "When that supervisor, or one above it, is shutting this process down, it waits for terminate to end and answers "
          "nobody: "
          "both wait until the shutdown time is over and the process is killed, or for ever with infinity.";
      finding.fix =
          in_erlang(program_, handler.function)
              ? "Do it from a process of its own, `spawn(fun() -> … end)`, or let the supervision tree do it: a significant "
                "child with auto_shutdown, or one_for_all."
              : "Do it from a process of its own, `spawn(fn -> … end)`, or let the supervision tree do it: a significant "
                "child with auto_shutdown, or :one_for_all.";
      end(std::move(finding), reached.chain, callee);
      return true;
    }
    return false;
  }

  // A supervisor of a fixed name that stands beside this process, not above it, answers while this one is shut down, or is gone.
  bool is_stranger(const Handler& handler, CallId leaf) {
    const auto name = analysis::atom_value(program_.unit_of(leaf), arguments_of(program_, leaf)[0]);
    if (!name) return false;
    if (!own_) own_.emplace(program_, facts_);
    const std::vector<Symbol>& above = own_->names_above(facts_.process(handler.process).module);
    return !above.empty() && std::find(above.begin(), above.end(), *name) == above.end();
  }

  // A supervisor that the process itself has started, or a question that may as well be asked before.
  bool is_own_child(const Handler& handler, CallId leaf) const {
    const analysis::External* external = facts_.calls.external(leaf);
    const std::span<const ExprId> arguments = arguments_of(program_, leaf);
    if (arguments.empty() || external->name.text() == "which_children" || external->name.text() == "count_children") return true;
    if (starts_supervisor(handler)) return true;
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, program_.function_of(leaf), arguments[0]);
    return std::any_of(values.all.begin(), values.all.end(), [&](const analysis::PossibleValue& value) {
      return value.kind == analysis::PossibleKind::kProcess && value.function &&
             program_.module_of(value.function) == program_.module_of(handler.function) && is_run_by(value.function, handler);
    });
  }

  // Not so of the functions of its module that others call: they may have started it together with its supervisor.
  bool is_run_by(FunctionId function, const Handler& handler) const {
    const std::vector<ProcessId>& processes = facts_.contexts.of(function).processes;
    return std::find(processes.begin(), processes.end(), handler.process) != processes.end();
  }

  // Does the process start a supervisor of its own, linked to itself, in one of its module's functions?
  bool starts_supervisor(const Handler& handler) const {
    for (const FunctionId function : program_.functions_of(program_.module_of(handler.function))) {
      if (!is_run_by(function, handler)) continue;
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        const bool supervisor = external && (external->module == sym::supervisor || external->module == sym::Elixir_Supervisor ||
                                             external->module == sym::Elixir_DynamicSupervisor);
        if (supervisor && external->name == sym::start_link) return true;
      }
    }
    return false;
  }

  bool waits_for_ever(const Handler& handler, CallId site) {
    if (analysis::bound_at(program_, facts_, site, Effect::kAwait) != Bound::kInfinite) return false;
    const auto awaits = [](const analysis::External& external) {
      return external.row && external.row->effects.has(Effect::kAwait);
    };
    for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kAwait, awaits)) {
      if (reached.possible || analysis::bound_at(program_, facts_, reached.leaf, Effect::kAwait) != Bound::kInfinite) continue;
      const std::string callee = callee_text(program_, facts_, reached.leaf);
      Finding finding = begin(handler, site);
      finding.message = analysis::display_handler(program_, facts_, handler) + " waits without limit: " + callee;
      finding.why =
          "A supervisor gives a worker five seconds to end unless its specification says otherwise, then it kills it, in the "
          "middle of "
          "this wait; with shutdown infinity the whole node waits. What it waits for may be stopped already, or be held by "
          "itself.";
      finding.fix =
          "Give the wait a limit well below the child's shutdown time and go on without the answer; first rule out that it "
          "waits for something that this very process holds.";
      end(std::move(finding), reached.chain, callee);
      return true;
    }
    return false;
  }

  // GenServer.call(Other, request, :infinity): what others need to answer is being shut down as well, or is slow just then.
  bool calls_for_ever(const Handler& handler, CallId site) {
    constexpr std::size_t kLongest = 3, kWritten = 3;
    if (!facts_.process(handler.process).traps_exits) return false;
    for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall, true)) {
      const Message& message = facts_.message(reached.message);
      const analysis::External* external = facts_.calls.external(message.site);
      const bool written = external && external->arity >= kWritten && message.timeout.milliseconds == Bound::kInfinite;
      if (!written || reached.possible || reached.chain.size() > kLongest || message.receiver == handler.process) continue;
      if (message.receiver && !is_slow(message)) continue;
      const std::string callee = callee_text(program_, facts_, message.site);
      Finding finding = begin(handler, site);
      finding.message = analysis::display_handler(program_, facts_, handler) + " calls another process without limit: " + callee;
      finding.why =
          "A supervisor gives a worker five seconds to end unless its specification says otherwise, then it kills it, in the "
          "middle of this wait, and the rest of terminate is left undone; with shutdown infinity the whole node waits.";
      finding.fix =
          "Give the call a limit well below the child's shutdown time, catch its exit and finish the clean-up without it.";
      end(std::move(finding), reached.chain, callee);
      return true;
    }
    return false;
  }

  // Does a clause that takes it do slow work? Others answer at once as long as they live.
  bool is_slow(const Message& message) const {
    const std::vector<HandlerId> ids = takers(facts_, message);
    return std::any_of(ids.begin(), ids.end(), [&](HandlerId id) {
      const std::vector<SlowWork> works = slow_work(program_, facts_, facts_.handler(id));
      return std::any_of(works.begin(), works.end(), [](const SlowWork& work) { return !work.possible; });
    });
  }

  Finding begin(const Handler& handler, CallId site) const {
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, site));
    finding.confidence = Confidence::kPossible;
    return finding;
  }

  void end(Finding finding, const std::vector<CallId>& chain, const std::string& callee) {
    append_chain(program_, facts_, chain, finding.path);
    finding.key = callee;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<OwnSupervisors> own_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& call_in_terminate() {
  static const Rule rule{{.code = "BW410",
                          .name = "call-in-terminate",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "terminate asks a supervisor, or waits without limit"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
