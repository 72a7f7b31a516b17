// Open addressing with linear probing; see row_index.h for why it is not a standard container.
#include "knowledge/row_index.h"

#include <bit>
#include <utility>

namespace beamwright::knowledge {
namespace {

constexpr std::size_t kFirstSize = 64;

std::size_t hash_of(const RowKey& key) {
  std::uint64_t hash = key.module.index * 0x9E3779B97F4A7C15ull;
  hash = (hash ^ (hash >> 32) ^ key.name.index) * 0xD6E8FEB86659FD93ull;
  hash = (hash ^ (hash >> 32) ^ static_cast<std::uint32_t>(key.arity)) * 0x9E3779B97F4A7C15ull;
  return static_cast<std::size_t>(hash ^ (hash >> 29));
}

}  // namespace

std::size_t RowIndex::place_of(const RowKey& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash_of(key) & mask;
  while (slots_[at].row != kNone && !(slots_[at].key == key)) at = (at + 1) & mask;
  return at;
}

std::uint32_t RowIndex::find(const RowKey& key) const { return slots_.empty() ? kNone : slots_[place_of(key)].row; }

std::uint32_t RowIndex::insert(const RowKey& key, std::uint32_t row) {
  if ((used_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? kFirstSize : slots_.size() * 2);
  Slot& slot = slots_[place_of(key)];
  if (slot.row == kNone) {
    slot = {key, row};
    ++used_;
  }
  return slot.row;
}

void RowIndex::reserve(std::size_t rows) {
  const std::size_t wanted = std::bit_ceil(rows * 4 / 3 + 1);
  if (wanted > slots_.size()) resize(wanted);
}

void RowIndex::resize(std::size_t slots) {
  std::vector<Slot> larger(slots);
  slots_.swap(larger);
  for (const Slot& slot : larger)
    if (slot.row != kNone) slots_[place_of(slot.key)] = slot;
}

}  // namespace beamwright::knowledge
