// The sections about values: the state of processes, what leaves them, code that others supply, text from outside.
#include <algorithm>
#include <optional>

#include "analysis/closures.h"
#include "analysis/input.h"
#include "analysis/kept_processes.h"
#include "analysis/possible_values.h"
#include "analysis/shared.h"
#include "analysis/state_fields.h"
#include "app/dump_facts.h"

namespace beamwright::app {

using analysis::Change;
using analysis::Facts;
using model::FunctionId;
using model::ModuleId;
using model::Program;

namespace {

std::string shape_text(const analysis::StateClass& state) {
  constexpr const char* kWords[] = {"of unknown shape", "a map", "a record", "a tuple", "a keyword list", "something else"};
  std::string text = kWords[static_cast<std::size_t>(state.shape)];
  if (state.record) text += " " + model::display_module(state.record);
  return text + (state.complete ? "" : ", not all of it followed");
}

std::string field_name(const analysis::StateField& field) {
  if (field.name) return std::string(field.name.text());
  return field.element < 0 ? "(the whole state)" : "element " + std::to_string(field.element + 1);
}

std::string changes_text(analysis::Changes changes) {
  constexpr std::pair<Change, const char*> kWords[] = {
      {Change::kSets, "sets"},     {Change::kKeeps, "keeps"},   {Change::kGains, "gains"},     {Change::kLoses, "loses"},
      {Change::kBounds, "bounds"}, {Change::kResets, "resets"}, {Change::kUnknown, "computes"}};
  std::string text;
  for (const auto& [change, word] : kWords)
    if (changes.has(change)) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

// Each handler once, by its display name.
std::string handlers_text(const Program& program, const Facts& facts, const std::vector<analysis::HandlerId>& handlers) {
  std::vector<std::string> names;
  for (const analysis::HandlerId id : handlers) {
    const std::string name = analysis::display_handler(program, facts, facts.handler(id));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 4; ++i) text += (i == 0 ? "" : "; ") + names[i];
  return names.size() > 4 ? text + " and " + std::to_string(names.size() - 4) + " more" : text;
}

std::string effects_text(analysis::EffectSet effects) {
  std::string text;
  for (std::size_t e = 0; e < knowledge::kEffectCount; ++e)
    if (effects.has(static_cast<analysis::Effect>(e))) text += " " + std::string(to_string(static_cast<analysis::Effect>(e)));
  return text;
}

// " to Shop.Cart" where the receiver is known, with a word on how.
std::string receiver_text(const Program& program, const Facts& facts, const analysis::Leaving& leaving) {
  for (const analysis::MessageId id : facts.messages.by_function[leaving.function.index]) {
    const analysis::Message& message = facts.message(id);
    if (message.site != leaving.site) continue;
    const analysis::ProcessId receiver = analysis::receiver_behind(program, facts, message);
    if (!receiver) return "";
    const char* how = message.receiver == receiver ? message.likely ? " (concluded)" : "" : " (by its values)";
    return " to " + model::display_module(program.module(facts.process(receiver).module).name) + how;
  }
  return "";
}

void show_origin(const Program& program, const analysis::TextOrigin& origin, std::string& out) {
  out += " is " + std::string(analysis::to_string(origin.kind)) + (origin.what.empty() ? "" : ": " + origin.what) + "\n";
  for (const findings::Step& step : origin.path) {
    const source::Position at = program.files->position(step.span.file, step.span.begin);
    out += "    " + program.files->file(step.span.file).path + ":" + std::to_string(at.line) + " " + step.message + "\n";
  }
}

// A piece of a bigger binary, and where the whole comes from.
void show_slice(const Program& program, const Facts& facts, const analysis::PossibleValue& slice, std::string& out) {
  out += "    holds a " + analysis::display_value(program, facts, slice);
  if (!slice.function) return void(out += "\n");
  out += ", which";
  show_origin(program, analysis::text_origin_of(program, facts, slice.function, slice.made.expr), out);
}

}  // namespace

void state_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  const analysis::ProcessId process = facts.processes.of(module);
  if (!process) return;
  const analysis::StateClass& state = analysis::states_of(program, facts).of(process);
  if (state.fields.empty()) return;
  out += "  state: " + shape_text(state) + "\n";
  for (const analysis::StateField& field : state.fields) {
    const std::string growth = field.only_gains() ? "  [only gains]" : field.gains() ? "  [gains and loses]" : "";
    out += "    " + field_name(field) + ": " +
           analysis::display_values(program, facts, analysis::possible_values_of_field(program, facts, field)) + growth + "\n";
    if (field.gains())
      out += "      holds " + analysis::display_values(program, facts, analysis::possible_items_of_field(program, facts, field)) +
             "\n";
    for (const analysis::StateWrite& write : field.writes)
      out += "      " + changes_text(write.changes) + " at " + shown_place(program, write.function, write.place) + " in " +
             (write.handlers.empty() ? model::display_function(program, write.function)
                                     : handlers_text(program, facts, write.handlers)) +
             "\n";
    const auto reads = analysis::reads_of(program, facts, process, field);
    std::vector<FunctionId> readers;
    for (const analysis::StateRead& read : reads)
      if (readers.empty() || readers.back() != read.function) readers.push_back(read.function);
    if (readers.empty()) continue;
    out += "      read in";
    for (std::size_t i = 0; i < readers.size() && i < 4; ++i)
      out += (i == 0 ? " " : ", ") + model::display_function(program, readers[i]);
    out += readers.size() > 4 ? " and " + std::to_string(readers.size() - 4) + " more\n" : "\n";
  }
}

// What is given back, and what it may be: the wrong cancel for a timer shows here.
void release_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId f : program.functions_of(module)) {
    for (const analysis::CallId site : program.calls_of(f)) {
      const analysis::External* external = facts.calls.external(site);
      if (external == nullptr || external->row == nullptr || program.call(site).capture) continue;
      if (external->row->releases == knowledge::Resource::kNone) continue;
      const auto arguments = program.unit_of(f).children_of(program.call(site).expr);
      const std::size_t at = external->row->target_argument == 0 ? 1 : external->row->target_argument;
      if (at > arguments.size()) continue;
      const analysis::PossibleValues values = analysis::possible_values(program, facts, f, arguments[at - 1]);
      out += "  gives back a " + std::string(knowledge::to_string(external->row->releases)) + " at " +
             shown_place(program, f, program.call(site).expr) + ": " + analysis::display_values(program, facts, values) +
             (values.field ? ", kept as " + std::string(values.field.text()) : "") + "\n";
    }
  }
}

void leaving_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId f : program.functions_of(module)) {
    for (const analysis::Leaving& leaving : analysis::leaving_by(program, facts, f)) {
      if (leaving.parts.empty() && !leaving.has_closure) continue;
      const analysis::PossibleValues all = analysis::everything_in(program, facts, f, leaving.term);
      out += "  leaves by " + std::string(analysis::to_string(leaving.by)) + " at " +
             shown_place(program, f, program.call(leaving.site).expr) + receiver_text(program, facts, leaving) +
             (leaving.has_closure ? ", with a closure" : "") + ":";
      for (std::size_t i = 0; i < leaving.parts.size(); ++i)
        out += (i == 0 ? " " : "; ") + std::string(leaving.parts[i].name.text()) + " = " +
               analysis::display_values(program, facts, leaving.parts[i].values);
      out += "\n";
      if (const analysis::PossibleValue* slice = all.first(analysis::PossibleKind::kSlice))
        show_slice(program, facts, *slice, out);
    }
  }
}

void supplied_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId f : program.functions_of(module)) {
    for (const analysis::SuppliedCode& code : analysis::supplied_code(program, facts, f)) {
      out += "  runs supplied code at " + shown_place(program, f, program.call(code.site).expr) + " in " +
             analysis::display_handler(program, facts, facts.handler(code.handler)) +
             (code.functions.message ? ", from a message: " : ", kept in the state: ") +
             analysis::display_values(program, facts, code.functions) + "\n";
      for (const analysis::PossibleValue& value : code.functions.all) {
        const analysis::RunEffects run = analysis::effects_of_running(program, facts, value);
        if (run.effects.empty()) continue;
        out += "    " + analysis::display_value(program, facts, value) + " does:" + effects_text(run.effects) + "\n";
      }
    }
  }
}

namespace {

// The argument whose text a known function takes; none of other calls.
model::ExprId text_argument(const Program& program, const Facts& facts, analysis::CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (external == nullptr || external->row == nullptr || external->row->text_argument == 0 || program.call(site).capture)
    return {};
  const auto arguments = program.unit_of(site).children_of(program.call(site).expr);
  return external->row->text_argument <= arguments.size() ? arguments[external->row->text_argument - 1u] : model::ExprId();
}

// to_atom(Text) -> binary_to_atom(Text): the parameter that is handed on as such a text.
std::optional<std::size_t> text_parameter(const Program& program, const Facts& facts, FunctionId function) {
  for (const analysis::CallId site : program.calls_of(function)) {
    const model::ExprId text = text_argument(program, facts, site);
    if (const auto parameter = text ? analysis::parameter_index(program, function, text) : std::nullopt) return parameter;
  }
  return {};
}

void show_text(const Program& program, const Facts& facts, FunctionId function, analysis::CallId site, model::ExprId text,
               const std::string& taker, std::string& out) {
  out += "  text at " + shown_place(program, function, program.call(site).expr) + taker;
  show_origin(program, analysis::text_origin_of(program, facts, function, text), out);
}

// What a function of the sources is given that makes something of a text, by a call or beside a capture: lists:map(fun to_atom/1,
// L).
void wrapped_texts(const Program& program, const Facts& facts, FunctionId function, analysis::CallId site, std::string& out) {
  const FunctionId callee = facts.calls.callees[site.index].function;
  const auto parameter = callee ? text_parameter(program, facts, callee) : std::nullopt;
  if (!parameter) return;
  const model::Unit& unit = program.unit_of(site);
  const model::Call& call = program.call(site);
  const std::string taker = ", given to " + model::display_function(program, callee) + ",";
  if (!call.capture) {
    const auto arguments = unit.children_of(call.expr);
    if (*parameter < arguments.size()) show_text(program, facts, function, site, arguments[*parameter], taker, out);
    return;
  }
  const model::ExprId around = unit.parent(call.expr);
  if (!around || unit.expr(around).kind != model::ExprKind::kCall) return;
  for (const model::ExprId beside : unit.children_of(around))
    if (beside != call.expr) show_text(program, facts, function, site, beside, taker, out);
}

// The keys under which processes are kept that a function starts.
void kept_processes(const Program& program, const Facts& facts, FunctionId function, std::string& out) {
  std::vector<model::ExprId> shown;
  for (const analysis::KeptProcess& kept : analysis::kept_processes_of(program, facts, function)) {
    if (std::find(shown.begin(), shown.end(), kept.key) != shown.end()) continue;
    shown.push_back(kept.key);
    out += "  process of " + shown_place(program, function, program.call(kept.start).expr) + " is kept at " +
           shown_place(program, kept.keeper, kept.place) + ": its key " +
           analysis::source_text(program, program.unit_of(kept.key_in), kept.key, 30);
    show_origin(program, analysis::text_origin_of(program, facts, kept.key_in, kept.key), out);
  }
}

}  // namespace

void input_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId f : program.functions_of(module)) {
    kept_processes(program, facts, f, out);
    for (const analysis::CallId site : program.calls_of(f)) {
      if (const model::ExprId text = text_argument(program, facts, site)) {
        show_text(program, facts, f, site, text, "", out);
      } else {
        wrapped_texts(program, facts, f, site, out);
      }
    }
  }
}

}  // namespace beamwright::app
