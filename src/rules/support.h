// What rules share: which functions are production code, how processes, messages and calls are named for people in the language
// of the project, and what a finding starts from.
#pragma once

#include <string>
#include <vector>

#include "analysis/shared.h"
#include "rules/rule.h"

namespace beamwright::rules {

using analysis::arguments_of;
using analysis::callee_text;
using analysis::in_production;
using analysis::source_text;

using analysis::CallId;
using analysis::Effect;
using analysis::Facts;
using analysis::FunctionId;
using analysis::Handler;
using analysis::HandlerId;
using analysis::HandlerKind;
using analysis::Message;
using analysis::MessageId;
using analysis::MessageKind;
using analysis::Process;
using analysis::ProcessId;
using findings::Confidence;
using findings::Finding;
using findings::Severity;
using model::ExprId;
using model::ExprKind;
using model::ModuleId;
using model::Program;
using model::Unit;

bool in_erlang(const Program& program, FunctionId function);
bool in_erlang(const Program& program, ModuleId module);

// "Shop.Cart", "payment": the process class by its module.
std::string process_name(const Program& program, const Facts& facts, ProcessId process);
// ":add" or "add", "{:put, …}" or "{put, …}"; "a message" when nothing is known.
std::string message_text(const analysis::Pattern& pattern, bool erlang);
// An atom as the language writes it: ":ok", "ok".
std::string atom_text(Symbol atom, bool erlang);
// " up to 5 s", " without limit", or nothing when the wait is not known.
std::string wait_text(std::int64_t bound_ms);
// "a", "a and b", "a, b and 3 more".
std::string join_names(const std::vector<std::string>& names, std::size_t shown = 2);

// The place where a function is named, for findings about the function as a whole.
source::Span name_span(const Program& program, FunctionId function);
source::Span call_span(const Program& program, CallId site);

// A finding of this rule at a place of a function, with the function's name filled in.
Finding found_in(const Reporter& reporter, const Program& program, FunctionId function, source::Span span);
// Reports, with the severity lowered to medium where the evidence is only possible.
void report_weighed(Reporter& reporter, Finding finding);

// The clauses that may take a message, as a process tries them: in order, up to the one that surely does.
std::vector<HandlerId> takers(const Facts& facts, const Message& message);
// The messages in sight that this clause may take.
std::vector<MessageId> messages_to(const Facts& facts, HandlerId handler);
// The kind of handler that a kind of message arrives in.
HandlerKind handler_kind(MessageKind kind);

// Is the site a call of this function of a module outside the sources?
bool calls_external(const Facts& facts, CallId site, Symbol module, Symbol name);
// Does the function ask which process runs it: compare with self(), or look into the process dictionary before it decides?
bool asks_who_it_is(const Program& program, const Facts& facts, FunctionId function);
// Does every way through the function end in an exit, error or throw?
bool always_exits(const Program& program, const Facts& facts, FunctionId function);
// Is the message sent to another node: {Name, Node}, or to all of a list of nodes?
bool goes_to_nodes(const Program& program, const Facts& facts, const Message& message);
// Does the code stand in a loop over a collection: a comprehension, or a closure given to Enum, Stream, lists or maps?
bool in_loop(const Program& program, const Facts& facts, CallId site);

}  // namespace beamwright::rules
