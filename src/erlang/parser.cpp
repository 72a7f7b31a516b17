// The parser's tools: tokens, nodes, errors; and the choice between attribute and function.
#include "erlang/parser.h"

#include <algorithm>

namespace beamwright::erlang {

Parser::Parser(Arena& arena, Level level) : arena_(arena), level_(level) {
  empty_ = arena.make<Node>();
  Node* made = arena.make<Node>();
  made->kind = NodeKind::kBareAtom;
  made->symbol = intern("default");
  default_ = made;
}

void Parser::begin(std::span<const Token> tokens) {
  at_ = tokens.data();
  last_ = tokens.data() + tokens.size() - 1;
  last_end_ = at_->begin;
  depth_ = 0;
  pending_.clear();
  error_.set = false;
}

const Node* Parser::parse_form(std::span<const Token> tokens) {
  begin(tokens);
  const Token& first = *at_;
  const Node* form = kind() == TokenKind::kMinus ? attribute() : function();
  if (!error_.set) {
    expect(TokenKind::kDot);
    if (!error_.set && kind() != TokenKind::kEnd) fail_here();
  }
  if (!error_.set) return form;
  const Token& end = tokens.size() > 1 ? tokens[tokens.size() - 2] : tokens.back();
  last_end_ = end.end;
  return node(NodeKind::kErrorForm, first.location, first.begin, {});
}

const Node* Parser::parse_expressions(std::span<const Token> tokens) {
  begin(tokens);
  const Node* all = expressions();
  if (!error_.set) expect(TokenKind::kDot);
  return all;
}

void Parser::fail(std::uint32_t begin, std::uint32_t end, std::string message) {
  at_ = last_;
  if (error_.set) return;
  error_ = {true, begin, std::max(begin, end), std::move(message)};
}

void Parser::fail_here() {
  if (error_.set) {
    at_ = last_;
    return;
  }
  std::string message = "syntax error before: ";
  if (kind() != TokenKind::kEnd && kind() != TokenKind::kDot) {
    std::string source;
    append_source(*at_, source);
    if (source.size() > 80) source = source.substr(0, 80) + "...";
    message += source;
  }
  fail(at_->location, at_->end, std::move(message));
}

void Parser::fail_at(const Node& node, std::string_view message) { fail(node.offset, node.end, std::string(message)); }

Node* Parser::leaf(NodeKind kind, const Token& token) {
  Node* made = arena_.make<Node>();
  made->kind = kind;
  made->offset = token.location;
  made->begin = token.begin;
  made->end = token.end;
  switch (kind) {
    case NodeKind::kAtom:
    case NodeKind::kVar:
      made->symbol = token.symbol();
      break;
    case NodeKind::kChar:
      made->integer = token.integer;
      break;
    case NodeKind::kFloat:
      made->floating = token.floating;
      break;
    case NodeKind::kInteger:
      made->wide_integer = token.wide;
      if (!token.wide) {
        made->integer = token.integer;
        break;
      }
      [[fallthrough]];
    case NodeKind::kString:
      made->text_data = token.text->data;
      made->text_size = token.text->size;
      break;
    default:
      break;
  }
  return made;
}

Node* Parser::bare_atom(Symbol symbol, const Token& at) {
  Node* made = leaf(NodeKind::kBareAtom, at);
  made->symbol = symbol;
  return made;
}

Node* Parser::bare_integer(std::int64_t value, const Token& at) {
  Node* made = leaf(NodeKind::kBareInteger, at);
  made->integer = value;
  return made;
}

const Node* Parser::sequence(std::size_t mark, std::uint32_t begin) {
  if (mark == pending_.size()) return empty_;
  const Node* made = node(NodeKind::kSequence, begin, begin, std::span(pending_).subspan(mark));
  pending_.resize(mark);
  return made;
}

}  // namespace beamwright::erlang
