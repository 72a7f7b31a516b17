// Where a text comes from: fixed in the sources, taken from a bounded set, or made of what people and peers send. Followed
// through variables, patterns, text functions and, over a few calls, the arguments that callers pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

enum class TextOriginKind : std::uint8_t {
  kFixed,     // literals
  kBounded,   // made of atoms, node names, numbers of schedulers, module names: as many as there are of those
  kSettings,  // configuration, environment, files of the installation
  kUnknown,   // nobody says
  kPublic,    // a parameter of a function that is called from outside the sources
  kParsed,    // a piece cut out of such a text
  kText,      // a value under a text key: what parsed JSON, forms and queries look like
  kGrowing,   // pids, references, times, random numbers: always new
  kOutside,   // text that comes from outside: parameters, headers, bodies, frames
};
std::string_view to_string(TextOriginKind kind);

struct TextOrigin {
  TextOriginKind kind = TextOriginKind::kUnknown;
  std::string what;                  // for people: `the parameter "sort" of params`
  std::vector<findings::Step> path;  // from the place asked about to where the text comes from
  bool also_written = false;         // some caller in sight passes a literal: what the others pass is of that kind, as a rule
  // It came over a connection, and the process that takes one piece after the other off it is the one that is asked about: no
  // other process has sent it on. Then the peer says how often that is.
  bool over_connection = false;
};

// The parameter of its function that an expression stands for, by position; none when it is something else or made of more.
std::optional<std::size_t> parameter_index(const model::Program& program, FunctionId function, ExprId expr);

// The worst origin of an expression that stands in the given function.
TextOrigin text_origin_of(const model::Program& program, const Facts& facts, FunctionId function, ExprId expr);

// The same of bytes that are to be what somebody sent: what a store gives for a key from outside is not.
TextOrigin bytes_origin_of(const model::Program& program, const Facts& facts, FunctionId function, ExprId expr);

}  // namespace beamwright::analysis
