// One call of ets is atomic, two are not: a row that is looked up, changed and inserted again overwrites what another process
// wrote in between. So does a counter whose first row is inserted where the increment failed: two processes fail, and both
// insert 1.
#include <algorithm>
#include <set>

#include "rules/created_twice.h"
#include "rules/load.h"
#include "rules/table_users.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Context;
using analysis::Table;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableUse;
using analysis::TableUseId;
using model::Expr;
using model::VariableId;

bool looks_up(TableOperation operation) { return operation == TableOperation::kLookup; }

// What comes from the looked-up row, and what was computed from it.
struct Derived {
  std::vector<VariableId> read;
  std::vector<VariableId> computed;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), tables_(analysis::tables_of(program, facts)) {}

  void run() {
    std::set<FunctionId> writers;
    for (const TableUse& use : tables_.uses) {
      if (use.operation == TableOperation::kInsert && use.via.empty()) writers.insert(use.function);
    }
    for (const FunctionId function : writers) {
      if (in_production(program_, facts_, function) && is_shared(function) && !is_locked(function)) review(function);
    }
    for (const CreatedTwice& twice : created_twice(program_, facts_)) report_twice(twice);
  }

 private:
  // Several processes run it at a time: requests, tasks, different servers, or whoever calls an interface.
  bool is_shared(FunctionId function) const {
    const Context& context = facts_.contexts.of(function);
    if ((context.flags & (analysis::kInRequest | analysis::kInTask)) != 0 || context.processes.size() >= 2) return true;
    return is_interface(function);
  }

  bool is_interface(FunctionId function) const {
    const Context& context = facts_.contexts.of(function);
    const model::Function& row = program_.function(function);
    return (context.flags & analysis::kFromOutside) != 0 && context.processes.empty() && row.has(model::kPublic) &&
           row.arity > 0 && !row.name.text().starts_with("handle_");
  }

  void report_twice(const CreatedTwice& twice) {
    const FunctionId client = program_.function_of(twice.looked_up);
    const std::string name = tables_.table(twice.table).name;
    const std::string shown = analysis::display_handler(program_, facts_, facts_.handler(twice.handler));
    const std::string made = callee_text(program_, facts_, twice.created);
    Finding finding = found_in(reporter_, program_, program_.function_of(twice.created), call_span(program_, twice.created));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " creates with " + made + " what " + model::display_function(program_, client) +
                      " did not find in " + name +
                      ", and does not look again: of two who miss at once, the second takes the place of the first";
    finding.why =
        "Between the look-up of a client and its turn at the server another one may have asked the same. The server then makes "
        "another one and writes over the row: what the first caller has got is no longer found by anybody, and never given back.";
    finding.fix = in_erlang(program_, client) ? "Look again in the server before it creates: `case ets:lookup(Table, Key) of "
                                                "[{_, There}] -> {reply, There, State}; [] -> … end`."
                                              : "Look again in the server before it creates: `case :ets.lookup(table, key) do "
                                                "[{_, there}] -> {:reply, there, state}; [] -> … end`.";
    finding.path = {{call_span(program_, twice.looked_up), model::display_function(program_, client) + " looks it up"},
                    {call_span(program_, twice.asked), "asks for it where nothing is found"},
                    {finding.span, shown + " makes a new one"},
                    {call_span(program_, twice.inserted), "and writes over what is there by now"}};
    finding.key = "created twice " + name;
    report_weighed(reporter_, std::move(finding));
  }

  // A lock of the program's own, or a transaction, around it: here or in a function that calls it.
  bool is_locked(FunctionId function) const {
    const auto locks = [&](FunctionId f) {
      const auto calls = program_.calls_of(f);
      return std::any_of(calls.begin(), calls.end(), [&](CallId site) {
        const std::string_view name = program_.call(site).name.text();
        return name.find("lock") != name.npos || name.find("trans") != name.npos || name.find("isolated") != name.npos;
      });
    };
    if (locks(function)) return true;
    const auto incoming = facts_.calls.incoming_of(function);
    return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t edge) { return locks(facts_.calls.callers[edge]); });
  }

  void review(FunctionId function) {
    const std::span<const TableUseId> uses = tables_.uses_in(function);
    for (const TableUseId written : uses) {
      const TableUse& insert = tables_.use(written);
      if (insert.operation != TableOperation::kInsert || !insert.via.empty() || !may_be_shared(tables_.table(insert.table)))
        continue;
      if (reported_.contains({function, insert.table})) continue;
      for (const TableUseId other : uses) {
        const TableUse& use = tables_.use(other);
        if (use.table != insert.table || !use.via.empty() || use.possible || insert.possible) continue;
        if (looks_up(use.operation) && is_written_back(function, use, insert)) report(function, use, insert, false);
        if (use.operation == TableOperation::kUpdateCounter && is_first_row(function, use, insert))
          report(function, use, insert, true);
        if (reported_.contains({function, insert.table})) break;
      }
    }
  }

  // A public table that the sources make under a name, and whose rows are keyed; Mnesia's operations outside of a transaction.
  static bool may_be_shared(const Table& table) {
    if (table.kind == analysis::TableKind::kMnesia) return true;
    if (table.kind != analysis::TableKind::kEts || table.creations.empty() || table.access() != analysis::TableAccess::kPublic)
      return false;
    return std::all_of(table.creations.begin(), table.creations.end(), [](const analysis::TableCreation& creation) {
      const std::string_view type = creation.type.text();
      return creation.named == analysis::TableSetting::kOn && type != "bag" && type != "duplicate_bag";
    });
  }

  bool is_dirty(CallId site) const { return program_.call(site).name.text().starts_with("dirty_"); }

  ExprId argument(CallId site, std::size_t index) const {
    const std::span<const ExprId> arguments = analysis::arguments_of(program_, site);
    return index < arguments.size() ? arguments[index] : ExprId();
  }

  std::string text(FunctionId function, ExprId expr) const {
    return expr ? source_text(program_, program_.unit_of(function), expr) : std::string();
  }

  bool is_before(FunctionId function, CallId a, CallId b) const {
    const Unit& unit = program_.unit_of(function);
    return unit.expr(program_.call(a).expr).begin < unit.expr(program_.call(b).expr).begin;
  }

  // insert(T, {Key, …}), update_element(T, Key, …), dirty_write(Tab, Record).
  bool has_key(FunctionId function, const TableUse& insert, ExprId key, const Derived& derived) const {
    const Unit& unit = program_.unit_of(function);
    ExprId row = argument(insert.site, 1);
    if (!row || !key) return false;
    if (program_.call(insert.site).name.text() == "update_element") return text(function, row) == text(function, key);
    if (unit.expr(row).kind == ExprKind::kList && unit.expr(row).child_count == 1) row = unit.children_of(row)[0];
    if (unit.expr(row).kind != ExprKind::kTuple || unit.expr(row).child_count == 0) return true;
    const ExprId first = unit.children_of(row)[0];
    return text(function, first) == text(function, key) || mentions(unit, first, derived.read);
  }

  // Is the key one of the process's own: self() or something in its hands alone?
  bool is_own(FunctionId function, ExprId key) const {
    const Unit& unit = program_.unit_of(function);
    return any_below(unit, key, [&](ExprId id) {
      const Expr& expr = unit.expr(id);
      return (expr.kind == ExprKind::kCall && text(function, id).ends_with("self()")) || expr.kind == ExprKind::kField;
    });
  }

  bool is_written_back(FunctionId function, const TableUse& lookup, const TableUse& insert) const {
    const bool mnesia = tables_.table(insert.table).kind == analysis::TableKind::kMnesia;
    if (mnesia && (!is_dirty(lookup.site) || !is_dirty(insert.site))) return false;
    const Unit& unit = program_.unit_of(function);
    const ExprId row = argument(insert.site, program_.call(insert.site).arity - 1);
    const ExprId source = program_.call(lookup.site).expr;
    const ExprId key = argument(lookup.site, 1);
    if (!row || is_own(function, key) || !in_one_closure(lookup.site, insert.site)) return false;
    const Derived derived = derived_from(function, source);
    return has_key(function, insert, key, derived) && is_computed(unit, row, source, derived);
  }

  bool in_one_closure(CallId a, CallId b) const { return program_.call(a).closure == program_.call(b).closure; }

  // Everything in the function that is bound to the looked-up row or computed from it, in order of the text.
  Derived derived_from(FunctionId function, ExprId source) const {
    const Unit& unit = program_.unit_of(function);
    Derived derived;
    const auto holds = [&](ExprId root) { return any_below(unit, root, [&](ExprId id) { return id == source; }); };
    for (const model::ClauseId id : program_.function(function).clauses) {
      any_below(unit, unit.clause(id).body, [&](ExprId at) {
        const Expr& expr = unit.expr(at);
        if (expr.kind == ExprKind::kMatch || expr.kind == ExprKind::kGenerator) {
          const std::span<const ExprId> sides = unit.children_of(expr);
          bind(unit, sides[1], holds(sides[1]), sides[1] == source, bound_in(unit, sides[0]), derived);
        } else if (expr.kind == ExprKind::kCase && expr.child_count != 0) {
          const ExprId subject = unit.children_of(expr)[0];
          for (const model::ClauseId clause : unit.clauses_of(expr)) {
            for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
              bind(unit, subject, holds(subject), subject == source, bound_in(unit, pattern), derived);
            }
          }
        }
        return false;
      });
    }
    return derived;
  }

  // The variables that get their value in a pattern; in Erlang others are compared there.
  static std::vector<VariableId> bound_in(const Unit& unit, ExprId pattern) {
    std::vector<VariableId> variables;
    any_below(unit, pattern, [&](ExprId id) {
      const Expr& expr = unit.expr(id);
      if (expr.kind == ExprKind::kVariable && expr.has(model::kBinds)) variables.push_back(VariableId(expr.payload));
      return false;
    });
    return variables;
  }

  static void bind(const Unit& unit, ExprId value, bool holds, bool bare, const std::vector<VariableId>& variables,
                   Derived& derived) {
    const bool is_variable = unit.expr(value).kind == ExprKind::kVariable;
    const bool computed = !bare && !is_variable && (mentions(unit, value, derived.read) || holds);
    if (computed || (is_variable && mentions(unit, value, derived.computed)) || mentions(unit, value, derived.computed)) {
      derived.computed.insert(derived.computed.end(), variables.begin(), variables.end());
    } else if (bare || mentions(unit, value, derived.read)) {
      derived.read.insert(derived.read.end(), variables.begin(), variables.end());
    }
  }

  // Is something in the row computed from what was read: a sum, a longer list, a changed map or record?
  static bool is_computed(const Unit& unit, ExprId row, ExprId source, const Derived& derived) {
    if (mentions(unit, row, derived.computed)) return true;
    return any_below(unit, row, [&](ExprId id) {
      const Expr& expr = unit.expr(id);
      if (id == source) return true;
      const bool changes = expr.kind == ExprKind::kOperator || expr.kind == ExprKind::kCall || expr.kind == ExprKind::kList ||
                           (expr.kind == ExprKind::kMap && expr.has(model::kUpdate));
      return changes && id != row && mentions(unit, id, derived.read);
    });
  }

  // try update_counter … catch … -> insert({Key, 1}); case member(…) of true -> update_counter …; false -> insert({Key, 1}) end.
  bool is_first_row(FunctionId function, const TableUse& counter, const TableUse& insert) const {
    if (program_.call(counter.site).arity != 3 || tables_.table(insert.table).kind != analysis::TableKind::kEts) return false;
    const ExprId key = argument(counter.site, 1);
    if (!key || is_own(function, key) || !has_key(function, insert, key, {})) return false;
    return is_other_way(function, program_.call(counter.site).expr, program_.call(insert.site).expr);
  }

  // Does the insert stand in a handler of the try around the counter, or in another clause of the same case?
  bool is_other_way(FunctionId function, ExprId counter, ExprId insert) const {
    const Unit& unit = program_.unit_of(function);
    const Expr& first = unit.expr(counter);
    const Expr& second = unit.expr(insert);
    const auto covers = [](std::uint32_t begin, std::uint32_t end, const Expr& expr) {
      return begin <= expr.begin && expr.end <= end;
    };
    for (ExprId id = insert; id; id = unit.parent(id)) {
      const Expr& expr = unit.expr(id);
      if ((expr.kind != ExprKind::kCase && expr.kind != ExprKind::kTry) || !covers(expr.begin, expr.end, first)) continue;
      if (expr.kind == ExprKind::kTry) {
        const Expr& body = unit.expr(unit.children_of(expr)[0]);
        return covers(body.begin, body.end, first) && !covers(body.begin, body.end, second);
      }
      for (const model::ClauseId c : unit.clauses_of(expr)) {
        const model::Clause& clause = unit.clause(c);
        if (covers(clause.begin, clause.end, second)) return !covers(clause.begin, clause.end, first);
      }
      return false;
    }
    return false;
  }

  void report(FunctionId function, const TableUse& read, const TableUse& insert, bool counter) {
    reported_.insert({function, insert.table});
    const bool erlang = in_erlang(program_, function);
    const Table& table = tables_.table(insert.table);
    const bool mnesia = table.kind == analysis::TableKind::kMnesia;
    Finding finding = found_in(reporter_, program_, function, call_span(program_, insert.site));
    finding.confidence = is_interface(function) || counter ? Confidence::kPossible : Confidence::kLikely;
    finding.message = counter ? finding.function + " inserts the first row of a counter in the table " + table.name +
                                    " where the increment found none: of two processes that do, one count is lost"
                              : finding.function + " writes back to the table " + table.name +
                                    " what it computed from a row it read before: what another process wrote in between is lost";
    finding.why =
        std::string(mnesia ? "A dirty read and a dirty write are two operations, and nothing keeps others out between them."
                           : "Each ETS call is atomic and two are not.") +
        " Two processes read the same row, both change it, and the later one overwrites what the earlier one wrote: counts, "
        "list entries and fields vanish without an error, the more the busier the system is.";
    finding.fix = fix_for(erlang, counter, mnesia);
    finding.path = {{call_span(program_, read.site),
                     finding.function + (counter ? " counts here, which fails where there is no row" : " reads the row")},
                    {call_span(program_, insert.site), counter ? "and inserts the first one here" : "and writes it back here"}};
    const std::string who = runners_text(function);
    if (!who.empty()) finding.path.push_back({call_span(program_, insert.site), "run by " + who});
    finding.key = table.name;
    report_weighed(reporter_, std::move(finding));
  }

  std::string runners_text(FunctionId function) const {
    const Context& context = facts_.contexts.of(function);
    TableUsers runners;
    runners.classes = context.processes;
    runners.requests = (context.flags & analysis::kInRequest) != 0;
    runners.tasks = (context.flags & analysis::kInTask) != 0;
    return users_text(program_, facts_, runners);
  }

  static std::string fix_for(bool erlang, bool counter, bool mnesia) {
    if (mnesia) {
      return erlang ? "Do both in one `mnesia:transaction/1` (or `mnesia:dirty_update_counter/3` for a count)."
                    : "Do both in one `:mnesia.transaction/1` (or `:mnesia.dirty_update_counter/3` for a count).";
    }
    if (counter) {
      return erlang ? "Give the row that counts from as the default: `ets:update_counter(Table, Key, {2, 1}, {Key, 0})`."
                    : "Give the row that counts from as the default: `:ets.update_counter(table, key, {2, 1}, {key, 0})`.";
    }
    return erlang ? "Let one call do it: `ets:update_counter/4` for counts, `ets:insert_new/2` where the first one wins, "
                    "`ets:select_replace/2` "
                    "with the old row in its pattern and a retry; or let one process own all writes of the row."
                  : "Let one call do it: `:ets.update_counter/4` for counts, `:ets.insert_new/2` where the first one wins, "
                    "`:ets.select_replace/2` with the old row in its pattern and a retry; or let one process own all writes of "
                    "the row.";
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Tables& tables_;
  std::set<std::pair<FunctionId, analysis::TableId>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& lost_update() {
  static const Rule rule{{.code = "BW515",
                          .name = "lost-update",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A row read, changed and written back by several processes: the last one wins"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
