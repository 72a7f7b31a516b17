#include "analysis/possible_values.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/data_functions.h"
#include "analysis/flow.h"
#include "analysis/state_fields.h"
#include "analysis/value_sources.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using knowledge::Resource;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

bool PossibleValues::has(PossibleKind kind) const { return first(kind) != nullptr; }

const PossibleValue* PossibleValues::first(PossibleKind kind) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const PossibleValue& v) { return v.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

bool PossibleValues::only(PossibleKind kind) const {
  return !unknown && !all.empty() && std::all_of(all.begin(), all.end(), [&](const PossibleValue& v) { return v.kind == kind; });
}

namespace {

PossibleKind kind_of(Resource resource) {
  switch (resource) {
    case Resource::kMonitor:
      return PossibleKind::kMonitor;
    case Resource::kTimer:
      return PossibleKind::kTimer;
    case Resource::kTimerServer:
      return PossibleKind::kTimerServer;
    case Resource::kTask:
      return PossibleKind::kTask;
    case Resource::kRequest:
      return PossibleKind::kRequest;
    case Resource::kTable:
      return PossibleKind::kTable;
    case Resource::kPort:
      return PossibleKind::kPort;
    case Resource::kSocket:
      return PossibleKind::kSocket;
    case Resource::kFileHandle:
      return PossibleKind::kFileHandle;
    case Resource::kLock:
      return PossibleKind::kLock;
    case Resource::kAlias:
      return PossibleKind::kAlias;
    case Resource::kSubscription:
      return PossibleKind::kSubscription;
    case Resource::kProcess:
    case Resource::kNone:
      break;
  }
  return PossibleKind::kProcess;
}

class ValueFlow final : public Flow {
 public:
  ValueFlow(const Program& program, const Facts& facts)
      : Flow(program, facts, kVisits), states_(states_of(program, facts)), sources_(value_sources_of(program, facts)) {}

  PossibleValues run(FunctionId function, ExprId expr) {
    follow({function, expr}, {});
    return std::move(found_);
  }
  PossibleValues run(const StateField& field) {
    follow_writes(field, {});
    found_.field = {};
    return std::move(found_);
  }
  PossibleValues run_items(const StateField& field) {
    items_ = true;
    Selector item, value;
    value.kind = Selector::kValue;
    follow_writes(field, Path().with_front(item));
    follow_writes(field, Path().with_front(value));
    follow_writes(field, Path().with_front(element(0, 2)).with_front(item));
    found_.field = {};
    return std::move(found_);
  }

 private:
  static constexpr int kVisits = 400;

  // A collection that has no such part loses the walk for it, and the two others find it.
  void lost(const Place&, const Path& path) override {
    if (!items_ || path.empty()) found_.unknown = true;
  }

  PossibleValue value(PossibleKind kind, const Place& place) const {
    PossibleValue v;
    v.kind = kind;
    v.made = {program_.functions[place.function.index].unit, place.expr};
    v.function = place.function;
    return v;
  }

  void add(const PossibleValue& v) {
    for (const PossibleValue& known : found_.all) {
      const bool literal = v.kind == PossibleKind::kAtom || v.kind == PossibleKind::kText || v.kind == PossibleKind::kInteger;
      if (known.kind != v.kind) continue;
      if (literal ? known.name == v.name && known.number == v.number : known.made == v.made) return;
      if ((v.kind == PossibleKind::kState || v.kind == PossibleKind::kCaller) && known.process == v.process) return;
    }
    if (found_.all.size() == PossibleValues::kMax) {
      found_.unknown = true;
    } else {
      found_.all.push_back(v);
    }
  }

  bool at(const Place& place, const Path& path) override {
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(place.expr);
    if (e.kind == ExprKind::kCall) return at_call(place, path);
    if (!path.empty()) return false;
    return add_literal(unit, e, place);
  }

  bool add_literal(const Unit& unit, const Expr& e, const Place& place) {
    switch (e.kind) {
      case ExprKind::kAtom:
      case ExprKind::kString:
      case ExprKind::kCharlist: {
        PossibleValue v = value(e.kind == ExprKind::kAtom ? PossibleKind::kAtom : PossibleKind::kText, place);
        v.name = e.symbol();
        return add(v), true;
      }
      case ExprKind::kInteger: {
        PossibleValue v = value(PossibleKind::kInteger, place);
        v.number = unit.integer_of(e);
        return add(v), true;
      }
      case ExprKind::kOperator:
        if (const auto number = integer_value(unit, place.expr)) {
          PossibleValue v = value(PossibleKind::kInteger, place);
          v.number = *number;
          return add(v), true;
        }
        if (e.symbol().text() == "<>") return add(value(PossibleKind::kBinary, place)), true;
        return false;
      case ExprKind::kBinary:
        return add(value(PossibleKind::kBinary, place)), true;
      case ExprKind::kTuple:
      case ExprKind::kList:
        return add(value(PossibleKind::kTerm, place)), true;
      case ExprKind::kMap:
        if (e.has(model::kUpdate)) return false;
        return add(value(PossibleKind::kTerm, place)), true;
      case ExprKind::kClosure:
      case ExprKind::kCapture: {
        PossibleValue v = value(PossibleKind::kFunction, place);
        if (e.kind == ExprKind::kCapture) v.target = facts_.calls.callees[site_of(place).index].function;
        return add(v), true;
      }
      default:
        return false;
    }
  }

  // ---- Calls ----------------------------------------------------------------------------------------------------------------

  bool at_call(const Place& place, const Path& path) {
    const CallId site = site_of(place);
    const External* external = facts_.calls.external(site);
    if (external == nullptr) return false;
    const Unit& unit = unit_of(place);
    if (external->row != nullptr && external->row->returns != Resource::kNone) return at_resource(place, path, *external);
    if (external->row != nullptr && external->row->effects.has(Effect::kCall) && external->row->message_argument != 0)
      return at_request(place, path, site);
    if (at_storage(place, path, *external)) return true;
    const std::string_view module = external->module.text(), name = external->name.text();
    if (name == "self" && external->arity == 0) {
      if (path.empty()) add_self(place, site);
      return true;
    }
    if (name == "make_ref") return path.empty() ? (add(value(PossibleKind::kReference, place)), true) : true;
    if (name == "whereis" && path.empty() && external->arity == 1) return at_whereis(place);
    if (copies_binary(*external)) return add(value(PossibleKind::kCopied, place)), true;
    if (const ExprId whole = sliced_by(unit, place.expr, *external)) {
      if (path.size() <= 1) add(value(PossibleKind::kSlice, place));
      return true;
    }
    if (external->row != nullptr && !external->row->input.empty()) {
      PossibleValue v = value(PossibleKind::kOutside, place);
      v.name = intern(external->row->input);
      return add(v), true;
    }
    if (const auto number = path.empty() && module == "timer" ? integer_value(unit, place.expr) : std::nullopt) {
      PossibleValue v = value(PossibleKind::kInteger, place);
      v.number = *number;
      return add(v), true;
    }
    return false;
  }

  // A resource itself, {ok, Resource}, the two of spawn_monitor, the reference of a task.
  bool at_resource(const Place& place, const Path& path, const External& external) {
    PossibleValue v = value(kind_of(external.row->returns), place);
    const bool with_monitor = external.name.text().ends_with("spawn_monitor") || external.name.text() == "start_monitor";
    if (path.size() > 1) return path.size() == 2 && with_monitor ? at_start_monitor(place, path) : (lost(place, path), true);
    if (!path.empty()) {
      const Selector& s = path.front();
      if (s.kind == Selector::kElement && with_monitor) {
        if (s.index == 1) v.kind = PossibleKind::kMonitor;
      } else if (s.kind == Selector::kElement) {
        if (s.index != 1 || (s.name && s.name != sym::ok)) return true;
      } else if (s.kind == Selector::kKey && v.kind == PossibleKind::kTask) {
        v.kind = s.name.text() == "pid" ? PossibleKind::kProcess : PossibleKind::kMonitor;
      } else {
        return lost(place, path), true;
      }
    }
    if (v.kind == PossibleKind::kProcess) v.process = class_started(place, *external.row);
    if (v.kind == PossibleKind::kTable) name_table(place, v);
    return add(v), true;
  }

  // {ok, {Pid, Monitor}} = gen_server:start_monitor(…).
  bool at_start_monitor(const Place& place, const Path& path) {
    if (path.front().kind != Selector::kElement || path.at(1).kind != Selector::kElement) return lost(place, path), true;
    add(value(path.at(1).index == 0 ? PossibleKind::kProcess : PossibleKind::kMonitor, place));
    return true;
  }

  ProcessId class_started(const Place& place, const knowledge::FunctionRow& row) const {
    const Unit& unit = unit_of(place);
    const auto arguments = unit.children_of(place.expr);
    ExprId named;
    if (row.module_argument != 0 && row.module_argument <= arguments.size()) named = arguments[row.module_argument - 1u];
    if (row.child_argument != 0 && row.child_argument <= arguments.size()) {
      named = local_value(unit, arguments[row.child_argument - 1u]);
      const Expr& e = unit.expr(named);
      if (e.kind == ExprKind::kTuple && e.child_count > 0) named = unit.child(named, 0);
      if (e.kind == ExprKind::kMap) {
        const ExprId start = local_value(unit, literal_option(unit, named, sym::start));
        named = start && unit.expr(start).kind == ExprKind::kTuple && unit.expr(start).child_count > 0 ? unit.child(start, 0)
                                                                                                       : ExprId();
      }
    }
    const auto module = named ? atom_value(unit, named) : std::nullopt;
    const ModuleId id = module ? program_.find_module(*module, unit.project) : ModuleId();
    return id ? facts_.processes.of(id) : ProcessId();
  }

  void name_table(const Place& place, PossibleValue& v) const {
    const Unit& unit = unit_of(place);
    const auto arguments = unit.children_of(place.expr);
    if (arguments.size() != 2) return;
    const ExprId options = local_value(unit, arguments[1]);
    if (!options || unit.expr(options).kind != ExprKind::kList) return;
    for (const ExprId option : unit.children_of(options))
      if (unit.expr(option).kind == ExprKind::kAtom && unit.expr(option).symbol().text() == "named_table")
        v.name = atom_value(unit, arguments[0]).value_or(Symbol());
  }

  void add_self(const Place& place, CallId site) {
    PossibleValue v = value(PossibleKind::kSelf, place);
    const Context& context = facts_.contexts.of(place.function);
    const bool here = facts_.calls.runs[site.index] == Runs::kCaller;
    if (here && !context.many && context.processes.size() == 1) v.process = context.processes[0];
    add(v);
  }

  bool at_whereis(const Place& place) {
    const Unit& unit = unit_of(place);
    PossibleValue v = value(PossibleKind::kProcess, place);
    if (const auto name = atom_value(unit, unit.child(place.expr, 0))) {
      v.name = *name;
      for (std::uint32_t p = 0; p < facts_.processes.processes.size() && !v.process; ++p) {
        const Process& process = facts_.processes.processes[p];
        if (std::find(process.names.begin(), process.names.end(), *name) != process.names.end()) v.process = ProcessId(p);
      }
    }
    return add(v), true;
  }

  // What the handlers of a request answer.
  bool at_request(const Place& place, const Path& path, CallId site) {
    if (path.full()) return lost(place, path), true;
    Selector reply;
    reply.kind = Selector::kReply;
    bool any = false;
    for (const MessageId id : facts_.messages.by_function[place.function.index]) {
      const Message& message = facts_.message(id);
      if (message.site != site || !message.receiver || message.kind != MessageKind::kCall) continue;
      for (const HandlerId h : facts_.process(message.receiver).handlers) {
        const Handler& handler = facts_.handler(h);
        if (handler.kind != HandlerKind::kCall || !may_match(handler.pattern, message.pattern)) continue;
        any = true;
        follow({handler.function, program_.unit_of(handler.function).clause(handler.clause).body}, path.with_front(reply));
        if (handler.reply != Reply::kReply) found_.unknown = true;
        if (handler.pattern.tag == message.pattern.tag && !handler.pattern.any) break;
      }
    }
    if (!any) lost(place, path);
    return true;
  }

  // Process.get, persistent_term:get, Application.get_env.
  bool at_storage(const Place& place, const Path& path, const External& external) {
    const Unit& unit = unit_of(place);
    const auto arguments = unit.children_of(place.expr);
    const std::string_view name = external.name.text();
    if (arguments.empty() || !(name.starts_with("get") || name.starts_with("fetch") || name.starts_with("compile_env")))
      return false;
    const bool dictionary = (external.module == sym::Elixir_Process || external.module == sym::erlang) && name == "get";
    if (dictionary || (external.module == sym::persistent_term && name == "get")) {
      const auto& stored = dictionary ? sources_.dictionary : sources_.terms;
      const auto found = stored.find(storage_key(unit, arguments[0]));
      if (found == stored.end() || !found->first) lost(place, path);
      if (found != stored.end() && found->first)
        for (const PlacedExpr& put : found->second)
          if (program_.unit_of(put.function).project == unit.project) follow({put.function, put.expr}, path);
      if (arguments.size() == 2) follow({place.function, arguments[1], place.frame}, path);
      return true;
    }
    const bool environment = external.module == sym::Elixir_Application || external.module == sym::application;
    if (!environment) return false;
    if (const auto read = sources_.configuration->read_by(unit, place.expr)) return at_setting(place, *read, path), true;
    if (arguments.size() < 2) return false;
    if (arguments.size() < 3) return lost(place, path), true;
    // The key is not written, the default is.
    at_setting(place, {.application = {}, .key = {}, .inner = {}, .fallback = arguments[2]}, path);
    return true;
  }

  // What config files, a mix.exs and applications' own files say of a key, and the default that the call gives.
  void at_setting(const Place& place, const SettingRead& read, Path path) {
    if (read.wrapped) {
      if (path.empty() || path.front().kind != Selector::kElement || path.front().index != 1) return lost(place, path);
      path = path.without();
    }
    const std::size_t before = found_.all.size();
    const Path whole = read.inner && !path.full() ? path.with_front(key(read.inner)) : path;
    bool any = false;
    for (const Configured& c : sources_.configuration->of(read.application, read.key))
      if (c.project == unit_of(place).project) any |= at_configured(place, c, whole);
    if (read.fallback) {
      follow({place.function, read.fallback, place.frame}, path);
      any = true;
    }
    for (std::size_t i = before; i < found_.all.size(); ++i) found_.all[i].configured = true;
    if (!any) lost(place, path);
  }

  bool at_configured(const Place& place, const Configured& c, const Path& path) {
    if (c.kind == Configured::kWritten) {
      const Unit& unit = program_.unit(c.value.unit);
      if (unit.functions.empty()) return false;
      follow({FunctionId(unit.first_function), c.value.expr}, path);
      return true;
    }
    const bool one = path.size() == 1;
    const bool meant = c.item    ? one && path.front().kind == Selector::kItem
                       : c.inner ? one && path.front().kind == Selector::kKey && path.front().name == c.inner
                                 : path.empty();
    if (!meant) return false;
    PossibleValue v = value(c.kind == Configured::kInteger ? PossibleKind::kInteger
                            : c.kind == Configured::kText  ? PossibleKind::kText
                                                           : PossibleKind::kAtom,
                            place);
    v.name = c.text;
    v.number = c.number;
    add(v);
    return true;
  }

  // ---- Parameters -----------------------------------------------------------------------------------------------------------

  void at_slice(const Place& place) override { add(value(PossibleKind::kSlice, place)); }

  void at_parameter(const ParameterPlace& parameter, const Path& path) override {
    const CallbackArguments* role = states_.role(parameter.function);
    if (role != nullptr) {
      const auto is = [&](std::uint8_t argument) { return argument == parameter.index + 1; };
      if (is(role->state)) return at_state(parameter, role->process, path);
      if (is(role->from)) return at_from(parameter, path);
      if (role->kind == HandlerKind::kInit && parameter.index == 0 && !is(role->message))
        return at_start_argument(parameter, *role, path);
      if (is(role->message)) return at_message(parameter, *role, path);
    }
    if (read_field_by_name(parameter, path)) return;
    bool any = follow_callers(parameter, path);
    any |= follow_children(parameter, path);
    if (any) return;
    if (!program_.function(parameter.function).has(model::kPublic)) return lost({parameter.function, parameter.pattern}, path);
    PossibleValue v = value(PossibleKind::kGiven, {parameter.function, parameter.pattern});
    v.index = parameter.index;
    add(v);
  }

  bool at_closure_parameter(const Place& call, const External& external, std::size_t, const Path& path) override {
    if (external.module != sym::Elixir_Agent) return false;
    const ProcessId process = facts_.processes.of(program_.module_of(call.function));
    if (!process) return false;
    at_state({call.function, {}, 0, call.expr}, process, path);
    return true;
  }

  void at_from(const ParameterPlace& parameter, const Path&) {
    add(value(PossibleKind::kCaller, {parameter.function, parameter.pattern}));
  }

  // The whole state, or one of its fields by all its writes.
  void at_state(const ParameterPlace& parameter, ProcessId process, Path path) {
    if (path.empty()) {
      PossibleValue v = value(PossibleKind::kState, {parameter.function, parameter.pattern});
      v.process = process;
      return add(v);
    }
    const StateClass& state = states_.of(process);
    const StateField* field = nullptr;
    if (path.front().kind == Selector::kKey && path.size() > 1 && path.front().name.text() == "assigns") path = path.without();
    if (path.front().kind == Selector::kKey) field = state.field(path.front().name);
    if (path.front().kind == Selector::kElement) field = state.element(path.front().index);
    if (field == nullptr) {
      // A state that is a collection itself.
      const StateField* whole = state.whole();
      if (whole == nullptr) return lost({parameter.function, parameter.pattern}, path);
      return follow_writes(*whole, path);
    }
    if (!found_.field) found_.field = field->name;
    follow_writes(*field, path.without());
  }

  void follow_writes(const StateField& field, const Path& path) {
    for (const StateWrite& write : field.writes) {
      if (write.changes.bits == static_cast<std::uint8_t>(Change::kLoses)) continue;
      if (write.value) {
        follow({write.function, write.value}, path);
      } else {
        found_.unknown = true;
      }
    }
  }

  // A helper of a process's module that takes a field out of what it is given: nearly always the state, or a part of the same
  // shape.
  bool read_field_by_name(const ParameterPlace& parameter, Path path) {
    const ProcessId process = facts_.processes.of(program_.module_of(parameter.function));
    if (!process || path.empty() || path.front().kind != Selector::kKey) return false;
    if (path.size() > 1 && path.front().name.text() == "assigns") path = path.without();
    const StateClass& state = states_.of(process);
    const StateField* field = state.field(path.front().name);
    if (field == nullptr || (path.front().record && state.record && path.front().record != state.record)) return false;
    if (!found_.field) found_.field = field->name;
    follow_writes(*field, path.without());
    return true;
  }

  void at_message(const ParameterPlace& parameter, const CallbackArguments& role, const Path& path) {
    found_.message = true;
    bool any = false;
    for (const HandlerId id : facts_.process(role.process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.function != parameter.function || handler.clause != parameter.clause) continue;
      for (const MessageId m : facts_.messages.to[role.process.index]) {
        const Message& message = facts_.message(m);
        if (!arrives(handler.kind, message.kind) || !may_match(handler.pattern, message.pattern)) continue;
        if (program_.functions[message.sender.index].unit != message.pattern.expr.unit) continue;
        any = true;
        follow({message.sender, message.pattern.expr.expr}, path);
      }
    }
    if (!any) lost({parameter.function, parameter.pattern}, path);
  }

  static bool arrives(HandlerKind handler, MessageKind message) {
    if (handler == HandlerKind::kEvent) return true;
    return handler == (message == MessageKind::kCall   ? HandlerKind::kCall
                       : message == MessageKind::kCast ? HandlerKind::kCast
                                                       : HandlerKind::kInfo);
  }

  // init(Arg): what stands behind the module in start_link(Module, Arg, …).
  void at_start_argument(const ParameterPlace& parameter, const CallbackArguments& role, const Path& path) {
    bool any = false;
    for (const CallId site : facts_.process(role.process).starts) {
      const knowledge::FunctionRow* row = row_at(facts_.calls, site);
      const auto arguments = program_.unit_of(site).children_of(program_.call(site).expr);
      if (row == nullptr || row->module_argument == 0 || row->module_argument >= arguments.size()) continue;
      any = true;
      follow({program_.function_of(site), arguments[row->module_argument]}, path);
    }
    if (!any) lost({parameter.function, parameter.pattern}, path);
  }

  // start_link(arg) of a module that stands in child lists: {Module, arg}, or {Module, start_link, [arg]} inside a specification.
  bool follow_children(const ParameterPlace& parameter, const Path& path) {
    const model::Function& function = program_.function(parameter.function);
    if (!function.name.text().starts_with("start")) return false;
    bool any = false;
    for (const PlacedExpr& child : sources_.children[program_.module_of(parameter.function).index]) {
      const Unit& unit = program_.unit_of(child.function);
      const ExprId expr = local_value(unit, child.expr);
      if (const ExprId argument = argument_in_child(unit, expr, function.name, parameter.index)) {
        any = true;
        follow({child.function, argument}, path);
      }
    }
    return any;
  }

  const States& states_;
  const ValueSources& sources_;
  PossibleValues found_;
  bool items_ = false;  // asked for the items of a collection, by every way in which they may stand in it
};

}  // namespace

PossibleValues possible_values(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  return ValueFlow(program, facts).run(function, expr);
}

PossibleValues possible_values_of_field(const Program& program, const Facts& facts, const StateField& field) {
  return ValueFlow(program, facts).run(field);
}

PossibleValues possible_items_of_field(const Program& program, const Facts& facts, const StateField& field) {
  return ValueFlow(program, facts).run_items(field);
}

ProcessId process_behind(const Program& program, const Facts& facts, const PossibleValues& values, source::ProjectId project) {
  ProcessId found;
  for (const PossibleValue& v : values.all) {
    ProcessId one = v.process;
    if (v.kind == PossibleKind::kAtom) {
      if (v.name == sym::nil || v.name == sym::undefined) continue;
      for (std::uint32_t p = 0; p < facts.processes.processes.size(); ++p) {
        const Process& process = facts.processes.processes[p];
        if (program.unit_of(process.module).project == project &&
            std::find(process.names.begin(), process.names.end(), v.name) != process.names.end())
          one = ProcessId(p);
      }
    } else if (v.kind != PossibleKind::kProcess && v.kind != PossibleKind::kSelf) {
      return {};
    }
    if (!one || (found && found != one)) return {};
    found = one;
  }
  return values.unknown ? ProcessId() : found;
}

ProcessId receiver_behind(const Program& program, const Facts& facts, const Message& message) {
  if (message.receiver && !message.likely) return message.receiver;
  const knowledge::FunctionRow* row = row_at(facts.calls, message.site);
  const Unit& unit = program.unit_of(message.site);
  const auto arguments = unit.children_of(program.call(message.site).expr);
  if (row == nullptr || row->target_argument == 0 || row->target_argument > arguments.size()) return message.receiver;
  const ProcessId found = process_behind(
      program, facts, possible_values(program, facts, message.sender, arguments[row->target_argument - 1u]), unit.project);
  return found ? found : message.receiver;
}

std::int64_t timeout_behind(const PossibleValues& values) {
  if (values.unknown || values.all.size() != 1) return Bound::kUnknown;
  const PossibleValue& v = values.all[0];
  if (v.kind == PossibleKind::kInteger) return v.number;
  return v.kind == PossibleKind::kAtom && v.name == sym::infinity ? Bound::kInfinite : Bound::kUnknown;
}

}  // namespace beamwright::analysis
