#include "analysis/path.h"

#include <algorithm>

namespace beamwright::analysis {

Path Path::without(std::size_t n) const {
  Path path = *this;
  path.count_ = static_cast<std::uint8_t>(count_ - n);
  return path;
}

Path Path::with_front(const Selector& step) const {
  Path path = *this;
  path.steps_[path.count_++] = step;
  return path;
}

std::uint64_t Path::hash() const {
  std::uint64_t h = count_;
  for (std::size_t i = 0; i < count_; ++i) {
    const Selector& s = steps_[i];
    h = (h ^ (std::uint64_t{s.kind} << 16 | std::uint64_t{s.index} << 8 | s.size)) * 0x9E3779B97F4A7C15ull;
    h = (h ^ (std::uint64_t{s.name.index} << 32 | s.record.index)) * 0x9E3779B97F4A7C15ull;
    h ^= h >> 29;
  }
  return h;
}

Selector element(std::uint32_t index, std::uint32_t size, Symbol tag) {
  Selector s;
  s.kind = Selector::kElement;
  s.index = static_cast<std::uint8_t>(std::min(index, 255u));
  s.size = static_cast<std::uint8_t>(std::min(size, 255u));
  s.name = tag;
  return s;
}

Selector key(Symbol name, Symbol record) {
  Selector s;
  s.kind = Selector::kKey;
  s.name = name;
  s.record = record;
  return s;
}

}  // namespace beamwright::analysis
