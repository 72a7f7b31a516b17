// The main loop of the lexer, names, keywords and numbers. Functions follow the clauses of elixir_tokenizer.erl.
#include "elixir/lexer.h"

#include <cstring>

#include "elixir/characters.h"
#include "elixir/names.h"
#include "elixir/repair.h"
#include "elixir/unicode_names.h"
#include "source/utf8.h"

namespace beamwright::elixir {
namespace {

constexpr std::uint32_t kMaxDiagnostics = 200;

// fn, do, end, true … and what they become; anything else is a name.
enum class Keyword : std::uint8_t { kNone, kFn, kDo, kEnd, kTrue, kFalse, kNil, kNot, kAnd, kOr, kWhen, kIn, kBlock };

Keyword keyword_of(std::string_view name) {
  if (name.size() > 6 || name.size() < 2) return Keyword::kNone;
  switch (name[0]) {
    case 'f':
      return name == "fn" ? Keyword::kFn : name == "false" ? Keyword::kFalse : Keyword::kNone;
    case 'd':
      return name == "do" ? Keyword::kDo : Keyword::kNone;
    case 'e':
      return name == "end" ? Keyword::kEnd : name == "else" ? Keyword::kBlock : Keyword::kNone;
    case 't':
      return name == "true" ? Keyword::kTrue : Keyword::kNone;
    case 'n':
      return name == "nil" ? Keyword::kNil : name == "not" ? Keyword::kNot : Keyword::kNone;
    case 'a':
      return name == "and" ? Keyword::kAnd : name == "after" ? Keyword::kBlock : Keyword::kNone;
    case 'o':
      return name == "or" ? Keyword::kOr : Keyword::kNone;
    case 'w':
      return name == "when" ? Keyword::kWhen : Keyword::kNone;
    case 'i':
      return name == "in" ? Keyword::kIn : Keyword::kNone;
    case 'c':
      return name == "catch" ? Keyword::kBlock : Keyword::kNone;
    case 'r':
      return name == "rescue" ? Keyword::kBlock : Keyword::kNone;
    default:
      return Keyword::kNone;
  }
}

constexpr std::string_view kInvalidDo =
    "unexpected reserved word: do. A do-block belongs to a call: write \"if condition do\" or, with a comma before it, "
    "\"if condition, do: this, else: that\"";

}  // namespace

Lexer::Lexer(source::FileId file, std::string_view text, const Options& options, Tree& tree)
    : file_(file), data_(text.data()), size_(static_cast<std::uint32_t>(text.size())), options_(options), tree_(tree) {
  list_.tokens.reserve(size_ / 4 + 16);
}

TokenList Lexer::run() {
  const std::string_view text(data_, size_);
  if (!source::is_ascii(text)) {
    for (std::size_t at = 0; at < size_;) {
      const std::size_t length = source::character_length(text, at);
      if (length == 0) {
        report(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 1), "invalid encoding: the file is not UTF-8");
        break;
      }
      if (length == 3 && !controls_) {
        std::uint32_t unused = 0;
        controls_ = is_bidirectional_control(decode_character(data_ + at, size_ - at, unused));
      }
      at += length;
    }
  }
  lex(false);
  if (!mismatch_ && !openers_.empty()) {
    const Token& opener = list_.tokens[openers_.back().token];
    const bool at_opener = options_.level.at_least(1, 16);
    const std::uint32_t begin = at_opener ? opener.offset : size_;
    report(begin, at_opener ? opener.end : size_,
           "missing terminator: " + std::string(terminator_of(opener.kind)) + " (for \"" +
               std::string(std::string_view(data_ + opener.offset, opener.end - opener.offset)) + "\")");
    mismatch_ = true;
  }
  push(TokenKind::kEndOfInput, size_);
  if (mismatch_) repair_brackets(text, list_);
  return std::move(list_);
}

void Lexer::report(std::uint32_t begin, std::uint32_t end, std::string message) {
  if (tree_.diagnostics.size() >= kMaxDiagnostics) return;
  tree_.diagnostics.push_back({source::DiagnosticKind::kSyntax, {file_, begin, end}, std::move(message)});
}

bool Lexer::space_at(std::uint32_t ahead) const { return at_ + ahead < size_ && is_class(data_[at_ + ahead], kCharSpace); }

void Lexer::skip_blanks() {
  while (at_ < size_ && (data_[at_] == ' ' || data_[at_] == '\t')) ++at_;
}

void Lexer::skip_spaces() {
  for (;;) {
    skip_blanks();
    // From 1.20 on a backslash before a line end is a space among others.
    if (peek(0) != '\\' || !options_.level.at_least(1, 20)) return;
    const std::uint32_t length = peek(1) == '\n' ? 2 : peek(1) == '\r' && peek(2) == '\n' ? 3 : 0;
    if (length == 0 || at_ + length >= size_) return;
    at_ += length;
  }
}

Token& Lexer::push(TokenKind kind, std::uint32_t offset, std::uint32_t value, std::uint32_t newlines) {
  return list_.tokens.emplace_back(Token{kind, 0, 0, offset, at_, value, newlines});
}

void Lexer::drop_eol() {
  if (!list_.tokens.empty() && list_.tokens.back().kind == TokenKind::kEol) list_.tokens.pop_back();
}

std::uint32_t Lexer::previous_newlines() const {
  if (list_.tokens.empty()) return 0;
  const Token& last = list_.tokens.back();
  const bool counts = last.kind == TokenKind::kEol || last.kind == TokenKind::kComma || last.kind == TokenKind::kSemicolon;
  return counts ? last.newlines : 0;
}

// Returns true when it stands at the "}" that closes an interpolation, and false at the end of the text.
bool Lexer::lex(bool interpolation) {
  while (at_ < size_) {
    if (interpolation && data_[at_] == '}' && openers_.size() == openers_base_) return true;
    lex_one();
    if (interpolation && text_failed_) return false;
  }
  return false;
}

void Lexer::lex_one() {
  const char c = data_[at_];
  if (is_class(c, kCharLower | kCharUpper)) return lex_name();
  switch (c) {
    case ' ':
    case '\t':
      return lex_spaces();
    case '\n':
      return lex_newline(1);
    case '\r':
      return peek(1) == '\n' ? lex_newline(2) : lex_unexpected();
    case '#':
      return lex_comment();
    case ';':
      return lex_semicolon();
    case '"':
    case '\'':
      return lex_quoted();
    case '?':
      return lex_character();
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return lex_number();
    default:
      if (static_cast<unsigned char>(c) >= 0x80) return lex_name();
      return lex_operator_or_punctuation();
  }
}

void Lexer::lex_newline(std::uint32_t length) {
  // The compiler does not count the columns of a comment.
  const std::uint32_t offset = comment_end_ == at_ ? tree_.comments.back().begin : at_;
  const std::uint32_t line = at_ + length;
  at_ = line;
  Token* last = list_.tokens.empty() ? nullptr : &list_.tokens.back();
  const bool counts = last != nullptr &&
                      (last->kind == TokenKind::kEol || last->kind == TokenKind::kComma || last->kind == TokenKind::kSemicolon);
  if (counts) {
    ++last->newlines;
  } else {
    push(TokenKind::kEol, offset, 0, 1);
  }
  skip_spaces();
  // A version control marker stands at the very begin of its line.
  if (at_ == line && peek(0) == '<' && starts_with("<<<<<<<")) {
    const std::uint32_t begin = at_;
    while (at_ < size_ && data_[at_] != '\n') ++at_;
    report(begin, at_, "found an unexpected version control marker, please resolve the conflicts");
  }
}

void Lexer::lex_comment() {
  const std::uint32_t begin = at_;
  const void* found = std::memchr(data_ + at_, '\n', size_ - at_);
  at_ = found == nullptr ? size_ : static_cast<std::uint32_t>(static_cast<const char*>(found) - data_);
  std::uint32_t end = at_;
  if (found != nullptr && end > begin && data_[end - 1] == '\r') end = --at_;
  tree_.comments.push_back({begin, end});
  comment_end_ = end;
  const std::string_view text(data_ + begin, end - begin);
  if (!source::is_ascii(text)) {
    for (std::uint32_t at = 0, length = 0; at < text.size(); at += length) {
      if (!is_bidirectional_control(decode_character(text.data() + at, text.size() - at, length))) continue;
      report(begin, end, "invalid bidirectional formatting character in comment");
      break;
    }
  }
  if (!list_.tokens.empty() && list_.tokens.back().kind == TokenKind::kEol) list_.tokens.back().newlines = 0;
}

// After a name and a space, a sign that touches its right side is unary: `foo -1` is a call.
void Lexer::lex_spaces() {
  skip_spaces();
  const char sign = peek(0);
  if ((sign != '+' && sign != '-') || list_.tokens.empty() || list_.tokens.back().kind != TokenKind::kIdentifier) return;
  if (at_ + 1 >= size_ || space_at(1)) return;
  const char next = peek(1);
  if (options_.level.at_least(1, 17)) {
    if (next == sign || next == '/' || next == '>' || (next == ':' && space_at(2))) return;
    if (next == '\\' && options_.level.at_least(1, 20)) return;
  } else if (std::memchr("([<{%+-/>:", next, 10) != nullptr) {
    return;
  }
  list_.tokens.back().kind = TokenKind::kOpIdentifier;
  const std::uint32_t offset = at_++;
  push(TokenKind::kDualOp, offset, (sign == '+' ? names().plus : names().minus).index);
}

void Lexer::lex_semicolon() {
  const std::uint32_t offset = at_;
  if (!list_.tokens.empty() && list_.tokens.back().kind == TokenKind::kSemicolon) return lex_unexpected();
  ++at_;
  push(TokenKind::kSemicolon, offset);
}

// Length of the name at `from`, 0 when there is none.
std::uint32_t Lexer::name_length(std::uint32_t from, int& char_class, bool& ascii, bool& has_at) {
  ascii = true;
  has_at = false;
  if (from >= size_) return 0;
  const std::uint8_t first = kCharacterClasses[static_cast<unsigned char>(data_[from])];
  char_class = first & (kCharLower | kCharUpper);
  if (char_class == 0 && static_cast<unsigned char>(data_[from]) < 0x80) return 0;
  std::uint32_t at = from;
  for (;;) {
    int classes = 0;
    while (at < size_ && is_class(data_[at], kCharContinue))
      classes |= kCharacterClasses[static_cast<unsigned char>(data_[at++])];
    has_at = has_at || (classes & kCharAt) != 0;
    if (at >= size_) break;
    const char c = data_[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      if (c == '!' || c == '?') ++at;
      break;
    }
    std::uint32_t length = 0;
    const NameCharacter kind = name_character(decode_character(data_ + at, size_ - at, length));
    if (kind == NameCharacter::kNone || (at == from && kind == NameCharacter::kContinue)) break;
    ascii = false;
    if (at == from) char_class = kind == NameCharacter::kStart ? kCharLower : 0;
    at += length;
  }
  return at - from;
}

void Lexer::lex_name() {
  const std::uint32_t offset = at_;
  int char_class = 0;
  bool ascii = true;
  bool has_at = false;
  const std::uint32_t length = name_length(offset, char_class, ascii, has_at);
  if (length == 0) return lex_unexpected();
  at_ += length;
  const std::string_view written(data_ + offset, length);
  // A byte above 127 that ends a name is no name character: the compiler refuses the whole name.
  if (at_ < size_ && static_cast<unsigned char>(data_[at_]) >= 0x80) return lex_unexpected();
  const std::string_view name = ascii ? written : unicode_name(written, offset);
  const char next = peek(0);
  if (next == ':' && at_ + 1 < size_ && peek(1) != ':') {
    if (!space_at(1)) report(offset, at_ + 1, "keyword argument must be followed by space after: " + std::string(name) + ":");
    const Symbol symbol = atom_of(name, offset);
    ++at_;
    push(TokenKind::kKwIdentifier, offset, symbol.index);
    return;
  }
  const bool after_dot = !list_.tokens.empty() && list_.tokens.back().kind == TokenKind::kDot;
  if (!after_dot && lex_keyword(name, offset)) return;
  if (has_at) report(offset, at_, "invalid character \"@\" in " + std::string(name));
  if (name == "__aliases__" || name == "__block__") report(offset, at_, "reserved token: " + std::string(name));
  const Symbol symbol = atom_of(name, offset);
  if (char_class == kCharUpper) {
    if (!ascii || name.back() == '!' || name.back() == '?')
      report(offset, at_,
             "invalid character in alias (only ASCII characters, without punctuation, are allowed): " + std::string(name));
    push(TokenKind::kAlias, offset, symbol.index);
    return;
  }
  if (char_class == 0) report(offset, at_, "unexpected token: " + std::string(name));
  push_call_identifier(offset, length, symbol);
}

void Lexer::push_call_identifier(std::uint32_t offset, std::uint32_t length, Symbol name) {
  at_ = offset + length;
  const char next = peek(0);
  const TokenKind kind = next == '('   ? TokenKind::kParenIdentifier
                         : next == '[' ? TokenKind::kBracketIdentifier
                                       : TokenKind::kIdentifier;
  push(kind, offset, name.index);
}

std::string_view Lexer::unicode_name(std::string_view written, std::uint32_t offset) {
  const UnicodeName name = read_unicode_name(written, options_.level, tree_.arena);
  if (name.mixes_scripts) report(offset, at_, "invalid mixed-script identifier found: " + std::string(written));
  return name.text;
}

Symbol Lexer::atom_of(std::string_view name, std::uint32_t offset) {
  if (name.size() > 255 && source::count_characters(name) > 255)
    report(offset, at_, "atom length must be less than system limit");
  return intern(name);
}

bool Lexer::lex_keyword(std::string_view name, std::uint32_t offset) {
  switch (keyword_of(name)) {
    case Keyword::kNone:
      return false;
    case Keyword::kFn:
      push(TokenKind::kFn, offset);
      openers_.push_back({TokenKind::kFn, static_cast<std::uint32_t>(list_.tokens.size() - 1)});
      return true;
    case Keyword::kDo:
      lex_do(offset);
      return true;
    case Keyword::kEnd:
      at_ = offset;
      lex_closer(TokenKind::kEnd, 3);
      return true;
    case Keyword::kTrue:
      push(TokenKind::kTrue, offset, sym::true_.index);
      return true;
    case Keyword::kFalse:
      push(TokenKind::kFalse, offset, sym::false_.index);
      return true;
    case Keyword::kNil:
      push(TokenKind::kNil, offset, sym::nil.index);
      return true;
    case Keyword::kNot:
      lex_keyword_binary(TokenKind::kUnaryOp, offset, name);
      return true;
    case Keyword::kAnd:
      lex_keyword_binary(TokenKind::kAndOp, offset, name);
      return true;
    case Keyword::kOr:
      lex_keyword_binary(TokenKind::kOrOp, offset, name);
      return true;
    case Keyword::kWhen:
      lex_keyword_binary(TokenKind::kWhenOp, offset, name);
      return true;
    case Keyword::kIn:
      lex_keyword_binary(TokenKind::kInOp, offset, name);
      return true;
    case Keyword::kBlock:
      push(TokenKind::kBlockIdentifier, offset, intern(name).index);
      return true;
  }
  return false;
}

void Lexer::lex_do(std::uint32_t offset) {
  Token* last = list_.tokens.empty() ? nullptr : &list_.tokens.back();
  if (last != nullptr && last->kind == TokenKind::kIdentifier) {
    last->kind = TokenKind::kDoIdentifier;
  } else if (last != nullptr && last->kind == TokenKind::kFn) {
    report(offset, at_, "unexpected reserved word: do. Anonymous functions are written as: fn pattern -> expression end");
    return;  // `fn do` has one `end` only
  } else if (last != nullptr && (last->kind == TokenKind::kComma || last->kind == TokenKind::kSemicolon)) {
    report(offset, at_, std::string(kInvalidDo));
    // The comma is what does not belong here.
    if (last->kind == TokenKind::kComma) list_.tokens.pop_back();
  } else {
    drop_eol();
  }
  push(TokenKind::kDo, offset);
  openers_.push_back({TokenKind::kDo, static_cast<std::uint32_t>(list_.tokens.size() - 1)});
}

void Lexer::lex_keyword_binary(TokenKind kind, std::uint32_t offset, std::string_view name) {
  const std::uint32_t after = at_;
  skip_spaces();
  const bool captured = peek(0) == '/';
  at_ = after;
  const Symbol symbol = intern(name);
  if (captured) {
    push(TokenKind::kIdentifier, offset, symbol.index);
    return;
  }
  Token* last = list_.tokens.empty() ? nullptr : &list_.tokens.back();
  if (kind == TokenKind::kInOp && last != nullptr && last->kind == TokenKind::kUnaryOp && last->value == sym::not_.index) {
    const Token not_token = *last;
    list_.tokens.pop_back();
    drop_eol();
    Token& token = push(TokenKind::kInOp, not_token.offset, names().not_in.index, not_token.newlines);
    token.gap = static_cast<std::uint16_t>(offset - not_token.offset);
    return;
  }
  const std::uint32_t newlines = previous_newlines();
  if (kind != TokenKind::kUnaryOp) drop_eol();
  push(kind, offset, symbol.index, newlines);
}

// The parser reads the value out of the text: here only its end matters.
void Lexer::lex_number() {
  const std::uint32_t offset = at_;
  const auto digits = [this](auto is_one) {
    while (at_ < size_ && (is_one(data_[at_]) || (data_[at_] == '_' && at_ + 1 < size_ && is_one(data_[at_ + 1])))) ++at_;
  };
  if (data_[at_] == '0' && at_ + 2 < size_) {
    const auto is_binary = [](char c) { return c == '0' || c == '1'; };
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    const char base = data_[at_ + 1];
    const char first = data_[at_ + 2];
    const bool based = (base == 'x' && is_hex(first)) || (base == 'b' && is_binary(first)) || (base == 'o' && is_octal(first));
    if (based) {
      at_ += 2;
      if (base == 'x') digits(is_hex);
      if (base == 'b') digits(is_binary);
      if (base == 'o') digits(is_octal);
      push(TokenKind::kInteger, offset);
      return;
    }
  }
  digits(is_digit);
  TokenKind kind = TokenKind::kInteger;
  if (peek(0) == '.' && is_digit(peek(1))) {
    kind = TokenKind::kFloat;
    ++at_;
    digits(is_digit);
    while ((peek(0) | 0x20) == 'e') {
      const std::uint32_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (!is_digit(peek(1 + sign))) break;
      at_ += 1 + sign;
      digits(is_digit);
    }
  }
  push(kind, offset);
  if (is_letter(peek(0)) || peek(0) == '_')
    report(offset, at_ + 1,
           "invalid character \"" + std::string(1, peek(0)) + "\" after number " + std::string(data_ + offset, at_ - offset));
}

void Lexer::lex_character() {
  const std::uint32_t offset = at_;
  if (at_ + 1 >= size_) return lex_unexpected();
  ++at_;
  if (data_[at_] == '\\' && at_ + 1 < size_) ++at_;
  std::uint32_t length = 0;
  decode_character(data_ + at_, size_ - at_, length);
  if (data_[at_] == '\n' && !options_.level.at_least(1, 19)) tree_.uncounted_lines.push_back(at_);
  at_ += length;
  push(TokenKind::kCharacter, offset);
}

}  // namespace beamwright::elixir
