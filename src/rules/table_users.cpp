#include "rules/table_users.h"

#include <algorithm>

#include "analysis/state_fields.h"
#include "rules/load.h"

namespace beamwright::rules {

using analysis::Context;
using analysis::Table;
using analysis::Tables;
using analysis::TableUse;
using analysis::TableUseId;

namespace {

template <typename T>
bool add_once(std::vector<T>& all, T value) {
  if (std::find(all.begin(), all.end(), value) != all.end()) return false;
  all.push_back(value);
  return true;
}

// Runs when the system starts or stops, by hand or in a test, and at no other time.
bool is_seldom(const Context& context) {
  constexpr std::uint16_t kSeldom = analysis::kInBoot | analysis::kInTool | analysis::kInTest | analysis::kInShutdown;
  return context.processes.empty() && !context.many && context.flags != 0 && (context.flags & ~kSeldom) == 0;
}

// All that a process does before it serves, and when it ends, is done by one process, once.
bool only_once(const Program& program, const Facts& facts, FunctionId function, ProcessId process) {
  const std::vector<HandlerId> handlers = analysis::handlers_running(program, facts, process, function);
  return !handlers.empty() && std::all_of(handlers.begin(), handlers.end(), [&](HandlerId id) {
    const HandlerKind kind = facts.handler(id).kind;
    return kind == HandlerKind::kInit || kind == HandlerKind::kTerminate;
  });
}

bool says_nothing(const Unit& unit, ExprId pattern) {
  const model::Expr& expr = unit.expr(pattern);
  if (expr.kind == ExprKind::kList) return expr.child_count == 0;
  if (expr.kind != ExprKind::kAtom) return false;
  const std::string_view atom = expr.symbol().text();
  return atom == "false" || atom == "nil" || atom == "undefined" || atom == "error" || atom == "not_found";
}

// Does the call stand in `[] -> …` of a case over a look-up?
bool fills_a_gap(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!function || !facts.effects.all[function.index].has(Effect::kEtsRead)) return false;
  const Unit& unit = program.unit_of(site);
  const std::uint32_t at = unit.expr(program.call(site).expr).begin;
  for (ExprId id = program.call(site).expr; id; id = unit.parent(id)) {
    const model::Expr& expr = unit.expr(id);
    const bool tries = expr.kind == ExprKind::kTry;
    if (!tries && (expr.kind != ExprKind::kCase || expr.child_count == 0)) continue;
    for (const model::ClauseId c : tries ? unit.try_of(expr).else_clauses : unit.clauses_of(expr)) {
      const model::Clause& clause = unit.clause(c);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (at >= clause.begin && at < clause.end && !patterns.empty() && says_nothing(unit, patterns[0])) return true;
    }
  }
  return false;
}

// Made in the same place as the other and for the same: `[ets:new(T, …) || T <- tables()]`, or one call below the other.
bool is_twin(const Table& table, const Table& other) {
  if (table.creations.empty() || table.access() != other.access()) return false;
  return table.creations.front().function == other.creations.front().function &&
         table.write_concurrency() == other.write_concurrency() && table.read_concurrency() == other.read_concurrency();
}

// May the use be of another table, that is seen to be made otherwise?
bool has_rivals(const Tables& tables, const Table& table, const TableUse& use) {
  for (const TableUseId id : tables.uses_in(use.function)) {
    const TableUse& other = tables.use(id);
    const Table& rival = tables.table(other.table);
    if (other.site == use.site && &rival != &table && !rival.creations.empty() && !is_twin(table, rival)) return true;
  }
  return false;
}

// Modules that call a function, over those of its own module and over functions that hand the answer on.
void add_askers(const Program& program, const Facts& facts, FunctionId function, std::vector<ModuleId>& out) {
  constexpr int kMostSteps = 3;
  constexpr std::size_t kMostFunctions = 200;
  const ModuleId home = program.module_of(function);
  std::vector<FunctionId> level = {function}, seen = {function};
  for (int step = 0; step < kMostSteps && seen.size() < kMostFunctions; ++step) {
    std::vector<FunctionId> next;
    for (const FunctionId at : level) {
      for (const std::uint32_t i : facts.calls.incoming_of(at)) {
        const FunctionId caller = facts.calls.callers[i];
        if (facts.calls.edges[i].possible || !add_once(seen, caller) || !in_production(program, facts, caller)) continue;
        next.push_back(caller);
        if (program.module_of(caller) != home) add_once(out, program.module_of(caller));
        if (out.size() >= TableUsers::kMostAskers) return;
      }
    }
    level = std::move(next);
  }
}

}  // namespace

TableUsers users_of(const Program& program, const Facts& facts, const Tables& tables, const Table& table,
                    bool (*wanted)(analysis::TableOperation), Counting counting) {
  TableUsers users;
  std::vector<FunctionId> functions;
  for (const TableUseId id : table.uses) {
    const TableUse& use = tables.use(id);
    if (!wanted(use.operation) || !in_production(program, facts, use.function)) continue;
    if (use.possible && (!counting.possible_too || has_rivals(tables, table, use))) continue;
    if (!counting.gaps && (fills_a_gap(program, facts, use.site) || fills_a_gap(program, facts, use.outermost()))) continue;
    const Context& context = facts.contexts.of(use.function);
    if (is_seldom(context) || !add_once(functions, use.function)) continue;
    users.uses.push_back(id);
    users.possible |= use.possible;
    if (users.askers.size() < TableUsers::kMostAskers) add_askers(program, facts, use.function, users.askers);
    add_once(users.modules, program.module_of(use.function));
    users.requests |= serves_request(program, facts, use.function);
    users.tasks |= (context.flags & analysis::kInTask) != 0;
    users.outside |= (context.flags & analysis::kFromOutside) != 0;
    users.many |= context.many;
    for (const ProcessId process : context.processes) {
      if (only_once(program, facts, use.function, process)) continue;
      add_once(users.classes, process);
      users.requests |= facts.process(process).kind == analysis::ProcessKind::kRequest;
      users.many |= has_many(program, facts, process);
    }
  }
  return users;
}

std::string users_text(const Program& program, const Facts& facts, const TableUsers& users) {
  std::vector<std::string> names;
  for (const ProcessId id : users.classes) {
    const Process& process = facts.process(id);
    const bool many = has_many(program, facts, id) || process.kind == analysis::ProcessKind::kRequest;
    names.push_back((many ? "each " : "") + process_name(program, facts, id) + (many ? " process" : ""));
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const std::string& a, const std::string& b) { return a.starts_with("each ") > b.starts_with("each "); });
  if (names.empty() && users.requests) return "the processes of requests";
  if (names.empty() && users.tasks) return "spawned processes";
  return join_names(names);
}

std::vector<findings::Step> steps_of(const Program& program, const Facts& facts, const Tables& tables, const TableUsers& users,
                                     std::size_t shown) {
  std::vector<findings::Step> steps;
  for (const TableUseId id : users.uses) {
    if (steps.size() == shown) break;
    const TableUse& use = tables.use(id);
    steps.push_back({call_span(program, use.outermost()), model::display_function(program, use.function) +
                                                              (analysis::reads(use.operation) ? " reads it (" : " writes it (") +
                                                              callee_text(program, facts, use.site) + ")"});
  }
  return steps;
}

}  // namespace beamwright::rules
