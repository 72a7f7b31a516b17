// Typed 32-bit indices. Every table of the program is a flat vector; an Id names a row of one of them, and its tag keeps the
// tables from being mixed up.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>

namespace beamwright {

template <typename Tag>
struct Id {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t index = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::size_t value) : index(static_cast<std::uint32_t>(value)) {}
  constexpr explicit operator bool() const { return index != kNone; }
  constexpr auto operator<=>(const Id&) const = default;
};

// A run of consecutive rows of one table.
template <typename Tag>
struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  // Its elements are made when they are asked for, so it is an input iterator: enough for std::any_of and its like.
  struct Iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = Id<Tag>;
    using difference_type = std::ptrdiff_t;
    using pointer = const Id<Tag>*;
    using reference = Id<Tag>;

    std::uint32_t at;
    Id<Tag> operator*() const { return Id<Tag>(at); }
    Iterator& operator++() { return ++at, *this; }
    Iterator operator++(int) { return Iterator{at++}; }
    bool operator==(const Iterator&) const = default;
  };
  Iterator begin() const { return {first}; }
  Iterator end() const { return {first + count}; }
  bool empty() const { return count == 0; }
  std::uint32_t size() const { return count; }
  Id<Tag> operator[](std::uint32_t i) const { return Id<Tag>(first + i); }
  bool contains(Id<Tag> id) const { return id.index >= first && id.index - first < count; }
};

}  // namespace beamwright

template <typename Tag>
struct std::hash<beamwright::Id<Tag>> {
  std::size_t operator()(beamwright::Id<Tag> id) const noexcept { return id.index * 0x9E3779B97F4A7C15ull; }
};
