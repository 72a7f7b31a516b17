#include "analysis/state_fields.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/flow.h"
#include "analysis/on_demand.h"
#include "analysis/state_growth.h"
#include "analysis/values.h"
#include "analysis/walk.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

bool StateField::gains() const {
  return std::any_of(writes.begin(), writes.end(),
                     [](const StateWrite& w) { return !w.initial && w.changes.has(Change::kGains); });
}

bool StateField::loses() const {
  return std::any_of(writes.begin(), writes.end(), [](const StateWrite& w) {
    if (w.changes.has(Change::kLoses) || w.changes.has(Change::kBounds)) return true;
    return !w.initial && (w.changes.has(Change::kResets) || w.changes.has(Change::kSets) || w.changes.has(Change::kUnknown));
  });
}

const StateField* StateClass::field(Symbol name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const StateField& f) { return f.name == name && name; });
  return found == fields.end() ? nullptr : &*found;
}

const StateField* StateClass::element(std::size_t index) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const StateField& f) { return !f.name && f.element == static_cast<std::int32_t>(index); });
  return found == fields.end() ? nullptr : &*found;
}

const StateField* StateClass::whole() const {
  const auto found = std::find_if(fields.begin(), fields.end(), [](const StateField& f) { return f.whole(); });
  return found == fields.end() ? nullptr : &*found;
}

namespace {

// A state that a handler builds anew, `#state{id = Id}`: what it does not name starts again from its default.
struct Rebuilt {
  StateWrite write;
  std::vector<Symbol> named;
};

// Follows what one callback clause returns as its state and notes what is written into it on the way.
class Collector final : public Flow {
 public:
  Collector(const Program& program, const Facts& facts, StateClass& out, std::vector<Rebuilt>* rebuilt = nullptr)
      : Flow(program, facts, kVisits), out_(out), rebuilt_(rebuilt) {}

  void run(const Handler& handler, HandlerId id) {
    const Unit& unit = program_.unit_of(handler.function);
    const Process& process = facts_.process(handler.process);
    handler_ = id;
    initial_ = handler.kind == HandlerKind::kInit;
    Selector state;
    state.kind = Selector::kState;
    state.index = static_cast<std::uint8_t>(process.kind);
    follow({handler.function, unit.clause(handler.clause).body}, Path().with_front(state));
  }

  // What a closure given to Agent.start_link, update, cast or get_and_update makes the state.
  void run_closure(FunctionId function, ExprId closure, const Path& path, bool initial) {
    initial_ = initial;
    const Unit& unit = program_.unit_of(function);
    const ExprId value = local_value(unit, closure);
    if (!value || unit.expr(value).kind != ExprKind::kClosure) return void(out_.complete = false);
    for (const ClauseId c : unit.clauses_of(unit.expr(value))) follow({function, unit.clause(c).body}, path);
  }

 private:
  static constexpr int kVisits = 700;

  bool at(const Place& place, const Path& path) override {
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(place.expr);
    if (e.kind == ExprKind::kCall) {
      if (const External* external = facts_.calls.external(site_of(place))) return at_call(place, path, *external);
      return false;
    }
    if (!path.empty()) return false;
    switch (e.kind) {
      case ExprKind::kMap:
        return at_map(place, e);
      case ExprKind::kTuple:
        return at_tuple(place, e);
      case ExprKind::kList:
        return at_list(place, e);
      case ExprKind::kAtom:
      case ExprKind::kInteger:
      case ExprKind::kString:
      case ExprKind::kBinary:
      case ExprKind::kOperator:
      case ExprKind::kComprehension:
        note({}, -1, place, place.expr);
        return true;
      default:
        return false;
    }
  }

  bool at_map(const Place& place, const Expr& e) {
    const Unit& unit = unit_of(place);
    const auto children = unit.children_of(e);
    set_shape(e.has(model::kRecord) ? StateShape::kRecord : StateShape::kMap, e.symbol());
    const std::size_t first = e.has(model::kUpdate) ? 1 : 0;
    if (first == 0 && children.empty()) note({}, -1, place, place.expr);
    if (first == 0 && rebuilt_ != nullptr && handler_ && !initial_) note_rebuilt(place, children);
    for (std::size_t i = first; i + 1 < children.size(); i += 2) note(written_key(unit, children[i]), -1, place, children[i + 1]);
    return first == 0;
  }

  void note_rebuilt(const Place& place, std::span<const ExprId> children) {
    Rebuilt made{{place.function, place.expr, {}, {}, {handler_}, false}, {}};
    made.write.changes.add(Change::kResets);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) made.named.push_back(written_key(unit_of(place), children[i]));
    rebuilt_->push_back(std::move(made));
  }

  bool at_tuple(const Place& place, const Expr& e) {
    const Unit& unit = unit_of(place);
    set_shape(StateShape::kTuple, {});
    for (std::uint32_t i = 0; i < e.child_count; ++i) note({}, static_cast<std::int32_t>(i), place, unit.child(place.expr, i));
    return true;
  }

  bool at_list(const Place& place, const Expr& e) {
    const Unit& unit = unit_of(place);
    bool pairs = e.child_count > 0;
    for (const ExprId child : unit.children_of(e))
      pairs = pairs && unit.expr(child).kind == ExprKind::kTuple && unit.expr(child).child_count == 2 &&
              written_key(unit, unit.child(child, 0));
    if (!pairs) {
      note({}, -1, place, place.expr);
      return true;
    }
    set_shape(StateShape::kKeywords, {});
    for (const ExprId child : unit.children_of(e)) note(written_key(unit, unit.child(child, 0)), -1, place, unit.child(child, 1));
    return true;
  }

  bool at_call(const Place& place, const Path& path, const External& external) {
    const Unit& unit = unit_of(place);
    if (path.size() == 1 && path.front().kind == Selector::kElement && path.front().index == 1) {
      // {value, state} = pop_in(state.items[k]), Map.pop(state, :items).
      for (const KeyWrite& write : popped(unit, place.expr, external)) {
        note(write.name, -1, place, write.value, true);
        follow({place.function, write.base, place.frame}, {});
        return true;
      }
      return false;
    }
    if (!path.empty()) return false;
    for (const KeyWrite& write : key_writes(unit, place.expr, external)) {
      if (!write.name && !write.value && growth_of(unit, place.expr, external).growth == Growth::kNone) out_.complete = false;
      if (write.name) {
        set_shape(StateShape::kMap, {});
        note(write.name, -1, place, write.value, write.removes);
      } else {
        note({}, -1, place, place.expr);
      }
      base_ = write.base;
    }
    if (base_) {
      const ExprId base = std::exchange(base_, ExprId());
      follow({place.function, base, place.frame}, path);
      return true;
    }
    const Grown grown = growth_of(unit, place.expr, external);
    if (grown.growth != Growth::kNone) {
      note({}, -1, place, place.expr);
      follow({place.function, grown.collection, place.frame}, path);
      return true;
    }
    return false;
  }

  void set_shape(StateShape shape, Symbol record) {
    if (out_.shape == StateShape::kUnknown) out_.shape = shape;
    if (record && !out_.record) out_.record = record;
  }

  StateField& field(Symbol name, std::int32_t element) {
    for (StateField& f : out_.fields)
      if (f.name == name && f.element == element) return f;
    out_.fields.push_back({name, element, {}});
    return out_.fields.back();
  }

  void note(Symbol name, std::int32_t element, const Place& place, ExprId value, bool removes = false) {
    StateField& into = field(name, element);
    for (StateWrite& w : into.writes) {
      if (w.function != place.function || w.place != place.expr || w.value != value) continue;
      if (handler_ && w.handlers.size() < StateWrite::kMaxHandlers && w.handlers.back() != handler_)
        w.handlers.push_back(handler_);
      w.initial = w.initial && initial_;
      return;
    }
    StateWrite write{place.function, place.expr, value, {}, {}, initial_};
    if (handler_) write.handlers.push_back(handler_);
    if (removes) {
      write.changes.add(Change::kLoses);
    } else {
      write.changes = changes_of(program_, facts_, {name, element, place.function, place.expr, value});
    }
    into.writes.push_back(std::move(write));
  }

  void at_parameter(const ParameterPlace&, const Path&) override {}  // the state as it was
  bool at_closure_parameter(const Place&, const External& external, std::size_t, const Path&) override {
    return external.module == sym::Elixir_Agent;
  }
  void lost(const Place&, const Path&) override { out_.complete = false; }

  StateClass& out_;
  std::vector<Rebuilt>* rebuilt_;
  HandlerId handler_;
  bool initial_ = false;
  ExprId base_;
};

// The fields of defstruct, with their defaults: those that no callback gives a value are in the state all the same.
class Declared {
 public:
  Declared(const Program& program, const Facts& facts, ModuleId module, StateClass& out)
      : program_(program), facts_(facts), unit_(program.unit_of(module)), module_(module), out_(out) {}

  void add() {
    for (const FunctionId f : program_.functions_of(module_)) {
      if (!program_.function(f).has(model::kModuleBody)) continue;
      for (const CallId site : program_.calls_of(f)) {
        const auto arguments = unit_.children_of(program_.call(site).expr);
        if (program_.call(site).name == sym::defstruct && arguments.size() == 1) add_fields(f, local_value(unit_, arguments[0]));
      }
    }
  }

 private:
  void add_fields(FunctionId body, ExprId list) {
    if (!list || unit_.expr(list).kind != ExprKind::kList) return;
    for (const ExprId child : unit_.children_of(list)) {
      const Expr& e = unit_.expr(child);
      const bool pair = e.kind == ExprKind::kTuple && e.child_count == 2;
      const Symbol name = written_key(unit_, pair ? unit_.child(child, 0) : child);
      if (!name) continue;
      auto field = std::find_if(out_.fields.begin(), out_.fields.end(), [&](const StateField& f) { return f.name == name; });
      if (field == out_.fields.end()) field = out_.fields.insert(field, StateField{name, -1, {}});
      if (!pair) continue;
      const ExprId value = unit_.child(child, 1);
      field->writes.push_back({body, child, value, changes_of(program_, facts_, {name, -1, body, child, value}), {}, true});
    }
  }

  const Program& program_;
  const Facts& facts_;
  const Unit& unit_;
  const ModuleId module_;
  StateClass& out_;
};

// An agent has no callbacks: its state is what the closures make of it that its own module gives to Agent's functions.
void collect_agent(const Program& program, const Facts& facts, const Process& process, StateClass& out) {
  for (const FunctionId f : program.functions_of(process.module)) {
    const Unit& unit = program.unit_of(f);
    for (const CallId site : program.calls_of(f)) {
      const External* external = facts.calls.external(site);
      if (external == nullptr || external->module != sym::Elixir_Agent || program.call(site).capture) continue;
      const auto arguments = unit.children_of(program.call(site).expr);
      const std::string_view name = external->name.text();
      const bool starts = name.starts_with("start");
      if (starts && !arguments.empty()) Collector(program, facts, out).run_closure(f, arguments[0], {}, true);
      if (arguments.size() < 2) continue;
      if (name == "update" || name == "cast") Collector(program, facts, out).run_closure(f, arguments[1], {}, false);
      if (name == "get_and_update")
        Collector(program, facts, out).run_closure(f, arguments[1], Path().with_front(element(1, 2)), false);
    }
  }
}

StateClass collect(const Program& program, const Facts& facts, const Process& process) {
  StateClass out;
  std::vector<Rebuilt> rebuilt;
  for (const HandlerId id : process.handlers) {
    const Handler& handler = facts.handler(id);
    if (handler.kind == HandlerKind::kTerminate) continue;
    Collector(program, facts, out, &rebuilt).run(handler, id);
  }
  for (StateField& field : out.fields) {
    for (const Rebuilt& made : rebuilt) {
      if (field.name && std::find(made.named.begin(), made.named.end(), field.name) == made.named.end())
        field.writes.push_back(made.write);
    }
  }
  if (process.kind == ProcessKind::kAgent) collect_agent(program, facts, process, out);
  const ModuleId record = out.record ? program.find_module(out.record, program.unit_of(process.module).project) : ModuleId();
  if (record) Declared(program, facts, record, out).add();
  std::stable_sort(out.fields.begin(), out.fields.end(), [](const StateField& a, const StateField& b) {
    if (a.whole() != b.whole()) return b.whole();
    if (a.name != b.name) return a.name.text() < b.name.text();
    return a.element < b.element;
  });
  return out;
}

CallbackArguments arguments_of_callback(const Program& program, const Facts& facts, const Handler& handler) {
  const Process& process = facts.process(handler.process);
  const model::Function& function = program.function(handler.function);
  CallbackArguments out{handler.process, handler.kind, 0, 0, 0};
  const knowledge::Knowledge& knowledge = knowledge::Knowledge::embedded();
  if (const knowledge::CallbackRow* row = knowledge.callback(process.behaviour, function.name, function.arity)) {
    out.message = row->message_argument;
    out.from = row->from_argument;
    out.state = row->state_argument;
  } else if (process.kind == ProcessKind::kGenStatem) {
    // State functions: name(EventType, Content, Data) of gen_statem; name(Event, Data), name(Event, From, Data) of gen_fsm.
    const knowledge::BehaviourRow* behaviour = knowledge.behaviour(process.behaviour);
    const bool fsm = behaviour != nullptr && behaviour->process == "gen_fsm";
    out.message = fsm ? 1 : 2;
    out.from = fsm && function.arity == 3 ? 2 : 0;
    out.state = static_cast<std::uint8_t>(function.arity);
  } else if (handler.kind == HandlerKind::kCall && function.arity == 3) {
    out.message = 1, out.from = 2, out.state = 3;
  } else if ((handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo) && function.arity == 2) {
    out.message = 1, out.state = 2;
  }
  return out;
}

std::shared_ptr<const States> find_states(const Program& program, const Facts& facts) {
  auto states = std::make_shared<States>();
  states->role_of.assign(program.functions.size(), UINT32_MAX);
  for (const Handler& handler : facts.processes.handlers) {
    std::uint32_t& slot = states->role_of[handler.function.index];
    if (slot != UINT32_MAX) continue;
    slot = static_cast<std::uint32_t>(states->roles.size());
    states->roles.push_back(arguments_of_callback(program, facts, handler));
  }
  states->by_process.resize(facts.processes.processes.size());
  parallel_for(states->by_process.size(), default_jobs(), [&](std::size_t p) {
    const Process& process = facts.processes.processes[p];
    if (process.kind != ProcessKind::kSupervisor) states->by_process[p] = collect(program, facts, process);
  });
  return states;
}

// The outermost pattern that stands for the same value: itself, or with its aliases.
ExprId with_aliases(const Unit& unit, ExprId at) {
  for (ExprId around = unit.parent(at); around; around = unit.parent(at)) {
    const Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kMatch || !e.has(model::kInPattern)) break;
    at = around;
  }
  return at;
}

}  // namespace

const States& states_of(const Program& program, const Facts& facts) {
  OnDemand& on_demand = *facts.on_demand;
  std::call_once(on_demand.states_once, [&] { on_demand.states = find_states(program, facts); });
  return *on_demand.states;
}

Symbol field_read(const Unit& unit, ExprId expr) {
  if (!expr) return {};
  const Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kField) return e.symbol();
  if (e.kind == ExprKind::kVariable) {
    const VariableId variable(e.payload);
    if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return {};
    const ExprId at = with_aliases(unit, unit.variables[variable.index].binding);
    const ExprId around = unit.parent(at);
    if (!around || unit.expr(around).kind != ExprKind::kMap || !unit.expr(around).has(model::kInPattern)) return {};
    const auto children = unit.children_of(around);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2)
      if (children[i + 1] == at && unit.expr(children[i]).kind == ExprKind::kAtom) return unit.expr(children[i]).symbol();
    return {};
  }
  if (e.kind != ExprKind::kCall || e.child_count < 2) return {};
  const model::Call& call = unit.call_of(e);
  if (!call.name) return {};
  const auto atom = [&](std::size_t i) {
    const Expr& argument = unit.expr(unit.child(expr, i));
    return argument.kind == ExprKind::kAtom ? argument.symbol() : Symbol();
  };
  const std::string_view name = call.name.text();
  const bool reads = name == "get" || name == "fetch!";
  if (reads && (call.module == sym::Elixir_Map || call.module == sym::Elixir_Access)) return atom(1);
  if (name == "get" && call.module == sym::maps) return atom(0);
  return {};
}

std::vector<StateRead> reads_of(const Program& program, const Facts& facts, ProcessId process, const StateField& field) {
  std::vector<StateRead> reads;
  if (!field.name) return reads;
  const ModuleId module = facts.process(process).module;
  for (const FunctionId f : program.functions_of(module)) {
    const Unit& unit = program.unit_of(f);
    for (const ClauseId c : program.function(f).clauses) {
      const model::Clause& clause = unit.clause(c);
      std::vector<ExprId> roots(unit.patterns_of(clause).begin(), unit.patterns_of(clause).end());
      roots.push_back(clause.guard);
      roots.push_back(clause.body);
      for (const ExprId root : roots) {
        any_below(unit, root, [&](ExprId id) {
          const Expr& e = unit.expr(id);
          const bool reading = (e.kind == ExprKind::kField || e.kind == ExprKind::kCall ||
                                (e.kind == ExprKind::kVariable && e.has(model::kBinds))) &&
                               field_read(unit, id) == field.name;
          if (reading) reads.push_back({f, id});
          return false;
        });
      }
    }
  }
  return reads;
}

std::vector<HandlerId> handlers_running(const Program& program, const Facts& facts, ProcessId process, FunctionId function) {
  constexpr std::size_t kMaxFunctions = 400;
  std::vector<HandlerId> found;
  // Backwards from the function: everything that runs it in its own process.
  std::set<FunctionId> above = {function};
  std::vector<FunctionId> waiting = {function};
  while (!waiting.empty() && above.size() < kMaxFunctions) {
    const FunctionId at = waiting.back();
    waiting.pop_back();
    for (const std::uint32_t i : facts.calls.incoming_of(at))
      if (facts.calls.edges[i].runs == Runs::kCaller && above.insert(facts.calls.callers[i]).second)
        waiting.push_back(facts.calls.callers[i]);
  }
  for (const HandlerId id : facts.process(process).handlers) {
    const Handler& handler = facts.handler(id);
    if (above.count(handler.function) == 0) continue;
    bool runs = handler.function == function;
    for (const CallId site : calls_in_clause(program, handler.function, handler.clause)) {
      const FunctionId callee = facts.calls.callees[site.index].function;
      runs = runs || (callee && above.count(callee) != 0 && facts.calls.runs[site.index] == Runs::kCaller);
    }
    if (runs) found.push_back(id);
  }
  return found;
}

}  // namespace beamwright::analysis
