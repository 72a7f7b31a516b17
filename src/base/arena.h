// One monotonic arena per file holds its tree: allocation is a pointer bump and everything is freed at once after lowering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace beamwright {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena never runs destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // Copies the elements into the arena.
  template <typename T>
  std::span<T> copy(std::span<const T> from) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (from.empty()) return {};
    auto* to = static_cast<T*>(allocate(from.size_bytes(), alignof(T)));
    std::memcpy(to, from.data(), from.size_bytes());
    return {to, from.size()};
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // Inlined by force: a parser calls it for every node, and with the size and alignment known it is a handful of instructions.
  [[gnu::always_inline]] void* allocate(std::size_t size, std::size_t align) {
    const auto at = (next_ + align - 1) & ~(static_cast<std::uintptr_t>(align) - 1);
    if (at + size > end_) [[unlikely]]
      return allocate_slow(size, align);
    next_ = at + size;
    return reinterpret_cast<void*>(at);
  }

  std::size_t bytes() const { return bytes_; }

 private:
  [[gnu::noinline]] void* allocate_slow(std::size_t size, std::size_t align) {
    // Blocks double up to one megabyte, so that a small file costs little and a large one few allocations.
    std::size_t want = block_size_;
    if (block_size_ < (1u << 20)) block_size_ *= 2;
    if (want < size + align) want = size + align;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(want));
    bytes_ += want;
    next_ = reinterpret_cast<std::uintptr_t>(blocks_.back().get());
    end_ = next_ + want;
    const auto at = (next_ + align - 1) & ~(static_cast<std::uintptr_t>(align) - 1);
    next_ = at + size;
    return reinterpret_cast<void*>(at);
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::uintptr_t next_ = 1;  // past end_: the first allocation takes a block
  std::uintptr_t end_ = 0;
  std::size_t block_size_ = 1u << 14;
  std::size_t bytes_ = 0;
};

}  // namespace beamwright
