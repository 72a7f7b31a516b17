// Lists, tuples, bitstrings, maps and structs.
#include "elixir/characters.h"
#include "elixir/names.h"
#include "elixir/parser.h"

namespace beamwright::elixir {

using enum TokenKind;

// At the opener: reads all up to and with the closer, and notes newlines and closer. False when there is nothing inside.
bool Parser::parse_bracketed(Children& items, bool lists, MetaList& metas) {
  const std::uint32_t closer = token().value;
  advance();
  const Frame before = enter(closer, false);
  const std::uint32_t newlines = kind() == kEol ? token().newlines : 0;
  skip_eol();
  const bool empty = pos_ == closer;
  if (!empty) parse_container_items(items, lists);
  expect_closer();
  advance();
  leave(before);
  metas.add(pair_meta(newlines, closer));
  return !empty;
}

// container_args, or list_args, where keywords may come first and become elements of the list itself.
void Parser::parse_container_items(Children& items, bool lists) {
  while (pos_ < frame_.closer) {
    if (at_keyword()) {
      if (!lists && stack_.size() == items.base) {
        fail_before();
        return;
      }
      const Expr keywords = parse_keywords(false, false);
      if (!lists) return add(items, keywords);
      for (const Node* pair : keywords.node->children()) add(items, pair, keywords.height - 1);
      return;
    }
    add(items, parse_container_value());
    if (kind() != kComma) return;
    advance();
  }
}

Parser::Expr Parser::parse_list() {
  const Token opener = token();
  Children items = open_children();
  MetaList metas;
  parse_bracketed(items, true, metas);
  Node* node = make(NodeKind::kList, opener.offset, opener.offset, end_);
  note_literal(node, metas);
  Expr result = close_children(node, items);
  result.access = true;
  return result;
}

Parser::Expr Parser::parse_tuple() {
  const Token opener = token();
  Children items = open_children();
  MetaList metas;
  parse_bracketed(items, false, metas);
  Node* node = nullptr;
  if (stack_.size() == items.base + 2) {
    node = make(NodeKind::kPair, opener.offset, opener.offset, end_);
    note_literal(node, metas);
  } else {
    node = make_call(names().tuple, opener.offset, opener.offset, end_);
    set_meta(node, metas);
  }
  Expr result = close_children(node, items);
  result.access = true;
  return result;
}

Parser::Expr Parser::parse_bits() {
  const Token opener = token();
  Children items = open_children();
  MetaList metas;
  parse_bracketed(items, false, metas);
  Node* node = make_call(names().bits, opener.offset, opener.offset, end_);
  set_meta(node, metas);
  Expr result = close_children(node, items);
  result.access = true;
  return result;
}

// At the % before a {.
Parser::Expr Parser::parse_map(std::uint32_t begin) {
  advance();
  skip_eol();
  if (kind() != kOpenCurly) return fail_before();
  return parse_map_body(begin);
}

// map_args, at the {.
Parser::Expr Parser::parse_map_body(std::uint32_t begin) {
  const Token opener = token();
  const std::uint32_t closer = opener.value;
  advance();
  const Frame before = enter(closer, false);
  const std::uint32_t newlines = kind() == kEol ? token().newlines : 0;
  skip_eol();
  Children items = open_children();
  if (pos_ < closer && !parse_map_update(items)) parse_map_items(items);
  expect_closer();
  advance();
  leave(before);
  // From 1.17 on the map stands where its % does.
  Node* node = make_call(names().map, options_.level.at_least(1, 17) ? begin : opener.offset, begin, end_);
  set_meta(node, pair_meta(newlines, closer));
  Expr result = close_children(node, items);
  result.access = true;
  return result;
}

// assoc and kw_data up to the closer.
void Parser::parse_map_items(Children& items) {
  while (pos_ < frame_.closer) {
    if (at_keyword()) {
      const Expr keywords = parse_keywords(false, false);
      for (const Node* pair : keywords.node->children()) add(items, pair, keywords.height - 1);
      return;
    }
    add(items, parse_association());
    if (kind() != kComma) return;
    advance();
  }
}

// The first item of a map, with everything behind it when that is `map | changes`; false when only one plain item was read, or
// none.
bool Parser::parse_map_update(Children& items) {
  if (at_keyword()) return false;
  const int above_pipe = binary_precedence(kPipeOp).level + 1;
  const Expr left = parse_binary(above_pipe);
  if (kind() != kPipeOp || left.kind == Class::kNoParens) {
    add(items, finish_association(continue_binary(left, 0)));
    if (kind() != kComma) return true;
    advance();
    return false;
  }
  const Token op = token();
  advance();
  std::uint32_t newlines = op.newlines;
  if (kind() == kEol) {
    newlines = token().newlines;
    ++pos_;
  }
  Children changes = open_children();
  const std::uint32_t begin = token().offset;
  if (at_keyword()) {
    const Expr keywords = parse_keywords(false, false);
    for (const Node* pair : keywords.node->children()) add(changes, pair, keywords.height - 1);
  } else {
    add(changes, parse_association());
    if (kind() == kComma) {
      advance();
      parse_map_items(changes);
    }
  }
  const Expr list = close_children(make(NodeKind::kList, begin, begin, end_), changes);
  Node* pipe = make_call(Symbol(op.value), op.offset, left.node->begin, end_);
  MetaList metas;
  add_newlines(metas, newlines);
  set_meta(pipe, metas);
  add(items, wrap(pipe, {left, list}));
  return true;
}

Parser::Expr Parser::parse_association() { return finish_association(parse_expression()); }

bool Parser::has_prefix_operator(const Node& node) const {
  // Up to 1.16 the ellipsis was a name.
  const bool name = node.kind == NodeKind::kCall && node.symbol == names().ellipsis && !options_.level.at_least(1, 17);
  return !name && node.kind == NodeKind::kCall && node.child_count == 1 && node.begin == node.offset &&
         (node.symbol == sym::not_ || !is_class(text_[node.begin], kCharLower | kCharUpper));
}

bool Parser::stands_for_pairs(const Expr& key) const {
  if (key.kind != Class::kMatched) return false;
  if (options_.level.at_least(1, 17)) return key.base || key.access || key.name;
  return key.name || key.parens || (key.call && !has_prefix_operator(*key.node));
}

bool Parser::names_struct(const Expr& name) const {
  if (name.kind != Class::kMatched) return false;
  if (options_.level.at_least(1, 17)) return name.base || name.access || name.name;
  const Node& node = *name.node;
  const bool atom = node.kind == NodeKind::kAtom && text_[node.begin] == ':';
  const bool container =
      node.kind == NodeKind::kCallOn && node.callee->child_count == 2 && node.callee->child(1).is_atom(names().tuple);
  return name.name || name.parens || atom || container || node.is_call(sym::dunder_aliases);
}

// key => value; alone only what may stand for pairs at compile time: a variable or a call.
Parser::Expr Parser::finish_association(Expr key) {
  if (kind() != kAssocOp) {
    if (stands_for_pairs(key)) return key;
    if (kind() == kEol) ++pos_;  // what the compiler names is the closer
    return fail_before();
  }
  const Token op = token();
  advance();
  skip_eol();
  // unmatched_expr -> at_op_eol expr: an operator in front makes a key of any call.
  if (key.kind == Class::kNoParens && !has_prefix_operator(*key.node))
    return fail_at(op.offset, op.end, "syntax error before: =>");
  if (metadata() && takes_meta(*key.node) && options_.level.at_least(1, 18)) {
    MetaList metas;
    metas.add(MetaKey::kAssoc, op.offset);
    prepend_meta(key.node, metas);
  }
  const Expr value = parse_expression();
  if (value.kind == Class::kNoParens && !has_prefix_operator(*value.node))
    return fail_at(value.node->offset, value.node->end, "syntax error before: ,");
  Node* pair = make(NodeKind::kPair, key.node->begin, key.node->begin, std::max(end_, value.node->end));
  return wrap(pair, {key, value});
}

// %Name{}: at the %.
Parser::Expr Parser::parse_struct() {
  const Token op = token();
  advance();
  const bool outer = frame_.struct_name;
  frame_.struct_name = true;
  const Expr name = parse_struct_name();
  frame_.struct_name = outer;
  if (kind() == kEol) ++pos_;
  if (kind() != kOpenCurly || !name.base) return fail_before();
  const Expr map = parse_map_body(token().offset);
  Node* node = make_call(names().structure, op.offset, op.offset, end_);
  Expr result = wrap(node, {name, map});
  result.access = true;
  return result;
}

Parser::Expr Parser::parse_struct_name() {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return fail("the expression is nested too deeply to be read");
  const TokenKind k = kind();
  const bool at = k == kAtOp && !options_.level.at_least(1, 17);
  if (at || k == kUnaryOp || k == kDualOp || k == kTernaryOp) {
    const Token op = token();
    advance();
    skip_eol();
    const Expr operand = parse_struct_name();
    Expr result = build_unary(op, operand);
    result.base = operand.base;
    return result;
  }
  if (!at_expression() || k == kOpenCurly) return fail_before();
  Expr result = parse_unary();
  result.base = names_struct(result);
  return result;
}

}  // namespace beamwright::elixir
