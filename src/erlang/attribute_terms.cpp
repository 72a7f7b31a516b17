// Values of attributes: expressions turned into the terms they stand for (erl_parse:normalise/1).
#include "erlang/constant_binary.h"
#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {

const Node* Parser::bad_term(const Node& at) {
  fail(first_location(at), at.end, "bad attribute");
  return &at;
}

// [name/1, …] as a sequence of bare tuples
const Node* Parser::name_arity_list(const Node* list) {
  const std::size_t start = mark();
  const Node* cell = list;
  for (; cell->kind == NodeKind::kCons; cell = &cell->child(1)) {
    const Node& entry = cell->child(0);
    const bool pair = entry.kind == NodeKind::kOp && entry.child_count == 2 && entry.symbol == spelling_symbol(TokenKind::kSlash);
    if (!pair || entry.child(0).kind != NodeKind::kAtom || entry.child(1).kind != NodeKind::kInteger) {
      fail(first_location(pair ? entry : *cell), entry.end,
           !pair                                    ? "bad Name/Arity"
           : entry.child(0).kind == NodeKind::kAtom ? "bad function arity"
                                                    : "bad function name");
      break;
    }
    push(term(&entry, true));
  }
  if (!error_.set && cell->kind != NodeKind::kNil) fail(first_location(*cell), cell->end, "bad Name/Arity");
  return sequence(start, list->begin);
}

// [Variable, …] of a parameterised module
const Node* Parser::variable_list(const Node* list) {
  const std::size_t start = mark();
  const Node* cell = list;
  for (; cell->kind == NodeKind::kCons && cell->child(0).kind == NodeKind::kVar; cell = &cell->child(1)) {
    Node* name = node(NodeKind::kBareAtom, cell->child(0).offset, cell->child(0).begin, {});
    name->symbol = cell->child(0).symbol;
    push(name);
  }
  if (cell->kind != NodeKind::kNil) fail(first_location(*cell), cell->end, "bad variable list");
  return sequence(start, list->begin);
}

// -doc and -moduledoc since OTP 27: a text, false, hidden, a map of metadata or {file, Path}.
const Node* Parser::documentation(Symbol name, std::span<const Node* const> values) {
  static const Symbol kDoc = intern("doc");
  static const Symbol kHidden = intern("hidden");
  static const Symbol kFile = intern("file");
  const Node& value = *values[0];
  bool good = false;
  if (values.size() == 1) {
    switch (value.kind) {
      case NodeKind::kAtom:
        good = value.symbol == sym::true_ || value.symbol == sym::false_ || value.symbol == kHidden;
        break;
      case NodeKind::kString:
        good = true;
        break;
      case NodeKind::kBin: {
        const std::optional<Bits> bits = constant_binary(value);
        if (!bits) return bad_term(value);
        return bits->spare == 0 ? &value : bad_declaration(value, kDoc);
      }
      case NodeKind::kMap:
        if (value.child_count == 1) return documentation_map(name, value);
        break;
      case NodeKind::kTuple: {
        const Node& elements = value.child(0);
        good = elements.child_count == 2 && elements.child(0).is_atom(kFile) && elements.child(1).kind == NodeKind::kString;
        break;
      }
      default:
        break;
    }
  }
  return good ? term(&value, false) : bad_declaration(value, kDoc);
}

const Node* Parser::documentation_map(Symbol name, const Node& map) {
  static const Symbol kDoc = intern("doc");
  static const Symbol kEquiv = intern("equiv");
  const std::size_t start = mark();
  for (const Node* pair : map.child(0).children()) {
    if (pair->kind != NodeKind::kMapFieldAssoc) return bad_term(*pair);
    const Node* key = term(&pair->child(0), false);
    const Node& value = pair->child(1);
    // The call that the function stands for keeps its abstract form.
    const bool call = name == kDoc && key->is_atom(kEquiv) && value.kind == NodeKind::kCall;
    push(node(NodeKind::kMapFieldAssoc, pair->offset, pair->begin, {key, call ? &value : term(&value, true)}));
    if (error_.set) return bad_term(map);
  }
  const Node* pairs = sequence(start, map.begin);
  return node(NodeKind::kMap, map.offset, map.begin, {pairs});
}

const Node* Parser::term(const Node* expression, bool name_arity) {
  const auto copy_as = [&](NodeKind kind) {
    Node* made = arena_.make<Node>(*expression);
    made->kind = kind;
    return made;
  };
  const auto same_place = [&](NodeKind kind, std::initializer_list<const Node*> children) {
    return node(kind, expression->offset, expression->begin, children);
  };
  switch (expression->kind) {
    case NodeKind::kAtom:
      return copy_as(NodeKind::kBareAtom);
    case NodeKind::kChar:
      return copy_as(NodeKind::kBareInteger);
    case NodeKind::kInteger:
      return expression->wide_integer ? expression : copy_as(NodeKind::kBareInteger);
    case NodeKind::kFloat:
    case NodeKind::kString:
      return expression;
    case NodeKind::kBin:
      if (is_literal_binary(*expression)) return expression;
      break;
    case NodeKind::kNil:
      return copy_as(NodeKind::kSequence);
    case NodeKind::kCons:
      return term_list(expression, name_arity);
    case NodeKind::kTuple: {
      const std::size_t start = mark();
      for (const Node* element : expression->child(0).children()) push(term(element, name_arity));
      const Node* elements = sequence(start, expression->begin);
      return node(NodeKind::kBareTuple, expression->offset, expression->begin, elements->children());
    }
    case NodeKind::kMap:
      if (expression->child_count == 1) return term_map(expression, name_arity);
      break;
    case NodeKind::kFun: {
      const Node& target = expression->child(0);
      if (target.child_count == 4 && target.child(1).kind == NodeKind::kAtom && target.child(2).kind == NodeKind::kAtom &&
          target.child(3).kind == NodeKind::kInteger) {
        return expression;
      }
      break;
    }
    case NodeKind::kOp: {
      if (expression->child_count == 2) {
        const Node& name = expression->child(0);
        const Node& arity = expression->child(1);
        if (name_arity && expression->symbol == spelling_symbol(TokenKind::kSlash) && name.kind == NodeKind::kAtom &&
            arity.kind == NodeKind::kInteger) {
          return same_place(NodeKind::kBareTuple, {term(&name, false), term(&arity, false)});
        }
        break;
      }
      const Node& value = expression->child(0);
      const bool minus = expression->symbol == spelling_symbol(TokenKind::kMinus);
      if (!minus && expression->symbol != spelling_symbol(TokenKind::kPlus)) break;
      if (value.kind != NodeKind::kChar && value.kind != NodeKind::kInteger && value.kind != NodeKind::kFloat) break;
      if (!minus) return term(&value, false);
      Node* made = arena_.make<Node>(value);
      made->offset = expression->offset;
      made->begin = expression->begin;
      if (value.kind == NodeKind::kFloat) {
        made->floating = -value.floating;
      } else if (value.wide_integer) {
        made->text_data = arena_.copy("-" + std::string(value.text())).data();
        made->text_size = value.text_size + 1;
      } else {
        made->kind = NodeKind::kBareInteger;
        made->integer = -value.integer;
      }
      return made;
    }
    default:
      break;
  }
  return bad_term(*expression);
}

const Node* Parser::term_list(const Node* list, bool name_arity) {
  const std::size_t start = mark();
  const Node* cell = list;
  for (; cell->kind == NodeKind::kCons; cell = &cell->child(1)) push(term(&cell->child(0), name_arity));
  if (cell->kind == NodeKind::kNil) return sequence(start, list->begin);
  // An improper list keeps its cells.
  const Node* tail = term(cell, name_arity);
  while (pending_.size() > start) {
    const Node* head = pending_.back();
    pending_.pop_back();
    tail = node(NodeKind::kCons, head->offset, head->begin, {head, tail});
  }
  return tail;
}

const Node* Parser::term_map(const Node* map, bool name_arity) {
  const std::size_t start = mark();
  for (const Node* pair : map->child(0).children()) {
    if (pair->kind != NodeKind::kMapFieldAssoc) return bad_term(*map);
    const Node* key = term(&pair->child(0), false);
    const Node* value = term(&pair->child(1), name_arity);
    push(node(NodeKind::kMapFieldAssoc, pair->offset, pair->begin, {key, value}));
  }
  const Node* pairs = sequence(start, map->begin);
  return node(NodeKind::kMap, map->offset, map->begin, {pairs});
}

}  // namespace beamwright::erlang
