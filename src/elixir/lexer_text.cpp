// Strings, charlists, heredocs, sigils and quoted names, as elixir_interpolation.erl reads them. A text is scanned once; only
// one with escapes or an indentation to take out is copied.
#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "elixir/characters.h"
#include "elixir/escapes.h"
#include "elixir/lexer.h"
#include "source/utf8.h"

namespace beamwright::elixir {
namespace {

// Interpolations nest as deep as a person can read; the limit keeps the recursion flat.
constexpr std::uint32_t kMaxInterpolationDepth = 64;
constexpr std::uint32_t kMaxUnterminated = 8;

char closing_delimiter(char opening) {
  switch (opening) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    default:
      return opening;
  }
}

std::size_t first_of_line(std::string_view text, std::size_t line) {
  return std::min(text.find_first_not_of(" \t", line), text.size());
}

// The columns in front of the line that holds the offset.
std::size_t indentation_of_line(std::string_view text, std::size_t offset) {
  const std::size_t before = text.rfind('\n', offset);
  const std::size_t line = before == std::string_view::npos ? 0 : before + 1;
  return first_of_line(text, line) - line;
}

// Whether a definition or attribute begins this line, no further right than that.
bool begins_definition(std::string_view text, std::size_t line, std::size_t indent) {
  const std::size_t begin = first_of_line(text, line);
  if (begin >= text.size() || begin - line > indent) return false;
  const std::string_view rest = text.substr(begin);
  for (const std::string_view word : {"def ", "defp ", "defmacro ", "defmacrop ", "defmodule ", "@spec ", "@doc ", "@impl "})
    if (rest.starts_with(word)) return true;
  return false;
}

}  // namespace

void Lexer::lex_quoted() {
  const char quote = data_[at_];
  const std::uint32_t offset = at_;
  const char triple[] = {quote, quote, quote};
  const bool list = quote == '\'';
  if (starts_with(std::string_view(triple, 3)))
    return lex_heredoc(list ? TokenKind::kCharlistHeredoc : TokenKind::kStringHeredoc, offset, Symbol(), true);
  const auto token = static_cast<std::uint32_t>(list_.tokens.size());
  push(list ? TokenKind::kCharlist : TokenKind::kString, offset);
  const std::size_t base = raw_.size();
  ++at_;
  std::uint32_t indentation = 0;
  if (!scan_text(quote, false, true, indentation)) return recover_text(token, offset, false, std::string_view(triple, 1));
  if (swallows_code(offset, false)) return end_text(token, offset, false);
  TextLiteral literal;
  literal.delimiter = quote;
  store_text(token, base, literal, quote, true, offset + 1);
  if (peek(0) != ':' || !space_at(1)) return;
  ++at_;
  Token& key = list_.tokens[token];
  key.end = at_;
  const TextPart& part = list_.parts[list_.texts[key.value].first_part];
  if (list_.texts[key.value].part_count == 1 && part.first_token == 0) {
    key.kind = TokenKind::kKwIdentifier;
    key.value = atom_of({part.data, part.size}, offset).index;
    key.delimiter = static_cast<std::uint8_t>(quote);
    list_.texts.pop_back();
    list_.parts.pop_back();
  } else {
    key.kind = TokenKind::kKwInterpolated;
  }
}

void Lexer::lex_quoted_atom() {
  const std::uint32_t offset = at_;
  const char quote = data_[at_ + 1];
  const auto token = static_cast<std::uint32_t>(list_.tokens.size());
  push(TokenKind::kAtomInterpolated, offset);
  const std::size_t base = raw_.size();
  at_ += 2;
  std::uint32_t indentation = 0;
  if (!scan_text(quote, false, true, indentation)) return recover_text(token, offset, false, std::string_view(&quote, 1));
  if (swallows_code(offset, false)) return end_text(token, offset, false);
  TextLiteral literal;
  literal.delimiter = quote;
  store_text(token, base, literal, quote, true, offset);
  Token& atom = list_.tokens[token];
  const TextPart& part = list_.parts[list_.texts[atom.value].first_part];
  if (list_.texts[atom.value].part_count != 1 || part.first_token != 0) return;
  atom.kind = TokenKind::kAtomQuoted;
  atom.delimiter = static_cast<std::uint8_t>(quote);
  atom.value = atom_of({part.data, part.size}, offset).index;
  list_.texts.pop_back();
  list_.parts.pop_back();
}

// Foo."bar baz"(): a name in quotes behind a dot.
void Lexer::lex_quoted_call() {
  const std::uint32_t offset = at_;
  const char quote = data_[at_];
  const auto token = static_cast<std::uint32_t>(list_.tokens.size());
  push(TokenKind::kString, offset);
  const std::size_t base = raw_.size();
  ++at_;
  std::uint32_t indentation = 0;
  if (!scan_text(quote, false, true, indentation)) return recover_text(token, offset, false, std::string_view(&quote, 1));
  if (swallows_code(offset, false)) return end_text(token, offset, false);
  TextLiteral literal;
  literal.delimiter = quote;
  store_text(token, base, literal, quote, options_.level.at_least(1, 18), offset);
  const TextLiteral stored = list_.texts.back();
  const TextPart part = list_.parts[stored.first_part];
  if (stored.part_count != 1 || part.first_token != 0)
    report(offset, at_, "interpolation is not allowed when calling function/macro");
  const Symbol name = part.first_token == 0 ? atom_of({part.data, part.size}, offset) : Symbol();
  const std::uint32_t end = at_;
  list_.tokens.resize(token);
  push_call_identifier(offset, end - offset, name);
  list_.tokens.back().delimiter = static_cast<std::uint8_t>(quote);
}

bool Lexer::lex_sigil() {
  const std::uint32_t offset = at_;
  std::uint32_t length = 1;
  const bool interpolate = peek(1) >= 'a';
  if (!interpolate && options_.level.at_least(1, 15)) {
    while (is_class(peek(1 + length), kCharUpper) || (is_digit(peek(1 + length)) && options_.level.at_least(1, 17))) ++length;
  }
  const std::uint32_t after = offset + 1 + length;
  if (after >= size_) return false;
  const char opening = data_[after];
  char name[64] = "sigil_";
  if (opening == '\0' || std::strchr("/<\"'[({|", opening) == nullptr || length > 50) {
    report(offset, after + 1, "invalid sigil delimiter. The available delimiters are: //, ||, \"\", '', (), [], {}, <>");
    at_ = after;
    return true;
  }
  std::memcpy(name + 6, data_ + offset + 1, length);
  const Symbol sigil = intern({name, 6 + length});
  at_ = after;
  const char triple[] = {opening, opening, opening};
  if ((opening == '"' || opening == '\'') && starts_with(std::string_view(triple, 3))) {
    lex_heredoc(TokenKind::kSigil, offset, sigil, interpolate);
    return true;
  }
  const auto token = static_cast<std::uint32_t>(list_.tokens.size());
  push(TokenKind::kSigil, offset);
  const std::size_t base = raw_.size();
  ++at_;
  const char last = closing_delimiter(opening);
  std::uint32_t indentation = 0;
  if (!scan_text(last, false, interpolate, indentation)) {
    recover_text(token, offset, false, std::string_view(&last, 1));
    return true;
  }
  if (swallows_code(offset, false)) {
    end_text(token, offset, false);
    return true;
  }
  TextLiteral literal;
  literal.delimiter = opening;
  literal.sigil = sigil;
  finish_sigil(token, literal);
  store_text(token, base, literal, last, false, offset);
  return true;
}

void Lexer::finish_sigil(std::uint32_t token, TextLiteral& literal) {
  literal.modifiers_begin = at_;
  while (at_ < size_ && (is_letter(data_[at_]) || is_digit(data_[at_]))) ++at_;
  literal.modifiers_end = at_;
  list_.tokens[token].end = at_;
}

// At the three quotes; `offset` is where the token begins (a sigil's is before them).
void Lexer::lex_heredoc(TokenKind kind, std::uint32_t offset, Symbol sigil, bool interpolate) {
  const char quote = data_[at_];
  const auto token = static_cast<std::uint32_t>(list_.tokens.size());
  push(kind, offset);
  const std::size_t base = raw_.size();
  at_ += 3;
  const std::uint32_t header = at_;
  skip_blanks();
  if (peek(0) == '\r' && peek(1) == '\n') ++at_;
  const char triple[] = {quote, quote, quote};
  std::uint32_t indentation = 0;
  if (peek(0) != '\n') {
    report(options_.level.at_least(1, 15) ? header : offset, header,
           "heredoc allows only whitespace characters followed by a new line after opening " + std::string(triple, 3));
    list_.tokens.resize(token);
    at_ = header - 2;  // the text may still be meant: read it as "" and a string
    push(kind == TokenKind::kCharlistHeredoc ? TokenKind::kCharlist : TokenKind::kString, header - 3);
    ++at_;
    TextLiteral empty;
    empty.delimiter = quote;
    raw_.push_back({at_, at_});
    return store_text(token, base, empty, quote, true, offset);
  }
  ++at_;
  if (!scan_text(quote, true, interpolate, indentation)) return recover_text(token, offset, true, std::string_view(triple, 3));
  if (swallows_code(offset, true)) return end_text(token, offset, true);
  TextLiteral literal;
  literal.delimiter = quote;
  literal.heredoc = true;
  literal.indentation = indentation;
  literal.sigil = sigil;
  if (kind == TokenKind::kSigil) finish_sigil(token, literal);
  store_text(token, base, literal, quote, kind != TokenKind::kSigil, offset);
}

// Behind a line end inside a text: true when a heredoc ends here.
bool Lexer::scan_line_break(char last, bool heredoc, std::uint32_t& indentation, std::uint32_t& end) {
  if (!heredoc) return false;
  const std::uint32_t line = at_;
  skip_blanks();
  if (peek(0) != last || peek(1) != last || peek(2) != last) return false;
  indentation = at_ - line;
  end = line;
  at_ += 3;
  return true;
}

// Scans to the end of a text and behind it; false when it has none. The stretches are pushed on raw_.
bool Lexer::scan_text(char last, bool heredoc, bool interpolate, std::uint32_t& indentation) {
  RawPart part{at_, at_};
  part.line_start = heredoc;
  std::uint32_t end = 0;
  const auto finish = [&](std::uint32_t where) {
    part.end = where;
    raw_.push_back(part);
    return true;
  };
  if (scan_line_break(last, heredoc, indentation, end)) return finish(end);
  while (at_ < size_) {
    const char c = data_[at_];
    if (c == '\n') {
      ++at_;
      part.newlines = long_text_ = true;
      if (scan_line_break(last, heredoc, indentation, end)) return finish(end);
    } else if (c == last && !heredoc) {
      finish(at_);
      ++at_;
      return true;
    } else if (c == '\\') {
      part.escapes = true;
      const char next = peek(1);
      if (next == '\n' || (next == '\r' && peek(2) == '\n')) {
        at_ += next == '\n' ? 2 : 3;
        part.newlines = true;
        if (scan_line_break(last, heredoc, indentation, end)) return finish(end);
      } else if (heredoc && next == last && peek(2) == last && peek(3) == last) {
        at_ += 4;
      } else {
        if (next == '#' && interpolate && peek(2) == '{') note_escaped_hash();
        at_ += static_cast<unsigned char>(next) < 0x80 ? 2 : 1;
      }
    } else if (c == '#' && interpolate && peek(1) == '{') {
      finish(at_);
      if (!scan_interpolation()) return false;
      part = RawPart{at_, at_};
    } else if (static_cast<unsigned char>(c) >= 0x80 && options_.token_metadata) {
      skip_cluster(part.begin);
    } else {
      ++at_;
      skip_plain(last, interpolate);
    }
  }
  at_ = size_;
  return false;
}

// Sixteen bytes at a time over what has no meaning inside a text.
void Lexer::skip_plain(char last, bool interpolate) {
#if defined(__SSE2__)
  const __m128i lasts = _mm_set1_epi8(last);
  const __m128i escapes = _mm_set1_epi8('\\');
  const __m128i newlines = _mm_set1_epi8('\n');
  const __m128i hashes = _mm_set1_epi8(interpolate ? '#' : '\\');
  while (at_ + 16 <= size_) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data_ + at_));
    const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, lasts), _mm_cmpeq_epi8(bytes, escapes)),
                                       _mm_or_si128(_mm_cmpeq_epi8(bytes, newlines), _mm_cmpeq_epi8(bytes, hashes)));
    // Bytes above 127 have their sign set, and matter to the columns of a dump.
    const int mask = _mm_movemask_epi8(_mm_or_si128(found, options_.token_metadata ? bytes : found));
    if (mask != 0) {
      at_ += static_cast<std::uint32_t>(__builtin_ctz(static_cast<unsigned>(mask)));
      return;
    }
    at_ += 16;
  }
#else
  (void)last, (void)interpolate;
#endif
}

// The compiler counts a grapheme cluster inside a text as one column. Only the dumps want to know.
void Lexer::skip_cluster(std::uint32_t text_begin) {
  std::uint32_t begin = at_;
  std::size_t length = 0;
  // A mark joins the letter before it.
  if (at_ > text_begin && static_cast<unsigned char>(data_[at_ - 1]) >= 0x20 && static_cast<unsigned char>(data_[at_ - 1]) < 0x7F)
    --begin, length = grapheme_length(data_ + begin, size_ - begin);
  if (length <= 1) {
    begin = at_;
    length = grapheme_length(data_ + begin, size_ - begin);
  }
  at_ = begin + static_cast<std::uint32_t>(length);
  const auto characters = static_cast<std::int32_t>(source::count_characters({data_ + begin, length}));
  if (characters > 1) tree_.column_shifts.push_back({at_, 1 - characters});
}

// \#{ counts as one column only, up to 1.14.
void Lexer::note_escaped_hash() {
  if (options_.token_metadata && !options_.level.at_least(1, 15)) tree_.column_shifts.push_back({at_ + 3, -2});
}

// At "#{": its tokens go behind those of the text and end with a kEndOfInput.
bool Lexer::scan_interpolation() {
  const std::uint32_t hash = at_;
  if (interpolation_depth_ >= kMaxInterpolationDepth) {
    if (!text_failed_) report(hash, hash + 2, "interpolations are nested too deeply");
    text_failed_ = true;
    return false;
  }
  const auto first = static_cast<std::uint32_t>(list_.tokens.size());
  const std::uint32_t base = openers_base_;
  const bool broken = interpolation_broken_;
  openers_base_ = static_cast<std::uint32_t>(openers_.size());
  interpolation_broken_ = false;
  ++interpolation_depth_;
  at_ += 2;
  const bool closed = lex(true);
  --interpolation_depth_;
  if (!closed && !text_failed_) {
    if (openers_.size() > openers_base_) {
      const Token& opener = list_.tokens[openers_.back().token];
      report(options_.level.at_least(1, 16) ? opener.offset : size_, size_, "missing terminator in an interpolation");
    } else {
      report(hash, hash + 2, "missing interpolation terminator: \"}\"");
    }
    text_failed_ = true;
  }
  openers_.resize(openers_base_);
  openers_base_ = base;
  if (interpolation_broken_) list_.tokens.resize(first);
  interpolation_broken_ = broken;
  if (!closed) return false;
  push(TokenKind::kEndOfInput, at_);
  raw_.push_back({hash, at_, first});
  ++at_;
  return true;
}

// The value of a stretch: escapes replaced, a heredoc's indentation taken out.
std::string_view Lexer::cook(const RawPart& part, char last, const TextLiteral& literal, bool unescape,
                             std::uint32_t error_offset) {
  const std::string_view raw(data_ + part.begin, part.end - part.begin);
  const bool indented = literal.heredoc && literal.indentation > 0 && (part.newlines || part.line_start);
  if (!part.escapes && !indented) return raw;
  EscapeOptions how;
  how.last = last;
  how.heredoc = literal.heredoc;
  how.indentation = literal.indentation;
  how.line_start = part.line_start;
  how.unescape = unescape;
  how.short_hex = !options_.level.at_least(1, 20);
  const CookedText cooked = cook_text(raw, how, tree_.arena);
  if (!cooked.error.empty()) report(error_offset, error_offset + 1, std::string(cooked.error));
  return cooked.text;
}

// Characters that reorder what a reader sees have to be written as escapes.
void Lexer::refuse_controls(const RawPart& part) {
  for (std::uint32_t at = part.begin, length = 0; at < part.end; at += length) {
    if (data_[at] == '\\') {
      length = 1;
      if (at + 1 < part.end) decode_character(data_ + at + 1, part.end - at - 1, length), ++length;
      continue;
    }
    if (!is_bidirectional_control(decode_character(data_ + at, part.end - at, length))) continue;
    return report(at, at + length, "invalid bidirectional formatting character in string");
  }
}

void Lexer::store_text(std::uint32_t token, std::size_t raw_base, TextLiteral literal, char last, bool unescape,
                       std::uint32_t error_offset) {
  literal.first_part = static_cast<std::uint32_t>(list_.parts.size());
  const bool only = raw_.size() == raw_base + 1;
  for (std::size_t i = raw_base; i < raw_.size(); ++i) {
    const RawPart raw = raw_[i];
    TextPart part;
    part.begin = raw.begin;
    part.end = raw.end;
    part.first_token = raw.first_token;
    if (raw.first_token == 0) {
      if (controls_) refuse_controls(raw);
      // An empty stretch is no part, but for the first of a heredoc and the whole of an empty text.
      if (raw.begin == raw.end && !only && !raw.line_start) continue;
      const std::string_view text = cook(raw, last, literal, unescape, error_offset);
      part.data = text.data();
      part.size = static_cast<std::uint32_t>(text.size());
    }
    list_.parts.push_back(part);
  }
  raw_.resize(raw_base);
  literal.part_count = static_cast<std::uint32_t>(list_.parts.size()) - literal.first_part;
  Token& stored = list_.tokens[token];
  stored.value = static_cast<std::uint32_t>(list_.texts.size());
  stored.end = at_;
  stored.newlines = static_cast<std::uint32_t>(list_.tokens.size());
  list_.texts.push_back(literal);
}

// A text without an end would swallow the rest of the file: end it where its line ends instead, a heredoc before the next
// definition. The compiler names the end of the file up to 1.15 and the opening from 1.16 on.
void Lexer::recover_text(std::uint32_t token, std::uint32_t opened, bool heredoc, std::string_view terminator) {
  if (!text_failed_) {
    const bool at_opening = options_.level.at_least(1, 16);
    report(at_opening ? opened : size_, at_opening ? opened + 1 : size_, "missing terminator: " + std::string(terminator));
  }
  text_failed_ = true;
  if (interpolation_depth_ > 0) return;
  text_failed_ = false;
  if (++unterminated_ > kMaxUnterminated) opened = size_;
  end_text(token, opened, heredoc);
}

// Makes of a text what stands on its line, of a heredoc what stands before the next definition.
void Lexer::end_text(std::uint32_t token, std::uint32_t opened, bool heredoc) {
  if (wary_ > 0) --wary_;
  raw_.clear();
  const TokenKind kind = list_.tokens[token].kind == TokenKind::kCharlist ? TokenKind::kCharlist : TokenKind::kString;
  list_.tokens.resize(token);
  const auto line_end = [this](std::uint32_t from) {
    const void* found = from < size_ ? std::memchr(data_ + from, '\n', size_ - from) : nullptr;
    return found == nullptr ? size_ : static_cast<std::uint32_t>(static_cast<const char*>(found) - data_);
  };
  const std::string_view text(data_, size_);
  at_ = line_end(opened);
  const std::size_t indent = indentation_of_line(text, opened);
  while (heredoc && at_ < size_ && !begins_definition(text, at_ + 1, indent)) at_ = line_end(at_ + 1);
  push(kind, opened);
  TextLiteral literal;
  literal.delimiter = '"';
  RawPart part{opened, at_};
  raw_.push_back(part);
  store_text(token, 0, literal, '"', false, opened);
}

// Whether the text that was just read holds what looks like definitions: then the quote behind them opens another text. In a
// heredoc code may stand further right than the heredoc.
bool Lexer::swallows_code(std::uint32_t opened, bool heredoc) const {
  if (wary_ == 0 || interpolation_depth_ > 0) return false;
  const std::string_view text(data_, at_);
  const std::size_t indent = heredoc ? indentation_of_line(text, opened) : SIZE_MAX;
  for (std::size_t end = text.find('\n', opened); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    if (begins_definition(text, end + 1, indent)) return true;
    const std::string_view rest = text.substr(first_of_line(text, end + 1));
    if (!heredoc && (rest.starts_with("end\n") || rest.starts_with("end\r"))) return true;
  }
  return false;
}

}  // namespace beamwright::elixir
