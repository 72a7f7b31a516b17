#include "analysis/trace.h"

#include <algorithm>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

namespace {

// Stands for the whole state among the fields.
constexpr Symbol kWholeState(0);

Symbol atom_at(const Unit& unit, ExprId id) {
  return id && unit.expr(id).kind == ExprKind::kAtom ? unit.expr(id).symbol() : Symbol();
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

struct FieldValue {
  Symbol field;
  ExprId value;
};

// The places that give a field of a map, record or struct a value.
void append_field_values(const Unit& unit, ExprId root, std::vector<FieldValue>& out) {
  any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.has(model::kInPattern)) return false;
    const std::span<const ExprId> children = unit.children_of(e);
    if (e.kind == ExprKind::kMap) {
      for (std::size_t i = e.has(model::kUpdate) ? 1 : 0; i + 1 < children.size(); i += 2) {
        if (const Symbol key = atom_at(unit, children[i])) out.push_back({key, children[i + 1]});
      }
    } else if (e.kind == ExprKind::kTuple && children.size() == 2) {
      const ExprId around = unit.parent(id);
      const bool in_list = around && unit.expr(around).kind == ExprKind::kList;  // struct!(State, timer: ref)
      if (const Symbol key = in_list ? atom_at(unit, children[0]) : Symbol()) out.push_back({key, children[1]});
    } else if (e.kind == ExprKind::kCall && children.size() == 3) {
      const model::Call& call = unit.call_of(e);
      const std::string_view name = call.name.text();
      const bool erlang = call.module == sym::maps;
      if ((erlang && is_one_of(name, {"put", "update"})) ||
          (call.module == sym::Elixir_Map && is_one_of(name, {"put", "replace!", "put_new", "replace"}))) {
        if (const Symbol key = atom_at(unit, children[erlang ? 0 : 1])) out.push_back({key, children[erlang ? 1 : 2]});
      }
    }
    return false;
  });
}

}  // namespace

std::vector<TraceEnd> Tracer::trace(FunctionId function, ExprId expr, const std::vector<CallId>& via) {
  start_anew();
  fixed_ = via;
  ends_.clear();
  via_.clear();
  ups_ = 0;
  detached_ = false;
  if (function && expr) follow({function, expr}, {});
  return std::move(ends_);
}

std::vector<TraceEnd> Tracer::go_on(const TraceEnd& from, ExprId expr) {
  look_again();
  ends_.clear();
  via_ = from.via;
  ups_ = via_.size();
  detached_ = from.detached;
  choices_ = from.possible ? 1 : 0;
  follow({from.place.function, expr, from.place.frame}, {});
  choices_ = 0;
  return std::move(ends_);
}

void Tracer::end(const Place& place, bool part) { ends_.push_back({place, part, choices_ > 0, detached_, via_}); }

bool Tracer::at(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  switch (e.kind) {
    case ExprKind::kMap:
      if (!path.empty()) return false;
      break;
    case ExprKind::kOperator:
      if (e.symbol() != sym::concat || !path.empty()) return false;
      break;
    case ExprKind::kCall: {
      const model::Call& call = unit.call_of(e);
      if (call.module != sym::ets || e.child_count == 0 || !is_one_of(call.name.text(), {"whereis", "rename"})) return false;
      follow({place.function, unit.children_of(e).back(), place.frame}, path);
      return true;
    }
    case ExprKind::kAtom:
    case ExprKind::kInteger:
    case ExprKind::kFloat:
    case ExprKind::kString:
    case ExprKind::kCharlist:
      break;
    default:
      return false;
  }
  end(place, !path.empty());
  return true;
}

void Tracer::at_parameter(const ParameterPlace& parameter, const Path& path) {
  if (follow_field(parameter, path) || follow_state(parameter, path) || choose_callers(parameter, path)) return;
  end({parameter.function, parameter.pattern}, !path.empty());
}

// A field is what any place of the module puts under its name.
bool Tracer::follow_field(const ParameterPlace& parameter, const Path& path) {
  if (path.empty() || path.front().kind != Selector::kKey) return false;
  const Symbol field = path.front().name;
  if (std::find(fields_.begin(), fields_.end(), field) != fields_.end()) return true;  // it is given back to itself
  bool found = false;
  fields_.push_back(field);
  const bool before = std::exchange(detached_, true);
  for (const Write& write : writes_of(program_.module_of(parameter.function))) {
    if (write.field != field) continue;
    const Unit& unit = program_.unit_of(write.function);
    const ExprId value = local_value(unit, write.value);
    if (!value || atom_at(unit, value) == sym::undefined || atom_at(unit, value) == sym::nil) continue;
    found = true;
    follow({write.function, value}, path.without());
  }
  detached_ = before;
  fields_.pop_back();
  return found;
}

const std::vector<Tracer::Write>& Tracer::writes_of(ModuleId module) {
  const auto [at, fresh] = writes_.try_emplace(module);
  if (!fresh) return at->second;
  std::vector<FieldValue> values;
  for (const FunctionId function : program_.functions_of(module)) {
    const Unit& unit = program_.unit_of(function);
    values.clear();
    for (const model::ClauseId clause : program_.function(function).clauses) {
      if (unit.clause(clause).body) append_field_values(unit, unit.clause(clause).body, values);
    }
    for (const FieldValue& value : values) at->second.push_back({function, value.field, value.value});
  }
  return at->second;
}

// The state of a process that is the value itself, or a tuple with it: what init returns.
bool Tracer::follow_state(const ParameterPlace& parameter, const Path& path) {
  const ProcessId id = facts_.processes.of(program_.module_of(parameter.function));
  const model::Function& function = program_.function(parameter.function);
  if (!id || path.full() || parameter.index == 0 || parameter.index + 1 != function.arity) return false;
  if (!is_one_of(function.name.text(),
                 {"handle_call", "handle_cast", "handle_info", "handle_continue", "terminate", "code_change"}))
    return false;
  if (std::find(fields_.begin(), fields_.end(), kWholeState) != fields_.end()) return true;
  Selector state;
  state.kind = Selector::kState;
  state.index = static_cast<std::uint8_t>(facts_.process(id).kind);
  fields_.push_back(kWholeState);
  const bool before = std::exchange(detached_, true);
  for (const HandlerId handler : facts_.process(id).handlers) {
    const Handler& h = facts_.handler(handler);
    if (h.kind != HandlerKind::kInit) continue;
    if (const ExprId body = program_.unit_of(h.function).clause(h.clause).body)
      follow({h.function, body}, path.with_front(state));
  }
  detached_ = before;
  fields_.pop_back();
  return true;
}

bool Tracer::choose_callers(const ParameterPlace& parameter, const Path& path) {
  if (!callers_ || ups_ >= kMaxUps) return false;
  std::vector<CallId> sites;
  if (!detached_ && ups_ < fixed_.size()) {
    sites = {fixed_[ups_]};
  } else {
    for (const std::uint32_t i : facts_.calls.incoming_of(parameter.function)) {
      const CallId site = facts_.calls.edges[i].site;
      if (program_.call(site).capture || facts_.calls.callees[site.index].function != parameter.function) continue;
      if (facts_.calls.callers[i] == parameter.function || sites.size() >= kMaxChosen) continue;
      sites.push_back(site);
    }
  }
  bool any = false;
  const std::uint64_t before = context_;
  ++ups_;
  for (const CallId site : sites) {
    const auto arguments = program_.unit_of(site).children_of(program_.call(site).expr);
    const FunctionId caller = program_.function_of(site);
    if (!caller || parameter.index >= arguments.size()) continue;
    any = true;
    if (!detached_) {
      via_.push_back(site);
      context_ = before * 31 + site.index + 1;  // each way to a caller is an answer of its own
    }
    follow({caller, arguments[parameter.index]}, path);
    if (!detached_) via_.pop_back();
  }
  context_ = before;
  --ups_;
  return any;
}

}  // namespace beamwright::analysis
