// The functions of both standard libraries that take data apart and put it together (Map.get, maps:put, lists:keyfind,
// Enum.reduce, put_in, assign …): which argument holds a part of the result, which key they write, whether a collection gains or
// loses entries by them.
#pragma once

#include <optional>
#include <vector>

#include "analysis/facts.h"
#include "analysis/path.h"

namespace beamwright::analysis {

// The argument of a call in which a part of its result stands; one that is a closure stands for what that closure returns.
struct Passed {
  ExprId argument;
  Path path;
  bool closure = false;
};
// False when the function is not one of them. True with nothing found: there is no such part.
bool passes_through(const model::Unit& unit, ExprId call, const External& callee, const Path& path, std::vector<Passed>& out);

// A map or struct given back with one key changed.
struct KeyWrite {
  ExprId base;   // the map before
  Symbol name;   // 0 when the key is not written
  ExprId value;  // none when it is computed from the old one
  bool removes = false;
};
// What a call writes into a map; empty when it is no such call. Keys inside of keys (put_in(state.a.b, 1)) count for the
// outermost.
std::vector<KeyWrite> key_writes(const model::Unit& unit, ExprId call, const External& callee);

// What a call makes of a collection that it is given.
enum class Growth : std::uint8_t {
  kNone,      // no function of collections
  kSame,      // as many entries: sort, reverse, update of a key that is there
  kGains,     // an entry more, if its key is new
  kLoses,     // fewer entries: delete, drop, filter, pop
  kBounds,    // at most as many as it is told: take, sublist
  kReplaces,  // another collection
};
struct Grown {
  Growth growth = Growth::kNone;
  ExprId collection;  // the argument
  ExprId key;         // of kGains, where the function takes one
};
Grown growth_of(const model::Unit& unit, ExprId call, const External& callee);

// The binary that a call cuts a piece out of without copying (binary_part, binary:split, String.split …), or none: as long as the
// piece is kept, so is the whole (OTP's efficiency guide, "Constructing and matching binaries").
ExprId sliced_by(const model::Unit& unit, ExprId call, const External& callee);
// Is it binary:copy?
bool copies_binary(const External& callee);

// The key of a map or list of pairs that an expression is: an atom or the text of a string; 0 when it is neither.
Symbol written_key(const model::Unit& unit, ExprId expr);

}  // namespace beamwright::analysis
