#include "analysis/shared.h"

namespace beamwright::analysis {

using model::Program;
using model::Unit;

bool in_production(const Program& program, const Facts& facts, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  if (unit.role != source::Role::kReviewed) return false;
  constexpr std::uint16_t kElsewhere =
      model::kMacro | model::kTemplate | model::kModuleBody | model::kGuardMacro | model::kGenerated;
  if ((program.function(function).flags & kElsewhere) != 0) return false;
  const Context& context = facts.contexts.of(function);
  constexpr std::uint16_t kWork = kInRequest | kInTask | kInBoot | kFromOutside | kInShutdown;
  if ((context.flags & kWork) != 0 || !context.processes.empty() || context.many) return true;
  return (context.flags & (kInTool | kInTest | kAtCompileTime)) == 0;
}

std::string callee_text(const Program& program, const Facts& facts, CallId site) {
  const Callee& callee = facts.calls.callees[site.index];
  if (callee.function) return model::display_function(program, callee.function);
  if (const External* external = facts.calls.external(site)) {
    return model::display_mfa(external->module, external->name, external->arity);
  }
  const Unit& unit = program.unit_of(site);
  return source_text(program, unit, program.call(site).expr);
}

std::string source_text(const Program& program, const Unit& unit, ExprId expr, std::size_t limit) {
  const std::string_view file = program.files->file(unit.file).text;
  const model::Expr& e = unit.expr(expr);
  if (e.begin >= e.end || e.end > file.size()) return "";
  std::string text;
  for (const char c : file.substr(e.begin, e.end - e.begin)) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && (text.empty() || text.back() == ' ')) continue;
    text += blank ? ' ' : c;
  }
  if (text.size() <= limit) return text;
  std::size_t cut = limit;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u) --cut;
  return text.substr(0, cut) + "…";
}

std::span<const ExprId> arguments_of(const Program& program, CallId site) {
  return program.unit_of(site).children_of(program.call(site).expr);
}

}  // namespace beamwright::analysis
