// What the functions of ets, dets, mnesia, persistent_term and of the process dictionary do to a table, and which argument names
// it.
#pragma once

#include <optional>

#include "analysis/tables.h"

namespace beamwright::analysis {

// How an argument says which table it is.
enum class TableNaming : std::uint8_t {
  kArgument,    // the argument is the name or the reference, or the key of a persistent term
  kRecord,      // mnesia:write(#account{}): the record's name
  kPair,        // mnesia:read({account, 1}), dirty_read: the first element
  kSubscribed,  // mnesia:subscribe({table, account, simple}): the second
};

struct TableFunction {
  TableKind kind = TableKind::kEts;
  bool creates = false;
  TableOperation operation = TableOperation::kLookup;  // when it does not create
  TableNaming naming = TableNaming::kArgument;
  std::uint8_t argument = 0;  // counted from 0
  std::uint8_t options = UINT8_MAX;
};

// None when the function has nothing to do with tables, or its table is in a continuation.
std::optional<TableFunction> table_function(const External& callee);

}  // namespace beamwright::analysis
