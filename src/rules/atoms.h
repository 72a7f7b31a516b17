// Places where text becomes an atom, and what stands around them: checks before, wrappers outside. Rule dynamic-atom judges them.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

// A text that becomes an atom, and where that is said: at the call itself or, of a wrapper like `to_atom(Text) ->
// binary_to_atom(Text, utf8)`, at a call of the wrapper, for only there one sees what the text is.
struct Sink {
  CallId conversion;
  CallId site;
  FunctionId function;
  ExprId text;
};

// The text that a call makes an atom of; none when the call is no such thing.
ExprId atom_text_at(const Program& program, const Facts& facts, CallId site);
// The calls of a wrapper; nothing when the text is more than its parameter, or when one place alone uses it.
std::vector<Sink> calls_of_wrapper(const Program& program, const Facts& facts, const Sink& sink);
// Somebody asked before whether the text is one of a set: `if x in @allowed`, `case lists:member(X, ?ALLOWED) of true -> …`.
bool is_member_checked(const Program& program, CallId site, const std::vector<model::VariableId>& variables);
// A case over the variable names texts that it may be, somewhere before: `case Text of "yes" -> ok; "no" -> ok; _ -> error()
// end`.
bool is_compared_before(const Program& program, CallId site, const std::vector<model::VariableId>& variables);
// `try binary_to_existing_atom(X) catch error:badarg -> binary_to_atom(X)`: the author knows that it may be new.
bool is_fallback_of_existing(const Program& program, CallId site);
// Inside `quote` it runs where the macro is used, and inside `unquote` where the function is defined, while that is compiled.
bool runs_while_compiling(const Program& program, const Unit& unit, ExprId expr);
// `Map.new(map, fn {k, v} -> {String.to_atom(k), v} end)`: every key of a map or list of pairs becomes an atom.
bool makes_keys(const Program& program, const Sink& sink);
// Names under which processes of a kind register that there is one of for each peer, user or session.
bool is_name_of_many(const Program& program, const Facts& facts, const Sink& sink);
// `:"orchestrator_#{deployment.id}"`: an atom for each row or entity that there ever is, made where requests and servers run.
bool is_made_for_each(const Program& program, const Facts& facts, const Sink& sink);

}  // namespace beamwright::rules
