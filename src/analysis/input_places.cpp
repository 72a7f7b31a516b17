#include "analysis/input_places.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "analysis/input.h"
#include "analysis/input_words.h"
#include "analysis/resolvers.h"
#include "analysis/shared.h"
#include "analysis/values.h"
#include "analysis/walk.h"
#include "knowledge/knowledge.h"

namespace beamwright::analysis {

using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

const knowledge::CallbackRow* row_of(const Program& program, Symbol behaviour, FunctionId f) {
  const model::Function& function = program.function(f);
  return knowledge::Knowledge::embedded().callback(behaviour, function.name, function.arity);
}

bool is_input_of(const Program& program, Symbol behaviour, FunctionId f, std::size_t index) {
  const knowledge::CallbackRow* row = row_of(program, behaviour, f);
  return row && row->input_argument == index + 1;
}

// websocket_handle/2 beside init/2: cowboy asks nobody for the behaviour.
bool handles_websocket(const Program& program, FunctionId f) {
  const model::Function& function = program.function(f);
  return function.arity == 2 && function.name.text() == "websocket_handle" &&
         program.find_function(program.module_of(f), intern("init"), 2);
}

// The behaviours that the function's module says it has; for a function that `use` puts into other modules, those that the same
// quote says they have.
template <typename Is>
bool any_behaviour(const Program& program, FunctionId f, Is&& is) {
  const auto declared = [&](ModuleId module, bool quoted) {
    const auto directives = program.unit_of(module).directives_of(program.module(module));
    return std::any_of(directives.begin(), directives.end(), [&](const model::Directive& directive) {
      const bool declares = directive.kind == model::DirectiveKind::kUse || directive.kind == model::DirectiveKind::kBehaviour;
      return declares && directive.quoted == quoted && directive.module && is(directive.module);
    });
  };
  const ModuleId module = program.module_of(f);
  if (declared(module, program.function(f).has(model::kTemplate))) return true;
  if (!program.unit_of(f).is_instance()) return false;
  const Unit& user = program.unit_of(module);
  for (const model::Directive& directive : user.directives_of(program.module(module))) {
    if (directive.kind != model::DirectiveKind::kUse || directive.quoted) continue;
    const ModuleId used = program.find_module(directive.module, user.project);
    if (used && declared(used, true)) return true;
  }
  return false;
}

// The arguments of a field that a schema resolves by this function.
bool is_resolved(const Program& program, const Facts& facts, FunctionId f, std::size_t index) {
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(f);
  return std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
    const FunctionId body = facts.calls.callers[i];
    if (!program.function(body).has(model::kModuleBody) || !program.call(facts.calls.edges[i].site).capture) return false;
    return input_of_resolver(program, program.module_of(body), program.function(f).arity) == index + 1;
  });
}

// {Permission, fun node:handle/2, [NodeId]}: a list beside the function holds its first arguments, and whoever goes through the
// table applies the one to the others.
ExprId argument_beside(const Unit& unit, ExprId capture, std::size_t index) {
  const ExprId around = unit.parent(capture);
  if (!around || (unit.expr(around).kind != ExprKind::kTuple && unit.expr(around).kind != ExprKind::kMap)) return {};
  for (const ExprId part : unit.children_of(around)) {
    const Expr& e = unit.expr(part);
    if (e.kind == ExprKind::kList && !e.has(model::kHasTail) && index < e.child_count) return unit.child(part, index);
  }
  return {};
}

// lists:foldl(fun frame/2, State, Frames), Enum.each(frames, &frame/1): the list whose elements the function is given first, and
// what a fold begins with.
ExprId argument_of_each(const Unit& unit, ExprId capture, std::size_t index) {
  const ExprId around = unit.parent(capture);
  if (!around || unit.expr(around).kind != ExprKind::kCall) return {};
  const model::Call& call = unit.call_of(unit.expr(around));
  const std::span<const ExprId> given = unit.children_of(around);
  if (call.target != model::TargetKind::kRemote || given.size() < 2 || given.size() > 3 || index > 1) return {};
  const bool lists = call.module == sym::lists;
  if (!lists && call.module != sym::Elixir_Enum) return {};
  if ((lists ? given.front() : given.back()) != capture) return {};
  if (index == 1) return given.size() == 3 ? given[1] : ExprId();
  return lists ? given.back() : given.front();
}

}  // namespace

std::optional<std::size_t> parameter_index(const Program& program, FunctionId function, ExprId expr) {
  const Unit& unit = program.unit_of(function);
  const ExprId value = local_value(unit, expr);
  if (!value || unit.expr(value).kind != ExprKind::kVariable) return {};
  const auto found = parameter_of(unit, program.function(function), model::VariableId(unit.expr(value).payload));
  if (!found) return {};
  return found->index;
}

bool is_input_argument(const Program& program, const Facts& facts, FunctionId f, std::size_t index, Symbol name) {
  const bool request = (facts.contexts.of(f).flags & kInRequest) != 0;
  if (request && is_input_name(name.text())) return true;
  const ModuleId module = program.module_of(f);
  const ProcessId process = facts.processes.of(module);
  if (process && is_input_of(program, facts.process(process).behaviour, f, index)) return true;
  if (any_behaviour(program, f, [&](Symbol behaviour) { return is_input_of(program, behaviour, f, index); })) return true;
  if (index == 0 && handles_websocket(program, f)) return true;
  if (!request) return false;
  // Handlers of cowboy's routes need not say which they are.
  if (!process &&
      (is_input_of(program, intern("cowboy_websocket"), f, index) || is_input_of(program, intern("cowboy_rest"), f, index)))
    return true;
  return is_resolved(program, facts, f, index);
}

bool takes_from_connection(const Program& program, const Facts& facts, FunctionId f) {
  const auto is = [&](Symbol behaviour) {
    const knowledge::BehaviourRow* of = knowledge::Knowledge::embedded().behaviour(behaviour);
    const bool connection = of && (of->process == "per_connection" || of->process == "channel" || of->process == "live_view");
    const knowledge::CallbackRow* row = connection ? row_of(program, behaviour, f) : nullptr;
    return row && row->role == "event" && row->input_argument != 0;
  };
  if (any_behaviour(program, f, is) || handles_websocket(program, f)) return true;
  const ProcessId process = facts.processes.of(program.module_of(f));
  return process && is(facts.process(process).behaviour);
}

bool may_pass_on(const Program& program, const Facts& facts, FunctionId f) {
  const model::Function& function = program.function(f);
  return in_production(program, facts, f) ||
         (function.has(model::kTemplate) && !function.has(model::kMacro) && program.reviewed(f));
}

bool decodes_by_unknown(const Program& program, const Unit& unit, const model::Call& call) {
  const bool value = call.target == model::TargetKind::kValue && call.module_expr;
  if (!value && call.target != model::TargetKind::kDynamicModule) return false;
  std::string name = value ? source_text(program, unit, call.module_expr) : std::string(call.name.text());
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return is_decoding_call(name);
}

ExprId argument_given(const Program& program, const Facts& facts, CallId site, FunctionId f, std::size_t index) {
  const model::Call& call = program.call(site);
  if (call.capture) {
    const ExprId each = argument_of_each(program.unit_of(site), call.expr, index);
    return each ? each : argument_beside(program.unit_of(site), call.expr, index);
  }
  const std::span<const ExprId> arguments = arguments_of(program, site);
  // Mod:decode(Bin), where Mod is what the configuration or the default says: the arguments are those of the function chosen.
  const bool chosen = call.target == model::TargetKind::kDynamicModule && call.name == program.function(f).name &&
                      arguments.size() == program.function(f).arity;
  const bool direct = facts.calls.callees[site.index].function == f || chosen;
  return direct && index < arguments.size() ? arguments[index] : ExprId();
}

// The pattern that a map pattern has under a key.
static ExprId value_in(const Unit& unit, ExprId map, Symbol key) {
  if (unit.expr(map).kind != ExprKind::kMap) return {};
  const std::span<const ExprId> children = unit.children_of(map);
  for (std::size_t i = 0; i + 1 < children.size(); i += 2)
    if (atom_value(unit, children[i]) == key) return children[i + 1];
  return {};
}

// The message itself, where the pattern gives it a name: {tcp, _, _} = Message.
static ExprId message_in(const Unit& unit, ExprId root) {
  const Expr& e = unit.expr(root);
  if (e.kind != ExprKind::kMatch || e.child_count != 2) return root;
  const ExprId left = unit.child(root, 0);
  return unit.expr(left).kind == ExprKind::kTuple ? left : unit.child(root, 1);
}

static std::string_view variable_name(const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  return e.kind == ExprKind::kVariable && e.payload < unit.variables.size() ? unit.variable_of(e).name.text()
                                                                            : std::string_view();
}

// {OK, Socket, Data}, where {OK, Closed, Error} = Transport:messages(), as ranch has it: the tag is what the transport says.
static bool is_tagged_by_transport(const Unit& unit, ExprId message) {
  const Expr& e = unit.expr(message);
  if (e.kind != ExprKind::kTuple || e.child_count != 3 || unit.expr(unit.child(message, 0)).has(model::kBinds)) return false;
  const std::string_view tag = variable_name(unit, unit.child(message, 0)), socket = variable_name(unit, unit.child(message, 1));
  return (tag == "OK" || tag == "Ok" || tag == "ok") && (socket.starts_with("Sock") || socket.starts_with("sock"));
}

bool is_sent_by_peer(const Unit& unit, ExprId root, ExprId binding) {
  root = message_in(unit, root);
  const Expr* e = &unit.expr(root);
  if (is_tagged_by_transport(unit, root)) return element_of(unit, root, binding) == 2u;
  if (e->kind != ExprKind::kTuple || e->child_count < 2) return false;
  const Expr& tag = unit.expr(unit.child(root, 0));
  const auto element = element_of(unit, root, binding);
  if (tag.kind == ExprKind::kAtom && element == 1u && e->child_count == 2 && is_broker_message(tag.symbol().text())) {
    // {publish, #{payload := Payload}}: a map that names the body; {publish, Event} is anybody's.
    const ExprId map = unit.child(root, 1);
    return value_in(unit, map, intern("payload")) || value_in(unit, map, intern("body"));
  }
  return tag.kind == ExprKind::kAtom && element && is_peer_message(tag.symbol().text(), e->child_count, *element);
}

bool comes_over_connection(const Unit& unit, ExprId root) {
  root = message_in(unit, root);
  const Expr& e = unit.expr(root);
  if (e.kind != ExprKind::kTuple || e.child_count == 0) return false;
  const auto tag = atom_value(unit, unit.child(root, 0));
  return is_tagged_by_transport(unit, root) || (tag && is_socket_message(tag->text()));
}

bool asks_request(const Unit& unit, const model::Call& call, std::span<const ExprId> arguments) {
  if (arguments.size() < 2 || arguments.size() > 3 || !call.name) return false;
  const std::string_view module = call.target == model::TargetKind::kRemote ? call.module.text() : std::string_view();
  return is_request_getter(module, call.name.text()) && std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
           const Expr& e = unit.expr(local_value(unit, argument));
           // A name: "select name from shop" asks a database.
           return (e.kind == ExprKind::kString || e.kind == ExprKind::kCharlist) &&
                  e.symbol().text().find_first_of(" \n\t") == std::string_view::npos;
         });
}

bool names_part(const Unit& unit, std::span<const ExprId> arguments) {
  bool key = false, parameters = false;
  for (const ExprId argument : arguments) {
    const Expr& e = unit.expr(argument);
    key |= e.kind == ExprKind::kString || e.kind == ExprKind::kCharlist;
    parameters |= e.kind == ExprKind::kVariable && e.payload < unit.variables.size() &&
                  is_input_name(unit.variables[e.payload].name.text());
  }
  return key && parameters;
}

bool is_list_of_characters(const Program& program, FunctionId f, ExprId list) {
  const Unit& unit = program.unit_of(f);
  if (!unit.expr(list).has(model::kHasTail)) return false;
  const model::ClauseRange clauses = program.function(f).clauses;
  std::optional<std::size_t> position;
  for (const ClauseId id : clauses) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
    const auto found = std::find(patterns.begin(), patterns.end(), list);
    if (found != patterns.end()) position = static_cast<std::size_t>(found - patterns.begin());
  }
  if (!position) return false;
  return std::any_of(clauses.begin(), clauses.end(), [&](ClauseId id) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
    if (*position >= patterns.size()) return false;
    const Expr& e = unit.expr(patterns[*position]);
    const bool starts = e.kind == ExprKind::kList && e.child_count > 1;
    return starts && unit.expr(unit.child(patterns[*position], 0)).kind == ExprKind::kInteger;
  });
}

std::optional<std::size_t> element_of(const Unit& unit, ExprId root, ExprId binding) {
  for (ExprId at = binding; at && at != root; at = unit.parent(at)) {
    const ExprId around = unit.parent(at);
    if (!around || unit.expr(around).kind != ExprKind::kTuple) continue;
    if (around != root && unit.expr(root).kind != ExprKind::kMatch) continue;
    const std::span<const ExprId> children = unit.children_of(around);
    return static_cast<std::size_t>(std::find(children.begin(), children.end(), at) - children.begin());
  }
  return {};
}

ExprId tried_value(const Unit& unit, ExprId id, ExprId pattern) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kTry || e.child_count == 0) return {};
  for (const ClauseId clause : unit.try_of(e).else_clauses) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
    if (std::find(patterns.begin(), patterns.end(), pattern) != patterns.end()) return unit.child(id, 0);
  }
  return {};
}

ExprId value_under(const Unit& unit, ExprId id, Symbol key) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kMap && e.kind != ExprKind::kList) return {};
  return literal_option(unit, id, key);
}

bool is_connection(const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
  const std::string_view name = unit.variable_of(e).name.text();
  return name == "conn" || name == "socket" || name == "req" || name == "request" || name == "Req" || name == "Request";
}

ExprId given_otherwise(const Unit& unit, ExprId argument) {
  const Expr& e = unit.expr(argument);
  if (e.kind != ExprKind::kClosure || unit.clauses_of(e).size() != 1) return argument;
  return unit.clause(*unit.clauses_of(e).begin()).body;
}

bool is_called_settings(const Unit& unit, ExprId expr) {
  const Expr& e = unit.expr(expr);
  if (e.kind == ExprKind::kField) return is_settings_name(e.symbol().text());
  if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
  return is_settings_name(unit.variables[e.payload].name.text());
}

static bool compares_by(std::string_view name) {
  return name == "in" || name == "==" || name == "===" || name == "=:=" || name == "member";
}

bool restricts(const Unit& unit, ExprId guard, model::VariableId variable) {
  return any_below(unit, guard, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    const bool compares = e.kind == ExprKind::kOperator && compares_by(e.symbol().text());
    const bool atom =
        e.kind == ExprKind::kCall && (unit.call_of(e).name.text() == "is_atom" || unit.call_of(e).name.text() == "in");
    return (compares || atom) && mentions(unit, id, {variable});
  });
}

bool is_index(const Unit& unit, ExprId call, ExprId pattern, model::VariableId variable) {
  const Expr& pair = unit.expr(pattern);
  if (pair.kind != ExprKind::kTuple || pair.child_count != 2 || !mentions(unit, unit.child(pattern, 1), {variable})) return false;
  const auto arguments = unit.children_of(call);
  return std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
    const Expr& e = unit.expr(argument);
    return e.kind == ExprKind::kCall && unit.call_of(e).name.text() == "with_index";
  });
}

Symbol key_of(const Unit& unit, ExprId binding) {
  const ExprId around = unit.parent(binding);
  if (!around || unit.expr(around).kind != ExprKind::kMap) return {};
  const std::span<const ExprId> children = unit.children_of(around);
  for (std::size_t i = 0; i + 1 < children.size(); i += 2)
    if (children[i + 1] == binding && unit.expr(children[i]).kind == ExprKind::kAtom) return unit.expr(children[i]).symbol();
  return {};
}

}  // namespace beamwright::analysis
