// A table that grows while other threads read it: rows never move, so a row may be used without a lock by every thread that was
// handed its number. Headers are found and added while other files are being parsed, which a vector or deque would not survive.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <mutex>
#include <utility>

namespace beamwright::source {

template <typename Row>
class StableTable {
 public:
  StableTable() = default;
  StableTable(const StableTable&) = delete;
  StableTable& operator=(const StableTable&) = delete;
  ~StableTable() {
    for (auto& block : blocks_) delete[] block.load(std::memory_order_relaxed);
  }

  // Makes a new row, lets `fill(row, number)` complete it, and only then counts it. Thread-safe.
  template <typename Fill>
  std::size_t append(Fill&& fill) {
    const std::lock_guard lock(mutex_);
    const std::size_t number = size_.load(std::memory_order_relaxed);
    const auto [block, at] = place(number);
    Row* rows = blocks_[block].load(std::memory_order_relaxed);
    if (!rows) {
      rows = new Row[kFirstBlock << block];
      blocks_[block].store(rows, std::memory_order_release);
    }
    std::forward<Fill>(fill)(rows[at], number);
    size_.store(number + 1, std::memory_order_release);
    return number;
  }

  Row& operator[](std::size_t number) const {
    const auto [block, at] = place(number);
    return blocks_[block].load(std::memory_order_acquire)[at];
  }
  std::size_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kFirstBlock = 64;  // each block is twice as long as the one before it

  static std::pair<std::size_t, std::size_t> place(std::size_t number) {
    const std::size_t shifted = number + kFirstBlock;
    const auto block = static_cast<std::size_t>(std::bit_width(shifted) - std::bit_width(kFirstBlock));
    return {block, shifted - (kFirstBlock << block)};
  }

  std::array<std::atomic<Row*>, 27> blocks_{};  // enough for every 32-bit number
  std::atomic<std::size_t> size_{0};
  std::mutex mutex_;
};

}  // namespace beamwright::source
