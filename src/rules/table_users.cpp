#include "rules/table_users.h"

#include <algorithm>

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

// All that a process does before it serves is done by one process, once.
bool only_initialises(const Program& program, const Facts& facts, FunctionId function, ProcessId process_id) {
  const Process& process = facts.process(process_id);
  if (program.module_of(function) != process.module) return false;
  for (const HandlerId id : process.handlers) {
    const Handler& handler = facts.handler(id);
    const bool once = handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate;
    if (handler.function == function && once) return true;
  }
  return false;
}

}  // namespace

TableUsers users_of(const Program& program, const Facts& facts, const Tables& tables, const Table& table,
                    bool (*wanted)(analysis::TableOperation)) {
  TableUsers users;
  std::vector<FunctionId> functions;
  for (const TableUseId id : table.uses) {
    const TableUse& use = tables.use(id);
    if (use.possible || !wanted(use.operation) || !in_production(program, facts, use.function)) continue;
    const Context& context = facts.contexts.of(use.function);
    if (is_seldom(context) || !add_once(functions, use.function)) continue;
    users.uses.push_back(id);
    add_once(users.modules, program.module_of(use.function));
    users.requests |= (context.flags & analysis::kInRequest) != 0;
    users.tasks |= (context.flags & analysis::kInTask) != 0;
    users.outside |= (context.flags & analysis::kFromOutside) != 0;
    users.many |= context.many;
    for (const ProcessId process : context.processes) {
      if (only_initialises(program, facts, use.function, process)) continue;
      add_once(users.classes, process);
      users.requests |= facts.process(process).kind == analysis::ProcessKind::kRequest;
      users.many |= facts.process(process).count == analysis::Count::kMany;
    }
  }
  return users;
}

std::string users_text(const Program& program, const Facts& facts, const TableUsers& users) {
  std::vector<std::string> names;
  for (const ProcessId id : users.classes) {
    const Process& process = facts.process(id);
    const bool many = process.count == analysis::Count::kMany || process.kind == analysis::ProcessKind::kRequest;
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
