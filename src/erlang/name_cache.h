// Names as the lexer meets them: a small table in front of the interner. The few thousand names of a project come again and
// again; one that is here costs three compares of eight bytes, without a look at the interner's own tables.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "erlang/token.h"

namespace beamwright::erlang {

class NameCache {
 public:
  struct Name {
    std::uint32_t symbol = 0;
    TokenKind word = TokenKind::kAtom;  // what it is where an atom may stand
  };

  // The thread's own.
  static NameCache& local() {
    thread_local NameCache cache;
    return cache;
  }

  // `end` is the end of the text that the name is part of: bytes up to there may be read.
  Name find(std::string_view name, const char* end) {
    const std::size_t size = name.size();
    if (size > kLongest) [[unlikely]]
      return ask(name);
    Words words;
    if (static_cast<std::size_t>(end - name.data()) >= kLongest) [[likely]] {
      words.first = load(name.data());
      if (size <= 8) {
        words.first &= mask(size);
      } else {
        words.second = load(name.data() + 8);
        if (size <= 16) {
          words.second &= mask(size - 8);
        } else {
          words.third = load(name.data() + 16) & mask(size - 16);
        }
      }
    } else {
      char padded[kLongest] = {};
      std::memcpy(padded, name.data(), size);
      words = {load(padded), load(padded + 8), load(padded + 16)};
    }
    const std::uint64_t mixed = (words.first ^ std::rotl(words.second, 23) ^ std::rotl(words.third, 41)) * 0x9E3779B97F4A7C15ull;
    Entry& entry = entries_[mixed >> (64 - kBits)];
    // No name holds a zero byte, so the words tell its length too.
    if (entry.words != words) [[unlikely]]
      entry = {words, ask(name)};
    return entry.name;
  }

 private:
  static constexpr std::size_t kLongest = 24;
  static_assert(std::endian::native == std::endian::little, "the first byte of a name is the lowest of its word");

  struct Words {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    bool operator==(const Words&) const = default;
  };
  struct Entry {
    Words words;
    Name name;
  };

  static Name ask(std::string_view name) {
    const Symbol symbol = intern(name);
    return {symbol.index, word_kind(symbol)};
  }
  static std::uint64_t load(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    return word;
  }
  // Keeps the first `size` bytes, 1 to 8.
  static std::uint64_t mask(std::size_t size) { return ~0ull >> (64 - size * 8); }

  static constexpr unsigned kBits = 14;
  std::array<Entry, 1u << kBits> entries_{};
};

}  // namespace beamwright::erlang
