// Triple-quoted strings and sigils of Erlang/OTP 27; erl_scan:scan_tqstring/4 and scan_sigil_prefix/6 there.
#include <vector>

#include "erlang/lexer.h"

namespace beamwright::erlang {
namespace {

// erl_scan's ?WHITE_SPACE.
bool is_white_space(char32_t c) { return c <= ' ' || (c >= 0x80 && c <= 0xa0); }

char closing_delimiter(char open) {
  switch (open) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    case '/':
    case '|':
    case '\'':
    case '"':
    case '`':
    case '#':
      return open;
    default:
      return 0;
  }
}

using Line = std::u32string;

// erl_scan:strip_indent/2 on one line: false where it is indented less. Empty lines need no indentation.
bool strip_indentation(const Line& indentation, Line& line) {
  if (line.empty() || line.starts_with(U'\n') || line.starts_with(U"\r\n")) return true;
  if (!line.starts_with(indentation)) return false;
  line.erase(0, indentation.size());
  return true;
}

void strip_line_end(Line& line) {
  if (!line.ends_with(U'\n')) return;
  line.pop_back();
  if (line.ends_with(U'\r')) line.pop_back();
}

}  // namespace

bool Lexer::at_triple_quote() const { return peek() == '"' && peek(1) == '"' && peek(2) == '"'; }

// at_ stands at the first quote. The first of the lines is what follows the opening quotes; only white space may stand there.
bool Lexer::read_triple_quoted(bool verbatim, std::string_view& content) {
  const char* begin = at_;
  std::size_t quotes = 0;
  while (peek() == '"') ++quotes, ++at_;
  std::vector<Line> lines(1);
  std::vector<const char*> starts{at_};
  std::size_t wanted = 0;  // closing quotes that may still come at the beginning of a line; 0: no more on this line
  while (true) {
    if (at_ == end_) return fail(begin, "unterminated triple-quoted string"), false;
    const char* place = at_;
    const bool escaped = *at_ == '\\' && !verbatim;
    std::uint32_t c;
    if (escaped) {
      ++at_;
      if (at_ == end_) return fail(begin, "unterminated triple-quoted string"), false;
      if (!read_escape(place, c)) c = '?';
    } else {
      c = read_character_raw();
      if (!is_unicode(c)) fail(place, "illegal character");
    }
    lines.back() += static_cast<char32_t>(c);
    if (c == '\n' && (!escaped || place[1] == '\n')) {
      lines.emplace_back();
      starts.push_back(at_);
      wanted = quotes;
    } else if (!escaped && c == '"' && wanted != 0) {
      if (--wanted == 0) break;
    } else if (escaped || !is_white_space(c) || wanted != quotes) {
      wanted = 0;
    }
  }
  Line indentation = lines.back();
  indentation.resize(indentation.size() - quotes);
  lines.pop_back();
  strip_line_end(lines.back());
  Line first = lines[0];
  strip_line_end(first);
  for (const char32_t c : first)
    if (!is_white_space(c)) return fail(starts[0], "not white space after opening triple quote"), false;
  scratch_.clear();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!strip_indentation(indentation, lines[i])) return fail(starts[i], "bad indentation in triple-quoted string"), false;
    for (const char32_t c : lines[i]) append_utf8(c, scratch_);
  }
  content = scratch_;
  return true;
}

// Up to the closing delimiter, without escapes; at_ stands at the opening one.
bool Lexer::read_verbatim(char close, std::string_view& content) {
  const char* begin = at_++;
  scratch_.clear();
  while (at_ < end_ && *at_ != close) {
    const char* place = at_;
    const std::uint32_t c = read_character_raw();
    if (!is_unicode(c)) fail(place, "illegal character");
    append_utf8(c, scratch_);
  }
  if (at_ == end_) return fail(begin, "unterminated string"), false;
  ++at_;
  content = scratch_;
  return true;
}

// Since OTP 27 white space stands between strings that are joined, because three quotes mean something else.
void Lexer::refuse_adjacent_string() {
  if (peek() == '"' && at_ < end_) fail(at_, "adjacent string literals without intervening white space");
}

// ~prefix, a string between any of the delimiters, suffix.
void Lexer::read_sigil() {
  const char* begin = at_++;
  const auto read_name_characters = [this] {
    scratch_.clear();
    std::size_t count = 0;
    read_rest_of_wide_name(count);
    return scratch_;
  };
  const std::string prefix = read_name_characters();
  const char close = at_ < end_ ? closing_delimiter(*at_) : '\0';
  if (close == '\0') return fail(at_, "illegal string");
  SigilText* text = arena_.make<SigilText>();
  text->prefix = intern(prefix);
  text->prefix_bytes = static_cast<std::uint32_t>(at_ - begin);
  const bool escapes = prefix.empty() || prefix == "b" || prefix == "s";
  std::string_view content;
  bool closed;
  if (at_triple_quote()) {
    closed = read_triple_quoted(!escapes || prefix.empty(), content);
  } else if (escapes) {
    ++at_;
    scratch_.clear();
    closed = read_quoted_slow(at_ - 1, close, content);
  } else {
    closed = read_verbatim(close, content);
  }
  if (!closed) return;
  content = arena_.copy(content);
  text->data = content.data();
  text->size = static_cast<std::uint32_t>(content.size());
  const char* suffix = at_;
  read_name_characters();
  text->suffix_bytes = static_cast<std::uint32_t>(at_ - suffix);
  add(TokenKind::kSigil, begin).text = text;
  if (text->suffix_bytes == 0) refuse_adjacent_string();
}

}  // namespace beamwright::erlang
