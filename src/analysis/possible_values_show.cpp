// Possible values in words, for evidence and for `dump --stage facts`.
#include <array>

#include "analysis/possible_values.h"

namespace beamwright::analysis {

using model::Program;

namespace {

std::string place_of(const Program& program, ExprRef ref) {
  if (!ref) return "";
  const source::Span span = program.unit(ref.unit).span(ref.expr);
  const std::string& path = program.files->file(span.file).path;
  return path.substr(path.rfind('/') + 1) + ":" + std::to_string(program.files->position(span.file, span.begin).line);
}

// The function that is called where a value is made: ":timer.send_after/2".
std::string maker_of(const Program& program, const Facts& facts, ExprRef ref) {
  const model::Unit& unit = program.unit(ref.unit);
  const model::Expr& e = unit.expr(ref.expr);
  if (e.kind != model::ExprKind::kCall) return "";
  const External* external = facts.calls.external(CallId(unit.first_call + e.payload));
  return external == nullptr ? "" : model::display_mfa(external->module, external->name, external->arity);
}

std::string atom_text(Symbol name, bool erlang) {
  const std::string_view text = name.text();
  if (text.starts_with("Elixir.")) return model::display_module(name);
  const bool bare = erlang || text == "nil" || text == "true" || text == "false";
  return (bare ? "" : ":") + std::string(text);
}

std::string class_of(const Program& program, const Facts& facts, ProcessId process) {
  return process ? " of " + model::display_module(program.module(facts.process(process).module).name) : "";
}

}  // namespace

std::string_view to_string(PossibleKind kind) {
  constexpr std::array<std::string_view, 27> kWords = {"atom",
                                                       "integer",
                                                       "text",
                                                       "term",
                                                       "binary",
                                                       "pid",
                                                       "self()",
                                                       "caller",
                                                       "monitor",
                                                       "timer",
                                                       "timer of the timer module",
                                                       "task",
                                                       "request",
                                                       "reference",
                                                       "alias",
                                                       "port",
                                                       "socket",
                                                       "file",
                                                       "lock",
                                                       "subscription",
                                                       "table",
                                                       "function",
                                                       "slice",
                                                       "copied binary",
                                                       "whole state",
                                                       "input",
                                                       "given"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string display_value(const Program& program, const Facts& facts, const PossibleValue& v) {
  const bool erlang = v.made && program.unit(v.made.unit).language == source::Language::kErlang;
  const std::string place = place_of(program, v.made), maker = v.made ? maker_of(program, facts, v.made) : "";
  const std::string by = (maker.empty() ? "" : " of " + maker) + (place.empty() ? "" : " (" + place + ")");
  const std::string configured = v.configured ? ", configured" : "";
  switch (v.kind) {
    case PossibleKind::kAtom:
      return atom_text(v.name, erlang) + configured;
    case PossibleKind::kInteger:
      return std::to_string(v.number) + configured;
    case PossibleKind::kText:
      return "\"" + std::string(v.name.text().substr(0, 40)) + "\"" + configured;
    case PossibleKind::kProcess:
      return "pid" + class_of(program, facts, v.process) + (maker.empty() ? by : " by " + maker + " (" + place + ")");
    case PossibleKind::kSelf:
      return "self()" + class_of(program, facts, v.process) + " (" + place + ")";
    case PossibleKind::kState:
      return "whole state" + class_of(program, facts, v.process);
    case PossibleKind::kOutside:
      return "input: " + std::string(v.name.text()) + by;
    case PossibleKind::kTable:
      return "table" + (v.name ? " " + atom_text(v.name, erlang) : std::string()) + by;
    case PossibleKind::kFunction:
      return v.target ? "function " + model::display_function(program, v.target) + " (" + place + ")" : "closure (" + place + ")";
    case PossibleKind::kGiven:
      return "argument " + std::to_string(v.index + 1) + " of " + model::display_function(program, v.function);
    default:
      return std::string(to_string(v.kind)) + by + configured;
  }
}

std::string display_values(const Program& program, const Facts& facts, const PossibleValues& values) {
  std::string text;
  for (const PossibleValue& v : values.all) text += (text.empty() ? "" : " | ") + display_value(program, facts, v);
  if (values.unknown) text += text.empty() ? "unknown" : " | unknown";
  return text.empty() ? "nothing" : text;
}

}  // namespace beamwright::analysis
