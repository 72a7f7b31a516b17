// A collection that a long-lived process or a table only ever adds to is a leak with a name: with keys that come from requests,
// sessions or peers it grows until the node has no memory left, and every collection of the process's heap takes longer on the
// way.
#include <algorithm>
#include <set>

#include "analysis/left_rows.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/endless.h"
#include "rules/left_entries.h"
#include "rules/nested_growth.h"
#include "rules/support.h"
#include "rules/table_users.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::Count;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;
using analysis::Table;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableUse;

bool takes_away(TableOperation operation) { return operation == TableOperation::kDeleteKey || analysis::sweeps(operation); }

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
    const std::vector<EntryOfTheDead> dead = entries_of_the_dead(program_, facts_);
    for (const EntryOfTheDead& entry : dead) {
      if (!lives_long(facts_.process(entry.process))) continue;
      told_.insert({entry.write->function, entry.write->place});
      report_dead(entry);
    }
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const Process& process = facts_.process(ProcessId(i));
      if (!is_wanted(ProcessId(i))) continue;
      if (lives_long(process) || is_server_of_many(process)) of_state(ProcessId(i));
      if (lives_long(process) && process.kind == ProcessKind::kGenServer) of_dictionary(ProcessId(i));
    }
    for (const Table& table : tables_.tables) {
      if (table.kind == analysis::TableKind::kEts) of_table(table);
    }
    for (const DeletionByRow& deletion : deletions_by_row(program_, facts_, tables_)) report_deletion(deletion);
    for (const analysis::RowLeft& row : analysis::rows_left(program_, facts_)) report_row(row);
  }

 private:
  static bool lives_long(const Process& process) {
    return process.count != Count::kMany && process.kind != ProcessKind::kRequest && process.kind != ProcessKind::kTask &&
           process.kind != ProcessKind::kSupervisor;
  }

  // One of many servers, of devices or replications, lives on as well; what is kept for each of its own sessions ends with it, so
  // only keys that are new with every message count there.
  static bool is_server_of_many(const Process& process) {
    return process.count == Count::kMany && (process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem);
  }

  // ---- State

  // Is anything of the process's state written in a file whose findings are wanted?
  bool is_wanted(ProcessId id) const {
    const std::vector<StateField>& fields = states_.of(id).fields;
    return reporter_.wants(program_, facts_.process(id).module) ||
           std::any_of(fields.begin(), fields.end(), [&](const StateField& field) { return is_wanted(field); });
  }

  bool is_wanted(const StateField& field) const {
    return std::any_of(field.writes.begin(), field.writes.end(),
                       [&](const StateWrite& write) { return reporter_.wants(program_, write.function); });
  }

  // A table is told of where something is put into it.
  bool is_wanted(const Table& table) const {
    return std::any_of(table.uses.begin(), table.uses.end(), [&](analysis::TableUseId id) {
      const TableUse& use = tables_.use(id);
      return reporter_.wants(program_, use.function) || reporter_.wants(program_, program_.function_of(use.site));
    });
  }

  void of_state(ProcessId id) {
    const Process& process = facts_.process(id);
    const analysis::StateClass& state = states_.of(id);
    const bool many = !lives_long(process);
    of_nested(id);
    if (!state.complete && takes_anything_out(process.module)) return;
    for (const StateField& field : state.fields) {
      if (!field.only_gains() || !is_wanted(field)) continue;
      for (const StateWrite& write : field.writes) {
        if (write.initial || !write.changes.has(Change::kGains) || !in_production(program_, facts_, write.function)) continue;
        if (!field.name && is_map_update(write) && takes_anything_out(process.module)) continue;
        const ExprId key = key_of(write);
        Endless end = endless(program_, facts_, write.function, key);
        // A measurement at each tick is another item, whatever it is.
        if (end == Endless::kNo && key && program_.unit_of(write.function).expr(key).kind == ExprKind::kCall &&
            is_longer_list(write) && is_run_by_timer(write))
          end = Endless::kYes;
        if (end == Endless::kNo || (many && !is_new_each_time(program_, facts_, write.function, key))) continue;
        if (is_longer_list(write) && is_run_by_timer(write)) end = Endless::kYes;
        if (told_.count({write.function, write.place}) == 0) report_state(id, field, write, key, end);
        break;
      }
    }
  }

  // `{Free, Waiting#{Pid => true}}`: which element of a tuple a helper takes from is hard to tell.
  bool is_map_update(const StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    const ExprId value = write.value ? analysis::local_value(unit, write.value) : ExprId();
    return value && unit.expr(value).kind == ExprKind::kMap && unit.expr(value).has(model::kUpdate);
  }

  // put(Key, …) for each message, and no erase: the process dictionary is as much a part of the process as its state.
  void of_dictionary(ProcessId id) {
    const ModuleId module = facts_.process(id).module;
    CallId found;
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || program_.call(site).capture) continue;
        const bool dictionary = external->module == sym::erlang || external->module.text() == "Elixir.Process";
        if (!dictionary) continue;
        if (external->name.text() == "erase" || external->name.text() == "delete") return;
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        if (found || external->name.text() != "put" || arguments.size() != 2 || !in_production(program_, facts_, function))
          continue;
        if (endless(program_, facts_, function, arguments[0]) == Endless::kYes && serves(id, function)) found = site;
      }
    }
    if (!found) return;
    StateField field;
    field.name = intern("its process dictionary");
    const FunctionId function = program_.function_of(found);
    const StateWrite write{
        function, program_.call(found).expr, {}, {}, analysis::handlers_running(program_, facts_, id, function), false};
    report_state(id, field, write, arguments_of(program_, found)[0], Endless::kYes);
  }

  // Does a message make the process run the function, and not only its start?
  bool serves(ProcessId id, FunctionId function) const {
    const std::vector<HandlerId> handlers = analysis::handlers_running(program_, facts_, id, function);
    return std::any_of(handlers.begin(), handlers.end(), [&](HandlerId handler) {
      const HandlerKind kind = facts_.handler(handler).kind;
      return kind == HandlerKind::kCall || kind == HandlerKind::kCast || kind == HandlerKind::kInfo;
    });
  }

  // A map inside of a record or struct of the state, which the fields of the state do not show.
  void of_nested(ProcessId id) {
    const Process& process = facts_.process(id);
    const analysis::StateClass& state = states_.of(id);
    for (const NestedGain& gain : nested_gains(program_, facts_, process.module)) {
      if (state.field(gain.field) != nullptr || !in_production(program_, facts_, gain.function)) continue;
      if (!is_new_each_time(program_, facts_, gain.function, gain.key)) continue;
      if (!serves(id, gain.function)) continue;
      const StateField field{gain.field, -1, {}};
      const StateWrite write{gain.function, gain.place, {}, {}, analysis::handlers_running(program_, facts_, id, gain.function),
                             false};
      report_state(id, field, write, gain.key, Endless::kYes);
    }
  }

  // [Item | Items], Items ++ New: longer by each message, whether the item is new or not.
  bool is_longer_list(const StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    const ExprId value = write.value ? analysis::local_value(unit, write.value) : ExprId();
    if (!value) return false;
    const model::Expr& e = unit.expr(value);
    return (e.kind == ExprKind::kList && e.has(model::kHasTail)) || (e.kind == ExprKind::kOperator && e.symbol().text() == "++");
  }

  // The message comes from a timer of the process itself, without end.
  bool is_run_by_timer(const StateWrite& write) const {
    return std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId id) {
      if (facts_.handler(id).kind != HandlerKind::kInfo) return false;
      const Symbol tag = facts_.handler(id).pattern.tag;
      return tag && arms_timer(program_.module_of(write.function), facts_.handler(id).function, tag);
    });
  }

  // The module makes the message come again and again: by send_interval, or by the handler itself.
  bool arms_timer(ModuleId module, FunctionId handler, Symbol tag) const {
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || !external->row || !external->row->effects.has(Effect::kTimer)) continue;
        if (external->name.text().find("interval") == std::string_view::npos && !reaches(handler, function, 2)) continue;
        const Unit& unit = program_.unit_of(site);
        for (const ExprId argument : arguments_of(program_, site)) {
          if (analysis::outline(unit, program_.call_units[site.index], argument).tag == tag) return true;
        }
      }
    }
    return false;
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
        if (e.kind == ExprKind::kOperator && e.symbol().text() == "++") {
          for (const ExprId part : unit.children_of(e)) {
            const model::Expr& list = unit.expr(part);
            if (list.kind == ExprKind::kList && !list.has(model::kHasTail) && list.child_count > 0) key = unit.child(part, 0);
          }
          return static_cast<bool>(key);
        }
        if (e.kind == ExprKind::kMap && e.has(model::kUpdate) && !e.symbol() && e.child_count > 2) {
          const ExprId written = unit.child(id, 1);
          if (!analysis::written_key(unit, written)) key = written;
          return static_cast<bool>(key);
        }
        if (e.kind != ExprKind::kCall) return false;
        const analysis::External* external = facts_.calls.external(CallId(unit.first_call + e.payload));
        if (!external) return false;
        if (external->name.text() == "put_in" && e.child_count == 3 && unit.expr(unit.child(id, 1)).kind == ExprKind::kList) {
          const auto keys = unit.children_of(unit.child(id, 1));
          if (keys.size() > 1) key = keys.back();
          return static_cast<bool>(key);
        }
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
                      (entry.leaves ? " until it is asked to forget it" : " for ever") +
                      ", and never hears when that process dies";
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

  void report_row(const analysis::RowLeft& row) {
    const TableUse& use = tables_.use(row.insertion);
    const FunctionId function = program_.function_of(use.site);
    if (!reporter_.wants(program_, function) || endless(program_, facts_, function, row.key) != Endless::kYes) return;
    const Unit& unit = program_.unit_of(function);
    const Table& table = tables_.table(row.table);
    const Handler& adds = facts_.handler(row.adds);
    const std::string deletes = analysis::display_handler(program_, facts_, facts_.handler(row.deletes));
    const std::string shown = analysis::display_handler(program_, facts_, adds);
    const model::Clause& clause = program_.unit_of(adds.function).clause(adds.clause);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, use.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " adds a row to the table " + table.name + " under " +
                      source_text(program_, unit, row.key, 40) + " for " + shown + ", and only " + deletes +
                      " deletes one, by a timer that is not armed then";
    finding.why =
        "A table is not collected: a row whose deletion nobody has planned stays until the owner ends, and each such message "
        "adds "
        "another.";
    finding.fix = in_erlang(program_, function)
                      ? "Arm the timer in that clause as well; or keep a time in the row and sweep by a timer: "
                        "`ets:select_delete(Table, [{{'_', '_', '$1'}, [{'<', '$1', Limit}], [true]}])`."
                      : "Arm the timer in that clause as well; or keep a time in the row and sweep by a timer with "
                        "`:ets.select_delete/2`.";
    finding.path = {
        {finding.span, finding.function + " adds a row"},
        {{program_.unit_of(adds.function).file, clause.begin, clause.end}, "run by " + shown + ", which arms no timer"},
        {call_span(program_, row.armed), "elsewhere the timer is armed whose message deletes the row"}};
    finding.key = "row left in " + table.name;
    report_weighed(reporter_, std::move(finding));
  }

  void of_table(const Table& table) {
    if (table.creations.empty() || !is_wanted(table)) return;
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
      Endless end = key ? endless(program_, facts_, program_.function_of(use.site), key) : Endless::kNo;
      if (end == Endless::kPerhaps && is_message_by_id(use, key)) end = Endless::kYes;
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
    return (context.flags & analysis::kFromOutside) != 0;
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

  // {Id, Message}: what was sent is kept under its number.
  bool is_message_by_id(const TableUse& use, ExprId key) const {
    const Unit& unit = program_.unit_of(use.site);
    const auto is_called = [&](ExprId id, std::initializer_list<std::string_view> names) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
      const std::string_view name = unit.variables[e.payload].name.text();
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (!is_called(key, {"Id", "id", "ID", "MessageId", "MsgId", "EventId"})) return false;
    const std::span<const ExprId> arguments = arguments_of(program_, use.site);
    return arguments.size() >= 2 && any_below(unit, analysis::local_value(unit, arguments[1]), [&](ExprId id) {
             return is_called(id,
                              {"Message", "message", "Msg", "msg", "Event", "event", "Payload", "payload", "Packet", "packet"});
           });
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
  std::set<std::pair<FunctionId, ExprId>> told_;  // writes that entries of the dead speak of
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
