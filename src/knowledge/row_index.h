// Finds a row by module, name and arity in one hash and usually one compare. Every call of a reviewed program asks it, so it is a
// flat table of its own kind: keys are three numbers, nothing is ever removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/symbol.h"

namespace beamwright::knowledge {

struct RowKey {
  Symbol module;
  Symbol name;
  std::int32_t arity = -1;  // -1: any

  constexpr bool operator==(const RowKey&) const = default;
};

class RowIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // The row stored under the key, else kNone.
  std::uint32_t find(const RowKey& key) const;
  // Makes room for so many rows.
  void reserve(std::size_t rows);
  // Stores the row unless the key is taken; returns the row that now stands there.
  std::uint32_t insert(const RowKey& key, std::uint32_t row);

 private:
  struct Slot {
    RowKey key;
    std::uint32_t row = kNone;
  };
  std::size_t place_of(const RowKey& key) const;
  void resize(std::size_t slots);

  std::vector<Slot> slots_;  // a power of two, at most three quarters full
  std::size_t used_ = 0;
};

}  // namespace beamwright::knowledge
