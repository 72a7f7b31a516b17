// The places where text from outside enters the sources: arguments of callbacks that a library gives what a client sent, messages
// of sockets and brokers, parsers that take a text apart character by character; and the shapes of patterns, options and guards
// by which a value is told from what it stands in. input.h follows it from there.
#pragma once

#include <optional>
#include <span>

#include "analysis/facts.h"

namespace beamwright::analysis {

// Is the argument (from 0) text from outside: by what knowledge says of the callback or resolver that the function is, or by what
// everybody calls such an argument of code that requests run?
bool is_input_argument(const model::Program& program, const Facts& facts, FunctionId function, std::size_t index, Symbol name);

// Is the function the callback by which a process for each connection gets what the peer sent, one message after the other? Also
// one that `use` puts into the modules of others.
bool takes_from_connection(const model::Program& program, const Facts& facts, FunctionId function);

// May the function be one that hands its arguments on while the system runs: production, or code that `use` puts into the modules
// of others, whose callers nobody sees.
bool may_pass_on(const model::Program& program, const Facts& facts, FunctionId function);

// socket.serializer.decode!(payload), Codec:parse(Bin), Decode(Data): does a function that is known only at run time make another
// form of the bytes that it is given? By its name, or by that of the variable or field that holds it.
bool decodes_by_unknown(const model::Program& program, const model::Unit& unit, const model::Call& call);

// What a call gives the function as an argument (from 0), or an entry of a dispatch table whose code applies a function to the
// list beside it; none where that is not written.
ExprId argument_given(const model::Program& program, const Facts& facts, CallId site, FunctionId function, std::size_t index);

// {tcp, Socket, Data} and the like: does `binding` stand in the part of the message `root` that the other side of a connection
// sent?
bool is_sent_by_peer(const model::Unit& unit, ExprId root, ExprId binding);

// Is it a message of a socket, and not of a client of a broker or of HTTP?
bool comes_over_connection(const model::Unit& unit, ExprId root);

// z_context:get_q("key", Context): does the call ask a framework of unknown make for a part of a request, under a written name?
bool asks_request(const model::Unit& unit, const model::Call& call, std::span<const ExprId> arguments);
// getopt("target", Params): a written key, and an argument that everybody would call parameters.
bool names_part(const model::Unit& unit, std::span<const ExprId> arguments);

// [Char | Rest] of a clause beside which others have a character there, [$; | Rest]: the list is a text, cut by hand.
bool is_list_of_characters(const model::Program& program, FunctionId function, ExprId list);

// The element (from 0) of the tuple `root` in which `binding` stands; none when the message is no tuple.
std::optional<std::size_t> element_of(const model::Unit& unit, ExprId root, ExprId binding);

// try Value of Pattern -> … end: the value that the pattern is matched with; none for other patterns and expressions.
ExprId tried_value(const model::Unit& unit, ExprId expr, ExprId pattern);

// The value that a map, struct or list of pairs gives a key, where it is written out.
ExprId value_under(const model::Unit& unit, ExprId expr, Symbol key);

// The key under which a pattern for a map, struct or record binds a variable; 0 when it stands in no such pattern.
Symbol key_of(const model::Unit& unit, ExprId binding);

// `fn -> UUID.uuid4() end` of get_lazy and put_new_lazy: what it gives. Other arguments are given back as they are.
ExprId given_otherwise(const model::Unit& unit, ExprId argument);

// Does everybody call it a connection or request, or settings?
bool is_connection(const model::Unit& unit, ExprId expr);
bool is_called_settings(const model::Unit& unit, ExprId expr);

// Does the guard restrict the variable to atoms or to values that are written?
bool restricts(const model::Unit& unit, ExprId guard, model::VariableId variable);

// The second of {element, index} where the collection comes out of Enum.with_index.
bool is_index(const model::Unit& unit, ExprId call, ExprId pattern, model::VariableId variable);

}  // namespace beamwright::analysis
