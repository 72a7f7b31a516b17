#include "rules/yielded_tasks.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

// Task.shutdown and its like, a second yield, an end of the process, or a helper that says so by its name.
bool takes_care(const Program& program, const Facts& facts, CallId site, CallId yield) {
  static constexpr std::array<std::string_view, 10> kWords = {"shutdown", "ignore", "kill",  "exit",      "stop",
                                                              "cancel",   "await",  "raise", "demonitor", "terminate"};
  const Symbol name = program.call(site).name;
  if (!name || site == yield) return false;
  if (name.text().find("yield") != std::string_view::npos) return true;
  const FunctionId callee = facts.calls.callees[site.index].function;
  if (callee && facts.effects.all[callee.index].has(Effect::kAwait)) return true;
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return name.text().find(word) != std::string_view::npos; });
}

// on_timeout: :kill_task, or :ignore (Elixir: Task.yield_many/2).
bool says_on_timeout(const Program& program, CallId site) {
  static const Symbol kOnTimeout = intern("on_timeout");
  const Unit& unit = program.unit_of(site);
  return any_below(unit, program.call(site).expr,
                   [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == kOnTimeout; });
}

// case Task.yield(task, 1_000) do {:ok, _} -> …; nil -> … end: the clause for nil, or for anything.
ExprId branch_of_nil(const Unit& unit, ExprId call) {
  const ExprId around = unit.parent(call);
  if (!around || unit.expr(around).kind != ExprKind::kCase || unit.child(around, 0) != call) return call;
  static const Symbol kNil = intern("nil");
  for (const model::ClauseId c : unit.clauses_of(unit.expr(around))) {
    const model::Clause& clause = unit.clause(c);
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (patterns.empty()) continue;
    const ExprKind kind = unit.expr(patterns[0]).kind;
    const bool any = kind == ExprKind::kWildcard || kind == ExprKind::kVariable;
    if (any || analysis::atom_value(unit, patterns[0]) == kNil) return clause.body ? clause.body : call;
  }
  return call;
}

}  // namespace

std::vector<YieldedTask> yielded_tasks(const Program& program, const Facts& facts, FunctionId function) {
  std::vector<YieldedTask> found;
  static const Symbol kTask = intern("Elixir.Task"), kYield = intern("yield"), kYieldMany = intern("yield_many");
  for (const CallId site : program.calls_of(function)) {
    const bool yields = calls_external(facts, site, kTask, kYield) || calls_external(facts, site, kTask, kYieldMany);
    if (!yields || program.call(site).capture || says_on_timeout(program, site)) continue;
    const std::vector<CallId> sites = {program.calls_of(function).begin(), program.calls_of(function).end()};
    if (std::any_of(sites.begin(), sites.end(), [&](CallId other) { return takes_care(program, facts, other, site); })) continue;
    // The task came from elsewhere: whoever made it may take care of it.
    const Unit& unit = program.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const bool made_here = std::any_of(sites.begin(), sites.end(), [&](CallId other) {
      const analysis::External* external = facts.calls.external(other);
      return external && external->row && external->row->returns == knowledge::Resource::kTask;
    });
    if (arguments.empty() || !made_here) continue;
    if (analysis::atom_value(unit, arguments.back()) == sym::infinity) continue;
    found.push_back({site, branch_of_nil(unit, program.call(site).expr)});
  }
  return found;
}

}  // namespace beamwright::rules
