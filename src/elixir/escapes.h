// Takes escapes and a heredoc's indentation out of a text, as elixir_interpolation:unescape_tokens/1 and the tokenizer's
// extract_heredoc_indent do.
#pragma once

#include <string_view>

#include "base/arena.h"

namespace beamwright::elixir {

struct EscapeOptions {
  char last = '"';  // closing delimiter: a backslash before it goes away even where nothing is unescaped
  bool heredoc = false;
  std::uint32_t indentation = 0;
  bool line_start = false;  // the text begins a line of its heredoc
  bool unescape = true;     // false in sigils, whose own macro does it
  bool short_hex = true;    // "\xA" and "\x{AB}", deprecated
};

struct CookedText {
  std::string_view text;
  std::string_view error;  // empty, or what the compiler says
};

CookedText cook_text(std::string_view raw, const EscapeOptions& how, Arena& arena);

// What stands for a backslash and this character: \n is a line end, \q is q.
char escaped_character(char c);

// Writes a code point as UTF-8 and returns the number of bytes, 0 when there is none of that number.
std::size_t encode_character(std::uint32_t code_point, char* to);

}  // namespace beamwright::elixir
