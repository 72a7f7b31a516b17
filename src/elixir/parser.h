// Builds the quoted form from tokens by recursive descent and precedence climbing. Functions mirror the nonterminals of the
// compiler's elixir_parser.yrl; comments name a rule where the way there is not plain.
//
// Errors: the first one of a statement is reported, then the parser goes to the end of the innermost bracket or statement and on
// from there. Brackets always come in pairs (see repair.h), so a broken expression never swallows what stands behind it.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "elixir/token.h"
#include "elixir/tree.h"

namespace beamwright::elixir {

class Parser {
 public:
  static constexpr std::uint32_t kNoPlace = UINT32_MAX;

  Parser(source::FileId file, std::string_view text, const Options& options, const TokenList& list, Tree& tree);

  const Node* parse();

 private:
  // How an expression may be used: see the comment on (a), (b) and (c) in elixir_parser.yrl.
  enum class Class : std::uint8_t {
    kMatched,
    kUnmatched,   // has a do-block that is not in brackets
    kNoParens,    // a call without parentheses and with several arguments, or one that ends in such a call
    kParenMany,   // (a, b) or (a: 1), only before -> or when
    kParenEmpty,  // () before -> or when
  };
  struct Expr {
    Node* node = nullptr;
    std::uint32_t height = 1;  // nodes on the longest way down
    Class kind = Class::kMatched;
    bool access = false;  // may be followed by [key]
    bool bare = false;    // name[key] or @name[key]: no expression stands before the bracket
    bool call = false;    // has arguments without parentheses: nothing binds to it from the right
    bool name = false;    // a name, alone or behind a dot, without arguments
    bool parens = false;  // a call with parentheses
    bool base = false;    // what else may stand for pairs in a map, or before the { of a struct
  };
  // Children of a node under construction, on stack_ from base on.
  struct Children {
    std::uint32_t base;
    std::uint32_t height = 0;
  };
  struct MetaList {
    Meta items[12];
    std::uint8_t size = 0;
    void add(MetaKey key, std::uint32_t value) { items[size++] = {key, value}; }
    void add(const MetaList& other) {
      for (std::uint8_t i = 0; i < other.size && size < 12; ++i) items[size++] = other.items[i];
    }
  };
  // What a call calls: a plain name, or a node.
  struct CallTarget {
    Node* callee = nullptr;
    std::uint32_t height = 0;
    Symbol name;
    std::uint32_t offset = 0;
    std::uint32_t begin = 0;
    bool signed_argument = false;  // `foo -1`, which could be read otherwise
    std::uint8_t quote = 0;        // of a name in quotes
  };
  // The bracket or block whose inside is read, for recovery.
  struct Frame {
    std::uint32_t closer = 0;
    bool block = true;
    bool no_do = false;           // inside arguments without parentheses, whose call takes the do-block
    bool struct_name = false;     // behind %: a name takes no arguments
    bool clauses = false;         // -> may stand here
    std::uint32_t statement = 0;  // where the statement at hand begins
  };
  // A block found in a statement that could not be read, with the closer of the frame that the statement stands in.
  struct Salvaged {
    std::uint32_t closer = 0;
    Expr call;
  };
  struct DepthGuard {
    Parser& parser;
    explicit DepthGuard(Parser& p) : parser(p) { ++parser.depth_; }
    ~DepthGuard() { --parser.depth_; }
    bool too_deep() const { return parser.depth_ > kMaxTreeHeight; }
  };

  // Tokens.
  const Token& token() const { return tokens_[pos_]; }
  TokenKind kind() const { return tokens_[pos_].kind; }
  TokenKind kind_after() const { return tokens_[next_token(tokens_, pos_)].kind; }
  void advance() {
    end_ = tokens_[pos_].end;
    pos_ = next_token(tokens_, pos_);
  }
  bool skip_eol();
  bool skip_end_of_expression();
  bool at_keyword() const { return kind() == TokenKind::kKwIdentifier || kind() == TokenKind::kKwInterpolated; }
  bool at_expression() const;
  Frame enter(std::uint32_t closer, bool block);
  void leave(const Frame& frame);
  void expect_closer();

  // Errors.
  Expr fail(std::string message);
  Expr fail_at(std::uint32_t begin, std::uint32_t end, std::string message);
  Expr fail_before();
  void synchronize();
  void salvage_block();
  void add_salvaged(Children& items);
  void report(std::uint32_t begin, std::uint32_t end, std::string message);
  Expr placeholder(std::uint32_t offset);

  // Nodes.
  Node* make(NodeKind kind, std::uint32_t offset, std::uint32_t begin, std::uint32_t end);
  Node* make_call(Symbol name, std::uint32_t offset, std::uint32_t begin, std::uint32_t end);
  Node* make_atom(Symbol name, std::uint32_t begin, std::uint32_t end);
  Children open_children() { return {static_cast<std::uint32_t>(stack_.size())}; }
  void add(Children& children, const Node* node, std::uint32_t height = 1);
  void add(Children& children, const Expr& expr) { add(children, expr.node, expr.height); }
  Expr close_children(Node* node, const Children& children);
  Expr wrap(Node* node, std::initializer_list<Expr> children);
  void set_meta(Node* node, const MetaList& metas);
  void prepend_meta(Node* node, const MetaList& metas);
  void add_newlines(MetaList& metas, std::uint32_t newlines) const;
  MetaList pair_meta(std::uint32_t newlines, std::uint32_t closer) const;
  void annotate_end(const Node* node, std::uint32_t eoe);
  bool takes_meta(const Node& node) const {
    return node.kind == NodeKind::kCall || node.kind == NodeKind::kCallOn || node.kind == NodeKind::kVariable || encoded(node);
  }
  bool metadata() const { return options_.token_metadata; }
  bool encoded(const Node& node) const { return node.literal && options_.literal_metadata; }
  // A literal that has a place when a literal_encoder is asked for; the metas stand before it.
  void note_literal(Node* node) { node->literal = true; }
  void note_literal(Node* node, const MetaList& metas);
  void note_delimiter(MetaList& metas, char quote, std::size_t count) const;

  // Expressions (parser_expression.cpp).
  Expr parse_expression() { return parse_binary(0); }
  Expr parse_binary(int min_precedence);
  Expr continue_binary(Expr left, int min_precedence);
  Expr build_binary(Expr left, const Token& op, std::uint32_t newlines, Expr right);
  Expr parse_unary(bool tight = false);
  Expr parse_at(bool tight);
  Expr build_unary(const Token& op, Expr operand);
  Expr parse_primary(bool tight);
  Expr parse_postfix(Expr left);
  Expr parse_dot(Expr left);
  Expr parse_access(Expr left);
  Expr parse_dot_alias(Expr left, const Token& dot);
  Expr parse_dot_container(Expr left, const Token& dot);

  // Calls (parser_call.cpp).
  Expr parse_identifier(const Expr* left, const Token* dot);
  Expr parse_parens_call(CallTarget target);
  Expr parse_no_parens_call(const CallTarget& target);
  Class parse_no_parens_arguments(Children& arguments);
  MetaList parse_parens_arguments(Children& arguments);
  void parse_do_block(Children& arguments, MetaList& metas);
  void parse_do_section(Children& sections, Symbol name, std::uint32_t closer);
  Expr finish_call(const CallTarget& target, Children& arguments, const MetaList& metas);
  bool at_no_parens_argument() const;
  bool at_do_block() const { return kind() == TokenKind::kDo && !frame_.no_do && !frame_.struct_name; }
  Expr parse_keywords(bool no_parens, bool call);
  Expr parse_keyword_key();
  Expr parse_container_value();

  // Brackets (parser_container.cpp).
  Expr parse_list();
  Expr parse_tuple();
  Expr parse_bits();
  bool parse_bracketed(Children& items, bool lists, MetaList& metas);
  void parse_container_items(Children& items, bool lists);
  Expr parse_map(std::uint32_t begin);
  Expr parse_map_body(std::uint32_t begin);
  void parse_map_items(Children& items);
  bool parse_map_update(Children& items);
  Expr parse_association();
  Expr finish_association(Expr key);
  bool stands_for_pairs(const Expr& key) const;
  bool has_prefix_operator(const Node& node) const;
  Expr parse_struct();
  Expr parse_struct_name();
  bool names_struct(const Expr& name) const;

  // Blocks and clauses (parser_block.cpp).
  Expr parse_block(std::uint32_t closer, bool* clauses, std::uint32_t place = kNoPlace);
  void parse_statements(Children& items, Expr item);
  Expr parse_clause_or_expression(bool many);
  void parse_clause_arguments(Children& arguments);
  Expr parse_paren_clause(const Expr& head, std::uint32_t begin);
  void unwrap_splice(Children& arguments);
  Expr parse_clause(Children& arguments, std::uint32_t begin, bool unwrap, const Node* parens = nullptr);
  Expr finish_statements(const Children& items, std::uint32_t offset, bool* clauses);
  Expr collect_clauses(const Children& items);
  Expr build_block(const Node* const* items, std::size_t count, std::uint32_t height, std::uint32_t offset);
  Expr parse_paren();
  void note_parentheses(Expr& inside, bool single, std::uint32_t offset, std::uint32_t closer);
  void note_place(Expr& body, bool single, std::uint32_t place);
  void add_parens(MetaList& metas, std::uint32_t open, std::uint32_t close) const;
  Expr parse_fn();

  // Literals (parser_literal.cpp).
  Expr parse_literal();
  Expr parse_number();
  Expr parse_text();
  Expr parse_sigil();
  Expr quoted_name(const Token& name);
  Expr text_parts(const TextLiteral& literal, Node* node, bool charlist);
  Expr interpolation(const TextPart& part, bool charlist);
  Expr literal(NodeKind kind, const Token& at);
  MetaList literal_meta(const Token& at) const;

  source::FileId file_;
  std::string_view text_;
  Options options_;
  const TokenList& list_;
  const std::vector<Token>& tokens_;
  Tree& tree_;
  Arena& arena_;
  std::vector<const Node*> stack_;
  std::uint32_t pos_ = 0;
  std::uint32_t end_ = 0;  // of the token last taken
  Frame frame_;
  std::vector<Salvaged> salvaged_;
  std::uint32_t depth_ = 0;
  std::uint32_t clause_start_ = UINT32_MAX;  // the token where `(a, b)` may be the head of a clause
  std::uint32_t failed_at_ = UINT32_MAX;     // where the last error left off: another one there is its echo
};

// Operators between operands; 0 for what is none. The precedences of elixir_parser.yrl.
struct Precedence {
  std::uint16_t level = 0;
  bool right = false;
};
Precedence binary_precedence(TokenKind kind);

// Digits in base 10 of an integer literal that needs more than 64 bits.
std::string_view wide_integer_digits(std::string_view digits, int base, Arena& arena);

}  // namespace beamwright::elixir
