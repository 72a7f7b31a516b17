#include "rules/init_needs.h"

#include <algorithm>

#include "analysis/forest.h"
#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/child_starts.h"

namespace beamwright::rules {

using analysis::CallResult;
using analysis::ExprRef;
using analysis::ProcessKind;
using analysis::ResultUse;

namespace {

bool is_error(const Program& program, ExprRef shape) {
  const Unit& unit = program.unit(shape.unit);
  const model::Expr& e = unit.expr(shape.expr);
  if (e.kind == ExprKind::kMatch && e.child_count == 2)
    return is_error(program, {shape.unit, unit.child(shape.expr, 0)}) ||
           is_error(program, {shape.unit, unit.child(shape.expr, 1)});
  if (e.kind != ExprKind::kTuple || e.child_count == 0) return false;
  const model::Expr& tag = unit.expr(unit.child(shape.expr, 0));
  return tag.kind == ExprKind::kAtom && tag.symbol() == sym::error;
}

// {error, _} or {error, Variable}, or a shape for everything.
bool takes_any_error(const Program& program, ExprRef shape) {
  const Unit& unit = program.unit(shape.unit);
  const model::Expr& e = unit.expr(shape.expr);
  if (e.kind == ExprKind::kVariable || e.kind == ExprKind::kWildcard) return true;
  if (e.kind == ExprKind::kMatch && e.child_count == 2)  // {error, _} = Error
    return takes_any_error(program, {shape.unit, unit.child(shape.expr, 0)}) &&
           takes_any_error(program, {shape.unit, unit.child(shape.expr, 1)});
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
  const model::Expr& tag = unit.expr(unit.child(shape.expr, 0));
  const model::Expr& reason = unit.expr(unit.child(shape.expr, 1));
  const bool open = reason.kind == ExprKind::kVariable || reason.kind == ExprKind::kWildcard || reason.kind == ExprKind::kMatch ||
                    reason.kind == ExprKind::kMap;
  return tag.kind == ExprKind::kAtom && tag.symbol() == sym::error && open;
}

// ok, {ok, _} and the like: the match is about success, not about a part of a value.
bool is_result_shape(const Program& program, const CallResult& result) {
  return std::any_of(result.shapes.begin(), result.shapes.end(), [&](ExprRef shape) {
    const Unit& unit = program.unit(shape.unit);
    const model::Expr& e = unit.expr(shape.expr);
    if (e.kind == ExprKind::kAtom) return e.symbol() == sym::ok;
    if (e.kind != ExprKind::kTuple || e.child_count == 0) return false;
    const model::Expr& tag = unit.expr(unit.child(shape.expr, 0));
    return tag.kind == ExprKind::kAtom && tag.symbol() == sym::ok;
  });
}

// Functions with a bang, and repositories' queries, whose connection errors are exceptions (Ecto:
// DBConnection.ConnectionError).
bool raises(const analysis::External& external, Effect effect) {
  if (external.name.text().ends_with("!")) return true;
  if (effect != Effect::kDatabase || !external.row) return false;
  return external.row->module.text() == "Elixir.Ecto.Repo" || external.row->source.find("Ecto.Repo") != std::string_view::npos;
}

}  // namespace

std::optional<InitNeed> InitNeeds::of(const Process& process, const Handler& init) {
  if (process.kind == ProcessKind::kRequest || process.kind == ProcessKind::kTask) return {};
  if (!in_production(program_, facts_, init.function)) return {};
  collect_children();
  const bool listed = process.kind == ProcessKind::kSupervisor || listed_.contains(process.module);
  if (!listed && !restarted_.contains(process.module)) return {};
  std::optional<InitNeed> need;
  // Who has said init_ack is not waited for any more.
  for (const CallId site : analysis::calls_in_clause(program_, init.function, init.clause)) {
    if (program_.call(site).name && program_.call(site).name.text() == "init_ack") return {};
  }
  std::vector<SlowWork> all;
  if (needs_others(init.function)) {
    all = slow_work(program_, facts_, init);
    add_captures(init, all);
  }
  add_connects(init.function, analysis::calls_in_clause(program_, init.function, init.clause), all);
  for (const SlowWork& work : all) {
    if (!is_service(work)) continue;
    const std::optional<InitFailure> failure = fails(&init, work);
    if (!failure) continue;
    if (!need) need = InitNeed{work, {}, !listed};
    need->failures.push_back(*failure);
  }
  return need;
}

std::optional<InitNeed> InitNeeds::of_calls(FunctionId function, const std::vector<CallId>& sites) const {
  std::vector<SlowWork> all;
  for (const CallId site : sites) {
    if (program_.call(site).capture) continue;
    const FunctionId callee = facts_.calls.callees[site.index].function;
    const analysis::External* external = facts_.calls.external(site);
    // Other nodes are the system itself, which starts in whatever order it has.
    for (const Effect effect : {Effect::kHttp, Effect::kDatabase}) {
      const analysis::Witness* witness = callee ? facts_.effects.witness(callee, effect) : nullptr;
      const bool itself = external && external->row && external->row->effects.has(effect);
      if (!witness && !itself) continue;
      all.push_back(
          {site, effect, witness ? witness->bound_ms : analysis::Bound::kUnknown, witness && witness->possible, {}, {}, {}});
    }
  }
  add_connects(function, sites, all);
  std::optional<InitNeed> need;
  for (const SlowWork& work : all) {
    if (!is_service(work) || !is_near(work)) continue;
    const std::optional<InitFailure> failure = fails(nullptr, work);
    if (!failure) continue;
    if (!need) need = InitNeed{work, {}, false};
    need->failures.push_back(*failure);
  }
  return need;
}

bool InitNeeds::is_listed(ModuleId module) {
  collect_children();
  return listed_.contains(module);
}

const std::set<FunctionId>& InitNeeds::start_functions() {
  collect_children();
  return start_functions_;
}

bool InitNeeds::is_near(const SlowWork& work) const {
  constexpr std::size_t kNear = 6;
  return chain_of(work).size() <= kNear;
}

bool InitNeeds::needs_others(FunctionId function) const {
  const auto& all = facts_.effects.all[function.index];
  return all.has(Effect::kHttp) || all.has(Effect::kDatabase) || all.has(Effect::kSocket) || all.has(Effect::kRpc) ||
         all.has(Effect::kCall);
}

// &load/0, given to a function that runs it here.
void InitNeeds::add_captures(const Handler& handler, std::vector<SlowWork>& all) const {
  const Unit& unit = program_.unit_of(handler.function);
  const model::Clause& clause = unit.clause(handler.clause);
  for (const analysis::Edge& edge : facts_.calls.edges_of(handler.function)) {
    const model::Call& call = program_.call(edge.site);
    if (!call.capture || edge.runs != analysis::Runs::kCaller || edge.possible) continue;
    const std::uint32_t at = unit.expr(call.expr).begin;
    if (at < clause.begin || at >= clause.end) continue;
    for (const Effect effect : {Effect::kHttp, Effect::kDatabase, Effect::kRpc}) {
      const analysis::Witness* witness = facts_.effects.witness(edge.callee, effect);
      if (witness) all.push_back({edge.site, effect, witness->bound_ms, witness->possible, {}, {}, {}});
    }
  }
}

// The first start of what is started on demand fails for those who asked for it, and they are told. What is permanent or
// transient is started again after a crash as well, and then nobody takes the failure but the supervisor.
void InitNeeds::collect_children() {
  if (collected_) return;
  collected_ = true;
  const auto comes_back = [](Symbol restart) { return restart == sym::permanent || restart == sym::transient; };
  for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
    for (const analysis::TreeChild& child : tree.children) {
      if (!child.source) continue;
      if (child.origin == analysis::Origin::kList && !tree.dynamic) {
        listed_.insert(child.source);
        const ModuleId starter =
            child.start_module ? program_.find_module(child.start_module, program_.unit_of(child.source).project) : child.source;
        const FunctionId start =
            starter && child.start_function && child.start_arity >= 0
                ? program_.find_function(starter, child.start_function, static_cast<std::uint32_t>(child.start_arity))
                : FunctionId();
        if (start) start_functions_.insert(start);
      } else if (comes_back(child.restart)) {
        restarted_.insert(child.source);
      }
    }
  }
  for (const ChildStart& start : child_starts(program_, facts_)) {
    if (start.spec.module && comes_back(start.spec.restart)) restarted_.insert(start.spec.module);
  }
}

// The connection is what an outage refuses; what is sent over it stands nearer, often. Transports are chosen by an option as a
// rule, TcpMod:connect(Host, Port, Options, Timeout): what takes that many arguments under that name is no other thing.
bool InitNeeds::is_connect(CallId site) const {
  const model::Call& call = program_.call(site);
  if (call.capture || facts_.calls.runs[site.index] != analysis::Runs::kCaller) return false;
  if (call.target == model::TargetKind::kDynamicModule)
    return call.name.text() == "connect" && (call.arity == 3 || call.arity == 4);
  const analysis::External* external = facts_.calls.external(site);
  return external && external->row && external->row->effects.has(Effect::kSocket) &&
         external->name.text().find("connect") != std::string_view::npos;
}

void InitNeeds::add_connects(FunctionId function, const std::vector<CallId>& sites, std::vector<SlowWork>& all) const {
  constexpr std::size_t kMaxFunctions = 60, kMaxSteps = 6;
  std::vector<std::vector<CallId>> ways;
  for (const CallId site : sites) ways.push_back({site});
  std::set<FunctionId> seen{function};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const std::vector<CallId> way = ways[i];
    if (is_connect(way.back())) {
      const bool chosen = !facts_.calls.external(way.back());
      all.push_back(
          {way.front(), Effect::kSocket, analysis::Bound::kUnknown, chosen, way.back(), {}, way, "opens the connection"});
      return;
    }
    const FunctionId callee = facts_.calls.callees[way.back().index].function;
    if (!callee || way.size() >= kMaxSteps || facts_.calls.runs[way.back().index] != analysis::Runs::kCaller) continue;
    if (program_.call(way.back()).capture || seen.size() >= kMaxFunctions || !seen.insert(callee).second) continue;
    for (const CallId site : program_.calls_of(callee)) {
      ways.push_back(way);
      ways.back().push_back(site);
    }
  }
}

bool InitNeeds::is_service(const SlowWork& work) const {
  if (work.effect == Effect::kHttp) return true;
  if (work.effect == Effect::kDatabase) return !is_embedded(work);
  if (work.effect == Effect::kRpc) return true;
  if (work.effect == Effect::kCall) return static_cast<bool>(work.beyond) && service_behind(work.beyond);
  if (work.effect != Effect::kSocket) return false;
  return is_connect(chain_of(work).back());
}

// A database that runs in the same node is there when the node is.
bool InitNeeds::is_embedded(const SlowWork& work) const {
  const analysis::External* external = facts_.calls.external(chain_of(work).back());
  if (!external) return false;
  const std::string_view module = external->module.text();
  return module == "mnesia" || module.starts_with("mria") || module == "khepri" || module.starts_with("khepri_") ||
         module == "Elixir.CubDB" || module == "Elixir.Memento" || module == "rocksdb" || module == "eleveldb";
}

// The clause of the other server waits for the network itself.
bool InitNeeds::service_behind(HandlerId id) const {
  const auto& all = facts_.effects.all[facts_.handler(id).function.index];
  return all.has(Effect::kHttp);
}

std::vector<CallId> InitNeeds::chain_of(const SlowWork& work) const {
  if (!work.chain.empty()) return work.chain;
  std::vector<CallId> chain{work.site};
  constexpr int kMaxSteps = 10;
  for (int step = 0; step < kMaxSteps; ++step) {
    const FunctionId callee = facts_.calls.callees[chain.back().index].function;
    const analysis::Witness* witness = callee ? facts_.effects.witness(callee, work.effect) : nullptr;
    if (!witness || !witness->site) break;
    chain.push_back(witness->site);
  }
  return chain;
}

bool InitNeeds::caught(const std::vector<CallId>& chain) const {
  return std::any_of(chain.begin(), chain.end(), [&](CallId site) {
    return (analysis::classes_caught(program_, facts_, site) & (analysis::kErrorClass | analysis::kExitClass)) != 0;
  });
}

std::optional<InitFailure> InitNeeds::fails(const Handler* handler, const SlowWork& work) const {
  const std::vector<CallId> chain = chain_of(work);
  if (caught(chain)) return {};
  bool settled = false;
  for (auto site = chain.rbegin(); site != chain.rend() && !settled; ++site) {
    if (const auto failure = refuses_errors(*site, chain)) return failure;
    // Who calls a function that takes the error itself, and answers ok whatever happens, has nothing to refuse.
    settled = takes_errors(*site) && never_answers_error(program_.function_of(*site));
  }
  const CallId leaf = chain.back();
  const analysis::External* external = facts_.calls.external(leaf);
  if (external && raises(*external, work.effect)) {
    return InitFailure{call_span(program_, leaf), "raises when the other side does not answer", work.possible, true};
  }
  if (work.effect == Effect::kCall || !handler) return {};
  return stops(*handler, chain);
}

bool InitNeeds::takes_errors(CallId site) const {
  const std::vector<CallResult> results = analysis::results_of(program_, facts_, site);
  return std::any_of(results.begin(), results.end(), [&](const CallResult& result) {
    return result.wrappers.empty() && std::any_of(result.shapes.begin(), result.shapes.end(), [&](ExprRef shape) {
             return is_error(program_, shape) || takes_any_error(program_, shape);
           });
  });
}

// Each way through the function ends in ok, or in {ok, Value}.
bool InitNeeds::never_answers_error(FunctionId function) const {
  const Unit& unit = program_.unit_of(function);
  bool ok = true;
  std::size_t ends = 0;
  for (const model::ClauseId clause : program_.function(function).clauses) {
    if (!unit.clause(clause).body) continue;
    analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId id) {
      ++ends;
      const model::Expr& e = unit.expr(id);
      const ExprId tag = e.kind == ExprKind::kTuple && e.child_count > 0 ? unit.child(id, 0) : id;
      ok = ok && analysis::atom_value(unit, tag) == sym::ok;
    });
  }
  return ok && ends > 0;
}

// A match on the result that has no place for {error, Reason}.
std::optional<InitFailure> InitNeeds::refuses_errors(CallId site, const std::vector<CallId>& chain) const {
  for (const CallResult& result : analysis::results_of(program_, facts_, site)) {
    if (result.use != ResultUse::kMatchedHard && result.use != ResultUse::kMatchedPartly) continue;
    // What other callers of the functions that pass it on do with it is their business.
    const bool here = std::all_of(result.wrappers.begin(), result.wrappers.end(),
                                  [&](CallId wrapper) { return std::find(chain.begin(), chain.end(), wrapper) != chain.end(); });
    if (!here) continue;
    const bool general =
        std::any_of(result.shapes.begin(), result.shapes.end(), [&](ExprRef shape) { return takes_any_error(program_, shape); });
    if (general || result.shapes.empty() || !is_result_shape(program_, result)) continue;
    const bool named =
        std::any_of(result.shapes.begin(), result.shapes.end(), [&](ExprRef shape) { return is_error(program_, shape); });
    return InitFailure{program_.unit(result.place.unit).span(result.place.expr),
                       named ? "takes one error only: any other is a match that fails" : "takes no error: the match fails",
                       false};
  }
  return {};
}

// init answers {stop, Reason}, in a clause for an error.
std::optional<InitFailure> InitNeeds::stops(const Handler& handler, const std::vector<CallId>& chain) const {
  for (const CallId site : chain) {
    for (const CallResult& result : analysis::results_of(program_, facts_, site)) {
      if (result.use != ResultUse::kMatchedFully && result.use != ResultUse::kMatchedPartly) continue;
      if (program_.function_of(chain.front()) != handler.function) continue;
      for (const analysis::CallbackReturn& r : analysis::returns_of(program_, facts_, handler)) {
        if (r.tag != sym::stop || !inside(r.expr, result.place)) continue;
        return InitFailure{program_.unit(r.expr.unit).span(r.expr.expr), "stops when it fails", false};
      }
    }
  }
  return {};
}

bool InitNeeds::inside(ExprRef inner, ExprRef outer) const {
  if (inner.unit != outer.unit) return false;
  const Unit& unit = program_.unit(inner.unit);
  return unit.expr(outer.expr).begin <= unit.expr(inner.expr).begin && unit.expr(inner.expr).end <= unit.expr(outer.expr).end;
}

}  // namespace beamwright::rules
