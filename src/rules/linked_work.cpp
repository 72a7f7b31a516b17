#include "rules/linked_work.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/closures.h"
#include "analysis/forest.h"
#include "analysis/results.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::External;
using analysis::ProcessKind;
using analysis::ResultUse;
using analysis::Runs;

namespace {

struct Outside {
  Effect effect;
  std::string_view text;
};
// rpc answers {badrpc, Reason}, and connect_node false, where they fail: calls of other nodes raise nothing.
constexpr std::array<Outside, 4> kOutside = {{{Effect::kHttp, "makes an HTTP request"},
                                              {Effect::kDatabase, "asks a database or broker"},
                                              {Effect::kSocket, "talks over the network"},
                                              {Effect::kCall, "calls another process"}}};

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {
    for (const analysis::Tree& tree : analysis::forest_of(program, facts).trees) {
      for (const analysis::TreeChild& child : tree.children) {
        if (!tree.dynamic && child.origin == analysis::Origin::kList && child.source) listed_.insert(child.source);
      }
    }
  }

  std::vector<LinkedWork> find() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      const bool server = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kStage;
      // One of many, for a session or a piece of work, may end with its work.
      if (!server || process.traps_exits || (process.count != analysis::Count::kOne && !listed_.contains(process.module)))
        continue;
      if (program_.unit_of(process.module).role == source::Role::kReviewed) of_server(ProcessId(i), process);
    }
    return std::move(out_);
  }

 private:
  void of_server(ProcessId id, const Process& process) {
    for (const FunctionId f : program_.functions_of(process.module)) {
      if (!facts_.effects.direct[f.index].has(Effect::kSpawn)) continue;
      const std::vector<ProcessId>& runners = facts_.contexts.of(f).processes;
      if (!std::binary_search(runners.begin(), runners.end(), id) || !in_production(program_, facts_, f)) continue;
      for (const CallId site : program_.calls_of(f)) look_at(id, process, f, site);
    }
  }

  void look_at(ProcessId id, const Process& process, FunctionId function, CallId site) {
    const External* external = facts_.calls.external(site);
    if (!external || program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller) return;
    const std::string_view name = external->name.text(), module = external->module.text();
    const bool task = module == "Elixir.Task" && name == "start_link";
    const bool spawned = name == "spawn_link" && (module == "erlang" || module == "proc_lib" || module == "Elixir.Kernel");
    if ((!task && !spawned) || !is_forgotten(site)) return;
    if ((analysis::classes_caught(program_, facts_, site) & analysis::kExitClass) != 0) return;
    std::set<FunctionId> seen;
    if (!comes_later(process, function, site, seen)) return;
    LinkedWork work{site, function, id, {}, {}};
    if (fails(site, work)) out_.push_back(std::move(work));
  }

  bool is_forgotten(CallId site) const {
    const std::vector<analysis::CallResult> results = analysis::results_of(program_, facts_, site);
    return !results.empty() && std::all_of(results.begin(), results.end(), [&](const analysis::CallResult& result) {
      if (result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused) return true;
      return result.use == ResultUse::kMatchedHard &&
             std::none_of(result.shapes.begin(), result.shapes.end(), [&](analysis::ExprRef shape) {
               const Unit& unit = program_.unit(shape.unit);
               const auto variables = variables_in(unit, shape.expr);
               return std::any_of(variables.begin(), variables.end(),
                                  [&](model::VariableId v) { return !unit.variables[v.index].name.text().starts_with("_"); });
             });
    });
  }

  // Run for a message, not once when the server starts.
  bool comes_later(const Process& process, FunctionId function, CallId site, std::set<FunctionId>& seen) const {
    constexpr std::size_t kMaxFunctions = 20;
    if (seen.size() >= kMaxFunctions || !seen.insert(function).second) return false;
    const Unit& unit = program_.unit_of(function);
    const std::uint32_t begin = unit.expr(program_.call(site).expr).begin;
    bool handler_of = false;
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.function != function) continue;
      handler_of = true;
      const model::Clause& clause = unit.clause(handler.clause);
      if (begin < clause.begin || begin >= clause.end) continue;
      if (handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo ||
          handler.kind == HandlerKind::kEvent)
        return true;
    }
    if (handler_of) return false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || edge.runs != Runs::kCaller || program_.module_of(caller) != process.module) continue;
      if (comes_later(process, caller, edge.site, seen)) return true;
    }
    return false;
  }

  // What the new process runs asks somebody, or code that is not in sight, and takes no failure itself.
  bool fails(CallId site, LinkedWork& work) const {
    const Unit& unit = program_.unit_of(site);
    for (const ExprId argument : arguments_of(program_, site)) {
      if (unit.expr(argument).kind != ExprKind::kClosure) continue;
      bool lives_on = false;
      for (const CallId inner : analysis::calls_in_closure(program_, work.function, argument)) {
        const FunctionId callee = facts_.calls.callees[inner.index].function;
        if (callee && is_for_ever(callee)) lives_on = true;
      }
      if (lives_on || any_below(unit, argument, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kReceive; }))
        return false;
      for (const CallId inner : analysis::calls_in_closure(program_, work.function, argument)) {
        if ((analysis::classes_caught(program_, facts_, inner) & (analysis::kErrorClass | analysis::kExitClass)) != 0) continue;
        const FunctionId callee = facts_.calls.callees[inner.index].function;
        if (callee && function_has(program_, callee, ExprKind::kTry)) continue;
        if (may_fail(inner, work)) return true;
      }
      return false;
    }
    // &run/1, or {M, F, A}
    for (const analysis::Edge& edge : facts_.calls.edges_of(work.function)) {
      if (edge.runs != Runs::kNewProcess || edge.possible || edge.site != site) continue;
      if (is_for_ever(edge.callee) || function_has(program_, edge.callee, ExprKind::kTry)) return false;
      for (const CallId inner : program_.calls_of(edge.callee)) {
        if (may_fail(inner, work)) return true;
      }
    }
    return false;
  }

  bool is_for_ever(FunctionId function) const { return facts_.effects.all[function.index].has(Effect::kReceive); }

  bool may_fail(CallId inner, LinkedWork& work) const {
    const FunctionId callee = facts_.calls.callees[inner.index].function;
    const External* external = facts_.calls.external(inner);
    analysis::EffectSet effects = callee ? facts_.effects.all[callee.index] : analysis::EffectSet();
    if (external && external->row) effects.bits |= external->row->effects.bits;
    for (const Outside& outside : kOutside) {
      if (!effects.has(outside.effect) || (callee && only_connects(callee, outside.effect))) continue;
      work.outside = inner;
      work.what = outside.text;
      return true;
    }
    // spawn_link of code that is not in sight is a matter of taste in Erlang; a task that is linked and forgotten is none.
    if (facts_.calls.external(work.site)->module != sym::Elixir_Task || !is_unknown(inner, 0)) return false;
    work.outside = inner;
    work.what = "runs code that is not in sight";
    return true;
  }

  bool only_connects(FunctionId function, Effect effect) const {
    const analysis::Witness* witness = facts_.effects.witness(function, effect);
    const External* external = witness && witness->site ? facts_.calls.external(witness->site) : nullptr;
    return external && (external->module.text() == "net_kernel" || external->module.text() == "Elixir.Node");
  }

  // Itself, or a function a little further down, is nothing that is known.
  bool is_unknown(CallId site, int depth) const {
    constexpr int kMaxDepth = 3;
    const model::Call& call = program_.call(site);
    if (call.capture) return false;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (const External* external = facts_.calls.external(site))
      return !external->row && call.target == model::TargetKind::kRemote;
    if (!callee) return call.target != model::TargetKind::kLocal;
    if (depth >= kMaxDepth) return false;
    const auto calls = program_.calls_of(callee);
    return std::any_of(calls.begin(), calls.end(), [&](CallId inner) { return is_unknown(inner, depth + 1); });
  }

  const Program& program_;
  const Facts& facts_;
  std::set<ModuleId> listed_;  // started with its supervisor
  std::vector<LinkedWork> out_;
};

}  // namespace

std::vector<LinkedWork> linked_work(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
