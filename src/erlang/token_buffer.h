// Tokens of one form. A vector that keeps its memory from form to form and never initialises what it is about to overwrite: the
// lexer writes a token every few nanoseconds. It holds a bounded number: what comes after is dropped, and the form is refused.
#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "erlang/token.h"

namespace beamwright::erlang {

class TokenBuffer {
 public:
  // The place of one more token. Its fields are those of an older token until they are set.
  Token& add() {
    if (next_ == limit_) [[unlikely]]
      make_room();
    return *next_++;
  }
  void clear() {
    next_ = tokens_.get();
    overflowed_ = false;
  }
  void assign(std::span<const Token> from) {
    clear();
    for (const Token& token : from) add() = token;
  }

  // Some tokens found no room.
  bool overflowed() const { return overflowed_; }
  bool empty() const { return next_ == tokens_.get(); }
  std::size_t size() const { return static_cast<std::size_t>(next_ - tokens_.get()); }
  const Token& operator[](std::size_t i) const { return tokens_[i]; }
  const Token& back() const { return next_[-1]; }
  Token* begin() { return tokens_.get(); }
  Token* end() { return next_; }
  std::span<const Token> all() const { return {tokens_.get(), size()}; }

 private:
  // Some 20 MB of source in one form, and 100 MB of tokens.
  static constexpr std::size_t kMost = std::size_t{1} << 22;

  void make_room() {
    const std::size_t count = size();
    if (count == kMost) {
      overflowed_ = true;
      --next_;
      return;
    }
    const std::size_t larger = count == 0 ? 256 : count * 2;
    auto tokens = std::make_unique_for_overwrite<Token[]>(larger);
    std::copy(tokens_.get(), next_, tokens.get());
    tokens_ = std::move(tokens);
    next_ = tokens_.get() + count;
    limit_ = tokens_.get() + larger;
  }

  std::unique_ptr<Token[]> tokens_;
  Token* next_ = nullptr;
  Token* limit_ = nullptr;
  bool overflowed_ = false;
};

}  // namespace beamwright::erlang
