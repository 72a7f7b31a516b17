// Attributes: '-' name value.
#include "erlang/locations.h"
#include "erlang/parser.h"

namespace beamwright::erlang {
namespace {

struct Names {
  Symbol type = intern("type"), opaque = intern("opaque"), nominal = intern("nominal"), record = intern("record"),
         spec = intern("spec"), callback = intern("callback"), module = intern("module"), export_ = intern("export"),
         import_ = intern("import"), file = intern("file"), typed_record_field = intern("typed_record_field"),
         doc = intern("doc"), moduledoc = intern("moduledoc");
};

const Names& names() {
  static const Names instance;
  return instance;
}

}  // namespace

const Node* Parser::attribute() {
  const std::uint32_t begin = take().begin;
  const Token& name = token();
  expect(TokenKind::kAtom);
  if (error_.set) return leaf(NodeKind::kErrorForm, name);
  const Symbol symbol = name.symbol();
  if (symbol == names().spec || symbol == names().callback) return spec_attribute(name, begin);
  if (symbol == names().record) return record_attribute(name, begin);
  const bool nominal = symbol == names().nominal && level_.otp >= 28;
  // Without a definition it is an attribute like any other: erl_parse takes `-type session.`
  if ((symbol == names().type || symbol == names().opaque || nominal) && defines_type()) return type_attribute(name, begin);
  return plain_attribute(name, begin);
}

bool Parser::defines_type() const {
  const Token* at = at_;
  while (at->kind != TokenKind::kDoubleColon && at->kind != TokenKind::kDot && at->kind != TokenKind::kEnd) ++at;
  return at->kind == TokenKind::kDoubleColon;
}

const Node* Parser::bad_declaration(const Node& at, Symbol name) {
  fail(first_location(at), at.end, "bad " + std::string(name.text()) + " declaration");
  return &at;
}

// name(Variables) :: Type, with or without parentheses around it
const Node* Parser::type_attribute(const Token& name, std::uint32_t begin) {
  // -type(name() :: …). opens a parenthesis that belongs to the attribute.
  const bool enclosed = accept(TokenKind::kLeftParen);
  const Node* head = expression();
  if (kind() != TokenKind::kDoubleColon) {
    fail_here();
    return head;
  }
  take();
  const Node* definition = top_type();
  if (enclosed) expect(TokenKind::kRightParen);
  if (error_.set) return head;
  if (head->kind != NodeKind::kCall || head->child(0).kind != NodeKind::kAtom) {
    fail(name.location, name.end, "bad " + std::string(name.symbol().text()) + " declaration");
    return head;
  }
  const Node& variables = head->child(1);
  for (const Node* variable : variables.children()) {
    if (variable->kind != NodeKind::kVar || variable->symbol == sym::underscore) {
      fail(first_location(*variable), variable->end, "bad type variable");
      return head;
    }
  }
  const Node* type_name = bare_atom(head->child(0).symbol, name);
  const Node* value = node(NodeKind::kBareTuple, name.location, begin, {type_name, definition, &variables});
  Node* made = node(NodeKind::kAttribute, name.location, begin, {value});
  made->symbol = name.symbol();
  return made;
}

const Node* Parser::spec_attribute(const Token& name, std::uint32_t begin) {
  const bool enclosed = accept(TokenKind::kLeftParen);
  const Token& first = token();
  expect(TokenKind::kAtom);
  if (error_.set) return leaf(NodeKind::kErrorForm, first);
  const Token* function_name = &first;
  const bool remote = accept(TokenKind::kColon);
  if (remote) {
    function_name = &token();
    expect(TokenKind::kAtom);
    if (error_.set) return leaf(NodeKind::kErrorForm, first);
  }
  const Node* signatures = type_signatures();
  if (enclosed) expect(TokenKind::kRightParen);
  if (error_.set) return signatures;
  const Node* signature = &signatures->child(0);
  if (signature->child(0).child_count == 2 && signature->child(0).child(1).kind == NodeKind::kSequence) {
    signature = &signature->child(0).child(0);  // bounded
  }
  const Node& product = signature->child(0).child(0);
  if (product.child_count == 0) {
    fail(name.location, name.end, "bad " + std::string(name.symbol().text()));
    return signatures;
  }
  const Node* arity = bare_integer(product.child(0).child_count, first);
  const Node* local = bare_atom(function_name->symbol(), *function_name);
  const Node* key =
      remote ? node(NodeKind::kBareTuple, first.location, first.begin, {bare_atom(first.symbol(), first), local, arity})
             : node(NodeKind::kBareTuple, first.location, first.begin, {local, arity});
  const Node* value = node(NodeKind::kBareTuple, first.location, begin, {key, signatures});
  Node* made = node(NodeKind::kAttribute, name.location, begin, {value});
  made->symbol = name.symbol();
  return made;
}

// -record(Name, {Field, Field = Expression, Field :: Type, Field = Expression :: Type}).
const Node* Parser::record_attribute(const Token& name, std::uint32_t begin) {
  const bool enclosed = accept(TokenKind::kLeftParen);
  const Node* record = expression();
  expect(TokenKind::kComma);
  const Token& open = token();
  const std::size_t start = mark();
  if (!error_.set && open.kind != TokenKind::kLeftBrace) {
    const Node* other = expression();
    if (!error_.set) return bad_declaration(*other, names().record);
  }
  expect(TokenKind::kLeftBrace);
  if (!error_.set && kind() != TokenKind::kRightBrace) {
    do push(record_declaration_field());
    while (accept(TokenKind::kComma));
  }
  expect(TokenKind::kRightBrace);
  const Node* fields = sequence(start, open.begin);
  if (enclosed) expect(TokenKind::kRightParen);
  if (error_.set) return fields;
  if (record->kind != NodeKind::kAtom) return bad_declaration(*record, names().record);
  const Node* record_name = bare_atom(record->symbol, name);
  const Node* value = node(NodeKind::kBareTuple, name.location, begin, {record_name, fields});
  Node* made = node(NodeKind::kAttribute, name.location, begin, {value});
  made->symbol = name.symbol();
  return made;
}

const Node* Parser::record_declaration_field() {
  const std::uint32_t begin = token().begin;
  const Node* field = expression();
  const Node* made;
  if (field->kind == NodeKind::kAtom) {
    made = node(NodeKind::kRecordField, field->offset, begin, {field});
  } else if (field->kind == NodeKind::kMatch && field->child(0).kind == NodeKind::kAtom) {
    made = node(NodeKind::kRecordField, field->child(0).offset, begin, {&field->child(0), &field->child(1)});
  } else {
    if (!error_.set) fail(first_location(*field), field->end, "bad record field");
    return field;
  }
  if (!accept(TokenKind::kDoubleColon)) return made;
  const Node* field_type = top_type();
  const Node* tag = bare_atom(names().typed_record_field, token());
  return node(NodeKind::kBareTuple, made->offset, begin, {tag, made, field_type});
}

// expr | expr ',' exprs | '(' expr ',' exprs ')'
const Node* Parser::plain_attribute(const Token& name, std::uint32_t begin) {
  const std::size_t start = mark();
  const Token* after_name = at_;
  const std::uint32_t end_before = last_end_;
  bool enclosed = false;
  if (accept(TokenKind::kLeftParen)) {
    do push(expression());
    while (accept(TokenKind::kComma));
    expect(TokenKind::kRightParen);
    enclosed = !error_.set && kind() == TokenKind::kDot;
    if (!enclosed && !error_.set && mark() == start + 1) {
      // The parenthesis was the beginning of a longer expression.
      pending_.resize(start);
      at_ = after_name;
      last_end_ = end_before;
    } else if (!enclosed && !error_.set) {
      fail_here();
    }
  }
  if (!enclosed && !error_.set) {
    do push(expression());
    while (accept(TokenKind::kComma));
    if (kind() != TokenKind::kDot) fail_here();
  }
  if (error_.set) return leaf(NodeKind::kErrorForm, name);
  const std::vector<const Node*> values(pending_.begin() + static_cast<std::ptrdiff_t>(start), pending_.end());
  pending_.resize(start);
  const Node* value = attribute_value(name, values);
  Node* made = node(NodeKind::kAttribute, name.location, begin, {value});
  made->symbol = name.symbol();
  return made;
}

// erl_parse:build_attribute/2.
const Node* Parser::attribute_value(const Token& name, std::span<const Node* const> values) {
  const Symbol symbol = name.symbol();
  const Node& first = *values[0];
  if (symbol == names().module) {
    if (first.kind != NodeKind::kAtom || values.size() > 2) return bad_declaration(first, symbol);
    const Node* module = term(&first, false);
    if (values.size() == 1) return module;
    const Node* parameters = variable_list(values[1]);
    return node(NodeKind::kBareTuple, first.offset, first.begin, {module, parameters});
  }
  if (symbol == names().export_) {
    if (values.size() != 1) return bad_declaration(*values[1], symbol);
    return name_arity_list(&first);
  }
  if (symbol == names().import_) {
    if (values.size() != 2 || first.kind != NodeKind::kAtom) return bad_declaration(*values.back(), symbol);
    const Node* module = term(&first, false);
    const Node* functions = name_arity_list(values[1]);
    return node(NodeKind::kBareTuple, first.offset, first.begin, {module, functions});
  }
  if (symbol == names().file) {
    if (values.size() != 2 || first.kind != NodeKind::kString || values[1]->kind != NodeKind::kInteger)
      return bad_declaration(first, symbol);
    const Node* line = term(values[1], false);
    return node(NodeKind::kBareTuple, first.offset, first.begin, {&first, line});
  }
  if (level_.otp >= 27 && (symbol == names().doc || symbol == names().moduledoc)) return documentation(symbol, values);
  if (values.size() != 1) return bad_term(*values[1]);
  return term(&first, true);
}

}  // namespace beamwright::erlang
