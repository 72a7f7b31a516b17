// How a module uses the results of calls with an effect, what it catches, and what its callbacks return: `dump --stage facts`.
#include <algorithm>

#include "analysis/results.h"
#include "app/dump_facts.h"

namespace beamwright::app {

namespace {

using namespace analysis;
using model::Program;
using model::Unit;

std::string text_of(const Program& program, ExprRef ref) {
  const source::Span span = program.unit(ref.unit).span(ref.expr);
  const std::string_view text =
      program.files->file(span.file).text.substr(span.begin, std::min<std::size_t>(span.end - span.begin, 50));
  return "`" + std::string(text.substr(0, text.find('\n'))) + "`";
}

std::string_view word(ResultUse use) {
  constexpr std::string_view kWords[] = {"ignored",        "bound and unused", "returned", "matched hard",
                                         "matched partly", "matched fully",    "bound",    "passed on"};
  return kWords[static_cast<std::size_t>(use)];
}

std::string_view word(Aftermath aftermath) {
  constexpr std::string_view kWords[] = {"returns a value", "keeps the state", "stops", "exits", "goes on in several ways"};
  return kWords[static_cast<std::size_t>(aftermath)];
}

std::string handling_text(const Program& program, const Handling& h) {
  std::string out = h.old_catch ? "catch" : "handler";
  if (h.classes & kErrorClass) out += " error";
  if (h.classes & kExitClass) out += " exit";
  if (h.classes & kThrowClass) out += " throw";
  for (const Symbol exception : h.exceptions) out += " " + model::display_module(exception);
  if (h.reason) out += " only " + text_of(program, h.reason);
  if (h.logs) out += ", logs";
  out += ", " + std::string(word(h.aftermath));
  return h.value && h.aftermath == Aftermath::kReturnsValue && !h.old_catch ? out + " " + text_of(program, h.value) : out;
}

// Effects whose result says whether they worked.
bool matters(EffectSet effects) {
  constexpr Effect kMatter[] = {Effect::kHttp,       Effect::kDatabase, Effect::kSocket,  Effect::kFile, Effect::kSubprocess,
                                Effect::kPort,       Effect::kCall,     Effect::kAwait,   Effect::kRpc,  Effect::kStartChild,
                                Effect::kGlobalLock, Effect::kSpawn,    Effect::kEtsWrite};
  return std::any_of(std::begin(kMatter), std::end(kMatter), [&](Effect e) { return effects.has(e); });
}

void append_call(const Program& program, const Facts& facts, CallId site, std::string& out) {
  const External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || !matters(external->row->effects)) return;
  const FunctionId function = program.function_of(site);
  out += "  result of " + model::display_mfa(external->module, external->name, external->arity) + " " +
         shown_place(program, function, program.call(site).expr) + " in " + model::display_function(program, function) + "\n";
  for (const CallResult& result : results_of(program, facts, site)) {
    out += "    " + std::string(word(result.use));
    for (const CallId wrapper : result.wrappers) {
      out += " via " + shown_place(program, program.function_of(wrapper), program.call(wrapper).expr);
    }
    for (const ExprRef& shape : result.shapes) out += " " + text_of(program, shape);
    out += "\n";
  }
  for (const Handling& h : handlings_around(program, facts, site)) out += "    " + handling_text(program, h) + "\n";
}

// What is caught around other calls, once for each handler: the first call that it stands around says where.
void append_caught(const Program& program, const Facts& facts, FunctionId function, std::string& out) {
  std::vector<model::ClauseId> shown;
  for (const CallId site : program.calls_of(function)) {
    const External* external = facts.calls.external(site);
    const FunctionId callee = facts.calls.callees[site.index].function;
    if (program.call(site).capture || (external && external->row && matters(external->row->effects))) continue;
    for (const Handling& h : handlings_around(program, facts, site)) {
      if (std::find(shown.begin(), shown.end(), h.clause) != shown.end()) continue;
      if (h.clause) shown.push_back(h.clause);
      out += "  caught around " +
             (callee     ? model::display_function(program, callee)
              : external ? model::display_mfa(external->module, external->name, external->arity)
                         : std::string("a value that is called")) +
             " " + shown_place(program, function, program.call(site).expr) + " in " + model::display_function(program, function) +
             ": " + handling_text(program, h) + "\n";
    }
  }
}

void append_returns(const Program& program, const Facts& facts, HandlerId id, std::string& out) {
  const Handler& handler = facts.handler(id);
  out += "  returns of " + display_handler(program, facts, handler) + "\n";
  for (const CallbackReturn& r : returns_of(program, facts, handler)) {
    out += "    " + text_of(program, r.expr);
    if (r.same_state) out += ", the state as it was";
    if (r.reason) out += ", stops with " + text_of(program, r.reason);
    if (r.timeout) out += ", timeout " + text_of(program, r.timeout);
    if (r.next) out += ", continues with " + text_of(program, r.next);
    if (r.hibernates) out += ", hibernates";
    if (r.by_helper) out += ", by a helper";
    out += "\n";
  }
}

}  // namespace

void results_section(const Program& program, const Facts& facts, ModuleId module, std::string& out) {
  for (const FunctionId function : program.functions_of(module)) {
    for (const CallId site : program.calls_of(function)) append_call(program, facts, site, out);
    append_caught(program, facts, function, out);
  }
  if (const ProcessId process = facts.processes.of(module)) {
    for (const HandlerId handler : facts.process(process).handlers) append_returns(program, facts, handler, out);
  }
}

}  // namespace beamwright::app
