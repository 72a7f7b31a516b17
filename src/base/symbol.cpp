#include "base/symbol.h"

#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "base/arena.h"
#include "base/invariant.h"

namespace beamwright {
namespace {

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull ^ text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    hash = (std::rotl(hash, 5) ^ word) * 0x9E3779B97F4A7C15ull;
    at += 8, left -= 8;
  }
  std::uint64_t word = 0;
  if (left != 0) std::memcpy(&word, at, left);
  hash = (std::rotl(hash, 5) ^ word) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

// Text by number: chunks that never move, so that readers need no lock.
class Texts {
 public:
  static constexpr std::uint32_t kChunkBits = 14;
  static constexpr std::uint32_t kChunk = 1u << kChunkBits;

  std::string_view get(std::uint32_t index) const {
    return chunks_[index >> kChunkBits].load(std::memory_order_acquire)[index & (kChunk - 1)];
  }
  std::uint32_t add(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const std::uint32_t index = count_++;
    ensure((index >> kChunkBits) < kMaxChunks, "more than four billion distinct names");
    auto& chunk = chunks_[index >> kChunkBits];
    if (chunk.load(std::memory_order_relaxed) == nullptr) chunk.store(new std::string_view[kChunk], std::memory_order_release);
    chunk.load(std::memory_order_relaxed)[index & (kChunk - 1)] = text;
    return index;
  }

 private:
  static constexpr std::uint32_t kMaxChunks = 1u << 16;
  std::unique_ptr<std::atomic<std::string_view*>[]> chunks_{new std::atomic<std::string_view*>[kMaxChunks]()};
  std::mutex mutex_;
  std::uint32_t count_ = 0;
};

struct Slot {
  std::uint32_t hash = 0;
  std::uint32_t index = 0;  // 0: free, since the empty text is never stored
};

class Table {
 public:
  explicit Table(std::size_t capacity) : slots_(capacity) {}

  std::uint32_t* find(std::uint32_t hash, std::string_view text, const Texts& texts) {
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.index == 0) return nullptr;
      if (slot.hash == hash && texts.get(slot.index) == text) return &slot.index;
    }
  }
  void insert(std::uint32_t hash, std::uint32_t index) {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    place(slots_, {hash, index});
    ++used_;
  }

 private:
  static void place(std::vector<Slot>& slots, Slot slot) {
    std::size_t at = slot.hash & (slots.size() - 1);
    while (slots[at].index != 0) at = (at + 1) & (slots.size() - 1);
    slots[at] = slot;
  }
  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot slot : slots_)
      if (slot.index != 0) place(larger, slot);
    slots_.swap(larger);
  }
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

struct alignas(64) Shard {
  std::mutex mutex;
  Table table{256};
  Arena arena;
};

class Interner {
 public:
  Interner() {
    texts_.add("");
    static constexpr std::string_view kKnown[] = {
#define BW_SYMBOL(name, text) text,
#include "base/symbols.inc"
#undef BW_SYMBOL
    };
    std::uint32_t expected = 1;
    for (const std::string_view text : kKnown) ensure(intern(text) == expected++, "a name stands twice in base/symbols.inc");
  }

  std::uint32_t intern(std::string_view text) {
    if (text.empty()) return 0;
    const std::uint64_t wide = hash_of(text);
    const auto hash = static_cast<std::uint32_t>(wide);
    // Most names of a file were met before on this thread: that table needs no lock.
    thread_local Table seen{1024};
    if (const std::uint32_t* found = seen.find(hash, text, texts_)) return *found;
    const std::uint32_t index = intern_shared(wide, hash, text);
    seen.insert(hash, index);
    return index;
  }
  std::string_view text(std::uint32_t index) const { return texts_.get(index); }

 private:
  std::uint32_t intern_shared(std::uint64_t wide, std::uint32_t hash, std::string_view text) {
    Shard& shard = shards_[(wide >> 40) & (kShards - 1)];
    const std::lock_guard lock(shard.mutex);
    if (const std::uint32_t* found = shard.table.find(hash, text, texts_)) return *found;
    const std::uint32_t index = texts_.add(shard.arena.copy(text));
    shard.table.insert(hash, index);
    return index;
  }

  static constexpr std::size_t kShards = 64;
  Texts texts_;
  std::unique_ptr<Shard[]> shards_{new Shard[kShards]};
};

Interner& interner() {
  // Never destroyed: symbols may be asked for their text while other statics are torn down.
  static Interner& instance = *new Interner;
  return instance;
}

}  // namespace

std::string_view Symbol::text() const { return interner().text(index); }

Symbol intern(std::string_view text) { return Symbol(interner().intern(text)); }

}  // namespace beamwright
