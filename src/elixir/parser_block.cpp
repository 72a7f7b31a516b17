// Statements, clauses with ->, parentheses and fn: the rules stab, stab_expr, do_block and expr_list.
#include "elixir/names.h"
#include "elixir/parser.h"

namespace beamwright::elixir {

using enum TokenKind;

// expr_list or stab up to the closer, which stays. `clauses` tells whether the result is a list of -> clauses; null where the
// grammar has none.
Parser::Expr Parser::parse_block(std::uint32_t closer, bool* clauses, std::uint32_t place) {
  const Frame before = enter(closer, true);
  frame_.clauses = clauses != nullptr;
  const std::uint32_t begin = token().offset;
  const bool only_separator = pos_ != closer && (kind() == kEol || kind() == kSemicolon);
  skip_end_of_expression();
  Expr result;
  if (pos_ >= closer || (clauses != nullptr && kind() == kBlockIdentifier)) {
    result = build_block(nullptr, 0, 0, begin);
    if (clauses == nullptr && options_.level.at_least(1, 20)) {
      // An empty text is at its first character, even that of an interpolation.
      result.node->offset = 0;
      result.node->placeless = false;
    } else if (clauses == nullptr) {
      // A text of nothing but line ends is the one empty block that has a place.
      result.node->placeless = !only_separator;
    } else if (place != kNoPlace) {
      note_place(result, false, place);
    }
  } else {
    Children items = open_children();
    parse_statements(items, parse_clause_or_expression(false));
    const bool single = stack_.size() == items.base + 1;
    result = finish_statements(items, begin, clauses);
    if (place != kNoPlace && !(clauses != nullptr && *clauses)) note_place(result, single, place);
  }
  leave(before);
  return result;
}

// The statements from behind the first one to the closer or block keyword.
void Parser::parse_statements(Children& items, Expr item) {
  const bool blocks = frame_.clauses && tokens_[frame_.closer].kind == kEnd;
  for (;;) {
    add(items, item);
    if (!salvaged_.empty()) add_salvaged(items);
    if (pos_ >= frame_.closer || (blocks && kind() == kBlockIdentifier)) return;
    if (kind() != kEol && kind() != kSemicolon) {
      fail_before();
      while (pos_ < frame_.closer && !blocks && kind() == kBlockIdentifier) advance();
      if (!salvaged_.empty()) add_salvaged(items);
    }
    const std::uint32_t separator = pos_;
    const bool separated = skip_end_of_expression();
    const bool last = pos_ >= frame_.closer || (blocks && kind() == kBlockIdentifier);
    if (separated && (!last || options_.level.at_least(1, 17))) annotate_end(item.node, separator);
    if (last) return;
    if (!blocks && kind() == kBlockIdentifier) {
      fail_before();
      advance();
      continue;
    }
    item = parse_clause_or_expression(false);
  }
}

// With `many`, a list of expressions without -> that ends at the closer is given back as kParenMany.
Parser::Expr Parser::parse_clause_or_expression(bool many) {
  const std::uint32_t begin = token().offset;
  frame_.statement = pos_;
  if (!frame_.clauses) return parse_expression();
  Children arguments = open_children();
  if (kind() == kStabOp) return parse_clause(arguments, begin, false);
  if (!at_keyword()) {
    clause_start_ = pos_;
    const Expr first = parse_expression();
    clause_start_ = UINT32_MAX;
    if (first.kind == Class::kParenMany || first.kind == Class::kParenEmpty) return parse_paren_clause(first, begin);
    if (kind() == kStabOp && first.kind != Class::kUnmatched) {
      add(arguments, first);
      return parse_clause(arguments, begin, true);
    }
    if (kind() != kComma || first.kind != Class::kMatched) return first;
    add(arguments, first);
  }
  parse_clause_arguments(arguments);
  const bool at_end = pos_ == frame_.closer || (kind() == kEol && pos_ + 1 == frame_.closer);
  if (many && at_end) {
    Expr result = close_children(make(NodeKind::kList, begin, begin, end_), arguments);
    result.kind = Class::kParenMany;
    return result;
  }
  return parse_clause(arguments, begin, true);
}

// The arguments left of a -> from the second on, or all of them when they are keywords.
void Parser::parse_clause_arguments(Children& arguments) {
  frame_.no_do = true;
  bool first = stack_.size() == arguments.base;
  while (first || kind() == kComma) {
    if (!first) advance();
    first = false;
    if (at_keyword()) {
      add(arguments, parse_keywords(true, true));
      break;
    }
    const Expr next = parse_expression();
    if (next.kind == Class::kNoParens)
      fail_at(next.node->offset, next.node->end, "unexpected comma. Parentheses are required to solve ambiguity in nested calls");
    add(arguments, next);
  }
  frame_.no_do = false;
}

// (a, b) -> and (a, b) when c ->
Parser::Expr Parser::parse_paren_clause(const Expr& head, std::uint32_t begin) {
  Children arguments = open_children();
  for (const Node* one : head.node->children()) add(arguments, one, head.height);
  unwrap_splice(arguments);
  if (kind() == kWhenOp) {
    const Token when = token();
    advance();
    add(arguments, parse_expression());
    const Expr guarded = close_children(make_call(sym::when, when.offset, begin, end_), arguments);
    add(arguments, guarded);
  }
  return parse_clause(arguments, begin, false, head.node);
}

namespace {

bool is_splice(const Node& node) {
  return node.is_call(sym::dunder_block) && node.child_count == 1 &&
         (node.child(0).is_call(sym::unquote_splicing) ||
          (node.child(0).kind == NodeKind::kVariable && node.child(0).symbol == sym::unquote_splicing));
}

}  // namespace

// The compiler takes (unquote_splicing(x)) for a block; left of -> it is the arguments.
void Parser::unwrap_splice(Children& arguments) {
  if (stack_.size() != arguments.base + 1) return;
  if (is_splice(*stack_.back())) stack_.back() = &stack_.back()->child(0);
}

// At the ->, with what stands left of it in `arguments`. `unwrap`: a guard at the last argument belongs to the clause.
Parser::Expr Parser::parse_clause(Children& arguments, std::uint32_t begin, bool unwrap, const Node* parens) {
  if (kind() != kStabOp) {
    stack_.resize(arguments.base);
    return fail_before();
  }
  if (unwrap) {
    unwrap_splice(arguments);
    const Node* last = stack_.back();
    if (last->is_call(sym::when) && last->child_count == 2 && stack_.size() > arguments.base + 1) {
      Node* when = make_call(sym::when, last->offset, begin, last->end);
      when->meta_data = last->meta_data;
      when->meta_count = last->meta_count;
      stack_.back() = &last->child(0);
      stack_.push_back(&last->child(1));
      const Expr guarded = close_children(when, arguments);
      add(arguments, guarded);
    }
  }
  const Token arrow = token();
  const Expr head = close_children(make(NodeKind::kList, begin, begin, end_), arguments);
  advance();
  std::uint32_t newlines = arrow.newlines;
  if (kind() == kEol) {
    newlines = token().newlines;
    ++pos_;
  }
  Expr body;
  if (at_expression() && pos_ < frame_.closer) {
    body = parse_expression();
  } else {
    body.node = make_atom(sym::nil, arrow.offset, arrow.end);
    note_literal(body.node);
  }
  Node* node = make_call(names().arrow, arrow.offset, begin, end_);
  MetaList metas;
  if (parens != nullptr && options_.level.at_least(1, 18)) add_parens(metas, parens->begin, parens->end - 1);
  add_newlines(metas, newlines);
  set_meta(node, metas);
  return wrap(node, {head, body});
}

// build_block of the grammar over the statements, or collect_stab over clauses.
Parser::Expr Parser::finish_statements(const Children& items, std::uint32_t offset, bool* clauses) {
  const std::size_t count = stack_.size() - items.base;
  const Node* const* data = stack_.data() + items.base;
  const auto is_clause = [](const Node& node) { return node.is_call(names().arrow) && node.child_count == 2; };
  std::size_t first_clause = count;
  for (std::size_t i = count; i-- > 0;) {
    if (is_clause(*data[i])) first_clause = i;
  }
  if (first_clause == 0 && count > 0 && clauses != nullptr) {
    *clauses = true;
    return collect_clauses(items);
  }
  if (first_clause < count) {
    const Node& stray = *data[first_clause];
    report(stray.offset, stray.offset + 2,
           "unexpected operator ->. If you want to define multiple clauses, the first expression must use ->");
  }
  const Expr block = build_block(data, count, items.height, offset);
  stack_.resize(items.base);
  return block;
}

Parser::Expr Parser::collect_clauses(const Children& items) {
  const std::vector<const Node*> all(stack_.begin() + items.base, stack_.end());
  stack_.resize(items.base);
  Children clauses = open_children();
  for (std::size_t i = 0; i < all.size();) {
    Node* clause = const_cast<Node*>(all[i]);
    std::size_t end = i + 1;
    while (end < all.size() && !all[end]->is_call(names().arrow)) ++end;
    std::vector<const Node*> body{&clause->child(1)};
    body.insert(body.end(), all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.begin() + static_cast<std::ptrdiff_t>(end));
    const Expr block = build_block(body.data(), body.size(), items.height, body[0]->begin);
    const Node* pair[] = {&clause->child(0), block.node};
    clause->child_data = arena_.copy(std::span<const Node* const>(pair)).data();
    clause->end = std::max(clause->end, block.node->end);
    add(clauses, clause, block.height + 1);
    i = end;
  }
  Node* list = make(NodeKind::kList, all[0]->begin, all[0]->begin, all.back()->end);
  return close_children(list, clauses);
}

Parser::Expr Parser::build_block(const Node* const* items, std::size_t count, std::uint32_t height, std::uint32_t offset) {
  if (count == 1) {
    const Node& only = *items[0];
    const bool one_argument = only.kind == NodeKind::kCall && only.child_count == 1;
    const bool wraps =
        one_argument && (only.symbol == sym::unquote_splicing ||
                         ((only.symbol == sym::not_ || only.symbol == names().bang) && !options_.level.at_least(1, 15)));
    if (!wraps) {
      Expr result;
      result.node = const_cast<Node*>(items[0]);
      result.height = height;
      return result;
    }
  }
  const std::uint32_t begin = count == 0 ? offset : items[0]->begin;
  Node* node = make_call(sym::dunder_block, begin, begin, count == 0 ? offset : items[count - 1]->end);
  node->placeless = true;
  node->child_data = arena_.copy(std::span<const Node* const>(items, count)).data();
  node->child_count = static_cast<std::uint32_t>(count);
  Expr result;
  result.node = node;
  result.height = height + 1;
  return result;
}

Parser::Expr Parser::parse_paren() {
  const std::uint32_t open = pos_;
  const std::uint32_t closer = token().value;
  const Token opener = token();
  const bool head = clause_start_ == open;
  clause_start_ = UINT32_MAX;
  advance();
  const Frame before = enter(closer, true);
  frame_.clauses = true;
  const std::uint32_t newlines = kind() == kEol ? token().newlines : 0;
  skip_eol();
  Expr result;
  bool clauses = false;
  const bool empty = pos_ == closer;
  bool single = false;
  if (empty) {
    result = placeholder(opener.offset);
  } else {
    const bool semicolon = kind() == kSemicolon;
    if (semicolon) ++pos_;
    if (semicolon && (pos_ == closer || (kind() == kEol && pos_ + 1 == closer))) {
      result = build_block(nullptr, 0, 0, opener.offset);
    } else {
      const Expr first = parse_clause_or_expression(!semicolon);
      if (first.kind == Class::kParenMany) {
        result = first;
      } else {
        Children items = open_children();
        parse_statements(items, first);
        single = stack_.size() == items.base + 1;
        result = finish_statements(items, opener.offset, &clauses);
      }
    }
    expect_closer();
  }
  advance();
  leave(before);
  const bool clause_follows = head && (kind() == kStabOp || kind() == kWhenOp);
  if (result.kind == Class::kParenMany) {
    result.node->begin = opener.offset;
    result.node->end = end_;
    if (clause_follows) return result;
    return fail_at(
        opener.offset, opener.end,
        "unexpected parentheses. If you are making a function call, do not insert spaces between the function name and "
        "the opening parentheses");
  }
  if (empty && options_.level.at_least(1, 18)) {
    MetaList metas;
    add_parens(metas, opener.offset, tokens_[closer].offset);
    set_meta(result.node, metas);
  }
  if (clauses && options_.level.at_least(1, 17)) {
    result.node->offset = opener.offset;
    note_literal(result.node, pair_meta(newlines, closer));
  }
  if (!clauses && !empty) note_parentheses(result, single, opener.offset, closer);
  result.kind = empty && clause_follows ? Class::kParenEmpty : Class::kMatched;
  result.access = true;
  result.call = false;
  // A name in parentheses keeps its own place; the span is what was written.
  result.node->begin = std::min(result.node->begin, opener.offset);
  result.node->end = std::max(result.node->end, end_);
  return result;
}

// The `parens` entry of 1.18 and newer; 1.20 names the closing one first.
void Parser::add_parens(MetaList& metas, std::uint32_t open, std::uint32_t close) const {
  if (!metadata()) return;
  const bool closing_first = options_.level.at_least(1, 20);
  metas.add(MetaKey::kParens, open);
  metas.add(closing_first ? MetaKey::kParensEndFirst : MetaKey::kParensEnd, close);
}

// What the compiler notes about the parentheses around a block or expression: build_stab and build_paren_stab.
void Parser::note_parentheses(Expr& inside, bool single, std::uint32_t offset, std::uint32_t closer) {
  Node* node = inside.node;
  const bool negation = single && node->kind == NodeKind::kCall && node->child_count == 1 &&
                        (node->symbol == sym::not_ || node->symbol == names().bang);
  if (negation && options_.level.at_least(1, 15)) {
    // (not a) in b is not rewritten: the block keeps it apart.
    Node* block = make_call(sym::dunder_block, offset, offset, end_);
    block->placeless = true;
    inside = wrap(block, {inside});
    return;
  }
  const bool new_block = node->is_call(sym::dunder_block) && node->placeless && node->meta_count == 0 &&
                         (!single || (node->child_count == 1 && node->child(0).is_call(sym::unquote_splicing)));
  if (single && !new_block && options_.level.at_least(1, 17)) {
    if (!options_.level.at_least(1, 18) || !takes_meta(*node)) return;
    MetaList parens;
    add_parens(parens, offset, tokens_[closer].offset);
    return prepend_meta(node, parens);
  }
  if (!node->is_call(sym::dunder_block) && !encoded(*node)) return;
  MetaList metas;
  if (!node->placeless) {
    // Parentheses around parentheses: up to 1.16 the compiler notes both, the inner ones first.
    for (const Meta& meta : node->meta()) {
      if (metas.size < 8) metas.add(meta.key, meta.value);
    }
    metas.add(MetaKey::kPlace, node->offset);
  }
  if (metadata()) metas.add(MetaKey::kClosing, tokens_[closer].offset);
  set_meta(node, metas);
  node->offset = offset;
  node->placeless = false;
}

// From 1.20 on the body of a `do` carries the place of the `do`: a block as its own, a single expression under `parens`.
void Parser::note_place(Expr& body, bool single, std::uint32_t place) {
  const bool splice = body.node->is_call(sym::dunder_block) && body.node->placeless && body.node->child_count == 1;
  if (!single || splice) {
    body.node->offset = place;
    body.node->placeless = false;
  } else if (metadata() && takes_meta(*body.node)) {
    MetaList metas;
    metas.add(MetaKey::kParens, place);
    prepend_meta(body.node, metas);
  }
}

Parser::Expr Parser::parse_fn() {
  const Token opener = token();
  const std::uint32_t closer = opener.value;
  advance();
  std::uint32_t newlines = 0;
  if (kind() == kEol || kind() == kSemicolon) newlines = token().newlines;
  const Frame before = enter(closer, true);
  frame_.clauses = true;
  skip_end_of_expression();
  Node* node = make_call(sym::fn, opener.offset, opener.offset, opener.end);
  Children clauses_list = open_children();
  bool clauses = false;
  if (pos_ >= closer || kind() == kBlockIdentifier) {
    fail_before();
  } else {
    Children items = open_children();
    parse_statements(items, parse_clause_or_expression(false));
    const Expr list = finish_statements(items, opener.offset, &clauses);
    if (clauses) {
      for (const Node* clause : list.node->children()) add(clauses_list, clause, list.height - 1);
    } else {
      report(opener.offset, opener.end, "expected anonymous functions to be defined with -> inside: 'fn'");
      add(clauses_list, list);
    }
  }
  expect_closer();
  MetaList metas;
  add_newlines(metas, newlines);
  if (metadata()) metas.add(MetaKey::kClosing, tokens_[closer].offset);
  advance();
  leave(before);
  node->end = end_;
  set_meta(node, metas);
  Expr result = close_children(node, clauses_list);
  result.access = true;
  return result;
}

}  // namespace beamwright::elixir
