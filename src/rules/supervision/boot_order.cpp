// A supervisor starts its children in the order of its list and waits for each init/1. What a process calls while it starts must
// be there already: a server or a registry that comes later in the list is a noproc or badarg at every boot, or only then when
// the timing is bad, for what is asked right after the start, or by a request that a listener takes before the rest is there
// (stdlib: supervisor, "Starting and Stopping").
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/conditions.h"
#include "rules/early_handlers.h"
#include "rules/early_uses.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;
using analysis::Forest;
using analysis::Tree;
using analysis::TreeChild;

// A long way down is a chain of conditions.
constexpr std::size_t kShort = 6;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program),
        facts_(facts),
        reporter_(reporter),
        forest_(analysis::forest_of(program, facts)),
        turns_(program, facts) {}

  void run() {
    if (turns_.empty()) return;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      // A gen_event's init/1 is its handlers', which others add when all runs.
      if (!turns_.of(process.module) || process.kind == analysis::ProcessKind::kGenEvent) continue;
      for (const auto id : process.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.kind == HandlerKind::kInit) of_init(ProcessId(i), process, handler);
      }
    }
    uses();
    measurements();
    for (const EarlyHandler& early : early_handlers(program_, facts_, turns_)) report_handler(early);
  }

 private:
  void of_init(ProcessId id, const Process& process, const Handler& handler) {
    if (!in_production(program_, facts_, handler.function)) return;
    const auto& all = facts_.effects.all[handler.function.index];
    if (!all.has(Effect::kCall) && !all.has(Effect::kCast)) return;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      for (const Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall)) {
        const Message& message = facts_.message(reached.message);
        if (reached.possible || message.likely || !message.receiver || message.receiver == id) continue;
        if (goes_to_nodes(program_, facts_, message)) continue;
        const Process& other = facts_.process(message.receiver);
        const std::vector<Turn>* found = turns_.of(other.module);
        if (!found || other.count != analysis::Count::kOne) continue;
        const auto turn = BootTurns::later(*turns_.of(process.module), *found);
        if (!turn) continue;
        if (caught(reached.chain)) continue;
        report_call(id, process, handler, reached, *turn);
        return;
      }
    }
  }

  bool caught(const std::vector<CallId>& chain) const {
    return std::any_of(chain.begin(), chain.end(), [&](CallId site) {
      return (analysis::classes_caught(program_, facts_, site) & analysis::kExitClass) != 0;
    });
  }

  void report_call(ProcessId id, const Process& process, const Handler& handler, const Reached& reached, const Turn& turn) {
    const Message& message = facts_.message(reached.message);
    const std::string name = process_name(program_, facts_, id);
    const std::string other = process_name(program_, facts_, message.receiver);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, reached.chain.front()));
    // On a long way, or in a branch of init/1 that a first start need not take, there are conditions.
    const bool sure = turn.always && reached.chain.size() <= kShort && !stands_in_branch(program_, reached.chain.front());
    finding.severity = sure ? Severity::kHigh : Severity::kMedium;
    finding.confidence = sure ? Confidence::kLikely : Confidence::kPossible;
    finding.message = finding.function + " calls " + other + ", which starts after " + name;
    finding.why = "The supervisor starts " + name +
                  " first and waits for its init/1; the call finds no process and exits with noproc. "
                  "It works only where " +
                  other + " still runs, so it may show at a boot and not at a restart.";
    finding.fix = "Put " + other + " before " + name + " in the list of children, or call it after the start.";
    append_chain(program_, facts_, reached.chain, finding.path);
    const Turn& own = turns_.of(process.module)->front();
    finding.path.push_back({program_.unit(own.place.unit).span(own.place.expr), name + " starts here"});
    finding.path.push_back({program_.unit(turn.place.unit).span(turn.place.expr), other + " starts later"});
    finding.key = other;
    finding.structural = true;
    reported_.insert({id.index, other});
    report_weighed(reporter_, std::move(finding));
  }

  // ---- What is used before it has started, or after it has stopped

  // One finding for each that is used too early; for requests one for each listener.
  void uses() {
    std::map<std::string, std::vector<EarlyUse>> by_used;
    std::map<std::uint32_t, std::vector<EarlyUse>> requests;  // by the place of the listener
    for (EarlyUse& use : early_uses(program_, facts_, turns_)) {
      if (use.moment == Moment::kRequest) {
        requests[use.own.place.expr.index].push_back(std::move(use));
      } else if (!reported_.contains({use.user.index, use.used})) {
        by_used[use.used].push_back(std::move(use));
      }
    }
    for (auto& [used, all] : by_used) {
      std::stable_sort(all.begin(), all.end(), [](const EarlyUse& a, const EarlyUse& b) { return a.moment < b.moment; });
      report_use(all);
    }
    for (const auto& [place, all] : requests) report_requests(all);
  }

  static std::string described(const EarlyUse& use) {
    return use.kind.empty() ? use.used : std::string(use.kind) + " " + use.used;
  }

  void report_use(const std::vector<EarlyUse>& all) {
    const EarlyUse& use = all.front();
    const std::string name = process_name(program_, facts_, use.user);
    const std::string other = described(use);
    Finding finding = found_in(reporter_, program_, use.function, call_span(program_, use.chain.front()));
    const bool short_way = use.chain.size() <= kShort && !stands_in_branch(program_, use.chain.front());
    const bool init = use.moment == Moment::kInit, start = use.moment == Moment::kAtStart;
    finding.severity = init && use.later.always && short_way ? Severity::kHigh : Severity::kMedium;
    finding.confidence = (init || start) && use.later.always && short_way ? Confidence::kLikely : Confidence::kPossible;
    finding.message = finding.function + " uses " + other + ", which starts after " + name;
    finding.why =
        init ? "The supervisor waits for this init/1 before it starts " + use.used + ": the call finds no process and exits."
        : start
            ? "It runs as soon as " + name + " has started, while the supervisor goes on with the next child: whether " +
                  use.used + " is there already is a race, at each boot. If not, the call exits and takes " + name + " with it."
            : name + " can be asked for this before " + use.used + " has started, and when the tree is shut down " + use.used +
                  " is stopped first (" + use.because + "): the call exits and takes " + name + " with it.";
    finding.fix = "Put " + use.used + " before " + name + " in the list of children.";
    append_chain(program_, facts_, use.chain, finding.path);
    finding.path.push_back({program_.unit(use.own.place.unit).span(use.own.place.expr), name + " starts here"});
    finding.path.push_back({program_.unit(use.later.place.unit).span(use.later.place.expr), use.used + " starts later"});
    constexpr std::size_t kShown = 4;
    for (std::size_t i = 1; i < std::min(all.size(), kShown); ++i) {
      finding.path.push_back({call_span(program_, all[i].chain.front()),
                              process_name(program_, facts_, all[i].user) + ", which starts before it, uses it as well"});
    }
    finding.key = use.used;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  void report_requests(const std::vector<EarlyUse>& all) {
    const EarlyUse& use = all.front();
    if (!production_place(program_, facts_, use.own.place)) return;
    std::vector<std::string> names;
    for (const EarlyUse& each : all) names.push_back(each.used);
    Finding finding = found_in(reporter_, program_, function_at(program_, use.own.place),
                               program_.unit(use.own.place.unit).span(use.own.place.expr));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = "Requests are taken before " + join_names(names, 3) + (names.size() == 1 ? " has" : " have") +
                      " started, which they call";
    finding.why =
        "The listener is open as soon as this child has started. What comes in until the rest is there fails, and so does what "
        "comes in while the tree is shut down: children stop in reverse order, so the listener is open longer than what it "
        "needs is there.";
    finding.fix = "Make it the last child of the list.";
    finding.path.push_back({finding.span, "takes requests from here on"});
    append_chain(program_, facts_, use.chain, finding.path);
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) {
      const ExprRef place = all[i].later.place;
      finding.path.push_back({program_.unit(place.unit).span(place.expr), described(all[i]) + " starts later"});
    }
    finding.key = "requests";
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Functions that a poller of an earlier child runs -----------------------------------------------------------------------

  // {:telemetry_poller, measurements: [{Shop.Metrics, :carts, []}]}: the function runs as soon as the poller has started.
  void measurements() {
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (std::uint32_t i = 0; i < forest_.trees.size(); ++i) {
      for (const TreeChild& child : forest_.trees[i].children) {
        if (!child.place || child.source || !seen.insert({child.place.unit.index, child.place.expr.index}).second) continue;
        if (production_place(program_, facts_, child.place)) of_poller(forest_.trees[i], child);
      }
    }
  }

  void of_poller(const Tree& tree, const TreeChild& child) {
    const std::vector<Turn>* above = tree.source ? turns_.of(tree.source) : nullptr;
    if (!above) return;
    const Unit& unit = program_.unit(child.place.unit);
    any_below(unit, child.place.expr, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kTuple || e.child_count != 3) return false;
      const auto module = analysis::atom_value(unit, unit.child(id, 0));
      const auto name = analysis::atom_value(unit, unit.child(id, 1));
      const model::Expr& arguments = unit.expr(unit.child(id, 2));
      if (!module || !name || arguments.kind != ExprKind::kList || arguments.has(model::kHasTail)) return false;
      const ModuleId source = program_.find_module(*module, unit.project);
      const FunctionId function = source ? program_.find_function(source, *name, arguments.child_count) : FunctionId();
      return function && uses_later(child, *above, function);
    });
  }

  // A registry that is asked for by its name.
  bool uses_later(const TreeChild& child, const std::vector<Turn>& users, FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(site);
      const auto arguments = arguments_of(program_, site);
      if (!external || arguments.empty() || external->module != sym::Elixir_Registry) continue;
      const auto name = analysis::atom_value(unit, arguments[0]);
      const NamedTurns* found = name ? turns_.named(*name) : nullptr;
      const auto turn = found ? BootTurns::later(users, found->turns) : std::nullopt;
      if (!turn) continue;
      report_poller(child, users.front(), function, site, *name, *turn);
      return true;
    }
    return false;
  }

  void report_poller(const TreeChild& child, const Turn& own, FunctionId function, CallId site, Symbol name, const Turn& turn) {
    const std::string registry = model::display_module(name);
    const std::string what = model::display_function(program_, function);
    Finding finding =
        found_in(reporter_, program_, function_at(program_, child.place), program_.unit(child.place.unit).span(child.place.expr));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = "A child that runs " + what + " starts before the registry " + registry + ", which " + what + " asks";
    finding.why = "It runs as soon as the child has started, at a time when " + registry +
                  " is not there: the call exits, and what runs it drops the function or crashes.";
    finding.fix = "Put " + registry + " before it in the list of children.";
    finding.path.push_back({finding.span, "runs " + what});
    finding.path.push_back({call_span(program_, site), "asks " + registry});
    finding.path.push_back({program_.unit(own.place.unit).span(own.place.expr), "its supervisor starts here"});
    finding.path.push_back({program_.unit(turn.place.unit).span(turn.place.expr), registry + " starts later"});
    finding.key = registry;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Handlers of the logger
  // --------------------------------------------------------------------------------------------------

  void report_handler(const EarlyHandler& early) {
    const std::string what = model::display_function(program_, early.handler);
    Finding finding = found_in(reporter_, program_, program_.function_of(early.begun), call_span(program_, early.begun));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " adds a handler of the logger that uses " + early.used + " before that has started";
    finding.why =
        "From here on every line that any process logs runs " + what + ", and where " + early.used +
        " is not there yet, or not any more, the call fails: the logger takes the handler away, and nothing adds it again.";
    finding.fix =
        "Add the handler when the supervisor has started, and take it away before it stops; or let a child that comes after " +
        early.used + " do both.";
    finding.path.push_back({finding.span, "adds the handler"});
    append_chain(program_, facts_, early.chain, finding.path);
    finding.path.push_back({program_.unit(early.turn.place.unit).span(early.turn.place.expr), early.used + " starts later"});
    finding.key = "handler " + early.used;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Forest& forest_;
  const BootTurns turns_;
  std::set<std::pair<std::uint32_t, std::string>> reported_;  // process, what it needs
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& boot_order() {
  static const Rule rule{{.code = "BW106",
                          .name = "boot-order",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kHigh,
                          .summary = "A start that needs what starts later"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
