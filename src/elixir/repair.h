// Brackets that do not match: the compiler stops there, a review goes on. The tokens are balanced by indentation, so that a
// function without its `end` does not swallow the functions behind it and the parser only ever sees brackets in pairs.
#pragma once

#include <string_view>

#include "elixir/token.h"

namespace beamwright::elixir {

TokenKind closer_of(TokenKind opener);
std::string_view terminator_of(TokenKind opener);  // "end", ")" …
bool is_opener(TokenKind kind);
bool is_closer(TokenKind kind);

// Adds the closers that are missing, drops those that are too many, and sets Token::value of all openers anew.
void repair_brackets(std::string_view text, TokenList& list);

}  // namespace beamwright::elixir
