#include "rules/support.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Context;
using analysis::Pattern;

bool in_erlang(const Program& program, FunctionId function) {
  return program.unit_of(function).language == source::Language::kErlang;
}

bool in_erlang(const Program& program, ModuleId module) { return program.unit_of(module).language == source::Language::kErlang; }

std::string process_name(const Program& program, const Facts& facts, ProcessId process) {
  return model::display_module(program.module(facts.process(process).module).name);
}

namespace {

// Can an atom be written without quotes?
bool is_plain(std::string_view text, bool erlang) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !letter(text[0]) || (erlang && !(text[0] >= 'a' && text[0] <= 'z'))) return false;
  if (!erlang && (text.back() == '?' || text.back() == '!')) text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '@'; });
}

}  // namespace

std::string atom_text(Symbol atom, bool erlang) {
  const std::string text(atom.text());
  if (text.starts_with("Elixir.") && !erlang) return model::display_module(atom);
  if (is_plain(text, erlang)) return erlang ? text : ":" + text;
  return erlang ? "'" + text + "'" : ":\"" + text + "\"";
}

std::string message_text(const Pattern& pattern, bool erlang) {
  if (!pattern.tag) return pattern.size > 0 ? "a tuple of " + std::to_string(pattern.size) : "a message";
  const std::string tag = atom_text(pattern.tag, erlang);
  if (pattern.size == 0) return tag;
  std::string text = "{" + tag;
  for (std::uint32_t i = 1; i < pattern.size; ++i) text += ", _";
  return text + "}";
}

std::string wait_text(std::int64_t bound_ms) {
  if (bound_ms == analysis::Bound::kUnknown) return "";
  return " " + analysis::display_bound(bound_ms);
}

std::string join_names(const std::vector<std::string>& names, std::size_t shown) {
  std::string text;
  const std::size_t listed = names.size() <= shown + 1 ? names.size() : shown;
  for (std::size_t i = 0; i < listed; ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  if (listed < names.size()) text += " and " + std::to_string(names.size() - listed) + " more";
  return text;
}

source::Span name_span(const Program& program, FunctionId function) {
  const model::Function& f = program.function(function);
  return {program.unit_of(function).file, f.name_begin, f.name_end};
}

source::Span call_span(const Program& program, CallId site) { return program.span_of(site); }

Finding found_in(const Reporter& reporter, const Program& program, FunctionId function, source::Span span) {
  Finding finding = reporter.finding();
  finding.span = span;
  finding.function = model::display_function(program, function);
  return finding;
}

void report_weighed(Reporter& reporter, Finding finding) {
  if (finding.confidence == Confidence::kPossible) finding.severity = std::min(finding.severity, Severity::kMedium);
  reporter.report(std::move(finding));
}

HandlerKind handler_kind(MessageKind kind) {
  switch (kind) {
    case MessageKind::kCall:
      return HandlerKind::kCall;
    case MessageKind::kCast:
      return HandlerKind::kCast;
    case MessageKind::kInfo:
      return HandlerKind::kInfo;
  }
  return HandlerKind::kOther;
}

std::vector<HandlerId> takers(const Facts& facts, const Message& message) {
  std::vector<HandlerId> found;
  if (!message.receiver) return found;
  bool named = false;  // a clause for just this tag has been seen: the catch-all below it is not where the message goes
  for (const HandlerId id : facts.process(message.receiver).handlers) {
    const Handler& handler = facts.handler(id);
    if (handler.kind != handler_kind(message.kind) || !analysis::may_match(handler.pattern, message.pattern)) continue;
    if (named && handler.pattern.any) continue;
    found.push_back(id);
    if (handler.catch_all && handler.any_state) break;
    named |= message.pattern.tag && handler.pattern.tag == message.pattern.tag;
  }
  return found;
}

std::vector<MessageId> messages_to(const Facts& facts, HandlerId handler) {
  std::vector<MessageId> found;
  for (const MessageId id : facts.messages.to[facts.handler(handler).process.index]) {
    const std::vector<HandlerId> ids = takers(facts, facts.message(id));
    if (std::find(ids.begin(), ids.end(), handler) != ids.end()) found.push_back(id);
  }
  return found;
}

bool calls_external(const Facts& facts, CallId site, Symbol module, Symbol name) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->module == module && external->name == name;
}

bool asks_who_it_is(const Program& program, const Facts& facts, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    const model::Call& call = program.call(site);
    if (facts.calls.callees[site.index].function) continue;
    const bool dictionary =
        call.name == sym::get && call.arity == 1 &&
        (calls_external(facts, site, sym::erlang, sym::get) || calls_external(facts, site, sym::Elixir_Process, sym::get));
    if (call.name != sym::self && !dictionary) continue;
    if (call.in_guard) return true;
    const ExprId around = unit.parent(call.expr);
    if (!around) continue;
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kCase || (!dictionary && (kind == ExprKind::kOperator || kind == ExprKind::kPin))) return true;
  }
  return false;
}

bool always_exits(const Program& program, const Facts& facts, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  bool any = false, returns = false;
  for (const model::ClauseId clause : program.function(function).clauses) {
    if (!unit.clause(clause).body) continue;
    analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      const analysis::External* external =
          e.kind == ExprKind::kCall ? facts.calls.external(CallId(unit.first_call + e.payload)) : nullptr;
      const bool exits = external && external->row && external->row->effects.has(Effect::kExit);
      any |= exits;
      returns |= !exits;
    });
  }
  return any && !returns;
}

namespace {

// A call that names a process together with the node it is on: {Name, Node}.
bool names_a_node(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row) return false;
  if (external->name == intern("multi_call") || external->name == intern("abcast")) return true;
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const std::size_t at = external->row->target_argument;
  if (at == 0 || at > arguments.size()) return false;
  const Unit& unit = program.unit_of(site);
  const ExprId target = analysis::local_value(unit, arguments[at - 1]);
  if (!target || unit.expr(target).kind != ExprKind::kTuple || unit.expr(target).child_count != 2) return false;
  const std::optional<Symbol> first = analysis::atom_value(unit, unit.child(target, 0));
  return first != sym::global && first != sym::local;
}

}  // namespace

bool goes_to_nodes(const Program& program, const Facts& facts, const Message& message) {
  if (names_a_node(program, facts, message.site)) return true;
  // Sent by a function that the message is given to: what that one says of the target is what counts.
  const FunctionId wrapper = facts.calls.callees[message.site.index].function;
  if (!wrapper) return false;
  const Effect sends = message.kind == analysis::MessageKind::kCall ? Effect::kCall : Effect::kCast;
  bool any = false;
  for (const CallId site : program.calls_of(wrapper)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || !external->row || external->row->message_argument == 0 || !external->row->effects.has(sends)) continue;
    if (!names_a_node(program, facts, site)) return false;
    any = true;
  }
  return any;
}

namespace {

// Functions that run what they are given once for each element.
bool runs_for_each(const Facts& facts, CallId site) {
  static const Symbol kModules[] = {sym::lists, sym::maps, sym::Elixir_Enum, sym::Elixir_Stream, intern("sets")};
  const analysis::External* external = facts.calls.external(site);
  return external && std::find(std::begin(kModules), std::end(kModules), external->module) != std::end(kModules);
}

}  // namespace

bool in_loop(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  if (runs_for_each(facts, site)) return true;  // Enum.each(rows, &Shop.Indexer.add/1)
  ExprId below = program.call(site).expr;
  for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    const ExprKind kind = unit.expr(below).kind;
    // The collection of the first generator is made once.
    if (e.kind == ExprKind::kComprehension && !(kind == ExprKind::kGenerator && unit.child(around, 0) == below)) return true;
    const bool given = kind == ExprKind::kClosure || kind == ExprKind::kCapture;
    if (e.kind == ExprKind::kCall && given && runs_for_each(facts, CallId(unit.first_call + e.payload))) return true;
  }
  return false;
}

}  // namespace beamwright::rules
