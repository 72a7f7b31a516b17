#include "analysis/left_rows.h"

#include <algorithm>

#include "analysis/shared.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

bool sweeps(TableOperation operation) {
  switch (operation) {
    case TableOperation::kDeleteMatching:
    case TableOperation::kDeleteAll:
    case TableOperation::kDeleteTable:
    case TableOperation::kGiveAway:
    case TableOperation::kLoad:
      return true;
    default:
      return false;
  }
}

namespace {

class Search {
 public:
  Search(const Program& program, const Facts& facts) : program_(program), facts_(facts), tables_(tables_of(program, facts)) {}

  std::vector<RowLeft> run() {
    for (std::uint32_t i = 0; i < tables_.tables.size(); ++i) {
      const Table& table = tables_.tables[i];
      if (table.kind == TableKind::kEts && !table.dynamic) look_at(TableId(i), table);
    }
    return std::move(found_);
  }

 private:
  void look_at(TableId id, const Table& table) {
    std::vector<const TableUse*> deletions;
    for (const TableUseId use_id : table.uses) {
      const TableUse& use = tables_.use(use_id);
      if (!in_production(program_, facts_, use.function)) continue;
      if (sweeps(use.operation) || (use.possible && use.operation == TableOperation::kDeleteKey)) return;
      if (use.operation == TableOperation::kDeleteKey) deletions.push_back(&use);
    }
    if (deletions.empty()) return;
    ProcessId process;
    std::vector<HandlerId> deleting;
    for (const TableUse* use : deletions) {
      if (!add_deleting(*use, process, deleting)) return;
    }
    const std::vector<CallId> timers = timers_of(deleting);
    if (!timers.empty()) look_at_insertions(id, table, process, deleting, timers);
  }

  // The clauses of one process that run the deletion; false when others may run it as well.
  bool add_deleting(const TableUse& use, ProcessId& process, std::vector<HandlerId>& deleting) const {
    const Context& context = facts_.contexts.of(use.function);
    if (context.many || context.processes.size() != 1 || (process && context.processes[0] != process)) return false;
    if ((context.flags & (kFromOutside | kInTask | kInBoot)) != 0) return false;
    process = context.processes[0];
    for (const HandlerId id : running(process, use.outermost())) {
      if (std::find(deleting.begin(), deleting.end(), id) == deleting.end()) deleting.push_back(id);
    }
    return !deleting.empty();
  }

  // Where the process arms the timers whose messages the clauses take; nothing when one of them takes anything else.
  std::vector<CallId> timers_of(const std::vector<HandlerId>& deleting) const {
    std::vector<CallId> timers;
    for (const HandlerId id : deleting) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kInfo || !handler.pattern.tag) return {};
      const std::size_t before = timers.size();
      for (const MessageId message_id : facts_.messages.to[handler.process.index]) {
        const Message& message = facts_.message(message_id);
        if (message.kind != MessageKind::kInfo || message.pattern.tag != handler.pattern.tag) continue;
        const External* external = facts_.calls.external(message.site);
        if (!external || !external->row || !external->row->effects.has(Effect::kTimer)) return {};
        timers.push_back(message.site);
      }
      if (timers.size() == before) return {};
    }
    return timers;
  }

  void look_at_insertions(TableId id, const Table& table, ProcessId process, const std::vector<HandlerId>& deleting,
                          const std::vector<CallId>& timers) {
    std::vector<HandlerId> covered = deleting;  // those that delete, or arm the timer of a clause that does
    for (const CallId timer : timers) {
      for (const HandlerId handler : running(process, timer)) covered.push_back(handler);
    }
    for (const TableUseId use_id : table.uses) {
      const TableUse& use = tables_.use(use_id);
      const bool inserts = use.operation == TableOperation::kInsert || use.operation == TableOperation::kInsertNew;
      if (!inserts || use.possible || !use.via.empty() || !in_production(program_, facts_, use.function)) continue;
      const ExprId key = key_of(use.site, table);
      if (!key) continue;
      for (const HandlerId handler : running(process, use.site)) {
        const HandlerKind kind = facts_.handler(handler).kind;
        const bool told = kind == HandlerKind::kCast || kind == HandlerKind::kInfo || kind == HandlerKind::kCall;
        if (!told || std::find(covered.begin(), covered.end(), handler) != covered.end()) continue;
        found_.push_back({id, use_id, key, handler, deleting.front(), timers.front()});
        break;
      }
    }
  }

  // The clauses that run a call: of a callback that makes it itself, only the one in which it stands.
  std::vector<HandlerId> running(ProcessId process, CallId site) const {
    const FunctionId function = program_.function_of(site);
    std::vector<HandlerId> found = handlers_running(program_, facts_, process, function);
    std::erase_if(found, [&](HandlerId id) {
      const Handler& handler = facts_.handler(id);
      if (handler.function != function) return false;
      const std::vector<CallId> calls = calls_in_clause(program_, function, handler.clause);
      return std::find(calls.begin(), calls.end(), site) == calls.end();
    });
    return found;
  }

  // The first element of the row that is written, when it is no literal.
  ExprId key_of(CallId site, const Table& table) const {
    if (table.creations.empty() || table.creations.front().key_position != 1) return {};
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() < 2) return {};
    const ExprId row = local_value(unit, arguments[1]);
    const Expr& e = unit.expr(row);
    if (e.kind != ExprKind::kTuple || e.child_count == 0) return {};
    const ExprId key = unit.child(row, 0);
    return unit.expr(key).kind == ExprKind::kAtom || unit.expr(key).kind == ExprKind::kInteger ? ExprId() : key;
  }

  const Program& program_;
  const Facts& facts_;
  const Tables& tables_;
  std::vector<RowLeft> found_;
};

}  // namespace

std::vector<RowLeft> rows_left(const Program& program, const Facts& facts) { return Search(program, facts).run(); }

}  // namespace beamwright::analysis
