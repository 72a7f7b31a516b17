// How lowering writes a Unit. Children and clauses of one expression must stand in one run, so they are handed over complete.
#pragma once

#include <span>
#include <string_view>

#include "model/program.h"

namespace beamwright::model {

class UnitBuilder {
 public:
  explicit UnitBuilder(const source::SourceFile& file);

  ExprId add(ExprKind kind, std::uint32_t begin, std::uint32_t end, std::uint32_t payload = 0,
             std::span<const ExprId> children = {}, std::uint8_t flags = 0);
  ExprId atom(Symbol symbol, std::uint32_t begin, std::uint32_t end) { return add(ExprKind::kAtom, begin, end, symbol.index); }
  // The payload of a kString or kCharlist. The unit keeps a long text for as long as it lives itself.
  std::uint32_t text(std::string_view text);
  ExprId integer(std::int64_t value, std::uint32_t begin, std::uint32_t end);
  ExprId floating(double value, std::uint32_t begin, std::uint32_t end);
  // An occurrence of a variable, by name; bind_variables() finds out which variable it is.
  ExprId variable(Symbol name, std::uint32_t begin, std::uint32_t end) {
    return add(ExprKind::kVariable, begin, end, name.index);
  }
  // The call of an expression list of arguments. `call.expr`, `closure` and `function` are filled in by finish().
  ExprId call(Call call, std::uint32_t begin, std::uint32_t end, std::span<const ExprId> arguments, std::uint8_t flags = 0);
  // kClosure, kCase, kReceive, kWith. The one child of a named fun (kNamed) is the variable of its own name.
  ExprId with_clauses(ExprKind kind, std::uint32_t begin, std::uint32_t end, std::span<const Clause> clauses,
                      std::span<const ExprId> children = {}, std::uint8_t flags = 0);
  ExprId try_(std::uint32_t begin, std::uint32_t end, ExprId body, std::span<const Clause> else_clauses,
              std::span<const Clause> catch_clauses, ExprId after, std::uint8_t flags = 0);
  // <<…>>: a value and a segment for each part.
  ExprId binary(std::uint32_t begin, std::uint32_t end, std::span<const ExprId> values, std::span<const Segment> segments,
                std::uint8_t flags = 0);
  // A clause value with its patterns stored. Pass it on to with_clauses(), try_() or function().
  Clause clause(std::span<const ExprId> patterns, ExprId guard, ExprId body, std::uint32_t begin, std::uint32_t end,
                std::uint8_t flags = 0);

  // Modules may nest: functions are filed under the module they are given. finish() groups them.
  LocalModuleId begin_module(Module module);  // name, kind, protocol, places
  void function(LocalModuleId module, Function function, std::span<const Clause> clauses);
  void directive(LocalModuleId module, Directive directive);  // its `function` is set by finish() from its place
  void attribute(LocalModuleId module, Attribute attribute);

  const Unit& unit() const { return *unit_; }
  Expr& expr(ExprId id) { return unit_->exprs[id.index]; }

  // Groups functions by module and calls by function, fills parents, closures, in_guard and kInPattern, binds variables by the
  // rules of the unit's language, and gives the unit away. Work is linear in the size of the unit, and recursion is bounded.
  std::unique_ptr<Unit> finish();

 private:
  void append_built(std::span<const ExprId> ids);
  void file_functions();
  void file_directives();
  void file_attributes();
  void list_kinds();

  std::unique_ptr<Unit> unit_;
  std::vector<std::vector<Function>> functions_;  // by module
  std::vector<std::pair<LocalModuleId, Directive>> directives_;
  std::vector<std::pair<LocalModuleId, Attribute>> attributes_;
};

}  // namespace beamwright::model
