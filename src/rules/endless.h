// Whether there is an end of the keys that something is kept under: pids, references, times and what peers send are new again and
// again; names of nodes, settings and literals are few.
#pragma once

#include "rules/support.h"

namespace beamwright::rules {

// How sure it is that there is no end of a key.
enum class Endless : std::uint8_t { kNo, kPerhaps, kYes };
Endless endless(const Program& program, const Facts& facts, FunctionId function, ExprId key);

// Is it another one with each message: who calls, a reference, a time? Such a key never comes again, whoever sends the message.
bool is_new_each_time(const Program& program, const Facts& facts, FunctionId function, ExprId key);

}  // namespace beamwright::rules
