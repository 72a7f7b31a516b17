#include "rules/started_tables.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/values.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ProcessKind;
using analysis::Runs;

bool is_ets(const Facts& facts, CallId site, std::string_view name) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->module == sym::ets && external->name.text() == name;
}

// Does the function look whether the table is there, or hand it over?
bool takes_care(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::array<std::string_view, 4> kCareful = {"whereis", "info", "all", "give_away"};
  for (const CallId site : program.calls_of(function)) {
    if (std::any_of(kCareful.begin(), kCareful.end(), [&](std::string_view name) { return is_ets(facts, site, name); }))
      return true;
  }
  return function_has(program, function, ExprKind::kTry);
}

// Is the table named? None when the options cannot be read, or name an heir.
std::optional<bool> is_named(const Program& program, const Facts& facts, CallId creation) {
  const std::span<const ExprId> arguments = arguments_of(program, creation);
  if (arguments.size() != 2) return {};
  const analysis::ExprRef options = analysis::resolve_value(program, facts, {program.call_units[creation.index], arguments[1]});
  const Unit& unit = program.unit(options.unit);
  const model::Expr& list = unit.expr(options.expr);
  if (list.kind != ExprKind::kList || list.has(model::kHasTail)) return {};
  bool named = false;
  for (const ExprId option : unit.children_of(list)) {
    const model::Expr& e = unit.expr(option);
    if (e.kind == ExprKind::kAtom) named |= e.symbol() == intern("named_table");
    if (e.kind == ExprKind::kTuple && e.child_count > 0 && analysis::atom_value(unit, unit.child(option, 0)) == intern("heir"))
      return {};
  }
  return named;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<StartedTable> find() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) of_process(ProcessId(i));
    return std::move(out_);
  }

 private:
  void of_process(ProcessId id) {
    const Process& process = facts_.process(id);
    constexpr std::array kWorkers = {ProcessKind::kGenServer, ProcessKind::kGenStatem, ProcessKind::kGenEvent,
                                     ProcessKind::kAgent,     ProcessKind::kStage,     ProcessKind::kTask};
    if (std::find(kWorkers.begin(), kWorkers.end(), process.kind) == kWorkers.end()) return;
    std::vector<FunctionId> starts;
    for (const CallId site : process.starts) {
      const FunctionId function = program_.function_of(site);
      if (!function || program_.module_of(function) != process.module) continue;
      if (program_.function(function).name != sym::start_link || !in_production(program_, facts_, function)) continue;
      if (std::find(starts.begin(), starts.end(), function) == starts.end()) starts.push_back(function);
    }
    for (const FunctionId start : starts) {
      StartedTable table{.process = id, .start = start, .creation = {}, .chain = {}, .supervisor = {}};
      find_supervisor(table);
      if (table.child || !is_called(start)) below(table, start, 0);
    }
  }

  void find_supervisor(StartedTable& table) const {
    for (const analysis::Supervisor& supervisor : facts_.supervisors) {
      for (const analysis::Child& child : supervisor.children) {
        if (!child.module || child.module != facts_.process(table.process).module) continue;
        table.child = true;
        table.supervisor = supervisor.module;
        if (child.restart == sym::temporary) table.restarted = false;
        table.many = supervisor.dynamic;
      }
    }
  }

  // Somebody in the project starts it by hand, and so may own the table on purpose.
  bool is_called(FunctionId start) const {
    for (const std::uint32_t i : facts_.calls.incoming_of(start)) {
      const CallId site = facts_.calls.edges[i].site;
      if (facts_.calls.callees[site.index].function == start && !program_.call(site).capture &&
          program_.module_of(facts_.calls.callers[i]) != program_.module_of(start)) {
        return true;
      }
    }
    return false;
  }

  void below(StartedTable& table, FunctionId function, int depth) {
    constexpr int kMaxDepth = 3;
    if (takes_care(program_, facts_, function)) return;
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      if (call.capture || facts_.calls.runs[site.index] != Runs::kCaller) continue;
      table.chain.push_back(site);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (is_ets(facts_, site, "new")) {
        add(table, site);
      } else if (callee && depth < kMaxDepth && !facts_.calls.external(site) && callee != function) {
        below(table, callee, depth + 1);
      }
      table.chain.pop_back();
    }
  }

  void add(const StartedTable& table, CallId creation) {
    const std::optional<bool> named = is_named(program_, facts_, creation);
    if (!named) return;
    out_.push_back(table);
    out_.back().creation = creation;
    out_.back().named = *named;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<StartedTable> out_;
};

}  // namespace

std::vector<StartedTable> started_tables(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

std::vector<findings::Step> path_of(const Program& program, const Facts& facts, const StartedTable& table) {
  std::vector<findings::Step> path;
  append_chain(program, facts, table.chain, path);
  return path;
}

}  // namespace beamwright::rules
