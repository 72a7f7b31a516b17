// Cuts an Elixir text into tokens in one pass, as the compiler's elixir_tokenizer.erl does. Whatever the bytes are, the lexer
// reports what the compiler would refuse and goes on behind it; brackets of the result always match (see repair.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "elixir/token.h"
#include "elixir/tree.h"

namespace beamwright::elixir {

class Lexer {
 public:
  // The tree receives comments, diagnostics and the texts that are not slices of the source.
  Lexer(source::FileId file, std::string_view text, const Options& options, Tree& tree);

  TokenList run();
  // After run(): some text goes over a line end, so that a second look might read it otherwise.
  bool has_long_text() const { return long_text_; }
  // For that second look at a text that holds an error: a quote is taken to be missing where a text would swallow definitions.
  void be_wary() { wary_ = kMostWary; }

 private:
  struct Opener {
    TokenKind kind;
    std::uint32_t token;
  };
  // A stretch of the inside of a text literal, before escapes and indentation are taken out.
  struct RawPart {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t first_token = 0;  // of an interpolation, else 0
    bool line_start = false;        // the first stretch of a heredoc
    bool escapes = false;
    bool newlines = false;
  };

  bool lex(bool interpolation);
  void lex_one();
  char peek(std::uint32_t ahead) const { return at_ + ahead < size_ ? data_[at_ + ahead] : '\0'; }
  bool space_at(std::uint32_t ahead) const;
  bool starts_with(std::string_view what) const { return std::string_view(data_ + at_, size_ - at_).starts_with(what); }
  void skip_blanks();
  void skip_spaces();

  // Tokens.
  Token& push(TokenKind kind, std::uint32_t offset, std::uint32_t value = 0, std::uint32_t newlines = 0);
  void drop_eol();
  std::uint32_t previous_newlines() const;
  void lex_newline(std::uint32_t length);
  void lex_comment();
  void lex_spaces();
  void lex_semicolon();

  // Operators and punctuation (lexer_operators.cpp).
  void lex_operator_or_punctuation();
  bool lex_keyword_operator(std::uint32_t length, std::string_view name);
  void lex_binary(TokenKind kind, std::uint32_t length);
  void lex_unary(TokenKind kind, std::uint32_t length);
  void lex_capture();
  void lex_colon();
  void lex_percent();
  void lex_dot();
  void push_call_identifier(std::uint32_t offset, std::uint32_t length, Symbol name);
  void lex_opener(TokenKind kind, std::uint32_t length);
  void lex_closer(TokenKind kind, std::uint32_t length);
  void lex_unexpected();

  // Names and numbers.
  void lex_name();
  std::uint32_t name_length(std::uint32_t from, int& char_class, bool& ascii, bool& has_at);
  bool lex_keyword(std::string_view name, std::uint32_t offset);
  void lex_do(std::uint32_t offset);
  void lex_keyword_binary(TokenKind kind, std::uint32_t offset, std::string_view name);
  void lex_number();
  void lex_character();

  // Texts (lexer_text.cpp).
  void lex_quoted();
  bool lex_sigil();
  void lex_heredoc(TokenKind kind, std::uint32_t offset, Symbol sigil, bool interpolate);
  void lex_quoted_call();
  void lex_quoted_atom();
  bool scan_text(char last, bool heredoc, bool interpolate, std::uint32_t& indentation);
  bool scan_line_break(char last, bool heredoc, std::uint32_t& indentation, std::uint32_t& end);
  void skip_plain(char last, bool interpolate);
  bool scan_interpolation();
  void skip_cluster(std::uint32_t text_begin);
  void note_escaped_hash();
  std::string_view cook(const RawPart& part, char last, const TextLiteral& literal, bool unescape, std::uint32_t error_offset);
  void store_text(std::uint32_t token, std::size_t raw_base, TextLiteral literal, char last, bool unescape,
                  std::uint32_t error_offset);
  void finish_sigil(std::uint32_t token, TextLiteral& literal);
  void recover_text(std::uint32_t token, std::uint32_t opened, bool heredoc, std::string_view terminator);
  void end_text(std::uint32_t token, std::uint32_t opened, bool heredoc);
  bool swallows_code(std::uint32_t opened, bool heredoc) const;
  void refuse_controls(const RawPart& part);
  std::string_view unicode_name(std::string_view written, std::uint32_t offset);
  Symbol atom_of(std::string_view name, std::uint32_t offset);

  void report(std::uint32_t begin, std::uint32_t end, std::string message);

  source::FileId file_;
  const char* data_;
  std::uint32_t size_;
  Options options_;
  Tree& tree_;
  TokenList list_;
  std::vector<Opener> openers_;
  std::vector<RawPart> raw_;  // a stack: the texts around the interpolation at hand lie below
  std::uint32_t at_ = 0;
  std::uint32_t comment_end_ = UINT32_MAX;  // where the comment last read ends
  std::uint32_t openers_base_ = 0;          // openers below belong to the text around the interpolation at hand
  std::uint32_t interpolation_depth_ = 0;
  std::uint32_t unterminated_ = 0;                // texts without an end so far; each costs a second look at its bytes
  static constexpr std::uint32_t kMostWary = 64;  // texts ended early: each costs a second look at its bytes
  std::uint32_t wary_ = 0;
  bool long_text_ = false;
  bool controls_ = false;  // the text holds bidirectional controls somewhere
  bool mismatch_ = false;  // brackets do not match: the compiler would have stopped
  bool interpolation_broken_ = false;
  bool text_failed_ = false;  // the text around us has no end: leave its interpolation at once
};

}  // namespace beamwright::elixir
