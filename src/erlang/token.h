// Tokens as erl_scan gives them, before and after preprocessing. A token is 24 bytes and owns nothing: text that is not the
// source's own bytes lies in an arena.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/symbol.h"

namespace beamwright::erlang {

enum class TokenKind : std::uint8_t {
  kEnd,  // stands after the last token of a form
  kDot,  // '.' and white space: ends a form
  kAtom,
  kVar,
  kInteger,
  kFloat,
  kChar,
  kString,
  kSigil,  // ~prefix"…"suffix, one token here and three for erl_scan
  kOther,  // one character that no rule of the grammar takes
  // What a macro's body holds in place of its parameters; `integer` is the parameter's number.
  kParameter,
  kStringifiedParameter,
  // The words and signs of the language; their texts are listed in the same order in token.cpp.
  kAfter,
  kBegin,
  kCase,
  kTry,
  kCond,
  kCatch,
  kAndalso,
  kOrelse,
  kEndWord,
  kFun,
  kIf,
  kLet,
  kOf,
  kReceive,
  kWhen,
  kBnot,
  kNot,
  kDiv,
  kRem,
  kBand,
  kAnd,
  kBor,
  kBxor,
  kBsl,
  kBsr,
  kOr,
  kXor,
  kMaybe,
  kElse,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kSemicolon,
  kColon,
  kDoubleColon,
  kHash,
  kPoint,
  kTwoPoints,
  kThreePoints,
  kBar,
  kDoubleBar,
  kArrow,
  kLeftArrow,
  kDoubleLeftArrow,
  kStrictLeftArrow,
  kStrictDoubleLeftArrow,
  kDoubleArrow,
  kColonEqual,
  kMaybeEqual,
  kDoubleAmpersand,
  kLeftBinary,
  kRightBinary,
  kEqual,
  kEqualEqual,
  kSlashEqual,
  kEqualLess,
  kLess,
  kGreaterEqual,
  kGreater,
  kEqualColonEqual,
  kEqualSlashEqual,
  kPlus,
  kMinus,
  kPlusPlus,
  kMinusMinus,
  kStar,
  kSlash,
  kBang,
  kQuestion,
};
inline constexpr std::size_t kTokenKindCount = static_cast<std::size_t>(TokenKind::kQuestion) + 1;

// The text of a string, or the decimal digits of an integer that does not fit 64 bits.
struct TokenText {
  const char* data;
  std::uint32_t size;
  std::string_view view() const { return {data, size}; }
};

// The text of a kSigil token.
struct SigilText : TokenText {
  Symbol prefix;                   // "", "b", "s" …
  std::uint32_t prefix_bytes = 0;  // with the '~'
  std::uint32_t suffix_bytes = 0;  // what a name may hold behind the string; the parser takes none yet
};

struct Token {
  union {
    std::int64_t integer{};  // kInteger, kChar, kParameter
    double floating;
    const TokenText* text;       // kString, kSigil (a SigilText), wide kInteger
    std::uint32_t symbol_index;  // kAtom, kVar, kOther and every word
  };
  std::uint32_t location = 0;  // the byte that the compiler's location names
  std::uint32_t begin = 0;     // the bytes in the form's file that it stands for: its own, or the macro call's
  std::uint32_t end = 0;
  TokenKind kind = TokenKind::kEnd;
  bool wide = false;      // an integer whose digits are in `text`
  bool quoted = false;    // 'atom'
  bool expanded = false;  // comes from a macro's body

  Symbol symbol() const { return Symbol(symbol_index); }
  const SigilText& sigil() const { return static_cast<const SigilText&>(*text); }
  bool is_atom(Symbol name) const { return kind == TokenKind::kAtom && symbol_index == name.index; }
};
static_assert(sizeof(Token) == 24);

// The text of a word or sign ("andalso", "=:="); empty for the other kinds.
std::string_view spelling(TokenKind kind);
// erl_scan's category: "atom", "var", "dot" …, for a word or sign its own text.
std::string_view category(TokenKind kind);
// The operator's or word's name as a symbol.
Symbol spelling_symbol(TokenKind kind);
// kMaybe, kElse or any other reserved word for an unquoted name; kAtom when it is an ordinary atom.
TokenKind word_kind(Symbol name);

// The source text of a token, for messages and for ??Argument; erl_scan's token_src in epp.erl.
void append_source(const Token& token, std::string& to);

}  // namespace beamwright::erlang
