// The places where text from outside enters the sources: arguments of callbacks that a library gives what a client sent, messages
// of sockets and brokers, parsers that take a text apart character by character. input.h follows it from there.
#pragma once

#include <optional>

#include "analysis/facts.h"

namespace beamwright::analysis {

// Is the argument (from 0) text from outside: by what knowledge says of the callback or resolver that the function is, or by what
// everybody calls such an argument of code that requests run?
bool is_input_argument(const model::Program& program, const Facts& facts, FunctionId function, std::size_t index, Symbol name);

// What a call gives the function as an argument (from 0), or an entry of a dispatch table whose code applies a function to the
// list beside it; none where that is not written.
ExprId argument_given(const model::Program& program, const Facts& facts, CallId site, FunctionId function, std::size_t index);

// {tcp, Socket, Data} and the like: does `binding` stand in the part of the message `root` that the other side of a connection
// sent?
bool is_sent_by_peer(const model::Unit& unit, ExprId root, ExprId binding);

// [Char | Rest] of a clause beside which others have a character there, [$; | Rest]: the list is a text, cut by hand.
bool is_list_of_characters(const model::Program& program, FunctionId function, ExprId list);

// The element (from 0) of the tuple `root` in which `binding` stands; none when the message is no tuple.
std::optional<std::size_t> element_of(const model::Unit& unit, ExprId root, ExprId binding);

}  // namespace beamwright::analysis
