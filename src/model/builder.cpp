// Lowering hands over expressions from the leaves up, so a child's number is always smaller than its parent's. finish() lives
// from that: one sweep from the highest number down passes what a parent knows (function, closure, guard, pattern) to its
// children, without recursion, however deep the source nests.
#include "model/builder.h"

#include <algorithm>
#include <limits>

#include "base/invariant.h"
#include "model/bind.h"

namespace beamwright::model {
namespace {

template <typename Row>
std::uint32_t push(std::vector<Row>& table, Row row) {
  table.push_back(row);
  return static_cast<std::uint32_t>(table.size() - 1);
}

// Gives back memory where that is worth a copy.
template <typename Row>
void trim(std::vector<Row>& table) {
  if (table.capacity() > table.size() + table.size() / 2 + 16) table.shrink_to_fit();
}

void ensure_built_or_none(const Unit& unit, ExprId id) {
  ensure(!id || id.index < unit.exprs.size(), "a child must be built before its parent");
}

// What an expression inherits from the places it stands in.
struct Around {
  static constexpr std::uint32_t kNoFunction = UINT32_MAX >> 1;

  std::uint32_t function : 31 = kNoFunction;
  std::uint32_t guard : 1 = 0;
  ExprId closure;
};

// Passes down what is known about an expression from the places it stands in.
class Sweep {
 public:
  explicit Sweep(Unit& unit) : unit_(unit), around_(scratch()) {
    around_.assign(unit.exprs.size(), Around());
    unit.parents.assign(unit.exprs.size(), ExprId());
  }

  void run() {
    for (std::uint32_t f = 0; f < unit_.functions.size(); ++f) {
      Around function;
      function.function = f & Around::kNoFunction;
      for (const ClauseId c : unit_.functions[f].clauses) clause(unit_.clause(c), ExprId(), function, true);
    }
    for (std::size_t i = unit_.exprs.size(); i-- > 0;) expression(ExprId(i));
  }

  // Sets function, closure and in_guard of the calls, drops calls whose expression became something else, and puts the rest
  // in order: by function, then as they are written. What no function makes (the value of an attribute) comes last.
  void order_calls() {
    struct Place {
      std::uint32_t function, begin, end, expr, call;
      auto operator<=>(const Place&) const = default;
    };
    std::vector<Place> places;
    places.reserve(unit_.calls.size());
    for (std::uint32_t i = 0; i < unit_.calls.size(); ++i) {
      const ExprId id = unit_.calls[i].expr;
      const Expr& e = unit_.expr(id);
      if ((e.kind != ExprKind::kCall && e.kind != ExprKind::kCapture) || e.payload != i) continue;
      places.push_back({around_[id.index].function, e.begin, e.end, id.index, i});
    }
    std::sort(places.begin(), places.end());

    std::vector<Call> calls;
    calls.reserve(places.size());
    for (const Place& place : places) {
      const Around& around = around_[place.expr];
      Call call = unit_.calls[place.call];
      call.function = around.function == Around::kNoFunction ? LocalFunctionId() : LocalFunctionId(around.function);
      call.closure = around.closure;
      call.in_guard = around.guard != 0;
      unit_.exprs[place.expr].payload = static_cast<std::uint32_t>(calls.size());
      if (call.function) {
        Function& function = unit_.functions[call.function.index];
        if (function.calls.count++ == 0) function.calls.first = static_cast<std::uint32_t>(calls.size());
      }
      calls.push_back(call);
    }
    unit_.calls = std::move(calls);
  }

 private:
  // One file after another is lowered on a thread: the memory is kept, for the system takes long to give new pages.
  static std::vector<Around>& scratch() {
    static thread_local std::vector<Around> memory;
    return memory;
  }

  void place(ExprId child, ExprId parent, const Around& around, bool in_pattern) {
    unit_.parents[child.index] = parent;
    around_[child.index] = around;
    if (in_pattern) unit_.exprs[child.index].flags |= kInPattern;
  }

  // A condition of cond is no guard: it may do anything.
  void clause(const Clause& c, ExprId parent, const Around& around, bool is_guard) {
    for (const ExprId p : unit_.patterns_of(c)) place(p, parent, around, true);
    if (c.guard) {
      Around guard = around;
      guard.guard |= is_guard;
      place(c.guard, parent, guard, false);
    }
    if (c.body) place(c.body, parent, around, false);
  }

  void expression(ExprId id) {
    Expr& e = unit_.exprs[id.index];
    Around around = around_[id.index];
    const bool in_pattern = e.has(kInPattern);
    const auto children = unit_.children_of(e);
    switch (e.kind) {
      case ExprKind::kVariable: {
        const bool bound = (e.payload & kVariableIsBound) != 0 && e.payload != VariableId::kNone;
        e.payload = bound ? e.payload & ~kVariableIsBound : VariableId::kNone;
        return;
      }
      case ExprKind::kMatch:
      case ExprKind::kGenerator:
        for (std::size_t i = 0; i < children.size(); ++i) place(children[i], id, around, in_pattern || i == 0);
        return;
      case ExprKind::kPin:
      case ExprKind::kField:
        for (const ExprId child : children) place(child, id, around, false);
        return;
      case ExprKind::kOperator:
        for (std::size_t i = 0; i < children.size(); ++i) {
          const bool guard = in_pattern && i > 0 && i + 1 == children.size() && e.symbol() == sym::when;
          Around inside = around;
          inside.guard |= guard;
          place(children[i], id, inside, in_pattern && !guard);
        }
        return;
      case ExprKind::kCall:
      case ExprKind::kCapture:
        if (const ExprId module = unit_.calls[e.payload].module_expr) place(module, id, around, false);
        break;
      case ExprKind::kBinary:
        for (const Segment& segment : unit_.segments_of(e))
          if (segment.size) place(segment.size, id, around, false);
        break;
      case ExprKind::kClosure: {
        around.closure = id;
        break;
      }
      case ExprKind::kTry: {
        const Try& t = unit_.try_of(e);
        for (const ClauseId c : t.else_clauses) clause(unit_.clause(c), id, around, true);
        for (const ClauseId c : t.catch_clauses) clause(unit_.clause(c), id, around, true);
        if (t.after) place(t.after, id, around, false);
        break;
      }
      default:
        break;
    }
    for (const ExprId child : children) place(child, id, around, in_pattern);
    if (e.kind == ExprKind::kClosure || e.kind == ExprKind::kCase || e.kind == ExprKind::kReceive || e.kind == ExprKind::kWith) {
      const bool is_guard = e.kind != ExprKind::kCase || !children.empty() || unit_.language == source::Language::kErlang;
      for (const ClauseId c : unit_.clauses_of(e)) clause(unit_.clause(c), id, around, is_guard);
    }
  }

  Unit& unit_;
  std::vector<Around>& around_;  // by ExprId
};

// Sorts rows by module, keeping the order in which they were given, and tells each module its run.
template <typename Row, typename Count>
std::vector<Row> group_by_module(std::vector<std::pair<LocalModuleId, Row>>& rows, std::vector<Module>& modules,
                                 std::uint32_t Module::*first, Count Module::*count) {
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Row> table;
  table.reserve(rows.size());
  for (const auto& [module, row] : rows) {
    Module& m = modules[module.index];
    if ((m.*count)++ == 0) m.*first = static_cast<std::uint32_t>(table.size());
    table.push_back(row);
  }
  return table;
}

}  // namespace

UnitBuilder::UnitBuilder(const source::SourceFile& file) : unit_(std::make_unique<Unit>()) {
  unit_->file = file.id;
  unit_->language = file.language;
  unit_->role = file.role;
  unit_->project = file.project;
  // Real code has an expression for every ten bytes or so, with comments and all.
  const std::size_t expected = file.text.size() / 10 + 16;
  unit_->exprs.reserve(expected);
  unit_->children.reserve(expected);
  unit_->calls.reserve(expected / 8);
  unit_->clauses.reserve(expected / 8);
}

// One by one: most runs are of one or two, for which the check and the copy are quickest together.
void UnitBuilder::append_built(std::span<const ExprId> ids) {
  for (const ExprId id : ids) {
    ensure(id.index < unit_->exprs.size(), "a child must be built before its parent");
    unit_->children.push_back(id);
  }
}

ExprId UnitBuilder::add(ExprKind kind, std::uint32_t begin, std::uint32_t end, std::uint32_t payload,
                        std::span<const ExprId> children, std::uint8_t flags) {
  Expr e;
  e.kind = kind;
  e.flags = flags;
  e.begin = begin;
  e.end = end;
  e.payload = payload;
  e.first_child = static_cast<std::uint32_t>(unit_->children.size());
  e.child_count = static_cast<std::uint32_t>(children.size());
  append_built(children);
  unit_->exprs.push_back(e);
  return ExprId(unit_->exprs.size() - 1);
}

std::uint32_t UnitBuilder::text(std::string_view text) {
  KeptText kept(text);
  const Symbol symbol = kept.symbol();
  if (text.size() > kLongText) unit_->long_texts.push_back(std::move(kept));
  return symbol.index;
}

ExprId UnitBuilder::integer(std::int64_t value, std::uint32_t begin, std::uint32_t end) {
  return add(ExprKind::kInteger, begin, end, push(unit_->integers, value));
}

ExprId UnitBuilder::floating(double value, std::uint32_t begin, std::uint32_t end) {
  return add(ExprKind::kFloat, begin, end, push(unit_->floats, value));
}

ExprId UnitBuilder::call(Call call, std::uint32_t begin, std::uint32_t end, std::span<const ExprId> arguments,
                         std::uint8_t flags) {
  ensure_built_or_none(*unit_, call.module_expr);
  if (!call.capture) call.arity = static_cast<std::uint32_t>(arguments.size());
  const auto payload = static_cast<std::uint32_t>(unit_->calls.size());
  call.expr = add(call.capture ? ExprKind::kCapture : ExprKind::kCall, begin, end, payload, arguments, flags);
  unit_->calls.push_back(call);
  return call.expr;
}

ExprId UnitBuilder::with_clauses(ExprKind kind, std::uint32_t begin, std::uint32_t end, std::span<const Clause> clauses,
                                 std::span<const ExprId> children, std::uint8_t flags) {
  const ClauseRange range{static_cast<std::uint32_t>(unit_->clauses.size()), static_cast<std::uint32_t>(clauses.size())};
  unit_->clauses.insert(unit_->clauses.end(), clauses.begin(), clauses.end());
  return add(kind, begin, end, push(unit_->clause_lists, range), children, flags);
}

ExprId UnitBuilder::binary(std::uint32_t begin, std::uint32_t end, std::span<const ExprId> values,
                           std::span<const Segment> segments, std::uint8_t flags) {
  ensure(values.size() == segments.size(), "each value of a binary has its segment");
  for (const Segment& segment : segments) ensure_built_or_none(*unit_, segment.size);
  const auto first = static_cast<std::uint32_t>(unit_->segments.size());
  unit_->segments.insert(unit_->segments.end(), segments.begin(), segments.end());
  return add(ExprKind::kBinary, begin, end, first, values, flags);
}

ExprId UnitBuilder::try_(std::uint32_t begin, std::uint32_t end, ExprId body, std::span<const Clause> else_clauses,
                         std::span<const Clause> catch_clauses, ExprId after, std::uint8_t flags) {
  ensure_built_or_none(*unit_, after);
  Try t;
  t.else_clauses = {static_cast<std::uint32_t>(unit_->clauses.size()), static_cast<std::uint32_t>(else_clauses.size())};
  unit_->clauses.insert(unit_->clauses.end(), else_clauses.begin(), else_clauses.end());
  t.catch_clauses = {static_cast<std::uint32_t>(unit_->clauses.size()), static_cast<std::uint32_t>(catch_clauses.size())};
  unit_->clauses.insert(unit_->clauses.end(), catch_clauses.begin(), catch_clauses.end());
  t.after = after;
  const std::span<const ExprId> children = body ? std::span<const ExprId>(&body, 1) : std::span<const ExprId>();
  return add(ExprKind::kTry, begin, end, push(unit_->tries, t), children, flags);
}

Clause UnitBuilder::clause(std::span<const ExprId> patterns, ExprId guard, ExprId body, std::uint32_t begin, std::uint32_t end,
                           std::uint8_t flags) {
  // Neither language has functions of that many arguments; what hostile text has beyond is left out.
  patterns = patterns.first(std::min<std::size_t>(patterns.size(), std::numeric_limits<std::uint16_t>::max()));
  ensure_built_or_none(*unit_, guard);
  ensure_built_or_none(*unit_, body);
  Clause c;
  c.first_pattern = static_cast<std::uint32_t>(unit_->children.size());
  c.pattern_count = static_cast<std::uint16_t>(patterns.size());
  c.flags = flags;
  c.guard = guard;
  c.body = body;
  c.begin = begin;
  c.end = end;
  append_built(patterns);
  return c;
}

LocalModuleId UnitBuilder::begin_module(Module module) {
  functions_.emplace_back();
  return LocalModuleId(push(unit_->modules, module));
}

void UnitBuilder::function(LocalModuleId module, Function function, std::span<const Clause> clauses) {
  function.module = module;
  function.clauses = {static_cast<std::uint32_t>(unit_->clauses.size()), static_cast<std::uint32_t>(clauses.size())};
  unit_->clauses.insert(unit_->clauses.end(), clauses.begin(), clauses.end());
  functions_[module.index].push_back(function);
}

void UnitBuilder::directive(LocalModuleId module, Directive directive) { directives_.emplace_back(module, directive); }

void UnitBuilder::attribute(LocalModuleId module, Attribute attribute) { attributes_.emplace_back(module, attribute); }

void UnitBuilder::file_functions() {
  std::size_t count = 0;
  for (const auto& functions : functions_) count += functions.size();
  unit_->functions.reserve(count);
  for (std::size_t m = 0; m < functions_.size(); ++m) {
    unit_->modules[m].functions = {static_cast<std::uint32_t>(unit_->functions.size()),
                                   static_cast<std::uint32_t>(functions_[m].size())};
    unit_->functions.insert(unit_->functions.end(), functions_[m].begin(), functions_[m].end());
  }
}

// A directive stands in the innermost function around it. The module's body is everywhere and a synthetic function nowhere, so
// neither counts.
void UnitBuilder::file_directives() {
  unit_->directives = group_by_module(directives_, unit_->modules, &Module::first_directive, &Module::directive_count);
  std::vector<std::uint32_t> functions;
  std::vector<std::uint32_t> directives;
  std::vector<std::uint32_t> around;
  for (const Module& m : unit_->modules) {
    if (m.directive_count == 0) continue;
    functions.clear();
    directives.clear();
    around.clear();
    for (const LocalFunctionId f : m.functions) {
      if ((unit_->functions[f.index].flags & (kModuleBody | kSynthetic)) == 0) functions.push_back(f.index);
    }
    for (std::uint32_t i = 0; i < m.directive_count; ++i) directives.push_back(m.first_directive + i);
    std::stable_sort(functions.begin(), functions.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return unit_->functions[a].begin < unit_->functions[b].begin; });
    std::stable_sort(directives.begin(), directives.end(), [this](std::uint32_t a, std::uint32_t b) {
      return unit_->directives[a].begin < unit_->directives[b].begin;
    });
    std::size_t next = 0;
    for (const std::uint32_t d : directives) {
      const std::uint32_t at = unit_->directives[d].begin;
      while (next < functions.size() && unit_->functions[functions[next]].begin <= at) around.push_back(functions[next++]);
      while (!around.empty() && unit_->functions[around.back()].end <= at) around.pop_back();
      unit_->directives[d].function = around.empty() ? LocalFunctionId() : LocalFunctionId(around.back());
    }
  }
}

void UnitBuilder::file_attributes() {
  unit_->attributes = group_by_module(attributes_, unit_->modules, &Module::first_attribute, &Module::attribute_count);
}

// Two passes: how many there are of each kind, then where each stands.
void UnitBuilder::list_kinds() {
  auto& first = unit_->first_of_kind;
  first.fill(0);
  for (const Expr& e : unit_->exprs) ++first[static_cast<std::size_t>(e.kind) + 1];
  std::array<std::uint32_t, kExprKinds> next{};
  for (std::size_t k = 0; k < kExprKinds; ++k) {
    if (is_unlisted(static_cast<ExprKind>(k))) first[k + 1] = 0;
    first[k + 1] += first[k];
    next[k] = first[k];
  }
  unit_->kinds.resize(first.back());
  for (std::uint32_t i = 0; i < unit_->exprs.size(); ++i) {
    const ExprKind kind = unit_->exprs[i].kind;
    if (!is_unlisted(kind)) unit_->kinds[next[static_cast<std::size_t>(kind)]++] = ExprId(i);
  }
}

std::unique_ptr<Unit> UnitBuilder::finish() {
  file_functions();
  file_directives();
  file_attributes();
  bind_variables(*unit_);
  Sweep sweep(*unit_);
  sweep.run();
  sweep.order_calls();
  list_kinds();
  trim(unit_->exprs);
  trim(unit_->children);
  trim(unit_->clauses);
  trim(unit_->clause_lists);
  trim(unit_->tries);
  trim(unit_->segments);
  trim(unit_->variables);
  trim(unit_->integers);
  trim(unit_->floats);
  return std::move(unit_);
}

}  // namespace beamwright::model
