#include "analysis/trace.h"

#include <algorithm>

#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

namespace {

Symbol atom_at(const Unit& unit, ExprId id) {
  return id && unit.expr(id).kind == ExprKind::kAtom ? unit.expr(id).symbol() : Symbol();
}

std::vector<TraceStep> rest_of(const std::vector<TraceStep>& path) { return {path.begin() + 1, path.end()}; }

std::vector<TraceStep> behind(const TraceStep& first, const std::vector<TraceStep>& path) {
  std::vector<TraceStep> out{first};
  out.insert(out.end(), path.begin(), path.end());
  return out;
}

// The outermost pattern around a binding, and the way from there down to it.
ExprId root_pattern(const Unit& unit, ExprId binding, std::vector<TraceStep>& path, bool& understood) {
  ExprId at = binding;
  for (ExprId around = unit.parent(at); around && unit.expr(around).has(model::kInPattern); around = unit.parent(at)) {
    const Expr& e = unit.expr(around);
    const std::span<const ExprId> children = unit.children_of(e);
    const auto position = static_cast<std::uint32_t>(std::find(children.begin(), children.end(), at) - children.begin());
    if (e.kind == ExprKind::kTuple) {
      path.insert(path.begin(), {TraceStep::kElement, position, e.child_count, atom_at(unit, children[0])});
    } else if (e.kind == ExprKind::kMap && position > 0 && position % 2 == 1 && atom_at(unit, children[position - 1])) {
      path.insert(path.begin(), {TraceStep::kKey, 0, 0, atom_at(unit, children[position - 1])});
    } else if (e.kind == ExprKind::kList && !(e.has(model::kHasTail) && position + 1 == e.child_count)) {
      path.insert(path.begin(), {TraceStep::kItem, 0, 0, {}});
    } else if (e.kind != ExprKind::kMatch && e.kind != ExprKind::kList) {
      understood = false;
    }
    at = around;
  }
  return at;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

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

std::vector<TraceEnd> Tracer::trace(FunctionId function, ExprId expr, const std::vector<CallId>& via) {
  frames_.clear();
  fixed_ = via;
  ends_.clear();
  via_.clear();
  fields_.clear();
  visits_ = depth_ = possible_ = 0;
  if (function && expr) follow({.function = function}, expr, {});
  return std::move(ends_);
}

std::vector<TraceEnd> Tracer::go_on(const TraceEnd& from, ExprId expr) {
  ends_.clear();
  via_ = from.via;
  fields_.clear();
  visits_ = depth_ = 0;
  possible_ = from.possible ? 1 : 0;
  if (expr) follow(from.scope, expr, {});
  return std::move(ends_);
}

void Tracer::end(const TraceScope& scope, ExprId expr, const Path& path) {
  ends_.push_back({scope, expr, path, via_, possible_ > 0, fields_.empty() ? Symbol() : fields_.back()});
}

void Tracer::follow(const TraceScope& scope, ExprId expr, const Path& path) {
  if (!expr) return;
  if (++visits_ > kMaxVisits || depth_ >= kMaxDepth) return end(scope, expr, path);
  ++depth_;
  step(scope, expr, path);
  --depth_;
}

void Tracer::step(const TraceScope& scope, ExprId expr, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const Expr& e = unit.expr(expr);
  switch (e.kind) {
    case ExprKind::kVariable:
      return step_variable(scope, expr, path);
    case ExprKind::kBlock:
    case ExprKind::kMatch:
    case ExprKind::kCase:
    case ExprKind::kTry:
    case ExprKind::kWith:
    case ExprKind::kReceive:
      return step_results(scope, expr, path);
    case ExprKind::kTuple:
      return step_tuple(scope, expr, path);
    case ExprKind::kList:
      return step_list(scope, expr, path);
    case ExprKind::kMap:
      return step_map(scope, expr, path);
    case ExprKind::kOperator:
      return step_operator(scope, expr, path);
    case ExprKind::kCall:
      return step_call(scope, expr, path);
    case ExprKind::kField:
      return follow(scope, unit.child(expr, 0), behind({TraceStep::kKey, 0, 0, e.symbol()}, path));
    default:
      return end(scope, expr, path);
  }
}

void Tracer::step_results(const TraceScope& scope, ExprId expr, const Path& path) {
  std::vector<ExprId> results;
  for_each_result(program_.unit_of(scope.function), expr, [&](ExprId result) { results.push_back(result); });
  const bool choice = results.size() > 1;
  possible_ += choice;
  for (const ExprId result : results) {
    if (result != expr) follow(scope, result, path);
  }
  possible_ -= choice;
}

void Tracer::step_variable(const TraceScope& scope, ExprId expr, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const std::uint32_t index = unit.expr(expr).payload;
  if (index >= unit.variables.size() || !unit.variables[index].binding) return end(scope, expr, path);
  Path whole;
  bool understood = true;
  const ExprId root = root_pattern(unit, unit.variables[index].binding, whole, understood);
  if (!understood) return end(scope, expr, path);
  whole.insert(whole.end(), path.begin(), path.end());
  step_pattern(scope, expr, root, whole);
}

// `root` is a whole pattern: goes on with what it is matched with.
void Tracer::step_pattern(const TraceScope& scope, ExprId use, ExprId root, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const ExprId around = unit.parent(root);
  if (!around) return step_parameter(scope, use, root, path);
  const Expr& e = unit.expr(around);
  const std::span<const ExprId> children = unit.children_of(e);
  switch (e.kind) {
    case ExprKind::kMatch:
      if (children[0] == root) return follow(scope, children[1], path);
      break;
    case ExprKind::kGenerator: {
      const ExprId outer = unit.parent(around);
      const bool item = outer && unit.expr(outer).kind == ExprKind::kComprehension;
      if (children[0] == root) return follow(scope, children[1], item ? behind({TraceStep::kItem, 0, 0, {}}, path) : path);
      break;
    }
    case ExprKind::kCase:
      if (!children.empty() && children[0] != root) return follow(scope, children[0], path);
      break;
    case ExprKind::kClosure:
      return step_closure(scope, use, around, root, path);
    default:
      break;
  }
  end(scope, use, path);
}

// The first parameter of a closure that is given to Enum.each, lists:foreach and the like is an item of their list.
void Tracer::step_closure(const TraceScope& scope, ExprId use, ExprId closure, ExprId root, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const ExprId call = unit.parent(closure);
  bool first = false;
  for (const model::ClauseId clause : unit.clauses_of(unit.expr(closure))) {
    const auto patterns = unit.patterns_of(unit.clause(clause));
    first |= !patterns.empty() && patterns[0] == root;
  }
  if (!first || !call || unit.expr(call).kind != ExprKind::kCall) return end(scope, use, path);
  const Symbol module = unit.call_of(unit.expr(call)).module;
  const std::span<const ExprId> arguments = unit.children_of(call);
  const bool elixir = module == sym::Elixir_Enum || module.text() == "Elixir.Stream";
  if (arguments.size() < 2 || (!elixir && module.text() != "lists")) return end(scope, use, path);
  follow(scope, elixir ? arguments.front() : arguments.back(), behind({TraceStep::kItem, 0, 0, {}}, path));
}

void Tracer::step_parameter(const TraceScope& scope, ExprId use, ExprId root, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  std::uint32_t index = UINT32_MAX;
  for (const model::ClauseId clause : program_.function(scope.function).clauses) {
    const auto patterns = unit.patterns_of(unit.clause(clause));
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i] == root) index = i;
    }
  }
  if (index == UINT32_MAX) return end(scope, use, path);
  if (scope.frame != UINT32_MAX) {
    const Frame frame = frames_[scope.frame];
    const auto arguments = program_.unit_of(frame.site).children_of(program_.call(frame.site).expr);
    if (index < arguments.size()) return follow(frame.outer, arguments[index], path);
    return end(scope, use, path);
  }
  if (!path.empty() && path.front().kind == TraceStep::kKey && step_field(scope, path.front().name, rest_of(path))) return;
  if (step_state(scope, index, path)) return;
  if (!step_callers(scope, index, path)) end(scope, use, path);
}

// A field is what any place of the module puts under its name.
bool Tracer::step_field(const TraceScope& scope, Symbol field, const Path& path) {
  if (std::find(fields_.begin(), fields_.end(), field) != fields_.end()) return true;  // it is given back to itself
  const std::vector<Write>& writes = writes_of(program_.module_of(scope.function));
  bool found = false;
  fields_.push_back(field);
  for (const Write& write : writes) {
    if (write.field != field) continue;
    const Unit& unit = program_.unit_of(write.function);
    const ExprId value = local_value(unit, write.value);
    if (!value || atom_at(unit, value) == sym::undefined || atom_at(unit, value) == sym::nil) continue;
    found = true;
    follow({.function = write.function, .detached = true}, value, path);
  }
  fields_.pop_back();
  return found;
}

const std::vector<Tracer::Write>& Tracer::writes_of(ModuleId module) {
  const auto [at, fresh] = writes_.try_emplace(module);
  if (!fresh) return at->second;
  const Unit& unit = program_.unit_of(module);
  std::vector<FieldValue> values;
  for (const FunctionId function : program_.functions_of(module)) {
    values.clear();
    for (const model::ClauseId clause : program_.function(function).clauses) {
      if (unit.clause(clause).body) append_field_values(unit, unit.clause(clause).body, values);
    }
    for (const FieldValue& value : values) at->second.push_back({function, value.field, value.value});
  }
  return at->second;
}

// The state of a process that is the value itself, or a tuple with it: what init returns.
bool Tracer::step_state(const TraceScope& scope, std::uint32_t index, const Path& path) {
  const ModuleId module = program_.module_of(scope.function);
  const ProcessId id = facts_.processes.of(module);
  if (!id || index == 0 || index + 1 != program_.function(scope.function).arity) return false;
  const std::string_view name = program_.function(scope.function).name.text();
  if (!is_one_of(name, {"handle_call", "handle_cast", "handle_info", "handle_continue", "terminate", "code_change"}))
    return false;
  static constexpr Symbol kWholeState(0);
  if (std::find(fields_.begin(), fields_.end(), kWholeState) != fields_.end()) return true;
  fields_.push_back(kWholeState);
  for (const HandlerId handler : facts_.process(id).handlers) {
    const Handler& h = facts_.handler(handler);
    if (h.kind != HandlerKind::kInit) continue;
    const TraceScope init{.function = h.function, .detached = true};
    const ExprId body = program_.unit_of(h.function).clause(h.clause).body;
    if (body) follow(init, body, behind({TraceStep::kElement, 1, 0, sym::ok}, path));
  }
  fields_.pop_back();
  return true;
}

bool Tracer::step_callers(const TraceScope& scope, std::uint32_t index, const Path& path) {
  if (!callers_ || scope.ups >= kMaxUps) return false;
  std::vector<CallId> sites;
  if (!scope.detached && scope.ups < fixed_.size()) {
    sites = {fixed_[scope.ups]};
  } else {
    for (const std::uint32_t i : facts_.calls.incoming_of(scope.function)) {
      const CallId site = facts_.calls.edges[i].site;
      const model::Call& call = program_.call(site);
      if (call.capture || facts_.calls.callees[site.index].function != scope.function) continue;
      if (facts_.calls.callers[i] == scope.function || sites.size() >= kMaxCallers) continue;
      sites.push_back(site);
    }
  }
  bool any = false;
  for (const CallId site : sites) {
    const auto arguments = program_.unit_of(site).children_of(program_.call(site).expr);
    const FunctionId caller = program_.function_of(site);
    if (!caller || index >= arguments.size()) continue;
    any = true;
    if (!scope.detached) via_.push_back(site);
    follow({.function = caller, .ups = scope.ups + 1, .detached = scope.detached}, arguments[index], path);
    if (!scope.detached) via_.pop_back();
  }
  return any;
}

void Tracer::step_tuple(const TraceScope& scope, ExprId expr, const Path& path) {
  if (path.empty()) return end(scope, expr, path);
  const Unit& unit = program_.unit_of(scope.function);
  const TraceStep& first = path.front();
  const std::span<const ExprId> children = unit.children_of(expr);
  if (first.kind != TraceStep::kElement || first.index >= children.size()) return;
  if (first.size != 0 && first.size != children.size()) return;
  const Symbol tag = atom_at(unit, children[0]);
  if (first.index > 0 && first.name && tag && first.name != tag) return;
  follow(scope, children[first.index], rest_of(path));
}

void Tracer::step_list(const TraceScope& scope, ExprId expr, const Path& path) {
  if (path.empty()) return end(scope, expr, path);
  const Unit& unit = program_.unit_of(scope.function);
  const Expr& e = unit.expr(expr);
  const std::span<const ExprId> children = unit.children_of(e);
  const TraceStep& first = path.front();
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool tail = e.has(model::kHasTail) && i + 1 == children.size();
    if (first.kind == TraceStep::kItem) {
      follow(scope, children[i], tail ? path : rest_of(path));
    } else if (first.kind == TraceStep::kKey) {
      const Expr& pair = unit.expr(children[i]);
      if (tail) follow(scope, children[i], path);
      if (pair.kind != ExprKind::kTuple || pair.child_count != 2) continue;
      if (atom_at(unit, unit.child(children[i], 0)) == first.name) follow(scope, unit.child(children[i], 1), rest_of(path));
    }
  }
}

void Tracer::step_map(const TraceScope& scope, ExprId expr, const Path& path) {
  if (path.empty() || path.front().kind != TraceStep::kKey) return end(scope, expr, path);
  const Unit& unit = program_.unit_of(scope.function);
  const Expr& e = unit.expr(expr);
  const std::span<const ExprId> children = unit.children_of(e);
  const bool update = e.has(model::kUpdate);
  for (std::size_t i = update ? 1 : 0; i + 1 < children.size(); i += 2) {
    if (atom_at(unit, children[i]) == path.front().name) return follow(scope, children[i + 1], rest_of(path));
  }
  if (update) follow(scope, children[0], path);
}

void Tracer::step_operator(const TraceScope& scope, ExprId expr, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const Expr& e = unit.expr(expr);
  const std::string_view name = e.symbol().text();
  const bool either = name == "||" || name == "or";
  if (!either && (e.symbol() != sym::concat || path.empty())) return end(scope, expr, path);
  possible_ += either;
  for (const ExprId child : unit.children_of(e)) follow(scope, child, path);
  possible_ -= either;
}

void Tracer::step_call(const TraceScope& scope, ExprId expr, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const CallId site(unit.first_call + unit.expr(expr).payload);
  if (step_data_call(scope, expr, path)) return;
  const FunctionId callee = facts_.calls.callees[site.index].function;
  if (!callee || facts_.calls.external(site) || program_.call(site).capture) return end(scope, expr, path);
  for (std::uint32_t at = scope.frame; at != UINT32_MAX; at = frames_[at].outer.frame) {
    if (frames_[at].site == site) return end(scope, expr, path);
  }
  frames_.push_back({site, scope});
  const TraceScope inside{
      .function = callee, .frame = static_cast<std::uint32_t>(frames_.size() - 1), .ups = scope.ups, .detached = scope.detached};
  const Unit& in = program_.unit_of(callee);
  const bool choice = program_.function(callee).clauses.size() > 1;
  possible_ += choice;
  for (const model::ClauseId clause : program_.function(callee).clauses) {
    if (in.clause(clause).body) follow(inside, in.clause(clause).body, path);
  }
  possible_ -= choice;
}

// Reads and writes of keys by both standard libraries, and what hands its argument on.
bool Tracer::step_data_call(const TraceScope& scope, ExprId expr, const Path& path) {
  const Unit& unit = program_.unit_of(scope.function);
  const model::Call& call = unit.call_of(unit.expr(expr));
  if (call.target != model::TargetKind::kRemote) return false;
  const std::span<const ExprId> arguments = unit.children_of(expr);
  const std::string_view module = call.module.text();
  const std::string_view name = call.name.text();
  const bool erlang = module == "maps" || module == "proplists";
  const bool keyed = erlang || is_one_of(module, {"Elixir.Map", "Elixir.Keyword", "Elixir.Access"});
  if (module == "ets" && (name == "whereis" || name == "rename") && !arguments.empty()) {
    follow(scope, arguments.back(), path);
    return true;
  }
  if (!keyed || arguments.size() < 2) return false;
  const std::size_t key_at = erlang ? 0 : 1;
  const Symbol key = atom_at(unit, arguments[key_at]);
  if (is_one_of(name, {"get", "fetch!", "get_value", "pop!"}) && key) {
    follow(scope, arguments[1 - key_at], behind({TraceStep::kKey, 0, 0, key}, path));
    if (arguments.size() == 3) {
      ++possible_;
      follow(scope, arguments[2], path);
      --possible_;
    }
    return true;
  }
  if (is_one_of(name, {"put", "put_new", "replace!", "update"}) && arguments.size() == 3 && !path.empty()) {
    if (path.front().kind == TraceStep::kKey && key == path.front().name) {
      follow(scope, arguments[erlang ? 1 : 2], rest_of(path));
    } else {
      follow(scope, arguments[erlang ? 2 : 0], path);
    }
    return true;
  }
  return false;
}

}  // namespace beamwright::analysis
