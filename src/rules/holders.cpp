// A clause is taken for a lock's by what it does, not by names alone: it answers one caller with a literal and keeps another, and
// what ends the wait is a message of a client. A queue that is filled by others looks alike, but what it answers with came in a
// message; there one who ends harms nobody.
#include "rules/holders.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/answering.h"
#include "rules/replies.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Process;
using analysis::Runs;
using model::VariableId;

namespace {

// The calls that a clause makes itself and in the functions of its module.
std::vector<CallId> calls_of_clause(const Program& program, const Facts& facts, const Handler& handler) {
  constexpr std::size_t kMost = 300;
  std::vector<CallId> sites = analysis::calls_in_clause(program, handler.function, handler.clause);
  std::set<FunctionId> entered = {handler.function};
  for (std::size_t i = 0; i < sites.size() && i < kMost; ++i) {
    const FunctionId callee = facts.calls.callees[sites[i].index].function;
    if (!callee || program.module_of(callee) != program.module_of(handler.function) || !entered.insert(callee).second) continue;
    for (const CallId inner : program.calls_of(callee)) sites.push_back(inner);
  }
  return sites;
}

bool is_constant(const Unit& unit, ExprId value) {
  const model::Expr& e = unit.expr(value);
  if (e.kind == ExprKind::kAtom) return true;
  if (e.kind != ExprKind::kTuple) return false;
  const std::span<const ExprId> parts = unit.children_of(e);
  return std::all_of(parts.begin(), parts.end(), [&](ExprId part) { return is_constant(unit, part); });
}

// lock, acquire, check_out: what is asked for is given back by who got it.
bool asks_to_hold(Symbol tag) {
  static constexpr std::array<std::string_view, 7> kWords = {"lock",    "acquire", "checkout", "check_out",
                                                             "reserve", "borrow",  "claim"};
  const std::string_view text = tag ? tag.text() : std::string_view();
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return text.starts_with(word); });
}

class Search {
 public:
  Search(const Program& program, const Facts& facts, ProcessId server)
      : program_(program), facts_(facts), process_(facts.process(server)) {}

  std::vector<HeldForOthers> run() {
    std::vector<HeldForOthers> found;
    if (process_.kind != analysis::ProcessKind::kGenServer || process_.traps_exits) return found;
    bool keeps = false;
    for (const HandlerId id : process_.handlers)
      keeps |= facts_.handler(id).kind == HandlerKind::kCall && facts_.handler(id).keeps_caller;
    if (!keeps || notices_ends()) return found;
    const std::vector<HandlerId> returns = returning();
    if (returns.empty()) return found;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kCall || !handler.keeps_caller || !in_production(program_, facts_, handler.function))
        continue;
      const ExprId kept = kept_in_state(handler);
      if (kept && gives_to_one(handler)) found.push_back({id, kept, returns});
    }
    return found;
  }

 private:
  // Does any clause take the end of a process, a timer's message, or make a monitor, a link or a timer?
  bool notices_ends() const {
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInfo && !handler.catch_all) return true;
      const analysis::EffectSet& effects = facts_.effects.all[handler.function.index];
      if (effects.has(Effect::kMonitor) || effects.has(Effect::kLink) || effects.has(Effect::kTimer)) return true;
    }
    return false;
  }

  // Clauses of a client's message that answer somebody else with a constant: those who waited.
  std::vector<HandlerId> returning() const {
    std::vector<HandlerId> found;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast) continue;
      for (const CallId site : calls_of_clause(program_, facts_, handler)) {
        if (!is_reply(facts_, site) || program_.call(site).capture || arguments_of(program_, site).size() != 2) continue;
        found.push_back(id);
        break;
      }
    }
    return found;
  }

  // The return of {noreply, State} with the caller in the state, and no time-out behind it.
  ExprId kept_in_state(const Handler& handler) const {
    const std::vector<VariableId> caller = caller_variables(program_, facts_, handler);
    if (caller.empty()) return {};
    for (const analysis::CallbackReturn& made : analysis::returns_of(program_, facts_, handler)) {
      if (made.tag != sym::noreply || made.timeout || made.expr.unit != program_.functions[handler.function.index].unit) continue;
      const Unit& unit = program_.unit(made.expr.unit);
      if (mentions(unit, made.expr.expr, caller)) return made.expr.expr;
      const ExprId state = made.state ? analysis::local_value(unit, made.state.expr) : ExprId();
      if (state && mentions(unit, state, caller)) return state;
    }
    return {};
  }

  // Is somebody else answered at once by the same message: in this clause or in one beside it?
  bool gives_to_one(const Handler& waits) const {
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind != HandlerKind::kCall || handler.pattern.tag != waits.pattern.tag || !handler.pattern.tag) continue;
      for (const analysis::CallbackReturn& made : analysis::returns_of(program_, facts_, handler)) {
        const Unit& unit = program_.unit(made.expr.unit);
        const model::Expr& e = unit.expr(made.expr.expr);
        if (made.tag != sym::reply || e.kind != ExprKind::kTuple || e.child_count < 3) continue;
        if (!handler.changes_state) continue;
        if (asks_to_hold(handler.pattern.tag) || is_constant(unit, unit.child(made.expr.expr, 1))) return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  const Process& process_;
};

}  // namespace

std::vector<HeldForOthers> held_for_others(const Program& program, const Facts& facts, ProcessId server) {
  return Search(program, facts, server).run();
}

}  // namespace beamwright::rules
