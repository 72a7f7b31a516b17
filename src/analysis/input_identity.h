// Pids, references and ports that become text otherwise than by pid_to_list and its relatives: printed with ~p or inspect. Each
// process, monitor and port has its own, so such a text is a new one for each of them.
#pragma once

#include "analysis/facts.h"

namespace beamwright::analysis {

// The argument of a printing call (io_lib:format/2, io_lib:write/1, inspect/1, or any function that is given a format with ~p or
// ~w and a list) that is a pid, reference or port; none when it prints no such thing. A variable is one when it comes from
// self/0, make_ref/0 or their like, when a guard says so, or when it is called Pid.
ExprId printed_identity(const model::Program& program, const Facts& facts, FunctionId function, ExprId call);

// Is the function one that makes a text or number nobody had before: gen_uuid/0, random_string/1, getRandomString/0? Said of
// names alone, for functions that are not known.
bool makes_unique_text(std::string_view name);

}  // namespace beamwright::analysis
