#include "app/dump_facts.h"

#include <algorithm>

namespace beamwright::app {

namespace {

using Section = void (*)(const model::Program&, const analysis::Facts&, model::ModuleId, std::string&);

constexpr Section kSections[] = {state_section, release_section, leaving_section, supplied_section,
                                 input_section, tables_section,  paths_section,   results_section};

}  // namespace

std::string shown_place(const model::Program& program, model::FunctionId function, model::ExprId expr) {
  const source::Span span = program.unit_of(function).span(expr);
  return program.files->file(span.file).path + ":" + std::to_string(program.files->position(span.file, span.begin).line);
}

std::string dump_facts(const model::Program& program, const analysis::Facts& facts, const std::vector<std::string>& modules) {
  std::string out;
  for (std::uint32_t m = 0; m < program.modules.size(); ++m) {
    const model::ModuleId id(m);
    const std::string name = model::display_module(program.module(id).name);
    const bool wanted = modules.empty() ? program.unit_of(id).role == source::Role::kReviewed
                                        : std::find(modules.begin(), modules.end(), name) != modules.end();
    if (!wanted) continue;
    std::string text;
    for (const Section section : kSections) section(program, facts, id, text);
    if (!text.empty()) out += "module " + name + "\n" + text;
  }
  return out;
}

}  // namespace beamwright::app
