// Tokens of one Elixir text. The kinds and the order of tokens are those of the compiler's elixir_tokenizer.erl, so that the
// parser can mirror elixir_parser.yrl rule by rule.
//
// The tokens of an interpolation stand behind the token of their string, each run closed by a kEndOfInput, and the string's
// token says where the text goes on: a reader goes from token to token with next_token().
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/symbol.h"

namespace beamwright::elixir {

enum class TokenKind : std::uint8_t {
  kEndOfInput,
  kEol,
  kSemicolon,
  kComma,
  kDot,
  kDotCall,
  // Names. What follows decides their kind: "(", "[", "do", or a sign that may be unary.
  kIdentifier,
  kParenIdentifier,
  kBracketIdentifier,
  kDoIdentifier,
  kOpIdentifier,
  kAlias,
  kBlockIdentifier,  // after, else, catch, rescue
  kKwIdentifier,
  kKwInterpolated,  // name: and "na#{m}e":
  // Literals.
  kAtom,
  kAtomQuoted,
  kAtomInterpolated,
  kString,
  kCharlist,
  kStringHeredoc,
  kCharlistHeredoc,
  kSigil,
  kInteger,
  kFloat,
  kCharacter,
  kTrue,
  kFalse,
  kNil,
  // Brackets.
  kFn,
  kDo,
  kEnd,
  kOpenParen,
  kCloseParen,
  kOpenBracket,
  kCloseBracket,
  kOpenCurly,
  kCloseCurly,
  kOpenBits,
  kCloseBits,
  kMap,     // % directly before {
  kStruct,  // any other %
  // Operators that only stand before their operand.
  kAtOp,
  kUnaryOp,
  kCaptureOp,
  kCaptureInteger,
  kEllipsisOp,
  // Operators between operands. kDualOp, kTernaryOp and kRangeOp may also open an expression.
  kDualOp,
  kTernaryOp,
  kRangeOp,
  kInMatchOp,
  kWhenOp,
  kTypeOp,
  kPipeOp,
  kAssocOp,
  kMatchOp,
  kOrOp,
  kAndOp,
  kCompOp,
  kRelOp,
  kArrowOp,
  kInOp,
  kXorOp,
  kConcatOp,
  kMultOp,
  kPowerOp,
  kStabOp,
  kCount
};

std::string_view to_string(TokenKind kind);

struct Token {
  TokenKind kind = TokenKind::kEndOfInput;
  std::uint8_t delimiter = 0;  // the quote of a quoted name, 0 for a plain one
  std::uint16_t gap = 0;       // of `not in`: bytes from the `not` to the `in`
  std::uint32_t offset = 0;
  std::uint32_t end = 0;
  std::uint32_t value = 0;     // names and operators: symbol; texts: index into TokenList::texts; openers: token of the closer
  std::uint32_t newlines = 0;  // kEol, kSemicolon, kComma and operators: newlines the compiler counts; texts: the next token
};

// One stretch of a text literal: plain text, or an interpolation.
struct TextPart {
  const char* data = nullptr;  // plain text, unescaped
  std::uint32_t size = 0;
  std::uint32_t first_token = 0;  // of an interpolation, else 0
  std::uint32_t begin = 0;        // at the "#" of an interpolation
  std::uint32_t end = 0;          // at its "}"
};

struct TextLiteral {
  std::uint32_t first_part = 0;
  std::uint32_t part_count = 0;
  std::uint32_t indentation = 0;  // of heredocs
  bool heredoc = false;
  char delimiter = 0;                 // the opening one
  Symbol sigil;                       // sigil_r …
  std::uint32_t modifiers_begin = 0;  // of sigils, in the text
  std::uint32_t modifiers_end = 0;
};

struct TokenList {
  std::vector<Token> tokens;
  std::vector<TextLiteral> texts;
  std::vector<TextPart> parts;
};

inline bool is_text(TokenKind kind) {
  return (kind >= TokenKind::kAtomInterpolated && kind <= TokenKind::kSigil) || kind == TokenKind::kKwInterpolated;
}

inline std::uint32_t next_token(const std::vector<Token>& tokens, std::uint32_t index) {
  return is_text(tokens[index].kind) ? tokens[index].newlines : index + 1;
}

}  // namespace beamwright::elixir
