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
    if (size_ == capacity_) [[unlikely]]
      make_room();
    return tokens_[size_++];
  }
  void clear() {
    size_ = 0;
    overflowed_ = false;
  }
  void assign(std::span<const Token> from) {
    clear();
    for (const Token& token : from) add() = token;
  }

  // Some tokens found no room.
  bool overflowed() const { return overflowed_; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const Token& operator[](std::size_t i) const { return tokens_[i]; }
  const Token& back() const { return tokens_[size_ - 1]; }
  Token* begin() { return tokens_.get(); }
  Token* end() { return tokens_.get() + size_; }
  std::span<const Token> all() const { return {tokens_.get(), size_}; }

 private:
  // Some 20 MB of source in one form, and 100 MB of tokens.
  static constexpr std::size_t kMost = std::size_t{1} << 22;

  void make_room() {
    if (capacity_ == kMost) {
      overflowed_ = true;
      --size_;
      return;
    }
    const std::size_t larger = capacity_ == 0 ? 256 : capacity_ * 2;
    auto tokens = std::make_unique_for_overwrite<Token[]>(larger);
    std::copy(tokens_.get(), tokens_.get() + size_, tokens.get());
    tokens_ = std::move(tokens);
    capacity_ = larger;
  }

  std::unique_ptr<Token[]> tokens_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  bool overflowed_ = false;
};

}  // namespace beamwright::erlang
