// Sockets and files that a server opens for a piece of work and closes on no way: they stay open until the process ends, and the
// next tick or request opens another one. Followed through helpers that use them and through functions that open them for others.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct LeftOpen {
  CallId opened;        // gen_tcp:connect, file:open …
  FunctionId function;  // that holds it last
  CallId site;          // where that function gets it: `opened`, or a call of a function that returns it
  ExprId forgotten;     // the clause of a failure on which it is forgotten; none when it is closed and kept on no way
  HandlerId handler;    // that runs it again and again
  ProcessId process;
  knowledge::Resource resource = knowledge::Resource::kNone;
};

// {tcp, Socket, Data}: a socket comes back to the process in messages, and whoever takes them can close it.
bool hears_sockets(const Facts& facts, ProcessId process);
// Does the call open a socket or file that nobody closes when it is forgotten? A raw file is closed then.
bool stays_open(const Program& program, const Facts& facts, CallId site);

// In order of the sources; each call that opens something at most once.
std::vector<LeftOpen> left_open(const Program& program, const Facts& facts, const Reporter& reporter);

}  // namespace beamwright::rules
