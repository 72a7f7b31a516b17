// Expressions and patterns: operators, calls, literals, lists and tuples.
#include <algorithm>
#include <array>
#include <cstring>

#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {
namespace {

enum class Side : std::uint8_t { kLeft, kRight, kNone };

struct Operator {
  std::uint8_t precedence = 0;  // in tens; 0: no operator
  Side side = Side::kLeft;
};

constexpr auto kOperators = [] {
  std::array<Operator, kTokenKindCount> table{};
  const auto set = [&](std::uint8_t precedence, Side side, std::initializer_list<TokenKind> kinds) {
    for (const TokenKind kind : kinds) table[static_cast<std::size_t>(kind)] = {precedence, side};
  };
  using K = TokenKind;
  set(10, Side::kRight, {K::kEqual, K::kBang});
  set(15, Side::kRight, {K::kOrelse});
  set(16, Side::kRight, {K::kAndalso});
  set(20, Side::kNone,
      {K::kEqualEqual, K::kSlashEqual, K::kEqualLess, K::kLess, K::kGreaterEqual, K::kGreater, K::kEqualColonEqual,
       K::kEqualSlashEqual});
  set(30, Side::kRight, {K::kPlusPlus, K::kMinusMinus});
  set(40, Side::kLeft, {K::kPlus, K::kMinus, K::kBor, K::kBxor, K::kBsl, K::kBsr, K::kOr, K::kXor});
  set(50, Side::kLeft, {K::kSlash, K::kStar, K::kDiv, K::kRem, K::kBand, K::kAnd});
  return table;
}();
constexpr int kPrefixPrecedence = 60;

struct Leaf {
  bool is_leaf = false;
  NodeKind kind = NodeKind::kAtom;
};

// Tokens that may be a whole expression, unless they are wide.
constexpr auto kLeaves = [] {
  std::array<Leaf, kTokenKindCount> table{};
  table[static_cast<std::size_t>(TokenKind::kVar)] = {true, NodeKind::kVar};
  table[static_cast<std::size_t>(TokenKind::kAtom)] = {true, NodeKind::kAtom};
  table[static_cast<std::size_t>(TokenKind::kInteger)] = {true, NodeKind::kInteger};
  table[static_cast<std::size_t>(TokenKind::kFloat)] = {true, NodeKind::kFloat};
  table[static_cast<std::size_t>(TokenKind::kChar)] = {true, NodeKind::kChar};
  return table;
}();

// What neither goes on with an expression as an operator nor as what is called or updated.
constexpr auto kEndsExpression = [] {
  std::array<bool, kTokenKindCount> table{};
  for (std::size_t i = 0; i < kTokenKindCount; ++i) table[i] = kOperators[i].precedence == 0;
  for (const TokenKind kind : {TokenKind::kLeftParen, TokenKind::kColon, TokenKind::kHash})
    table[static_cast<std::size_t>(kind)] = false;
  return table;
}();

bool allowed_in_pattern(TokenKind kind) {
  return kind != TokenKind::kBang && kind != TokenKind::kOrelse && kind != TokenKind::kAndalso;
}

}  // namespace

inline const Node* Parser::lone_leaf() {
  const Token& token = *at_;
  const Leaf leaf = kLeaves[static_cast<std::size_t>(token.kind)];
  // A kEnd token stands behind every token of these kinds.
  if (!leaf.is_leaf || token.wide || depth_ >= Deeper::kMostLevels || !kEndsExpression[static_cast<std::size_t>(at_[1].kind)]) {
    return nullptr;
  }
  ++at_;
  last_end_ = token.end;
  Node* made = arena_.make<Node>();
  made->kind = leaf.kind;
  made->offset = token.location;
  made->begin = token.begin;
  made->end = token.end;
  // The symbol, the integer or the float, whichever it is.
  static_assert(sizeof made->integer == sizeof token.integer);
  std::memcpy(&made->integer, &token.integer, sizeof token.integer);
  return made;
}

const Node* Parser::expression(int least_precedence, bool pattern) {
  if (const Node* alone = lone_leaf()) return alone;
  const Deeper deeper(*this);
  const int outer_depth = depth_;
  const std::uint32_t begin = token().begin;
  const Node* left = operand(pattern);
  bool compared = false;
  while (true) {
    const Operator op = kOperators[static_cast<std::size_t>(kind())];
    if (op.precedence == 0 || op.precedence < least_precedence) break;
    if (pattern && !allowed_in_pattern(kind())) break;
    if (op.side == Side::kNone && compared) {
      fail_here();
      break;
    }
    compared = op.side == Side::kNone;
    const Token& sign = take();
    // A chain of operators to the left makes a tree as deep as the chain is long.
    if (++depth_ > Deeper::kMostLevels) fail(sign.begin, sign.end, "nested too deeply");
    const Node* right = expression(op.side == Side::kRight ? op.precedence : op.precedence + 1, pattern);
    if (sign.kind == TokenKind::kEqual) {
      left = node(NodeKind::kMatch, first_location(*left), begin, {left, right});
    } else {
      Node* made = node(NodeKind::kOp, sign.location, begin, {left, right});
      made->symbol = spelling_symbol(sign.kind);
      left = made;
    }
  }
  depth_ = outer_depth;
  return left;
}

const Node* Parser::prefix_operation(bool pattern) {
  const Token& sign = take();
  const Node* value = expression(kPrefixPrecedence, pattern);
  Node* made = node(NodeKind::kOp, sign.location, sign.begin, {value});
  made->symbol = spelling_symbol(sign.kind);
  return made;
}

const Node* Parser::operand(bool pattern) {
  switch (kind()) {
    case TokenKind::kCatch: {
      if (pattern) break;
      const Token& word = take();
      const Node* value = expression();
      return node(NodeKind::kCatch, word.location, word.begin, {value});
    }
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kBnot:
    case TokenKind::kNot:
      return prefix_operation(pattern);
    case TokenKind::kHash:
      return hash_construction(pattern);
    default:
      break;
  }
  const std::uint32_t begin = token().begin;
  const Node* base = primary(pattern);
  return pattern ? base : postfix(base, begin);
}

const Node* Parser::postfix(const Node* base, std::uint32_t begin) {
  switch (kind()) {
    case TokenKind::kLeftParen:
    case TokenKind::kColon:
      return call_or_remote(base, begin);
    case TokenKind::kHash:
      return hash_updates(base, begin, Chain::kAny);
    default:
      return base;
  }
}

const Node* Parser::call_or_remote(const Node* base, std::uint32_t begin) {
  if (kind() == TokenKind::kColon) {
    const Token& colon = take();
    const Node* name = primary(false);
    base = node(NodeKind::kRemote, colon.location, begin, {base, name});
    if (kind() != TokenKind::kLeftParen) return base;
  }
  const Node* values = arguments(false);
  return node(NodeKind::kCall, first_location(*base), begin, {base, values});
}

// '(' … ')'
const Node* Parser::arguments(bool pattern) {
  const Token& open = token();
  expect(TokenKind::kLeftParen);
  const std::size_t start = mark();
  if (kind() != TokenKind::kRightParen) {
    do push(expression(0, pattern));
    while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightParen);
  return sequence(start, open.begin);
}

const Node* Parser::expressions(bool pattern) {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do push(expression(0, pattern));
  while (accept(TokenKind::kComma));
  return sequence(start, begin);
}

const Node* Parser::primary(bool pattern) {
  switch (kind()) {
    case TokenKind::kVar:
      return leaf(NodeKind::kVar, take());
    case TokenKind::kAtom:
      return leaf(NodeKind::kAtom, take());
    case TokenKind::kInteger:
      return leaf(NodeKind::kInteger, take());
    case TokenKind::kFloat:
      return leaf(NodeKind::kFloat, take());
    case TokenKind::kChar:
      return leaf(NodeKind::kChar, take());
    case TokenKind::kString:
      return strings();
    case TokenKind::kSigil:
      return sigil();
    case TokenKind::kLeftBracket:
      return list(pattern);
    case TokenKind::kLeftBinary:
      return binary(pattern);
    case TokenKind::kLeftBrace:
      return tuple();
    case TokenKind::kLeftParen:
      return parenthesised(pattern);
    default:
      break;
  }
  if (!pattern) {
    switch (kind()) {
      case TokenKind::kBegin:
        return block();
      case TokenKind::kIf:
        return if_expression();
      case TokenKind::kCase:
        return case_expression();
      case TokenKind::kReceive:
        return receive_expression();
      case TokenKind::kFun:
        return fun_expression();
      case TokenKind::kTry:
        return try_expression();
      case TokenKind::kMaybe:
        return maybe_expression();
      default:
        break;
    }
  }
  fail_here();
  return leaf(NodeKind::kNil, token());
}

const Node* Parser::parenthesised(bool pattern) {
  take();
  const Node* inner = expression(0, pattern);
  expect(TokenKind::kRightParen);
  return inner;
}

// Adjacent strings are one.
const Node* Parser::strings() {
  const Token& first = take();
  Node* made = leaf(NodeKind::kString, first);
  if (kind() != TokenKind::kString) return made;
  const Token* next = at_;
  std::size_t size = first.text->size;
  while (next->kind == TokenKind::kString) size += (next++)->text->size;
  auto* text = static_cast<char*>(arena_.allocate(size + 1, 1));
  made->text_data = text;
  made->text_size = static_cast<std::uint32_t>(size);
  text = std::copy_n(first.text->data, first.text->size, text);
  while (kind() == TokenKind::kString) {
    const TokenText& part = *take().text;
    text = std::copy_n(part.data, part.size, text);
  }
  made->end = last_end_;
  return made;
}

// ~s"…" is a string that is joined with no other, ~"…" is <<"…"/utf8>>; erl_parse:build_sigil/3 of OTP 27.
const Node* Parser::sigil() {
  const Token& whole = take();
  const std::string_view prefix = whole.sigil().prefix.text();
  const bool characters = prefix == "s" || prefix == "S";
  if (!characters && !prefix.empty() && prefix != "b" && prefix != "B") {
    fail(whole.location, whole.end, "illegal sigil prefix");
  } else if (whole.sigil().suffix_bytes != 0) {
    // In a macro's expansion every place is that of the call.
    fail(whole.expanded ? whole.location : whole.end - whole.sigil().suffix_bytes, whole.end, "illegal sigil suffix");
  }
  Token text = whole;
  text.kind = TokenKind::kString;
  if (!whole.expanded) text.location += whole.sigil().prefix_bytes;
  const Node* string = leaf(NodeKind::kString, text);
  if (characters) return string;
  const Node* utf8 = bare_atom(intern("utf8"), whole);
  const Node* types = node(NodeKind::kSequence, whole.location, whole.begin, {utf8});
  const Node* element = node(NodeKind::kBinElement, text.location, whole.begin, {string, default_, types});
  const Node* elements = node(NodeKind::kSequence, whole.location, whole.begin, {element});
  return node(NodeKind::kBin, whole.location, whole.begin, {elements});
}

const Node* Parser::list(bool pattern) {
  const Token& open = take();
  if (kind() == TokenKind::kRightBracket) {
    Node* empty = leaf(NodeKind::kNil, open);
    empty->end = take().end;
    return empty;
  }
  const Node* first = expression();
  if (kind() == TokenKind::kDoubleBar && !pattern) {
    return comprehension(NodeKind::kListComprehension, open, first, TokenKind::kRightBracket);
  }
  return list_rest(open, first);
}

// Lists may be very long: their elements are read in a loop and the cells made from the end.
const Node* Parser::list_rest(const Token& open, const Node* first) {
  const std::size_t start = mark();
  push(first);
  while (accept(TokenKind::kComma)) push(expression());
  const Node* tail;
  if (accept(TokenKind::kBar)) {
    tail = expression();
    expect(TokenKind::kRightBracket);
  } else {
    const Token& close = token();
    expect(TokenKind::kRightBracket);
    tail = leaf(NodeKind::kNil, close);
  }
  while (pending_.size() > start + 1) {
    const Node* element = pending_.back();
    pending_.pop_back();
    tail = node(NodeKind::kCons, first_location(*element), element->begin, {element, tail});
  }
  pending_.pop_back();
  return node(NodeKind::kCons, open.location, open.begin, {first, tail});
}

const Node* Parser::tuple() {
  const Token& open = take();
  const std::size_t start = mark();
  if (kind() != TokenKind::kRightBrace) {
    do push(expression());
    while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBrace);
  const Node* elements = sequence(start, open.begin);
  return node(NodeKind::kTuple, open.location, open.begin, {elements});
}

}  // namespace beamwright::erlang
