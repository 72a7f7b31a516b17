// A collection that a long-lived process or a table only ever adds to is a leak with a name: with keys that come from requests,
// sessions or peers it grows until the node has no memory left, and every collection of the process's heap takes longer on the
// way.
#include <algorithm>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/left_entries.h"
#include "rules/origin.h"
#include "rules/support.h"
#include "rules/table_users.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::PossibleKind;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;
using analysis::Table;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableUse;

bool takes_away(TableOperation operation) {
  switch (operation) {
    case TableOperation::kDeleteKey:
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
// Counters are added with the arity that takes the row to begin with.
bool adds(const Program& program, const TableUse& use) {
  if (use.operation == TableOperation::kUpdateCounter) return arguments_of(program, use.site).size() == 4;
  return use.operation == TableOperation::kInsert || use.operation == TableOperation::kInsertNew;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program),
        facts_(facts),
        reporter_(reporter),
        states_(analysis::states_of(program, facts)),
        tables_(analysis::tables_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      if (lives_long(facts_.process(ProcessId(i)))) of_state(ProcessId(i));
    }
    for (const Table& table : tables_.tables) {
      if (table.kind == analysis::TableKind::kEts) of_table(table);
    }
    for (const EntryOfTheDead& entry : entries_of_the_dead(program_, facts_)) {
      if (lives_long(facts_.process(entry.process))) report_dead(entry);
    }
    for (const DeletionByRow& deletion : deletions_by_row(program_, facts_, tables_)) report_deletion(deletion);
  }

 private:
  static bool lives_long(const Process& process) {
    return process.count != Count::kMany && process.kind != ProcessKind::kRequest && process.kind != ProcessKind::kTask &&
           process.kind != ProcessKind::kSupervisor;
  }

  // How sure it is that there is no end of a key.
  enum class Endless : std::uint8_t { kNo, kPerhaps, kYes };
  Endless endless(FunctionId function, ExprId key) const {
    if (!key) return Endless::kNo;
    if (is_node(program_.unit_of(function), key)) return Endless::kNo;
    const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, key);
    for (const PossibleKind kind :
         {PossibleKind::kProcess, PossibleKind::kCaller, PossibleKind::kMonitor, PossibleKind::kReference, PossibleKind::kTask,
          PossibleKind::kSocket, PossibleKind::kOutside}) {
      if (values.has(kind)) return Endless::kYes;
    }
    if (!values.unknown && !values.message && !values.all.empty() && !values.has(PossibleKind::kGiven)) return Endless::kNo;
    switch (origin_of(program_, facts_, function, key).kind) {
      case OriginKind::kFixed:
      case OriginKind::kBounded:
      case OriginKind::kSettings:
        return Endless::kNo;
      case OriginKind::kOutside:
      case OriginKind::kText:
      case OriginKind::kGrowing:
        return Endless::kYes;
      default:
        return is_identity(program_.unit_of(function), key) ? Endless::kYes : Endless::kPerhaps;
    }
  }

  // There are as many as there are nodes, modules or applications.
  static bool is_node(const Unit& unit, ExprId key) {
    const model::Expr& e = unit.expr(key);
    if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    const std::string_view name = unit.variables[e.payload].name.text();
    return name == "Node" || name == "node" || name == "Module" || name == "module" || name == "Mod" || name == "App" ||
           name == "app";
  }

  // Variables and fields whose name says that each session, request or peer has another one.
  static bool is_identity(const Unit& unit, ExprId key) {
    return any_below(unit, key, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      std::string name;
      if (e.kind == ExprKind::kVariable && e.payload < unit.variables.size()) name = unit.variables[e.payload].name.text();
      if (e.kind == ExprKind::kField) name = e.symbol().text();
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      for (const std::string_view word :
           {"hash",   "pubkey",     "session", "device_id", "user",  "peer",       "client",    "address",  "ip",
            "jid",    "uuid",       "token",   "txid",      "tx_id", "request_id", "requestid", "msgid",    "msg_id",
            "job_id", "message_id", "conn",    "pid",       "email", "url",        "tenant",    "customer", "order_id"}) {
        if (name == word || name.starts_with(std::string(word) + "_") || name.ends_with("_" + std::string(word)) ||
            (word.size() >= 4 && name.ends_with(word))) {
          return true;
        }
      }
      return false;
    });
  }

  // ---- State

  void of_state(ProcessId id) {
    const analysis::StateClass& state = states_.of(id);
    if (!state.complete && takes_anything_out(facts_.process(id).module)) return;
    for (const StateField& field : state.fields) {
      if (!field.only_gains()) continue;
      for (const StateWrite& write : field.writes) {
        if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
        const ExprId key = key_of(write);
        const Endless end = endless(write.function, key);
        if (end == Endless::kNo) continue;
        report_state(id, field, write, key, end);
        break;
      }
    }
  }

  // Any call in the module that makes a collection smaller, whichever it is.
  bool takes_anything_out(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const Symbol name = program_.call(site).name;
        if (!name) return true;
        for (const std::string_view word :
             {"delete", "remove", "drop",  "pop",   "filter", "reject", "take",  "without", "prune",      "expire",
              "purge",  "clean",  "split", "clear", "reset",  "erase",  "evict", "out",     "difference", "subtract"}) {
          if (name.text().find(word) != std::string_view::npos) return true;
        }
      }
    }
    return false;
  }

  // The key of the entry that a write adds; an item for a list or set.
  ExprId key_of(const StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    ExprId key;
    const auto look = [&](ExprId root) {
      any_below(unit, root, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind == ExprKind::kList && e.has(model::kHasTail) && e.child_count == 2) {
          key = unit.child(id, 0);
          return true;
        }
        if (e.kind != ExprKind::kCall) return false;
        const analysis::External* external = facts_.calls.external(CallId(unit.first_call + e.payload));
        if (!external) return false;
        const analysis::Grown grown = analysis::growth_of(unit, id, *external);
        if (grown.growth != analysis::Growth::kGains || !grown.key) return false;
        key = grown.key;
        return true;
      });
    };
    if (write.value) look(analysis::local_value(unit, write.value));
    if (!key) look(write.place);
    return key;
  }

  void report_state(ProcessId id, const StateField& field, const StateWrite& write, ExprId key, Endless end) {
    const Unit& unit = program_.unit_of(write.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string what = field.name ? std::string(field.name.text()) : "the state";
    Finding finding = found_in(reporter_, program_, write.function, unit.span(write.place));
    finding.severity = end == Endless::kYes ? Severity::kMedium : Severity::kLow;
    finding.confidence = end == Endless::kYes ? Confidence::kLikely : Confidence::kPossible;
    finding.message =
        name + " adds an entry to " + what + " under " + source_text(program_, unit, key, 40) + " and never takes one out";
    finding.why =
        "A process collects what nothing refers to, and its state refers to every entry: the heap grows with each new key until "
        "the "
        "node has no memory, and each full collection on the way copies all of it.";
    finding.fix =
        "Take the entry out where its owner ends (monitor it, and delete in the DOWN clause), or give entries a time and "
        "sweep old ones with a timer; an ETS table keeps them out of the heap.";
    finding.path = {{finding.span, finding.function + " adds to " + what}};
    for (const HandlerId handler : write.handlers) {
      const Handler& h = facts_.handler(handler);
      finding.path.push_back({name_span(program_, h.function), "run by " + analysis::display_handler(program_, facts_, h)});
      break;
    }
    finding.key = what;
    report_weighed(reporter_, std::move(finding));
  }

  void report_dead(const EntryOfTheDead& entry) {
    const FunctionId function = entry.write->function;
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string name = process_name(program_, facts_, entry.process);
    const std::string what = entry.field->name ? std::string(entry.field->name.text()) : "the state";
    Finding finding = found_in(reporter_, program_, function, unit.span(entry.write->place));
    finding.severity = Severity::kMedium;
    finding.confidence = entry.known ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + " keeps " + source_text(program_, unit, entry.who, 40) + " in " + what +
                      " until it is asked to forget it, and never hears when that process dies";
    finding.why =
        "A process that crashes or is killed says goodbye to nobody: its entry stays, every message to it is made and sent "
        "to nobody, and each restart of it adds another entry.";
    finding.fix =
        erlang ? "Monitor it where the entry is made, `erlang:monitor(process, Pid)`, keep the reference and take the entry "
                 "out for {'DOWN', Ref, process, Pid, _}."
               : "Monitor it where the entry is made, `Process.monitor(pid)`, keep the reference and take the entry out for "
                 "`{:DOWN, ref, :process, pid, _}`.";
    finding.path = {{finding.span, finding.function + " adds to " + what},
                    {call_span(program_, entry.sends), "and here " + name + " sends to such a one"}};
    finding.key = "dead " + what;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Tables

  void report_deletion(const DeletionByRow& deletion) {
    const FunctionId function = program_.function_of(deletion.deletion);
    const bool erlang = in_erlang(program_, function);
    const Unit& unit = program_.unit_of(function);
    const std::string row = source_text(program_, unit, arguments_of(program_, deletion.deletion)[1], 40);
    const analysis::Table& table = tables_.table(deletion.table);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, deletion.deletion));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " deletes from the table " + table.name + " with the row " + row +
                      " where its key is asked for: nothing is deleted";
    finding.why =
        "ets:delete/2 takes a key and says true also when there is no such row (stdlib: ets). The row stays, and the table "
        "grows by every new one.";
    finding.fix = erlang ? "Give the key alone, or the row to `ets:delete_object(Table, " + row + ")`."
                         : "Give the key alone, or the row to `:ets.delete_object(table, " + row + ")`.";
    finding.path = {{finding.span, "no row has the key " + row},
                    {call_span(program_, deletion.insertion), "rows of this shape are inserted here, under their first element"}};
    finding.key = "by row " + table.name + " " + row;
    report_weighed(reporter_, std::move(finding));
  }

  void of_table(const Table& table) {
    if (table.creations.empty()) return;
    for (const analysis::TableCreation& creation : table.creations) {
      if (!in_production(program_, facts_, creation.function)) return;
      for (const analysis::TableOwner& owner : creation.owners) {
        using Kind = analysis::TableOwnerKind;
        if (owner.kind == Kind::kTool || owner.kind == Kind::kTest || owner.kind == Kind::kRequest || owner.kind == Kind::kTask)
          return;
        if (owner.process && facts_.process(owner.process).count == Count::kMany) return;
      }
    }
    if (lost_deletion(table.module)) return;
    const TableUse* first = nullptr;
    Endless worst = Endless::kNo;
    ExprId worst_key;
    for (const analysis::TableUseId id : table.uses) {
      const TableUse& use = tables_.use(id);
      if (takes_away(use.operation) && !in_a_test(use.function)) {
        if (!is_own_sentinel(table, use)) return;
      }
      if (!adds(program_, use) || use.possible || !runs_often(use.function)) continue;
      const ExprId key = row_key(use, table);
      const Endless end = key ? endless(program_.function_of(use.site), key) : Endless::kNo;
      if (end <= worst) continue;
      worst = end;
      first = &use;
      worst_key = key;
    }
    if (first) report_table(table, *first, worst_key, worst);
  }

  bool in_a_test(FunctionId function) const {
    return (facts_.contexts.of(function).flags & ~static_cast<unsigned>(analysis::kInTest)) == 0 &&
           (facts_.contexts.of(function).flags & analysis::kInTest) != 0;
  }

  // An exported deletion that nobody in production calls takes nothing away.
  bool is_own_sentinel(const Table&, const TableUse& use) const {
    const model::Function& function = program_.function(use.function);
    if (!function.has(model::kPublic)) return false;
    const std::span<const std::uint32_t> incoming = facts_.calls.incoming_of(use.function);
    const analysis::Context& context = facts_.contexts.of(use.function);
    if (!context.processes.empty() || context.many || (context.flags & (analysis::kInRequest | analysis::kInTask)) != 0)
      return false;
    return !incoming.empty() && std::all_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
      return !in_production(program_, facts_, facts_.calls.callers[i]);
    });
  }

  // Somewhere in the module rows go, from a table that could not be told.
  bool lost_deletion(ModuleId module) const {
    return std::any_of(tables_.lost.begin(), tables_.lost.end(), [&](const analysis::LostTableUse& lost) {
      const FunctionId function = program_.function_of(lost.site);
      return takes_away(lost.operation) && function && program_.module_of(function) == module;
    });
  }

  bool runs_often(FunctionId function) const {
    if (!in_production(program_, facts_, function)) return false;
    const analysis::Context& context = facts_.contexts.of(function);
    constexpr std::uint16_t kBusy = analysis::kInRequest | analysis::kInTask;
    if ((context.flags & kBusy) != 0 || context.many) return true;
    for (const ProcessId process : context.processes) {
      for (const HandlerId id : facts_.process(process).handlers) {
        const Handler& handler = facts_.handler(id);
        const bool serves =
            handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo;
        if (serves && reaches(handler.function, function, 3)) return true;
      }
    }
    return (context.flags & analysis::kFromOutside) != 0 && context.processes.empty();
  }

  bool reaches(FunctionId from, FunctionId to, int depth) const {
    if (from == to) return true;
    if (depth == 0) return false;
    for (const std::uint32_t i : facts_.calls.incoming_of(to)) {
      if (facts_.calls.callers[i] != to && reaches(from, facts_.calls.callers[i], depth - 1)) return true;
    }
    return false;
  }

  // The first element of the row that is written.
  ExprId row_key(const TableUse& use, const Table& table) const {
    if (table.creations.front().key_position != 1) return {};
    const std::span<const ExprId> arguments = arguments_of(program_, use.site);
    const Unit& unit = program_.unit_of(use.site);
    if (!use.via.empty() || arguments.size() < 2) return {};
    if (use.operation == TableOperation::kUpdateCounter) return arguments[1];
    const ExprId row = analysis::local_value(unit, arguments[1]);
    const model::Expr& e = unit.expr(row);
    return e.kind == ExprKind::kTuple && e.child_count > 0 ? unit.child(row, 0) : ExprId();
  }

  void report_table(const Table& table, const TableUse& use, ExprId key, Endless end) {
    const Unit& unit = program_.unit_of(use.site);
    const bool erlang = in_erlang(program_, use.function);
    Finding finding = found_in(reporter_, program_, use.function, call_span(program_, use.site));
    const bool loud = end == Endless::kYes;
    finding.severity = loud ? Severity::kMedium : Severity::kLow;
    finding.confidence = loud ? Confidence::kLikely : Confidence::kPossible;
    finding.message = finding.function + " adds a row to the table " + table.name + " under " +
                      source_text(program_, unit, key, 40) + ", and nothing in the sources ever deletes one";
    finding.why =
        "A table is not collected: its rows stay until they are deleted or its owner ends, which is when the node stops. It "
        "grows by every new key.";
    finding.fix = erlang
                      ? "Keep a time in the row and sweep: `ets:select_delete(Table, [{{'_', '_', '$1'}, [{'<', '$1', Limit}], "
                        "[true]}])` by a timer; or delete the row where its session, request or peer ends."
                      : "Keep a time in the row and sweep with `:ets.select_delete/2` by a timer; or delete the row where its "
                        "session, request or peer ends.";
    finding.path = {{finding.span, finding.function + " adds a row"},
                    {call_span(program_, table.creations.front().site), "the table is made here and lives as long as its owner"}};
    finding.key = table.name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
  const Tables& tables_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& grows_for_ever() {
  static const Rule rule{{.code = "BW509",
                          .name = "grows-for-ever",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A collection in a process's state or a table that only ever gains entries"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
