// rpc:call/4,5 does not raise when the node cannot be reached: it returns {badrpc, Reason}. Code that matches the answer by
// clauses none of which takes that tuple, or that walks over it as a list or map, dies of case_clause, badmatch or a protocol
// error, far from where the network failed. The result is followed through variables, with-steps, local functions and plain
// wrappers.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/load.h"
#include "rules/multicall_items.h"
#include "rules/remote_answers.h"
#include "rules/unlooked_answers.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using model::Clause;
using model::Expr;

// How much of {badrpc, _} a pattern takes.
enum class Takes : std::uint8_t { kNone, kSome, kAll };

Takes takes_reason(const Unit& unit, ExprId pattern) {
  const ExprKind kind = unit.expr(pattern).kind;
  if (kind == ExprKind::kVariable || kind == ExprKind::kWildcard) return Takes::kAll;
  return Takes::kSome;
}

Takes takes(const Unit& unit, ExprId pattern) {
  const Expr& e = unit.expr(pattern);
  switch (e.kind) {
    case ExprKind::kAtom:
    case ExprKind::kInteger:
    case ExprKind::kFloat:
    case ExprKind::kString:
    case ExprKind::kCharlist:
    case ExprKind::kList:
    case ExprKind::kMap:
    case ExprKind::kBinary:
      return Takes::kNone;
    case ExprKind::kMatch:
      return std::min(takes(unit, unit.child(pattern, 0)), takes(unit, unit.child(pattern, 1)));
    case ExprKind::kTuple: {
      if (e.child_count != 2) return Takes::kNone;
      const Expr& tag = unit.expr(unit.child(pattern, 0));
      if (tag.kind == ExprKind::kAtom && tag.symbol() != intern("badrpc")) return Takes::kNone;
      if (tag.kind != ExprKind::kAtom && tag.kind != ExprKind::kVariable && tag.kind != ExprKind::kWildcard) return Takes::kNone;
      return takes_reason(unit, unit.child(pattern, 1));
    }
    default:
      return Takes::kAll;
  }
}

// A type test as the whole guard of a variable: `L when is_list(L)`. Other guards are taken to be true.
bool asks_for_other_type(const Unit& unit, ExprId guard) {
  const Expr& e = unit.expr(guard);
  if (e.kind != ExprKind::kCall) return false;
  constexpr std::array<std::string_view, 11> kTests = {"is_list",     "is_map",       "is_integer", "is_binary",
                                                       "is_atom",     "is_pid",       "is_number",  "is_struct",
                                                       "is_function", "is_bitstring", "is_boolean"};
  return std::find(kTests.begin(), kTests.end(), unit.call_of(e).name.text()) != kTests.end();
}

Takes takes(const Unit& unit, model::ClauseRange clauses, std::size_t position) {
  Takes all = Takes::kNone;
  for (const model::ClauseId id : clauses) {
    const Clause& clause = unit.clause(id);
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (position >= patterns.size()) return Takes::kAll;
    if (clause.guard && asks_for_other_type(unit, clause.guard)) continue;
    const Takes one = takes(unit, patterns[position]);
    // A guard may ask for one reason: `{badrpc, R} when R =:= nodedown`.
    all = std::max(
        all, clause.guard && one == Takes::kAll && unit.expr(patterns[position]).kind == ExprKind::kTuple ? Takes::kSome : one);
  }
  return all;
}

// {error, _}, {'EXIT', _}
bool is_error_pair(const Unit& unit, ExprId pattern) {
  const Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kMatch)
    return is_error_pair(unit, unit.child(pattern, 0)) || is_error_pair(unit, unit.child(pattern, 1));
  if (e.kind != ExprKind::kTuple || e.child_count != 2) return false;
  const Expr& tag = unit.expr(unit.child(pattern, 0));
  return tag.kind == ExprKind::kAtom && (tag.symbol() == sym::error || tag.symbol() == intern("EXIT"));
}

// What becomes of {badrpc, _} at the place where the answer is used.
struct Use {
  bool crash = false;
  bool some = false;    // one reason is taken, the others are not
  bool assert = false;  // `ok = rpc:call(…)`: a hard match, often made on purpose
  bool errors = false;  // the clauses take {error, _}: failures are meant to come back as values
  source::Span span;
  std::string how;        // "no clause of the case takes it (case_clause)"
  ExprId at;              // what crashes
  bool answered = false;  // nothing crashes: it goes on as the answer
};

bool is_walked(const analysis::External& external, std::size_t argument, std::size_t arguments) {
  const std::string_view module = external.module.text(), name = external.name.text();
  if (module == "Elixir.Enum" || module == "Elixir.Map" || module == "Elixir.Keyword") return argument == 0;
  if (module == "lists") return argument + 1 == arguments;
  if (module == "maps") return name == "get" ? argument == 1 : argument + 1 == arguments;
  if (module == "proplists") return name.starts_with("get_value") && argument == 1;
  if (module != "erlang" && module != "Elixir.Kernel") return false;
  constexpr std::array<std::string_view, 5> kOfLists = {"length", "hd", "tl", "map_size", "byte_size"};
  return argument == 0 && std::find(kOfLists.begin(), kOfLists.end(), name) != kOfLists.end();
}

// Logs, shows or tests the value.
bool looks_at(const analysis::External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  return name.starts_with("is_") || name.starts_with("inspect") || name.starts_with("format") || name.starts_with("match") ||
         name.starts_with("throw") || name.starts_with("exit") || name.starts_with("error") || name.starts_with("raise") ||
         module == "logger" || module == "Elixir.Logger" || module == "lager" || module == "io" || module == "io_lib" ||
         (external.row && external.row->effects.has(Effect::kLog));
}

class Follow {
 public:
  Follow(const Program& program, const Facts& facts, CallId site)
      : program_(program), facts_(facts), unit_(program.unit_of(site)) {}

  Use of(ExprId expr, int depth = 0) const {
    constexpr int kMaxSteps = 8;
    const ExprId around = unit_.parent(expr);
    if (!around || depth > kMaxSteps) return {};
    const Expr& e = unit_.expr(around);
    switch (e.kind) {
      case ExprKind::kBlock:
        return unit_.child(around, e.child_count - 1) == expr ? of(around, depth + 1) : Use();
      case ExprKind::kMatch:
        return unit_.child(around, 1) == expr && !e.has(model::kInPattern) ? of_match(around, depth) : Use();
      case ExprKind::kCase:  // the value of a branch is that of the case
        return e.child_count > 0 && unit_.child(around, 0) == expr ? of_case(around) : of(around, depth + 1);
      case ExprKind::kGenerator:
        return unit_.child(around, 1) == expr ? of_generator(around, depth) : Use();
      case ExprKind::kTry:  // rpc:call raises nothing: its answer goes through, also through `case catch rpc:call(…) of`
        return unit_.child(around, 0) == expr && unit_.try_of(e).else_clauses.size() == 0 ? of(around, depth + 1) : Use();
      case ExprKind::kClosure:
        return of_timed(around, depth);
      case ExprKind::kCall:
        return of_call(around, expr, depth);
      case ExprKind::kTuple: {
        const Use answer = of_answer(around, expr);
        return answer.answered ? answer : through(around, depth);
      }
      case ExprKind::kMap:
      case ExprKind::kList:
        return through(around, depth);
      case ExprKind::kField:
        return {true, false, false, false, unit_.span(around), "its field is read", around};
      case ExprKind::kOperator:
        return of_operator(around);
      default:
        return {};
    }
  }

 private:
  Use of_operator(ExprId at) const {
    constexpr std::array<std::string_view, 5> kArithmetic = {"+", "-", "*", "/", "div"};
    const std::string_view name = unit_.expr(at).symbol().text();
    if (name == "++") return {true, false, false, false, unit_.span(at), "it is appended to as a list", at};
    if (std::find(kArithmetic.begin(), kArithmetic.end(), name) == kArithmetic.end()) return {};
    return {true, false, false, false, unit_.span(at), "it is reckoned with as a number (badarith)", at};
  }

  // {Time, Answer} = timer:tc(fun() -> rpc:call(…) end)
  Use of_timed(ExprId closure, int depth) const {
    const ExprId call = unit_.parent(closure);
    if (!call || unit_.expr(call).kind != ExprKind::kCall) return {};
    if (!calls_external(facts_, CallId(unit_.first_call + unit_.expr(call).payload), intern("timer"), intern("tc"))) return {};
    const ExprId match = unit_.parent(call);
    if (!match || unit_.expr(match).kind != ExprKind::kMatch || unit_.child(match, 1) != call) return {};
    const ExprId pair = unit_.child(match, 0);
    const bool is_pair = unit_.expr(pair).kind == ExprKind::kTuple && unit_.expr(pair).child_count == 2;
    return is_pair ? of_pattern(match, unit_.child(pair, 1), depth) : Use();
  }

  Use of_match(ExprId match, int depth) const {
    const Use bound = of_pattern(match, unit_.child(match, 0), depth);
    if (bound.crash) return bound;
    return of(match, depth + 1);
  }

  Use of_pattern(ExprId match, ExprId pattern, int depth) const {
    const Takes taken = takes(unit_, pattern);
    if (taken != Takes::kAll) {
      return {true,  taken == Takes::kSome, true,
              false, unit_.span(match),     "`" + source_text(program_, unit_, pattern, 40) + " =` does not match it (badmatch)",
              match};
    }
    return of_variable(pattern, depth);
  }

  Use of_variable(ExprId pattern, int depth) const {
    const model::VariableId variable = analysis::whole_variable(unit_, pattern);
    if (!variable) return {};
    const analysis::Uses uses(unit_);
    for (const ExprId use : uses.of(variable)) {
      if (!unit_.expr(use).has(model::kBinds)) return of(use, depth + 1);  // the first use decides
    }
    return {};
  }

  Use of_case(ExprId at) const {
    const model::ClauseRange clauses = unit_.clauses_of(unit_.expr(at));
    for (const model::ClauseId id : clauses) {
      if ((unit_.clause(id).flags & (model::kTruthy | model::kFalsy)) == 0) continue;
      // `if :rpc.call(…)`: only nil and false are not true.
      Use use{true, false, false, true, unit_.span(unit_.child(at, 0)), "it counts as true", at};
      use.answered = true;
      return use;
    }
    const Takes taken = takes(unit_, clauses, 0);
    if (taken == Takes::kAll) return {};
    Use use{true,  taken == Takes::kSome,          false,
            false, unit_.span(unit_.child(at, 0)), "no clause of the case takes it (case_clause)",
            at};
    for (const model::ClauseId id : clauses) use.errors |= is_error_pair(unit_, unit_.patterns_of(unit_.clause(id))[0]);
    return use;
  }

  Use of_generator(ExprId generator, int depth) const {
    const ExprId around = unit_.parent(generator);
    if (!around) return {};
    const Expr& e = unit_.expr(around);
    if (e.kind == ExprKind::kComprehension) {
      return {true,  false, false, false, unit_.span(unit_.child(generator, 1)), "the comprehension walks over it as a list",
              around};
    }
    if (e.kind != ExprKind::kWith) return {};
    if (takes(unit_, unit_.child(generator, 0)) == Takes::kAll) return of_variable(unit_.child(generator, 0), depth);
    const model::ClauseRange clauses = unit_.clauses_of(e);
    if (clauses.size() == 0) return {};  // `with` returns what does not match
    const Takes taken = takes(unit_, clauses, 0);
    if (taken == Takes::kAll) return {};
    return {true,  taken == Takes::kSome, false,
            false, unit_.span(generator), "no else clause of the with takes it (with_clause)",
            around};
  }

  // {ok, Answer}, {200, Headers, Answer}: whoever gets it takes {badrpc, _} for what he asked for.
  Use of_answer(ExprId tuple, ExprId element) const {
    const Expr& tag = unit_.expr(unit_.child(tuple, 0));
    if (unit_.child(tuple, 0) == element || unit_.expr(tuple).has(model::kInPattern)) return {};
    const bool ok = tag.kind == ExprKind::kAtom && tag.symbol() == sym::ok;
    const bool http = tag.kind == ExprKind::kInteger && unit_.integer_of(tag) >= 200 && unit_.integer_of(tag) < 300;
    if (!ok && !http) return {};
    Use use;
    use.crash = use.errors = use.answered = true;
    use.span = unit_.span(tuple);
    use.how = "it is answered as a success";
    use.at = tuple;
    return use;
  }

  // What another library makes of it, or a term that holds it, goes on to the answer.
  Use through(ExprId around, int depth) const {
    const Use use = of(around, depth + 1);
    return use.answered ? use : Use();
  }

  Use of_call(ExprId call, ExprId argument, int depth) const {
    const CallId site(unit_.first_call + unit_.expr(call).payload);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const auto found = std::find(arguments.begin(), arguments.end(), argument);
    if (found == arguments.end()) return {};
    const std::size_t position = static_cast<std::size_t>(found - arguments.begin());
    const std::string callee = callee_text(program_, facts_, site);
    if (const analysis::External* external = facts_.calls.external(site)) {
      if (!is_walked(*external, position, arguments.size())) return looks_at(*external) ? Use() : through(call, depth);
      return {true, false, false, false, unit_.span(call), callee + " takes it for data", call};
    }
    const FunctionId function = facts_.calls.callees[site.index].function;
    if (!function || program_.function(function).clauses.size() == 0) return {};
    const Takes taken = takes(program_.unit_of(function), program_.function(function).clauses, position);
    if (taken == Takes::kAll) return {};
    return {true, taken == Takes::kSome, false, false, unit_.span(call), "no clause of " + callee + " takes it (function_clause)",
            call};
  }

  const Program& program_;
  const Facts& facts_;
  const Unit& unit_;
};

// node() itself: nothing to reach.
bool is_this_node(const Program& program, CallId remote) {
  const std::span<const ExprId> arguments = arguments_of(program, remote);
  if (arguments.empty()) return false;
  const Unit& unit = program.unit_of(remote);
  const ExprId node = analysis::local_value(unit, arguments[0]);
  const Expr& e = unit.expr(node);
  return e.kind == ExprKind::kCall && unit.call_of(e).name == intern("node") && unit.call_of(e).arity == 0;
}

Severity weigh(const Facts& facts, FunctionId function, const Use& use) {
  bool process = false, shared = false;
  for (const ProcessId id : facts.contexts.of(function).processes) {
    if (facts.process(id).kind == analysis::ProcessKind::kRequest) continue;
    process = true;
    shared |= facts.process(id).count == analysis::Count::kOne;
  }
  if (use.assert && !use.some) return shared ? Severity::kMedium : Severity::kLow;
  // An interface is run by whoever uses it.
  const std::uint16_t flags = facts.contexts.of(function).flags;
  process |= (flags & (analysis::kFromOutside | analysis::kInRequest)) != 0;
  return process || use.some || use.errors ? Severity::kMedium : Severity::kLow;
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, CallId remote, const Use& use) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string tuple = erlang ? "{badrpc, Reason}" : "{:badrpc, reason}";
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = weigh(facts, function, use);
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + (use.some ? " expects one reason of " : " does not expect ") + tuple + " from " +
                    callee_text(program, facts, site) + ": " + use.how;
  finding.why = "A node that is down or hangs, and a function that fails over there, are all answered with " + tuple +
                " (kernel: rpc), never with an exception: " +
                (use.answered ? "who asked is told that it went well, and works on with the fault in place of the data."
                              : "the process that runs this dies of an ordinary network fault.");
  finding.fix = std::string("Take ") + tuple +
                " with any reason in a clause of its own and decide what an unreachable node means here" +
                (erlang ? "." : ", such as `{:error, reason}`.");
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
  if (remote != site) {
    finding.path.push_back({call_span(program, remote),
                            model::display_function(program, program.function_of(remote)) + " hands on what rpc:call gives"});
  }
  finding.path.push_back({use.span, use.how});
  for (findings::Step& step : calling_steps(program, facts, function, 2)) finding.path.push_back(std::move(step));
  finding.key = callee_text(program, facts, site) + " " + use.how;
  report_weighed(reporter, std::move(finding));
}

// The answers of rpc:multicall go one by one into clauses none of which takes {badrpc, _}.
void check_items(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!calls_external(facts, site, sym::rpc, intern("multicall")) || program.call(site).capture) return;
  const FunctionId function = program.function_of(site);
  if (!in_production(program, facts, function)) return;
  const Unit& unit = program.unit_of(site);
  for (const ItemClauses& items : item_clauses(program, facts, site, true)) {
    if (takes_tagged(unit, items.clauses, intern("badrpc")) || is_caught_around(unit, program.call(items.consumer).expr))
      continue;
    const Use use{true,
                  false,
                  false,
                  true,
                  call_span(program, items.consumer),
                  "no clause for the single answers takes it (function_clause)",
                  program.call(items.consumer).expr};
    return report(program, facts, reporter, site, site, use);
  }
}

// A function that walks over the answers by itself: clauses for [{true, R} | Rest], and none for [{badrpc, _} | Rest]. Seen
// through one that only hands the list on.
bool walks_without_badrpc(const Program& program, const Facts& facts, CallId call, ExprId list, FunctionId* walker,
                          int depth = 0) {
  constexpr int kMaxHelpers = 2;
  const FunctionId callee = facts.calls.callees[call.index].function;
  const std::span<const ExprId> arguments = arguments_of(program, call);
  const auto found = std::find(arguments.begin(), arguments.end(), list);
  if (!callee || facts.calls.external(call) || found == arguments.end() || depth > kMaxHelpers) return false;
  const std::size_t at = static_cast<std::size_t>(found - arguments.begin());
  const Unit& unit = program.unit_of(callee);
  const model::ClauseRange clauses = program.function(callee).clauses;
  bool heads = false;
  for (const model::ClauseId id : clauses) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
    if (at >= patterns.size()) return false;
    const Expr& e = unit.expr(patterns[at]);
    if (e.kind == ExprKind::kVariable && !heads) {  // hands it on, perhaps after a clause for []
      const model::VariableId variable(e.payload);
      const analysis::Uses uses(unit);
      for (const ExprId use : uses.of(variable)) {
        const ExprId around = unit.expr(use).has(model::kBinds) ? ExprId() : unit.parent(use);
        if (!around || unit.expr(around).kind != ExprKind::kCall) continue;
        if (walks_without_badrpc(program, facts, CallId(unit.first_call + unit.expr(around).payload), use, walker, depth + 1))
          return true;
      }
      return false;
    }
    if (e.kind != ExprKind::kList) return false;
    if (e.child_count == 0) continue;
    if (takes_tagged(unit, unit.child(patterns[at], 0), intern("badrpc"))) return false;
    heads = true;
  }
  *walker = callee;
  return heads;
}

// What a function that is given all answers makes of a {badrpc, Reason} among them: lists:sum adds it up as a number, and one
// that walks over them may have no clause for it. Empty where neither is so.
std::optional<Use> use_of_answers(const Program& program, const Facts& facts, CallId consumer, ExprId answers) {
  const ExprId call = program.call(consumer).expr;
  if (calls_external(facts, consumer, sym::lists, intern("sum")) ||
      calls_external(facts, consumer, sym::Elixir_Enum, intern("sum")))
    return Use{true, false, false, true, call_span(program, consumer), "it is added up as a number (badarith)", call};
  FunctionId walker;
  if (!walks_without_badrpc(program, facts, consumer, answers, &walker)) return std::nullopt;
  const std::string how =
      "no clause of " + callee_text(program, facts, consumer) + " for the single answers takes it (function_clause)";
  return Use{true, false, false, true, name_span(program, walker), how, call};
}

// {Answers, _} = rpc:multicall(…), f(Answers)
void check_consumers(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!calls_external(facts, site, sym::rpc, intern("multicall")) || program.call(site).capture) return;
  if (!in_production(program, facts, program.function_of(site))) return;
  const Unit& unit = program.unit_of(site);
  for (const ExprId answers : answer_uses(program, site, true)) {
    const ExprId call = unit.parent(answers);
    if (!call || unit.expr(call).kind != ExprKind::kCall || is_caught_around(unit, call)) continue;
    const CallId consumer(unit.first_call + unit.expr(call).payload);
    if (const std::optional<Use> use = use_of_answers(program, facts, consumer, answers))
      return report(program, facts, reporter, site, site, *use);
  }
}

// {Node, hd(Answers)}, lists:append(Answers): what a node answered, or that it did not, becomes data of the same list.
void check_kept(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!calls_external(facts, site, sym::rpc, intern("multicall")) || program.call(site).capture) return;
  const FunctionId function = program.function_of(site);
  if (!in_production(program, facts, function)) return;
  const std::optional<UnlookedAnswers> kept = unlooked_answers(program, facts, site);
  if (!kept) return;
  const bool erlang = in_erlang(program, function);
  const std::string tuple = erlang ? "{badrpc, Reason}" : "{:badrpc, reason}";
  const std::string holder = model::display_function(program, kept->function);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kPossible;  // who gets the data may look
  finding.message = finding.function + " keeps the answers of " + callee_text(program, facts, site) + " as they are: " + holder +
                    " takes " + tuple + " among them for what a node answered";
  finding.why =
      "A node on which the function fails, or that goes down meanwhile, is not among the nodes that did not answer: its answer "
      "is " +
      tuple + " (kernel: rpc). It is read as data later, far from here, or shown to somebody as if it were.";
  finding.fix = std::string("Part the answers where they come in: those that are ") + tuple +
                " belong to the nodes that failed. Or use erpc:multicall/5, whose answers say which is which.";
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
  for (const analysis::ExprRef& step : kept->way)
    finding.path.push_back({program.unit(step.unit).span(step.expr), "hands them on"});
  finding.path.push_back({program.unit(kept->kept.unit).span(kept->kept.expr), holder + " makes them data"});
  finding.key = callee_text(program, facts, site) + " kept";
  report_weighed(reporter, std::move(finding));
}

// rpc:parallel_eval/1 answers {badrpc, _} for each call that failed; the list goes on in the function, and nothing in its module
// speaks of badrpc.
void check_parallel(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!calls_external(facts, site, sym::rpc, intern("parallel_eval")) || program.call(site).capture) return;
  const FunctionId function = program.function_of(site);
  if (!in_production(program, facts, function) || module_names_atom(program, program.module_of(function), intern("badrpc")))
    return;
  const Unit& unit = program.unit_of(site);
  const std::vector<analysis::CallResult> results = analysis::results_of(program, facts, site);
  for (const analysis::CallResult& result : results) {
    const bool used = result.use == analysis::ResultUse::kBound || result.use == analysis::ResultUse::kPassed ||
                      result.use == analysis::ResultUse::kMatchedHard || result.use == analysis::ResultUse::kMatchedPartly;
    if (!used || is_caught_around(unit, program.call(site).expr)) continue;
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kPossible;
    const std::string tuple = in_erlang(program, function) ? "{badrpc, Reason}" : "{:badrpc, reason}";
    finding.message =
        finding.function + " does not expect " + tuple + " among the answers of " + callee_text(program, facts, site);
    finding.why =
        "A call that crashes, and a node that goes down meanwhile, are answered with " + tuple +
        " in the place of the value (kernel: rpc). Code that takes each answer for a value dies of it, or keeps it as one.";
    finding.fix = "Part the answers where they come in: those that are " + tuple + " belong to calls that failed.";
    finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
    finding.key = callee_text(program, facts, site) + " parallel";
    return report_weighed(reporter, std::move(finding));
  }
}

// A command that a person runs may die of a network fault, but one that takes a reason of it was meant to say what is wrong.
bool is_tool(const Program& program, const Facts& facts, FunctionId function) {
  const std::uint16_t flags = facts.contexts.of(function).flags;
  return program.reviewed(function) && (flags & analysis::kInTool) != 0 &&
         (flags & (analysis::kInTest | analysis::kAtCompileTime)) == 0;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  RemoteAnswers answers(program, facts);
  for (const CallId site : wanted_calls(program, reporter)) {
    const FunctionId function = program.function_of(site);
    if (!function) continue;
    check_items(program, facts, reporter, site);
    check_consumers(program, facts, reporter, site);
    check_kept(program, facts, reporter, site);
    check_parallel(program, facts, reporter, site);
    const std::optional<CallId> remote = answers.of(site);
    if (!remote || is_this_node(program, *remote)) continue;
    const bool tool = !in_production(program, facts, function);
    if (tool && !is_tool(program, facts, function)) continue;
    const Unit& unit = program.unit_of(site);
    const ExprId expr = program.call(site).expr;
    const Use use = Follow(program, facts, site).of(expr);
    if (!use.crash || (tool && !use.some) || is_caught_around(unit, use.at)) continue;
    if (!reported.emplace(function, callee_text(program, facts, site) + use.how).second) continue;
    report(program, facts, reporter, site, *remote, use);
  }
}

}  // namespace

const Rule& badrpc_unhandled() {
  static const Rule rule{{.code = "BW605",
                          .name = "badrpc-unhandled",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "The answer of a remote call is used as if the node were always there"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
