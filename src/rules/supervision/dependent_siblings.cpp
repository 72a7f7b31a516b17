// Siblings that hold something of each other must fall together. Under one_for_one a restart of one leaves the other with the pid
// of a dead process, without the registration it made once, or without its rows in a table that died with its owner; tasks of an
// earlier task supervisor go on when the process that counts on them is started anew (stdlib: supervisor, "Supervision
// Strategies").
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "analysis/values.h"
#include "rules/added_once.h"
#include "rules/boot_turns.h"
#include "rules/looked_up_once.h"
#include "rules/reach.h"
#include "rules/siblings.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ExprRef;
using analysis::Forest;
using analysis::ProcessKind;
using analysis::Tree;
using analysis::TreeChild;

// What the dependent has of the other.
struct Dependence {
  ProcessId other;
  FunctionId function;  // of the dependent
  source::Span place;
  std::string says;  // "registers with Shop.Bus once, when it starts"
  std::string consequence;
  std::vector<findings::Step> path;
  bool possible = false;
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), siblings_(program, facts) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      const Process& process = facts_.process(id);
      const bool server = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
      if (!server || !siblings_.is_static(process.module) || watches(process)) continue;
      registered_once(id, process);
      registered_through_interface(id, process);
      held_pid(id, process);
      rows_of_others(id, process);
    }
    tasks_that_survive();
    for (const AddedOnce& added : added_once(program_, facts_)) children_added_once(added);
    const BootTurns turns(program_, facts_);
    for (const LookedUpOnce& asked : looked_up_once(program_, facts_)) pids_asked_once(asked);
    for (const analysis::TreeApplication& application : analysis::forest_of(program_, facts_).applications) {
      if (application.tree) all_for_one(application, turns);
    }
  }

 private:
  // Does it monitor or link to somebody when it starts, and so learns of a death?
  bool watches(const Process& process) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (!at_start(handler.kind)) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        if (is_watch(site)) return true;
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (!callee || program_.module_of(callee) != process.module) continue;
        for (const CallId inner : program_.calls_of(callee)) {
          if (is_watch(inner)) return true;
        }
      }
    }
    return false;
  }

  bool is_watch(CallId site) const {
    const std::string_view name = program_.call(site).name.text();
    return name == "monitor" || name == "link" || name == "start_monitor";
  }

  static bool at_start(HandlerKind kind) { return kind == HandlerKind::kInit || kind == HandlerKind::kContinue; }

  // ---- Registered once ------------------------------------------------------------------------------------------------------

  void registered_once(ProcessId id, const Process& process) {
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (!at_start(handler.kind) || !in_production(program_, facts_, handler.function)) continue;
      const auto& all = facts_.effects.all[handler.function.index];
      if (!all.has(Effect::kCall) && !all.has(Effect::kCast)) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        for (const MessageKind kind : {MessageKind::kCall, MessageKind::kCast}) {
          for (const Reached& reached : messages_reached(program_, facts_, site, kind)) {
            if (registration(id, process, handler, site, reached)) return;
          }
        }
      }
    }
  }

  bool registration(ProcessId id, const Process& process, const Handler& handler, CallId site, const Reached& reached) {
    const Message& message = facts_.message(reached.message);
    if (!message.receiver || message.receiver == id) return false;
    const Process& other = facts_.process(message.receiver);
    if (other.kind != ProcessKind::kGenServer || other.count == analysis::Count::kMany) return false;
    if (!keeps_the_sender(message) || sends_again(process, message)) return false;
    const bool possible = reached.possible || message.likely;
    const std::string name = process_name(program_, facts_, message.receiver);
    Dependence found{message.receiver,
                     handler.function,
                     call_span(program_, site),
                     "registers with " + name + " once, when it starts",
                     "A restarted " + name + " has an empty list: nothing reaches " + process_name(program_, facts_, id) +
                         " any more, and no crash or log says so.",
                     {},
                     possible};
    append_chain(program_, facts_, reached.chain, found.path);
    return report(id, found);
  }

  // listen, subscribe and the like of a sibling's module that hands the call to an implementation chosen at run time.
  void registered_through_interface(ProcessId id, const Process& process) {
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (!at_start(handler.kind) || !in_production(program_, facts_, handler.function)) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (!callee || !is_registration(program_.function(callee).name.text()) || program_.call(site).capture) continue;
        const ModuleId module = program_.module_of(callee);
        if (module == process.module || !hands_on(callee, 0) || calls_it_elsewhere(process, callee)) continue;
        const Relation relation = siblings_.relation(process.module, module);
        if (relation.kinship != Kinship::kAlone) continue;
        return report_interface(id, handler, site, module, relation);
      }
    }
  }

  static bool is_registration(std::string_view name) {
    for (const std::string_view word : {"listen", "subscribe", "register", "attach", "join", "add_listener", "add_handler"}) {
      if (name == word) return true;
    }
    return false;
  }

  bool hands_on(FunctionId function, int depth) const {
    constexpr int kMaxDepth = 2;
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      if (call.target == model::TargetKind::kDynamicModule || call.target == model::TargetKind::kDynamic) return true;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (callee && depth < kMaxDepth && program_.module_of(callee) == program_.module_of(function) &&
          hands_on(callee, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  bool calls_it_elsewhere(const Process& process, FunctionId callee) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (at_start(handler.kind)) continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        if (facts_.calls.callees[site.index].function == callee) return true;
      }
    }
    return false;
  }

  void report_interface(ProcessId id, const Handler& handler, CallId site, ModuleId module, const Relation& relation) {
    const std::string name = process_name(program_, facts_, id);
    const std::string other = model::display_module(program_.module(module).name);
    const std::string strategy(analysis::forest_of(program_, facts_).tree(relation.tree).strategy.text());
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message =
        name + " registers with " + other + " once, when it starts, and " + strategy + " restarts " + other + " without it";
    finding.why = "What " + other +
                  " knows of its listeners is mostly in its process: restarted, it has an empty list, nothing reaches " + name +
                  " any more, and no crash or log says so.";
    finding.fix = "Start both under a supervisor with rest_for_one, " + other + " first, or one_for_all; or monitor " + other +
                  " and register again when it is back.";
    finding.path.push_back(
        {finding.span, callee_text(program_, facts_, site) + " is called when " + name + " starts, and never again"});
    finding.path.push_back(
        {program_.unit(relation.other.unit).span(relation.other.expr), other + " can be restarted alone (" + strategy + ")"});
    finding.key = other;
    report_weighed(reporter_, std::move(finding));
  }

  // A clause of the receiver keeps the pid that asked: the message carries self(), or From is taken apart and the pid is used.
  bool keeps_the_sender(const Message& message) const {
    for (const HandlerId id : takers(facts_, message)) {
      const Handler& taker = facts_.handler(id);
      if (taker.catch_all || !taker.changes_state) continue;
      const Unit& unit = program_.unit_of(taker.function);
      if (carries_self(message) && (monitors_sender(taker) || registers_sender(taker))) return true;
      if (message.kind == MessageKind::kCall && takes_pid_of_from(unit, taker)) return true;
    }
    return false;
  }

  bool carries_self(const Message& message) const {
    if (!message.pattern.expr) return false;
    const Unit& unit = program_.unit(message.pattern.expr.unit);
    return any_below(unit, message.pattern.expr.expr, [&](ExprId e) {
      const model::Expr& expr = unit.expr(e);
      return expr.kind == ExprKind::kCall && unit.call_of(expr).name == sym::self && unit.call_of(expr).arity == 0;
    });
  }

  // By its name a message of those who want to be told, and the state is another one after it.
  bool registers_sender(const Handler& handler) const {
    if (!handler.pattern.tag || handler.pattern.size < 2) return false;
    constexpr std::array<std::string_view, 8> kWords = {"register", "subscribe",   "attach",       "listen",
                                                        "join",     "add_handler", "add_listener", "follow"};
    const std::string_view tag = handler.pattern.tag.text();
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return tag.starts_with(word); });
  }

  // Keeps whom it monitors; one that links the sender takes it down as well, which is a restart.
  bool monitors_sender(const Handler& handler) const {
    bool monitor = false;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (effects.has(Effect::kLink)) return false;
      monitor = monitor || effects.has(Effect::kMonitor);
    }
    return monitor;
  }

  bool takes_pid_of_from(const Unit& unit, const Handler& handler) const {
    const auto patterns = unit.patterns_of(unit.clause(handler.clause));
    if (patterns.size() < 2) return false;
    const model::Expr& from = unit.expr(patterns[1]);
    if (from.kind != ExprKind::kTuple || from.child_count != 2) return false;
    const model::Expr& pid = unit.expr(unit.child(patterns[1], 0));
    if (pid.kind != ExprKind::kVariable || pid.payload >= unit.variables.size()) return false;
    return mentions(unit, unit.clause(handler.clause).body, {model::VariableId(pid.payload)}) && monitors_sender(handler);
  }

  // From another callback too, say at a timer: then it comes back by itself.
  bool sends_again(const Process& process, const Message& message) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (at_start(handler.kind) || handler.kind == HandlerKind::kTerminate) continue;
      if (!facts_.effects.all[handler.function.index].has(message.kind == MessageKind::kCall ? Effect::kCall : Effect::kCast)) {
        continue;
      }
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        for (const Reached& reached : messages_reached(program_, facts_, site, message.kind)) {
          if (facts_.message(reached.message).receiver == message.receiver &&
              facts_.message(reached.message).pattern.tag == message.pattern.tag) {
            return true;
          }
        }
      }
    }
    return false;
  }

  // ---- A pid in the state ---------------------------------------------------------------------------------------------------

  void held_pid(ProcessId id, const Process& process) {
    for (const analysis::StateField& field : analysis::states_of(program_, facts_).of(id).fields) {
      for (const analysis::StateWrite& write : field.writes) {
        if (!write.initial || !write.value || !write.function || !may_be_pid(write)) continue;
        const auto values = analysis::possible_values(program_, facts_, write.function, write.value);
        const ProcessId other = pid_of(values);
        if (!other || other == id || starts_it(process, other) || asked_again(field)) continue;
        if (siblings_.relation(process.module, facts_.process(other).module).kinship != Kinship::kAlone) continue;
        const std::string name = process_name(program_, facts_, other);
        const std::string where = field.name ? " in " + std::string(field.name.text()) : std::string();
        Dependence found{
            other,
            write.function,
            program_.unit_of(write.function).span(write.place),
            "keeps the pid of " + name + where + " from its start on",
            "After a restart " + name + " has another pid: what is sent to the old one is lost, calls exit with noproc.",
            {},
            false};
        if (report(id, found)) return;
      }
    }
  }

  bool may_be_pid(const analysis::StateWrite& write) const {
    const Unit& unit = program_.unit_of(write.function);
    const ExprKind kind = unit.expr(write.value).kind;
    return kind == ExprKind::kVariable || kind == ExprKind::kCall;
  }

  static ProcessId pid_of(const analysis::PossibleValues& values) {
    for (const analysis::PossibleValue& value : values.all) {
      const bool pid = value.kind == analysis::PossibleKind::kProcess || value.kind == analysis::PossibleKind::kSelf;
      if (pid && value.process) return value.process;
    }
    return {};
  }

  // A child of its own, linked to it.
  bool starts_it(const Process& process, ProcessId other) const {
    for (const CallId site : facts_.process(other).starts) {
      const FunctionId function = program_.function_of(site);
      if (!function) continue;
      for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
        if (program_.module_of(facts_.calls.callers[i]) == process.module) return true;
      }
    }
    return false;
  }

  static bool asked_again(const analysis::StateField& field) {
    return std::any_of(field.writes.begin(), field.writes.end(), [](const analysis::StateWrite& write) {
      return !write.initial && (write.changes.has(analysis::Change::kSets) || write.changes.has(analysis::Change::kUnknown));
    });
  }

  // ---- Rows in a sibling's table --------------------------------------------------------------------------------------------

  void rows_of_others(ProcessId id, const Process& process) {
    for (const auto handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      if (handler.kind != HandlerKind::kInit || !in_production(program_, facts_, handler.function)) continue;
      if (!facts_.effects.all[handler.function.index].has(Effect::kEtsWrite)) continue;
      const analysis::Tables& tables = analysis::tables_of(program_, facts_);
      for (const analysis::TableStep& step : analysis::table_steps(program_, facts_, tables, handler.function)) {
        const analysis::TableUse& use = tables.use(step.use);
        if (use.possible || step.calls.empty()) continue;
        if (use.operation != analysis::TableOperation::kInsert && use.operation != analysis::TableOperation::kInsertNew) continue;
        if (row_in(id, process, handler, tables, use, step)) return;
      }
    }
  }

  bool row_in(ProcessId id, const Process& process, const Handler& handler, const analysis::Tables& tables,
              const analysis::TableUse& use, const analysis::TableStep& step) {
    const analysis::Table& table = tables.table(use.table);
    if (table.kind != analysis::TableKind::kEts || table.dynamic || table.creations.size() != 1) return false;
    const analysis::TableCreation& creation = table.creations.front();
    if (creation.owners.size() != 1 || creation.heir != analysis::TableSetting::kOff) return false;
    const analysis::TableOwner& owner = creation.owners.front();
    if (owner.kind != analysis::TableOwnerKind::kProcess || !owner.process || owner.process == id) return false;
    if (writes_later(process, tables, use.table)) return false;
    if (siblings_.relation(process.module, facts_.process(owner.process).module).kinship != Kinship::kAlone) return false;
    const std::string name = process_name(program_, facts_, owner.process);
    Dependence found{owner.process,
                     handler.function,
                     call_span(program_, step.calls.front()),
                     "puts its rows into the table " + table.name + " of " + name + " once, when it starts",
                     "The table dies with " + name + "; the new one is empty, and these rows are missing until " +
                         process_name(program_, facts_, id) + " happens to be restarted.",
                     {},
                     false};
    append_chain(program_, facts_, step.calls, found.path);
    found.path.push_back({call_span(program_, creation.site), name + " makes the table"});
    return report(id, found);
  }

  bool writes_later(const Process& process, const analysis::Tables& tables, analysis::TableId table) const {
    for (const auto id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (at_start(handler.kind) || handler.kind == HandlerKind::kTerminate) continue;
      if (!facts_.effects.all[handler.function.index].has(Effect::kEtsWrite)) continue;
      for (const analysis::TableStep& step : analysis::table_steps(program_, facts_, tables, handler.function)) {
        const analysis::TableUse& use = tables.use(step.use);
        if (use.table == table && analysis::writes(use.operation)) return true;
      }
    }
    return false;
  }

  // ---- Tasks that outlive the process that started them ---------------------------------------------------------------------

  void tasks_that_survive() {
    for (const Tree& tree : analysis::forest_of(program_, facts_).trees) {
      if (tree.dynamic || (tree.strategy != sym::one_for_one && tree.strategy != sym::rest_for_one)) continue;
      for (std::size_t i = 0; i + 1 < tree.children.size(); ++i) {
        const TreeChild& tasks = tree.children[i];
        // One with a fixed name serves everybody; one that is named at run time belongs to the siblings it is given to.
        if (tasks.start_module != sym::Elixir_Task_Supervisor || tasks.name || !tasks.place) continue;
        if (!production_place(program_, facts_, tasks.place)) continue;
        const model::VariableId name = name_variable(tasks.place);
        if (!name) continue;
        for (std::size_t j = i + 1; j < tree.children.size(); ++j) {
          const TreeChild& user = tree.children[j];
          if (!user.place || user.place.unit != tasks.place.unit || !reaches(user.place, name, 0)) continue;
          report_tasks(tree, tasks, user);
          break;
        }
      }
    }
  }

  // The variable that names the task supervisor.
  model::VariableId name_variable(ExprRef place) const {
    const Unit& unit = program_.unit(place.unit);
    if (unit.expr(place.expr).kind != ExprKind::kTuple || unit.expr(place.expr).child_count != 2) return {};
    const ExprId options = analysis::local_value(unit, unit.child(place.expr, 1));
    const ExprId name = analysis::literal_option(unit, options, sym::name);
    if (!name || unit.expr(name).kind != ExprKind::kVariable || unit.expr(name).payload >= unit.variables.size()) return {};
    return model::VariableId(unit.expr(name).payload);
  }

  bool reaches(ExprRef place, model::VariableId name, int depth) const {
    constexpr int kMaxDepth = 3;
    const Unit& unit = program_.unit(place.unit);
    for (const model::VariableId variable : variables_in(unit, place.expr)) {
      if (variable == name) return true;
      const ExprId value = depth < kMaxDepth ? analysis::bound_value(unit, variable) : ExprId();
      if (value && reaches({place.unit, value}, name, depth + 1)) return true;
    }
    return false;
  }

  void report_tasks(const Tree& tree, const TreeChild& tasks, const TreeChild& user) {
    const FunctionId function = function_at(program_, tasks.place);
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = program_.unit(tasks.place.unit).span(tasks.place.expr);
    if (!reported_.insert({place.file.index, place.begin}).second) return;
    const Unit& unit = program_.unit(user.place.unit);
    const std::string name =
        user.source ? model::display_module(program_.module(user.source).name) : source_text(program_, unit, user.place.expr, 40);
    Finding finding = found_in(reporter_, program_, function, place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = "Tasks of the task supervisor go on when " + name +
                      ", which it was made for, crashes: " + std::string(tree.strategy.text()) + " restarts " + name +
                      " without them";
    finding.why =
        "The task supervisor is started before " + name + " and is not restarted with it. A new " + name +
        " knows nothing of the tasks that still run: their results go to a dead pid, and the work may be started a second "
        "time beside the first.";
    finding.fix =
        "Use `strategy: :one_for_all`, so that the tasks end with the process that started them, or let the new process find "
        "the running tasks.";
    finding.path.push_back({program_.unit(tasks.place.unit).span(tasks.place.expr), "the task supervisor"});
    finding.path.push_back({unit.span(user.place.expr), name + " is given its name"});
    finding.key = name;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- Children of a supervisor that a sibling adds -------------------------------------------------------------------------

  void children_added_once(const AddedOnce& added) {
    const Tree& tree = analysis::forest_of(program_, facts_).tree(added.tree);
    const TreeChild& supervisor = tree.children[added.supervisor];
    if (!production_place(program_, facts_, supervisor.place)) return;
    const Unit& unit = program_.unit(supervisor.place.unit);
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = unit.span(supervisor.place.expr);
    if (!reported_.insert({place.file.index, place.begin}).second) return;
    const std::string name = process_name(program_, facts_, added.process);
    const std::string other = supervisor.name     ? model::display_module(supervisor.name)
                              : supervisor.source ? model::display_module(program_.module(supervisor.source).name)
                                                  : source_text(program_, unit, supervisor.place.expr, 40);
    const std::string strategy(tree.strategy.text());
    Finding finding = found_in(reporter_, program_, function_at(program_, supervisor.place), place);
    finding.severity = Severity::kMedium;
    finding.confidence = added.possible ? Confidence::kPossible : Confidence::kLikely;
    finding.message = name + " adds the children of " + other + ", and " + strategy + " restarts " + other + " without it";
    finding.why = "A supervisor that is restarted starts the children of its own list, which is empty. " + name +
                  " goes on and believes that they run; they are missing until it happens to be restarted or told again.";
    finding.fix = "Start both under rest_for_one with " + other + " before " + name + ", so that a new " + other +
                  " is filled again; or one_for_all.";
    finding.path = {{call_span(program_, added.site), name + " adds a child"},
                    {unit.span(supervisor.place.expr), other + " can be restarted alone (" + strategy + ")"}};
    finding.key = "children " + other;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  void pids_asked_once(const LookedUpOnce& asked) {
    const Tree& tree = analysis::forest_of(program_, facts_).tree(asked.tree);
    const TreeChild& child = tree.children[asked.child];
    if (!production_place(program_, facts_, child.place)) return;
    const Unit& unit = program_.unit(child.place.unit);
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = unit.span(child.place.expr);
    if (!reported_.insert({place.file.index, place.begin}).second) return;
    const std::string name = process_name(program_, facts_, asked.process);
    const std::string strategy(tree.strategy.text());
    Finding finding = found_in(reporter_, program_, function_at(program_, child.place), place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message = name + " asks for its siblings' pids once, when it starts, and " + strategy + " restarts " +
                      (tree.strategy == sym::rest_for_one ? "those behind it" : "them") + " without it";
    finding.why = "A sibling that was restarted has another pid and nothing of what it was told before. " + name +
                  " goes on with the old one: what it sends there is lost, and calls exit with noproc.";
    finding.fix = "Use one_for_all, give the sibling a name and ask for it by that, or monitor it and ask again when it is back.";
    finding.path = {{call_span(program_, asked.site), name + " asks the supervisor for its children, and never again"},
                    {unit.span(child.place.expr), name + " is a child of it (" + strategy + ")"}};
    finding.key = "pids " + name;
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- One for all over what has nothing to do with each other --------------------------------------------------------------

  void all_for_one(const analysis::TreeApplication& application, const BootTurns& turns) {
    constexpr std::size_t kMany = 4;
    const Tree& tree = analysis::forest_of(program_, facts_).tree(application.tree);
    if (tree.strategy != sym::one_for_all || tree.dynamic || tree.opaque || !application.start) return;
    if (!in_production(program_, facts_, application.start)) return;
    std::vector<std::string> names;
    const TreeChild* first = nullptr;
    for (const TreeChild& child : tree.children) {
      if (child.origin != analysis::Origin::kList || !child.place || child.restart == sym::temporary) continue;
      if (!first) first = &child;
      const Symbol shown = child.source ? program_.module(child.source).name : child.start_module;
      names.push_back(shown ? model::display_module(shown)
                            : source_text(program_, program_.unit(child.place.unit), child.place.expr, 40));
    }
    // Processes that belong together may fall together. An endpoint or a repository belongs to all of the application.
    const auto is_here = [&](const Turn& turn) { return turn.above.size() == 1 && turn.above.front() == application.tree; };
    bool apart = std::any_of(turns.listeners().begin(), turns.listeners().end(), is_here);
    for (const auto& [module, all] : turns.repositories()) apart = apart || std::any_of(all.begin(), all.end(), is_here);
    if (names.size() < kMany || !apart) return;
    source::Span place = strategy_place(program_, facts_, tree);
    if (place.end <= place.begin) place = program_.unit(first->place.unit).span(first->place.expr);
    if (!reported_.insert({place.file.index, place.begin}).second) return;
    Finding finding = found_in(reporter_, program_, application.start, place);
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    finding.message =
        "One crash restarts all " + std::to_string(names.size()) + " children of the application: " + join_names(names);
    finding.why =
        "one_for_all is for processes that cannot go on without each other. Over a whole application it makes of each small "
        "failure one of everything: connections are closed, what was read into memory is read again, and all of that counts as "
        "one of the few restarts before the node ends.";
    finding.fix =
        "Use rest_for_one in the order in which they need each other, or one_for_one, with a supervisor of their own for "
        "those that belong together.";
    finding.path = {{place, "one_for_all"}, {program_.unit(first->place.unit).span(first->place.expr), "the first of them"}};
    finding.key = "one_for_all";
    finding.structural = true;
    report_weighed(reporter_, std::move(finding));
  }

  // ---------------------------------------------------------------------------------------------------------------------------

  bool report(ProcessId id, const Dependence& found) {
    const Process& process = facts_.process(id);
    const Relation relation = siblings_.relation(process.module, facts_.process(found.other).module);
    if (relation.kinship == Kinship::kTogether) return false;
    const bool alone = relation.kinship == Kinship::kAlone;
    // A process that no supervisor in sight has may be an implementation that is chosen at run time.
    if (!alone && siblings_.is_known(facts_.process(found.other).module) && !found.possible) return false;
    const std::string name = process_name(program_, facts_, id);
    const std::string other = process_name(program_, facts_, found.other);
    Finding finding = found_in(reporter_, program_, found.function, found.place);
    finding.severity = Severity::kMedium;
    finding.confidence = alone && !found.possible ? Confidence::kLikely : Confidence::kPossible;
    const analysis::Forest& forest = analysis::forest_of(program_, facts_);
    const std::string strategy = alone ? std::string(forest.tree(relation.tree).strategy.text()) : std::string();
    finding.message =
        name + " " + found.says +
        (alone ? ", and " + strategy + " restarts " + other + " without it" : ", and does not notice when that is restarted");
    finding.why = found.consequence;
    finding.fix = "Start both under a supervisor with rest_for_one, " + other + " first, or one_for_all; or monitor " + other +
                  " and do it again when it is back.";
    finding.path.push_back({found.place, name + " " + found.says});
    finding.path.insert(finding.path.end(), found.path.begin(), found.path.end());
    if (alone) {
      finding.path.push_back(
          {program_.unit(relation.other.unit).span(relation.other.expr), other + " can be restarted alone (" + strategy + ")"});
    }
    finding.key = other;
    finding.structural = alone;
    report_weighed(reporter_, std::move(finding));
    return true;
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  Siblings siblings_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& dependent_siblings() {
  static const Rule rule{{.code = "BW105",
                          .name = "dependent-siblings",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kMedium,
                          .summary = "Siblings that hold each other and are restarted one without the other"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
