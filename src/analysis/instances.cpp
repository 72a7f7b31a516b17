// A template that many modules use is copied as many times, so what is copied is bounded by what there is.
#include "analysis/instances.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/scopes.h"
#include "model/builder.h"

namespace beamwright::analysis {
namespace {

using model::Call;
using model::Clause;
using model::ClauseId;
using model::ClauseRange;
using model::Expr;
using model::ExprKind;
using model::Function;
using model::Program;
using model::Segment;
using model::Try;
using model::Unit;

constexpr std::size_t kMostForEach = 4;     // copied expressions for each that is written
constexpr std::size_t kAlways = 1'000'000;  // copied expressions that are never too many

// Builds functions of one unit anew, for another module.
class Copier {
 public:
  Copier(const source::SourceFile& file, const Unit& from, Symbol module) : from_(from), module_(module), builder_(file) {
    model::Module place;
    place.name = module;
    place_ = builder_.begin_module(place);
  }

  void function(const Function& f) {
    std::vector<Clause> clauses;
    for (const ClauseId c : f.clauses) clauses.push_back(clause(from_.clause(c)));
    Function copy = f;
    copy.flags = static_cast<std::uint16_t>(f.flags & ~model::kTemplate);
    copy.calls = {};
    builder_.function(place_, copy, clauses);
  }

  std::unique_ptr<Unit> finish() {
    std::unique_ptr<Unit> unit = builder_.finish();
    unit->modules.clear();  // the module stands in its own unit
    return unit;
  }

 private:
  Clause clause(const Clause& c) {
    const std::vector<ExprId> patterns = all(from_.patterns_of(c));
    const ExprId guard = one(c.guard), body = one(c.body);
    return builder_.clause(patterns, guard, body, c.begin, c.end, c.flags);
  }
  std::vector<Clause> clauses(ClauseRange range) {
    std::vector<Clause> copies;
    for (const ClauseId c : range) copies.push_back(clause(from_.clause(c)));
    return copies;
  }
  std::vector<ExprId> all(std::span<const ExprId> ids) {
    std::vector<ExprId> copies;
    copies.reserve(ids.size());
    for (const ExprId id : ids) copies.push_back(one(id));
    return copies;
  }

  // Lowering bounds how deep expressions nest.
  ExprId one(ExprId id) {
    if (!id) return {};
    const Expr& e = from_.expr(id);
    const auto flags = static_cast<std::uint8_t>(e.flags & ~(model::kInPattern | model::kBinds));
    switch (e.kind) {
      case ExprKind::kUnknown:
        if (e.symbol() == sym::dunder_MODULE && e.child_count == 0) return builder_.atom(module_, e.begin, e.end);
        break;
      case ExprKind::kInteger:
        return builder_.integer(from_.integer_of(e), e.begin, e.end);
      case ExprKind::kFloat:
        return builder_.floating(from_.floats[e.payload], e.begin, e.end);
      case ExprKind::kString:
      case ExprKind::kCharlist:
        return builder_.add(e.kind, e.begin, e.end, builder_.text(e.symbol().text()), {}, flags);
      case ExprKind::kVariable:
        if (e.payload == model::VariableId::kNone) return builder_.add(ExprKind::kUnknown, e.begin, e.end);
        return builder_.variable(from_.variable_of(e).name, e.begin, e.end);
      case ExprKind::kCall:
      case ExprKind::kCapture:
        return call(from_.call_of(e), e, flags);
      case ExprKind::kBinary:
        return binary(e, flags);
      case ExprKind::kTry:
        return guarded(from_.try_of(e), e, flags);
      case ExprKind::kClosure:
      case ExprKind::kCase:
      case ExprKind::kReceive:
      case ExprKind::kWith: {
        const std::vector<ExprId> children = all(from_.children_of(e));
        const std::vector<Clause> copies = clauses(from_.clauses_of(e));
        return builder_.with_clauses(e.kind, e.begin, e.end, copies, children, flags);
      }
      default:
        break;
    }
    return builder_.add(e.kind, e.begin, e.end, e.payload, all(from_.children_of(e)), flags);
  }

  ExprId call(Call c, const Expr& e, std::uint8_t flags) {
    if (c.module_expr && c.target == model::TargetKind::kDynamicModule && is_own(c.module_expr)) {
      c.target = model::TargetKind::kRemote;
      c.module = module_;
      c.module_expr = {};
    }
    c.module_expr = one(c.module_expr);
    c.closure = {};
    c.function = {};
    return builder_.call(c, e.begin, e.end, all(from_.children_of(e)), flags);
  }
  bool is_own(ExprId id) const {
    const Expr& e = from_.expr(id);
    return e.kind == ExprKind::kUnknown && e.symbol() == sym::dunder_MODULE && e.child_count == 0;
  }

  ExprId binary(const Expr& e, std::uint8_t flags) {
    std::vector<Segment> segments(from_.segments_of(e).begin(), from_.segments_of(e).end());
    for (Segment& segment : segments) segment.size = one(segment.size);
    return builder_.binary(e.begin, e.end, all(from_.children_of(e)), segments, flags);
  }

  ExprId guarded(const Try& t, const Expr& e, std::uint8_t flags) {
    const ExprId body = e.child_count > 0 ? one(from_.children_of(e)[0]) : ExprId();
    const std::vector<Clause> otherwise = clauses(t.else_clauses), caught = clauses(t.catch_clauses);
    return builder_.try_(e.begin, e.end, body, otherwise, caught, one(t.after), flags);
  }

  const Unit& from_;
  const Symbol module_;
  model::UnitBuilder builder_;
  model::LocalModuleId place_;
};

// Does the text say `defoverridable name: arity`, or so of a whole behaviour?
bool is_overridable(std::string_view text, const Function& f) {
  constexpr std::string_view kWord = "defoverridable ";
  const std::string wanted = std::string(f.name.text()) + ": " + std::to_string(f.arity);
  for (std::size_t at = text.find(kWord); at != text.npos; at = text.find(kWord, at + 1)) {
    const std::string_view rest = text.substr(at + kWord.size());
    if (!rest.empty() && ((rest[0] >= 'A' && rest[0] <= 'Z') || rest.starts_with("__MODULE__"))) return true;
    // The list goes on as long as its lines end with a comma.
    std::size_t end = rest.find('\n');
    while (end != rest.npos && end > 0 && (rest[end - 1] == ',' || rest[end - 1] == '[')) end = rest.find('\n', end + 1);
    if (rest.substr(0, end).find(wanted) != rest.npos) return true;
  }
  return false;
}

// The templates of one used module that another gets: what is written there goes first, and of two templates the first. Where
// both have clauses of one function and nothing says that the template's may be overridden, all clauses are the function's.
std::vector<FunctionId> given(const Program& program, ModuleId to, const Injection& injection,
                              std::set<std::pair<std::uint32_t, std::uint32_t>>& taken) {
  std::vector<FunctionId> found;
  const Unit& from = program.unit_of(injection.module);
  const std::string_view text = program.files->file(from.file).text;
  for (const FunctionId id : program.functions_of(injection.module)) {
    const Function& f = program.function(id);
    if (!f.has(model::kTemplate) || f.has(model::kMacro) || !injection.holds(from, f.begin)) continue;
    const FunctionId own = program.find_function(to, f.name, f.arity);
    if (own && !program.function(own).has(model::kTemplate) && is_overridable(text, f)) continue;
    if (taken.emplace(f.name.index, f.arity).second) found.push_back(id);
  }
  return found;
}

std::unique_ptr<Unit> instance(const Program& program, ModuleId to, const Injection& injection,
                               const std::vector<FunctionId>& given) {
  const Unit& from = program.unit_of(injection.module);
  const Unit& user = program.unit_of(to);
  Copier copier(program.files->file(from.file), from, program.module(to).name);
  for (const FunctionId f : given) copier.function(program.function(f));
  std::unique_ptr<Unit> unit = copier.finish();
  unit->role = user.role == source::Role::kReviewed ? from.role : user.role;
  unit->project = user.project;
  unit->user_file = user.file;
  unit->user_module = model::LocalModuleId(to.index - user.first_module);
  return unit;
}

bool has_templates(const Program& program) {
  return std::any_of(program.units.begin(), program.units.end(), [](const auto& unit) {
    return std::any_of(unit->functions.begin(), unit->functions.end(), [](const Function& f) { return f.has(model::kTemplate); });
  });
}

}  // namespace

Program with_instances(Program program, const knowledge::Knowledge& knowledge, unsigned jobs) {
  if (!has_templates(program)) return program;
  const Scopes scopes = find_scopes(program, knowledge, jobs);
  std::size_t written = 0, copied = 0;
  for (const auto& unit : program.units) written += unit->exprs.size();
  std::vector<std::unique_ptr<Unit>> made;
  for (std::size_t m = 0; m < program.modules.size(); ++m) {
    const ModuleId to(m);
    if (!program.module(to).name) continue;
    std::set<std::pair<std::uint32_t, std::uint32_t>> taken;
    for (const Injection& injection : scopes.of(to).injections) {
      const std::vector<FunctionId> functions = given(program, to, injection, taken);
      if (functions.empty() || copied > kAlways + kMostForEach * written) continue;
      made.push_back(instance(program, to, injection, functions));
      copied += made.back()->exprs.size();
    }
  }
  std::vector<std::unique_ptr<Unit>> units = std::move(program.units);
  std::move(made.begin(), made.end(), std::back_inserter(units));
  return model::link(std::move(units), *program.files);
}

namespace {

source::Span place_of(const Program& program, FunctionId function) {
  const Function& f = program.function(function);
  return {program.unit_of(function).file, f.begin, f.end};
}

}  // namespace

Instantiated::Instantiated(const Program& program) {
  for (const model::FunctionRange::Range& range : program.brought)
    for (const FunctionId id : range) places_.insert(place_of(program, id));
}

bool Instantiated::contains(const Program& program, FunctionId function) const {
  return !places_.empty() && program.function(function).has(model::kTemplate) && places_.contains(place_of(program, function));
}

bool Instantiated::covers(const source::Span& span) const {
  return std::any_of(places_.begin(), places_.end(), [&](const source::Span& place) {
    return place.file == span.file && place.begin <= span.begin && span.end <= place.end;
  });
}

}  // namespace beamwright::analysis
