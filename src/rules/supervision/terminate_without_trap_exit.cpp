// A supervisor stops a child with exit(Child, shutdown). A process that does not trap exits dies of that at once: its terminate/2
// runs when it stops or crashes by itself, but not when the application or node is shut down, which is what it was written for.
#include <algorithm>
#include <optional>

#include "analysis/forest.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/left_undone.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

// Who supervises the process, and how it may be shut down while the node runs on.
struct Shutdown {
  ModuleId supervisor;         // none: only its start_link speaks of one
  bool one_by_one = false;     // a dynamic child, and the sources terminate such children
  bool with_siblings = false;  // whenever one of them dies
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      // It is told at terminate, which is in the process's own module.
      if (reporter_.wants(program_, facts_.process(ProcessId(i)).module)) of_process(ProcessId(i));
    }
  }

 private:
  void of_process(ProcessId id) {
    const Process& process = facts_.process(id);
    const bool server = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
    const bool tidies = std::any_of(process.handlers.begin(), process.handlers.end(),
                                    [&](HandlerId handler) { return facts_.handler(handler).kind == HandlerKind::kTerminate; });
    if (!server || !tidies || process.traps_exits || module_names_atom(program_, process.module, sym::trap_exit)) return;
    const std::optional<Shutdown> shutdown = shutdown_of(process);
    if (!shutdown || sets_flag_on_the_way(process)) return;
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kTerminate || !in_production(program_, facts_, handler.function)) continue;
      const std::optional<LeftUndone> work = left_undone(program_, facts_, handler);
      if (work && (!work->local || shutdown->one_by_one || shutdown->with_siblings)) return report(id, handler, *shutdown, *work);
    }
  }

  std::optional<Shutdown> shutdown_of(const Process& process) {
    for (const analysis::Supervisor& supervisor : facts_.supervisors) {
      for (const analysis::Child& child : supervisor.children) {
        if (child.module && child.module == process.module)
          return Shutdown{supervisor.module, supervisor.dynamic && ends_children(supervisor.module, process.module),
                          is_shared_fate(supervisor.strategy)};
      }
    }
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      for (const analysis::TreeChild& child : tree.children) {
        const bool added = child.origin != analysis::Origin::kList;
        if (child.source && tree.source && child.source == process.module)
          return Shutdown{tree.source, added && ends_children(tree.source, process.module), is_shared_fate(tree.strategy)};
      }
    }
    return looks_supervised(process) ? std::optional(Shutdown{}) : std::nullopt;
  }

  static bool is_shared_fate(Symbol strategy) { return strategy.text() == "one_for_all" || strategy.text() == "rest_for_one"; }

  // Does code in production end the children of this supervisor one by one? Told by its name, or by the module that does it.
  bool ends_children(ModuleId supervisor, ModuleId child) {
    if (!ends_) find_ends();
    return std::any_of(ends_->begin(), ends_->end(), [&](CallId site) {
      const ModuleId module = program_.module_of(program_.function_of(site));
      if (module == supervisor || module == child) return true;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      return !arguments.empty() && analysis::atom_value(program_.unit_of(site), arguments[0]) == program_.module(supervisor).name;
    });
  }

  // Asked for once: it looks at all calls.
  void find_ends() {
    ends_.emplace();
    const auto ends = [](const analysis::External& external) { return external.name.text() == "terminate_child"; };
    for (const CallId site : analysis::sites_of(facts_.calls, ends)) {
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) ends_->push_back(site);
    }
  }

  // It has a start_link of its own that nobody in the sources calls: then a child specification that cannot be read does.
  bool looks_supervised(const Process& process) const {
    bool links = false;
    for (const CallId site : process.starts) {
      const FunctionId start = program_.function_of(site);
      if (!start || program_.module_of(start) != process.module) return false;
      if (program_.function(start).name != sym::start_link) continue;
      links = true;
      for (const std::uint32_t i : facts_.calls.incoming_of(start)) {
        const CallId caller = facts_.calls.edges[i].site;
        if (facts_.calls.callees[caller.index].function == start &&
            program_.module_of(facts_.calls.callers[i]) != process.module) {
          return false;
        }
      }
    }
    return links;
  }

  // A function that init calls may set the flag.
  bool sets_flag_on_the_way(const Process& process) const {
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInit && handler.kind != HandlerKind::kContinue) continue;
      for (const analysis::Edge& edge : facts_.calls.edges_of(handler.function)) {
        if (edge.callee && sets_flag(edge.callee, 0)) return true;
      }
    }
    return false;
  }

  bool sets_flag(FunctionId function, int depth) const {
    constexpr int kMaxDepth = 2;
    if (module_names_atom(program_, program_.module_of(function), sym::trap_exit)) return true;
    if (depth >= kMaxDepth) return false;
    for (const analysis::Edge& edge : facts_.calls.edges_of(function)) {
      if (edge.callee && edge.callee != function && sets_flag(edge.callee, depth + 1)) return true;
    }
    return false;
  }

  void report(ProcessId id, const Handler& handler, const Shutdown& shutdown, const LeftUndone& work) {
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, name_span(program_, handler.function));
    const bool matters = shutdown.supervisor && (!work.local || shutdown.one_by_one);
    finding.severity = matters || work.guessed ? Severity::kMedium : Severity::kLow;
    finding.confidence = matters && !work.guessed ? Confidence::kLikely : Confidence::kPossible;
    finding.message =
        finding.function + " " + std::string(work.what) + ", but " + name + " does not trap exits: a shutdown never runs it";
    finding.why = (shutdown.supervisor ? "The supervisor " + model::display_module(program_.module(shutdown.supervisor).name)
                                       : std::string("A supervisor")) +
                  " stops " + name +
                  " with the exit signal `shutdown`. A process that does not trap exits dies of it at once, without terminate; " +
                  (work.local ? "so each child that is terminated, and each restart with its siblings, leaves behind what "
                                "terminate would have tidied up."
                              : "so each deployment and each restart by the supervisor loses what terminate would have saved or "
                                "tidied up.");
    finding.fix =
        erlang
            ? "Call `process_flag(trap_exit, true)` in init/1, take {'EXIT', _, _} in handle_info, and give the child a shutdown "
              "time that the clean-up fits in."
            : "Call `Process.flag(:trap_exit, true)` in init/1, take {:EXIT, _, _} in handle_info, and give the child a shutdown "
              "time that the clean-up fits in.";
    for (const CallId site : work.chain) finding.path.push_back(call_step(program_, facts_, site));
    if (finding.path.empty()) finding.path = analysis::path_to(program_, facts_, work.site, work.effect);
    if (finding.path.empty()) finding.path = {{call_span(program_, work.site), finding.function + " " + std::string(work.what)}};
    for (const HandlerId handler_id : facts_.process(id).handlers) {
      const Handler& init = facts_.handler(handler_id);
      if (init.kind != HandlerKind::kInit) continue;
      finding.path.push_back({name_span(program_, init.function), "trap_exit is not set here"});
      break;
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<std::vector<CallId>> ends_;  // calls of terminate_child
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& terminate_without_trap_exit() {
  static const Rule rule{{.code = "BW113",
                          .name = "terminate-without-trap-exit",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "Clean-up in terminate that a shutdown never runs"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
