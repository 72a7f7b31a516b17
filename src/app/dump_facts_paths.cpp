// What the functions of a module acquire, and on which ways out it stays behind: `dump --stage facts`.
#include <algorithm>

#include "analysis/paths.h"
#include "app/dump_facts.h"

namespace beamwright::app {

namespace {

using namespace analysis;
using model::Program;
using model::Unit;

std::string line_of(const Program& program, const Unit& unit, ExprId id) {
  const source::Span span = unit.span(id);
  const std::string_view text =
      program.files->file(span.file).text.substr(span.begin, std::min<std::size_t>(span.end - span.begin, 50));
  std::string shown(text.substr(0, text.find('\n')));
  return std::to_string(program.files->position(span.file, span.begin).line) + " `" + shown + "`";
}

void append(const Program& program, const Acquisition& a, std::string& out) {
  constexpr std::string_view kWays[] = {"at the end", "by the clause", "by the timeout", "by an exception at"};
  constexpr std::string_view kKeepers[] = {"returned", "in the state", "sent", "given on", "in a closure", "stored"};
  const Unit& unit = program.unit_of(a.function);
  const ExprId call = program.call(a.site).expr;
  out += "  acquires " + std::string(to_string(a.resource)) + " " + shown_place(program, a.function, call) + " line " +
         line_of(program, unit, call) + " in " + model::display_function(program, a.function);
  if (a.dropped) out += ", its reference is dropped";
  out += "\n";
  for (const ExprId place : a.released) out += "    given back at " + line_of(program, unit, place) + "\n";
  for (const ResourceKept& kept : a.kept) {
    out += "    " + std::string(kKeepers[static_cast<std::size_t>(kept.keeper)]) + " at " + line_of(program, unit, kept.place) +
           "\n";
  }
  for (const ResourceLeft& left : a.left) {
    out += "    left " + std::string(kWays[static_cast<std::size_t>(left.way)]) + " " + line_of(program, unit, left.place) + "\n";
  }
}

}  // namespace

void paths_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId function : program.functions_of(module)) {
    for (const Acquisition& a : acquisitions_in(program, facts, function)) append(program, a, out);
  }
}

}  // namespace beamwright::app
