#include "analysis/resolvers.h"

#include "knowledge/knowledge.h"

namespace beamwright::analysis {

using model::Directive;
using model::DirectiveKind;
using model::Program;
using model::Unit;

namespace {

std::size_t input_of(Symbol used, std::size_t arity) {
  const knowledge::CallbackRow* row = knowledge::Knowledge::embedded().callback(used, intern("resolve"), arity);
  return row == nullptr ? 0 : row->input_argument;
}

}  // namespace

std::optional<std::size_t> input_of_resolver(const Program& program, ModuleId module, std::size_t arity) {
  const Unit& unit = program.unit_of(module);
  for (const Directive& directive : unit.directives_of(program.module(module))) {
    if (directive.kind != DirectiveKind::kUse || directive.quoted || !directive.module) continue;
    if (const std::size_t input = input_of(directive.module, arity)) return input;
    // `use ShopWeb, :schema`: what the project's own module brings along.
    const ModuleId own = program.find_module(directive.module, unit.project);
    if (!own) continue;
    for (const Directive& brought : program.unit_of(own).directives_of(program.module(own))) {
      if (brought.kind != DirectiveKind::kUse || !brought.quoted || !brought.module) continue;
      if (const std::size_t input = input_of(brought.module, arity)) return input;
    }
  }
  return {};
}

}  // namespace beamwright::analysis
