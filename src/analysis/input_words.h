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
// Pids, references, times, random numbers as text: always new.
bool is_growing_call(std::string_view name);
// Functions that cut a text into pieces.
bool is_cutting_call(std::string_view module, std::string_view name);
// Fields of connections, sockets and requests that hold what the peer sent.
bool is_input_field(std::string_view name);
// A record or struct that holds a request, taken apart: #request{data = Data}.
bool is_request_part(Symbol record, Symbol field);
// A function of somebody's framework that gives what the peer sent under a name: get_q, query_param, header, cookie.
bool is_request_getter(std::string_view module, std::string_view name);
// What everybody calls settings that are read from a file or given by who starts something.
bool is_settings_name(std::string_view name);
// What everybody calls the argument that holds what the peer sent.
bool is_input_name(std::string_view name);

}  // namespace beamwright::analysis
