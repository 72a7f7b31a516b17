// A table that is emptied and then filled again is empty in between, for everybody who reads it at that moment: ETS makes one
// call atomic, never two. The fuller the table, the longer the gap.
#include <algorithm>
#include <set>

#include "rules/given_tables.h"
#include "rules/reach.h"
#include "rules/table_users.h"

namespace beamwright::rules {
namespace {

using analysis::Table;
using analysis::TableId;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableStep;

// `'_'`, `{'_', '_'}`, [{'_', [], [true]}]: a pattern that every row matches.
bool matches_all(const Unit& unit, ExprId pattern) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kAtom) return e.symbol().text() == "_";
  const auto parts = unit.children_of(pattern);
  if (e.kind == ExprKind::kTuple)
    return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](ExprId part) { return matches_all(unit, part); });
  if (e.kind != ExprKind::kList || e.child_count != 1 || unit.expr(parts[0]).kind != ExprKind::kTuple) return false;
  const auto clause = unit.children_of(parts[0]);
  return clause.size() == 3 && matches_all(unit, clause[0]) && unit.expr(clause[1]).kind == ExprKind::kList &&
         unit.expr(clause[1]).child_count == 0;
}

// `for {key, _} <- :ets.tab2list(table), do: :ets.delete(table, key)`: each row is deleted, whatever it is.
bool deletes_each(const Unit& unit, ExprId call) {
  const ExprId loop = unit.parent(call);
  if (!loop || unit.expr(loop).kind != ExprKind::kComprehension || unit.expr(loop).child_count != 2) return false;
  const ExprId generator = unit.child(loop, 0);
  if (unit.expr(generator).kind != ExprKind::kGenerator) return false;
  const model::Expr& source = unit.expr(unit.child(generator, 1));
  return source.kind == ExprKind::kCall && unit.call_of(source).name.text() == "tab2list";
}

// What leaves nothing in a table; deleted as a whole it is not even there.
bool empties(const Program& program, const analysis::TableUse& use) {
  const Unit& unit = program.unit_of(use.site);
  const auto arguments = arguments_of(program, use.site);
  switch (use.operation) {
    case TableOperation::kDeleteAll:
    case TableOperation::kDeleteTable:
      return true;
    case TableOperation::kDeleteMatching:
      return arguments.size() == 2 && matches_all(unit, arguments[1]);
    case TableOperation::kDeleteKey:
      return deletes_each(unit, program.call(use.site).expr);
    default:
      return false;
  }
}
bool fills(TableOperation operation) { return operation == TableOperation::kInsert || operation == TableOperation::kInsertNew; }
bool reads_rows(TableOperation operation) {
  return operation == TableOperation::kLookup || operation == TableOperation::kScan || operation == TableOperation::kTraverse;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), tables_(analysis::tables_of(program, facts)) {}

  void run() {
    for (const FunctionId function : candidates()) {
      if (in_production(program_, facts_, function)) review(function);
    }
  }

 private:
  // The functions that empty a table, and those that call them: the innermost that also fills it again is where the gap is.
  std::set<FunctionId> candidates() const {
    constexpr int kLevels = 2;
    std::set<FunctionId> all;
    for (const analysis::TableUse& use : tables_.uses) {
      if (empties(program_, use)) all.insert(use.function);
    }
    for (int level = 0; level < kLevels; ++level) {
      std::vector<FunctionId> callers;
      for (const FunctionId function : all) {
        for (const std::uint32_t edge : facts_.calls.incoming_of(function)) callers.push_back(facts_.calls.callers[edge]);
      }
      all.insert(callers.begin(), callers.end());
    }
    return all;
  }

  void review(FunctionId function) {
    const std::vector<TableStep> steps = analysis::table_steps(program_, facts_, tables_, function);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const analysis::TableUse& emptied = tables_.use(steps[i].use);
      if (!empties(program_, emptied) || is_memory(function, emptied)) continue;
      const auto filled =
          std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), [&](const TableStep& step) {
            const analysis::TableUse& use = tables_.use(step.use);
            return use.table == emptied.table && fills(use.operation) && in_one_clause(function, steps[i], step);
          });
      if (filled == steps.end() || !(is_innermost(steps[i], *filled) || is_in_helper(steps[i], *filled))) continue;
      judge(function, emptied.table, steps[i], *filled);
    }
  }

  // `fill(Table, Rows)` does both to a table that it is given: the gap is in there, in one clause of the helper.
  bool is_in_helper(const TableStep& a, const TableStep& b) const {
    const analysis::TableUse& emptied = tables_.use(a.use);
    const analysis::TableUse& filled = tables_.use(b.use);
    const FunctionId helper = program_.function_of(emptied.site);
    if (a.calls != b.calls || emptied.via.empty() || emptied.via != filled.via) return false;
    return helper == program_.function_of(filled.site) && in_one_clause(helper, emptied.site, filled.site);
  }

  // Two clauses of a callback answer two messages.
  bool in_one_clause(FunctionId function, const TableStep& a, const TableStep& b) const {
    return in_one_clause(function, a.calls[0], b.calls[0]);
  }

  bool in_one_clause(FunctionId function, CallId a, CallId b) const {
    const Unit& unit = program_.unit_of(function);
    const std::uint32_t first = unit.span(program_.call(a).expr).begin;
    const std::uint32_t second = unit.span(program_.call(b).expr).begin;
    for (const model::ClauseId id : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(id);
      const auto holds = [&](std::uint32_t at) { return clause.begin <= at && at < clause.end; };
      if (holds(first)) return holds(second);
    }
    return true;
  }

  // A caller of the function that does both would be told the same again.
  static bool is_innermost(const TableStep& a, const TableStep& b) { return a.calls[0] != b.calls[0]; }

  void judge(FunctionId function, TableId id, const TableStep& emptied, const TableStep& filled) {
    const Table& table = tables_.table(id);
    const bool shared = table.kind == analysis::TableKind::kEts || table.kind == analysis::TableKind::kMnesia;
    const bool dropped = tables_.use(emptied.use).operation == TableOperation::kDeleteTable;
    const bool named = std::any_of(table.creations.begin(), table.creations.end(), [](const analysis::TableCreation& creation) {
      return creation.named == analysis::TableSetting::kOn;
    });
    // Another table without a name is another table: readers have the one before.
    if (!shared || (dropped && !named) || only_in_init(function) || table.access() == analysis::TableAccess::kPrivate) return;
    const TableUsers readers = others(function, table);
    const source::Span given = readers.uses.empty() ? given_away(program_, facts_, table) : source::Span();
    if ((readers.uses.empty() && given.begin == given.end) || !reported_.insert({function, table.name}).second) return;
    report(function, table, emptied, filled, readers, given);
  }

  // Called by the owner's init alone, before anybody has the table to read.
  bool only_in_init(FunctionId function, int depth = 0) const {
    constexpr int kDeepest = 4;
    bool init = false;
    for (const Handler& handler : facts_.processes.handlers) {
      if (handler.function != function) continue;
      if (handler.kind != HandlerKind::kInit) return false;
      init = true;
    }
    if (init) return true;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(function);
    return depth < kDeepest && !incoming.empty() && std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
             const FunctionId caller = facts_.calls.callers[i];
             return caller == function || only_in_init(caller, depth + 1);
           });
  }

  // Emptied since it has grown too large: a memory of what can be computed again, which every reader does.
  bool is_memory(FunctionId function, const analysis::TableUse& emptied) const {
    return std::any_of(tables_.uses.begin(), tables_.uses.end(), [&](const analysis::TableUse& use) {
      return use.table == emptied.table && use.operation == TableOperation::kInfo &&
             (use.function == function || use.function == emptied.function);
    });
  }

  // A look-up in a function that computes and writes the row when it is not there: it takes no empty table for the truth.
  bool computes_on_miss(const analysis::TableUse& read) const {
    if (read.operation != TableOperation::kLookup) return false;
    const std::vector<TableStep> steps = analysis::table_steps(program_, facts_, tables_, read.function);
    return std::any_of(steps.begin(), steps.end(), [&](const TableStep& step) {
      return tables_.use(step.use).table == read.table && fills(tables_.use(step.use).operation);
    });
  }

  // Reads that some other process may make meanwhile.
  TableUsers others(FunctionId function, const Table& table) const {
    TableUsers readers = users_of(program_, facts_, tables_, table, reads_rows);
    const std::vector<ProcessId>& own = facts_.contexts.of(function).processes;
    std::erase_if(readers.uses, [&](analysis::TableUseId use) {
      if (computes_on_miss(tables_.use(use))) return true;
      const analysis::Context& context = facts_.contexts.of(tables_.use(use).function);
      return !context.many && context.flags == 0 && context.processes == own;
    });
    return readers;
  }

  void report(FunctionId function, const Table& table, const TableStep& emptied, const TableStep& filled,
              const TableUsers& readers, source::Span given) {
    const bool erlang = in_erlang(program_, function);
    const bool helper = is_in_helper(emptied, filled);
    const source::Span place = call_span(program_, helper ? tables_.use(emptied.use).site : emptied.calls[0]);
    Finding finding = found_in(reporter_, program_, function, place);
    // A function that no process in sight runs may be all that works with the table at that time.
    const bool served = !facts_.contexts.of(function).processes.empty() || facts_.contexts.of(function).many;
    finding.severity = served ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message =
        finding.function + " empties the table " + table.name + " and fills it again: whoever reads it in between finds nothing";
    finding.why =
        "Each ETS call is atomic and two are not. Readers do not wait for the refill: they take the empty table for the truth, "
        "answer \"not found\", or load everything again at the same moment.";
    finding.fix =
        erlang ? "Insert the new rows over the old ones with one `ets:insert(Table, Rows)` and delete the keys that are gone "
                 "afterwards; or fill a second table and publish it with persistent_term or `ets:rename/2`."
               : "Insert the new rows over the old ones with one `:ets.insert(table, rows)` and delete the keys that are gone "
                 "afterwards; or fill a second table and publish it with :persistent_term.";
    finding.path = {{place, finding.function + " empties it"}};
    append_chain(program_, facts_, {filled.calls.begin(), filled.calls.end() - 1}, finding.path);
    const analysis::TableUse& fill = tables_.use(filled.use);
    finding.path.push_back({call_span(program_, helper ? fill.site : fill.outermost()), "and fills it again here"});
    if (readers.uses.empty()) finding.path.push_back({given, "whoever gets the table's id here may read it at that moment"});
    for (findings::Step& step : steps_of(program_, facts_, tables_, readers, 2)) finding.path.push_back(std::move(step));
    finding.key = table.name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Tables& tables_;
  std::set<std::pair<FunctionId, std::string>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& non_atomic_refresh() {
  static const Rule rule{{.code = "BW511",
                          .name = "non-atomic-refresh",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A table that is emptied and filled again while others read it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
