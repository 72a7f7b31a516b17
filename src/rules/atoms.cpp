#include "rules/atoms.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/values.h"
#include "rules/origin.h"
#include "rules/walk.h"

namespace beamwright::rules {

ExprId atom_text_at(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || external->row->text_argument == 0) return {};
  // binary_to_term is a hazard of its own, evaluating code is a tool's business.
  if (external->row->effects.has(Effect::kDecodeTerm) || external->module == sym::Elixir_Code) return {};
  if (!analysis::effects_at(program, facts, site).has(Effect::kAtomCreation)) return {};
  const std::span<const ExprId> arguments = arguments_of(program, site);
  return external->row->text_argument <= arguments.size() ? arguments[external->row->text_argument - 1u] : ExprId();
}

std::vector<Sink> calls_of_wrapper(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::size_t kMaxCallers = 60;
  std::vector<Sink> outer;
  const std::optional<std::size_t> parameter = parameter_index(program, sink.function, sink.text);
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(sink.function);
  if (!parameter || incoming.size() < 2 || incoming.size() > kMaxCallers) return outer;
  for (const std::uint32_t i : incoming) {
    const CallId site = facts.calls.edges[i].site;
    const std::span<const ExprId> arguments = arguments_of(program, site);
    const bool direct = facts.calls.callees[site.index].function == sink.function && !program.call(site).capture;
    if (direct && *parameter < arguments.size()) {
      outer.push_back({sink.conversion, site, facts.calls.callers[i], arguments[*parameter]});
      continue;
    }
    // lists:map(fun to_atom/1, Texts): the elements of what stands beside the capture.
    const Unit& unit = program.unit_of(site);
    const ExprId call = program.call(site).capture ? unit.parent(program.call(site).expr) : program.call(site).expr;
    if (!call || unit.expr(call).kind != ExprKind::kCall) return {};
    for (const ExprId argument : unit.children_of(call)) {
      const ExprKind kind = unit.expr(argument).kind;
      if (kind != ExprKind::kCapture && kind != ExprKind::kClosure)
        outer.push_back({sink.conversion, site, facts.calls.callers[i], argument});
    }
  }
  return outer;
}

bool is_member_checked(const Program& program, CallId site, const std::vector<model::VariableId>& variables) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) continue;
    for (const ExprId child : unit.children_of(e)) {
      if (any_below(unit, child, [&](ExprId id) {
            const model::Expr& c = unit.expr(id);
            const bool in = c.kind == ExprKind::kOperator && c.symbol() == sym::in;
            if (!in && c.kind != ExprKind::kCall) return false;
            const std::string_view name = in ? "member" : unit.call_of(c).name.text();
            const bool asks =
                name.starts_with("member") || name == "in" || name == "has_key?" || name == "is_key" || name == "keymember";
            return asks && mentions(unit, id, variables);
          })) {
        return true;
      }
    }
  }
  return false;
}

bool is_compared_before(const Program& program, CallId site, const std::vector<model::VariableId>& variables) {
  const Unit& unit = program.unit_of(site);
  ExprId root = program.call(site).expr;
  const std::uint32_t place = unit.expr(root).begin;
  while (unit.parent(root)) root = unit.parent(root);
  return any_below(unit, root, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCase || e.child_count != 1 || e.end > place) return false;
    const model::Expr& subject = unit.expr(unit.child(id, 0));
    if (subject.kind != ExprKind::kVariable || !mentions(unit, unit.child(id, 0), variables)) return false;
    for (const model::ClauseId clause : unit.clauses_of(e)) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        const ExprKind kind = unit.expr(pattern).kind;
        if (kind == ExprKind::kString || kind == ExprKind::kCharlist) return true;
      }
    }
    return false;
  });
}

bool is_fallback_of_existing(const Program& program, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kTry) continue;
    return any_below(unit, unit.child(around, 0), [&](ExprId id) {
      const model::Expr& c = unit.expr(id);
      return c.kind == ExprKind::kCall && unit.call_of(c).name.text().find("to_existing_atom") != std::string_view::npos;
    });
  }
  return false;
}

bool runs_while_compiling(const Program& program, const Unit& unit, ExprId expr) {
  for (ExprId around = unit.parent(expr); around; around = unit.parent(around)) {
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kQuote) return true;
    if (kind == ExprKind::kUnknown && source_text(program, unit, around).starts_with("unquote")) return true;
  }
  return false;
}

bool makes_keys(const Program& program, const Sink& sink) {
  const Unit& unit = program.unit_of(sink.function);
  const std::vector<model::VariableId> variables = variables_in(unit, sink.text);
  if (variables.size() != 1 || unit.expr(sink.text).kind != ExprKind::kVariable) return false;
  // The first of a pair in a generator or in the parameter of a closure …
  const ExprId binding = unit.variables[variables[0].index].binding;
  const ExprId pair = binding ? unit.parent(binding) : ExprId();
  const auto is_pair = [&](ExprId id, ExprId first) {
    return id && unit.expr(id).kind == ExprKind::kTuple && unit.expr(id).child_count == 2 && unit.child(id, 0) == first;
  };
  if (!is_pair(pair, binding)) return false;
  const ExprId around = unit.parent(pair);
  if (!around || (unit.expr(around).kind != ExprKind::kGenerator && unit.expr(around).kind != ExprKind::kClosure)) return false;
  // … and then the first of a pair again, or the key that is put.
  const ExprId made = program.call(sink.site).expr;
  const ExprId use = unit.parent(made);
  if (is_pair(use, made)) return true;
  return use && unit.expr(use).kind == ExprKind::kCall && unit.call_of(unit.expr(use)).name == sym::put;
}

// Something is started or registered in the function.
static bool names_processes(const Program& program, const Facts& facts, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    const analysis::External* external = facts.calls.external(site);
    if (external && external->row && (external->name == sym::start_link || external->name.text() == "register")) return true;
  }
  return false;
}

// Some function that gets the atom from this one starts or registers something: `Name = helper:process_name(Peer)`.
static bool callers_name_processes(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMaxCallers = 20;
  const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(function);
  return incoming.size() <= kMaxCallers && std::any_of(incoming.begin(), incoming.end(), [&](std::uint32_t i) {
           return names_processes(program, facts, facts.calls.callers[i]);
         });
}

// There is one for each person, and no end of those.
static bool names_one_of_many(std::string_view field) {
  return field == "uuid" || field.ends_with("_uuid") || field == "email" || field == "login" || field == "username" ||
         field == "user_name" || field == "nickname";
}

bool is_made_for_each(const Program& program, const Facts& facts, const Sink& sink) {
  const Unit& unit = program.unit_of(sink.function);
  const ExprId text = analysis::local_value(unit, sink.text);
  const ExprKind kind = unit.expr(text).kind;
  const bool person = kind == ExprKind::kField && names_one_of_many(unit.expr(text).symbol().text());
  if (kind != ExprKind::kBinary && kind != ExprKind::kOperator && !person) return false;
  const analysis::Context& context = facts.contexts.of(sink.function);
  const ProcessId own = facts.processes.of(program.module_of(sink.function));
  const std::string_view name = program.function(sink.function).name.text();
  const bool starts = own && facts.process(own).count != analysis::Count::kOne && (name == "start_link" || name == "child_spec");
  if (!starts && context.processes.empty() && !context.many && (context.flags & (analysis::kInRequest | analysis::kInTask)) == 0)
    return false;
  return any_below(unit, text, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kField) return false;
    const std::string_view field = e.symbol().text();
    return field == "id" || field.ends_with("_id") || names_one_of_many(field);
  });
}

bool is_name_of_many(const Program& program, const Facts& facts, const Sink& sink) {
  constexpr std::array<std::string_view, 29> kMany = {
      "peer",    "user",     "session",    "client",   "connection",   "address",    "ip",          "tenant",
      "room",    "device",   "game",       "customer", "account",      "email",      "token",       "call",
      "order",   "guild",    "chat",       "player",   "conversation", "deployment", "participant", "conference",
      "meeting", "document", "subscriber", "lobby",    "visitor"};
  const Unit& unit = program.unit_of(sink.function);
  const std::vector<model::VariableId> variables = variables_in(unit, sink.text);
  if (variables.size() != 1 || !unit.expr(sink.text).child_count) return false;
  const ProcessId own = facts.processes.of(program.module_of(sink.function));
  const bool named =
      own && facts.process(own).count == analysis::Count::kMany && program.function(sink.function).name == sym::start_link;
  if (named) return true;
  std::string name(unit.variables[variables[0].index].name.text());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.ends_with("_id")) name.resize(name.size() - 3);
  if (std::find(kMany.begin(), kMany.end(), name) == kMany.end()) return false;
  // The module starts or registers something under the name.
  for (const FunctionId f : program.functions_of(program.module_of(sink.function))) {
    if (names_processes(program, facts, f)) return true;
  }
  return callers_name_processes(program, facts, sink.function);
}

}  // namespace beamwright::rules
