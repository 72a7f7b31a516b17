// Start functions that make no link: a function named start_link, or the start function of a child specification, that ends in
// gen_server:start, GenServer.start, gen_statem:start or spawn. A supervisor hears of the end of a child by the link that the
// start function makes (stdlib: supervisor, "The start function must create and link to the child process"); without one it goes
// on to list a process that is long dead, never starts another one, and leaves the living one behind where it ends itself.
#pragma once

#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct UnlinkedStart {
  FunctionId function;        // that promises a link
  CallId site;                // the start without one
  FunctionId holder;          // that holds the site: the function, or one that it ends in
  source::Span child;         // the specification of the child; empty where the name of the function alone says what it does
  bool process_only = false;  // a bare spawn
};
// In the order of the functions, each function once.
std::vector<UnlinkedStart> unlinked_starts(const Program& program, const Facts& facts);

}  // namespace beamwright::rules
