#include "base/symbol.h"

#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/invariant.h"

namespace beamwright {
namespace {

std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The last one to seven bytes as a word, without reading past them.
std::uint64_t load_rest(const char* at, std::size_t size) {
  if (size >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, at, 4);
    std::memcpy(&last, at + size - 4, 4);
    return (static_cast<std::uint64_t>(last) << 32) | first;
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])); };
  return size == 0 ? 0 : byte(0) | (byte(size / 2) << 8) | (byte(size - 1) << 16);
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull ^ text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) hash = (std::rotl(hash, 5) ^ load(at)) * 0x9E3779B97F4A7C15ull;
  hash = (std::rotl(hash, 5) ^ load_rest(at, left)) * 0x9E3779B97F4A7C15ull;
  // A product's high bits know all of the text, its low bits only the first bytes of each word, and the tables go by the low
  // bits: without the second product f1000 to f1999 would stand in a few long rows.
  hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 29);
}

// Names are short: most are compared in two words without a call.
bool same(const char* a, const char* b, std::size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return load(a) == load(b) && load(a + size - 8) == load(b + size - 8);
  return load_rest(a, size) == load_rest(b, size);
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
  // Nobody may ask for this text meanwhile.
  void forget(std::uint32_t index) { chunks_[index >> kChunkBits].load(std::memory_order_acquire)[index & (kChunk - 1)] = {}; }

 private:
  static constexpr std::uint32_t kMaxChunks = 1u << 16;
  std::unique_ptr<std::atomic<std::string_view*>[]> chunks_ { new std::atomic<std::string_view*>[ kMaxChunks ]() };
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

// What one thread has interned before: no lock, and the text is at hand.
class Seen {
 public:
  struct Slot {
    std::uint64_t hash = 0;
    const char* data = nullptr;  // null: free
    std::uint32_t size = 0;
    std::uint32_t index = 0;
  };

  const Slot* find(std::uint64_t hash, std::string_view text) const {
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.data == nullptr) return nullptr;
      if (slot.hash == hash && slot.size == text.size() && same(slot.data, text.data(), text.size())) return &slot;
    }
  }
  void insert(const Slot& slot) {
    if ((++used_ * 2) > slots_.size()) {
      std::vector<Slot> larger(slots_.size() * 2);
      for (const Slot& s : slots_)
        if (s.data != nullptr) place(larger, s);
      slots_.swap(larger);
    }
    place(slots_, slot);
  }

 private:
  static void place(std::vector<Slot>& slots, const Slot& slot) {
    std::size_t at = slot.hash & (slots.size() - 1);
    while (slots[at].data != nullptr) at = (at + 1) & (slots.size() - 1);
    slots[at] = slot;
  }
  std::vector<Slot> slots_ = std::vector<Slot>(4096);
  std::size_t used_ = 0;
};

// The pointer needs no guard at each use, as an object would; the owner frees the table when its thread ends.
constinit thread_local Seen* seen_here = nullptr;
struct SeenOwner {
  Seen seen;
  SeenOwner() { seen_here = &seen; }
  ~SeenOwner() { seen_here = nullptr; }
};

Seen& seen() {
  if (seen_here == nullptr) [[unlikely]] {
    thread_local SeenOwner owner;
    seen_here = &owner.seen;
  }
  return *seen_here;
}

struct LongText {
  std::unique_ptr<char[]> bytes;
  std::uint32_t index = 0;
  std::uint32_t holds = 0;
  bool for_ever = false;  // somebody interned it, and may use its symbol without a hold
};

struct TextHash {
  std::size_t operator()(std::string_view text) const { return hash_of(text); }
};

struct alignas(64) Shard {
  std::mutex mutex;
  Table table{256};
  Arena arena;
  std::unordered_map<std::string_view, LongText, TextHash> long_texts;  // the keys are the entries' own bytes
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
    const std::uint64_t hash = hash_of(text);
    Seen& here = seen();
    if (const Seen::Slot* found = here.find(hash, text)) return found->index;
    const std::uint32_t index = intern_shared(hash, text);
    const std::string_view kept = texts_.get(index);
    here.insert({hash, kept.data(), static_cast<std::uint32_t>(kept.size()), index});
    return index;
  }
  std::string_view text(std::uint32_t index) const { return texts_.get(index); }

  std::uint32_t hold(std::string_view text) {
    Shard& shard = shard_of(hash_of(text));
    const std::lock_guard lock(shard.mutex);
    LongText& found = long_text(shard, text);
    ++found.holds;
    return found.index;
  }
  void let_go(std::uint32_t index) {
    const std::string_view text = texts_.get(index);
    Shard& shard = shard_of(hash_of(text));
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.long_texts.find(text);
    if (--found->second.holds > 0 || found->second.for_ever) return;
    texts_.forget(index);
    shard.long_texts.erase(found);
  }

 private:
  Shard& shard_of(std::uint64_t hash) { return shards_[(hash >> 40) & (kShards - 1)]; }

  LongText& long_text(Shard& shard, std::string_view text) {
    if (const auto found = shard.long_texts.find(text); found != shard.long_texts.end()) return found->second;
    LongText made;
    made.bytes = std::make_unique_for_overwrite<char[]>(text.size());
    std::memcpy(made.bytes.get(), text.data(), text.size());
    const std::string_view kept(made.bytes.get(), text.size());
    made.index = texts_.add(kept);
    return shard.long_texts.emplace(kept, std::move(made)).first->second;
  }

  std::uint32_t intern_shared(std::uint64_t wide, std::string_view text) {
    const auto hash = static_cast<std::uint32_t>(wide);
    Shard& shard = shard_of(wide);
    const std::lock_guard lock(shard.mutex);
    if (text.size() > kLongText) {
      LongText& found = long_text(shard, text);
      found.for_ever = true;
      return found.index;
    }
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

KeptText::KeptText(std::string_view text) : symbol_(text.size() > kLongText ? interner().hold(text) : interner().intern(text)) {}

KeptText::~KeptText() {
  if (symbol_.text().size() > kLongText) interner().let_go(symbol_.index);
}

}  // namespace beamwright
