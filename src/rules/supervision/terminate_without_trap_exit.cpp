// A supervisor stops a child with exit(Child, shutdown). A process that does not trap exits dies of that at once: its terminate/2
// runs when it stops or crashes by itself, but not when the application or node is shut down, which is what it was written for.
#include <array>
#include <optional>

#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;

// Work of a terminate/2 whose loss somebody notices.
struct CleanUp {
  CallId site;
  Effect effect = Effect::kFile;
  std::string_view what;
};

// The VM closes sockets, files and tables of a dead process itself: closing is no loss.
bool only_closes(std::string_view name) {
  constexpr std::array<std::string_view, 6> kCloses = {"close", "shutdown", "controlling_process", "sync", "disconnect", "stop"};
  for (const std::string_view word : kCloses) {
    if (name == word) return true;
  }
  return false;
}

struct Kind {
  Effect effect;
  std::string_view what;
};
constexpr std::array<Kind, 4> kKinds = {{{Effect::kDatabase, "writes to a database or broker"},
                                         {Effect::kHttp, "makes an HTTP request"},
                                         {Effect::kRpc, "calls another node"},
                                         {Effect::kFile, "works with files"}}};

// Names of calls that write to files or take them away; looking at them is no clean-up.
bool changes_files(std::string_view name) {
  for (const std::string_view word :
       {"write", "rename", "delete", "rm", "del_", "truncate", "tab2file", "insert", "cp", "copy"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

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
    if (!server || process.traps_exits || module_names_atom(program_, process.module, sym::trap_exit)) return;
    const std::optional<ModuleId> supervisor = supervisor_of(process);
    if ((!supervisor && !looks_supervised(process)) || sets_flag_on_the_way(process)) return;
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kTerminate || !in_production(program_, facts_, handler.function)) continue;
      if (const std::optional<CleanUp> work = clean_up(handler)) return report(process, id, handler, supervisor, *work);
    }
  }

  std::optional<ModuleId> supervisor_of(const Process& process) const {
    for (const analysis::Supervisor& supervisor : facts_.supervisors) {
      for (const analysis::Child& child : supervisor.children) {
        if (child.module && child.module == process.module) return supervisor.module;
      }
    }
    return {};
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

  std::optional<CleanUp> clean_up(const Handler& handler) const {
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (program_.call(site).capture || facts_.calls.runs[site.index] != analysis::Runs::kCaller) continue;
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      for (const Kind& kind : kKinds) {
        if (effects.has(kind.effect) && matters(site, kind.effect)) return CleanUp{site, kind.effect, kind.what};
      }
    }
    return {};
  }

  // Looks at the call that has the effect, at the end of the way down. What is far down belongs to a service that mostly watches
  // its users itself, such as a broker's subscriptions.
  bool matters(CallId site, Effect effect) const {
    constexpr int kMaxSteps = 4;
    for (int step = 0; step < kMaxSteps; ++step) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const analysis::External* external = facts_.calls.external(site);
      if (external) {
        const std::string_view name = external->name.text();
        return !only_closes(name) && (effect != Effect::kFile || changes_files(name));
      }
      const analysis::Witness* witness = callee ? facts_.effects.witness(callee, effect) : nullptr;
      if (!witness || !witness->site || witness->possible) return false;
      site = witness->site;
    }
    return false;
  }

  void report(const Process& process, ProcessId id, const Handler& handler, std::optional<ModuleId> supervisor,
              const CleanUp& work) {
    const bool erlang = in_erlang(program_, process.module);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, name_span(program_, handler.function));
    finding.severity = supervisor ? Severity::kMedium : Severity::kLow;
    finding.confidence = supervisor ? Confidence::kLikely : Confidence::kPossible;
    finding.message =
        finding.function + " " + std::string(work.what) + ", but " + name + " does not trap exits: a shutdown never runs it";
    finding.why =
        (supervisor ? "The supervisor " + model::display_module(program_.module(*supervisor).name)
                    : std::string("A supervisor")) +
        " stops " + name +
        " with the exit signal `shutdown`. A process that does not trap exits dies of it at once, without terminate; so each "
        "deployment and each restart by the supervisor loses what terminate would have saved or tidied up.";
    finding.fix =
        erlang
            ? "Call `process_flag(trap_exit, true)` in init/1, take {'EXIT', _, _} in handle_info, and give the child a shutdown "
              "time that the clean-up fits in."
            : "Call `Process.flag(:trap_exit, true)` in init/1, take {:EXIT, _, _} in handle_info, and give the child a shutdown "
              "time that the clean-up fits in.";
    finding.path = analysis::path_to(program_, facts_, work.site, work.effect);
    if (finding.path.empty()) finding.path = {{call_span(program_, work.site), finding.function + " " + std::string(work.what)}};
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
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
