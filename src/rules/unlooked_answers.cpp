#include "rules/unlooked_answers.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using model::Expr;

namespace {

// What an expression holds of the answers.
enum class Form : std::uint8_t { kPair, kList, kItem };

// Functions that make one list of what is in all answers: {badrpc, _} among them is a list to none of these.
bool merges(const analysis::External& external) {
  constexpr std::array<std::string_view, 8> kNames = {"append", "concat", "flatten",  "merge",
                                                      "umerge", "zip",    "flat_map", "flatmap"};
  const bool lists =
      external.module == sym::lists || external.module == sym::Elixir_Enum || external.module.text() == "Elixir.List";
  return lists && std::find(kNames.begin(), kNames.end(), external.name.text()) != kNames.end();
}

class Walk {
 public:
  Walk(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::optional<UnlookedAnswers> run(CallId site) {
    enter(program_.function_of(site));
    use(program_.unit_of(site), program_.call(site).expr, Form::kPair);
    if (looked_ || !found_.kept) return {};
    return found_;
  }

 private:
  static constexpr std::size_t kMaxSteps = 60;

  // A function on the way that knows of badrpc looks for it.
  void enter(FunctionId function) {
    function_ = function;
    if (!function || !seen_.insert(function).second) return;
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId id : program_.function(function).clauses) {
      const model::Clause& clause = unit.clause(id);
      const auto knows = [&](ExprId part) {
        const Expr& e = unit.expr(part);
        return e.kind == ExprKind::kAtom && (e.symbol().text() == "badrpc" || e.symbol() == sym::error);
      };
      looked_ |= any_below(unit, clause.body, knows);
      for (const ExprId pattern : unit.patterns_of(clause)) looked_ |= any_below(unit, pattern, knows);
    }
  }

  void use(const Unit& unit, ExprId expr, Form form) {
    if (looked_ || ++steps_ > kMaxSteps) return;
    const ExprId around = unit.parent(expr);
    if (!around) return;
    const Expr& e = unit.expr(around);
    switch (e.kind) {
      case ExprKind::kMatch:
        if (unit.child(around, 1) == expr) return pattern(unit, unit.child(around, 0), form);
        return;
      case ExprKind::kCase:
        if (e.child_count > 0 && unit.child(around, 0) == expr) return clauses(unit, unit.clauses_of(e), form);
        return;
      case ExprKind::kBlock:
      case ExprKind::kTry:
        return;
      case ExprKind::kGenerator:
        if (form == Form::kList && unit.child(around, 1) == expr) return pattern(unit, unit.child(around, 0), Form::kItem);
        return;
      case ExprKind::kTuple:
      case ExprKind::kList:
      case ExprKind::kMap:
        if (form == Form::kItem) keep(around);
        return;
      case ExprKind::kCall:
        return call(unit, around, expr, form);
      case ExprKind::kOperator:
        looked_ |= form == Form::kItem && e.symbol().text() != "++";
        return;
      default:
        return;
    }
  }

  void keep(ExprId at) {
    if (found_.kept) return;
    found_.kept = {program_.functions[function_.index].unit, at};
    found_.function = function_;
  }

  void clauses(const Unit& unit, model::ClauseRange range, Form form) {
    looked_ |= form != Form::kPair;
    for (const model::ClauseId id : range) {
      const auto patterns = unit.patterns_of(unit.clause(id));
      if (patterns.size() == 1) pattern(unit, patterns[0], form);
    }
  }

  void pattern(const Unit& unit, ExprId at, Form form) {
    const Expr& e = unit.expr(at);
    if (e.kind == ExprKind::kVariable) return uses(unit, at, form);
    if (e.kind == ExprKind::kWildcard) return;
    if (form == Form::kPair && e.kind == ExprKind::kTuple && e.child_count == 2)
      return pattern(unit, unit.child(at, 0), Form::kList);
    if (form == Form::kList && e.kind == ExprKind::kList) {
      const auto items = unit.children_of(at);
      for (std::size_t i = 0; i < items.size(); ++i)
        pattern(unit, items[i], e.has(model::kHasTail) && i + 1 == items.size() ? Form::kList : Form::kItem);
      return;
    }
    looked_ = true;  // a shape is asked for
  }

  void uses(const Unit& unit, ExprId variable, Form form) {
    const model::VariableId id(unit.expr(variable).payload);
    if (!id || id.index >= unit.variables.size() || !bound_.emplace(function_, id).second) return;
    const analysis::Uses all(unit);
    for (const ExprId at : all.of(id))
      if (!unit.expr(at).has(model::kBinds)) use(unit, at, form);
  }

  void call(const Unit& unit, ExprId at, ExprId argument, Form form) {
    const CallId site(unit.first_call + unit.expr(at).payload);
    const auto arguments = arguments_of(program_, site);
    const auto position = static_cast<std::size_t>(std::find(arguments.begin(), arguments.end(), argument) - arguments.begin());
    if (position >= arguments.size()) return;
    if (const analysis::External* external = facts_.calls.external(site))
      return library(unit, at, *external, arguments, argument, form);
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || form == Form::kItem) {
      looked_ |= form == Form::kItem && callee;
      return;
    }
    const FunctionId here = function_;
    const bool again = seen_.count(callee) != 0;
    if (callee != here && !again) found_.way.push_back({program_.functions[here.index].unit, at});
    enter(callee);
    const Unit& there = program_.unit_of(callee);
    for (const model::ClauseId id : program_.function(callee).clauses) {
      const auto patterns = there.patterns_of(there.clause(id));
      if (position < patterns.size() && !again) pattern(there, patterns[position], form);
    }
    function_ = here;
  }

  // [… || {Node, Answer} <- lists:zip(Nodes, Answers)]: each pair is taken apart again.
  bool zipped(const Unit& unit, ExprId call, std::span<const ExprId> arguments, ExprId list) {
    const ExprId generator = unit.parent(call);
    if (!generator || unit.expr(generator).kind != ExprKind::kGenerator) return false;
    const ExprId pair = unit.child(generator, 0);
    if (unit.expr(pair).kind != ExprKind::kTuple || unit.expr(pair).child_count != arguments.size()) return false;
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (arguments[i] == list) pattern(unit, unit.child(pair, i), Form::kItem);
    return true;
  }

  // Enum.reduce(answers, %{}, &Map.merge/2)
  bool joins(const Unit& unit, ExprId capture) const {
    const model::Call& call = unit.call_of(unit.expr(capture));
    const std::string_view name = call.name ? call.name.text() : std::string_view();
    return call.arity == 2 && (name == "merge" || name == "union" || name == "append" || name == "++" || name == "+");
  }

  void library(const Unit& unit, ExprId at, const analysis::External& external, std::span<const ExprId> arguments, ExprId list,
               Form form) {
    const std::string_view name = external.name.text();
    if (form == Form::kItem) {
      looked_ |= name.starts_with("is_");
      return;
    }
    if (form != Form::kList) return;
    if (name == "hd" || name == "tl") return use(unit, at, name == "hd" ? Form::kItem : Form::kList);
    if (name == "zip" && zipped(unit, at, arguments, list)) return;
    if (merges(external)) return keep(at);
    for (const ExprId argument : arguments) {
      if (unit.expr(argument).kind == ExprKind::kCapture && joins(unit, argument)) return keep(at);
      if (unit.expr(argument).kind != ExprKind::kClosure) continue;
      looked_ |= name.find("filter") != std::string_view::npos || name.find("partition") != std::string_view::npos ||
                 name == "reject" || name == "split_with" || name == "all" || name == "any" || name == "all?" || name == "any?";
      for (const model::ClauseId id : unit.clauses_of(unit.expr(argument))) {
        const auto patterns = unit.patterns_of(unit.clause(id));
        if (!patterns.empty()) pattern(unit, patterns[0], Form::kItem);
      }
      return;
    }
    looked_ |=
        external.module == sym::lists || external.module == sym::Elixir_Enum;  // member, partition, keyfind: something is asked
  }

  const Program& program_;
  const Facts& facts_;
  FunctionId function_;
  std::set<FunctionId> seen_;
  std::set<std::pair<FunctionId, model::VariableId>> bound_;
  std::size_t steps_ = 0;
  bool looked_ = false;
  UnlookedAnswers found_;
};

}  // namespace

std::optional<UnlookedAnswers> unlooked_answers(const Program& program, const Facts& facts, CallId multicall) {
  return Walk(program, facts).run(multicall);
}

}  // namespace beamwright::rules
