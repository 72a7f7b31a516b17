#include "rules/loops.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// A receive's clause for stop, 'EXIT' and the like: where a loop is meant to end.
bool is_asked_to_end(const Unit& unit, ExprId result) {
  for (ExprId at = unit.parent(result); at; at = unit.parent(at)) {
    const model::Expr& e = unit.expr(at);
    if (e.kind != ExprKind::kReceive) continue;
    for (const model::ClauseId id : unit.clauses_of(e)) {
      const model::Clause& clause = unit.clause(id);
      if (unit.expr(result).begin < clause.begin || unit.expr(result).begin >= clause.end) continue;
      return any_below(unit, unit.patterns_of(clause).empty() ? ExprId() : unit.patterns_of(clause)[0], [&](ExprId part) {
        if (unit.expr(part).kind != ExprKind::kAtom) return false;
        const std::string_view word = unit.expr(part).symbol().text();
        constexpr std::array<std::string_view, 9> kEnds = {"stop",  "exit", "quit", "shutdown",  "terminate",
                                                           "close", "EXIT", "DOWN", "tcp_closed"};
        return std::find(kEnds.begin(), kEnds.end(), word) != kEnds.end();
      });
    }
  }
  return false;
}

// Does every way through the function end in one of the functions that were seen, in an exit, or where it is asked to end? Work
// that is tried again until it is done has another end.
bool comes_back(const Program& program, const Facts& facts, FunctionId function, std::set<FunctionId>& seen) {
  constexpr std::size_t kMaxFunctions = 4;
  const Unit& unit = program.unit_of(function);
  std::vector<FunctionId> next;
  bool back = false, other = false;
  for (const model::ClauseId clause : program.function(function).clauses) {
    if (!unit.clause(clause).body) continue;
    analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId id) {
      const bool call = unit.expr(id).kind == ExprKind::kCall;
      const CallId site = call ? CallId(unit.first_call + unit.expr(id).payload) : CallId();
      const FunctionId callee = call ? facts.calls.callees[site.index].function : FunctionId();
      if (callee && program.module_of(callee) == program.module_of(function)) {
        back = back || seen.contains(callee);
        if (!seen.contains(callee)) next.push_back(callee);
        return;
      }
      other = other || !((call && analysis::effects_at(program, facts, site).has(Effect::kExit)) || is_asked_to_end(unit, id));
    });
  }
  if (other || (!back && next.empty())) return false;
  return std::all_of(next.begin(), next.end(), [&](FunctionId callee) {
    if (seen.contains(callee)) return true;
    return seen.size() < kMaxFunctions && seen.insert(callee).second && comes_back(program, facts, callee, seen);
  });
}

}  // namespace

bool loops_for_ever(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::EffectSet all = facts.effects.all[function.index];
  if (!all.has(Effect::kReceive) && !all.has(Effect::kSleep)) return false;
  std::set<FunctionId> seen{function};
  return comes_back(program, facts, function, seen);
}

bool surely_ends(const Program& program, const Facts& facts, FunctionId function) {
  const analysis::EffectSet all = facts.effects.all[function.index];
  if (all.has(Effect::kReceive) || all.has(Effect::kSleep)) return false;
  std::vector<FunctionId> waiting{function};
  std::set<FunctionId> seen{function};
  constexpr std::size_t kMaxFunctions = 40;
  while (!waiting.empty()) {
    const FunctionId f = waiting.back();
    waiting.pop_back();
    for (const CallId site : program.calls_of(f)) {
      const model::Call& call = program.call(site);
      if (call.target == model::TargetKind::kValue || call.target == model::TargetKind::kDynamic ||
          call.target == model::TargetKind::kDynamicModule)
        return false;
      const FunctionId callee = facts.calls.callees[site.index].function;
      if (callee) {
        // A loop over data ends as well, but who can tell the two apart?
        if (callee == function) return false;
        if (seen.size() < kMaxFunctions && seen.insert(callee).second) waiting.push_back(callee);
        continue;
      }
      const analysis::External* external = facts.calls.external(site);
      if (!external) return false;
      const std::string_view module = external->module.text(), name = external->name.text();
      if (module == "Elixir.Stream" || name == "sleep" || name == "hibernate" || name.find("loop") != name.npos ||
          name.find("subscribe") != name.npos || name.find("accept") != name.npos || name.find("serve") != name.npos ||
          name == "run" || name == "start_link" || name == "apply")
        return false;
    }
  }
  return seen.size() < kMaxFunctions;
}

}  // namespace beamwright::rules
