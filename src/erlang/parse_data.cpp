// Binaries, maps, records and comprehensions.
#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {

const Node* Parser::binary(bool pattern) {
  const Deeper deeper(*this);
  const Token& open = take();
  const std::size_t start = mark();
  if (kind() != TokenKind::kRightBinary) {
    do {
      const std::uint32_t begin = token().begin;
      bool plain = false;
      const Node* value = bit_value(plain);
      if (kind() == TokenKind::kDoubleBar && plain && mark() == start && !pattern) {
        return comprehension(NodeKind::kBinaryComprehension, open, value, TokenKind::kRightBinary);
      }
      push(binary_element(value, begin));
    } while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBinary);
  const Node* elements = sequence(start, open.begin);
  return node(NodeKind::kBin, open.location, open.begin, {elements});
}

const Node* Parser::bit_value(bool& plain) {
  switch (kind()) {
    case TokenKind::kPlus:
    case TokenKind::kMinus:
    case TokenKind::kBnot:
    case TokenKind::kNot: {
      const Token& sign = take();
      const Node* value = primary(false);
      Node* made = node(NodeKind::kOp, sign.location, sign.begin, {value});
      made->symbol = spelling_symbol(sign.kind);
      return made;
    }
    default:
      plain = true;
      return primary(false);
  }
}

const Node* Parser::binary_element(const Node* value, std::uint32_t begin) {
  const Node* size;
  if (accept(TokenKind::kColon)) {
    size = primary(false);
  } else {
    size = default_;
  }
  const Node* types = accept(TokenKind::kSlash) ? bit_types() : default_;
  return node(NodeKind::kBinElement, first_location(*value), begin, {value, size, types});
}

const Node* Parser::bit_types() {
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do {
    const Token& name = token();
    expect(TokenKind::kAtom);
    if (error_.set) break;
    const Node* made = bare_atom(name.symbol(), name);
    if (accept(TokenKind::kColon)) {
      const Token& unit = token();
      expect(TokenKind::kInteger);
      made = node(NodeKind::kBareTuple, name.location, name.begin, {made, bare_integer(unit.wide ? 0 : unit.integer, unit)});
    }
    push(made);
  } while (accept(TokenKind::kMinus));
  return sequence(start, begin);
}

// '#' with nothing before it.
const Node* Parser::hash_construction(bool pattern) {
  const Token& hash = take();
  if (kind() == TokenKind::kLeftBrace) {
    const Node* pairs = map_tuple(!pattern);
    if (!pattern && level_.otp >= 26 && pairs->child_count == 1 && kind() == TokenKind::kDoubleBar &&
        last_end_ == pairs->child(0).end) {
      // map_tuple() stopped before '||': a comprehension from OTP 26 on.
      return comprehension(NodeKind::kMapComprehension, hash, &pairs->child(0), TokenKind::kRightBrace);
    }
    const Node* map = node(NodeKind::kMap, hash.location, hash.begin, {pairs});
    return pattern || kind() != TokenKind::kHash ? map : hash_updates(map, hash.begin, Chain::kMaps);
  }
  const Node* record = record_with(nullptr, hash, hash.begin);
  return pattern || kind() != TokenKind::kHash ? record : hash_updates(record, hash.begin, Chain::kRecords);
}

// Updates and accesses after an expression: all of maps or all of records, never mixed.
const Node* Parser::hash_updates(const Node* base, std::uint32_t begin, Chain chain) {
  const int outer_depth = depth_;
  while (kind() == TokenKind::kHash) {
    const bool map = next_kind() == TokenKind::kLeftBrace;
    if (chain != Chain::kAny && map != (chain == Chain::kMaps)) break;
    chain = map ? Chain::kMaps : Chain::kRecords;
    if (++depth_ > Deeper::kMostLevels) fail(token().begin, token().end, "nested too deeply");
    const Token& hash = take();
    if (map) {
      const Node* pairs = map_tuple();
      base = node(NodeKind::kMap, hash.location, begin, {base, pairs});
    } else {
      base = record_with(base, hash, begin);
    }
  }
  depth_ = outer_depth;
  return base;
}

// What follows '#' of a record: Name.Field or Name{…}.
const Node* Parser::record_with(const Node* base, const Token& hash, std::uint32_t begin) {
  const Token& name = token();
  expect(TokenKind::kAtom);
  if (error_.set) return leaf(NodeKind::kNil, token());
  const Node* record = bare_atom(name.symbol(), name);
  if (accept(TokenKind::kPoint)) {
    const Token& field = token();
    expect(TokenKind::kAtom);
    if (error_.set) return leaf(NodeKind::kNil, token());
    const Node* key = leaf(NodeKind::kAtom, field);
    if (base == nullptr) return node(NodeKind::kRecordIndex, hash.location, begin, {record, key});
    return node(NodeKind::kRecordFieldAccess, hash.location, begin, {base, record, key});
  }
  const Node* fields = record_tuple();
  if (base == nullptr) return node(NodeKind::kRecord, hash.location, begin, {record, fields});
  return node(NodeKind::kRecord, hash.location, begin, {base, record, fields});
}

const Node* Parser::record_tuple() {
  const std::uint32_t begin = token().begin;
  expect(TokenKind::kLeftBrace);
  const std::size_t start = mark();
  if (!error_.set && kind() != TokenKind::kRightBrace) {
    do {
      const Token& key = token();
      if (key.kind != TokenKind::kAtom && key.kind != TokenKind::kVar) {
        fail_here();
        break;
      }
      take();
      expect(TokenKind::kEqual);
      const Node* name = leaf(key.kind == TokenKind::kVar ? NodeKind::kVar : NodeKind::kAtom, key);
      const Node* value = expression();
      push(node(NodeKind::kRecordField, key.location, key.begin, {name, value}));
    } while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBrace);
  return sequence(start, begin);
}

const Node* Parser::map_tuple(bool may_be_comprehension) {
  const std::uint32_t begin = token().begin;
  expect(TokenKind::kLeftBrace);
  const std::size_t start = mark();
  if (!error_.set && kind() != TokenKind::kRightBrace) {
    do {
      const std::uint32_t key_begin = token().begin;
      const Node* key = expression();
      const Token& sign = token();
      const bool exact = sign.kind == TokenKind::kColonEqual;
      if (!exact && sign.kind != TokenKind::kDoubleArrow) {
        fail_here();
        break;
      }
      take();
      const Node* value = expression();
      push(node(exact ? NodeKind::kMapFieldExact : NodeKind::kMapFieldAssoc, sign.location, key_begin, {key, value}));
    } while (accept(TokenKind::kComma));
  }
  const bool comprehension_follows = may_be_comprehension && kind() == TokenKind::kDoubleBar && mark() == start + 1 &&
                                     pending_.back()->kind == NodeKind::kMapFieldAssoc && level_.otp >= 26;
  if (!comprehension_follows) expect(TokenKind::kRightBrace);
  return sequence(start, begin);
}

const Node* Parser::comprehension(NodeKind kind_of, const Token& open, const Node* body, TokenKind close) {
  take();
  const std::uint32_t begin = token().begin;
  const std::size_t start = mark();
  do push(qualifier());
  while (accept(TokenKind::kComma));
  expect(close);
  const Node* qualifiers = sequence(start, begin);
  return node(kind_of, open.location, open.begin, {body, qualifiers});
}

// One qualifier; several generators joined by && (level 28) are one.
const Node* Parser::qualifier() {
  const std::uint32_t begin = token().begin;
  const Node* first = generator_or_filter();
  if (kind() != TokenKind::kDoubleAmpersand) return first;
  const std::size_t start = mark();
  push(first);
  while (accept(TokenKind::kDoubleAmpersand)) push(generator_or_filter());
  const Node* generators = sequence(start, begin);
  return node(NodeKind::kZip, first->offset, begin, {generators});
}

const Node* Parser::generator_or_filter() {
  const std::uint32_t begin = token().begin;
  const Node* left = expression();
  bool map = false;
  if (kind() == TokenKind::kColonEqual && level_.otp >= 26) {
    const Token& sign = take();
    const Node* value = expression();
    left = node(NodeKind::kMapFieldExact, sign.location, begin, {left, value});
    map = true;
  }
  NodeKind made;
  switch (kind()) {
    case TokenKind::kLeftArrow:
      made = map ? NodeKind::kMapGenerate : NodeKind::kGenerate;
      break;
    case TokenKind::kStrictLeftArrow:
      made = map ? NodeKind::kMapGenerateStrict : NodeKind::kGenerateStrict;
      break;
    case TokenKind::kDoubleLeftArrow:
      made = NodeKind::kBinaryGenerate;
      break;
    case TokenKind::kStrictDoubleLeftArrow:
      made = NodeKind::kBinaryGenerateStrict;
      break;
    default:
      if (map) fail_here();
      return left;
  }
  const bool of_binary = made == NodeKind::kBinaryGenerate || made == NodeKind::kBinaryGenerateStrict;
  if (of_binary && left->kind != NodeKind::kBin) {
    fail_here();
    return left;
  }
  const Token& sign = take();
  const Node* value = expression();
  return node(made, sign.location, begin, {left, value});
}

}  // namespace beamwright::erlang
