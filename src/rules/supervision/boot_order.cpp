// A supervisor starts its children in the order of its list and waits for each init/1. What a process calls while it starts must
// be there already: a server or a registry that comes later in the list is a noproc or badarg at every boot, or only then when
// the timing is bad, for what is asked right after the start (stdlib: supervisor, "Starting and Stopping").
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/conditions.h"
#include "rules/reach.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;
using analysis::Forest;
using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

// A place in the order in which one application's processes start.
struct Turn {
  std::uint32_t tree = 0;  // the root it is counted under
  std::uint32_t position = 0;
  ExprRef place;
  bool always = false;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), forest_(analysis::forest_of(program, facts)) {}

  void run() {
    count_all();
    if (modules_.size() + names_.size() < 2) return;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      // A gen_event's init/1 is its handlers', which others add when all runs.
      if (!modules_.contains(process.module) || process.kind == analysis::ProcessKind::kGenEvent) continue;
      for (const auto id : process.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.kind == HandlerKind::kInit) of_init(ProcessId(i), process, handler);
      }
    }
    measurements();
  }

 private:
  void count_all() {
    std::set<std::uint32_t> below;
    for (const Tree& tree : forest_.trees) {
      for (const TreeChild& child : tree.children) {
        if (child.tree) below.insert(child.tree.index);
      }
    }
    for (std::uint32_t i = 0; i < forest_.trees.size(); ++i) {
      std::uint32_t position = 0;
      if (!below.contains(i)) count(i, TreeId(i), position, true, 0);
    }
  }

  // Depth first: a supervisor's children have started when the supervisor has.
  void count(std::uint32_t root, TreeId id, std::uint32_t& position, bool always, int depth) {
    constexpr int kMaxDepth = 24;
    if (depth > kMaxDepth) return;
    for (const TreeChild& child : forest_.tree(id).children) {
      if (child.origin != analysis::Origin::kList) continue;
      const bool sure = always && child.presence == analysis::Presence::kAlways;
      const Turn turn{root, position++, child.place, sure};
      if (child.source) modules_[child.source].push_back(turn);
      if (child.name) names_[child.name.text()].push_back(turn);
      if (child.tree) {
        const Tree& tree = forest_.tree(child.tree);
        if (tree.name && tree.name != child.name) names_[tree.name.text()].push_back(turn);
        count(root, child.tree, position, sure, depth + 1);
      }
    }
  }

  // The later of the two, when `user` starts before `used` wherever both are counted, and `used` is there for sure.
  std::optional<Turn> later(const std::vector<Turn>& users, const std::vector<Turn>& useds) const {
    std::optional<Turn> out;
    for (const Turn& user : users) {
      for (const Turn& used : useds) {
        if (used.tree != user.tree) continue;
        if (used.position <= user.position) return {};
        if (!out) out = used;
      }
    }
    return out;
  }

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
        const auto found = modules_.find(other.module);
        if (found == modules_.end() || other.count != analysis::Count::kOne) continue;
        const auto turn = later(modules_.at(process.module), found->second);
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
    constexpr std::size_t kShort = 6;
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
    const Turn& own = modules_.at(process.module).front();
    finding.path.push_back({program_.unit(own.place.unit).span(own.place.expr), name + " starts here"});
    finding.path.push_back({program_.unit(turn.place.unit).span(turn.place.expr), other + " starts later"});
    finding.key = other;
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
    const auto above = tree.source ? modules_.find(tree.source) : modules_.end();
    if (above == modules_.end()) return;
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
      return function && uses_later(child, above->second, function);
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
      const auto found = name ? names_.find(name->text()) : names_.end();
      const auto turn = found == names_.end() ? std::nullopt : later(users, found->second);
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

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Forest& forest_;
  std::map<ModuleId, std::vector<Turn>> modules_;
  std::map<std::string_view, std::vector<Turn>> names_;  // by the text of the name
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
