// Waits that nobody can read from the sources, and which a reviewer takes for such all the same: a function of a library that is
// not at hand, given a time limit or named as a client of another service; a request to a process that is not in sight, with much
// time; and a callback of a module that is handed in, whose name says that it connects. Always possible, never certain.
#pragma once

#include <string>
#include <vector>

#include "rules/support.h"

namespace beamwright::rules {

enum class Guess : std::uint8_t {
  kTimed,     // Vault.Store.read(key, 30_000): it takes a limit because it waits
  kService,   // Tesla.Api.vehicles(auth), payment_http:post(Body)
  kCallback,  // Mod:connect(Options)
};

struct GuessedWait {
  Guess guess = Guess::kTimed;
  std::int64_t bound_ms = analysis::Bound::kUnknown;
  std::vector<CallId> chain;  // from the clause down to the call, which is the last
};

// Those in a clause of a callback, the functions of its module that it calls in its own process included; only what `wanted`
// accepts, and one for each call site of the clause.
std::vector<GuessedWait> guessed_waits(const Program& program, const Facts& facts, const Handler& handler,
                                       bool (*wanted)(const GuessedWait&));

// "takes a time limit, so it waits", to be set behind the name of the function.
std::string reason_of(Guess guess);

}  // namespace beamwright::rules
