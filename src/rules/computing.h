// Work that keeps a processor busy and nothing else: encoding, parsing, compression, signatures, password hashes. Whoever has its
// arguments can do it, in any process.
#pragma once

#include <string_view>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

struct Computing {
  std::string_view what;  // "a signature", "the parsing of XML"; empty where the function is none of the kind
  // Costs milliseconds, or grows with each byte of a text; else microseconds for what is small.
  bool heavy = false;
};
Computing computing_of(const analysis::External& external);

// A call of such a function on a value that came in a message.
struct ComputedValue {
  CallId site;  // of the function outside the sources
  Computing computing;
  std::vector<CallId> chain;  // from the clause down to the site, which is the last
  bool with_state = false;    // the state goes into it, too
};

// What a clause of a callback computes from the caller's own arguments in the server's process, in order of the text. What the
// network, a table or another process answers meanwhile is not the caller's.
std::vector<ComputedValue> computed_from_message(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
