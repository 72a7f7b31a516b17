// The Program: flat tables of what a project's files define. Each file becomes one Unit, built without looking at any other;
// link() puts the units in path order and numbers their modules, functions and calls through. Units never change afterwards.
#pragma once

#include <array>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/expr.h"
#include "source/files.h"
#include "source/span.h"

namespace beamwright::model {

using UnitId = Id<struct UnitTag>;
using ModuleId = Id<struct ModuleTag>;
using FunctionId = Id<struct FunctionTag>;
using CallId = Id<struct CallTag>;  // of the whole program

// `use`, `import` and the like, with aliases resolved. A directive inside `quote` of a macro stands in the module that defines
// the macro, marked quoted: it belongs to whoever uses that module.
enum class DirectiveKind : std::uint8_t { kUse, kImport, kRequire, kBehaviour, kParseTransform, kAlias };
struct Directive {
  DirectiveKind kind;
  bool quoted = false;
  Symbol module;             // 0 when it is not a literal
  Symbol as;                 // kAlias, which is kept only where it is quoted: the short name, without "Elixir."
  ExprId options;            // the second argument; Erlang's -import: the list of {name, arity}
  LocalFunctionId function;  // the function or macro it stands in; none at the module's level
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// @name value, -name(value). Documentation, types and specs are left out.
struct Attribute {
  Symbol name;
  ExprId value;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class ModuleKind : std::uint8_t { kModule, kProtocol, kImplementation, kScript };

struct Module {
  Symbol name;  // as on the VM: "Elixir.Shop.Cart", "payment"; a script's top level is named after nothing (0)
  ModuleKind kind = ModuleKind::kModule;
  Symbol protocol;  // kImplementation
  IdRange<struct LocalFunctionTag> functions;
  std::uint32_t first_directive = 0, directive_count = 0;
  std::uint32_t first_attribute = 0, attribute_count = 0;
  std::uint32_t begin = 0, end = 0;            // the whole definition
  std::uint32_t name_begin = 0, name_end = 0;  // where it is named: the place for findings about the module
};

enum FunctionFlag : std::uint16_t {
  kPublic = 1,
  kMacro = 2,
  kTemplate = 4,     // written inside quote: defined in the modules that use this one
  kSynthetic = 8,    // f/1 made by a default argument of f/2, or by defdelegate
  kModuleBody = 16,  // everything else at the module's level, which runs when the module is compiled; named __MODULE_BODY__
  kImpl = 32,        // @impl stands before it
  kGuardMacro = 64,  // defguard
  kGenerated = 128,  // comes from a parser generator or an included header
  // A macro whose every clause is nothing but a plain quote. Its body is the quoted code, with the macro's parameters where they
  // are unquoted: what calls the macro runs that code, so it is followed as if it called a function. What only the using module
  // knows (__MODULE__) is unknown in it.
  kInlined = 256,
};

struct Function {
  Symbol name;
  std::uint32_t arity = 0;
  std::uint16_t flags = 0;
  LocalModuleId module;
  ClauseRange clauses;
  IdRange<struct LocalCallTag> calls;
  std::uint32_t begin = 0, end = 0;            // first to last clause
  std::uint32_t name_begin = 0, name_end = 0;  // the name in the first clause

  bool has(FunctionFlag flag) const { return (flags & flag) != 0; }
};

// One lowered file.
struct Unit {
  source::FileId file;
  source::Language language = source::Language::kElixir;
  source::Role role = source::Role::kReviewed;
  source::ProjectId project;

  std::vector<Module> modules;
  std::vector<Function> functions;  // grouped by module
  std::vector<Directive> directives;
  std::vector<Attribute> attributes;
  std::vector<Call> calls;  // grouped by function, in order of the text; last those that no function makes
  std::vector<Expr> exprs;
  std::vector<ExprId> parents;  // by ExprId; none for the root of a clause's pattern, guard or body in a function
  std::vector<ExprId> children;
  std::vector<Clause> clauses;
  std::vector<ClauseRange> clause_lists;
  std::vector<Try> tries;
  std::vector<Segment> segments;  // a run for each kBinary, one for each child
  std::vector<Variable> variables;
  std::vector<std::int64_t> integers;
  std::vector<double> floats;
  std::vector<KeptText> long_texts;  // those of its kString and kCharlist: a Symbol of one is good while the unit lives
  std::vector<ExprId> kinds;         // expressions by kind, those of one kind in order: see of_kind()
  std::array<std::uint32_t, kExprKinds + 1> first_of_kind{};

  // A unit that holds what templates of its file become in a module of another file has no modules of its own: its functions
  // are those of this one (analysis/instances.h).
  source::FileId user_file;
  LocalModuleId user_module;
  bool is_instance() const { return static_cast<bool>(user_module); }

  // Set by link(): the module that an instance's functions are of, and the program's number of the first row of each table.
  ModuleId user;
  std::uint32_t first_module = 0;
  std::uint32_t first_function = 0;
  std::uint32_t first_call = 0;

  const Expr& expr(ExprId id) const { return exprs[id.index]; }
  // In order. Not for kinds that are unlisted: variables are many, and calls and captures stand in `calls`.
  std::span<const ExprId> of_kind(ExprKind kind) const {
    const auto k = static_cast<std::size_t>(kind);
    return {kinds.data() + first_of_kind[k], first_of_kind[k + 1] - first_of_kind[k]};
  }
  std::span<const ExprId> children_of(const Expr& e) const { return {children.data() + e.first_child, e.child_count}; }
  std::span<const ExprId> children_of(ExprId id) const { return children_of(expr(id)); }
  ExprId child(ExprId id, std::size_t i) const { return children[expr(id).first_child + i]; }
  const Clause& clause(ClauseId id) const { return clauses[id.index]; }
  std::span<const ExprId> patterns_of(const Clause& c) const { return {children.data() + c.first_pattern, c.pattern_count}; }
  ClauseRange clauses_of(const Expr& e) const { return clause_lists[e.payload]; }
  std::span<const Segment> segments_of(const Expr& e) const { return {segments.data() + e.payload, e.child_count}; }
  const Try& try_of(const Expr& e) const { return tries[e.payload]; }
  const Call& call_of(const Expr& e) const { return calls[e.payload]; }
  const Variable& variable_of(const Expr& e) const { return variables[e.payload]; }
  std::int64_t integer_of(const Expr& e) const { return integers[e.payload]; }
  ExprId parent(ExprId id) const { return parents[id.index]; }
  source::Span span(ExprId id) const { return {file, expr(id).begin, expr(id).end}; }
  std::span<const Directive> directives_of(const Module& m) const {
    return {directives.data() + m.first_directive, m.directive_count};
  }
  std::span<const Attribute> attributes_of(const Module& m) const {
    return {attributes.data() + m.first_attribute, m.attribute_count};
  }
};

// The functions of a module: those that its file defines, then those that templates put into it.
class FunctionRange {
 public:
  using Range = IdRange<struct FunctionTag>;
  FunctionRange(Range own, std::span<const Range> brought) : own_(own), brought_(brought) {}

  struct Iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = FunctionId;
    using difference_type = std::ptrdiff_t;
    using pointer = const FunctionId*;
    using reference = FunctionId;

    std::uint32_t at;
    std::uint32_t stop;
    const Range* next;
    const Range* last;
    FunctionId operator*() const { return FunctionId(at); }
    Iterator& operator++() {
      ++at;
      return skip();
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    // To the next range that has any, when this one is done.
    Iterator& skip() {
      while (at == stop && next != last) {
        at = next->first;
        stop = next->first + next->count;
        ++next;
      }
      return *this;
    }
    bool operator==(const Iterator& other) const { return at == other.at && next == other.next; }
  };
  Iterator begin() const {
    Iterator first{own_.first, own_.first + own_.count, brought_.data(), brought_.data() + brought_.size()};
    return first.skip();
  }
  Iterator end() const {
    const Range& last = brought_.empty() ? own_ : brought_.back();
    const Range* const behind = brought_.data() + brought_.size();
    return {last.first + last.count, last.first + last.count, behind, behind};
  }
  bool empty() const { return begin() == end(); }
  std::size_t size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }

 private:
  Range own_;
  std::span<const Range> brought_;  // none of them empty
};

// All units of one review.
struct Program {
  const source::FileTable* files = nullptr;
  std::vector<std::unique_ptr<Unit>> units;  // in path order
  struct Place {
    UnitId unit;
    std::uint32_t local = 0;
  };
  std::vector<Place> modules;      // by ModuleId
  std::vector<Place> functions;    // by FunctionId
  std::vector<UnitId> call_units;  // by CallId
  // What instances bring: their ranges by module, and for each module the first of its own. Empty where there are none.
  std::vector<FunctionRange::Range> brought;
  std::vector<std::uint32_t> first_brought;

  const Unit& unit(UnitId id) const { return *units[id.index]; }
  const Unit& unit_of(ModuleId id) const { return unit(modules[id.index].unit); }
  const Unit& unit_of(FunctionId id) const { return unit(functions[id.index].unit); }
  const Unit& unit_of(CallId id) const { return unit(call_units[id.index]); }
  const Module& module(ModuleId id) const { return unit_of(id).modules[modules[id.index].local]; }
  const Function& function(FunctionId id) const { return unit_of(id).functions[functions[id.index].local]; }
  const Call& call(CallId id) const {
    const Unit& u = unit_of(id);
    return u.calls[id.index - u.first_call];
  }
  ModuleId module_of(FunctionId id) const {
    const Unit& u = unit_of(id);
    return u.user ? u.user : ModuleId(u.first_module + function(id).module.index);
  }
  // None for a call that no function makes: one in an attribute's value or a directive's options.
  FunctionId function_of(CallId id) const {
    const LocalFunctionId local = call(id).function;
    return local ? FunctionId(unit_of(id).first_function + local.index) : FunctionId();
  }
  source::Span span_of(CallId id) const { return unit_of(id).span(call(id).expr); }
  // Not all of them stand in the module's unit: unit_of() says of each where.
  FunctionRange functions_of(ModuleId id) const {
    const Module& m = module(id);
    const FunctionRange::Range own{unit_of(id).first_function + m.functions.first, m.functions.count};
    return {own, brought_to(id)};
  }
  std::span<const FunctionRange::Range> brought_to(ModuleId id) const {
    if (first_brought.empty()) return {};
    return {brought.data() + first_brought[id.index], first_brought[id.index + 1] - first_brought[id.index]};
  }
  IdRange<struct CallTag> calls_of(FunctionId id) const {
    const Function& f = function(id);
    return {unit_of(id).first_call + f.calls.first, f.calls.count};
  }
  bool reviewed(FunctionId id) const { return unit_of(id).role == source::Role::kReviewed; }

  // The module of that name as seen from a project: its own before any other's. None when it is not among the sources.
  ModuleId find_module(Symbol name, source::ProjectId from) const;
  // The function of a module; of several with one name and arity (conditional definitions) the first, a template last.
  FunctionId find_function(ModuleId module, Symbol name, std::uint32_t arity) const;

  // Indices built by link(). Sorted vectors of keys would do; hash tables answer in one look.
  struct Index;
  std::shared_ptr<const Index> index;
};

// Takes the units of all files, in any order, and makes the program. Null units (files that failed) are skipped.
Program link(std::vector<std::unique_ptr<Unit>> units, const source::FileTable& files);

// "Shop.Cart", "payment": how a module is shown to people.
std::string display_module(Symbol module);
// "Shop.Cart.add/2", "payment:charge/2": in the language of the module.
std::string display_mfa(Symbol module, Symbol name, std::size_t arity);
// A module's body is shown as its module, that of a script as its path.
std::string display_function(const Program& program, FunctionId id);

// The unit as text for people who work on Beamwright: `dump --stage model`.
std::string dump_unit(const Unit& unit, const source::FileTable& files);

}  // namespace beamwright::model
