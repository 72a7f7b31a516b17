// Calls with and without parentheses, do-blocks and keyword tails.
#include "elixir/names.h"
#include "elixir/parser.h"

namespace beamwright::elixir {

using enum TokenKind;

// Behind a name and a space, + - // and .. are operators between operands; whatever else begins an expression is an argument.
bool Parser::at_no_parens_argument() const {
  const TokenKind k = kind();
  if (k == kDualOp || k == kTernaryOp || k == kRangeOp) return false;
  return at_keyword() || at_expression();
}

// A name, alone or behind `left` and a dot.
Parser::Expr Parser::parse_identifier(const Expr* left, const Token* dot) {
  const Token name = token();
  advance();
  CallTarget target;
  target.name = Symbol(name.value);
  target.offset = name.offset;
  target.begin = name.offset;
  if (left != nullptr) {
    Node* callee = make_call(names().dot, dot->offset, left->node->begin, name.end);
    Expr right;
    right.node = make_atom(target.name, name.offset, name.end);
    const Expr wrapped = wrap(callee, {*left, right});
    target.callee = wrapped.node;
    target.height = wrapped.height;
    target.begin = left->node->begin;
    target.quote = name.delimiter;
  }
  if (name.kind == kParenIdentifier && kind() == kOpenParen) return parse_parens_call(target);
  if (!frame_.struct_name && (name.kind == kOpIdentifier || (name.kind == kIdentifier && at_no_parens_argument()))) {
    target.signed_argument = name.kind == kOpIdentifier && left == nullptr;
    return parse_no_parens_call(target);
  }
  if (name.kind == kDoIdentifier && at_do_block()) {
    Children arguments = open_children();
    MetaList metas;
    parse_do_block(arguments, metas);
    Expr result = finish_call(target, arguments, metas);
    result.kind = Class::kUnmatched;
    return result;
  }
  Expr result;
  if (left == nullptr) {
    result.node = make(NodeKind::kVariable, name.offset, name.offset, name.end);
    result.node->symbol = target.name;
  } else {
    Children none = open_children();
    MetaList metas;
    metas.add(MetaKey::kNoParens, 1);
    result = finish_call(target, none, metas);
  }
  result.access = result.bare = name.kind == kBracketIdentifier;
  result.name = true;
  return result;
}

Parser::Expr Parser::finish_call(const CallTarget& target, Children& arguments, const MetaList& metas) {
  Node* node = make(target.callee == nullptr ? NodeKind::kCall : NodeKind::kCallOn, target.offset, target.begin, end_);
  if (target.callee == nullptr) {
    node->symbol = target.name;
  } else {
    node->callee = target.callee;
    arguments.height = std::max(arguments.height, target.height);
  }
  MetaList all = metas;
  if (target.quote != 0 && metadata() && options_.level.at_least(1, 18))
    all.add(MetaKey::kDelimiter, intern({reinterpret_cast<const char*>(&target.quote), 1}).index);
  if (all.size > 0) set_meta(node, all);
  return close_children(node, arguments);
}

// At the "(".
Parser::Expr Parser::parse_parens_call(CallTarget target) {
  Children arguments = open_children();
  MetaList metas = parse_parens_arguments(arguments);
  if (kind() == kOpenParen) {
    // foo()(): the call calls what the first one returns.
    const Expr first = finish_call(target, arguments, metas);
    CallTarget outer;
    outer.callee = first.node;
    outer.height = first.height;
    outer.offset = target.offset;
    outer.begin = target.begin;
    target = outer;
    arguments = open_children();
    MetaList second = parse_parens_arguments(arguments);
    if (!options_.level.at_least(1, 19)) second.add(metas);
    metas = second;
  }
  if (!at_do_block()) {
    Expr result = finish_call(target, arguments, metas);
    result.access = result.parens = true;
    return result;
  }
  MetaList block;
  parse_do_block(arguments, block);
  block.add(metas);
  Expr result = finish_call(target, arguments, block);
  result.kind = Class::kUnmatched;
  return result;
}

Parser::MetaList Parser::parse_parens_arguments(Children& arguments) {
  const std::uint32_t closer = token().value;
  advance();
  const Frame before = enter(closer, false);
  const std::uint32_t newlines = kind() == kEol ? token().newlines : 0;
  skip_eol();
  bool first = true;
  while (pos_ < closer) {
    if (at_keyword()) {
      add(arguments, parse_keywords(false, true));
      break;
    }
    const Expr argument = parse_expression();
    // A call without parentheses and with commas may only be the one argument.
    if (argument.kind == Class::kNoParens && (!first || kind() == kComma))
      fail_at(argument.node->offset, argument.node->end,
              "unexpected comma. Parentheses are required to solve ambiguity in nested calls");
    add(arguments, argument);
    first = false;
    if (kind() != kComma) break;
    advance();
    if (pos_ >= closer) fail_before();
  }
  expect_closer();
  advance();
  leave(before);
  return pair_meta(newlines, closer);
}

Parser::Expr Parser::parse_no_parens_call(const CallTarget& target) {
  Children arguments = open_children();
  const bool no_do = frame_.no_do;
  frame_.no_do = true;
  const Class arguments_kind = parse_no_parens_arguments(arguments);
  frame_.no_do = no_do;
  MetaList metas;
  if (at_do_block()) {
    parse_do_block(arguments, metas);
    Expr result = finish_call(target, arguments, metas);
    result.kind = Class::kUnmatched;
    return result;
  }
  if (target.signed_argument && stack_.size() == arguments.base + 1) metas.add(MetaKey::kAmbiguousOp, 0);
  Expr result = finish_call(target, arguments, metas);
  result.kind = arguments_kind;
  result.call = true;
  return result;
}

Parser::Class Parser::parse_no_parens_arguments(Children& arguments) {
  if (at_keyword()) {
    add(arguments, parse_keywords(true, true));
    return Class::kMatched;
  }
  const Expr first = parse_expression();
  add(arguments, first);
  if (first.kind == Class::kNoParens || kind() != kComma) return first.kind;
  while (kind() == kComma) {
    advance();
    if (at_keyword()) {
      add(arguments, parse_keywords(true, true));
      break;
    }
    const Expr next = parse_expression();
    if (next.kind == Class::kNoParens)
      fail_at(next.node->offset, next.node->end, "unexpected comma. Parentheses are required to solve ambiguity in nested calls");
    add(arguments, next);
  }
  return Class::kNoParens;
}

// At the `do`: adds [do: …, else: …] to the arguments.
void Parser::parse_do_block(Children& arguments, MetaList& metas) {
  const Token opener = token();
  const std::uint32_t closer = opener.value;
  advance();
  const Frame before = enter(closer, true);
  Node* list = make(NodeKind::kList, opener.offset, opener.offset, opener.end);
  Children sections = open_children();
  Expr key;
  key.node = make_atom(sym::do_, opener.offset, opener.end);
  note_literal(key.node);
  for (;;) {
    bool clauses = false;
    const std::uint32_t place = sections.height == 0 && options_.level.at_least(1, 20) ? opener.offset : kNoPlace;
    const Expr body = parse_block(closer, &clauses, place);
    Node* pair = make(NodeKind::kPair, key.node->begin, key.node->begin, std::max(end_, body.node->end));
    add(sections, wrap(pair, {key, body}));
    if (kind() != kBlockIdentifier || pos_ >= closer) break;
    key.node = make_atom(Symbol(token().value), token().offset, token().end);
    note_literal(key.node);
    advance();
  }
  expect_closer();
  if (metadata()) {
    metas.add(MetaKey::kDo, opener.offset);
    metas.add(MetaKey::kEnd, tokens_[closer].offset);
  }
  advance();
  leave(before);
  list->end = end_;
  add(arguments, close_children(list, sections));
}

// kw_data, kw_call or call_args_no_parens_kw: a list of pairs.
Parser::Expr Parser::parse_keywords(bool no_parens, bool call) {
  const std::uint32_t begin = token().offset;
  Children pairs = open_children();
  for (;;) {
    const Expr key = parse_keyword_key();
    skip_eol();
    const Expr value = no_parens ? parse_expression() : parse_container_value();
    Node* pair = make(NodeKind::kPair, key.node->begin, key.node->begin, std::max(end_, value.node->end));
    add(pairs, wrap(pair, {key, value}));
    if (kind() != kComma) break;
    const Token comma = token();
    advance();
    if (at_keyword()) continue;
    if (!no_parens && (pos_ == frame_.closer || kind() == kEol)) break;
    if (!at_expression()) {
      fail_before();
    } else {
      fail_at(comma.offset, comma.end,
              call ? "unexpected expression after keyword list. Keyword lists must always come as the last argument"
                   : "unexpected expression after keyword list. Keyword lists must always come last in lists and maps");
    }
    break;
  }
  return close_children(make(NodeKind::kList, begin, begin, end_), pairs);
}

Parser::Expr Parser::parse_keyword_key() {
  const Token key = token();
  if (key.kind == kKwInterpolated) return parse_text();
  advance();
  Expr result;
  result.node = make_atom(Symbol(key.value), key.offset, key.end);
  MetaList metas;
  if (options_.literal_metadata) {
    if (key.delimiter != 0 && options_.level.at_least(1, 18)) note_delimiter(metas, static_cast<char>(key.delimiter), 1);
    metas.add(MetaKey::kFormat, intern("keyword").index);
  }
  note_literal(result.node, metas);
  return result;
}

Parser::Expr Parser::parse_container_value() {
  const Expr value = parse_expression();
  if (value.kind == Class::kNoParens)
    return fail_at(value.node->offset, value.node->end,
                   "unexpected comma. Parentheses are required to solve ambiguity inside containers");
  return value;
}

}  // namespace beamwright::elixir
