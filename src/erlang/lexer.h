// Cuts Erlang source into tokens, one form (up to the full stop) at a time, as erl_scan does. Written by hand: a form's tokens go
// into a vector that is used again for the next form, and nothing is allocated but what escapes in strings need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "erlang/characters.h"
#include "erlang/name_cache.h"
#include "erlang/token_buffer.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

struct LexError {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  const char* message = "";
};

struct LexedForm {
  std::uint32_t begin = 0;        // of the first token
  std::uint32_t end = 0;          // past the full stop, or the end of the text
  bool has_question = false;      // a '?': macros have to be expanded
  bool has_feature_word = false;  // the unquoted words `maybe` or `else`
  bool broken = false;            // `error` says why
  LexError error;                 // the first one of the form
};

class Lexer {
 public:
  // The text must outlive the arena's users: strings without escapes point into it. `comments` may be null.
  Lexer(std::string_view text, Level level, Arena& arena, std::vector<Comment>* comments);

  // Reads the next form's tokens, ended by a kEnd token. False at the end of the text.
  bool next_form(LexedForm& form, TokenBuffer& tokens);
  // Goes on at another place of the text.
  void seek(std::uint32_t offset);
  std::uint32_t position() const { return static_cast<std::uint32_t>(at_ - begin_); }
  std::string_view text() const { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }
  // The text holds bytes that the compiler does not take.
  bool undeclared_bytes() const { return broken_; }

 private:
  // The byte `ahead` of the current one, 0 past the end.
  unsigned char peek(std::size_t ahead = 0) const {
    return static_cast<std::size_t>(end_ - at_) > ahead ? static_cast<unsigned char>(at_[ahead]) : 0;
  }
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  Token& add(TokenKind kind, const char* begin) {
    Token& token = tokens_->add();
    token.integer = 0;
    token.location = token.begin = offset(begin);
    token.end = offset(at_);
    token.kind = kind;
    token.wide = token.quoted = token.expanded = false;
    return token;
  }
  void add_sign(TokenKind kind, std::size_t length) {
    const char* begin = at_;
    at_ += length;
    add(kind, begin);
  }
  // Adds the sign of two characters when `second` is the next one.
  bool take_pair(char second, TokenKind kind) {
    if (peek(1) != static_cast<unsigned char>(second)) return false;
    add_sign(kind, 2);
    return true;
  }
  void fail(const char* begin, const char* message);

  // Reads tokens from at_ on, up to the full stop or the end of the text.
  void read_tokens();
  // Each reads what stands at at_ and moves past it.
  void read_comment();
  void read_name(TokenKind kind);
  void read_long_or_wide_name(TokenKind kind, const char* begin);
  void read_rest_of_wide_name(std::size_t& characters);
  void read_wide();
  bool read_point();  // false at a full stop
  void read_sign();
  bool read_triple_sign();

  // lexer_literals.cpp
  void read_number();
  void read_based_integer(const char* begin, std::string_view base_digits);
  void read_based_float(const char* begin, std::string_view digits, unsigned base);
  void read_float(const char* begin, const char* after_fraction);
  void add_integer(const char* begin, std::string_view digits, unsigned base);
  void read_character();
  bool read_quoted(char quote, std::string_view& content);
  bool read_quoted_slow(const char* begin, char quote, std::string_view& content);
  void read_string();
  void read_quoted_atom();
  // Reads what follows a backslash at at_; false after an error.
  bool read_escape(const char* error_begin, std::uint32_t& character);
  bool read_caret(const char* error_begin, std::uint32_t& character);
  std::uint32_t read_character_raw();
  const TokenText* keep_text(std::string_view text);

  // lexer_sigils.cpp
  bool at_triple_quote() const;
  bool read_triple_quoted(bool verbatim, std::string_view& content);
  bool read_verbatim(char close, std::string_view& content);
  void read_sigil();
  void refuse_adjacent_string();

  const char* begin_;
  const char* end_;
  const char* at_;
  Level level_;
  Encoding encoding_;  // kUtf8, kBrokenUtf8 or kLatin1
  bool broken_ = false;
  Arena& arena_;
  std::vector<Comment>* comments_;
  NameCache& names_ = NameCache::local();
  TokenBuffer* tokens_ = nullptr;
  LexedForm* form_ = nullptr;
  std::string scratch_;
};

}  // namespace beamwright::erlang
