// Functions, funs and every expression with clauses.
#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {

const Node* Parser::clause_guard() {
  if (!accept(TokenKind::kWhen)) return no_nodes();
  return guard_sequence();
}

const Node* Parser::guard_sequence() {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do push(expressions());
  while (accept(TokenKind::kSemicolon));
  return sequence(start, begin);
}

const Node* Parser::clause_body() {
  expect(TokenKind::kArrow);
  return expressions();
}

const Node* Parser::function() {
  const Token& first = token();
  if (first.kind != TokenKind::kAtom) {
    fail_here();
    return leaf(NodeKind::kErrorForm, first);
  }
  const std::size_t start = mark();
  std::uint32_t arity = 0;
  SyntaxError mismatch;
  do {
    const Token& name = token();
    expect(TokenKind::kAtom);
    if (error_.set) break;
    const Node* patterns = arguments(true);
    const Node* guards = clause_guard();
    const Node* body = clause_body();
    const Node* clause = node(NodeKind::kClause, name.location, name.begin, {patterns, guards, body});
    if (mark() == start) arity = patterns->child_count;
    if (name.symbol() == first.symbol() && patterns->child_count == arity) {
      push(clause);
    } else if (!mismatch.set) {
      mismatch = {true, name.location, name.end, "head mismatch"};
    }
  } while (accept(TokenKind::kSemicolon));
  const Node* clauses = sequence(start, first.begin);
  const Node* count = bare_integer(arity, first);
  Node* made = node(NodeKind::kFunction, first.location, first.begin, {count, clauses});
  made->symbol = first.symbol();
  if (mismatch.set && !error_.set) fail(mismatch.begin, mismatch.end, mismatch.message);
  return made;
}

const Node* Parser::block() {
  const Token& word = take();
  const Node* body = expressions();
  expect(TokenKind::kEndWord);
  return node(NodeKind::kBlock, word.location, word.begin, {body});
}

const Node* Parser::if_expression() {
  const Token& word = take();
  const std::size_t start = mark();
  do {
    const std::uint32_t begin = token().begin;
    const Node* guards = guard_sequence();
    const Node* body = clause_body();
    const Node* patterns = no_nodes();
    push(node(NodeKind::kClause, first_location(guards->child(0).child(0)), begin, {patterns, guards, body}));
  } while (accept(TokenKind::kSemicolon));
  expect(TokenKind::kEndWord);
  const Node* clauses = sequence(start, word.begin);
  return node(NodeKind::kIf, word.location, word.begin, {clauses});
}

// The rest of a clause after its one pattern.
const Node* Parser::clause_of(const Node* pattern, std::uint32_t begin) {
  const Node* patterns = node(NodeKind::kSequence, begin, begin, {pattern});
  const Node* guards = clause_guard();
  const Node* body = clause_body();
  return node(NodeKind::kClause, first_location(*pattern), begin, {patterns, guards, body});
}

const Node* Parser::match_clauses() {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do {
    const std::uint32_t clause_begin = token().begin;
    const Node* pattern = expression();
    push(clause_of(pattern, clause_begin));
  } while (accept(TokenKind::kSemicolon));
  return sequence(start, begin);
}

const Node* Parser::case_expression() {
  const Token& word = take();
  const Node* value = expression();
  expect(TokenKind::kOf);
  const Node* clauses = match_clauses();
  expect(TokenKind::kEndWord);
  return node(NodeKind::kCase, word.location, word.begin, {value, clauses});
}

const Node* Parser::receive_expression() {
  const Token& word = take();
  const Node* clauses = kind() == TokenKind::kAfter ? no_nodes() : match_clauses();
  if (!accept(TokenKind::kAfter)) {
    expect(TokenKind::kEndWord);
    return node(NodeKind::kReceive, word.location, word.begin, {clauses});
  }
  const Node* timeout = expression();
  const Node* body = clause_body();
  expect(TokenKind::kEndWord);
  return node(NodeKind::kReceive, word.location, word.begin, {clauses, timeout, body});
}

const Node* Parser::try_expression() {
  const Token& word = take();
  const Node* body = expressions();
  const Node* clauses = accept(TokenKind::kOf) ? match_clauses() : no_nodes();
  const Node* handlers = no_nodes();
  const Node* after = handlers;
  if (accept(TokenKind::kCatch)) {
    const std::uint32_t begin = token().begin;
    const std::size_t start = mark();
    do push(try_clause());
    while (accept(TokenKind::kSemicolon));
    handlers = sequence(start, begin);
    if (accept(TokenKind::kAfter)) after = expressions();
  } else if (accept(TokenKind::kAfter)) {
    after = expressions();
  } else {
    fail_here();
  }
  expect(TokenKind::kEndWord);
  return node(NodeKind::kTry, word.location, word.begin, {body, clauses, handlers, after});
}

const Node* Parser::try_clause() {
  const Token& first = token();
  const bool classed = (first.kind == TokenKind::kAtom || first.kind == TokenKind::kVar) && next_kind() == TokenKind::kColon;
  const Node* name = nullptr;
  if (classed) {
    take();
    name = leaf(first.kind == TokenKind::kVar ? NodeKind::kVar : NodeKind::kAtom, first);
    take();
  }
  const Node* pattern = expression(0, true);
  const std::uint32_t location = classed ? first.location : first_location(*pattern);
  const Node* trace = nullptr;
  if (classed && accept(TokenKind::kColon)) {
    const Token& variable = token();
    expect(TokenKind::kVar);
    if (!error_.set) trace = leaf(NodeKind::kVar, variable);
  }
  if (trace == nullptr) {
    Node* any = node(NodeKind::kVar, last_location(*pattern), pattern->begin, {});
    any->symbol = sym::underscore;
    trace = any;
  }
  if (!classed) {
    static const Symbol kThrow = intern("throw");
    Node* thrown = node(NodeKind::kAtom, location, first.begin, {});
    thrown->symbol = kThrow;
    name = thrown;
  }
  const Node* elements = node(NodeKind::kSequence, location, first.begin, {name, pattern, trace});
  const Node* caught = node(NodeKind::kTuple, location, first.begin, {elements});
  const Node* patterns = node(NodeKind::kSequence, location, first.begin, {caught});
  const Node* guards = clause_guard();
  const Node* body = clause_body();
  return node(NodeKind::kClause, location, first.begin, {patterns, guards, body});
}

const Node* Parser::maybe_expression() {
  const Token& word = take();
  const std::uint32_t body_begin = token().begin;
  const std::size_t start = mark();
  do {
    const std::uint32_t begin = token().begin;
    const Node* left = expression();
    if (kind() == TokenKind::kMaybeEqual) {
      const Token& sign = take();
      const Node* right = expression();
      left = node(NodeKind::kMaybeMatch, sign.location, begin, {left, right});
    }
    push(left);
  } while (accept(TokenKind::kComma));
  const Node* body = sequence(start, body_begin);
  if (kind() != TokenKind::kElse) {
    expect(TokenKind::kEndWord);
    return node(NodeKind::kMaybe, word.location, word.begin, {body});
  }
  const Token& other = take();
  const Node* clauses = match_clauses();
  const Node* otherwise = node(NodeKind::kElse, other.location, other.begin, {clauses});
  expect(TokenKind::kEndWord);
  return node(NodeKind::kMaybe, word.location, word.begin, {body, otherwise});
}

const Node* Parser::fun_expression() {
  const Token& fun = take();
  const bool named = kind() == TokenKind::kVar && next_kind() == TokenKind::kLeftParen;
  if (kind() == TokenKind::kLeftParen || named) return fun_clauses(fun);
  return fun_reference(fun);
}

// fun Name/Arity, fun Module:Name/Arity
const Node* Parser::fun_reference(const Token& fun) {
  static const Symbol kFunctionTag = intern("function");
  const auto atom_or_var = [this]() -> const Node* {
    const Token& name = token();
    if (name.kind != TokenKind::kAtom && name.kind != TokenKind::kVar) {
      fail_here();
      return leaf(NodeKind::kNil, token());
    }
    take();
    return leaf(name.kind == TokenKind::kVar ? NodeKind::kVar : NodeKind::kAtom, name);
  };
  const Token& first = token();
  const Node* name = atom_or_var();
  const Node* tag = bare_atom(kFunctionTag, fun);
  if (error_.set) return leaf(NodeKind::kNil, token());
  const Node* target;
  if (first.kind == TokenKind::kAtom && accept(TokenKind::kSlash)) {
    const Token& arity = token();
    expect(TokenKind::kInteger);
    if (error_.set) return leaf(NodeKind::kNil, token());
    target = node(NodeKind::kBareTuple, fun.location, fun.begin,
                  {tag, bare_atom(first.symbol(), first), bare_integer(arity.wide ? -1 : arity.integer, arity)});
  } else {
    expect(TokenKind::kColon);
    const Node* function_name = atom_or_var();
    expect(TokenKind::kSlash);
    const Token& arity = token();
    if (arity.kind != TokenKind::kInteger && arity.kind != TokenKind::kVar) {
      fail_here();
      return leaf(NodeKind::kNil, token());
    }
    take();
    const Node* count = leaf(arity.kind == TokenKind::kVar ? NodeKind::kVar : NodeKind::kInteger, arity);
    target = node(NodeKind::kBareTuple, fun.location, fun.begin, {tag, name, function_name, count});
  }
  return node(NodeKind::kFun, fun.location, fun.begin, {target});
}

const Node* Parser::fun_clauses(const Token& fun) {
  const Token& first = token();
  const bool named = first.kind == TokenKind::kVar;
  const std::size_t start = mark();
  std::uint32_t arity = 0;
  SyntaxError mismatch;
  do {
    const Token& head = token();
    if (head.kind == TokenKind::kVar) take();
    const Node* patterns = arguments(true);
    const Node* guards = clause_guard();
    const Node* body = clause_body();
    if (mark() == start) arity = patterns->child_count;
    const bool same_name = (head.kind == TokenKind::kVar) == named && (!named || head.symbol() == first.symbol());
    if ((!same_name || patterns->child_count != arity) && !mismatch.set)
      mismatch = {true, head.location, head.end, "head mismatch"};
    push(node(NodeKind::kClause, head.location, head.begin, {patterns, guards, body}));
  } while (accept(TokenKind::kSemicolon));
  expect(TokenKind::kEndWord);
  const Node* clauses = sequence(start, first.begin);
  if (mismatch.set && !error_.set) fail(mismatch.begin, mismatch.end, mismatch.message);
  if (named) {
    Node* made = node(NodeKind::kNamedFun, fun.location, fun.begin, {clauses});
    made->symbol = first.symbol();
    return made;
  }
  static const Symbol kClausesTag = intern("clauses");
  const Node* target = node(NodeKind::kBareTuple, fun.location, fun.begin, {bare_atom(kClausesTag, fun), clauses});
  return node(NodeKind::kFun, fun.location, fun.begin, {target});
}

}  // namespace beamwright::erlang
