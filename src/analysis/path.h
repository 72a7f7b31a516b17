// Which part of a value is meant: the way from the whole to it, as patterns and readers like Map.get spell it.
#pragma once

#include <array>
#include <cstdint>

#include "base/symbol.h"

namespace beamwright::analysis {

// One step into a value.
struct Selector {
  enum Kind : std::uint8_t {
    kElement,  // of a tuple: `index`, and, as far as a pattern says it, the size and the atom in front
    kKey,      // of a map, record, struct or list of pairs: `name`; `record` where the pattern names it
    kValue,    // of a map, under a key that is not known
    kItem,     // of a list, set or queue, `index` from 1 where it is known which; of a map that is enumerated: a pair
    kState,    // the state in what a callback returns, by the tuple's tag
    kReply,    // the answer in what handle_call returns
  };
  Kind kind = kItem;
  std::uint8_t index = 0;
  std::uint8_t size = 0;  // kElement, kItem: 0 when it is not known
  Symbol name;            // kKey; kElement: the tuple's tag, 0 when it is not known
  Symbol record;
  bool operator==(const Selector&) const = default;
};

// What is still to be selected; the front comes first.
class Path {
 public:
  static constexpr std::size_t kMax = 6;
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  const Selector& front() const { return steps_[count_ - 1u]; }
  const Selector& at(std::size_t i) const { return steps_[count_ - 1u - i]; }
  bool full() const { return count_ == kMax; }
  // The path behind the first `n` steps, and this path behind one more step.
  Path without(std::size_t n = 1) const;
  Path with_front(const Selector& step) const;
  std::uint64_t hash() const;

 private:
  std::array<Selector, kMax> steps_;  // the front is the last
  std::uint8_t count_ = 0;
};

Selector element(std::uint32_t index, std::uint32_t size = 0, Symbol tag = {});
Selector key(Symbol name, Symbol record = {});

}  // namespace beamwright::analysis
