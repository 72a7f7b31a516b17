// Operators, dots and access: precedence climbing over the table of elixir_parser.yrl.
#include "elixir/names.h"
#include "elixir/parser.h"

namespace beamwright::elixir {

using enum TokenKind;

namespace {
constexpr int kCapturePrecedence = 90;
constexpr int kUnaryPrecedence = 300;

constexpr auto kPrecedences = [] {
  std::array<Precedence, static_cast<std::size_t>(TokenKind::kCount)> table{};
  const auto set = [&](TokenKind kind, int level, bool right = false) {
    table[static_cast<std::size_t>(kind)] = {static_cast<std::uint16_t>(level), right};
  };
  set(kInMatchOp, 40), set(kWhenOp, 50, true), set(kTypeOp, 60, true), set(kPipeOp, 70, true), set(kMatchOp, 100, true);
  set(kOrOp, 110), set(kAndOp, 130), set(kCompOp, 140), set(kRelOp, 150), set(kArrowOp, 160), set(kInOp, 170), set(kXorOp, 180);
  set(kTernaryOp, 190, true), set(kConcatOp, 200, true), set(kRangeOp, 200, true), set(kDualOp, 210), set(kMultOp, 220);
  set(kPowerOp, 230);
  return table;
}();
}  // namespace

Precedence binary_precedence(TokenKind kind) { return kPrecedences[static_cast<std::size_t>(kind)]; }

Parser::Expr Parser::parse_binary(int min_precedence) {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return fail("the expression is nested too deeply to be read");
  return continue_binary(parse_unary(), min_precedence);
}

Parser::Expr Parser::continue_binary(Expr left, int min_precedence) {
  for (;;) {
    const Precedence precedence = binary_precedence(kind());
    if (precedence.level == 0 || precedence.level < min_precedence) return left;
    if (left.kind != Class::kMatched && left.kind != Class::kUnmatched) return left;
    const Token op = token();
    advance();
    std::uint32_t newlines = op.newlines;
    if (kind() == kEol) {
      // match_op_eol alone forgot to count them, up to 1.14.
      if (op.kind != kMatchOp || options_.level.at_least(1, 15)) newlines = token().newlines;
      ++pos_;
    }
    Expr right;
    if (op.kind == kWhenOp && at_keyword()) {
      const bool no_do = frame_.no_do;
      frame_.no_do = true;
      right = parse_keywords(true, true);
      frame_.no_do = no_do;
      right.kind = Class::kNoParens;
    } else {
      right = parse_binary(precedence.right ? precedence.level : precedence.level + 1);
    }
    left = build_binary(left, op, newlines, right);
  }
}

Parser::Expr Parser::build_binary(Expr left, const Token& op, std::uint32_t newlines, Expr right) {
  const Class result_kind = left.kind == Class::kUnmatched || right.kind == Class::kUnmatched ? Class::kUnmatched
                            : right.kind == Class::kNoParens                                  ? Class::kNoParens
                                                                                              : Class::kMatched;
  const std::uint32_t begin = left.node->begin;
  const std::uint32_t end = std::max(end_, right.node->end);
  Expr result;
  const bool negated = left.node->kind == NodeKind::kCall && left.node->child_count == 1 &&
                       (left.node->symbol == sym::not_ || left.node->symbol == names().bang);
  if (op.kind == kTernaryOp) {
    if (left.node->is_call(names().range) && left.node->child_count == 2) {
      Node* node = make_call(names().range_step, left.node->offset, begin, end);
      node->meta_data = left.node->meta_data;
      node->meta_count = left.node->meta_count;
      Children children = open_children();
      add(children, &left.node->child(0), left.height);
      add(children, &left.node->child(1), left.height);
      add(children, right);
      result = close_children(node, children);
    } else {
      result =
          fail_at(op.offset, op.end, "the range step operator (//) must immediately follow the range definition operator (..)");
    }
  } else if (op.kind == kInOp && (negated || op.value == names().not_in.index)) {
    // `not a in b` and `a not in b` are both not(a in b).
    const bool rewritten = op.value != names().not_in.index;
    Node* in = make_call(sym::in, op.offset, begin, end);
    Node* outer = make_call(rewritten ? left.node->symbol : sym::not_, op.offset, begin, end);
    Expr operand = left;
    if (rewritten) {
      operand.node = const_cast<Node*>(&left.node->child(0));
      if (options_.level.at_least(1, 20)) {
        outer->offset = left.node->offset;
        outer->meta_data = left.node->meta_data;
        outer->meta_count = left.node->meta_count;
      }
    } else if (options_.level.at_least(1, 19)) {
      in->offset = op.offset + op.gap;
      MetaList metas;
      add_newlines(metas, newlines);
      set_meta(outer, metas);
    }
    result = wrap(outer, {wrap(in, {operand, right})});
  } else {
    Node* node = make_call(Symbol(op.value), op.offset, begin, end);
    MetaList metas;
    add_newlines(metas, newlines);
    if (metas.size > 0) set_meta(node, metas);
    result = wrap(node, {left, right});
  }
  result.kind = result_kind;
  return result;
}

// `tight`: the operand of @, to which a dot or bracket behind it does not belong.
Parser::Expr Parser::parse_unary(bool tight) {
  switch (kind()) {
    case kAtOp:
    case kUnaryOp:
    case kDualOp:
    case kTernaryOp:
    case kCaptureOp:
    case kCaptureInteger:
    case kEllipsisOp:
      break;
    default:
      return parse_primary(tight);
  }
  const DepthGuard guard(*this);
  if (guard.too_deep()) return fail("the expression is nested too deeply to be read");
  if (kind() == kAtOp) return parse_at(tight);
  const Token op = token();
  clause_start_ = UINT32_MAX;
  advance();
  // capture_op_eol, up to 1.14
  if (op.kind == kCaptureOp && !options_.level.at_least(1, 15) && kind() == kEol && kind_after() == kInteger) skip_eol();
  const bool placeholder_number = (op.kind == kCaptureOp && !options_.level.at_least(1, 15) && kind() == kInteger) ||
                                  (op.kind == kCaptureInteger && kind() == kInteger);
  if (placeholder_number) {
    const Expr number = parse_number();
    number.node->literal = false;
    Expr result = wrap(make_call(Symbol(op.value), op.offset, op.offset, end_), {number});
    result.access = true;
    return tight ? result : parse_postfix(result);
  }
  if (op.kind == kEllipsisOp && (!at_expression() || kind() == kRangeOp || (frame_.struct_name && kind() == kOpenCurly))) {
    Children none = open_children();
    Expr result = close_children(make_call(Symbol(op.value), op.offset, op.offset, op.end), none);
    result.base = true;
    return tight ? result : parse_postfix(result);
  }
  if (op.kind == kCaptureInteger) return fail_before();
  if (op.kind != kEllipsisOp) skip_eol();
  const int precedence = op.kind == kCaptureOp || op.kind == kEllipsisOp ? kCapturePrecedence : kUnaryPrecedence;
  Expr operand = precedence == kUnaryPrecedence ? parse_unary(false) : parse_binary(precedence + 1);
  // A do-block gives its operand to what follows: unmatched_expr -> unary_op_eol expr.
  if (operand.kind == Class::kUnmatched) operand = continue_binary(operand, 0);
  return build_unary(op, operand);
}

Parser::Expr Parser::build_unary(const Token& op, Expr operand) {
  Node* node = make_call(Symbol(op.value), op.offset, op.offset, std::max(end_, operand.node->end));
  Expr result;
  if (op.kind == kTernaryOp) {
    // //2 is the variable / divided by 2.
    Node* variable = make(NodeKind::kVariable, op.offset, op.offset, op.offset + 1);
    variable->symbol = names().slash;
    node->symbol = names().slash;
    node->offset = op.offset + 1;
    Expr left;
    left.node = variable;
    result = wrap(node, {left, operand});
  } else {
    result = wrap(node, {operand});
  }
  result.kind = operand.kind;
  result.call = operand.call;
  result.base = op.kind != kCaptureOp && (operand.base || operand.access || operand.name);
  return result;
}

// @ binds tighter than the dot: @foo.bar is (@foo).bar and @foo[1] is (@foo)[1].
Parser::Expr Parser::parse_at(bool tight) {
  const Token op = token();
  clause_start_ = UINT32_MAX;
  advance();
  skip_eol();
  Expr operand = parse_unary(true);
  if (operand.kind == Class::kUnmatched) operand = continue_binary(operand, 0);
  Node* node = make_call(Symbol(op.value), op.offset, op.offset, std::max(end_, operand.node->end));
  const bool access = operand.access;
  Expr result = wrap(node, {operand});
  result.kind = operand.kind;
  result.call = operand.call;
  result.base = operand.base || operand.access || operand.name;
  if (result.kind != Class::kMatched || result.call) return result;
  if (access && kind() == kOpenBracket) {
    result.bare = true;
    result = parse_access(result);
    result.access = true;
  }
  return tight ? result : parse_postfix(result);
}

Parser::Expr Parser::parse_primary(bool tight) {
  Expr result;
  switch (kind()) {
    case kIdentifier:
    case kParenIdentifier:
    case kBracketIdentifier:
    case kDoIdentifier:
    case kOpIdentifier:
      clause_start_ = UINT32_MAX;
      result = parse_identifier(nullptr, nullptr);
      break;
    case kAlias: {
      const Token alias = token();
      advance();
      Node* node = make_call(sym::dunder_aliases, alias.offset, alias.offset, alias.end);
      if (metadata()) {
        MetaList metas;
        metas.add(MetaKey::kLast, alias.offset);
        set_meta(node, metas);
      }
      Expr part;
      part.node = make_atom(Symbol(alias.value), alias.offset, alias.end);
      result = wrap(node, {part});
      result.access = true;
      break;
    }
    case kOpenParen:
      result = parse_paren();
      break;
    case kOpenBracket:
      result = parse_list();
      break;
    case kOpenCurly:
      result = parse_tuple();
      break;
    case kOpenBits:
      result = parse_bits();
      break;
    case kMap:
      result = parse_map(token().offset);
      break;
    case kStruct:
      result = parse_struct();
      break;
    case kFn:
      result = parse_fn();
      break;
    case kRangeOp: {
      const Token op = token();
      advance();
      Children none = open_children();
      result = close_children(make_call(Symbol(op.value), op.offset, op.offset, op.end), none);
      result.access = !options_.level.at_least(1, 17);
      result.base = true;
      break;
    }
    default:
      result = parse_literal();
      break;
  }
  if (tight || result.kind != Class::kMatched || result.call) return result;
  if (at_keyword() && result.access) return fail_before();
  return parse_postfix(result);
}

Parser::Expr Parser::parse_postfix(Expr left) {
  for (;;) {
    if (left.kind != Class::kMatched || left.call) return left;
    if (kind() == kDot || kind() == kDotCall) {
      left = parse_dot(left);
    } else if (kind() == kOpenBracket && left.access && (!frame_.struct_name || options_.level.at_least(1, 17))) {
      left = parse_access(left);
    } else {
      return left;
    }
  }
}

Parser::Expr Parser::parse_dot(Expr left) {
  const Token dot = token();
  advance();
  if (dot.kind == kDotCall) {
    Node* target = make_call(names().dot, dot.offset, left.node->begin, dot.end);
    const Expr callee = wrap(target, {left});
    CallTarget call;
    call.callee = callee.node;
    call.height = callee.height;
    call.offset = dot.offset;
    call.begin = left.node->begin;
    return parse_parens_call(call);
  }
  skip_eol();
  switch (kind()) {
    case kAlias:
      return parse_dot_alias(left, dot);
    case kOpenCurly:
      return parse_dot_container(left, dot);
    case kIdentifier:
    case kParenIdentifier:
    case kBracketIdentifier:
    case kDoIdentifier:
    case kOpIdentifier:
      return parse_identifier(&left, &dot);
    default:
      return fail_before();
  }
}

Parser::Expr Parser::parse_dot_alias(Expr left, const Token& dot) {
  if (left.node->kind == NodeKind::kAtom && !encoded(*left.node))
    return fail(
        "atom cannot be followed by an alias. If the '.' was meant to be part of the atom's name, the atom name must be quoted");
  const bool extends = left.node->is_call(sym::dunder_aliases);
  Children parts = open_children();
  if (extends) {
    for (const Node* part : left.node->children()) add(parts, part, left.height - 1);
  } else {
    add(parts, left);
  }
  Token alias = token();
  for (;;) {
    alias = token();
    advance();
    add(parts, make_atom(Symbol(alias.value), alias.offset, alias.end));
    if (kind() != kDot || kind_after() != kAlias) break;
    advance();
  }
  Node* node = make_call(sym::dunder_aliases, extends ? left.node->offset : dot.offset, left.node->begin, alias.end);
  if (metadata()) {
    MetaList metas;
    metas.add(MetaKey::kLast, alias.offset);
    set_meta(node, metas);
  }
  Expr result = close_children(node, parts);
  result.access = true;
  return result;
}

// Foo.{Bar, Baz}
Parser::Expr Parser::parse_dot_container(Expr left, const Token& dot) {
  const Token opener = token();
  Node* callee = make_call(names().dot, dot.offset, left.node->begin, opener.end);
  Expr tuple;
  tuple.node = make_atom(names().tuple, opener.offset, opener.end);
  const Expr target = wrap(callee, {left, tuple});
  Children items = open_children();
  MetaList metas;
  const bool empty = !parse_bracketed(items, false, metas);
  Node* node = make(NodeKind::kCallOn, dot.offset, left.node->begin, end_);
  node->callee = target.node;
  if (!empty || options_.level.at_least(1, 19)) set_meta(node, metas);
  items.height = std::max(items.height, target.height);
  Expr result = close_children(node, items);
  result.access = true;
  return result;
}

// value[key]
Parser::Expr Parser::parse_access(Expr left) {
  const Token opener = token();
  const std::uint32_t closer = opener.value;
  advance();
  const Frame before = enter(closer, false);
  const std::uint32_t newlines = kind() == kEol ? token().newlines : 0;
  skip_eol();
  Expr key;
  if (pos_ == closer) {
    key = fail_before();
  } else if (at_keyword()) {
    key = parse_keywords(false, false);
  } else {
    key = parse_container_value();
    if (kind() == kComma) advance();
  }
  expect_closer();
  advance();
  leave(before);
  MetaList metas;
  if (options_.level.at_least(1, 17) || (options_.level.at_least(1, 15) && !left.bare)) metas.add(MetaKey::kFromBrackets, 1);
  metas.add(pair_meta(newlines, closer));
  Node* callee = make_call(names().dot, opener.offset, left.node->begin, opener.end);
  set_meta(callee, metas);
  Expr module;
  module.node = make_atom(sym::Elixir_Access, opener.offset, opener.end);
  Expr get;
  get.node = make_atom(sym::get, opener.offset, opener.end);
  const Expr target = wrap(callee, {module, get});
  Node* node = make(NodeKind::kCallOn, opener.offset, left.node->begin, end_);
  node->callee = target.node;
  set_meta(node, metas);
  Children children = open_children();
  add(children, left);
  add(children, key);
  Expr result = close_children(node, children);
  result.access = true;
  return result;
}

}  // namespace beamwright::elixir
