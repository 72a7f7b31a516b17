// Names of tokens, and tokens written back as source text.
#include "erlang/token.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "erlang/characters.h"

namespace beamwright::erlang {
namespace {

constexpr std::string_view kSpellings[] = {
    "",    ".",    "",      "",        "",       "",    "",    "",   "",    "",      "",        "",     "after", "begin", "case",
    "try", "cond", "catch", "andalso", "orelse", "end", "fun", "if", "let", "of",    "receive", "when", "bnot",  "not",   "div",
    "rem", "band", "and",   "bor",     "bxor",   "bsl", "bsr", "or", "xor", "maybe", "else",    "(",    ")",     "{",     "}",
    "[",   "]",    ",",     ";",       ":",      "::",  "#",   ".",  "..",  "...",   "|",       "||",   "->",    "<-",    "<=",
    "<:-", "<:=",  "=>",    ":=",      "?=",     "&&",  "<<",  ">>", "=",   "==",    "/=",      "=<",   "<",     ">=",    ">",
    "=:=", "=/=",  "+",     "-",       "++",     "--",  "*",   "/",  "!",   "?"};
static_assert(std::size(kSpellings) == kTokenKindCount);

constexpr auto kFirstWord = static_cast<std::size_t>(TokenKind::kAfter);
constexpr auto kLastWord = static_cast<std::size_t>(TokenKind::kElse);

struct Names {
  std::array<Symbol, kTokenKindCount> symbols;
  std::vector<TokenKind> words;  // by the number of the symbol

  Names() {
    for (std::size_t i = 0; i < kTokenKindCount; ++i) symbols[i] = intern(kSpellings[i]);
    for (std::size_t i = kFirstWord; i <= kLastWord; ++i) {
      if (words.size() <= symbols[i].index) words.resize(symbols[i].index + 1, TokenKind::kAtom);
      words[symbols[i].index] = static_cast<TokenKind>(i);
    }
  }
};

const Names& names() {
  static const Names instance;
  return instance;
}

void append_escaped(std::uint32_t c, std::uint32_t quote, std::string& to) {
  // io_lib:string_char/4.
  if (c == quote || c == '\\') {
    to += '\\';
    to += static_cast<char>(c);
  } else if ((c >= ' ' && c < 0x7f) || c >= 0xa0) {
    append_utf8(c, to);
  } else {
    static constexpr std::string_view kNamed = "\n\r\t\v\b\f\x1b\x7f";
    static constexpr std::string_view kLetters = "nrtvbfed";
    to += '\\';
    if (const auto at = kNamed.find(static_cast<char>(c)); c < 0x80 && at != std::string_view::npos) {
      to += kLetters[at];
    } else {
      for (const int shift : {6, 3, 0}) to += static_cast<char>('0' + ((c >> shift) & 7));
    }
  }
}

void append_quoted(std::string_view text, char quote, std::string& to) {
  to += quote;
  for (std::size_t at = 0; at < text.size();) append_escaped(decode_utf8(text, at), static_cast<unsigned char>(quote), to);
  to += quote;
}

// What erl_scan reads as an atom without quotes.
bool is_plain_atom(std::string_view text) {
  std::size_t at = 0;
  const std::uint32_t first = text.empty() ? 0 : decode_utf8(text, at);
  if (!(first >= 'a' && first <= 'z') && !is_wide_lowercase(first)) return false;
  while (at < text.size()) {
    const std::uint32_t c = decode_utf8(text, at);
    const bool in_name = c < 0x80 ? is_name_byte(static_cast<unsigned char>(c)) : is_wide_lowercase(c) || is_wide_uppercase(c);
    if (!in_name) return false;
  }
  return word_kind(intern(text)) == TokenKind::kAtom;
}

void append_atom(std::string_view text, std::string& to) {
  if (is_plain_atom(text)) {
    to += text;
  } else {
    append_quoted(text, '\'', to);
  }
}

// float_to_list(Value, [short]): the fewest digits that read back, with an exponent where that is shorter.
void append_float(double value, std::string& to) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  if (text.starts_with('-')) {
    to += '-';
    text.remove_prefix(1);
  }
  const auto mark = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + mark + (text[mark + 1] == '+' ? 2 : 1), end, exponent);
  std::string digits;
  for (const char c : text.substr(0, mark))
    if (c != '.') digits += c;
  const int length = static_cast<int>(digits.size());
  const int place = exponent + 1;  // of the decimal point
  const int exponent_cost = static_cast<int>(std::to_string(exponent).size()) + 1 + (length == 1 ? 2 : 1);
  const bool fits = place < 0 ? 2 - place <= exponent_cost : place - length + 2 <= exponent_cost;
  const bool whole_is_exact = std::abs(value) < 9007199254740992.0;
  if (place > 0 && place < length && whole_is_exact) {
    to += digits.substr(0, static_cast<std::size_t>(place)) + '.' + digits.substr(static_cast<std::size_t>(place));
  } else if (place == 0 || (place < 0 && fits)) {
    to += "0." + std::string(static_cast<std::size_t>(-place), '0') + digits;
  } else if (place > 0 && fits && whole_is_exact) {
    to += digits + std::string(static_cast<std::size_t>(place - length), '0') + ".0";
  } else {
    to += digits.substr(0, 1) + '.' + (length == 1 ? "0" : digits.substr(1)) + 'e' + std::to_string(exponent);
  }
}

}  // namespace

std::string_view spelling(TokenKind kind) { return kSpellings[static_cast<std::size_t>(kind)]; }

std::string_view category(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "end";
    case TokenKind::kDot:
      return "dot";
    case TokenKind::kAtom:
      return "atom";
    case TokenKind::kVar:
      return "var";
    case TokenKind::kInteger:
      return "integer";
    case TokenKind::kFloat:
      return "float";
    case TokenKind::kChar:
      return "char";
    case TokenKind::kString:
      return "string";
    case TokenKind::kSigil:
      return "sigil";
    case TokenKind::kOther:
      return "other";
    default:
      return spelling(kind);
  }
}

Symbol spelling_symbol(TokenKind kind) { return names().symbols[static_cast<std::size_t>(kind)]; }

TokenKind word_kind(Symbol name) {
  static const std::vector<TokenKind>& words = names().words;
  return name.index < words.size() ? words[name.index] : TokenKind::kAtom;
}

void append_source(const Token& token, std::string& to) {
  switch (token.kind) {
    case TokenKind::kAtom:
      append_atom(token.symbol().text(), to);
      break;
    case TokenKind::kVar:
    case TokenKind::kOther:
      to += token.symbol().text();
      break;
    case TokenKind::kInteger:
      if (token.wide) {
        to += token.text->view();
      } else {
        to += std::to_string(token.integer);
      }
      break;
    case TokenKind::kFloat:
      append_float(token.floating, to);
      break;
    case TokenKind::kChar:
      to += '$';
      if (token.integer == ' ') {
        to += "\\s";
      } else {
        append_escaped(static_cast<std::uint32_t>(token.integer), UINT32_MAX, to);
      }
      break;
    case TokenKind::kSigil:
      to += '~';
      to += token.sigil().prefix.text();
      [[fallthrough]];
    case TokenKind::kString:
      append_quoted(token.text->view(), '"', to);
      break;
    default:
      to += spelling(token.kind);
  }
}

}  // namespace beamwright::erlang
