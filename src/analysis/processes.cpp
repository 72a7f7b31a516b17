#include "analysis/processes.h"

#include <algorithm>
#include <map>

#include "analysis/calls.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using knowledge::BehaviourRow;
using knowledge::CallbackRow;
using knowledge::FunctionRow;
using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Function;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

ProcessKind kind_of(std::string_view process) {
  if (process == "gen_server") return ProcessKind::kGenServer;
  if (process == "gen_statem" || process == "gen_fsm") return ProcessKind::kGenStatem;
  if (process == "gen_event") return ProcessKind::kGenEvent;
  if (process == "supervisor") return ProcessKind::kSupervisor;
  if (process == "agent") return ProcessKind::kAgent;
  if (process == "task") return ProcessKind::kTask;
  if (process == "gen_stage" || process == "broadway") return ProcessKind::kStage;
  if (process == "channel" || process == "live_view" || process.starts_with("per_")) return ProcessKind::kRequest;
  return ProcessKind::kOther;
}

// Code that others run, or a process that is not the module's own.
bool is_process(std::string_view process) { return process != "plugin" && process != "library" && process != "application"; }

HandlerKind handler_kind(std::string_view role) {
  if (role == "init" || role == "start") return HandlerKind::kInit;
  if (role == "call") return HandlerKind::kCall;
  if (role == "cast") return HandlerKind::kCast;
  if (role == "info") return HandlerKind::kInfo;
  if (role == "continue") return HandlerKind::kContinue;
  if (role == "terminate") return HandlerKind::kTerminate;
  if (role == "event") return HandlerKind::kEvent;
  if (role == "run") return HandlerKind::kRun;
  return HandlerKind::kOther;
}

// What the returns of one callback clause say.
struct Returns {
  bool reply = false, no_reply = false, stop = false, other = false;
  bool keeps_state = true;
};

class ReturnReader {
 public:
  ReturnReader(const Program& program, const Calls& calls, const Unit& unit) : program_(program), calls_(calls), unit_(unit) {}

  void read(ExprId body, VariableId state, Returns& out, int depth = 0) const {
    for_each_result(unit_, body, [&](ExprId result) { read_result(result, state, out, depth); });
  }

 private:
  static constexpr int kMaxDepth = 3;

  void read_result(ExprId id, VariableId state, Returns& out, int depth) const {
    const ExprId value = local_value(unit_, id);
    const Expr& e = unit_.expr(value);
    if (e.kind == ExprKind::kAtom && e.symbol() == sym::keep_state_and_data) return;
    if (e.kind == ExprKind::kTuple && e.child_count >= 2) return read_tuple(value, state, out);
    if (e.kind == ExprKind::kCall) return read_call(value, state, out, depth);
    out.other = true;
    out.keeps_state = false;
  }

  void read_tuple(ExprId id, VariableId state, Returns& out) const {
    const auto elements = unit_.children_of(id);
    const auto tag = atom_value(unit_, elements[0]).value_or(Symbol());
    std::size_t state_at = 1;
    if (tag == sym::reply) {
      out.reply = true;
      state_at = 2;
    } else if (tag == sym::noreply || tag == sym::ok || tag == sym::keep_state) {
      out.no_reply = true;
    } else if (tag == sym::keep_state_and_data) {
      return;
    } else if (tag == sym::stop) {
      out.stop = true;
      state_at = elements.size() - 1;
    } else if (tag == sym::next_state) {
      out.no_reply = true;
      state_at = 2;
    } else {
      out.other = true;
    }
    // gen_fsm has the name of the next state before the data: {reply, Value, StateName, Data}.
    const bool after_name = tag == sym::reply && elements.size() >= 4 && is_variable(elements[3], state);
    if (!after_name && (state_at >= elements.size() || !is_variable(elements[state_at], state))) out.keeps_state = false;
  }

  void read_call(ExprId id, VariableId state, Returns& out, int depth) const {
    const CallId site{unit_.first_call + unit_.expr(id).payload};
    if (const FunctionRow* row = row_at(calls_, site); row != nullptr && row->effects.has(Effect::kExit)) return;
    const FunctionId callee = calls_.callees[site.index].function;
    if (!callee || depth >= kMaxDepth || &program_.unit_of(callee) != &unit_) {
      out.other = true;
      out.keeps_state = false;
      return;
    }
    const auto arguments = unit_.children_of(id);
    std::size_t at = 0;
    while (at < arguments.size() && !is_variable(arguments[at], state)) ++at;
    for (const ClauseId c : program_.function(callee).clauses) {
      const Clause& clause = unit_.clause(c);
      const auto patterns = unit_.patterns_of(clause);
      read(clause.body, at < patterns.size() ? whole_variable(unit_, patterns[at]) : VariableId{}, out, depth + 1);
    }
  }

  bool is_variable(ExprId id, VariableId variable) const {
    const Expr& e = unit_.expr(id);
    return variable && e.kind == ExprKind::kVariable && e.payload == variable.index;
  }

  const Program& program_;
  const Calls& calls_;
  const Unit& unit_;
};

class ProcessFinder {
 public:
  ProcessFinder(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes, const Calls& calls)
      : program_(program), knowledge_(knowledge), scopes_(scopes), calls_(calls) {}

  Processes find() {
    out_.by_module.resize(program_.modules.size());
    find_undeclared();
    for (std::uint32_t m = 0; m < program_.modules.size(); ++m) add_module(ModuleId(m));
    for (std::uint32_t c = 0; c < calls_.callees.size(); ++c) read_call(CallId(c));
    settle_traps();
    for (Process& p : out_.processes) settle(p);
    return std::move(out_);
  }

 private:
  // A module that hands itself to gen_server:start_link is a gen_server, whether it says -behaviour or not.
  void find_undeclared() {
    const auto starts_server = [](const FunctionRow& row) {
      return row.module_argument != 0 && (row.module == sym::gen_server || row.module == sym::Elixir_GenServer);
    };
    for (const CallId site : sites_of_rows(calls_, starts_server)) {
      const FunctionRow* row = row_at(calls_, site);
      const model::Call& call = program_.call(site);
      if (call.capture || !call.function) continue;
      const ModuleId own = program_.module_of(program_.function_of(site));
      if (!scopes_.of(own).behaviours.empty()) continue;
      const Unit& unit = program_.unit_of(site);
      const auto arguments = unit.children_of(call.expr);
      if (row->module_argument > arguments.size()) continue;
      if (atom_value(unit, arguments[row->module_argument - 1u]) == program_.module(own).name) undeclared_[own] = row->module;
    }
  }

  std::span<const Symbol> behaviours_of(ModuleId id) const {
    const auto found = undeclared_.find(id);
    return found != undeclared_.end() ? std::span<const Symbol>(&found->second, 1)
                                      : std::span<const Symbol>(scopes_.of(id).behaviours);
  }

  void add_module(ModuleId id) {
    const BehaviourRow* best = nullptr;
    for (const Symbol behaviour : behaviours_of(id)) {
      const BehaviourRow* row = knowledge_.behaviour(behaviour);
      if (row == nullptr || !is_process(row->process)) continue;
      if (best == nullptr || (kind_of(best->process) == ProcessKind::kOther && kind_of(row->process) != ProcessKind::kOther))
        best = row;
    }
    if (best == nullptr) return;
    const ProcessId process_id{out_.processes.size()};
    out_.by_module[id.index] = process_id;
    Process process;
    process.module = id;
    process.kind = kind_of(best->process);
    process.behaviour = best->module;
    if (best->many) process.count = Count::kMany;
    process.handlers.first = static_cast<std::uint32_t>(out_.handlers.size());
    add_handlers(id, process_id, process);
    process.handlers.count = static_cast<std::uint32_t>(out_.handlers.size()) - process.handlers.first;
    std::stable_sort(out_.handlers.begin() + process.handlers.first, out_.handlers.end(),
                     [](const Handler& a, const Handler& b) { return a.kind < b.kind; });
    out_.processes.push_back(std::move(process));
  }

  void add_handlers(ModuleId id, ProcessId process_id, const Process& process) {
    for (const FunctionId f : program_.functions_of(id)) {
      const Function& function = program_.function(f);
      if (function.has(model::kTemplate) || function.has(model::kMacro) || function.has(model::kSynthetic)) continue;
      const CallbackRow* callback = nullptr;
      for (const Symbol behaviour : behaviours_of(id))
        if (callback == nullptr) callback = knowledge_.callback(behaviour, function.name, function.arity);
      if (callback != nullptr) {
        if (callback->role != "none") add_clauses(process_id, f, handler_kind(callback->role), *callback);
      } else if (process.kind == ProcessKind::kGenStatem && function.has(model::kPublic)) {
        add_state_function(process_id, process, f, function.arity);
      }
    }
  }

  // gen_statem: StateName(EventType, Content, Data). gen_fsm: StateName(Event, Data), StateName(Event, From, Data). A state is
  // entered by its name, so that stands somewhere in the source; a function of the interface, like start/2, is only called.
  void add_state_function(ProcessId process_id, const Process& process, FunctionId f, std::uint32_t arity) {
    const bool fsm = knowledge_.behaviour(process.behaviour)->process == "gen_fsm";
    if (arity != 3 && !(fsm && arity == 2)) return;
    if (!names_atom(program_.module_of(f), program_.function(f).name)) return;
    CallbackRow row;
    row.message_argument = fsm ? 1 : 2;
    row.state_argument = static_cast<std::uint8_t>(arity);
    add_clauses(process_id, f, !fsm ? HandlerKind::kEvent : arity == 3 ? HandlerKind::kCall : HandlerKind::kCast, row);
  }

  // Does the atom stand in a function of the module? Attributes name functions, too.
  bool names_atom(ModuleId module, Symbol atom) const {
    for (const FunctionId f : program_.functions_of(module)) {
      const Unit& unit = program_.unit_of(f);
      for (const ClauseId c : program_.function(f).clauses) {
        const bool found = any_below(unit, unit.clause(c).body, [&](ExprId id) {
          return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == atom && !is_run_by_name(unit, module, id);
        });
        if (found) return true;
      }
    }
    return false;
  }

  // spawn_link(?MODULE, relay, Arguments): a function to run and no state.
  bool is_run_by_name(const Unit& unit, ModuleId module, ExprId name) const {
    const ExprId around = unit.parent(name);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return false;
    const auto arguments = unit.children_of(around);
    const auto at = std::find(arguments.begin(), arguments.end(), name);
    return at != arguments.end() && at != arguments.begin() && atom_value(unit, at[-1]) == program_.module(module).name;
  }

  void add_clauses(ProcessId process_id, FunctionId f, HandlerKind kind, const CallbackRow& callback) {
    const Unit& unit = program_.unit_of(f);
    const UnitId unit_id = program_.functions[f.index].unit;
    const ReturnReader returns(program_, calls_, unit);
    for (const ClauseId c : program_.function(f).clauses) {
      const Clause& clause = unit.clause(c);
      if (!clause.body) continue;
      const auto patterns = unit.patterns_of(clause);
      Handler h;
      h.process = process_id;
      h.kind = kind == HandlerKind::kEvent ? event_kind(unit, patterns) : kind;
      h.function = f;
      h.clause = c;
      const std::size_t message_at = callback.message_argument != 0 ? callback.message_argument - 1u : 0;
      if (message_at < patterns.size()) h.pattern = outline(unit, unit_id, patterns[message_at]);
      h.catch_all = h.pattern.any && !clause.guard;
      Returns r;
      const std::size_t state_at = callback.state_argument != 0 ? callback.state_argument - 1u : patterns.size();
      returns.read(clause.body, state_at < patterns.size() ? whole_variable(unit, patterns[state_at]) : VariableId{}, r);
      h.any_state = state_at >= patterns.size() || !restricts(unit, patterns[state_at]);
      h.changes_state = !r.keeps_state;
      h.reads_state = state_at < patterns.size() && looks_at(unit, clause, patterns[state_at]);
      const std::size_t from_at = callback.from_argument != 0 ? callback.from_argument - 1u : patterns.size();
      if (from_at < patterns.size()) h.keeps_caller = mentions(unit, clause.body, variables_in(unit, patterns[from_at]));
      h.reply = r.reply      ? Reply::kReply
                : r.other    ? Reply::kUnknown
                : r.no_reply ? Reply::kNoReply
                : r.stop     ? Reply::kStop
                             : Reply::kUnknown;
      out_.handlers.push_back(h);
    }
  }

  // May a term of the usual shape fail to match? The first element of a tuple is mostly its tag, and a map or record has its
  // fields.
  static bool restricts(const Unit& unit, ExprId pattern) {
    const Expr& e = unit.expr(pattern);
    switch (e.kind) {
      case ExprKind::kVariable:
      case ExprKind::kWildcard:
        return false;
      case ExprKind::kMatch:
        return restricts(unit, unit.child(pattern, 0)) || restricts(unit, unit.child(pattern, 1));
      case ExprKind::kTuple:
      case ExprKind::kMap:
        for (std::uint32_t i = 1; i < e.child_count; i += e.kind == ExprKind::kMap ? 2 : 1)
          if (restricts(unit, unit.child(pattern, i))) return true;
        return false;
      default:
        return true;
    }
  }

  // Is the state taken apart, asked or passed to a function, or only given back in what the clause returns?
  static bool looks_at(const Unit& unit, const Clause& clause, ExprId pattern) {
    const ExprKind kind = unit.expr(pattern).kind;
    if (kind == ExprKind::kWildcard) return false;
    if (kind != ExprKind::kVariable) return true;
    const std::vector<VariableId> state{VariableId(unit.expr(pattern).payload)};
    if (clause.guard && mentions(unit, clause.guard, state)) return true;
    std::vector<ExprId> given_back;
    for_each_result(unit, clause.body, [&](ExprId result) {
      if (unit.expr(result).kind != ExprKind::kTuple) return;
      for (const ExprId element : unit.children_of(result))
        if (unit.expr(element).kind == ExprKind::kVariable) given_back.push_back(element);
    });
    return any_below(unit, clause.body, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      return e.kind == ExprKind::kVariable && e.payload == state[0].index &&
             std::find(given_back.begin(), given_back.end(), id) == given_back.end();
    });
  }

  // gen_statem says the kind of an event by its first argument: {call, From}, cast, info, a timeout …
  static HandlerKind event_kind(const Unit& unit, std::span<const ExprId> patterns) {
    if (patterns.empty()) return HandlerKind::kEvent;
    const Expr& e = unit.expr(patterns[0]);
    if (e.kind == ExprKind::kTuple && e.child_count == 2 && unit.expr(unit.child(patterns[0], 0)).kind == ExprKind::kAtom)
      return unit.expr(unit.child(patterns[0], 0)).symbol() == sym::call ? HandlerKind::kCall : HandlerKind::kEvent;
    if (e.kind != ExprKind::kAtom) return HandlerKind::kEvent;
    if (e.symbol() == sym::cast) return HandlerKind::kCast;
    if (e.symbol() == sym::info) return HandlerKind::kInfo;
    return HandlerKind::kEvent;
  }

  ProcessId own_process(CallId site) const {
    const model::Call& call = program_.call(site);
    return call.function ? out_.by_module[program_.module_of(program_.function_of(site)).index] : ProcessId{};
  }

  // Starts, names and trap_exit are all said by calls of known functions.
  void read_call(CallId site) {
    const FunctionRow* row = row_at(calls_, site);
    if (row == nullptr) return;
    const model::Call& call = program_.call(site);
    if (call.capture || !call.function) return;
    const Unit& unit = program_.unit_of(site);
    const auto arguments = unit.children_of(call.expr);
    if (row->module_argument != 0 && row->module_argument <= arguments.size()) return read_start(site, *row, unit, arguments);
    if ((row->name == sym::process_flag || row->name == sym::flag) && arguments.size() == 2 &&
        atom_value(unit, arguments[0]) == sym::trap_exit && atom_value(unit, arguments[1]) != sym::false_)
      traps_.push_back(program_.function_of(site));
    if (row->module == sym::gen_event && row->name.text().starts_with("add_") && arguments.size() == 3)
      read_manager(unit, arguments[0], arguments[1]);
    const ProcessId own = own_process(site);
    if (!own) return;
    Process& process = out_.processes[own.index];
    if (row->name == sym::register_ && arguments.size() == 2) {
      // What a spawned closure registers, or what is spawned on the spot, is another process than the module's server.
      if (calls_.runs[site.index] != Runs::kCaller || is_spawned(unit, arguments[0]) || is_spawned(unit, arguments[1])) return;
      for (const ExprId a : arguments) add_name(process, unit, a);
    } else if (row->name == sym::start_link && (row->module == sym::Elixir_Agent || row->module == sym::Elixir_Task)) {
      process.starts.push_back(site);
      read_name(process, unit, *row, arguments);
    }
  }

  bool is_spawned(const Unit& unit, ExprId pid) const {
    const ExprId value = local_value(unit, pid);
    if (!value || unit.expr(value).kind != ExprKind::kCall) return false;
    const FunctionRow* row = row_at(calls_, CallId(unit.first_call + unit.expr(value).payload));
    return row != nullptr && row->effects.has(Effect::kSpawn);
  }

  // add_handler(Manager, Handler, Arguments): Handler is a module or {Module, Id}.
  void read_manager(const Unit& unit, ExprId manager, ExprId handler) {
    handler = local_value(unit, handler);
    if (unit.expr(handler).kind == ExprKind::kTuple && unit.expr(handler).child_count == 2) handler = unit.child(handler, 0);
    const auto name = atom_value(unit, manager), module = atom_value(unit, handler);
    const ModuleId m = module ? program_.find_module(*module, unit.project) : ModuleId();
    const ProcessId process = m ? out_.by_module[m.index] : ProcessId();
    if (!name || !process) return;
    auto& managers = out_.processes[process.index].managers;
    if (std::find(managers.begin(), managers.end(), *name) == managers.end()) managers.push_back(*name);
  }

  // A process traps exits when its own functions set the flag, or a helper that its init runs.
  void settle_traps() {
    for (const FunctionId f : traps_) {
      if (const ProcessId own = out_.by_module[program_.module_of(f).index]) out_.processes[own.index].traps_exits = true;
      for (const std::uint32_t edge : calls_.incoming_of(f)) mark_trap(calls_.callers[edge], calls_.edges[edge], 0);
    }
  }

  void mark_trap(FunctionId caller, const Edge& edge, int depth) {
    constexpr int kMaxHelpers = 2;
    if (edge.possible || edge.runs != Runs::kCaller) return;
    const ProcessId own = out_.by_module[program_.module_of(caller).index];
    if (own && program_.function(caller).name == sym::init) out_.processes[own.index].traps_exits = true;
    if (depth >= kMaxHelpers) return;
    for (const std::uint32_t outer : calls_.incoming_of(caller)) mark_trap(calls_.callers[outer], calls_.edges[outer], depth + 1);
  }

  void read_start(CallId site, const FunctionRow& row, const Unit& unit, std::span<const ExprId> arguments) {
    ProcessId id = own_process(site);
    if (const auto module = atom_value(unit, arguments[row.module_argument - 1u])) {
      const ModuleId m = program_.find_module(*module, unit.project);
      id = m ? out_.by_module[m.index] : ProcessId{};
    }
    if (!id) return;
    out_.processes[id.index].starts.push_back(site);
    read_name(out_.processes[id.index], unit, row, arguments);
    if (out_.processes[id.index].names.empty()) read_default_name(out_.processes[id.index], site, unit, row, arguments);
  }

  // start_link(name \\ __MODULE__): the name is a parameter whose default is what nearly everybody runs. The default is an
  // argument of the generated start_link/0.
  void read_default_name(Process& process, CallId site, const Unit& unit, const FunctionRow& row,
                         std::span<const ExprId> arguments) {
    const ExprId name = row.name_argument != 0 && row.name_argument <= arguments.size() ? arguments[row.name_argument - 1u]
                        : arguments.empty()                                             ? ExprId{}
                                            : literal_option(unit, arguments.back(), sym::name);
    if (!name || unit.expr(name).kind != ExprKind::kVariable) return;
    const FunctionId f = program_.function_of(site);
    const auto parameter = parameter_of(unit, program_.function(f), VariableId(unit.expr(name).payload));
    if (!parameter) return;
    for (const std::uint32_t i : calls_.incoming_of(f)) {
      if (!program_.function(calls_.callers[i]).has(model::kSynthetic)) continue;
      const Unit& at = program_.unit_of(calls_.callers[i]);
      const auto given = at.children_of(program_.call(calls_.edges[i].site).expr);
      if (parameter->index < given.size()) add_name(process, at, given[parameter->index]);
    }
  }

  void read_name(Process& process, const Unit& unit, const FunctionRow& row, std::span<const ExprId> arguments) {
    if (row.name_argument != 0 && row.name_argument <= arguments.size()) {
      add_name(process, unit, arguments[row.name_argument - 1u]);
    } else if (unit.language == source::Language::kElixir && !arguments.empty()) {
      const ExprId name = literal_option(unit, arguments.back(), sym::name);
      if (const ExprId put = name ? name : name_put_in(unit, arguments.back())) add_name(process, unit, put);
    }
  }

  // GenServer.start_link(__MODULE__, arg, Keyword.put_new(opts, :name, __MODULE__)), Keyword.merge([name: __MODULE__], opts).
  static ExprId name_put_in(const Unit& unit, ExprId options) {
    options = local_value(unit, options);
    if (!options || unit.expr(options).kind != ExprKind::kCall) return {};
    const Expr& e = unit.expr(options);
    if (unit.call_of(e).module != sym::Elixir_Keyword) return {};
    const std::string_view function = unit.call_of(e).name.text();
    if (function == "merge" && e.child_count >= 2) return literal_option(unit, unit.child(options, 0), sym::name);
    const bool puts = (function == "put_new" || function == "put") && e.child_count == 3;
    return puts && atom_value(unit, unit.child(options, 1)) == sym::name ? unit.child(options, 2) : ExprId();
  }

  // {name, opts} = Keyword.pop(opts, :name, __MODULE__): the call, where the variable is the first of the pair.
  static ExprId popped_from(const Unit& unit, ExprId variable) {
    const VariableId id(unit.expr(variable).payload);
    const ExprId binding = id ? unit.variables[id.index].binding : ExprId();
    const ExprId pair = binding ? unit.parent(binding) : ExprId();
    if (!pair || unit.expr(pair).kind != ExprKind::kTuple || unit.child(pair, 0) != binding) return {};
    const ExprId match = unit.parent(pair);
    if (!match || unit.expr(match).kind != ExprKind::kMatch || unit.child(match, 0) != pair) return {};
    const ExprId value = local_value(unit, unit.child(match, 1));
    const bool pops = value && unit.expr(value).kind == ExprKind::kCall && unit.expr(value).child_count == 3 &&
                      unit.call_of(unit.expr(value)).name.text() == "pop";
    return pops ? value : ExprId();
  }

  void add_name(Process& process, const Unit& unit, ExprId id) {
    id = local_value(unit, id);
    if (id && unit.expr(id).kind == ExprKind::kVariable) id = popped_from(unit, id);
    if (!id) return;
    const Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kAtom) {
      if (e.symbol() != sym::nil && e.symbol() != sym::undefined &&
          std::find(process.names.begin(), process.names.end(), e.symbol()) == process.names.end())
        process.names.push_back(e.symbol());
    } else if (e.kind == ExprKind::kTuple && e.child_count >= 2) {
      const auto kind = atom_value(unit, unit.child(id, 0));
      if (kind == sym::local || kind == sym::global) add_name(process, unit, unit.child(id, 1));
      if (kind == sym::via && process.count == Count::kUnknown) process.count = Count::kMany;
    } else if (e.kind == ExprKind::kCall && e.child_count == 3) {
      // Keyword.get(opts, :name, __MODULE__): the default is what nearly everybody runs.
      add_name(process, unit, unit.child(id, 2));
    }
  }

  static void settle(Process& process) {
    if (!process.names.empty() && process.count != Count::kMany) process.count = Count::kOne;
  }

  const Program& program_;
  const knowledge::Knowledge& knowledge_;
  const Scopes& scopes_;
  const Calls& calls_;
  std::vector<FunctionId> traps_;          // functions that set trap_exit
  std::map<ModuleId, Symbol> undeclared_;  // modules without a behaviour that start themselves as one
  Processes out_;
};

}  // namespace

Processes find_processes(const Program& program, const knowledge::Knowledge& knowledge, const Scopes& scopes,
                         const Calls& calls) {
  return ProcessFinder(program, knowledge, scopes, calls).find();
}

}  // namespace beamwright::analysis
