// A walk through the expressions of a clause in the order in which they are evaluated, once for each acquisition: every branch is
// taken, and where branches differ in what they do with the resource, what still holds it remembers the branch it took.
#include "analysis/paths.h"

#include <algorithm>

#include "analysis/acquisition_sites.h"
#include "analysis/resource_uses.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::ClauseId;
using model::ClauseRange;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

constexpr std::size_t kMaxStates = 12;
constexpr std::size_t kMaxLeft = 8;
constexpr int kMaxDepth = 200;

// Before the acquisition or on a way without it; held; given back or kept.
enum class Status : std::uint8_t { kWithout, kHeld, kDone };

struct State {
  Status status = Status::kWithout;
  ResourceLeft label;  // the last branch that decided
  bool operator==(const State& other) const {
    return status == other.status && label.way == other.label.way && label.place == other.label.place;
  }
};
using States = std::vector<State>;

void add_state(States& states, const State& state) {
  if (states.size() < kMaxStates && std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
}

void add_states(States& states, const States& more) {
  for (const State& state : more) add_state(states, state);
}

bool any_held(const States& states) {
  return std::any_of(states.begin(), states.end(), [](const State& s) { return s.status == Status::kHeld; });
}

class Walk {
 public:
  Walk(const Program& program, const Facts& facts, const ResourceUses& uses, Acquisition& out)
      : program_(program), facts_(facts), uses_(uses), out_(out), unit_(program.unit_of(out.function)) {}

  void run(ExprId body) {
    const ExprId call = program_.call(out_.site).expr;
    if (out_.awaited) {
      out_.variables = {VariableId(unit_.expr(request_awaited(program_, out_.site)).payload)};
    } else if (out_.resource != Resource::kSubscription) {
      out_.variables = uses_.holders(out_.function, body, out_.site, out_.resource);
    }
    // At once in a tuple or map, or given on: no variable has it.
    if (!has_no_reference()) at_once_ = uses_.of(out_.function, call, out_.resource);
    out_.dropped = !out_.awaited && !has_no_reference() && goes_nowhere(call) && !is_ever_read(body);
    if (out_.awaited && is_closed_by_callers()) return;
    const States end = walk(body, {State{}}, 0);
    for (const State& state : end) {
      if (state.status != Status::kHeld) continue;
      leave(state.label.place ? state.label : ResourceLeft{WayOut::kEnd, last_of(body)});
    }
  }

 private:
  struct Branch {
    States out;
    ResourceLeft label;
  };

  // Locks and subscriptions are given back by what they are about.
  bool has_no_reference() const { return out_.resource == Resource::kLock || out_.resource == Resource::kSubscription; }

  bool is_ever_read(ExprId body) const {
    return any_below(unit_, body, [&](ExprId id) {
      const Expr& e = unit_.expr(id);
      if (e.kind != ExprKind::kVariable || e.has(model::kBinds) || !holds(VariableId(e.payload))) return false;
      // Two clauses with the same _Pid do not read it.
      return !e.has(model::kInPattern) || !unit_.variable_of(e).name.text().starts_with("_");
    });
  }

  // A statement, or something that is only matched: what the variables of the patterns hold is asked beside this.
  bool goes_nowhere(ExprId at) const {
    for (ExprId around = unit_.parent(at); around; at = around, around = unit_.parent(around)) {
      const Expr& e = unit_.expr(around);
      const auto children = unit_.children_of(e);
      const bool is_child = std::find(children.begin(), children.end(), at) != children.end();
      switch (e.kind) {
        case ExprKind::kBlock:
          if (children.back() != at) return true;
          break;
        case ExprKind::kMatch:
          if (takes_a_part(children[0])) return false;
          break;
        case ExprKind::kGenerator:
          return unit_.parent(around) && unit_.expr(unit_.parent(around)).kind == ExprKind::kWith && !takes_a_part(children[0]);
        case ExprKind::kCase:
          if (!is_child) break;
          return std::none_of(unit_.clauses_of(e).begin(), unit_.clauses_of(e).end(), [&](ClauseId id) {
            const auto patterns = unit_.patterns_of(unit_.clause(id));
            return !patterns.empty() && takes_a_part(patterns[0]) && !is_error(patterns[0]);
          });
        case ExprKind::kWith:
          if (is_child && children.back() != at) return true;
          break;
        case ExprKind::kReceive:
          if (is_child && children.front() == at) return false;
          break;
        case ExprKind::kTry:
          break;
        case ExprKind::kClosure:
          return is_run_for_nothing(unit_, around);
        default:
          return false;
      }
    }
    return false;
  }

  // %Task{ref: ref}: somebody has a part of it.
  bool takes_a_part(ExprId pattern) const {
    return any_below(unit_, pattern, [&](ExprId id) {
      const Expr& e = unit_.expr(id);
      if (e.kind != ExprKind::kVariable || holds(VariableId(e.payload))) return false;
      return !unit_.variable_of(e).name.text().starts_with("_");
    });
  }

  // A helper awaits, and whoever calls it closes the connection afterwards: no part of the answer comes any more.
  bool is_closed_by_callers() const {
    for (const std::uint32_t i : facts_.calls.incoming_of(out_.function)) {
      for (const CallId site : program_.calls_of(facts_.calls.callers[i])) {
        if (uses_.releases(site, Resource::kProcess)) return true;
      }
    }
    return false;
  }

  void leave(const ResourceLeft& left) {
    const bool again = std::any_of(out_.left.begin(), out_.left.end(),
                                   [&](const ResourceLeft& other) { return other.way == left.way && other.place == left.place; });
    if (!again && out_.left.size() < kMaxLeft) out_.left.push_back(left);
  }

  ExprId last_of(ExprId body) const {
    while (unit_.expr(body).kind == ExprKind::kBlock && unit_.expr(body).child_count > 0) {
      body = unit_.child(body, unit_.expr(body).child_count - 1);
    }
    return body;
  }

  bool holds(VariableId v) const { return std::find(out_.variables.begin(), out_.variables.end(), v) != out_.variables.end(); }
  bool mentions_it(ExprId root) const { return root && !out_.variables.empty() && mentions(unit_, root, out_.variables); }

  // ---- Evaluation

  States walk(ExprId id, States in, int depth) {
    if (!id || in.empty() || depth > kMaxDepth) return in;
    const Expr& e = unit_.expr(id);
    switch (e.kind) {
      case ExprKind::kQuote:
      case ExprKind::kCapture:
        return in;
      case ExprKind::kClosure:
        return closure(id, std::move(in));
      case ExprKind::kVariable:
        return occurrence(id, std::move(in));
      case ExprKind::kMatch:
      case ExprKind::kGenerator:
        return e.has(model::kInPattern) ? in : walk(unit_.child(id, 1), std::move(in), depth + 1);
      case ExprKind::kCase:
        return walk_case(id, std::move(in), depth);
      case ExprKind::kReceive:
        return walk_receive(id, std::move(in), depth);
      case ExprKind::kTry:
        return walk_try(id, std::move(in), depth);
      case ExprKind::kWith:
        return walk_with(id, std::move(in), depth);
      case ExprKind::kCall:
        for (const ExprId child : unit_.children_of(e)) in = walk(child, std::move(in), depth + 1);
        return call(id, std::move(in));
      default:
        for (const ExprId child : unit_.children_of(e)) in = walk(child, std::move(in), depth + 1);
        return in;
    }
  }

  static States done(States in) {
    for (State& state : in) {
      if (state.status == Status::kHeld) state = {Status::kDone, {}};
    }
    return unique(in);
  }

  static States unique(const States& in) {
    States out;
    add_states(out, in);
    return out;
  }

  void keep(Keeper keeper, ExprId place) {
    for (const ResourceKept& kept : out_.kept) {
      if (kept.place == place) return;
    }
    out_.kept.push_back({keeper, place});
  }

  void release(ExprId place) {
    if (std::find(out_.released.begin(), out_.released.end(), place) == out_.released.end()) out_.released.push_back(place);
  }

  // A reference in a message is how a request looks: its monitor or timer is still the sender's to take back.
  bool stays_with_sender() const {
    const Resource r = out_.resource;
    return r == Resource::kMonitor || r == Resource::kTimer || r == Resource::kTimerServer || r == Resource::kRequest;
  }

  States apply(const ResourceUse& use, States in) {
    if (!any_held(in) || use.fate == ResourceFate::kUsed) return in;
    if (use.fate == ResourceFate::kReleased) {
      release(use.place);
      return done(std::move(in));
    }
    keep(use.keeper, use.place);
    if (use.keeper == Keeper::kSent && stays_with_sender()) return in;
    return done(std::move(in));
  }

  States occurrence(ExprId id, States in) {
    const Expr& e = unit_.expr(id);
    if (e.has(model::kInPattern) || e.has(model::kBinds) || !holds(VariableId(e.payload)) || !any_held(in)) return in;
    return apply(uses_.of(out_.function, id, out_.resource), std::move(in));
  }

  // Whoever runs the closure may give it back.
  States closure(ExprId id, States in) {
    if (!any_held(in) || !mentions_it(id)) return in;
    keep(Keeper::kClosure, id);
    return done(std::move(in));
  }

  States call(ExprId id, States in) {
    const CallId site(unit_.first_call + unit_.expr(id).payload);
    if (site == out_.site) {
      for (State& state : in) state = {Status::kHeld, {}};
      in = unique(in);
      if (out_.awaited) return waited(id, std::move(in));
      if (out_.variables.empty()) in = apply(at_once_, std::move(in));
      return in;
    }
    if (any_held(in) && waits_on(id)) return waited(id, std::move(in));
    // await(Ref, Parts) -> … await(Ref, [Part | Parts]): it waits on.
    if (out_.awaited && facts_.calls.callees[site.index].function == out_.function) return done(std::move(in));
    if (out_.resource == Resource::kLock ? uses_.releases(site, Resource::kLock)
                                         : out_.resource == Resource::kSubscription && unsubscribes(program_, facts_, site)) {
      release(id);
      return done(std::move(in));
    }
    // The request goes with its connection.
    if (out_.resource == Resource::kRequest && any_held(in) && uses_.releases(site, Resource::kProcess)) {
      release(id);
      return done(std::move(in));
    }
    if (exits(id)) {
      raise(in, id);
      return {};
    }
    if (any_held(in) && may_exit(site)) raise(in, id);
    return in;
  }

  // ---- Waits that give up

  bool waits_on(ExprId id) const {
    if (out_.resource != Resource::kRequest || !id || unit_.expr(id).kind != ExprKind::kCall) return false;
    const CallId site(unit_.first_call + unit_.expr(id).payload);
    return waits_for_request(program_, facts_, site) && mentions_it(request_awaited(program_, site));
  }

  // Where clauses look at what came of the wait, they say whether the answer has come; else it is taken to have come.
  States waited(ExprId id, States in) {
    const ExprId around = unit_.parent(id);
    const ExprKind kind = around ? unit_.expr(around).kind : ExprKind::kQuote;
    if (kind == ExprKind::kCase && unit_.child(around, 0) == id) return in;
    const ExprId outer = kind == ExprKind::kGenerator ? unit_.parent(around) : ExprId();
    if (outer && unit_.expr(outer).kind == ExprKind::kWith) return in;
    release(id);
    return done(std::move(in));
  }

  // {error, timeout} is no answer, and {data, nofin, Part} only the beginning of one.
  bool is_error(ExprId pattern) const { return outline(unit_, {}, pattern).tag == sym::error; }
  bool is_answer(ExprId pattern, bool errors_are_taken) const {
    if (is_any(pattern)) return errors_are_taken;
    static const Symbol kMoreComes = intern("nofin");
    return !is_error(pattern) && !any_below(unit_, pattern, [&](ExprId part) {
      return unit_.expr(part).kind == ExprKind::kAtom && unit_.expr(part).symbol() == kMoreComes;
    });
  }

  States answered(ExprId pattern, States in) {
    if (any_held(in)) release(pattern);
    return done(std::move(in));
  }

  // ---- Exceptions

  bool exits(ExprId id) const {
    const CallId site(unit_.first_call + unit_.expr(id).payload);
    const External* external = facts_.calls.external(site);
    if (external) return external->row && external->row->effects.has(Effect::kExit);
    return always_exits(facts_.calls.callees[site.index].function, 0);
  }

  bool always_exits(FunctionId function, int depth) const {
    constexpr int kMaxCalls = 2;
    if (!function || depth > kMaxCalls || !facts_.effects.all[function.index].has(Effect::kExit)) return false;
    const Unit& in = program_.unit_of(function);
    bool all = true;
    bool any = false;
    for (const ClauseId clause : program_.function(function).clauses) {
      for_each_result(in, in.clause(clause).body, [&](ExprId result) {
        any = true;
        if (in.expr(result).kind != ExprKind::kCall) {
          all = false;
          return;
        }
        const CallId site(in.first_call + in.expr(result).payload);
        const External* external = facts_.calls.external(site);
        all = all && (external ? external->row && external->row->effects.has(Effect::kExit)
                               : always_exits(facts_.calls.callees[site.index].function, depth + 1));
      });
    }
    return any && all;
  }

  // Calls of other processes exit when those are gone or slow.
  bool may_exit(CallId site) const {
    const EffectSet effects = effects_at(program_, facts_, site);
    constexpr Effect kExits[] = {Effect::kCall, Effect::kAwait, Effect::kRpc, Effect::kExit};
    return std::any_of(std::begin(kExits), std::end(kExits), [&](Effect e) { return effects.has(e); });
  }

  void raise(const States& in, ExprId place) {
    for (const State& state : in) {
      if (state.status != Status::kHeld) continue;
      const State raised{Status::kHeld, {WayOut::kException, place}};
      if (tries_.empty()) {
        leave(raised.label);
      } else {
        add_state(*tries_.back(), raised);
      }
    }
    // What is not held may go on in a handler, too.
    if (!tries_.empty()) {
      for (const State& state : in) {
        if (state.status != Status::kHeld) add_state(*tries_.back(), state);
      }
    }
  }

  States walk_try(ExprId id, States in, int depth) {
    const model::Try t = unit_.try_of(unit_.expr(id));
    States raised;
    add_states(raised, in);
    for (State& state : raised) {
      if (state.status == Status::kHeld) state.label = {WayOut::kException, id};
    }
    if (t.catch_clauses.empty() || !any_held(in)) raised.clear();
    tries_.push_back(&raised);
    States body = unit_.children_of(id).empty() ? in : walk(unit_.child(id, 0), in, depth + 1);
    tries_.pop_back();
    States out;
    if (t.else_clauses.empty()) {
      out = std::move(body);
    } else {
      out = walk_clauses(t.else_clauses, unit_.child(id, 0), body, depth);
    }
    std::vector<Branch> handlers;
    if (!raised.empty()) clauses(t.catch_clauses, raised, depth, handlers);
    for (Branch& branch : handlers) add_states(out, branch.out);
    States escaping = catches_all(t) ? States() : raised;
    if (t.after) {
      out = walk(t.after, std::move(out), depth + 1);
      escaping = walk(t.after, std::move(escaping), depth + 1);
    }
    for (const State& state : escaping) {
      // What was held on the way in is told by the calls that may raise.
      if (state.status != Status::kHeld || !state.label.place || state.label.place == id) continue;
      if (tries_.empty()) {
        leave(state.label);
      } else {
        add_state(*tries_.back(), state);
      }
    }
    return out;
  }

  bool catches_all(const model::Try& t) const {
    for (const ClauseId id : t.catch_clauses) {
      const model::Clause& clause = unit_.clause(id);
      const auto patterns = unit_.patterns_of(clause);
      if ((clause.flags & model::kRescue) != 0 || clause.guard || patterns.size() < 2) continue;
      if (is_any(patterns[0]) && is_any(patterns[1])) return true;
    }
    return false;
  }

  bool is_any(ExprId pattern) const {
    const ExprKind kind = unit_.expr(pattern).kind;
    return kind == ExprKind::kWildcard || kind == ExprKind::kVariable;
  }

  // ---- Branches

  ResourceLeft label_of(const model::Clause& clause) const {
    const auto patterns = unit_.patterns_of(clause);
    const ExprId place = !patterns.empty() ? patterns.back() : clause.guard ? clause.guard : clause.body;
    return {WayOut::kClause, place};
  }

  void clauses(ClauseRange range, const States& in, int depth, std::vector<Branch>& out) {
    for (const ClauseId id : range) {
      const model::Clause& clause = unit_.clause(id);
      States states = clause.guard ? walk(clause.guard, in, depth + 1) : in;
      out.push_back({walk(clause.body, std::move(states), depth + 1), label_of(clause)});
    }
  }

  // Only where branches differ does the branch matter.
  static States merge(const States& in, const std::vector<Branch>& branches) {
    bool differ = false;
    for (const Branch& branch : branches) {
      for (const State& state : branch.out) differ = differ || (state.status == Status::kDone && any_held(in));
    }
    States out;
    for (const Branch& branch : branches) {
      for (State state : branch.out) {
        if (differ && state.status == Status::kHeld && std::find(in.begin(), in.end(), state) != in.end())
          state.label = branch.label;
        add_state(out, state);
      }
    }
    return out;
  }

  bool binds_it(std::span<const ExprId> patterns) const {
    for (const ExprId pattern : patterns) {
      bool found = false;
      any_below(unit_, pattern, [&](ExprId at) {
        const Expr& e = unit_.expr(at);
        found = found || (e.kind == ExprKind::kVariable && e.has(model::kBinds) && holds(VariableId(e.payload)));
        return found;
      });
      if (found) return true;
    }
    return false;
  }

  // case gen_tcp:connect(…) of {ok, S} -> …; {error, _} -> …: the second clause has nothing to close.
  States walk_case(ExprId id, States in, int depth) {
    const Expr& e = unit_.expr(id);
    const auto children = unit_.children_of(e);
    if (!children.empty()) in = walk(children[0], std::move(in), depth + 1);
    return walk_clauses(unit_.clauses_of(e), children.empty() ? ExprId() : children[0], in, depth);
  }

  // The clauses of a case or of a try for the value of `subject`: where some bind it, it is not there in the others.
  States walk_clauses(ClauseRange range, ExprId subject, const States& in, int depth) {
    bool decides = false;
    for (const ClauseId clause : range) decides = decides || binds_it(unit_.patterns_of(unit_.clause(clause)));
    const bool waits = subject && waits_on(subject);
    bool errors_are_taken = false;
    std::vector<Branch> branches;
    for (const ClauseId clause : range) {
      const auto patterns = unit_.patterns_of(unit_.clause(clause));
      States states = in;
      if (decides && !binds_it(patterns)) states = without(states);
      if (waits && !patterns.empty() && is_answer(patterns[0], errors_are_taken))
        states = answered(patterns[0], std::move(states));
      errors_are_taken |= waits && !patterns.empty() && is_error(patterns[0]);
      clauses({clause.index, 1}, states, depth, branches);
    }
    return range.empty() ? in : merge(in, branches);
  }

  static States without(States states) {
    for (State& state : states) {
      if (state.status == Status::kHeld) state = {};
    }
    return unique(states);
  }

  // The DOWN of a monitor, the reply to a request, the message of a timer: nothing is left to give back.
  bool takes(ExprId pattern) const {
    if (!mentions_it(pattern)) return false;
    const Pattern p = outline(unit_, {}, pattern);
    switch (out_.resource) {
      case Resource::kMonitor:
        return p.tag == sym::DOWN;
      case Resource::kRequest:
      case Resource::kTimer:
      case Resource::kTask:
      case Resource::kAlias:
        return true;
      default:
        return false;
    }
  }

  States walk_receive(ExprId id, States in, int depth) {
    const Expr& e = unit_.expr(id);
    const auto children = unit_.children_of(e);
    if (!children.empty()) in = walk(children[0], std::move(in), depth + 1);
    std::vector<Branch> branches;
    for (const ClauseId clause : unit_.clauses_of(e)) {
      const auto patterns = unit_.patterns_of(unit_.clause(clause));
      States states = in;
      if (any_held(in) && !patterns.empty() && takes(patterns[0])) {
        release(patterns[0]);
        states = done(std::move(states));
      }
      clauses({clause.index, 1}, states, depth, branches);
    }
    if (children.size() == 2) {
      branches.push_back({walk(children[1], in, depth + 1), {WayOut::kTimeout, children[1]}});
    }
    return branches.empty() ? in : merge(in, branches);
  }

  States walk_with(ExprId id, States in, int depth) {
    const Expr& e = unit_.expr(id);
    const auto children = unit_.children_of(e);
    States early;
    for (std::size_t i = 0; i + 1 < children.size(); ++i) {
      in = walk(children[i], std::move(in), depth + 1);
      if (unit_.expr(children[i]).kind != ExprKind::kGenerator) continue;
      const ExprId pattern = unit_.child(children[i], 0);
      if (unit_.expr(pattern).kind == ExprKind::kVariable) continue;  // always matches
      const bool fresh = binds_it(std::span(&pattern, 1));
      for (State state : fresh ? without(in) : in) {
        if (state.status == Status::kHeld) state.label = {WayOut::kClause, children[i]};
        add_state(early, state);
      }
      if (waits_on(unit_.child(children[i], 1)) && is_answer(pattern, true)) in = answered(pattern, std::move(in));
    }
    if (!children.empty()) in = walk(children.back(), std::move(in), depth + 1);
    const ClauseRange range = unit_.clauses_of(e);
    if (range.empty()) {
      add_states(in, early);
      return in;
    }
    for (const ClauseId clause : range) {
      const model::Clause& c = unit_.clause(clause);
      add_states(in, walk(c.body, early, depth + 1));
    }
    return in;
  }

  const Program& program_;
  const Facts& facts_;
  const ResourceUses& uses_;
  Acquisition& out_;
  const Unit& unit_;
  ResourceUse at_once_;
  std::vector<States*> tries_;
};

// The clause whose body holds the call: of the innermost closure, else of the function.
ClauseId clause_of(const Program& program, FunctionId function, CallId site, ExprId& body) {
  const Unit& unit = program.unit_of(function);
  const model::Call& call = program.call(site);
  const ClauseRange range = call.closure ? unit.clauses_of(unit.expr(call.closure)) : program.function(function).clauses;
  const std::uint32_t at = unit.expr(call.expr).begin;
  for (const ClauseId id : range) {
    const ExprId candidate = unit.clause(id).body;
    if (!candidate || at < unit.expr(candidate).begin || at >= unit.expr(candidate).end) continue;
    body = candidate;
    return id;
  }
  return {};
}

std::optional<Acquisition> follow(const Program& program, const Facts& facts, const ResourceUses& uses,
                                  const AcquisitionSite& site, FunctionId function) {
  Acquisition made;
  made.resource = site.resource;
  made.site = site.site;
  made.function = function;
  made.through = site.through;
  made.awaited = site.awaited;
  ExprId body;
  made.clause = clause_of(program, function, site.site, body);
  if (!body) return {};
  if (site.dropped) {
    made.dropped = true;
  } else {
    Walk(program, facts, uses, made).run(body);
  }
  return made;
}

}  // namespace

std::vector<Acquisition> acquisitions_in(const Program& program, const Facts& facts, FunctionId function) {
  return acquisitions_in(program, facts, function, Resource::kNone);
}

std::vector<Acquisition> acquisitions_in(const Program& program, const Facts& facts, FunctionId function, Resource resource) {
  const ResourceUses uses(program, facts);
  std::vector<Acquisition> out;
  for (const AcquisitionSite& site : acquisition_sites(program, facts, function, resource)) {
    if (auto made = follow(program, facts, uses, site, function)) out.push_back(std::move(*made));
  }
  return out;
}

std::optional<Acquisition> acquisition_at(const Program& program, const Facts& facts, CallId site, Resource resource) {
  const FunctionId function = program.function_of(site);
  if (!function) return {};
  for (const AcquisitionSite& one : acquisition_sites(program, facts, function, resource)) {
    if (one.site == site) return follow(program, facts, ResourceUses(program, facts), one, function);
  }
  return {};
}

std::optional<Acquisition> acquisition_by(const Program& program, const Facts& facts, CallId site, Resource resource) {
  const FunctionId function = program.function_of(site);
  if (!function) return {};
  const FunctionId through = facts.calls.callees[site.index].function;
  return follow(program, facts, ResourceUses(program, facts), {site, resource, through, false, false}, function);
}

bool nobody_has(const Program& program, const Facts& facts, const Acquisition& acquisition) {
  if (acquisition.dropped) return true;
  if (acquisition.kept.empty() || !acquisition.released.empty()) return false;
  if (std::any_of(acquisition.kept.begin(), acquisition.kept.end(),
                  [](const ResourceKept& kept) { return kept.keeper != Keeper::kReturned; }))
    return false;
  const std::vector<CallResult> results = results_of(program, facts, acquisition.site);
  return !results.empty() && std::all_of(results.begin(), results.end(), [](const CallResult& result) {
    return result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused;
  });
}

}  // namespace beamwright::analysis
