#include "rules/clauses.h"

#include "analysis/values.h"

namespace beamwright::rules {

using model::Clause;
using model::ClauseId;
using model::VariableId;

namespace {

enum class Match : std::uint8_t { kNever, kMaybe, kAlways };

Match match(const Unit& unit, ExprId pattern, Symbol known) {
  const model::Expr& e = unit.expr(pattern);
  if (e.kind == ExprKind::kVariable || e.kind == ExprKind::kWildcard) return Match::kAlways;
  if (!known) return Match::kMaybe;
  switch (e.kind) {
    case ExprKind::kAtom:
      return e.symbol() == known ? Match::kAlways : Match::kNever;
    case ExprKind::kTuple:
    case ExprKind::kList:
    case ExprKind::kMap:
    case ExprKind::kInteger:
    case ExprKind::kFloat:
    case ExprKind::kString:
    case ExprKind::kCharlist:
    case ExprKind::kBinary:
      return Match::kNever;
    default:
      return Match::kMaybe;
  }
}

Match match(const Unit& unit, const Clause& clause, const KnownArguments& arguments) {
  Match all = clause.guard ? Match::kMaybe : Match::kAlways;
  const std::span<const ExprId> patterns = unit.patterns_of(clause);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    all = std::min(all, match(unit, patterns[i], i < arguments.size() ? arguments[i] : Symbol()));
  }
  return all;
}

}  // namespace

KnownArguments arguments_at(const Program& program, const Facts& facts, CallId site, const KnownArguments& outer) {
  KnownArguments known;
  const model::Call& call = program.call(site);
  if (call.capture || !facts.calls.callees[site.index].function) return known;
  const Unit& unit = program.unit_of(site);
  const model::Function& function = program.function(program.function_of(site));
  for (const ExprId argument : arguments_of(program, site)) {
    const ExprId value = analysis::local_value(unit, argument);
    const model::Expr& e = unit.expr(value);
    Symbol atom = e.kind == ExprKind::kAtom ? e.symbol() : Symbol();
    if (e.kind == ExprKind::kVariable) {
      const auto parameter = analysis::parameter_of(unit, function, VariableId(e.payload));
      if (parameter && parameter->index < outer.size()) atom = outer[parameter->index];
    }
    known.push_back(atom);
  }
  return known;
}

std::uint64_t feasible_clauses(const Program& program, FunctionId function, const KnownArguments& arguments) {
  const Unit& unit = program.unit_of(function);
  const model::ClauseRange clauses = program.function(function).clauses;
  if (clauses.size() > 64) return ~std::uint64_t{0};
  std::uint64_t feasible = 0;
  for (std::uint32_t i = 0; i < clauses.size(); ++i) {
    const Match found = match(unit, unit.clause(clauses[i]), arguments);
    if (found != Match::kNever) feasible |= std::uint64_t{1} << i;
    if (found == Match::kAlways && unit.clause(clauses[i]).body) break;
  }
  return feasible;
}

bool stands_in(const Program& program, FunctionId function, CallId site, std::uint64_t clauses) {
  const Unit& unit = program.unit_of(function);
  const model::ClauseRange range = program.function(function).clauses;
  if (range.size() > 64) return true;
  const std::uint32_t at = unit.expr(program.call(site).expr).begin;
  for (std::uint32_t i = 0; i < range.size(); ++i) {
    const Clause& clause = unit.clause(range[i]);
    if (at >= clause.begin && at < clause.end) return ((clauses >> i) & 1u) != 0;
  }
  return true;
}

}  // namespace beamwright::rules
