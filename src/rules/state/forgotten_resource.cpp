// Tables and linked processes belong to the process that made them and end with it. In a process that lives on, one that is made
// for a piece of work and then forgotten stays: the next piece of work makes another one.
#include <algorithm>
#include <optional>
#include <set>

#include "analysis/closures.h"
#include "analysis/input.h"
#include "analysis/paths.h"
#include "analysis/possible_values.h"
#include "analysis/sites.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/handed_out.h"
#include "rules/left_open.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Acquisition;
using analysis::Count;
using analysis::Keeper;
using analysis::ProcessKind;
using analysis::WayOut;
using knowledge::Resource;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const FunctionId function : candidates()) {
      for (const Acquisition& acquisition : analysis::acquisitions_in(program_, facts_, function)) {
        if (acquisition.through) continue;
        if (acquisition.resource == Resource::kTable) of_table(acquisition);
        if (acquisition.resource == Resource::kProcess) of_process(acquisition);
      }
    }
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) of_helpers(ProcessId(i));
    for (const HandedOut& out : handed_out(program_, facts_)) report_pool(out);
    for (const LeftOpen& open : left_open(program_, facts_, reporter_)) report_open(open);
  }

 private:
  std::set<FunctionId> candidates() const {
    std::set<FunctionId> found;
    const auto makes = [](const analysis::External& external) {
      if (!external.row) return false;
      if (external.row->returns == Resource::kTable) return true;
      return external.row->returns == Resource::kProcess &&
             (external.name.text().starts_with("start_link") || is_connection(external));
    };
    for (const CallId site : analysis::sites_of(facts_.calls, makes)) {
      const FunctionId function = program_.call(site).capture ? FunctionId() : program_.function_of(site);
      if (!function || !in_production(program_, facts_, function)) continue;
      if (wants_caller(program_, facts_, reporter_, function, 1)) found.insert(function);
    }
    return found;
  }

  // AMQP.Connection.open, gun:open, epgsql:connect: a process of the library, which stands on its own or for a connection.
  static bool is_connection(const analysis::External& external) {
    const std::string_view module = external.module.text(), name = external.name.text();
    if (module.find("hannel") != std::string_view::npos || name.find("hannel") != std::string_view::npos) return false;
    const bool remote = external.row->effects.has(Effect::kDatabase) || external.row->effects.has(Effect::kSocket);
    return (remote || module == "gun") &&
           (name.starts_with("open") || name.starts_with("connect") || name == "start" || name == "start_connection");
  }

  // ---- Tables

  void of_table(const Acquisition& table) {
    const analysis::External& maker = *facts_.calls.external(table.site);
    const bool graph = maker.module.text() == "digraph";  // three tables
    if ((!graph && maker.module != sym::ets) || is_named(table.site) || lives_shortly(table.function)) return;
    // One that is loaded may have a name from when it was saved: then the result says nothing.
    const bool made = maker.name.text() == "new";
    const bool forgotten = graph ? is_only_worked_with(table) : table.kept.empty() && ends_without(table);
    if (made && forgotten && table.released.empty() && !table.variables.empty() && !is_initial(table.function)) {
      report(table, table.site, table.function,
             graph ? "makes a graph for each call and forgets it" : "makes a table for each call and forgets it");
      return;
    }
    const bool returned = !table.kept.empty() && std::all_of(table.kept.begin(), table.kept.end(),
                                                             [](const auto& kept) { return kept.keeper == Keeper::kReturned; });
    if (!returned || !table.released.empty()) return;
    for (const std::uint32_t i : facts_.calls.incoming_of(table.function)) {
      const CallId site = facts_.calls.edges[i].site;
      const FunctionId caller = facts_.calls.callers[i];
      const bool direct = facts_.calls.callees[site.index].function == table.function && !program_.call(site).capture;
      if (direct && in_production(program_, facts_, caller) && is_in_loop_of_receives(site, caller) &&
          is_put_over_another(table)) {
        report(table, site, caller, "puts a new table over the one before by each message and forgets that");
        continue;
      }
      if (!direct || !in_production(program_, facts_, caller) || lives_shortly(caller) || is_initial(caller)) continue;
      if (only_reads(site)) report(table, site, caller, "gets a new table by each call and forgets it");
    }
  }

  // `Config#config{table = ets:new(…)}` of a record that the function is given: what was in the field is nobody's now.
  bool is_put_over_another(const Acquisition& table) const {
    const Unit& unit = program_.unit_of(table.function);
    return std::any_of(table.kept.begin(), table.kept.end(), [&](const analysis::ResourceKept& kept) {
      return any_below(unit, kept.place, [&](ExprId at) {
        const model::Expr& e = unit.expr(at);
        if (e.kind != ExprKind::kMap || !e.has(model::kUpdate) || !mentions(unit, at, table.variables)) return false;
        return analysis::parameter_index(program_, table.function, unit.child(at, 0)).has_value();
      });
    });
  }

  // A clause of the receive of a function that goes on with itself: it runs by each message. One that deletes tables knows of
  // them.
  bool is_in_loop_of_receives(CallId site, FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    const auto calls = program_.calls_of(function);
    const bool loops = std::any_of(calls.begin(), calls.end(), [&](CallId call) {
      return facts_.calls.callees[call.index].function == function && !program_.call(call).capture;
    });
    if (!loops) return false;
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      if (unit.expr(around).kind != ExprKind::kReceive) continue;
      for (const model::ClauseId id : unit.clauses_of(unit.expr(around))) {
        const model::Clause& clause = unit.clause(id);
        if (at < clause.begin || at >= clause.end) continue;
        return std::none_of(calls.begin(), calls.end(), [&](CallId call) {
          const std::uint32_t place = unit.expr(program_.call(call).expr).begin;
          const analysis::External* external = facts_.calls.external(call);
          return place >= clause.begin && place < clause.end && external && external->row &&
                 external->row->releases == Resource::kTable;
        });
      }
    }
    return false;
  }

  // A graph is given to closures that fill it and to functions that walk over it; it is not returned, sent or kept.
  bool is_only_worked_with(const Acquisition& graph) const {
    const Unit& unit = program_.unit_of(graph.function);
    if (is_returned(graph) || is_deleted(graph)) return false;
    return std::all_of(graph.kept.begin(), graph.kept.end(), [&](const analysis::ResourceKept& kept) {
      if (kept.keeper == Keeper::kClosure) return true;
      if (kept.keeper != Keeper::kGiven || unit.expr(kept.place).kind != ExprKind::kCall) return false;
      const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(kept.place).payload));
      return external && external->module.text().starts_with("digraph");
    });
  }

  bool is_deleted(const Acquisition& graph) const {
    for (const CallId site : program_.calls_of(graph.function)) {
      const analysis::External* external = facts_.calls.external(site);
      const bool deletes = external && external->row && external->row->releases == Resource::kTable;
      if (deletes && mentions(program_.unit_of(site), program_.call(site).expr, graph.variables)) return true;
    }
    return false;
  }

  // A function that is given it and called last may give it back, unless it is known to work on graphs.
  bool may_give_back(const Unit& unit, ExprId result) const {
    if (unit.expr(result).kind != ExprKind::kCall) return false;
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(result).payload));
    return !external || (!external->row && !external->module.text().starts_with("digraph"));
  }

  bool is_returned(const Acquisition& graph) const {
    const Unit& unit = program_.unit_of(graph.function);
    bool found = false;
    analysis::for_each_result(unit, unit.clause(graph.clause).body, [&](ExprId result) {
      found |= mentions(unit, result, graph.variables) && may_give_back(unit, result);
      for (const analysis::Captured& part : analysis::contained_in(unit, result)) {
        found |= std::find(graph.variables.begin(), graph.variables.end(), part.variable) != graph.variables.end();
      }
    });
    return found;
  }

  static bool ends_without(const Acquisition& acquisition) {
    return std::any_of(acquisition.left.begin(), acquisition.left.end(),
                       [](const analysis::ResourceLeft& left) { return left.way == WayOut::kEnd; });
  }

  bool is_named(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    return any_below(unit, program_.call(site).expr,
                     [&](ExprId id) {
                       const model::Expr& e = unit.expr(id);
                       return (e.kind == ExprKind::kAtom && e.symbol().text() == "named_table") || e.kind == ExprKind::kVariable;
                     }) &&
           facts_.calls.external(site)->name.text() == "new";
  }

  // The process ends with the work, and its tables with it.
  bool lives_shortly(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    return (context.flags & (analysis::kInRequest | analysis::kInTask | analysis::kAtCompileTime)) != 0;
  }

  bool is_initial(FunctionId function) const {
    const ProcessId process = facts_.processes.of(program_.module_of(function));
    if (!process) return false;
    const std::vector<HandlerId> running = analysis::handlers_running(program_, facts_, process, function);
    return !running.empty() && std::all_of(running.begin(), running.end(),
                                           [&](HandlerId id) { return facts_.handler(id).kind == HandlerKind::kInit; });
  }

  // `{ok, Table} = open()`, and then nothing but look-ups in it.
  bool only_reads(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId call = program_.call(site).expr;
    const ExprId match = unit.parent(call);
    if (!match || unit.expr(match).kind != ExprKind::kMatch || unit.child(match, 1) != call) return false;
    const std::vector<model::VariableId> variables = variables_in(unit, unit.child(match, 0));
    if (variables.size() != 1) return false;
    ExprId root = call;
    while (unit.parent(root)) root = unit.parent(root);
    int reads = 0;
    const bool kept = any_below(unit, root, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kVariable || e.payload != variables[0].index || e.has(model::kBinds)) return false;
      const ExprId around = unit.parent(id);
      if (!around || unit.expr(around).kind != ExprKind::kCall) return true;
      const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(around).payload));
      const bool read = external && external->row && external->module == sym::ets && external->row->releases == Resource::kNone &&
                        external->name.text() != "give_away" && external->name.text() != "rename";
      reads += read;
      return !read;
    });
    return !kept && reads > 0;
  }

  // ---- Processes

  // A process that traps exits is not ended by what it starts, nor the other way round while it lives.
  void of_process(const Acquisition& started) {
    const ProcessId id = facts_.processes.of(program_.module_of(started.function));
    if (!id || facts_.process(id).kind == ProcessKind::kSupervisor || facts_.process(id).kind == ProcessKind::kRequest) return;
    const analysis::External& starter = *facts_.calls.external(started.site);
    const bool linked = starter.name.text().starts_with("start_link");
    if (!linked && !is_connection(starter)) return;
    if (linked && !facts_.process(id).traps_exits) return;
    if (is_initial(started.function) || !started.released.empty()) return;
    const auto left = std::find_if(started.left.begin(), started.left.end(),
                                   [](const analysis::ResourceLeft& way) { return way.way == WayOut::kClause; });
    if (left == started.left.end() || started.kept.empty() || !in_state(started)) return;
    report_process(started, id, left->place, linked);
  }

  static bool in_state(const Acquisition& started) {
    return std::any_of(started.kept.begin(), started.kept.end(),
                       [](const auto& kept) { return kept.keeper == Keeper::kState || kept.keeper == Keeper::kReturned; });
  }

  void report_process(const Acquisition& started, ProcessId id, ExprId place, bool linked) {
    const Unit& unit = program_.unit_of(started.function);
    const bool erlang = in_erlang(program_, started.function);
    Finding finding = found_in(reporter_, program_, started.function, call_span(program_, started.site));
    finding.severity = Severity::kMedium;
    finding.confidence = linked ? Confidence::kLikely : Confidence::kPossible;
    const std::string owner = process_name(program_, facts_, id);
    finding.message = finding.function + (linked ? " starts a process with " : " opens a connection with ") +
                      callee_text(program_, facts_, started.site) + " and forgets it where the next step fails: " + owner +
                      (linked ? " traps exits and goes on, and the next attempt starts another one"
                              : " goes on, and the next attempt opens another one");
    finding.why =
        std::string(linked ? "A linked process ends when its owner does, not when it is forgotten."
                           : "The connection is a process of the library, which does not hear that it was forgotten.") +
        " Each failed attempt leaves one more of them behind, with its connection, until the other side refuses new ones.";
    finding.fix =
        !linked  ? "Close it on the way out, in the clause where the next step fails, and the old one before another is opened."
        : erlang ? "Stop it on the way out (`gen_server:stop(Pid)` or `exit(Pid, shutdown)`), and the old one before another "
                   "is started; or give it to a supervisor."
                 : "Stop it on the way out (`GenServer.stop(pid)`), and the old one before another is started; or give it to "
                   "a supervisor.";
    finding.path = {{finding.span, finding.function + (linked ? " starts it" : " opens it")},
                    {unit.span(place), "here the function goes on without it"}};
    for (const HandlerId handler : analysis::handlers_running(program_, facts_, id, started.function)) {
      if (facts_.handler(handler).kind == HandlerKind::kInit) continue;
      const Handler& h = facts_.handler(handler);
      const model::Clause& clause = unit.clause(h.clause);
      if (&program_.unit_of(h.function) != &unit) continue;
      finding.path.push_back(
          {{unit.file, clause.begin, clause.end}, analysis::display_handler(program_, facts_, h) + " runs it again"});
    }
    finding.key = callee_text(program_, facts_, started.site);
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Helpers that are replaced

  // A field of the state that a message fills with a process started for it, over the one that was there before.
  void of_helpers(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.kind != ProcessKind::kGenServer) return;  // a state machine comes into most of its states once
    const std::vector<analysis::StateField>& fields = analysis::states_of(program_, facts_).of(id).fields;
    const auto is_wanted = [&](const analysis::StateWrite& write) { return reporter_.wants(program_, write.function); };
    if (std::none_of(fields.begin(), fields.end(), [&](const analysis::StateField& field) {
          return std::any_of(field.writes.begin(), field.writes.end(), is_wanted);
        })) {
      return;
    }
    const bool ends = ends_others(process.module), deletes = deletes_tables(process.module);
    const bool closes = closes_something(process.module) || hears_sockets(facts_, id);
    if (ends && deletes && closes) return;
    for (const analysis::StateField& field : fields) {
      if (!field.name) continue;
      for (const analysis::StateWrite& write : field.writes) {
        if (!write.value || write.initial || !in_production(program_, facts_, write.function)) continue;
        const HandlerId again = runs_again(write, field.name);
        if (!again) continue;
        const analysis::PossibleValues values = analysis::possible_values(program_, facts_, write.function, write.value);
        for (const analysis::PossibleValue& value : values.all) {
          const bool process_forgotten = !ends && value.kind == analysis::PossibleKind::kProcess && is_unnamed_start(value);
          const bool table_forgotten = !deletes && value.kind == analysis::PossibleKind::kTable && is_unnamed_table(value);
          const bool open_forgotten = !closes && is_opened_by(value, id, again);
          if (!process_forgotten && !table_forgotten && !open_forgotten) continue;
          report_helper(id, field, write, value, again);
          return;
        }
      }
    }
  }

  // File.close(old), Log.close_all(): which of them it is need not be told here.
  bool closes_something(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const Symbol name = program_.call(site).name;
        if (name && (name.text().starts_with("close") || name.text().starts_with("disconnect") || name.text() == "shutdown" ||
                     name.text() == "stop" || name.text() == "give_away" || name.text() == "controlling_process"))
          return true;
      }
    }
    return false;
  }

  // A socket, or a file that is a process, which the clause itself opens.
  bool is_opened_by(const analysis::PossibleValue& value, ProcessId id, HandlerId again) const {
    if (value.kind != analysis::PossibleKind::kSocket && value.kind != analysis::PossibleKind::kFileHandle) return false;
    // `connect` from a timer comes when the old socket is gone; a file is there until it is closed.
    const bool told = facts_.handler(again).kind == HandlerKind::kInfo;
    if (!value.function || (told && value.kind == analysis::PossibleKind::kSocket)) return false;
    const Unit& unit = program_.unit_of(value.function);
    const model::Expr& e = unit.expr(value.made.expr);
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    if (!stays_open(program_, facts_, site)) return false;
    const std::vector<HandlerId> running = analysis::handlers_running(program_, facts_, id, value.function);
    return std::find(running.begin(), running.end(), again) != running.end();
  }

  // Anything in the module that ends a process: whom it ends need not be told here.
  bool ends_others(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const model::Call& call = program_.call(site);
        if (!call.name) continue;
        const std::string_view name = call.name.text();
        const bool exits = name == "exit" && call.arity == 2 && !is_about_something_else(site);
        if (exits || name == "stop" || name.starts_with("terminate_child") || name == "kill" || name.starts_with("stop_") ||
            name == "shutdown" || name == "close" || name == "disconnect") {
          return true;
        }
      }
    }
    return false;
  }

  // ets:delete/1 anywhere in the module: which table it is need not be told here.
  bool deletes_tables(ModuleId module) const {
    for (const FunctionId function : program_.functions_of(module)) {
      for (const CallId site : program_.calls_of(function)) {
        const analysis::External* external = facts_.calls.external(site);
        if (external && external->row && external->row->releases == Resource::kTable) return true;
      }
    }
    return false;
  }

  // ets:new without named_table, as it is written: a second one is made as well as the first.
  bool is_unnamed_table(const analysis::PossibleValue& value) const {
    if (!value.function || value.name) return false;
    const Unit& unit = program_.unit_of(value.function);
    const model::Expr& e = unit.expr(value.made.expr);
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    const analysis::External* external = facts_.calls.external(site);
    return external && external->module == sym::ets && !is_named(site);
  }

  // exit(Entry#entry.pid, kill): one of many that are kept elsewhere.
  bool is_about_something_else(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const Unit& unit = program_.unit_of(site);
    return !arguments.empty() && program_.call(site).closure && unit.expr(arguments[0]).kind == ExprKind::kField;
  }

  // A clause that runs more than once and does not look at the field before: none for the news that the old one has ended.
  HandlerId runs_again(const analysis::StateWrite& write, Symbol field) const {
    for (const HandlerId handler_id : write.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      const bool serves =
          handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo;
      if (!serves || handler.pattern.tag == sym::DOWN || handler.pattern.tag == intern("EXIT")) continue;
      if (comes_from_init(handler_id)) continue;
      if (!looks_at(handler.function, field) && !looks_at(write.function, field)) return handler_id;
    }
    return {};
  }

  // `self() ! init` in init/1, and nothing else sends it: it comes once.
  bool comes_from_init(HandlerId id) const {
    const std::vector<MessageId> messages = messages_to(facts_, id);
    return !messages.empty() && std::all_of(messages.begin(), messages.end(),
                                            [&](MessageId message) { return is_initial(facts_.message(message).sender); });
  }

  // A clause or case for the field that is empty, or anything else that reads it.
  bool looks_at(FunctionId function, Symbol field) const {
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(id);
      const auto names = [&](ExprId root, bool pattern) {
        return any_below(unit, root, [&](ExprId at) {
          const model::Expr& e = unit.expr(at);
          if (e.kind == ExprKind::kField) return e.symbol() == field;
          if (e.kind != ExprKind::kMap || !(pattern || e.has(model::kInPattern))) return false;
          const std::span<const ExprId> children = unit.children_of(e);
          for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
            if (analysis::atom_value(unit, children[i]) == field) return true;
          }
          return false;
        });
      };
      for (const ExprId pattern : unit.patterns_of(clause)) {
        if (names(pattern, true)) return true;
      }
      if ((clause.guard && names(clause.guard, false)) || (clause.body && names(clause.body, false))) return true;
    }
    return false;
  }

  // start_link(Module, …) without a name: a second one starts as well as the first.
  bool is_unnamed_start(const analysis::PossibleValue& value) const {
    if (!value.process || !value.function) return false;
    const Process& started = facts_.process(value.process);
    return started.count != Count::kOne && started.names.empty() && started.kind != ProcessKind::kTask &&
           program_.unit_of(value.function).expr(value.made.expr).kind == ExprKind::kCall;
  }

  void report_helper(ProcessId id, const analysis::StateField& field, const analysis::StateWrite& write,
                     const analysis::PossibleValue& value, HandlerId again) {
    const bool erlang = in_erlang(program_, write.function);
    const bool table = value.kind == analysis::PossibleKind::kTable;
    const bool file = value.kind == analysis::PossibleKind::kFileHandle;
    const bool open = file || value.kind == analysis::PossibleKind::kSocket;
    const std::string helper = table ? "table" : file ? "file" : open ? "socket" : process_name(program_, facts_, value.process);
    const std::string name = process_name(program_, facts_, id);
    const Unit& made = program_.unit_of(value.function);
    const Unit& unit = program_.unit_of(write.function);
    Finding finding = found_in(reporter_, program_, write.function, unit.span(write.place));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " puts a new " + helper + " into " + std::string(field.name.text()) + " of " + name +
                      " each time, and nothing " + (open ? "closes" : "ends") + " the one before";
    finding.why =
        table ? "A table is not collected when nobody refers to it any more; only its owner's end or a deletion frees it. Each "
                "message leaves a whole table behind, with its rows, until the process ends."
        : open
            ? "A socket, and the process of a file that is not opened raw, live until they are closed or their owner ends, not "
              "until "
              "they are forgotten: each message leaves a descriptor behind, until the system gives no more (EMFILE)."
            : "A linked process ends when its owner does, not when its pid is forgotten: each time another one is added, which "
              "goes on working, and sending, for an owner that has its successor.";
    if (table) {
      finding.fix = erlang
                        ? "Empty the table that is there (`ets:delete_all_objects(Table)`), or delete it (`ets:delete(Table)`) "
                          "when the new one is filled and in its place."
                        : "Empty the table that is there (`:ets.delete_all_objects(table)`), or delete it "
                          "(`:ets.delete(table)`) when the new one is filled and in its place.";
    } else if (open) {
      finding.fix = erlang ? std::string("Close the old one first: `") + (file ? "file:close(Old)`." : "gen_tcp:close(Old)`.")
                           : std::string("Close the old one first: `") + (file ? "File.close(old)`." : ":gen_tcp.close(old)`.");
    } else {
      finding.fix = erlang ? "End the old one first (`unlink(Pid), exit(Pid, shutdown)` or `gen_server:stop(Pid)`), or keep it."
                           : "End the old one first (`GenServer.stop(pid)`), or keep it.";
    }
    finding.path = {{finding.span, table  ? "the state gets a new table here"
                                   : open ? "the state gets a new one here"
                                          : "the state gets a new process here"},
                    {made.span(value.made.expr), table  ? "made here"
                                                 : open ? "opened here"
                                                        : "started here"}};
    const Handler& handler = facts_.handler(again);
    const Unit& there = program_.unit_of(handler.function);
    const model::Clause& clause = there.clause(handler.clause);
    finding.path.push_back(
        {{there.file, clause.begin, clause.end}, analysis::display_handler(program_, facts_, handler) + " runs it again"});
    finding.key = "helper " + std::string(field.name.text());
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Sockets and files

  void report_open(const LeftOpen& open) {
    const bool socket = open.resource == Resource::kSocket;
    const bool erlang = in_erlang(program_, open.function);
    const Handler& handler = facts_.handler(open.handler);
    const std::string again = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, open.function, call_span(program_, open.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " opens a " + (socket ? "socket" : "file") + " with " +
                      callee_text(program_, facts_, open.opened) +
                      (open.forgotten ? " and forgets it where the next step fails; " : " and closes it on no way; ") + again +
                      " opens another each time";
    finding.why =
        socket
            ? "A socket lives until it is closed or its owner ends: " + process_name(program_, facts_, open.process) +
                  " lives on, so each run leaves a descriptor and a port of the VM, until the system gives no more (EMFILE)."
            : "A file that is not opened raw is a process, linked to its owner: " + process_name(program_, facts_, open.process) +
                  " lives on, so each run leaves a process and a descriptor, until the system gives no more (EMFILE).";
    finding.fix =
        erlang
            ? std::string("Close it whatever happens: `try … after ") + (socket ? "gen_tcp:close(Socket)" : "file:close(File)") +
                  " end`, or open it once and keep it in the state."
            : std::string("Close it whatever happens: `try do … after ") +
                  (socket ? ":gen_tcp.close(socket)" : "File.close(file)") + " end`, or open it once and keep it in the state.";
    finding.path = {{finding.span, finding.function + (open.forgotten ? " gets it here" : " gets it here and forgets it")}};
    if (open.forgotten) finding.path.push_back({program_.unit_of(open.function).span(open.forgotten), "not closed on this way"});
    if (open.site != open.opened) finding.path.push_back(call_step(program_, facts_, open.opened));
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    finding.path.push_back({{unit.file, clause.begin, clause.end}, again + " runs it again"});
    finding.key = "open " + callee_text(program_, facts_, open.opened);
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Entries of a pool

  void report_pool(const HandedOut& out) {
    const Handler& taking = facts_.handler(out.taking);
    const Handler& giving = facts_.handler(out.giving_back);
    const bool erlang = in_erlang(program_, taking.function);
    const Unit& unit = program_.unit_of(taking.function);
    const std::string name = process_name(program_, facts_, out.process), field(out.field.text());
    Finding finding = found_in(reporter_, program_, taking.function, unit.span(out.answer));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = name + " hands out an entry of " + field +
                      " and does not watch who took it: with a process that dies before " + message_text(giving.pattern, erlang) +
                      " the entry is gone";
    finding.why =
        "A process that crashes or is killed gives nothing back. The pool has one entry less each time, and when none is left "
        "everybody waits or fails until it is restarted.";
    finding.fix =
        erlang ? "Monitor whoever takes it, `Ref = erlang:monitor(process, element(1, From))`, keep {Ref, Entry}, and take "
                 "the entry back for {'DOWN', Ref, process, _, _}; demonitor with flush when it is given back."
               : "Monitor whoever takes it, `ref = Process.monitor(elem(from, 0))`, keep the entry under ref, and take it "
                 "back for {:DOWN, ref, :process, _, _}; demonitor with :flush when it is given back.";
    const model::Clause& back = program_.unit_of(giving.function).clause(giving.clause);
    finding.path = {{name_span(program_, taking.function), name + " is asked for one here"},
                    {finding.span, analysis::display_handler(program_, facts_, taking) + " answers it and forgets who asked"},
                    {{program_.unit_of(giving.function).file, back.begin, back.end},
                     analysis::display_handler(program_, facts_, giving) + " is the only way back"}};
    finding.key = "handed out " + field;
    report_weighed(reporter_, std::move(finding));
  }

  void report(const Acquisition& table, CallId site, FunctionId function, const std::string& what) {
    if (!reported_.insert(site).second) return;
    const bool erlang = in_erlang(program_, function);
    const bool possible = facts_.contexts.of(function).processes.empty();
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.confidence = possible ? Confidence::kPossible : Confidence::kLikely;
    const bool graph = facts_.calls.external(table.site)->module.text() == "digraph";
    finding.message = finding.function + " " + what +
                      (graph ? ": its three ETS tables stay until the process that called it ends"
                             : ": the table stays until the process that called it ends");
    finding.why =
        "A table is not collected when nobody refers to it any more; only its owner's end or a deletion frees it. In a "
        "process that lives on, each call adds a whole table.";
    finding.fix = graph ? (erlang ? "Delete it when the work is done: `try … after digraph:delete(Graph) end`."
                                  : "Delete it when the work is done: `try do … after :digraph.delete(graph) end`.")
                  : erlang
                      ? "Delete it when the work is done, `try … after ets:delete(Table) end`, or load it once and keep it."
                      : "Delete it when the work is done, `try do … after :ets.delete(table) end`, or load it once and keep it.";
    finding.path = {{finding.span, finding.function + " " + what}};
    if (site != table.site) finding.path.push_back(call_step(program_, facts_, table.site));
    finding.key = callee_text(program_, facts_, site);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<CallId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& forgotten_resource() {
  static const Rule rule{
      {.code = "BW512",
       .name = "forgotten-resource",
       .family = findings::Family::kState,
       .severity = Severity::kMedium,
       .summary = "A table or linked process that a long-lived process makes again and again and never gives back"},
      check};
  return rule;
}

}  // namespace beamwright::rules
