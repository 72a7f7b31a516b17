#include "rules/retries.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Handling;
using analysis::Runs;
using model::Expr;

namespace {

// What stands for a failed attempt: an expression, or a pair {tag, timeout} that no source writes.
struct Outcome {
  analysis::ExprRef value;
  Symbol tag;        // without a value: {tag, timeout}; of an old catch {'EXIT', {timeout, _}}
  ExprId caught_by;  // the try that made it: its own `of` never sees it
};

class Search {
 public:
  Search(const Program& program, const Facts& facts, CallId attempt) : program_(program), facts_(facts), attempt_(attempt) {}

  std::vector<Retry> run(Symbol answer) {
    if (answer) {
      answered(attempt_, {{}, answer, {}}, {});
    } else {
      raised(attempt_, {});
    }
    return std::move(found_);
  }

 private:
  using Way = std::vector<CallId>;
  static constexpr std::size_t kMaxVisits = 60, kLongest = 4;

  const Unit& unit(CallId site) const { return program_.unit_of(site); }

  bool enter(CallId site, bool raising, const Way& way) {
    return way.size() <= kLongest && seen_.size() < kMaxVisits && seen_.emplace(site, raising).second;
  }

  // The call at a site exits.
  void raised(CallId site, const Way& way) {
    const FunctionId function = program_.function_of(site);
    if (!function || !enter(site, true, way)) return;
    ExprId taken;
    for (const Handling& handling : analysis::handlings_around(program_, facts_, site)) {
      if (handling.try_expr.expr == taken || !takes_timeout(site, handling)) continue;
      taken = handling.try_expr.expr;
      names_timeout_before_ = names_timeout(unit(site), handling.clause);
      if (begins_again(function, handling.clause, way)) return;
      if (handling.aftermath == analysis::Aftermath::kExits) continue;  // on to whoever is around
      if (handling.old_catch) return answered(site, {{}, intern("EXIT"), taken}, way);
      const bool computed = handling.value && unit(site).expr(handling.value.expr).kind == ExprKind::kCall;
      if (handling.value && !computed) answered(site, {handling.value, {}, taken}, way);
      return;
    }
    if (program_.call(site).closure) {
      for (const CallId runner : runners_of(site)) raised(runner, longer(way, site));
      return;
    }
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (caller == function || edge.runs != Runs::kCaller || edge.possible || program_.call(edge.site).capture) continue;
      raised(edge.site, longer(way, edge.site));
    }
  }

  // The call at a site gives a value that says that there was no answer.
  void answered(CallId site, const Outcome& outcome, const Way& way) {
    if (!enter(site, false, way)) return;
    if (in_counted_loop(site, outcome, way)) return;
    for (const analysis::CallResult& row : analysis::results_of(program_, facts_, site)) {
      const CallId last = row.wrappers.empty() ? site : row.wrappers.back();
      const FunctionId function = program_.function_of(last);
      Way there = way;
      there.insert(there.end(), row.wrappers.begin(), row.wrappers.end());
      if (!function || there.size() > kLongest) continue;
      const model::ClauseId clause = clause_for(row, outcome);
      if (clause && begins_again(function, clause, there)) continue;
      if (row.use == analysis::ResultUse::kReturned && program_.call(last).closure) {
        for (const CallId runner : runners_of(last)) answered(runner, outcome, longer(there, last));
      }
    }
  }

  static Way longer(Way way, CallId site) {
    way.push_back(site);
    return way;
  }

  // ---- What takes a time-out -------------------------------------------------------------------------------------------------

  bool takes_timeout(CallId site, const Handling& handling) const {
    if ((handling.classes & analysis::kExitClass) == 0 || !handling.exceptions.empty()) return false;
    const Unit& u = unit(site);
    const model::Clause& clause = u.clause(handling.clause);
    if (handling.reason && !takes_reason(u, handling.reason.expr)) return false;
    return !clause.guard || guard_lets(u, clause.guard);
  }

  // Is it a time-out that the clause is there for?
  static bool names_timeout(const Unit& u, model::ClauseId id) {
    const model::Clause& clause = u.clause(id);
    const auto is_it = [&](ExprId part) { return u.expr(part).kind == ExprKind::kAtom && u.expr(part).symbol() == sym::timeout; };
    for (const ExprId pattern : u.patterns_of(clause))
      if (any_below(u, pattern, is_it)) return true;
    return clause.guard && any_below(u, clause.guard, is_it);
  }

  // {timeout, _}, or whatever the pattern leaves open.
  static bool takes_reason(const Unit& u, ExprId pattern) {
    const Expr& e = u.expr(pattern);
    if (e.kind == ExprKind::kAtom) return false;
    if (e.kind != ExprKind::kTuple) return true;
    if (e.child_count != 2) return false;
    const Expr& first = u.expr(u.child(pattern, 0));  // {{nodedown, Node}, _} is no time-out
    return first.kind == ExprKind::kAtom ? first.symbol() == sym::timeout
                                         : first.kind == ExprKind::kVariable || first.kind == ExprKind::kWildcard;
  }

  // A guard that names reasons names this one.
  static bool guard_lets(const Unit& u, ExprId guard) {
    bool atoms = false, timeout = false;
    any_below(u, guard, [&](ExprId id) {
      if (u.expr(id).kind != ExprKind::kAtom) return false;
      atoms = true;
      timeout |= u.expr(id).symbol() == sym::timeout;
      return false;
    });
    return timeout || !atoms;
  }

  // The first clause of whatever looks at a result that takes the outcome.
  model::ClauseId clause_for(const analysis::CallResult& row, const Outcome& outcome) const {
    if (!row.place || row.shapes.empty()) return {};
    if (outcome.caught_by && row.wrappers.empty() && row.place.expr == outcome.caught_by) return {};
    const Unit& u = program_.unit(row.place.unit);
    const Expr& e = u.expr(row.place.expr);
    model::ClauseRange clauses;
    if (e.kind == ExprKind::kCase || e.kind == ExprKind::kWith) clauses = u.clauses_of(e);
    if (e.kind == ExprKind::kTry) clauses = u.try_of(e).else_clauses;
    for (const model::ClauseId id : clauses) {
      const auto patterns = u.patterns_of(u.clause(id));
      if (patterns.size() == 1 && takes(u, patterns[0], outcome) && (!u.clause(id).guard || guard_lets(u, u.clause(id).guard)))
        return id;
    }
    return {};
  }

  bool takes(const Unit& u, ExprId pattern, const Outcome& outcome) const {
    if (outcome.value) return may_be(u, pattern, program_.unit(outcome.value.unit), outcome.value.expr);
    const Expr& e = u.expr(pattern);
    if (e.kind == ExprKind::kVariable || e.kind == ExprKind::kWildcard) return true;
    if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
    if (analysis::atom_value(u, u.child(pattern, 0)) != outcome.tag) return false;
    const ExprId inner = u.child(pattern, 1);
    return outcome.tag.text() == "EXIT" ? takes_reason(u, inner)
                                        : u.expr(inner).kind != ExprKind::kAtom || u.expr(inner).symbol() == sym::timeout;
  }

  // Can a value as it is written be taken by a pattern? What is not written may be anything, but a reason that is bound is a
  // time-out.
  static bool may_be(const Unit& there, ExprId pattern, const Unit& here, ExprId value) {
    const Expr& p = there.expr(pattern);
    const Expr& v = here.expr(value);
    if (p.kind == ExprKind::kMatch)
      return may_be(there, there.child(pattern, 0), here, value) && may_be(there, there.child(pattern, 1), here, value);
    if (p.kind == ExprKind::kVariable || p.kind == ExprKind::kWildcard) return true;
    if (p.kind == ExprKind::kAtom) {
      return v.kind == ExprKind::kAtom ? v.symbol() == p.symbol() : v.kind == ExprKind::kVariable && p.symbol() == sym::timeout;
    }
    if (p.kind != ExprKind::kTuple || v.kind != ExprKind::kTuple) return p.kind == v.kind && p.kind != ExprKind::kString;
    if (p.child_count != v.child_count) return false;
    for (std::size_t i = 0; i < p.child_count; ++i)
      if (!may_be(there, there.child(pattern, i), here, here.child(value, i))) return false;
    return true;
  }

  // ---- What begins again -----------------------------------------------------------------------------------------------------

  bool begins_again(FunctionId function, model::ClauseId clause, const Way& way) {
    const Unit& u = program_.unit_of(function);
    const ExprId body = u.clause(clause).body;
    std::vector<CallId> calls;
    any_below(u, body, [&](ExprId id) {
      if (u.expr(id).kind == ExprKind::kCall) calls.emplace_back(u.first_call + u.expr(id).payload);
      return false;
    });
    for (const CallId site : calls) {
      if (facts_.calls.runs[site.index] != Runs::kCaller || program_.call(site).capture) continue;
      const CallId back = leads_back(function, site);
      if (!back || goes_to_the_next(function, site) || lives_in_it(function, clause, site)) continue;
      Retry retry{attempt_, function, site, way};
      look_at_pause(u, body, retry);
      retry.by_name = names_timeout(u, clause) || names_timeout_before_;
      retry.limited = counts(function, site) || (back != site && counts(program_.function_of(back), back)) ||
                      (back != site && decides(program_.function_of(back)));
      if (back != site) look_at_helper(program_.function_of(back), retry);
      found_.push_back(std::move(retry));
      return true;
    }
    return false;
  }

  // The call that enters the function again: the site itself, or one in a function of the module that the site calls.
  CallId leads_back(FunctionId function, CallId site) const {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee) return {};
    if (callee == function) return site;
    if (program_.module_of(callee) != program_.module_of(function)) return {};
    for (const analysis::Edge& edge : facts_.calls.edges_of(callee)) {
      if (edge.callee == function && edge.runs == Runs::kCaller && !edge.possible && !program_.call(edge.site).capture)
        return edge.site;
    }
    return {};
  }

  // each([Node | Nodes]) asks another one: an argument is the tail of a list that the function was given, or what is left of the
  // candidates, [Chosen | Failed].
  bool goes_to_the_next(FunctionId function, CallId site) const {
    const Unit& u = program_.unit_of(function);
    if (takes_out(u, function, site)) return true;
    std::vector<model::VariableId> tails;
    for (const model::ClauseId id : program_.function(function).clauses) {
      for (const ExprId pattern : u.patterns_of(u.clause(id))) {
        any_below(u, pattern, [&](ExprId part) {
          const Expr& e = u.expr(part);
          if (e.kind != ExprKind::kList || !e.has(model::kHasTail)) return false;
          const Expr& tail = u.expr(u.children_of(part).back());
          if (tail.kind == ExprKind::kVariable) tails.emplace_back(tail.payload);
          return false;
        });
      }
    }
    for (const ExprId argument : arguments_of(program_, site))
      if (!tails.empty() && mentions(u, argument, tails)) return true;
    return false;
  }

  // Does it begin again with a collection that has one more or one less, or with what was taken out of one?
  bool takes_out(const Unit& u, FunctionId function, CallId site) const {
    if (facts_.calls.callees[site.index].function != function) return false;
    const auto arguments = arguments_of(program_, site);
    return std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
      const ExprId value = analysis::local_value(u, argument);
      if (!value) return false;
      const Expr& e = u.expr(value);
      if (e.kind == ExprKind::kList) return e.has(model::kHasTail);
      if (e.kind == ExprKind::kCase) return true;
      if (e.kind != ExprKind::kVariable || !model::VariableId(e.payload))
        return e.kind == ExprKind::kMap && e.has(model::kUpdate);
      return !analysis::parameter_of(u, program_.function(function), model::VariableId(e.payload));
    });
  }

  // Does the function call itself after an answer too? Then it is the loop that a process lives in.
  bool lives_in_it(FunctionId function, model::ClauseId failed, CallId again) const {
    const Unit& u = program_.unit_of(function);
    const model::Clause& clause = u.clause(failed);
    for (const CallId site : program_.calls_of(function)) {
      if (facts_.calls.callees[site.index].function != function || site == again) continue;
      const Expr& e = u.expr(program_.call(site).expr);
      if (e.begin >= clause.begin && e.end <= clause.end) continue;
      if (!after_failure(u, program_.call(site).expr)) return true;
    }
    return false;
  }

  // In a handler of an exception, or in a clause for a value that says that something failed.
  static bool after_failure(const Unit& u, ExprId expr) {
    constexpr std::array<std::string_view, 8> kFailed = {"error",  "EXIT",     "badrpc", "timeout",
                                                         "noproc", "nodedown", "exit",   "false"};
    ExprId below = expr;
    for (ExprId around = u.parent(below); around; below = around, around = u.parent(around)) {
      const Expr& e = u.expr(around);
      if (e.kind == ExprKind::kTry) {
        for (const model::ClauseId id : u.try_of(e).catch_clauses)
          if (u.clause(id).body == below) return true;
      }
      if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) continue;
      for (const model::ClauseId id : u.clauses_of(e)) {
        const model::Clause& clause = u.clause(id);
        if (!(clause.body == below)) continue;
        for (const ExprId pattern : u.patterns_of(clause)) {
          const bool failed = any_below(u, pattern, [&](ExprId part) {
            if (u.expr(part).kind == ExprKind::kWildcard) return u.expr(pattern).kind == ExprKind::kWildcard;
            const std::optional<Symbol> atom = analysis::atom_value(u, part);
            return atom && std::find(kFailed.begin(), kFailed.end(), atom->text()) != kFailed.end();
          });
          if (failed) return true;
        }
      }
    }
    return false;
  }

  // retry(N - 1), or a number that a clause or guard of the function looks at.
  bool counts(FunctionId function, CallId site) const {
    const Unit& u = program_.unit_of(function);
    for (const ExprId argument : arguments_of(program_, site)) {
      const ExprId value = analysis::local_value(u, argument);
      const bool counted = value && any_below(u, value, [&](ExprId id) {
                             const Expr& e = u.expr(id);
                             return e.kind == ExprKind::kOperator && (e.symbol().text() == "-" || e.symbol().text() == "+");
                           });
      if (counted) return true;
    }
    return false;
  }

  // Does the helper decide whether to begin again at all?
  bool decides(FunctionId helper) const {
    return program_.function(helper).clauses.count > 1 || function_has(program_, helper, ExprKind::kCase);
  }

  void look_at_pause(const Unit& u, ExprId body, Retry& retry) const {
    any_below(u, body, [&](ExprId id) {
      if (u.expr(id).kind == ExprKind::kCall) note_pause(CallId(u.first_call + u.expr(id).payload), retry);
      return false;
    });
  }

  void look_at_helper(FunctionId helper, Retry& retry) const {
    for (const CallId site : program_.calls_of(helper)) note_pause(site, retry);
  }

  void note_pause(CallId site, Retry& retry) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || !external->row->effects.has(Effect::kSleep)) return;
    retry.paused = true;
    for (const ExprId argument : arguments_of(program_, site)) {
      const analysis::ExprRef value = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], argument});
      retry.backs_off |= !analysis::integer_value(program_.unit(value.unit), value.expr);
    }
  }

  // ---- Closures --------------------------------------------------------------------------------------------------------------

  // Where the closure around a site is run by functions of the sources that it is given to.
  std::vector<CallId> runners_of(CallId site) const {
    std::vector<CallId> found;
    const Unit& u = unit(site);
    const ExprId closure = program_.call(site).closure;
    for (const ExprId given : places_of(u, closure)) {
      const ExprId call = u.parent(given);
      if (!call || u.expr(call).kind != ExprKind::kCall) continue;
      const CallId taker(u.first_call + u.expr(call).payload);
      const auto arguments = arguments_of(program_, taker);
      const auto at = static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), given) - arguments.begin());
      if (at < arguments.size()) add_runners(facts_.calls.callees[taker.index].function, at, 0, found);
    }
    return found;
  }

  // The closure itself, and the uses of a variable that it is bound to.
  static std::vector<ExprId> places_of(const Unit& u, ExprId closure) {
    std::vector<ExprId> places = {closure};
    const ExprId match = u.parent(closure);
    if (!match || u.expr(match).kind != ExprKind::kMatch || u.child(match, 1) != closure) return places;
    const model::VariableId variable = analysis::whole_variable(u, u.child(match, 0));
    if (!variable) return places;
    any_below(u, analysis::root_of(u, match), [&](ExprId id) {
      if (u.expr(id).kind == ExprKind::kVariable && model::VariableId(u.expr(id).payload) == variable) places.push_back(id);
      return false;
    });
    return places;
  }

  void add_runners(FunctionId function, std::size_t parameter, int depth, std::vector<CallId>& found) const {
    constexpr int kMaxHandedOn = 3;
    if (!function || depth > kMaxHandedOn) return;
    const Unit& u = program_.unit_of(function);
    const auto is_given = [&](ExprId expr) {
      if (!expr || u.expr(expr).kind != ExprKind::kVariable || !model::VariableId(u.expr(expr).payload)) return false;
      const auto at = analysis::parameter_of(u, program_.function(function), model::VariableId(u.expr(expr).payload));
      return at && at->index == parameter;
    };
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      if (facts_.calls.runs[site.index] != Runs::kCaller) continue;
      if (call.target == model::TargetKind::kValue && is_given(call.module_expr)) found.push_back(site);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || callee == function) continue;
      const auto arguments = arguments_of(program_, site);
      for (std::size_t i = 0; i < arguments.size(); ++i)
        if (is_given(arguments[i])) add_runners(callee, i, depth + 1, found);
    }
  }

  // Enum.reduce_while(1..3, nil, fn … {:cont, …} end): the value says that the next round may come.
  bool in_counted_loop(CallId site, const Outcome& outcome, const Way& way) {
    const ExprId closure = program_.call(site).closure;
    if (!closure || !outcome.value) return false;
    const Unit& u = unit(site);
    const ExprId call = u.parent(closure);
    if (!call || u.expr(call).kind != ExprKind::kCall) return false;
    const CallId loop(u.first_call + u.expr(call).payload);
    const analysis::External* external = facts_.calls.external(loop);
    if (!external || external->module != sym::Elixir_Enum || external->name != intern("reduce_while")) return false;
    const Unit& there = program_.unit(outcome.value.unit);
    const Expr& value = there.expr(outcome.value.expr);
    const bool goes_on = value.kind == ExprKind::kTuple && value.child_count == 2 &&
                         analysis::atom_value(there, there.child(outcome.value.expr, 0)) == intern("cont");
    if (!goes_on || !is_range(u, arguments_of(program_, loop)[0])) return false;
    Retry retry{attempt_, program_.function_of(loop), loop, way};
    retry.limited = true;
    retry.by_name = names_timeout_before_;
    look_at_pause(u, closure, retry);
    found_.push_back(std::move(retry));
    return true;
  }

  static bool is_range(const Unit& u, ExprId collection) {
    const ExprId value = analysis::local_value(u, collection);
    if (!value) return false;
    const Expr& e = u.expr(value);
    return e.kind == ExprKind::kOperator ? e.symbol().text().starts_with("..")
                                         : e.kind == ExprKind::kMap && e.symbol() == intern("Elixir.Range");
  }

  const Program& program_;
  const Facts& facts_;
  CallId attempt_;
  std::set<std::pair<CallId, bool>> seen_;
  bool names_timeout_before_ = false;  // of the handler that the search came through last
  std::vector<Retry> found_;
};

}  // namespace

std::vector<Retry> retries_of(const Program& program, const Facts& facts, CallId attempt, Symbol answer) {
  return Search(program, facts, attempt).run(answer);
}

}  // namespace beamwright::rules
