// Headers are included by hundreds of files and lexed once: their tokens, their macro definitions and those of their forms that
// read the same everywhere are shared, read-only, between all threads.
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
  // What including the header makes of a form outside a branch that is skipped. Inside of one, only kLook can matter.
  enum class Use : std::uint8_t {
    kLook,         // a directive, a macro call, a fault: the preprocessor looks at the tokens
    kDefine,       // a well-formed -define
    kParsed,       // a record or function without macros: the same tree for everyone
    kDeclaration,  // any other attribute but -compile: nothing where a review reads
  };
  struct Known {
    Use use = Use::kLook;
    const MacroDefinition* definition = nullptr;
    const Node* node = nullptr;
  };
  struct HeaderForm {
    LexedForm form;
    std::size_t first = 0;  // of its tokens
    std::size_t count = 0;
  };
  Arena arena;
  std::vector<Token> tokens;
  std::vector<HeaderForm> forms;
  std::vector<Known> known;  // by form
  std::size_t definitions = 0;
};

class HeaderCache {
 public:
  HeaderCache() = default;
  HeaderCache(const HeaderCache&) = delete;
  HeaderCache& operator=(const HeaderCache&) = delete;

  // What is known of a header; lexes it at first use. The text must live as long as the cache, and the cache as long as the trees
  // of all files that were read with it. Safe from all threads.
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
