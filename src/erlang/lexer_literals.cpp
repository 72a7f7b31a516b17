// Numbers, characters, strings and quoted atoms; erl_scan:scan_number/7, scan_escape/2, scan_string/6.
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>

#include "erlang/lexer.h"
#include "erlang/wide_integer.h"

namespace beamwright::erlang {
namespace {

// Moves past digits with single underscores between them.
template <typename IsDigit>
const char* skip_digits(const char* at, const char* end, IsDigit is_digit) {
  while (at < end) {
    if (is_digit(static_cast<unsigned char>(*at))) {
      ++at;
    } else if (*at == '_' && at + 1 < end && is_digit(static_cast<unsigned char>(at[1])) &&
               is_digit(static_cast<unsigned char>(at[-1]))) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

int digit_value(unsigned char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  return 99;
}

int hex_value(unsigned char c) { return digit_value(c) < 16 ? digit_value(c) : -1; }

char escape_character(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'e':
      return 0x1b;
    case 's':
      return ' ';
    case 'd':
      return 0x7f;
    default:
      return c;
  }
}

}  // namespace

const TokenText* Lexer::keep_text(std::string_view text) {
  return arena_.make<TokenText>(text.data(), static_cast<std::uint32_t>(text.size()));
}

void Lexer::read_number() {
  const char* begin = at_;
  at_ = skip_digits(at_, end_, is_digit_byte);
  if (peek() == '.' && is_digit_byte(peek(1))) {
    at_ += 1;
    at_ = skip_digits(at_, end_, is_digit_byte);
    return read_float(begin, at_);
  }
  const std::string_view digits(begin, static_cast<std::size_t>(at_ - begin));
  if (peek() == '#') return read_based_integer(begin, digits);
  add_integer(begin, digits, 10);
}

void Lexer::read_based_integer(const char* begin, std::string_view base_digits) {
  unsigned base = 0;
  for (const char c : base_digits)
    if (c != '_') base = std::min(base * 10 + static_cast<unsigned>(c - '0'), 1000u);
  if (base < 2 || base > 36) {
    fail(begin, "illegal base");
    ++at_;
    return;
  }
  ++at_;
  const char* first = at_;
  const auto in_base = [base](unsigned char c) { return digit_value(c) < static_cast<int>(base); };
  if (at_ < end_ && in_base(static_cast<unsigned char>(*at_))) at_ = skip_digits(at_, end_, in_base);
  if (level_.otp >= 28 && at_ != first && peek() == '.' && in_base(peek(1))) {
    ++at_;
    at_ = skip_digits(at_, end_, in_base);
    return read_based_float(begin, {first, static_cast<std::size_t>(at_ - first)}, base);
  }
  add_integer(begin, {first, static_cast<std::size_t>(at_ - first)}, base);
}

void Lexer::add_integer(const char* begin, std::string_view digits, unsigned base) {
  std::uint64_t value = 0;
  bool wide = false;
  for (const char c : digits) {
    if (c == '_') continue;
    if (__builtin_mul_overflow(value, base, &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(digit_value(static_cast<unsigned char>(c))), &value) ||
        value > INT64_MAX) {
      wide = true;
      break;
    }
  }
  if (digits.empty()) return fail(begin, "illegal integer");
  if (!wide) {
    add(TokenKind::kInteger, begin).integer = static_cast<std::int64_t>(value);
    return;
  }
  std::string decimal;
  if (!decimal_digits(digits, base, decimal)) return fail(begin, "illegal integer");
  Token& token = add(TokenKind::kInteger, begin);
  token.wide = true;
  token.text = keep_text(arena_.copy(decimal));
}

// Base#Digits.Digits#eExponent, since OTP 28: the exponent is decimal and one of the base; EEP 75.
void Lexer::read_based_float(const char* begin, std::string_view digits, unsigned base) {
  long double mantissa = 0;
  int scale = 0;
  bool fraction = false;
  for (const char c : digits) {
    if (c == '.') fraction = true;
    if (c == '.' || c == '_') continue;
    mantissa = mantissa * base + digit_value(static_cast<unsigned char>(c));
    if (fraction) --scale;
  }
  if (peek() == '#' && (peek(1) == 'e' || peek(1) == 'E')) {
    at_ += 2;
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    const char* first = at_;
    at_ = skip_digits(at_, end_, is_digit_byte);
    if (at_ == first) return fail(begin, "illegal float");
    int exponent = 0;
    for (const char* at = first; at < at_; ++at)
      if (*at != '_') exponent = std::min(exponent * 10 + (*at - '0'), 100'000);
    scale += negative ? -exponent : exponent;
  } else if (is_name_byte(peek())) {
    return fail(begin, "illegal float");
  }
  const auto value = static_cast<double>(mantissa * std::pow(static_cast<long double>(base), static_cast<long double>(scale)));
  if (!std::isfinite(value)) return fail(begin, "illegal float");
  add(TokenKind::kFloat, begin).floating = value;
}

void Lexer::read_float(const char* begin, const char* after_fraction) {
  at_ = after_fraction;
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    at_ = skip_digits(at_, end_, is_digit_byte);
  }
  std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if (text.find('_') != std::string_view::npos) {
    scratch_.clear();
    for (const char c : text)
      if (c != '_') scratch_ += c;
    text = scratch_;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool negative_exponent = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
  if (error == std::errc::result_out_of_range && negative_exponent) {
    value = 0;
  } else if (error != std::errc{} || end != text.data() + text.size()) {
    return fail(begin, "illegal float");
  }
  add(TokenKind::kFloat, begin).floating = value;
}

void Lexer::read_character() {
  const char* begin = at_;
  ++at_;
  if (at_ == end_) return fail(begin, "unterminated character");
  std::uint32_t character;
  if (*at_ == '\\') {
    ++at_;
    if (at_ == end_) return fail(begin, "unterminated character");
    if (!read_escape(begin, character)) return;
  } else {
    character = read_character_raw();
    if (!is_unicode(character)) return fail(begin, "illegal character");
  }
  add(TokenKind::kChar, begin).integer = character;
}

bool Lexer::read_escape(const char* error_begin, std::uint32_t& character) {
  const auto octal = [](unsigned char c) { return c >= '0' && c <= '7'; };
  const unsigned char c = peek();
  if (octal(c)) {
    character = 0;
    for (int i = 0; i < 3 && octal(peek()); ++i) character = character * 8 + static_cast<std::uint32_t>(*at_++ - '0');
    return true;
  }
  if (c == 'x' && peek(1) == '{') {
    at_ += 2;
    character = 0;
    const char* first = at_;
    while (hex_value(peek()) >= 0)
      character = std::min(character * 16 + static_cast<std::uint32_t>(hex_value(static_cast<unsigned char>(*at_++))), 0x200000u);
    const bool closed = peek() == '}' && at_ < end_ && at_ != first;
    if (closed) ++at_;
    if (!closed || !is_unicode(character)) return fail(error_begin, "illegal character"), false;
    return true;
  }
  if (c == 'x') {
    if (hex_value(peek(1)) < 0 || hex_value(peek(2)) < 0) return ++at_, fail(error_begin, "illegal character"), false;
    character = static_cast<std::uint32_t>(hex_value(peek(1)) * 16 + hex_value(peek(2)));
    at_ += 3;
    return true;
  }
  if (c == '^' && end_ - at_ >= 2) {
    ++at_;
    if (level_.otp >= 27) return read_caret(error_begin, character);
    if (*at_ == '\n') return ++at_, character = '\n', true;
    character = read_character_raw() & 31;
    return true;
  }
  character = read_character_raw();
  if (!is_unicode(character)) return fail(error_begin, "illegal character"), false;
  if (character < 0x80) character = static_cast<unsigned char>(escape_character(static_cast<char>(character)));
  return true;
}

// What follows \^, since OTP 27: erl_scan:caret_char_code/1.
bool Lexer::read_caret(const char* error_begin, std::uint32_t& character) {
  const char c = *at_;
  if (c != '?' && !(c >= '@' && c <= '_') && !(c >= 'a' && c <= 'z')) return fail(error_begin, "illegal character"), false;
  ++at_;
  character = c == '?' ? 0x7f : static_cast<std::uint32_t>(c) & 31;
  return true;
}

// Reads a quoted text; at_ stands at the opening quote. The content is UTF-8.
bool Lexer::read_quoted(char quote, std::string_view& content) {
  const char* begin = at_;
  const char* at = at_ + 1;
  const bool slow_bytes = encoding_ != Encoding::kUtf8;
  while (at < end_ && *at != quote && *at != '\\' && !(slow_bytes && static_cast<unsigned char>(*at) >= 0x80)) ++at;
  if (at < end_ && *at == quote) {
    content = {begin + 1, static_cast<std::size_t>(at - begin - 1)};
    at_ = at + 1;
    return true;
  }
  scratch_.assign(begin + 1, at);
  at_ = at;
  return read_quoted_slow(begin, quote, content);
}

bool Lexer::read_quoted_slow(const char* begin, char quote, std::string_view& content) {
  while (at_ < end_) {
    const char* plain = at_;
    if (*at_ == quote) {
      ++at_;
      content = scratch_;
      return true;
    }
    std::uint32_t character;
    if (*at_ == '\\') {
      ++at_;
      if (at_ == end_) break;
      if (!read_escape(plain, character)) {
        character = '?';  // The error is noted; the rest of the string is still read, so that the quotes stay paired.
      }
    } else {
      character = read_character_raw();
      if (!is_unicode(character)) fail(plain, "illegal character");
    }
    append_utf8(character, scratch_);
  }
  fail(begin, quote == '"' ? "unterminated string" : "unterminated atom");
  return false;
}

void Lexer::read_string() {
  const char* begin = at_;
  std::string_view content;
  const bool triple = level_.otp >= 27 && at_triple_quote();
  if (!(triple ? read_triple_quoted(true, content) : read_quoted('"', content))) return;
  if (content.data() == scratch_.data()) content = arena_.copy(content);
  add(TokenKind::kString, begin).text = keep_text(content);
  if (level_.otp >= 27) refuse_adjacent_string();
}

void Lexer::read_quoted_atom() {
  const char* begin = at_;
  std::string_view content;
  if (!read_quoted('\'', content)) return;
  std::size_t characters = 0;
  for (const char c : content) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  if (characters > 255) return fail(begin, "illegal atom");
  Token& token = add(TokenKind::kAtom, begin);
  token.symbol_index = intern(content).index;
  token.quoted = true;
}

}  // namespace beamwright::erlang
