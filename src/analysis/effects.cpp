// Effects flow from the calls of known external functions up the call graph. For each effect this is one breadth-first walk
// from the functions that do it themselves, the longest waits first: a function takes the first wave that reaches it, so its
// witness is the longest wait below it by the shortest chain of calls. Each walk visits a function once.

#include "analysis/effects.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/values.h"
#include "base/parallel.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using knowledge::kEffectCount;
using model::Call;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

struct Leaf {
  FunctionId function;
  Witness witness;
};
using Leaves = std::array<std::vector<Leaf>, kEffectCount>;

std::int64_t bound_of(const Unit& unit, ExprId timeout, std::int64_t otherwise) {
  if (!timeout) return otherwise;
  if (const auto ms = integer_value(unit, timeout)) return std::max<std::int64_t>(0, *ms);
  if (atom_value(unit, timeout) == sym::infinity) return Bound::kInfinite;
  return Bound::kUnknown;
}

// Transport:recv(Socket, 0, Timeout), sockmod.recv(socket, 0): gen_tcp or ssl, whichever the connection has.
bool is_transport_input(const Program& program, CallId site) {
  static const Symbol kRecv = intern("recv");
  const Call& call = program.call(site);
  return call.target == model::TargetKind::kDynamicModule && call.name == kRecv && (call.arity == 2 || call.arity == 3) &&
         !call.capture;
}

void add_receives(const Unit& unit, const Calls& calls, Leaves& leaves) {
  constexpr auto kEffect = static_cast<std::size_t>(Effect::kReceive);
  const std::span<const ExprId> receives = unit.of_kind(ExprKind::kReceive);
  if (receives.empty()) return;
  const Clauses clauses(unit);
  for (const ExprId id : receives) {
    const auto place = clauses.of(id);
    if (!place.function) continue;
    // A receive in a closure belongs to the process that runs the closure; a call written beside it tells which that is.
    bool in_caller = true;
    for (ExprId at = unit.parent(id); at && in_caller; at = unit.parent(at)) {
      if (unit.expr(at).kind != ExprKind::kClosure) continue;
      for (const model::LocalCallId c : unit.functions[place.function.index].calls)
        if (unit.calls[c.index].closure == at && calls.runs[unit.first_call + c.index] != Runs::kCaller) in_caller = false;
    }
    if (!in_caller) continue;
    const auto after = unit.children_of(id);
    Witness w;
    w.expr = id;
    w.bound_ms = after.empty() ? Bound::kInfinite : bound_of(unit, after[0], Bound::kUnknown);
    leaves[kEffect].push_back({FunctionId(unit.first_function + place.function.index), w});
  }
}

// `acting` says by external whether knowledge has any effect of it.
Leaves collect_leaves(const Program& program, const Calls& calls, const Unit& unit, const std::vector<char>& acting) {
  Leaves leaves;
  for (std::uint32_t i = 0; i < unit.calls.size(); ++i) {
    const CallId site{unit.first_call + i};
    const std::uint32_t external = calls.callees[site.index].external;
    if (external == UINT32_MAX ? !is_transport_input(program, site) : acting[external] == 0) continue;
    const Call& call = unit.calls[i];
    if (!call.function || call.in_guard || calls.runs[site.index] != Runs::kCaller) continue;
    const EffectSet effects = leaf_effects(program, calls, site);
    if (effects.empty()) continue;
    Witness w;
    w.site = site;
    w.bound_ms = leaf_bound(program, calls, site);
    for (std::size_t e = 0; e < kEffectCount; ++e)
      if (effects.has(static_cast<Effect>(e))) leaves[e].push_back({FunctionId(unit.first_function + call.function.index), w});
  }
  add_receives(unit, calls, leaves);
  return leaves;
}

// Who calls each function in its own process: what effects flow along, in one run of memory a callee.
struct Upwards {
  struct Caller {
    FunctionId function;
    CallId site;
    bool possible;
  };
  std::vector<Caller> callers;
  std::vector<std::uint32_t> first;  // by callee, one more at the end

  Upwards(const Program& program, const Calls& calls) {
    first.reserve(program.functions.size() + 1);
    for (std::uint32_t f = 0; f < program.functions.size(); ++f) {
      first.push_back(static_cast<std::uint32_t>(callers.size()));
      for (const std::uint32_t index : calls.incoming_of(FunctionId(f))) {
        const Edge& e = calls.edges[index];
        if (e.runs == Runs::kCaller && !e.spoken_for) callers.push_back({calls.callers[index], e.site, e.possible});
      }
    }
    first.push_back(static_cast<std::uint32_t>(callers.size()));
  }
  std::span<const Caller> of(FunctionId f) const {
    return {callers.data() + first[f.index], first[f.index + 1] - first[f.index]};
  }
};

Witness step(FunctionId callee, const Upwards::Caller& caller, const Witness& below) {
  Witness w;
  w.site = caller.site;
  w.next = callee;
  w.bound_ms = below.bound_ms;
  w.distance = below.distance + 1;
  w.possible = below.possible || caller.possible;
  return w;
}

// Gives the functions that have the effect, by row of their witnesses.
std::vector<FunctionId> flow(const Upwards& upwards, std::vector<Leaf>& leaves, Effects::Witnesses& out) {
  if (leaves.empty()) return {};
  std::stable_sort(leaves.begin(), leaves.end(),
                   [](const Leaf& a, const Leaf& b) { return bound_rank(a.witness.bound_ms) > bound_rank(b.witness.bound_ms); });
  out.slots.assign(upwards.first.size() - 1, UINT32_MAX);
  std::vector<FunctionId> queue;
  const auto visit = [&](FunctionId f, const Witness& w) {
    if (out.slots[f.index] != UINT32_MAX) return;
    out.slots[f.index] = static_cast<std::uint32_t>(out.rows.size());
    out.rows.push_back(w);
    queue.push_back(f);
  };
  for (std::size_t i = 0, at = 0; i < leaves.size();) {
    const std::int64_t rank = bound_rank(leaves[i].witness.bound_ms);
    for (; i < leaves.size() && bound_rank(leaves[i].witness.bound_ms) == rank; ++i) visit(leaves[i].function, leaves[i].witness);
    for (; at < queue.size(); ++at) {
      const FunctionId callee = queue[at];
      const Witness below = out.rows[out.slots[callee.index]];
      for (const Upwards::Caller& caller : upwards.of(callee))
        if (!caller.possible) visit(caller.function, step(callee, caller, below));
    }
  }
  // Only then what dynamic dispatch may reach, so that no guess takes the place of what is certain.
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const Witness below = out.rows[out.slots[queue[at].index]];
    for (const Upwards::Caller& caller : upwards.of(queue[at])) visit(caller.function, step(queue[at], caller, below));
  }
  return queue;
}

}  // namespace

std::int64_t bound_rank(std::int64_t bound_ms) {
  // Where nobody knows the wait, it counts like the default of a call.
  return bound_ms == Bound::kUnknown ? 5001 : bound_ms;
}

EffectSet leaf_effects(const Program& program, const Calls& calls, CallId site) {
  const FunctionRow* row = row_at(calls, site);
  if (row == nullptr) {
    EffectSet effects;
    if (is_transport_input(program, site)) effects.add(Effect::kSocket);
    return effects;
  }
  if (!row->when_option && !row->unless_option) return row->effects;
  const Unit& unit = program.unit_of(site);
  const auto arguments = unit.children_of(program.call(site).expr);
  const ExprId options = arguments.empty() ? ExprId{} : local_value(unit, arguments.back());
  if (row->when_option) {
    const ExprId value = literal_option(unit, options, row->when_option);
    return value && atom_value(unit, value) == row->when_value ? row->effects : EffectSet{};
  }
  if (options && unit.expr(options).kind == ExprKind::kList)
    for (const ExprId word : unit.children_of(options))
      if (atom_value(unit, word) == row->unless_option) return {};
  return row->effects;
}

std::int64_t leaf_bound(const Program& program, const Calls& calls, CallId site) {
  const FunctionRow* row = row_at(calls, site);
  const Unit& unit = program.unit_of(site);
  const auto arguments = unit.children_of(program.call(site).expr);
  if (row == nullptr) {
    if (!is_transport_input(program, site)) return Bound::kUnknown;
    return bound_of(unit, arguments.size() == 3 ? arguments[2] : ExprId(), Bound::kInfinite);
  }
  const std::int64_t otherwise = row->bound.milliseconds;
  if (row->timeout_argument != 0)
    return row->timeout_argument <= arguments.size() ? bound_of(unit, arguments[row->timeout_argument - 1u], otherwise)
                                                     : otherwise;
  if (row->timeout_option && !arguments.empty()) {
    const std::size_t at = row->options_argument != 0 ? row->options_argument - 1u : arguments.size() - 1;
    if (at < arguments.size()) {
      const ExprId options = local_value(unit, arguments[at]);
      if (const ExprId value = literal_option(unit, options, row->timeout_option)) return bound_of(unit, value, otherwise);
      // Options that come from elsewhere may hold a timeout.
      const ExprKind kind = unit.expr(options).kind;
      if (row->options_argument != 0 && kind != ExprKind::kList && kind != ExprKind::kMap) return Bound::kUnknown;
    }
  }
  return otherwise;
}

Effects find_effects(const Program& program, const Calls& calls, unsigned jobs) {
  std::vector<char> acting;
  acting.reserve(calls.externals.size());
  for (const External& e : calls.externals) acting.push_back(e.row != nullptr && !e.row->effects.empty() ? 1 : 0);
  std::vector<Leaves> by_unit(program.units.size());
  parallel_for(program.units.size(), jobs,
               [&](std::size_t u) { by_unit[u] = collect_leaves(program, calls, *program.units[u], acting); });
  Effects effects;
  effects.all.resize(program.functions.size());
  effects.direct.resize(program.functions.size());
  const Upwards upwards(program, calls);
  std::array<std::vector<FunctionId>, kEffectCount> reached;
  parallel_for(kEffectCount, jobs, [&](std::size_t e) {
    std::vector<Leaf> leaves;
    for (const Leaves& l : by_unit) leaves.insert(leaves.end(), l[e].begin(), l[e].end());
    reached[e] = flow(upwards, leaves, effects.witnesses[e]);
  });
  for (std::size_t e = 0; e < kEffectCount; ++e) {
    const auto effect = static_cast<Effect>(e);
    for (const FunctionId f : reached[e]) effects.all[f.index].add(effect);
    for (const Leaves& l : by_unit)
      for (const Leaf& leaf : l[e]) effects.direct[leaf.function.index].add(effect);
  }
  return effects;
}

}  // namespace beamwright::analysis
