// The grammar of erl_parse.yrl as a recursive descent parser. It takes the tokens of one form and makes its node; the first
// token that fits no rule is the error, as it is for the compiler. After an error the parser stands at the end of the form, so
// that every function on the way out sees nothing more to read; none of them ever returns null.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "erlang/token.h"
#include "erlang/tree.h"

namespace beamwright::erlang {

struct SyntaxError {
  bool set = false;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string message;
};

class Parser {
 public:
  Parser(Arena& arena, Level level);

  // The tokens of one form with the kEnd token. Gives a kErrorForm node when error().set.
  const Node* parse_form(std::span<const Token> tokens);
  // Expressions up to the full stop, for -if(...).
  const Node* parse_expressions(std::span<const Token> tokens);
  const SyntaxError& error() const { return error_; }

 private:
  struct Deeper;

  // Tokens.
  const Token& token() const { return *at_; }
  TokenKind kind() const { return at_->kind; }
  TokenKind next_kind() const { return at_->kind == TokenKind::kEnd ? TokenKind::kEnd : at_[1].kind; }
  // Moves past a token; the end of the form stays where it is.
  const Token& take() {
    if (at_ == last_) return *at_;
    last_end_ = at_->end;
    return *at_++;
  }
  bool accept(TokenKind kind) { return at_->kind == kind && (take(), true); }
  void expect(TokenKind kind) {
    if (!accept(kind)) fail_here();
  }
  void begin(std::span<const Token> tokens);
  void fail_here();
  void fail_at(const Node& node, std::string_view message);
  void fail(std::uint32_t begin, std::uint32_t end, std::string message);

  // Nodes. Their children stand behind them in the arena.
  Node* node(NodeKind kind, std::uint32_t offset, std::uint32_t begin, std::span<const Node* const> children) {
    auto* memory = static_cast<std::byte*>(arena_.allocate(sizeof(Node) + children.size_bytes(), alignof(Node)));
    Node* made = new (memory) Node;
    made->kind = kind;
    made->offset = offset;
    made->begin = begin;
    made->end = last_end_;
    made->child_count = static_cast<std::uint32_t>(children.size());
    if (children.empty()) return made;
    auto* to = reinterpret_cast<const Node**>(memory + sizeof(Node));
    made->child_data = to;
    for (const Node* child : children) *to++ = child;
    return made;
  }
  Node* node(NodeKind kind, std::uint32_t offset, std::uint32_t begin, std::initializer_list<const Node*> children) {
    return node(kind, offset, begin, std::span(children.begin(), children.size()));
  }
  Node* leaf(NodeKind kind, const Token& token);
  // A name or number that is the whole expression, as most are; null when it is none or more follows.
  const Node* lone_leaf();
  Node* bare_atom(Symbol symbol, const Token& at);
  Node* bare_integer(std::int64_t value, const Token& at);
  // The nodes pushed since `mark` as a list.
  const Node* sequence(std::size_t mark, std::uint32_t begin);
  std::size_t mark() const { return pending_.size(); }
  void push(const Node* child) { pending_.push_back(child); }

  // parse_expression.cpp
  const Node* expression(int least_precedence = 0, bool pattern = false);
  const Node* operand(bool pattern);
  const Node* prefix_operation(bool pattern);
  const Node* postfix(const Node* base, std::uint32_t begin);
  const Node* primary(bool pattern);
  const Node* strings();
  const Node* list(bool pattern);
  const Node* list_rest(const Token& open, const Node* first);
  const Node* tuple();
  const Node* parenthesised(bool pattern);
  const Node* call_or_remote(const Node* base, std::uint32_t begin);
  const Node* arguments(bool pattern);
  const Node* expressions(bool pattern = false);
  const Node* sigil();

  // parse_data.cpp: binaries, maps, records, comprehensions
  const Node* binary(bool pattern);
  const Node* binary_element(const Node* value, std::uint32_t begin);
  const Node* bit_value(bool& plain);
  const Node* bit_types();
  const Node* hash_construction(bool pattern);
  enum class Chain : std::uint8_t { kAny, kMaps, kRecords };
  const Node* hash_updates(const Node* base, std::uint32_t begin, Chain chain);
  // With may_be_comprehension the tuple may end before a '||'.
  const Node* map_tuple(bool may_be_comprehension = false);
  const Node* record_tuple();
  const Node* record_with(const Node* base, const Token& hash, std::uint32_t begin);
  const Node* comprehension(NodeKind kind, const Token& open, const Node* body, TokenKind close);
  const Node* qualifier();
  const Node* generator_or_filter();

  // parse_clauses.cpp: everything with clauses
  const Node* function();
  const Node* block();
  const Node* if_expression();
  const Node* case_expression();
  const Node* receive_expression();
  const Node* try_expression();
  const Node* try_clause();
  const Node* maybe_expression();
  const Node* fun_expression();
  const Node* fun_reference(const Token& fun);
  const Node* fun_clauses(const Token& fun);
  const Node* clause_of(const Node* pattern, std::uint32_t begin);
  const Node* match_clauses();
  const Node* guard_sequence();
  const Node* clause_guard();
  const Node* clause_body();
  const Node* no_nodes() const { return empty_; }

  // parse_type.cpp
  const Node* top_type();
  const Node* type(int least_precedence);
  const Node* type_operand();
  const Node* type_primary();
  const Node* named_type();
  const Node* list_type();
  const Node* hash_type();
  const Node* record_type(const Token& hash);
  const Node* map_pair_type();
  const Node* binary_type();
  const Node* fun_type();
  const Node* type_signatures();
  const Node* type_guards();
  const Node* type_guard();
  void top_types();
  const Node* union_of(const Node* first, const Node* second, std::uint32_t begin);
  const Node* constraint(const Node* variable, const Node* type, std::uint32_t begin);

  // parse_attribute.cpp
  const Node* attribute();
  bool defines_type() const;
  const Node* type_attribute(const Token& name, std::uint32_t begin);
  const Node* spec_attribute(const Token& name, std::uint32_t begin);
  const Node* record_attribute(const Token& name, std::uint32_t begin);
  const Node* record_declaration_field();
  const Node* plain_attribute(const Token& name, std::uint32_t begin);
  const Node* attribute_value(const Token& name, std::span<const Node* const> values);
  const Node* bad_declaration(const Node& at, Symbol name);
  // attribute_terms.cpp
  const Node* name_arity_list(const Node* list);
  const Node* variable_list(const Node* list);
  const Node* documentation(Symbol name, std::span<const Node* const> values);
  const Node* documentation_map(Symbol name, const Node& map);
  const Node* term(const Node* expression, bool name_arity);
  const Node* term_list(const Node* list, bool name_arity);
  const Node* term_map(const Node* map, bool name_arity);
  const Node* bad_term(const Node& at);

  Arena& arena_;
  Level level_;
  const Node* empty_;    // the one sequence without children
  const Node* default_;  // the bare atom `default`
  const Token* at_ = nullptr;
  const Token* last_ = nullptr;  // the kEnd token
  std::uint32_t last_end_ = 0;   // end of the token taken last
  int depth_ = 0;
  std::vector<const Node*> pending_;
  SyntaxError error_;
};

// Counts nesting, so that hostile input cannot use up the stack of the parser, or of those who walk its trees.
struct Parser::Deeper {
  static constexpr int kMostLevels = 2000;
  explicit Deeper(Parser& owner) : parser(owner) {
    if (++parser.depth_ > kMostLevels) parser.fail(parser.token().begin, parser.token().end, "nested too deeply");
  }
  ~Deeper() { --parser.depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  Parser& parser;
};

}  // namespace beamwright::erlang
