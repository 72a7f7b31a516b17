// Operators, brackets, dots and the atoms that are operators. The order of the tests is that of the clauses of
// elixir_tokenizer.erl: the longest operator wins.
#include <array>
#include <cstring>

#include "elixir/characters.h"
#include "elixir/lexer.h"
#include "elixir/names.h"
#include "elixir/repair.h"

namespace beamwright::elixir {
namespace {

struct Operator {
  std::string_view text;
  TokenKind kind;
  Symbol symbol;
};

using enum TokenKind;

// Longer ones first; each is tried in this order.
std::array<Operator, 50> make_operators() {
  std::array<Operator, 50> all{{
      {"~~~", kUnaryOp, {}},    {"===", kCompOp, {}},  {"!==", kCompOp, {}},   {"&&&", kAndOp, {}},      {"|||", kOrOp, {}},
      {"<<<", kArrowOp, {}},    {">>>", kArrowOp, {}}, {"~>>", kArrowOp, {}},  {"<<~", kArrowOp, {}},    {"<~>", kArrowOp, {}},
      {"<|>", kArrowOp, {}},    {"^^^", kXorOp, {}},   {"+++", kConcatOp, {}}, {"---", kConcatOp, {}},   {"==", kCompOp, {}},
      {"=~", kCompOp, {}},      {"!=", kCompOp, {}},   {"<=", kRelOp, {}},     {">=", kRelOp, {}},       {"&&", kAndOp, {}},
      {"||", kOrOp, {}},        {"|>", kArrowOp, {}},  {"~>", kArrowOp, {}},   {"<~", kArrowOp, {}},     {"<-", kInMatchOp, {}},
      {"\\\\", kInMatchOp, {}}, {"++", kConcatOp, {}}, {"--", kConcatOp, {}},  {"<>", kConcatOp, {}},    {"**", kPowerOp, {}},
      {"->", kStabOp, {}},      {"..", kRangeOp, {}},  {"::", kTypeOp, {}},    {"//", kTernaryOp, {}},   {"=>", kAssocOp, {}},
      {"@", kAtOp, {}},         {"!", kUnaryOp, {}},   {"^", kUnaryOp, {}},    {"&", kCaptureOp, {}},    {"+", kDualOp, {}},
      {"-", kDualOp, {}},       {"*", kMultOp, {}},    {"/", kMultOp, {}},     {"<", kRelOp, {}},        {">", kRelOp, {}},
      {"=", kMatchOp, {}},      {"|", kPipeOp, {}},    {".", kDot, {}},        {"...", kEllipsisOp, {}}, {"..//", kTernaryOp, {}},
  }};
  for (Operator& one : all) one.symbol = intern(one.text);
  return all;
}

const std::array<Operator, 50>& operators() {
  static const std::array<Operator, 50> all = make_operators();
  return all;
}

// By first byte, the operators that start with it, longest first; a zero ends each list.
struct ByFirst {
  std::array<std::array<std::uint8_t, 12>, 128> lists{};
  ByFirst() {
    const auto& all = operators();
    for (std::uint8_t i = 0; i < 48; ++i) {
      auto& list = lists[static_cast<unsigned char>(all[i].text[0])];
      std::size_t at = 0;
      while (list[at] != 0) ++at;
      list[at] = static_cast<std::uint8_t>(i + 1);
    }
  }
};

const Operator* longest_operator(std::string_view text) {
  static const ByFirst by_first;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first >= 0x80) return nullptr;
  for (const std::uint8_t one : by_first.lists[first]) {
    if (one == 0) break;
    const Operator& candidate = operators()[one - 1];
    if (text.starts_with(candidate.text)) return &candidate;
  }
  return nullptr;
}

}  // namespace

void Lexer::lex_operator_or_punctuation() {
  switch (data_[at_]) {
    case ',':
      ++at_;
      push(kComma, at_ - 1);
      return;
    case '(':
      return lex_opener(kOpenParen, 1);
    case ')':
      return lex_closer(kCloseParen, 1);
    case '[':
      return lex_opener(kOpenBracket, 1);
    case ']':
      return lex_closer(kCloseBracket, 1);
    case '{':
      if (lex_keyword_operator(2, "{}")) return;
      return lex_opener(kOpenCurly, 1);
    case '}':
      return lex_closer(kCloseCurly, 1);
    case ':':
      return lex_colon();
    case '%':
      return lex_percent();
    case '.':
      return lex_dot();
    case '&':
      return lex_capture();
    case '~':
      if (is_letter(peek(1)) && lex_sigil()) return;
      break;
    case '<':
      if (lex_keyword_operator(4, "<<>>")) return;
      if (starts_with("<<") && !starts_with("<<<") && !starts_with("<<~")) return lex_opener(kOpenBits, 2);
      if (at_ == 0 && starts_with("<<<<<<<")) {
        while (at_ < size_ && data_[at_] != '\n') ++at_;
        return report(0, at_, "found an unexpected version control marker, please resolve the conflicts");
      }
      break;
    case '>':
      if (starts_with(">>") && !starts_with(">>>")) return lex_closer(kCloseBits, 2);
      break;
    case '\\':
      if (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n')) {
        const std::uint32_t length = peek(1) == '\n' ? 2 : 3;
        if (at_ + length >= size_) report(at_, size_, "invalid escape \\ at end of file");
        at_ += length;
        return skip_spaces();
      }
      if (at_ + 1 >= size_) {
        report(at_, size_, "invalid escape \\ at end of file");
        at_ = size_;
        return;
      }
      break;
    default:
      break;
  }
  const Operator* found = longest_operator(std::string_view(data_ + at_, size_ - at_));
  if (found == nullptr) return lex_unexpected();
  const auto length = static_cast<std::uint32_t>(found->text.size());
  switch (found->kind) {
    case kUnaryOp:
    case kAtOp:
    case kDualOp:
      return lex_unary(found->kind, length);
    case kTernaryOp:
    case kAssocOp: {
      // Neither may be a keyword or be captured.
      const std::uint32_t newlines = previous_newlines();
      const std::uint32_t offset = at_;
      at_ += length;
      drop_eol();
      push(found->kind, offset, found->symbol.index, newlines);
      return;
    }
    default:
      return lex_binary(found->kind, length);
  }
}

// `+: 1`: an operator, a colon and a space make a keyword.
bool Lexer::lex_keyword_operator(std::uint32_t length, std::string_view name) {
  if (!starts_with(name) || peek(length) != ':' || !space_at(length + 1)) return false;
  const std::uint32_t offset = at_;
  at_ += length + 1;
  push(kKwIdentifier, offset, intern(name).index);
  return true;
}

void Lexer::lex_binary(TokenKind kind, std::uint32_t length) {
  const std::uint32_t offset = at_;
  const Symbol symbol = longest_operator(std::string_view(data_ + at_, size_ - at_))->symbol;
  if (peek(length) == ':' && space_at(length + 1)) {
    at_ += length + 1;
    push(kKwIdentifier, offset, symbol.index);
    return;
  }
  at_ += length;
  const std::uint32_t end = at_;
  skip_spaces();
  const bool captured = peek(0) == '/';
  if (captured) {
    push(kIdentifier, offset, symbol.index).end = end;
    return;
  }
  const std::uint32_t newlines = previous_newlines();
  drop_eol();
  push(kind, offset, symbol.index, newlines).end = end;
}

void Lexer::lex_unary(TokenKind kind, std::uint32_t length) {
  const std::uint32_t offset = at_;
  const Symbol symbol = longest_operator(std::string_view(data_ + at_, size_ - at_))->symbol;
  if (peek(length) == ':' && space_at(length + 1)) {
    at_ += length + 1;
    push(kKwIdentifier, offset, symbol.index);
    return;
  }
  at_ += length;
  const std::uint32_t end = at_;
  skip_spaces();
  push(peek(0) == '/' ? kIdentifier : kind, offset, symbol.index).end = end;
}

void Lexer::lex_capture() {
  if (starts_with("&&")) return lex_binary(kAndOp, starts_with("&&&") ? 3 : 2);
  if (lex_keyword_operator(1, "&")) return;
  const std::uint32_t offset = at_++;
  const std::uint32_t end = at_;
  skip_spaces();
  TokenKind kind = kCaptureOp;
  if (peek(0) == '/') {
    ++at_;
    skip_spaces();
    if (peek(0) != '/') kind = kIdentifier;
  }
  at_ = end;
  push(kind, offset, names().ampersand.index);
  // From 1.15 on only a number that touches the sign makes a placeholder; before, any number behind it does.
  if (kind == kCaptureOp && options_.level.at_least(1, 15) && is_digit(peek(0))) list_.tokens.back().kind = kCaptureInteger;
}

void Lexer::lex_colon() {
  const std::uint32_t offset = at_;
  const std::string_view rest(data_ + at_ + 1, size_ - at_ - 1);
  if (rest.empty()) return lex_unexpected();
  for (const std::string_view name : {"...", "<<>>", "%{}", "%", "{}", "..//"}) {
    if (!rest.starts_with(name)) continue;
    at_ += 1 + static_cast<std::uint32_t>(name.size());
    push(kAtom, offset, intern(name).index);
    return;
  }
  if (rest[0] == ':') {
    if (rest.size() < 2 || rest[1] != ':') return lex_binary(kTypeOp, 2);
    at_ += 3;  // :::, deprecated
    push(kAtom, offset, names().binary_type.index);
    return;
  }
  if (rest[0] == '"' || rest[0] == '\'') return lex_quoted_atom();
  if (const Operator* found = longest_operator(rest); found != nullptr) {
    std::string_view text = found->text;
    if (found->kind == kTernaryOp || found->kind == kAssocOp) text = text.substr(0, 1);  // :/ and := only
    at_ += 1 + static_cast<std::uint32_t>(text.size());
    push(kAtom, offset, intern(text).index);
    return;
  }
  int char_class = 0;
  bool ascii = true;
  bool has_at = false;
  const std::uint32_t length = name_length(at_ + 1, char_class, ascii, has_at);
  if (length == 0) return lex_unexpected();
  at_ += 1 + length;
  const std::string_view written(data_ + offset + 1, length);
  const std::string_view name = ascii ? written : unicode_name(written, offset);
  if (at_ < size_ && static_cast<unsigned char>(data_[at_]) >= 0x80) lex_unexpected();
  const Symbol symbol = atom_of(name, offset);
  push(kAtom, offset, symbol.index);
}

void Lexer::lex_percent() {
  if (lex_keyword_operator(3, "%{}") || lex_keyword_operator(1, "%")) return;
  const std::uint32_t offset = at_++;
  const char next = peek(0);
  if (next == '(' || next == '[') report(offset, at_ + 1, std::string("expected %{ to define a map, got: %") + next);
  push(next == '{' ? kMap : kStruct, offset);
}

void Lexer::lex_dot() {
  const std::uint32_t offset = at_;
  for (const std::string_view name : {".", "...", "..//"}) {
    if (lex_keyword_operator(static_cast<std::uint32_t>(name.size()), name)) return;
  }
  if (starts_with("...")) {
    at_ += 3;
    const std::uint32_t end = at_;
    at_ = offset;
    if (!options_.level.at_least(1, 17)) return push_call_identifier(offset, 3, names().ellipsis);
    at_ = end;
    skip_spaces();
    push(peek(0) == '/' ? kIdentifier : kEllipsisOp, offset, names().ellipsis.index).end = end;
    at_ = end;
    return;
  }
  if (starts_with("..//")) {
    at_ += 4;
    const std::uint32_t end = at_;
    skip_spaces();
    if (peek(0) == '/') {
      push(kIdentifier, offset, names().range_step.index).end = end;
      return;
    }
    report(offset, end, "unexpected token: ..//");
    at_ = offset;
    return lex_binary(kRangeOp, 2);
  }
  if (starts_with("..")) return lex_binary(kRangeOp, 2);
  ++at_;
  const std::uint32_t end = at_;
  // What is called may stand on a later line, behind comments.
  for (;;) {
    skip_spaces();
    if (peek(0) == '#') {
      // The eol that a comment resets is none of this expression.
      lex_comment();
    } else if (peek(0) == '\n') {
      ++at_;
    } else if (peek(0) == '\r' && peek(1) == '\n') {
      at_ += 2;
    } else {
      break;
    }
  }
  const char next = peek(0);
  drop_eol();
  if (next == '(') {
    push(kDotCall, offset, names().dot.index).end = end;
    return;
  }
  push(kDot, offset, names().dot.index).end = end;
  if (next == '"' || next == '\'') return lex_quoted_call();
  if (at_ >= size_) return;
  const Operator* found = longest_operator(std::string_view(data_ + at_, size_ - at_));
  if (found == nullptr || found->kind == kDot || (found->kind == kRangeOp && options_.level.at_least(1, 17))) return;
  std::string_view text = found->text;
  if (found->kind == kTernaryOp || found->kind == kAssocOp || found->kind == kStabOp) text = text.substr(0, 1);
  push_call_identifier(at_, static_cast<std::uint32_t>(text.size()), intern(text));
}

void Lexer::lex_opener(TokenKind kind, std::uint32_t length) {
  if (kind == kOpenParen && !list_.tokens.empty() && list_.tokens.back().kind == kAlias) {
    const Token& alias = list_.tokens.back();
    const bool behind = !options_.level.at_least(1, 15);
    report(at_ + (behind ? 1 : 0), at_ + 1,
           "unexpected ( after alias " + std::string(data_ + alias.offset, alias.end - alias.offset) +
               ". Function names and identifiers in Elixir start with lowercase characters or underscore");
  }
  const std::uint32_t offset = at_;
  at_ += length;
  push(kind, offset);
  openers_.push_back({kind, static_cast<std::uint32_t>(list_.tokens.size() - 1)});
}

void Lexer::lex_closer(TokenKind kind, std::uint32_t length) {
  const std::uint32_t offset = at_;
  at_ += length;
  const bool open = openers_.size() > openers_base_;
  if (open && closer_of(openers_.back().kind) == kind) {
    list_.tokens[openers_.back().token].value = static_cast<std::uint32_t>(list_.tokens.size());
    openers_.pop_back();
    push(kind, offset);
    return;
  }
  if (!mismatch_ && !interpolation_broken_) {
    const std::string text(data_ + offset, length);
    std::string message = (kind == kEnd ? "unexpected reserved word: " : "unexpected token: ") + text;
    std::uint32_t at = offset;
    if (open) {
      const Token& opener = list_.tokens[openers_.back().token];
      message += ". The \"" + std::string(data_ + opener.offset, opener.end - opener.offset) + "\" is missing terminator \"" +
                 std::string(terminator_of(opener.kind)) + "\"";
      if (options_.level.at_least(1, 16)) at = opener.offset;
    }
    report(at, offset + length, std::move(message));
  }
  if (openers_base_ != 0 || interpolation_depth_ != 0) {
    interpolation_broken_ = true;
    return;
  }
  mismatch_ = true;
  push(kind, offset);
}

void Lexer::lex_unexpected() {
  const std::uint32_t offset = at_;
  std::uint32_t length = 1;
  if (at_ < size_) decode_character(data_ + at_, size_ - at_, length);
  at_ += length;
  report(offset, at_, "unexpected token: \"" + std::string(data_ + offset, at_ - offset) + "\"");
}

}  // namespace beamwright::elixir
