// Headers are included by hundreds of files and lexed once: their tokens are shared, read-only, between all threads.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "erlang/lexer.h"
#include "erlang/macros.h"
#include "source/span.h"

namespace beamwright::erlang {

struct LexedHeader {
  struct HeaderForm {
    LexedForm form;
    std::size_t first = 0;  // of its tokens
    std::size_t count = 0;
    const MacroDefinition* definition = nullptr;  // of a well-formed -define without feature words
  };
  Arena arena;
  std::vector<Token> tokens;
  std::vector<HeaderForm> forms;
};

class HeaderCache {
 public:
  HeaderCache() = default;
  HeaderCache(const HeaderCache&) = delete;
  HeaderCache& operator=(const HeaderCache&) = delete;

  // The tokens of a header; lexes it at first use. The text must live as long as the cache. Safe from all threads.
  const LexedHeader& get(source::FileId file, std::string_view text, Level level);

 private:
  struct Entry {
    std::once_flag once;
    LexedHeader header;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries;
  };
  static constexpr std::size_t kShards = 16;
  std::array<Shard, kShards> shards_;
};

}  // namespace beamwright::erlang
