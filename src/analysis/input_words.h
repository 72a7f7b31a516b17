// The words by which text from outside, settings and values that are always new are known: functions of both standard libraries,
// fields of requests, and what everybody calls the parameters of an action.
#pragma once

#include <string_view>

#include "base/symbol.h"

namespace beamwright::analysis {

// Results that are as few as there are atoms, nodes, schedulers or modules.
bool is_bounded_call(std::string_view module, std::string_view name);
// Configuration, environment, command line.
bool is_settings_call(std::string_view module, std::string_view name);
// Pids, references, times, random numbers, UUIDs as text: always new.
bool is_growing_call(std::string_view module, std::string_view name);
// Functions that cut a text into pieces.
bool is_cutting_call(std::string_view module, std::string_view name);
// Fields of connections, sockets and requests that hold what the peer sent.
bool is_input_field(std::string_view name);
// Which element (from 0) of a message with this tag and this many elements holds what a peer or a broker's client sent:
// {tcp, Socket, Data}, {basic_deliver, Payload, Meta}.
bool is_peer_message(std::string_view tag, std::size_t size, std::size_t element);
// The tag of such a message that a socket sends.
bool is_socket_message(std::string_view tag);
// The tag of a message in which a client of a broker hands on what was published, as a map: {publish, #{payload := Payload}} of
// emqtt, {:msg, %{body: body}} of Gnat.
bool is_broker_message(std::string_view tag);
// Functions that look something up in a store: what they give is not made of what they are given.
bool is_reading_call(std::string_view name);
// Modules of both standard libraries whose functions read out of the very collection they are given.
bool is_collection_module(std::string_view module);
// A record or struct that holds a request, an answer or what a broker delivers, taken apart: #request{data = Data},
// #amqp_msg{payload = Payload}, %HTTPoison.Response{body: body}.
bool is_request_part(Symbol record, Symbol field);
// A function of somebody's framework that gives what the peer sent under a name: get_q, query_param, header, cookie.
bool is_request_getter(std::string_view module, std::string_view name);
// A method of a request object: Req:parse_qs(), Req:get_header_value("X-Id").
bool is_request_method(std::string_view name);
// A function that gives a part of what it is given, under a key: getopt, param_value.
bool is_getter_of_part(std::string_view name);
// A function that makes another form of the text or bytes that it is given: decode, unzip, strip.
bool is_text_call(std::string_view name);
// A function that reads terms out of bytes or text: decode, parse, deserialize. In small letters.
bool is_decoding_call(std::string_view name);
// A key of a request under which there are few values: its scheme, its version.
bool is_few_of_request(std::string_view key);
// What everybody calls settings that are read from a file or given by who starts something.
bool is_settings_name(std::string_view name);
// What everybody calls the argument that holds what the peer sent.
bool is_input_name(std::string_view name);

}  // namespace beamwright::analysis
