#include "analysis/flow.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/data_functions.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Clause;
using model::ClauseId;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

// A key of a map as it is written: an atom, or the text of a string.
Symbol key_at(const Unit& unit, ExprId id) {
  const Expr& e = unit.expr(id);
  return e.kind == ExprKind::kAtom || e.kind == ExprKind::kString ? e.symbol() : Symbol();
}

Symbol tag_of(const Unit& unit, const Expr& tuple) {
  if (tuple.child_count == 0) return {};
  const Expr& first = unit.expr(unit.children_of(tuple).front());
  return first.kind == ExprKind::kAtom ? first.symbol() : Symbol();
}

// Where the state stands in what a callback returns (the documentation of each behaviour); none: not in such a tuple.
std::optional<std::size_t> state_index(ProcessKind kind, Symbol tag, std::size_t size) {
  const std::string_view name = tag ? tag.text() : std::string_view();
  if (size < 2) return {};
  if (name == "stop") return size == 2 ? std::nullopt : std::optional(size - 1);
  if (name == "stop_and_reply") return size > 3 ? std::optional<std::size_t>(3) : std::nullopt;
  if (name == "error" || name == "ignore") return {};
  const bool second = name == "reply" || name == "next_state" || name == "backoff" || name == "connect" || name == "push" ||
                      (kind == ProcessKind::kStage && name == "noreply") || (kind == ProcessKind::kGenEvent && size == 3) ||
                      (kind == ProcessKind::kRequest && size >= 3 && name != "noreply" && name != "ok");
  if (!second) return 1;
  return size > 2 ? std::optional<std::size_t>(2) : std::nullopt;
}

// The item at a place of a list that is written out, as a pattern takes it: of `size` items in all, 0 when there may be more.
Selector item(std::size_t index, std::size_t size) {
  Selector s = element(static_cast<std::uint32_t>(index + 1), static_cast<std::uint32_t>(size));
  s.kind = Selector::kItem;
  return s;
}

// `{:ok, _} = success`: the other side of an alias says of which shape the value is. False when that has no such part.
bool agree(const Unit& unit, ExprId alias, Path& path) {
  const Expr& e = unit.expr(alias);
  if (e.kind != ExprKind::kTuple || path.empty() || path.front().kind != Selector::kElement) return true;
  const Selector front = path.front();
  if ((front.size != 0 && front.size != e.child_count) || front.index >= e.child_count) return false;
  path = path.without().with_front(element(front.index, e.child_count, tag_of(unit, e)));
  return true;
}

std::optional<std::size_t> reply_index(Symbol tag, std::size_t size) {
  if (tag == sym::reply) return 1;
  return tag == sym::stop && size == 4 ? std::optional<std::size_t>(2) : std::nullopt;
}

// The model keeps no types of segments; the text behind the segment's value has them.
bool is_binary_segment(const Program& program, const Unit& unit, ExprId binary, ExprId segment) {
  const auto children = unit.children_of(binary);
  const auto next = std::find(children.begin(), children.end(), segment) + 1;
  const std::uint32_t begin = unit.expr(segment).end;
  const std::uint32_t end = next == children.end() ? unit.expr(binary).end : unit.expr(*next).begin;
  const std::string_view text = program.files->file(unit.file).text;
  if (begin >= end || end > text.size()) return false;
  const std::string_view type = text.substr(begin, end - begin);
  constexpr std::array<std::string_view, 4> kTypes = {"binary", "bytes", "bits", "bitstring"};
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view t) { return type.find(t) != std::string_view::npos; });
}

}  // namespace

bool SeenPlaces::put(std::span<std::uint64_t> slots, std::uint64_t hash) {
  for (std::size_t i = hash & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
    if (slots[i] == hash) return false;
    if (slots[i] != 0) continue;
    slots[i] = hash;
    return true;
  }
}

bool SeenPlaces::insert(std::uint64_t hash) {
  if (!put(slots(), hash)) return false;
  if (++count_ * 2 > slots().size()) {
    std::vector<std::uint64_t> more(slots().size() * 4);
    for (const std::uint64_t there : slots())
      if (there != 0) put(more, there);
    many_ = std::move(more);
  }
  return true;
}

void SeenPlaces::clear() {
  few_.fill(0);
  many_.clear();
  count_ = 0;
}

CallId Flow::site_of(const Place& place) const {
  const Unit& unit = unit_of(place);
  return CallId(unit.first_call + unit.expr(place.expr).payload);
}

void Flow::start_anew() {
  frames_.clear();
  choices_ = 0;
  context_ = 0;
  look_again();
}

void Flow::look_again() {
  seen_.clear();
  visits_ = 0;
}

void Flow::follow(const Place& place, const Path& path) {
  if (!place.expr) return;
  if (depth_ > kMaxDepth || ++visits_ > max_visits_) return lost(place, path);
  std::uint64_t key = (path.hash() + context_) * 31 + place.expr.index;
  key = (key ^ (std::uint64_t{place.function.index} << 32 | place.frame)) * 0x9E3779B97F4A7C15ull;
  if (!seen_.insert((key ^ (key >> 31)) | 1)) return;
  ++depth_;
  if (!at(place, path)) step(place, path);
  --depth_;
}

void Flow::follow_results(const Place& place, const Path& path) {
  std::vector<ExprId> results;
  for_each_result(unit_of(place), place.expr, [&](ExprId result) { results.push_back(result); });
  const bool choice = results.size() > 1;
  choices_ += choice;
  for (const ExprId result : results) {
    if (result == place.expr) {
      lost(place, path);
    } else {
      follow({place.function, result, place.frame}, path);
    }
  }
  choices_ -= choice;
}

void Flow::step(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  const auto children = unit.children_of(e);
  switch (e.kind) {
    case ExprKind::kAtom:
    case ExprKind::kInteger:
    case ExprKind::kFloat:
    case ExprKind::kString:
    case ExprKind::kCharlist:
      return;  // it has no parts; as a whole the user of the walk has taken it
    case ExprKind::kVariable:
      return step_variable(place, path);
    case ExprKind::kBlock:
    case ExprKind::kMatch:
    case ExprKind::kCase:
    case ExprKind::kReceive:
    case ExprKind::kTry:
    case ExprKind::kWith:
      return follow_results(place, path);
    case ExprKind::kTuple:
      return step_tuple(place, path);
    case ExprKind::kList:
      return step_list(place, path);
    case ExprKind::kMap:
      return step_map(place, path);
    case ExprKind::kField:
      if (path.full() || children.empty()) return lost(place, path);
      return follow({place.function, children[0], place.frame}, path.with_front(key(e.symbol())));
    case ExprKind::kOperator:
      return step_operator(place, path);
    case ExprKind::kCall:
      return step_call(place, path);
    case ExprKind::kPin:
      if (!children.empty()) return follow({place.function, children[0], place.frame}, path);
      return;
    case ExprKind::kComprehension:
      if (!path.empty() && path.front().kind == Selector::kItem && !children.empty())
        return follow({place.function, children.back(), place.frame}, path.without());
      return lost(place, path);
    default:
      return lost(place, path);
  }
}

void Flow::step_tuple(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  const auto children = unit.children_of(e);
  if (path.empty()) return lost(place, path);
  const Selector& s = path.front();
  const Symbol tag = tag_of(unit, e);
  if (s.kind == Selector::kElement) {
    if ((s.size != 0 && s.size != children.size()) || (s.name && tag && s.name != tag) || s.index >= children.size()) return;
    return follow({place.function, children[s.index], place.frame}, path.without());
  }
  std::optional<std::size_t> index;
  if (s.kind == Selector::kState) index = state_index(static_cast<ProcessKind>(s.index), tag, children.size());
  if (s.kind == Selector::kReply) index = reply_index(tag, children.size());
  if (index && *index < children.size()) follow({place.function, children[*index], place.frame}, path.without());
}

void Flow::step_list(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  if (path.empty()) return lost(place, path);
  const Selector& s = path.front();
  auto children = unit.children_of(e);
  const bool tail = e.has(model::kHasTail) && !children.empty();
  const bool numbered = s.kind == Selector::kItem && s.index != 0;
  if (numbered && !tail && s.size != 0 && s.size != children.size()) return;
  if (tail) {
    const ExprId rest = children.back();
    children = children.first(children.size() - 1);
    const bool in_tail = !numbered || s.index > children.size();
    if (in_tail) follow({place.function, rest, place.frame}, numbered ? path.without().with_front({}) : path);
  }
  // Behind what is written the tail goes on, which is often made by the same code: [Value | decode(Rest)].
  if (numbered && !(tail && s.index > children.size())) {
    if (s.index <= children.size()) follow({place.function, children[s.index - 1u], place.frame}, path.without());
    return;
  }
  for (const ExprId child : children) {
    const Expr& pair = unit.expr(child);
    if (s.kind == Selector::kItem) {
      follow({place.function, child, place.frame}, path.without());
    } else if ((s.kind == Selector::kKey || s.kind == Selector::kValue) && pair.kind == ExprKind::kTuple &&
               pair.child_count == 2) {
      if (s.kind == Selector::kValue || key_at(unit, unit.child(child, 0)) == s.name)
        follow({place.function, unit.child(child, 1), place.frame}, path.without());
    }
  }
}

void Flow::step_map(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  const auto children = unit.children_of(e);
  const std::size_t first = e.has(model::kUpdate) ? 1 : 0;
  const auto base = [&] {
    if (first == 1) follow({place.function, children[0], place.frame}, path);
  };
  if (path.empty()) return first == 1 ? base() : lost(place, path);
  const Selector& s = path.front();
  if (s.kind == Selector::kKey && s.record && e.symbol() && s.record != e.symbol()) return;
  const bool pair = s.kind == Selector::kItem && path.size() > 1 && path.at(1).kind == Selector::kElement;
  for (std::size_t i = first; i + 1 < children.size(); i += 2) {
    if (s.kind == Selector::kKey && key_at(unit, children[i]) == s.name)
      return follow({place.function, children[i + 1], place.frame}, path.without());
    if (s.kind == Selector::kValue) follow({place.function, children[i + 1], place.frame}, path.without());
    if (pair) follow({place.function, children[i + (path.at(1).index == 0 ? 0 : 1)], place.frame}, path.without(2));
  }
  base();
}

void Flow::step_operator(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  const auto children = unit.children_of(e);
  const std::string_view name = e.symbol().text();
  const bool either = name == "||" || name == "or" || name == "orelse";
  const bool both = either || name == "++";
  const bool first = name == "--";
  const bool second = name == "&&" || name == "and" || name == "andalso";
  if (children.size() != 2 || !(both || first || second)) return lost(place, path);
  choices_ += either;
  if (!second) follow({place.function, children[0], place.frame}, path);
  if (!first) follow({place.function, children[1], place.frame}, path);
  choices_ -= either;
}

void Flow::step_call(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const Expr& e = unit.expr(place.expr);
  const model::Call& call = unit.call_of(e);
  if (call.target == model::TargetKind::kValue) {
    const ExprId closure = call.module_expr ? local_value(unit, call.module_expr) : ExprId();
    if (!closure || unit.expr(closure).kind != ExprKind::kClosure) return lost(place, path);
    for (const ClauseId c : unit.clauses_of(unit.expr(closure))) follow({place.function, unit.clause(c).body, place.frame}, path);
    return;
  }
  const CallId site = site_of(place);
  std::vector<Passed> passed;
  if (const External* external = facts_.calls.external(site);
      external != nullptr && passes_through(unit, place.expr, *external, path, passed)) {
    return follow_passed(place, passed);
  }
  const FunctionId callee = facts_.calls.callees[site.index].function;
  if (!callee) return lost(place, path);
  step_into(place, callee, path);
}

// The first argument is the one that a function reads; what follows are defaults and what was there before.
void Flow::follow_passed(const Place& place, const std::vector<Passed>& passed) {
  const Unit& unit = unit_of(place);
  for (std::size_t i = 0; i < passed.size(); ++i) {
    const Passed& p = passed[i];
    if (i == 1) ++choices_;
    if (!p.closure) {
      follow({place.function, p.argument, place.frame}, p.path);
      continue;
    }
    const ExprId closure = local_value(unit, p.argument);
    if (!closure || unit.expr(closure).kind != ExprKind::kClosure) {
      lost({place.function, p.argument, place.frame}, p.path);
      continue;
    }
    for (const ClauseId c : unit.clauses_of(unit.expr(closure)))
      follow({place.function, unit.clause(c).body, place.frame}, p.path);
  }
  if (passed.size() > 1) --choices_;
}

void Flow::step_into(const Place& place, FunctionId callee, const Path& path) {
  const CallId site = site_of(place);
  std::uint8_t depth = 1;
  for (std::uint32_t f = place.frame; f != UINT32_MAX; f = frames_[f].outer, ++depth)
    if (facts_.calls.callees[frames_[f].site.index].function == callee) return;  // recursion adds nothing new
  if (depth > kMaxFrames) return lost(place, path);
  std::uint32_t frame = 0;
  while (frame < frames_.size() && !(frames_[frame].site == site && frames_[frame].outer == place.frame)) ++frame;
  if (frame == frames_.size()) frames_.push_back({site, place.function, place.frame, depth});
  const Unit& unit = program_.unit_of(callee);
  const bool choice = program_.function(callee).clauses.size() > 1;
  choices_ += choice;
  for (const ClauseId c : program_.function(callee).clauses)
    if (unit.clause(c).body) follow({callee, unit.clause(c).body, frame}, path);
  choices_ -= choice;
}

void Flow::step_variable(const Place& place, const Path& path) {
  const Unit& unit = unit_of(place);
  const VariableId variable(unit.expr(place.expr).payload);
  if (!variable || variable.index >= unit.variables.size() || !unit.variables[variable.index].binding) return lost(place, path);
  // From where it is bound outwards, through the pattern, to what the pattern is matched with.
  ExprId below = unit.variables[variable.index].binding;
  Path selected = path;
  for (ExprId around = unit.parent(below); around && unit.expr(around).has(model::kInPattern);
       below = around, around = unit.parent(around)) {
    const Expr& e = unit.expr(around);
    const auto children = unit.children_of(e);
    if (e.kind == ExprKind::kMatch) {
      if (!agree(unit, children[children[0] == below ? 1 : 0], selected)) return;
      continue;
    }
    if (selected.full()) return lost(place, path);
    const auto at = static_cast<std::size_t>(std::find(children.begin(), children.end(), below) - children.begin());
    if (e.kind == ExprKind::kTuple) {
      selected = selected.with_front(element(static_cast<std::uint32_t>(at), e.child_count, tag_of(unit, e)));
    } else if (e.kind == ExprKind::kMap && at % 2 == 1) {
      const Symbol name = key_at(unit, children[at - 1]);
      Selector value = key(name, e.symbol());
      if (!name) value.kind = Selector::kValue;
      selected = selected.with_front(value);
    } else if (e.kind == ExprKind::kList) {
      const bool tail = e.has(model::kHasTail);
      if (!(tail && at + 1 == children.size())) selected = selected.with_front(item(at, tail ? 0 : e.child_count));
    } else if (e.kind == ExprKind::kBinary && is_binary_segment(program_, unit, around, below)) {
      return at_slice({place.function, unit.variables[variable.index].binding, place.frame});
    } else if (e.kind == ExprKind::kOperator && e.symbol().text() == "<>" && at == 1) {
      return at_slice({place.function, unit.variables[variable.index].binding, place.frame});
    } else {
      return lost(place, path);
    }
  }
  step_pattern_root(place, below, selected);
}

void Flow::step_pattern_root(const Place& place, ExprId pattern, const Path& path) {
  const Unit& unit = unit_of(place);
  const ExprId around = unit.parent(pattern);
  if (!around) return step_parameter(place, pattern, path);
  const Expr& e = unit.expr(around);
  const auto children = unit.children_of(e);
  if (e.kind == ExprKind::kMatch && children.size() == 2 && children[0] == pattern)
    return follow({place.function, children[1], place.frame}, path);
  if (e.kind == ExprKind::kGenerator && children.size() == 2 && children[0] == pattern) {
    const ExprId outer = unit.parent(around);
    const bool each = outer && unit.expr(outer).kind == ExprKind::kComprehension;
    if (each && path.full()) return lost(place, path);
    return follow({place.function, children[1], place.frame}, each ? path.with_front({}) : path);
  }
  if (e.kind == ExprKind::kCase && children.size() == 1 && children[0] != pattern)
    return follow({place.function, children[0], place.frame}, path);
  if (e.kind == ExprKind::kClosure) return step_closure_parameter(place, around, pattern, path);
  lost(place, path);
}

namespace {

// What the parameters of a closure are, by the function that it is given to: the argument, and whether it is an item of it.
struct Feeding {
  std::size_t argument;
  bool item = false;
  bool result = false;  // also what the closure itself returned before
};

std::optional<Feeding> feeding(const External& callee, std::size_t arguments, std::size_t closure, std::size_t parameter) {
  const std::string_view module = callee.module.text(), name = callee.name.text();
  if (arguments < 2) return {};
  const bool folds = name.starts_with("fold") || name == "reduce" || name == "flat_map_reduce" || name == "map_reduce" ||
                     name.starts_with("mapfold") || name == "reduce_while" || name == "scan";
  if (module == "lists" || module == "maps" || module == "queue" || module == "sets" || module == "dict") {
    const std::size_t collection = arguments - 1;
    if (collection == closure) return {};
    if (folds && arguments == 3 && parameter + 1 == (module == "maps" || module == "dict" ? 3u : 2u))
      return Feeding{1, false, true};
    return Feeding{collection, module != "maps" && module != "dict"};
  }
  if (module == "Elixir.Enum" || module == "Elixir.Stream" || module == "Elixir.Task" || module == "Elixir.Map" ||
      module == "Elixir.Keyword") {
    if (closure == 0) return {};
    if (folds && arguments == 3 && parameter == 1) return Feeding{1, false, true};
    if (module == "Elixir.Map" || module == "Elixir.Keyword") return {};
    return Feeding{0, true};
  }
  if (name == "then" || name == "tap") return closure == 1 ? std::optional(Feeding{0}) : std::nullopt;
  return {};
}

}  // namespace

void Flow::step_closure_parameter(const Place& place, ExprId closure, ExprId pattern, const Path& path) {
  const Unit& unit = unit_of(place);
  const ExprId around = unit.parent(closure);
  if (!around || unit.expr(around).kind != ExprKind::kCall) return lost(place, path);
  const Place call{place.function, around, place.frame};
  const External* external = facts_.calls.external(site_of(call));
  const auto arguments = unit.children_of(around);
  const auto at = static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), closure) - arguments.begin());
  if (external == nullptr || at == arguments.size()) return lost(place, path);
  for (const ClauseId c : unit.clauses_of(unit.expr(closure))) {
    const auto patterns = unit.patterns_of(unit.clause(c));
    const auto found = static_cast<std::size_t>(std::find(patterns.begin(), patterns.end(), pattern) - patterns.begin());
    if (found == patterns.size()) continue;
    if (at_closure_parameter(call, *external, found, path)) return;
    const auto feeds = feeding(*external, arguments.size(), at, found);
    if (!feeds || (feeds->item && path.full())) return lost(place, path);
    follow({place.function, arguments[feeds->argument], place.frame}, feeds->item ? path.with_front({}) : path);
    if (feeds->result) {
      for (const ClauseId each : unit.clauses_of(unit.expr(closure)))
        follow({place.function, unit.clause(each).body, place.frame}, path);
    }
    return;
  }
  lost(place, path);
}

void Flow::step_parameter(const Place& place, ExprId pattern, const Path& path) {
  const Unit& unit = unit_of(place);
  for (const ClauseId c : program_.function(place.function).clauses) {
    const auto patterns = unit.patterns_of(unit.clause(c));
    const auto found = static_cast<std::size_t>(std::find(patterns.begin(), patterns.end(), pattern) - patterns.begin());
    if (found == patterns.size()) continue;
    if (place.frame == UINT32_MAX) return at_parameter({place.function, c, static_cast<std::uint32_t>(found), pattern}, path);
    const Frame frame = frames_[place.frame];
    const Unit& caller = program_.unit_of(frame.caller);
    const auto arguments = caller.children_of(program_.call(frame.site).expr);
    if (found >= arguments.size()) return lost(place, path);
    follow({frame.caller, arguments[found], frame.outer}, path);
    return follow_rounds(place, found, path);
  }
  lost(place, path);
}

// What a function that calls itself gives the next round.
void Flow::follow_rounds(const Place& place, std::size_t index, const Path& path) {
  for (const std::uint32_t i : facts_.calls.incoming_of(place.function)) {
    const Edge& edge = facts_.calls.edges[i];
    if (facts_.calls.callers[i] != place.function || program_.call(edge.site).capture) continue;
    const auto arguments = unit_of(place).children_of(program_.call(edge.site).expr);
    if (index < arguments.size()) follow({place.function, arguments[index], place.frame}, path);
  }
}

bool Flow::follow_callers(const ParameterPlace& parameter, const Path& path) {
  const auto incoming = facts_.calls.incoming_of(parameter.function);
  if (incoming.size() > kMaxCallers) {
    lost({parameter.function, parameter.pattern}, path);
    return true;
  }
  bool any = false;
  for (const std::uint32_t i : incoming) {
    const Edge& edge = facts_.calls.edges[i];
    const model::Call& call = program_.call(edge.site);
    const FunctionId caller = facts_.calls.callers[i];
    if (program_.unit_of(caller).role == source::Role::kTest) continue;
    const bool direct = !call.capture && facts_.calls.callees[edge.site.index].function == parameter.function;
    const auto arguments = program_.unit_of(caller).children_of(call.expr);
    any = true;
    if (direct && !edge.possible && parameter.index < arguments.size()) {
      follow({caller, arguments[parameter.index]}, path);
    } else {
      lost({parameter.function, parameter.pattern}, path);
    }
  }
  return any;
}

}  // namespace beamwright::analysis
