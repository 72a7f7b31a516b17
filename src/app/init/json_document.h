// A JSON text with the places of its values, so that one entry can be put in or taken out and every other byte stays as its
// owner wrote it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace beamwright::app {

struct JsonValue {
  enum class Kind { kObject, kArray, kScalar };
  Kind kind = Kind::kScalar;
  std::size_t begin = 0, end = 0;  // bytes of the text, end exclusive
  std::string key;                 // of a member of an object
  std::size_t key_begin = 0;       // where the member begins; `begin` for all others
  std::vector<JsonValue> children;

  const JsonValue* member(std::string_view name) const;  // the last one of this name, as programs read it; null: none
};

// The root of a text by RFC 8259, behind a byte order mark if there is one; with `comments` also with those of JavaScript. The
// error names line and column.
Result<JsonValue> read_json(std::string_view text, bool comments = false);

// Whether both are the same value: white space and order of members count for nothing.
bool same_json(std::string_view a, std::string_view b);

}  // namespace beamwright::app
