// The second look at a file whose brackets do not match.
#include "elixir/repair.h"

#include <algorithm>

namespace beamwright::elixir {

using enum TokenKind;

TokenKind closer_of(TokenKind opener) {
  switch (opener) {
    case kFn:
    case kDo:
      return kEnd;
    case kOpenParen:
      return kCloseParen;
    case kOpenBracket:
      return kCloseBracket;
    case kOpenCurly:
      return kCloseCurly;
    case kOpenBits:
      return kCloseBits;
    default:
      return kEndOfInput;
  }
}

std::string_view terminator_of(TokenKind opener) {
  switch (opener) {
    case kFn:
    case kDo:
      return "end";
    case kOpenParen:
      return ")";
    case kOpenBracket:
      return "]";
    case kOpenCurly:
      return "}";
    case kOpenBits:
      return ">>";
    default:
      return "";
  }
}

bool is_opener(TokenKind kind) { return closer_of(kind) != kEndOfInput; }

bool is_closer(TokenKind kind) {
  return kind == kEnd || kind == kCloseParen || kind == kCloseBracket || kind == kCloseCurly || kind == kCloseBits;
}

namespace {

bool is_definition(std::string_view word) {
  return word == "def" || word == "defp" || word == "defmacro" || word == "defmacrop" || word == "defmodule" ||
         word == "defimpl" || word == "defprotocol" || word == "defguard" || word == "defguardp" || word == "defdelegate" ||
         word == "test" || word == "describe";
}

// How many open brackets a closer looks at: more would take time with the square of their number.
constexpr std::size_t kMaxLook = 64;

class Repair {
 public:
  Repair(std::string_view text, TokenList& list) : text_(text), list_(list) {}

  void run() {
    const std::vector<Token> old = std::move(list_.tokens);
    list_.tokens.clear();
    list_.tokens.reserve(old.size() + 16);
    bool statement = true;
    for (std::uint32_t i = 0; i < old.size();) {
      const Token& token = old[i];
      const std::uint32_t next = next_token(old, i);
      if (token.kind == kEndOfInput) break;
      note_line(token.offset);
      if (statement) {
        statement_indent_ = line_indent_;
        const bool definition = is_definition(text_.substr(token.offset, token.end - token.offset));
        if (first_on_line_ && (definition || token.kind == kAtOp)) close_definitions(token.offset);
      }
      if (is_closer(token.kind)) {
        close(token);
      } else {
        append(old, i, next);
      }
      statement = token.kind == kEol || token.kind == kSemicolon || token.kind == kDo || token.kind == kFn ||
                  token.kind == kStabOp || token.kind == kBlockIdentifier;
      first_on_line_ = false;
      i = next;
    }
    const auto size = static_cast<std::uint32_t>(text_.size());
    while (!openers_.empty()) close_top(size);
    list_.tokens.push_back(Token{kEndOfInput, 0, 0, size, size, 0, 0});
  }

 private:
  struct Opener {
    TokenKind kind;
    std::uint32_t token;
    std::uint32_t indent;  // of the line where its statement begins
  };

  // Keeps the indentation of the line at hand; offsets only grow.
  void note_line(std::uint32_t offset) {
    while (line_end_ <= offset && line_end_ != std::string_view::npos) {
      const std::size_t start = line_end_;
      const std::size_t text = text_.find_first_not_of(" \t", start);
      line_indent_ = static_cast<std::uint32_t>((text == std::string_view::npos ? text_.size() : text) - start);
      const std::size_t newline = text_.find('\n', start);
      line_end_ = newline == std::string_view::npos ? newline : newline + 1;
      first_on_line_ = true;
    }
  }

  // Copies a token, with its interpolations behind it, to its new place.
  void append(const std::vector<Token>& old, std::uint32_t from, std::uint32_t to) {
    const auto at = static_cast<std::uint32_t>(list_.tokens.size());
    const std::uint32_t move = at - from;
    for (std::uint32_t i = from; i < to; ++i) {
      Token token = old[i];
      if (is_text(token.kind)) {
        token.newlines += move;
        const TextLiteral& literal = list_.texts[token.value];
        for (std::uint32_t p = 0; p < literal.part_count; ++p) {
          std::uint32_t& first = list_.parts[literal.first_part + p].first_token;
          if (first != 0) first += move;
        }
      } else if (i > from && is_opener(token.kind)) {
        token.value += move;
      }
      list_.tokens.push_back(token);
    }
    if (!is_opener(old[from].kind)) return;
    while (!starts_.empty() && starts_.back() >= openers_.size()) starts_.pop_back();
    if (starts_.empty() || openers_[starts_.back()].indent < statement_indent_) starts_.push_back(openers_.size());
    openers_.push_back({old[from].kind, at, statement_indent_});
  }

  void close_top(std::uint32_t offset) {
    const Opener opener = openers_.back();
    openers_.pop_back();
    list_.tokens[opener.token].value = static_cast<std::uint32_t>(list_.tokens.size());
    list_.tokens.push_back(Token{closer_of(opener.kind), 0, 0, offset, offset, 0, 0});
  }

  static bool ends(const Opener& opener) { return opener.kind == kDo || opener.kind == kFn; }

  void close(const Token& token) {
    const auto matches = [&](const Opener& opener) { return closer_of(opener.kind) == token.kind; };
    std::size_t wanted = openers_.size();
    if (token.kind == kEnd) {
      std::size_t looked = 0;
      for (std::size_t i = openers_.size(); i-- > 0 && ++looked < kMaxLook;) {
        if (!ends(openers_[i])) continue;
        if (wanted == openers_.size()) wanted = i;
        // An `end` left of its `do` belongs to an outer one of the same indentation.
        if (!first_on_line_ || openers_[i].indent <= line_indent_) {
          if (first_on_line_ && openers_[i].indent == line_indent_) wanted = i;
          break;
        }
      }
      const bool surplus = wanted < openers_.size() && first_on_line_ && openers_[wanted].indent < line_indent_;
      if (surplus) return;
    } else {
      std::size_t looked = 0;
      for (std::size_t i = openers_.size(); i-- > 0 && ++looked < kMaxLook && !ends(openers_[i]);) {
        if (!matches(openers_[i])) continue;
        wanted = i;
        break;
      }
    }
    if (wanted == openers_.size()) return;
    while (openers_.size() > wanted + 1) close_top(token.offset);
    list_.tokens[openers_.back().token].value = static_cast<std::uint32_t>(list_.tokens.size());
    openers_.pop_back();
    list_.tokens.push_back(token);
  }

  // A definition or attribute ends all that is still open in statements that begin as far right as it or further.
  void close_definitions(std::uint32_t offset) {
    std::size_t keep = openers_.size();
    // Their indentation grows: each new one has ended those further right.
    while (!starts_.empty() && (starts_.back() >= openers_.size() || openers_[starts_.back()].indent >= line_indent_)) {
      if (starts_.back() < openers_.size()) keep = starts_.back();
      starts_.pop_back();
    }
    if (keep == openers_.size()) return;
    while (openers_.size() > keep) close_top(offset);
    list_.tokens.push_back(Token{kEol, 0, 0, offset, offset, 0, 1});
  }

  std::string_view text_;
  TokenList& list_;
  std::vector<Opener> openers_;
  std::vector<std::size_t> starts_;  // openers further right than those before them; some may be closed already
  std::size_t line_end_ = 0;
  std::uint32_t line_indent_ = 0;
  std::uint32_t statement_indent_ = 0;
  bool first_on_line_ = true;
};

}  // namespace

void repair_brackets(std::string_view text, TokenList& list) { Repair(text, list).run(); }

}  // namespace beamwright::elixir
