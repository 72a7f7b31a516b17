// What a terminate/2 does for others than its own process, and what therefore stays undone when it does not run. The VM closes
// sockets and files, deletes tables and drops monitors of a dead process by itself.
#pragma once

#include <optional>
#include <string_view>

#include "rules/support.h"

namespace beamwright::rules {

struct LeftUndone {
  CallId site;  // in the clause
  Effect effect = Effect::kFile;
  std::string_view what;      // "writes to a database or broker", for a sentence
  bool local = false;         // it matters only while the node runs on: rows of others' tables, requests to other processes
  bool guessed = false;       // it is told by what the call is named: what happens there is not in sight
  std::vector<CallId> chain;  // for local ones: from the clause down to the call that does it
};

// The first such thing of a clause, one that outlasts the node before a local one.
std::optional<LeftUndone> left_undone(const Program& program, const Facts& facts, const Handler& handler);

}  // namespace beamwright::rules
