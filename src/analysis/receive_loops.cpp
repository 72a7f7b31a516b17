#include "analysis/receive_loops.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

// From the spawned function to the loop, and from the loop back to itself, a few calls lie between.
constexpr int kMaxSteps = 4;

class LoopFinder {
 public:
  LoopFinder(const Program& program, const Calls& calls, const Effects& effects)
      : program_(program), calls_(calls), effects_(effects) {}

  void add(Processes& out) {
    for (std::uint32_t e = 0; e < calls_.edges.size(); ++e) {
      const Edge& edge = calls_.edges[e];
      if (edge.runs != Runs::kNewProcess) continue;
      const ModuleId module = program_.module_of(edge.callee);
      if (out.by_module[module.index] || !is_loop(edge.callee)) continue;
      if (program_.unit_of(module).role == source::Role::kTest) continue;
      const auto known = std::find_if(out.processes.begin(), out.processes.end(),
                                      [&](const Process& p) { return p.receive_loop && p.module == module; });
      Process& process = known != out.processes.end() ? *known : out.processes.emplace_back();
      process.module = module;
      process.receive_loop = true;
      process.handlers.first = static_cast<std::uint32_t>(out.handlers.size());
      process.starts.push_back(edge.site);
      read_name(edge.site, process);
    }
  }

  // Does a function receive by itself and come back to itself, by calls within its module?
  bool loops(FunctionId f) const { return receives(f) && reaches(f, f, kMaxSteps); }

 private:
  bool receives(FunctionId f) const {
    const Witness* witness = effects_.witness(f, Effect::kReceive);
    return witness != nullptr && !witness->next && !witness->site;
  }

  bool is_loop(FunctionId spawned) const {
    if (!effects_.all[spawned.index].has(Effect::kReceive)) return false;
    std::vector<FunctionId> seen{spawned};
    for (std::size_t i = 0; i < seen.size() && seen.size() < 64; ++i) {
      if (loops(seen[i])) return true;
      for (const Edge& edge : calls_.edges_of(seen[i]))
        if (stays(edge, spawned) && std::find(seen.begin(), seen.end(), edge.callee) == seen.end()) seen.push_back(edge.callee);
    }
    return false;
  }

  bool stays(const Edge& edge, FunctionId in) const {
    return edge.runs == Runs::kCaller && !edge.possible && program_.module_of(edge.callee) == program_.module_of(in);
  }

  bool reaches(FunctionId from, FunctionId to, int steps) const {
    if (steps == 0) return false;
    for (const Edge& edge : calls_.edges_of(from))
      if (stays(edge, to) && (edge.callee == to || (edge.callee != from && reaches(edge.callee, to, steps - 1)))) return true;
    return false;
  }

  // The spawned call itself, or one written in the closure that is spawned.
  static bool holds(const Unit& unit, ExprId spawn, ExprId inner) {
    if (!spawn || unit.expr(spawn).kind != ExprKind::kCall) return false;
    const Expr& outer = unit.expr(spawn);
    return unit.expr(inner).begin >= outer.begin && unit.expr(inner).end <= outer.end;
  }

  // register(Name, spawn(…)), or the pid in a variable of the same function.
  void read_name(CallId spawn, Process& process) {
    const FunctionId f = program_.function_of(spawn);
    if (!f) return;
    const Unit& unit = program_.unit_of(spawn);
    for (const CallId site : program_.calls_of(f)) {
      const knowledge::FunctionRow* row = row_at(calls_, site);
      if (row == nullptr || row->name != sym::register_) continue;
      const auto arguments = unit.children_of(program_.call(site).expr);
      if (arguments.size() != 2) continue;
      for (std::size_t i = 0; i < 2; ++i) {
        const auto name = atom_value(unit, arguments[i]);
        if (!name || !holds(unit, local_value(unit, arguments[1 - i]), program_.call(spawn).expr)) continue;
        if (std::find(process.names.begin(), process.names.end(), *name) == process.names.end()) process.names.push_back(*name);
        process.count = Count::kOne;
      }
    }
  }

  const Program& program_;
  const Calls& calls_;
  const Effects& effects_;
};

}  // namespace

void add_receive_loops(const Program& program, const Calls& calls, const Effects& effects, Processes& processes) {
  LoopFinder(program, calls, effects).add(processes);
}

std::vector<LoopHandler> loop_handlers(const Program& program, const Facts& facts, const Process& loop) {
  std::vector<LoopHandler> out;
  const LoopFinder finder(program, facts.calls, facts.effects);
  for (const FunctionId f : program.functions_of(loop.module)) {
    if (!finder.loops(f)) continue;
    const UnitId unit_id = program.functions[f.index].unit;
    const Unit& unit = program.unit(unit_id);
    for (const model::ClauseId c : program.function(f).clauses) {
      any_below(unit, unit.clause(c).body, [&](ExprId id) {
        const Expr& e = unit.expr(id);
        if (e.kind != ExprKind::kReceive) return false;
        for (const model::ClauseId r : unit.clauses_of(e)) {
          const model::Clause& clause = unit.clause(r);
          if (clause.pattern_count != 1) continue;
          LoopHandler handler{f, r, outline(unit, unit_id, unit.patterns_of(clause)[0]), false};
          handler.catch_all = handler.pattern.any && !clause.guard;
          out.push_back(handler);
        }
        return false;
      });
    }
  }
  return out;
}

}  // namespace beamwright::analysis
