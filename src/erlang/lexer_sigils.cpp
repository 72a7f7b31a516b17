// Triple-quoted strings and sigils of Erlang/OTP 27; erl_scan:scan_tqstring/4 and scan_sigil_prefix/6 there.
#include "erlang/lexer.h"

namespace beamwright::erlang {
namespace {

bool is_horizontal_space(char c) { return c == ' ' || c == '\t'; }

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

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Takes the indentation of the closing line from every line. The raw text is what stands between the opening line and the
// closing quotes. Returns false when a line is indented less.
bool strip_indentation(std::string_view raw, std::string& stripped) {
  const auto last_line = raw.rfind('\n');
  const std::string_view indentation = raw.substr(last_line == std::string_view::npos ? 0 : last_line + 1);
  if (last_line == std::string_view::npos) return true;
  std::string_view body = raw.substr(0, last_line + 1);
  while (!body.empty()) {
    const auto line_end = body.find('\n') + 1;
    std::string_view line = body.substr(0, line_end);
    body.remove_prefix(line_end);
    if (line.starts_with(indentation)) {
      line.remove_prefix(indentation.size());
    } else if (without_line_end(line).find_first_not_of(" \t") != std::string_view::npos) {
      return false;
    } else {
      line.remove_prefix(without_line_end(line).size());
    }
    stripped += body.empty() ? without_line_end(line) : line;
  }
  return true;
}

}  // namespace

bool Lexer::at_triple_quote() const { return peek() == '"' && peek(1) == '"' && peek(2) == '"'; }

std::string Lexer::to_utf8(std::string_view raw) const {
  if (encoding_ == Encoding::kUtf8) return std::string(raw);
  std::string text;
  for (std::size_t at = 0; at < raw.size();) {
    if (encoding_ == Encoding::kLatin1) {
      append_utf8(static_cast<unsigned char>(raw[at++]), text);
    } else {
      append_utf8(decode_utf8(raw, at), text);
    }
  }
  return text;
}

// at_ stands at the first quote; `begin` at the sigil's '~' or at that quote.
void Lexer::read_triple_quoted(const char* begin, TokenKind kind, bool verbatim) {
  std::size_t quotes = 0;
  while (peek() == '"') ++quotes, ++at_;
  while (at_ < end_ && (is_horizontal_space(*at_) || *at_ == '\r')) ++at_;
  if (at_ == end_) return fail(begin, "unterminated triple-quoted string");
  if (*at_ != '\n') return fail(begin, "illegal character after triple-quote");
  ++at_;
  const char* first = at_;
  while (at_ < end_) {
    const char* line = at_;
    while (at_ < end_ && is_horizontal_space(*at_)) ++at_;
    std::size_t found = 0;
    while (found < quotes && peek(found) == '"') ++found;
    if (found == quotes && peek(found) != '"') {
      std::string stripped;
      const bool even = strip_indentation({first, static_cast<std::size_t>(at_ - first)}, stripped);
      at_ += quotes;
      if (!even) return fail(line, "bad indentation in triple-quoted string");
      stripped = to_utf8(stripped);
      if (!verbatim) {
        // ~b""" and ~s""" understand escapes: read the stripped text once more as the content of a string.
        Lexer inner(arena_.copy(std::string_view(stripped)), level_, arena_, nullptr);
        LexedForm inner_form;
        inner.form_ = &inner_form;
        inner.scratch_.clear();
        std::string_view content;
        inner.read_quoted_slow(inner.at_, '\0', content);
        stripped = inner.scratch_;
      }
      add(kind, begin).text = keep_text(arena_.copy(std::string_view(stripped)));
      return;
    }
    while (at_ < end_ && *at_ != '\n') ++at_;
    if (at_ < end_) ++at_;
  }
  fail(begin, "unterminated triple-quoted string");
}

void Lexer::read_verbatim(const char* begin, TokenKind kind, char close) {
  const char* first = ++at_;
  while (at_ < end_ && *at_ != close) ++at_;
  if (at_ == end_) return fail(begin, "unterminated string");
  const std::string text = to_utf8({first, static_cast<std::size_t>(at_ - first)});
  ++at_;
  add(kind, begin).text = keep_text(arena_.copy(std::string_view(text)));
}

// Reads ~prefix and its string; false when what follows the '~' is none.
bool Lexer::read_sigil() {
  const char* begin = at_;
  const char* at = at_ + 1;
  char prefix = 0;
  if (at < end_ && (*at == 'b' || *at == 'B' || *at == 's' || *at == 'S')) prefix = *at++;
  if (at == end_) return false;
  const char close = closing_delimiter(*at);
  if (close == 0) return false;
  at_ = at;
  const TokenKind kind = prefix == 's' || prefix == 'S' ? TokenKind::kString : TokenKind::kBinaryString;
  bool verbatim = prefix == 'B' || prefix == 'S';
  if (at_triple_quote()) {
    read_triple_quoted(begin, kind, verbatim || prefix == 0);
    return true;
  }
  if (verbatim) {
    read_verbatim(begin, kind, close);
    return true;
  }
  ++at_;
  scratch_.clear();
  std::string_view content;
  if (read_quoted_slow(begin, close, content)) add(kind, begin).text = keep_text(arena_.copy(content));
  return true;
}

}  // namespace beamwright::erlang
