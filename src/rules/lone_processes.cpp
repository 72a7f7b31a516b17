#include "rules/lone_processes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/walk.h"
#include "rules/loops.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;
using analysis::Runs;

bool is_watch(std::string_view name) {
  return name == "link" || name == "monitor" || name == "spawn_link" || name == "spawn_monitor" || name == "monitor_node";
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<LoneProcess> run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId f(i);
      if (!facts_.effects.direct[i].has(Effect::kSpawn) || !program_.reviewed(f) || !in_production(program_, facts_, f)) continue;
      for (const CallId site : program_.calls_of(f)) {
        if (is_bare_spawn(site)) look_at(f, site);
      }
    }
    return std::move(found_);
  }

 private:
  bool is_bare_spawn(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller)
      return false;
    const analysis::EffectSet effects = external->row->effects;
    const std::string_view name = external->name.text(), module = external->module.text();
    if (!effects.has(Effect::kSpawn) || effects.has(Effect::kLink) || effects.has(Effect::kMonitor)) return false;
    return name == "spawn" ? external->arity <= 3 : name == "start" && module == "Elixir.Task";
  }

  void look_at(FunctionId f, CallId site) {
    if (calls_by_name(f, is_watch) || is_watched_by_callers(f)) return;
    const std::vector<FunctionId> run = functions_run(f, site);
    if (std::any_of(run.begin(), run.end(), [&](FunctionId r) { return calls_by_name(r, is_watch); })) return;
    const bool boots = (facts_.contexts.of(f).flags & analysis::kInBoot) != 0;
    const bool serves = is_run_by_own_server(f);
    if (!boots && !serves) return;
    for (const FunctionId r : run) {
      if (loops_for_ever(program_, facts_, r)) return add({site, f, r, Reliance::kLoop, {}});
    }
    if (!serves) return;
    if (const CallId handed = find_call(f, [](std::string_view name) { return name == "controlling_process"; })) {
      return add({site, f, run.empty() ? FunctionId() : run.front(), Reliance::kConnection, handed});
    }
    if (takes_deliveries(f) && runs_code_of_users(f, site) && !function_has(program_, f, ExprKind::kTry))
      return add({site, f, run.empty() ? FunctionId() : run.front(), Reliance::kAcknowledges, site});
    if (const CallId ack = acknowledgement(f, site, run))
      add({site, f, run.empty() ? FunctionId() : run.front(), Reliance::kAcknowledges, ack});
  }

  // Pid = start_worker(), monitor(process, Pid).
  bool is_watched_by_callers(FunctionId f) const {
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(f);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
      const FunctionId caller = facts_.calls.callers[i];
      return program_.module_of(caller) == program_.module_of(f) && calls_by_name(caller, is_watch);
    });
  }

  void add(LoneProcess found) { found_.push_back(found); }

  // The functions of the sources that the new process calls first: that of a capture or {M, F, A}, or those in the closure.
  std::vector<FunctionId> functions_run(FunctionId f, CallId site) const {
    const Unit& unit = program_.unit_of(f);
    const model::Expr& spawn = unit.expr(program_.call(site).expr);
    std::vector<FunctionId> out;
    for (const analysis::Edge& edge : facts_.calls.edges_of(f)) {
      const model::Expr& at = unit.expr(program_.call(edge.site).expr);
      if (edge.possible || edge.runs != Runs::kNewProcess || at.begin < spawn.begin || at.end > spawn.end) continue;
      out.push_back(edge.callee);
    }
    return out;
  }

  bool is_run_by_own_server(FunctionId f) const {
    const ProcessId own = facts_.processes.of(program_.module_of(f));
    if (!own) return false;
    const ProcessKind kind = facts_.process(own).kind;
    if (kind != ProcessKind::kGenServer && kind != ProcessKind::kGenStatem && kind != ProcessKind::kStage) return false;
    const std::vector<ProcessId>& runners = facts_.contexts.of(f).processes;
    return std::binary_search(runners.begin(), runners.end(), own);
  }

  template <typename Wanted>
  CallId find_call(FunctionId f, Wanted&& wanted) const {
    for (const CallId site : program_.calls_of(f)) {
      if (program_.call(site).name && wanted(program_.call(site).name.text())) return site;
    }
    return {};
  }
  template <typename Wanted>
  bool calls_by_name(FunctionId f, Wanted&& wanted) const {
    return static_cast<bool>(find_call(f, wanted));
  }

  static bool acknowledges(std::string_view name) {
    constexpr std::array<std::string_view, 7> kNames = {"ack", "acknowledge", "nack", "reject", "commit", "complete", "confirm"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
  }

  // A consumer of a broker that hands each message to code of its users: these acknowledge it, or nobody does.
  bool takes_deliveries(FunctionId f) const {
    const Process& process = facts_.process(facts_.processes.of(program_.module_of(f)));
    const bool delivers = std::any_of(process.handlers.begin(), process.handlers.end(), [&](const auto id) {
      return facts_.handler(id).kind == HandlerKind::kInfo && facts_.handler(id).pattern.tag.text() == "basic_deliver";
    });
    if (!delivers) return false;
    const std::string_view name = program_.function(f).name.text();
    return name.find("message") != name.npos || name.find("deliver") != name.npos || name.find("consume") != name.npos ||
           name == "handle_info";
  }

  // apply(module, :handle_message, [message]), handler.(message).
  bool runs_code_of_users(FunctionId f, CallId site) const {
    const Unit& unit = program_.unit_of(f);
    const model::Expr& spawn = unit.expr(program_.call(site).expr);
    for (const CallId inner : program_.calls_of(f)) {
      const model::Call& call = program_.call(inner);
      const model::Expr& at = unit.expr(call.expr);
      if (at.begin <= spawn.begin || at.end > spawn.end) continue;
      if (call.target != model::TargetKind::kLocal && call.target != model::TargetKind::kRemote) return true;
    }
    return false;
  }

  // In what the new process runs: without it the broker waits, or delivers nothing more. A handler of exceptions may do it for
  // the case of a failure.
  CallId acknowledgement(FunctionId f, CallId site, const std::vector<FunctionId>& run) const {
    const Unit& unit = program_.unit_of(f);
    const model::Expr& spawn = unit.expr(program_.call(site).expr);
    for (const CallId inner : program_.calls_of(f)) {
      const model::Expr& at = unit.expr(program_.call(inner).expr);
      if (at.begin <= spawn.begin || at.end > spawn.end || !program_.call(inner).name) continue;
      if (acknowledges(program_.call(inner).name.text()) && !function_has(program_, f, ExprKind::kTry)) return inner;
    }
    for (const FunctionId r : run) {
      if (function_has(program_, r, ExprKind::kTry)) continue;
      if (const CallId inner = find_call(r, acknowledges)) return inner;
    }
    return {};
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<LoneProcess> found_;
};

}  // namespace

std::vector<LoneProcess> lone_processes(const Program& program, const Facts& facts) { return Finder(program, facts).run(); }

}  // namespace beamwright::rules
