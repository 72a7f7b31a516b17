#include "rules/own_interface.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/waiting.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Bound;
using analysis::Count;
using analysis::External;
using analysis::ProcessKind;

namespace {

// Is the server named by what the function is given: a pid, {via, _, _} or a name made of an argument?
bool asks_what_it_is_given(const Program& program, const Facts& facts, const Message& message) {
  const External* external = facts.calls.external(message.site);
  const std::size_t at = external && external->row ? external->row->target_argument : 0;
  const std::span<const ExprId> arguments = arguments_of(program, message.site);
  if (at == 0 || at > arguments.size()) return true;  // a wrapper of the call
  const Unit& unit = program.unit_of(message.site);
  const ExprId target = analysis::local_value(unit, arguments[at - 1]);
  if (!target) return false;
  return any_below(unit, target, [&](ExprId part) { return unit.expr(part).kind == ExprKind::kVariable; });
}

// The modules that start the server: they call its start functions, or functions that do.
std::vector<ModuleId> starters_of(const Program& program, const Facts& facts, ProcessId receiver) {
  constexpr std::size_t kMostFunctions = 40;
  const ModuleId home = facts.process(receiver).module;
  std::vector<FunctionId> functions;
  std::vector<ModuleId> modules;
  const auto add = [&](FunctionId function) {
    if (!function || functions.size() >= kMostFunctions) return;
    if (std::find(functions.begin(), functions.end(), function) == functions.end()) functions.push_back(function);
  };
  for (const CallId site : facts.process(receiver).starts) add(program.function_of(site));
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const ModuleId module = program.module_of(functions[i]);
    if (module != home && std::find(modules.begin(), modules.end(), module) == modules.end()) modules.push_back(module);
    // Beyond the module that starts it, only a supervisor hands on the pid.
    const ProcessId process = facts.processes.of(module);
    const bool supervisor = process && facts.process(process).kind == ProcessKind::kSupervisor;
    if (module != home && !supervisor) continue;
    for (const std::uint32_t edge : facts.calls.incoming_of(functions[i])) add(facts.calls.callers[edge]);
    if (!supervisor) continue;
    for (const FunctionId other : program.functions_of(module)) {
      if (facts.effects.all[other.index].has(Effect::kStartChild)) add(other);
    }
  }
  return modules;
}

// A worker of a pool is lent to one user at a time, for whom alone it works.
bool is_lent(const Program& program, ModuleId module) {
  const Symbol pool = intern("poolboy_worker");
  const auto directives = program.unit_of(module).directives_of(program.module(module));
  return std::any_of(directives.begin(), directives.end(),
                     [&](const model::Directive& directive) { return directive.module == pool; });
}

bool waits_for_disk(const External& external) {
  constexpr std::array<std::string_view, 7> kFile = {"pread", "pwrite", "sync", "datasync", "copy", "write", "write_file"};
  const std::string_view module = external.module.text(), name = external.name.text();
  if (module == "Elixir.File") return name.starts_with("write") || name.starts_with("cp");
  if (module == "Elixir.IO") return name == "binwrite" && external.arity == 2;
  if (module == "file") return std::find(kFile.begin(), kFile.end(), name) != kFile.end();
  if (module == "erl_tar" || module == "zip") return name == "create" || name == "extract";
  return false;
}

bool waits_for_peer(const External& external) {
  const std::string_view module = external.module.text();
  return (module == "gen_tcp" || module == "ssl") && external.name.text() == "send";
}

bool limits_sends(const Program& program) {
  const Symbol option = intern("send_timeout");
  return std::any_of(program.units.begin(), program.units.end(), [&](const auto& unit) {
    return std::any_of(unit->exprs.begin(), unit->exprs.end(),
                       [&](const model::Expr& expr) { return expr.kind == ExprKind::kAtom && expr.symbol() == option; });
  });
}

}  // namespace

Sharing sharing_of(const Program& program, const Facts& facts, ProcessId receiver, const std::vector<MessageId>& messages,
                   const Callers& callers) {
  const Process& process = facts.process(receiver);
  if (process.kind != ProcessKind::kGenServer || process.count == Count::kOne || callers.only_tools) return Sharing::kNone;
  if (is_lent(program, process.module)) return Sharing::kNone;
  const bool open = std::any_of(messages.begin(), messages.end(), [&](MessageId id) {
    const Message& message = facts.message(id);
    return message.kind == MessageKind::kCall && message.likely && program.module_of(message.sender) == process.module &&
           program.function(message.sender).has(model::kPublic) && in_production(program, facts, message.sender) &&
           asks_what_it_is_given(program, facts, message);
  });
  if (!open) return Sharing::kNone;
  const std::vector<ModuleId> starters = starters_of(program, facts, receiver);
  const std::size_t strangers =
      static_cast<std::size_t>(std::count_if(callers.modules.begin(), callers.modules.end(), [&](ModuleId module) {
        return std::find(starters.begin(), starters.end(), module) == starters.end();
      }));
  if (strangers >= 2 || (strangers >= 1 && callers.modules.size() >= 2 && callers.concurrent())) return Sharing::kLikely;
  if (process.count == Count::kMany) return Sharing::kNone;
  return strangers >= 1 || callers.outside ? Sharing::kPossible : Sharing::kNone;
}

std::vector<SlowWork> waits_for_device(const Program& program, const Facts& facts, const Handler& handler) {
  std::vector<SlowWork> found;
  const auto add = [&](CallId site, Effect effect, std::int64_t bound, bool (*wanted)(const External&), const char* note) {
    for (const ReachedCall& reached : externals_reached(program, facts, site, effect, wanted)) {
      if (reached.possible) continue;
      found.push_back({site, effect, bound, true, reached.leaf, {}, reached.chain, note});
      return;
    }
  };
  for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    if (effects.has(Effect::kFile)) add(site, Effect::kFile, Bound::kUnknown, waits_for_disk, "waits for the disk");
    if (effects.has(Effect::kSocket))
      add(site, Effect::kSocket, Bound::kInfinite, waits_for_peer, "waits for as long as the other side reads nothing");
  }
  if (std::any_of(found.begin(), found.end(), [](const SlowWork& work) { return work.effect == Effect::kSocket; }) &&
      limits_sends(program))
    std::erase_if(found, [](const SlowWork& work) { return work.effect == Effect::kSocket; });
  return found;
}

}  // namespace beamwright::rules
