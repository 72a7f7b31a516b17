// The language of types: what follows '::' and what stands in -spec and -callback.
#include "erlang/builtin_types.h"
#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {
namespace {

struct Names {
  Symbol any = intern("any"), list = intern("list"), nonempty_list = intern("nonempty_list"), map = intern("map"),
         tuple = intern("tuple"), record = intern("record"), fun = intern("fun"), product = intern("product"),
         union_ = intern("union"), range = intern("range"), binary = intern("binary"), field_type = intern("field_type"),
         map_field_assoc = intern("map_field_assoc"), map_field_exact = intern("map_field_exact"),
         bounded_fun = intern("bounded_fun"), constraint = intern("constraint"), is_subtype = intern("is_subtype");
};

const Names& names() {
  static const Names instance;
  return instance;
}

int precedence_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kTwoPoints:
      return 20;
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kBor:
    case TokenKind::kBxor:
    case TokenKind::kBsl:
    case TokenKind::kBsr:
    case TokenKind::kOr:
    case TokenKind::kXor:
      return 40;
    case TokenKind::kSlash:
    case TokenKind::kStar:
    case TokenKind::kDiv:
    case TokenKind::kRem:
    case TokenKind::kBand:
    case TokenKind::kAnd:
      return 50;
    default:
      return 0;
  }
}
constexpr int kPrefixPrecedence = 60;

}  // namespace

const Node* Parser::top_type() {
  const Deeper deeper(*this);
  const std::uint32_t begin = token().begin;
  if (kind() == TokenKind::kVar && next_kind() == TokenKind::kDoubleColon) {
    const Token& name = take();
    take();
    const Node* variable = leaf(NodeKind::kVar, name);
    const Node* annotated = top_type();
    const Node* parts = node(NodeKind::kSequence, name.location, begin, {variable, annotated});
    return node(NodeKind::kAnnotatedType, name.location, begin, {parts});
  }
  const Node* first = type(0);
  if (kind() != TokenKind::kBar) return first;
  // A union of many types is flat: read it in a loop, then join from the right as erl_parse:lift_unions/2 does.
  const std::size_t start = mark();
  push(first);
  while (accept(TokenKind::kBar)) {
    if (kind() == TokenKind::kVar && next_kind() == TokenKind::kDoubleColon) {
      push(top_type());
      break;
    }
    push(type(0));
  }
  const Node* last = pending_.back();
  if (last->kind == NodeKind::kType && last->symbol == names().union_) {
    pending_.pop_back();
    for (const Node* member : last->child(0).children()) push(member);
  }
  const Node* members = sequence(start, begin);
  Node* made = node(NodeKind::kType, first_location(*first), begin, {members});
  made->symbol = names().union_;
  return made;
}

const Node* Parser::type(int least_precedence) {
  const Deeper deeper(*this);
  const int outer_depth = depth_;
  const std::uint32_t begin = token().begin;
  const Node* left = type_operand();
  bool ranged = false;
  while (true) {
    const int precedence = precedence_of(kind());
    if (precedence == 0 || precedence < least_precedence) break;
    const bool range = kind() == TokenKind::kTwoPoints;
    if (range && ranged) {
      fail_here();
      break;
    }
    ranged = range;
    if (++depth_ > Deeper::kMostLevels) fail(token().begin, token().end, "nested too deeply");
    const Token& sign = take();
    const Node* right = type(precedence + 1);
    if (range) {
      const Node* limits = node(NodeKind::kSequence, left->offset, begin, {left, right});
      Node* made = node(NodeKind::kType, left->offset, begin, {limits});
      made->symbol = names().range;
      left = made;
    } else {
      Node* made = node(NodeKind::kOp, sign.location, begin, {left, right});
      made->symbol = spelling_symbol(sign.kind);
      left = made;
    }
  }
  depth_ = outer_depth;
  return left;
}

const Node* Parser::type_operand() {
  switch (kind()) {
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kBnot:
    case TokenKind::kNot: {
      const Token& sign = take();
      const Node* value = type(kPrefixPrecedence);
      Node* made = node(NodeKind::kOp, sign.location, sign.begin, {value});
      made->symbol = spelling_symbol(sign.kind);
      return made;
    }
    default:
      return type_primary();
  }
}

// Pushes types up to, not including, the closing sign.
void Parser::top_types() {
  do push(top_type());
  while (accept(TokenKind::kComma));
}

const Node* Parser::type_primary() {
  const Token& first = token();
  switch (first.kind) {
    case TokenKind::kLeftParen: {
      take();
      const Node* inner = top_type();
      expect(TokenKind::kRightParen);
      return inner;
    }
    case TokenKind::kVar:
      return leaf(NodeKind::kVar, take());
    case TokenKind::kInteger:
      return leaf(NodeKind::kInteger, take());
    case TokenKind::kChar:
      return leaf(NodeKind::kChar, take());
    case TokenKind::kAtom:
      return named_type();
    case TokenKind::kLeftBracket:
      return list_type();
    case TokenKind::kHash:
      return hash_type();
    case TokenKind::kLeftBinary:
      return binary_type();
    case TokenKind::kLeftBrace: {
      take();
      const std::size_t start = mark();
      if (kind() != TokenKind::kRightBrace) top_types();
      expect(TokenKind::kRightBrace);
      const Node* elements = sequence(start, first.begin);
      Node* made = node(NodeKind::kType, first.location, first.begin, {elements});
      made->symbol = names().tuple;
      return made;
    }
    case TokenKind::kFun: {
      take();
      expect(TokenKind::kLeftParen);
      if (accept(TokenKind::kRightParen)) {
        Node* made = node(NodeKind::kType, first.location, first.begin, {no_nodes()});
        made->symbol = names().fun;
        return made;
      }
      const Node* inner = fun_type();
      expect(TokenKind::kRightParen);
      return inner;
    }
    default:
      fail_here();
      return leaf(NodeKind::kNil, token());
  }
}

// atom, atom(Types), module:atom(Types)
const Node* Parser::named_type() {
  const Token& first = take();
  const Token* name = &first;
  const Node* module = nullptr;
  if (kind() == TokenKind::kColon) {
    take();
    module = leaf(NodeKind::kAtom, first);
    name = &token();
    expect(TokenKind::kAtom);
    if (error_.set) return module;
    if (kind() != TokenKind::kLeftParen) fail_here();
  }
  if (kind() != TokenKind::kLeftParen) return leaf(NodeKind::kAtom, first);
  take();
  const std::size_t start = mark();
  const bool empty = kind() == TokenKind::kRightParen;
  if (!empty) top_types();
  expect(TokenKind::kRightParen);
  const Node* values = sequence(start, first.begin);
  if (module != nullptr) {
    const Node* parts = node(NodeKind::kSequence, first.location, first.begin, {module, leaf(NodeKind::kAtom, *name), values});
    return node(NodeKind::kRemoteType, first.location, first.begin, {parts});
  }
  const Symbol symbol = first.symbol();
  if (empty && (symbol == names().tuple || symbol == names().map)) {
    Node* made = node(NodeKind::kType, first.location, first.begin, {bare_atom(names().any, first)});
    made->symbol = symbol;
    return made;
  }
  const bool builtin = is_builtin_type(symbol, values->child_count, level_);
  Node* made = node(builtin ? NodeKind::kType : NodeKind::kUserType, first.location, first.begin, {values});
  made->symbol = symbol;
  return made;
}

const Node* Parser::list_type() {
  const Token& open = take();
  Symbol name = names().list;
  const std::size_t start = mark();
  if (kind() == TokenKind::kRightBracket) {
    name = sym::nil;
  } else {
    push(top_type());
    if (accept(TokenKind::kComma)) {
      expect(TokenKind::kThreePoints);
      name = names().nonempty_list;
    }
  }
  expect(TokenKind::kRightBracket);
  const Node* element = sequence(start, open.begin);
  Node* made = node(NodeKind::kType, open.location, open.begin, {element});
  made->symbol = name;
  return made;
}

const Node* Parser::hash_type() {
  const Token& hash = take();
  if (kind() == TokenKind::kAtom) return record_type(hash);
  expect(TokenKind::kLeftBrace);
  const std::size_t start = mark();
  if (!error_.set && kind() != TokenKind::kRightBrace) {
    do push(map_pair_type());
    while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBrace);
  const Node* pairs = sequence(start, hash.begin);
  Node* made = node(NodeKind::kType, hash.location, hash.begin, {pairs});
  made->symbol = names().map;
  return made;
}

const Node* Parser::map_pair_type() {
  const std::uint32_t begin = token().begin;
  const Node* key = top_type();
  const Token& sign = token();
  if (sign.kind != TokenKind::kDoubleArrow && sign.kind != TokenKind::kColonEqual) {
    fail_here();
    return key;
  }
  take();
  const Node* value = top_type();
  const Node* parts = node(NodeKind::kSequence, sign.location, begin, {key, value});
  Node* made = node(NodeKind::kType, sign.location, begin, {parts});
  made->symbol = sign.kind == TokenKind::kColonEqual ? names().map_field_exact : names().map_field_assoc;
  return made;
}

const Node* Parser::record_type(const Token& hash) {
  const std::size_t start = mark();
  push(leaf(NodeKind::kAtom, take()));
  expect(TokenKind::kLeftBrace);
  if (!error_.set && kind() != TokenKind::kRightBrace) {
    do {
      const Token& field = token();
      expect(TokenKind::kAtom);
      expect(TokenKind::kDoubleColon);
      if (error_.set) break;
      const Node* name = leaf(NodeKind::kAtom, field);
      const Node* field_type = top_type();
      const Node* parts = node(NodeKind::kSequence, field.location, field.begin, {name, field_type});
      Node* made = node(NodeKind::kType, field.location, field.begin, {parts});
      made->symbol = names().field_type;
      push(made);
    } while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBrace);
  const Node* parts = sequence(start, hash.begin);
  Node* made = node(NodeKind::kType, hash.location, hash.begin, {parts});
  made->symbol = names().record;
  return made;
}

// <<>>, <<_:Size>>, <<_:_*Unit>>, <<_:Size, _:_*Unit>>. A part that is not written is 0; it spans no bytes.
const Node* Parser::binary_type() {
  const Token& open = take();
  const auto zero = [&]() -> const Node* {
    Node* made = node(NodeKind::kInteger, open.location, open.begin, {});
    made->end = made->begin;
    made->integer = 0;
    return made;
  };
  const auto any_variable = [this] {
    const Token& name = token();
    expect(TokenKind::kVar);
    if (!error_.set && name.symbol() != sym::underscore) fail(name.location, name.end, "Bad binary type");
  };
  const Node* size = nullptr;
  const Node* unit = nullptr;
  if (kind() != TokenKind::kRightBinary) {
    do {
      any_variable();
      expect(TokenKind::kColon);
      if (kind() == TokenKind::kVar && next_kind() == TokenKind::kStar) {
        any_variable();
        take();
        unit = type(0);
        break;
      }
      if (size != nullptr) {
        fail_here();
        break;
      }
      size = type(0);
    } while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBinary);
  const Node* parts =
      node(NodeKind::kSequence, open.location, open.begin, {size == nullptr ? zero() : size, unit == nullptr ? zero() : unit});
  Node* made = node(NodeKind::kType, open.location, open.begin, {parts});
  made->symbol = names().binary;
  return made;
}

const Node* Parser::fun_type() {
  const Token& open = token();
  expect(TokenKind::kLeftParen);
  const Node* parameters;
  if (kind() == TokenKind::kThreePoints) {
    take();
    Node* any = node(NodeKind::kType, open.location, open.begin, {});
    any->symbol = names().any;
    parameters = any;
  } else {
    const std::size_t start = mark();
    if (kind() != TokenKind::kRightParen) top_types();
    const Node* types = sequence(start, open.begin);
    Node* product = node(NodeKind::kType, open.location, open.begin, {types});
    product->symbol = names().product;
    parameters = product;
  }
  expect(TokenKind::kRightParen);
  expect(TokenKind::kArrow);
  const Node* result = top_type();
  const Node* parts = node(NodeKind::kSequence, open.location, open.begin, {parameters, result});
  Node* made = node(NodeKind::kType, open.location, open.begin, {parts});
  made->symbol = names().fun;
  return made;
}

const Node* Parser::type_signatures() {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do {
    const Token& open = token();
    const Node* signature = fun_type();
    if (accept(TokenKind::kWhen)) {
      const Node* guards = type_guards();
      const Node* parts = node(NodeKind::kSequence, open.location, open.begin, {signature, guards});
      Node* bounded = node(NodeKind::kType, open.location, open.begin, {parts});
      bounded->symbol = names().bounded_fun;
      signature = bounded;
    }
    push(signature);
  } while (accept(TokenKind::kSemicolon));
  return sequence(start, begin);
}

const Node* Parser::type_guards() {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do push(type_guard());
  while (accept(TokenKind::kComma));
  return sequence(start, begin);
}

const Node* Parser::constraint(const Node* variable, const Node* type, std::uint32_t begin) {
  if (variable->kind != NodeKind::kVar || variable->symbol == sym::underscore) {
    fail(first_location(*variable), variable->end, "bad type variable");
  }
  Node* subtype = node(NodeKind::kAtom, variable->offset, variable->begin, {});
  subtype->symbol = names().is_subtype;
  const Node* pair = node(NodeKind::kSequence, variable->offset, variable->begin, {variable, type});
  const Node* parts = node(NodeKind::kSequence, variable->offset, begin, {subtype, pair});
  Node* made = node(NodeKind::kType, variable->offset, begin, {parts});
  made->symbol = names().constraint;
  return made;
}

// Variable :: Type, or is_subtype(Variable, Type) as it was written long ago.
const Node* Parser::type_guard() {
  const Token& first = token();
  if (first.kind == TokenKind::kVar) {
    const Node* variable = leaf(NodeKind::kVar, take());
    expect(TokenKind::kDoubleColon);
    const Node* bound = top_type();
    return constraint(variable, bound, first.begin);
  }
  expect(TokenKind::kAtom);
  expect(TokenKind::kLeftParen);
  const std::size_t start = mark();
  if (!error_.set) top_types();
  expect(TokenKind::kRightParen);
  const Node* values = sequence(start, first.begin);
  if (!error_.set && (first.symbol() != names().is_subtype || values->child_count != 2)) {
    fail(first.location, first.end, "unsupported constraint " + std::string(first.symbol().text()));
  }
  if (error_.set) return values;
  return constraint(&values->child(0), &values->child(1), first.begin);
}

}  // namespace beamwright::erlang
