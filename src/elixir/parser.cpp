// The parser's tools: walking over tokens, recovering from errors, making nodes.
#include "elixir/parser.h"

#include "elixir/lexer.h"
#include "elixir/names.h"
#include "elixir/repair.h"

namespace beamwright::elixir {

using enum TokenKind;

namespace {
constexpr std::size_t kMaxDiagnostics = 200;
// Tokens before a block that are looked at for what it belongs to.
constexpr std::uint32_t kMaxHead = 200;
}  // namespace

const Names& names() {
  static const Names all;
  return all;
}

Parser::Parser(source::FileId file, std::string_view text, const Options& options, const TokenList& list, Tree& tree)
    : file_(file), text_(text), options_(options), list_(list), tokens_(list.tokens), tree_(tree), arena_(tree.arena) {
  stack_.reserve(256);
}

const Node* Parser::parse() {
  frame_.closer = static_cast<std::uint32_t>(tokens_.size()) - 1;
  return parse_block(frame_.closer, nullptr).node;
}

bool Parser::skip_eol() {
  if (kind() != kEol) return false;
  ++pos_;
  return true;
}

// eoe: a line end, a semicolon, or both.
bool Parser::skip_end_of_expression() {
  const bool eol = skip_eol();
  if (kind() != kSemicolon) return eol;
  ++pos_;
  return true;
}

// Whether the token can begin an expression.
bool Parser::at_expression() const {
  const TokenKind k = kind();
  if (k >= kIdentifier && k <= kAlias) return true;
  if (k >= kAtom && k <= kFn) return true;
  switch (k) {
    case kOpenParen:
    case kOpenBracket:
    case kOpenCurly:
    case kOpenBits:
    case kMap:
    case kStruct:
    case kAtOp:
    case kUnaryOp:
    case kCaptureOp:
    case kCaptureInteger:
    case kEllipsisOp:
    case kDualOp:
    case kTernaryOp:
    case kRangeOp:
      return true;
    default:
      return false;
  }
}

Parser::Frame Parser::enter(std::uint32_t closer, bool block) {
  const Frame before = frame_;
  frame_ = Frame();
  frame_.closer = closer;
  frame_.block = block;
  return before;
}

void Parser::leave(const Frame& frame) { frame_ = frame; }

// At the closer of the frame, or an error that goes there.
void Parser::expect_closer() {
  if (pos_ == frame_.closer) return;
  if (kind() == kEol && (!frame_.block || pos_ + 1 == frame_.closer)) ++pos_;
  if (pos_ == frame_.closer) return;
  fail_before();
  pos_ = frame_.closer;
}

void Parser::report(std::uint32_t begin, std::uint32_t end, std::string message) {
  if (tree_.diagnostics.size() >= kMaxDiagnostics) return;
  tree_.diagnostics.push_back({source::DiagnosticKind::kSyntax, {file_, begin, end}, std::move(message)});
}

Parser::Expr Parser::fail(std::string message) { return fail_at(token().offset, token().end, std::move(message)); }

Parser::Expr Parser::fail_at(std::uint32_t begin, std::uint32_t end, std::string message) {
  if (pos_ != failed_at_) report(begin, end, std::move(message));
  synchronize();
  failed_at_ = pos_;
  return placeholder(begin);
}

Parser::Expr Parser::fail_before() {
  const Token& at = token();
  if (at.kind == kEndOfInput) {
    const std::uint32_t offset = end_ == 0 ? at.offset : end_ - 1;
    return fail_at(offset, end_, "syntax error: expression is incomplete");
  }
  if (at.kind == kEol) return fail("unexpectedly reached end of line. The current expression is invalid or incomplete");
  return fail("syntax error before: " + std::string(text_.substr(at.offset, std::min<std::size_t>(at.end - at.offset, 60))));
}

// To the end of the innermost bracket, or of the statement in a block.
void Parser::synchronize() {
  if (!frame_.block) {
    pos_ = std::max(pos_, frame_.closer);
    return;
  }
  while (pos_ < frame_.closer) {
    const TokenKind k = kind();
    if (k == kEol || k == kSemicolon || k == kBlockIdentifier) return;
    if (k == kDo && token().value > pos_ && token().value < frame_.closer && depth_ < kMaxTreeHeight) {
      salvage_block();
      continue;
    }
    if (is_opener(k) && token().value > pos_ && token().value < frame_.closer) pos_ = token().value;
    advance();
  }
}

// At the `do` of a statement that could not be read: what stands in the block can. The call is that of a definition's name in the
// statement, or of its first name, and knows no more of its arguments than a module's name.
void Parser::salvage_block() {
  const DepthGuard guard(*this);
  const std::uint32_t block = pos_;
  const auto is_name = [this](std::uint32_t at) { return tokens_[at].kind >= kIdentifier && tokens_[at].kind <= kOpIdentifier; };
  std::uint32_t name = block;
  std::uint32_t alias = block;
  const std::uint32_t from = block - frame_.statement <= kMaxHead ? frame_.statement : block - kMaxHead;
  for (std::uint32_t at = block; at > from;) {
    --at;
    if (tokens_[at].kind == kAlias) alias = at;
    if (is_name(at) && (at == frame_.statement || Symbol(tokens_[at].value).text().starts_with("def"))) name = at;
  }
  const Token first = tokens_[std::min(frame_.statement, block)];
  // `M do` lacks the word before it; without any name the block is all there is.
  const Symbol called = name != block ? Symbol(tokens_[name].value) : alias != block ? sym::defmodule : sym::dunder_block;
  Node* call = make_call(called, first.offset, first.offset, first.end);
  Children arguments = open_children();
  if (alias != block) {
    Children parts = open_children();
    Node* module = make_call(sym::dunder_aliases, tokens_[alias].offset, tokens_[alias].offset, tokens_[alias].end);
    for (;; alias += 2) {
      add(parts, make_atom(Symbol(tokens_[alias].value), tokens_[alias].offset, tokens_[alias].end));
      module->end = tokens_[alias].end;
      if (tokens_[alias + 1].kind != kDot || tokens_[alias + 2].kind != kAlias) break;
    }
    add(arguments, close_children(module, parts));
  }
  MetaList metas;
  const Frame before = frame_;
  frame_.no_do = frame_.struct_name = false;
  parse_do_block(arguments, metas);
  frame_ = before;
  call->end = end_;
  if (called == sym::dunder_block) {
    const Node& sections = *stack_.back();
    stack_.back() = &sections.child(0).child(1);
  } else {
    set_meta(call, metas);
  }
  salvaged_.push_back({frame_.closer, close_children(call, arguments)});
}

void Parser::add_salvaged(Children& items) {
  std::size_t first = salvaged_.size();
  while (first > 0 && salvaged_[first - 1].closer == frame_.closer) --first;
  for (std::size_t i = first; i < salvaged_.size(); ++i) add(items, salvaged_[i].call);
  salvaged_.resize(first);
}

// What stands where nothing could be read: an empty block.
Parser::Expr Parser::placeholder(std::uint32_t offset) {
  Node* node = make_call(sym::dunder_block, offset, offset, offset);
  node->placeless = true;
  Expr result;
  result.node = node;
  return result;
}

Node* Parser::make(NodeKind kind, std::uint32_t offset, std::uint32_t begin, std::uint32_t end) {
  Node* node = arena_.make<Node>();
  node->kind = kind;
  node->offset = offset;
  node->begin = begin;
  node->end = end;
  return node;
}

Node* Parser::make_call(Symbol name, std::uint32_t offset, std::uint32_t begin, std::uint32_t end) {
  Node* node = make(NodeKind::kCall, offset, begin, end);
  node->symbol = name;
  return node;
}

Node* Parser::make_atom(Symbol name, std::uint32_t begin, std::uint32_t end) {
  Node* node = make(NodeKind::kAtom, begin, begin, end);
  node->symbol = name;
  return node;
}

void Parser::add(Children& children, const Node* node, std::uint32_t height) {
  stack_.push_back(node);
  children.height = std::max(children.height, height);
}

Parser::Expr Parser::close_children(Node* node, const Children& children) {
  const std::span<const Node* const> all(stack_.data() + children.base, stack_.size() - children.base);
  node->child_data = arena_.copy(all).data();
  node->child_count = static_cast<std::uint32_t>(all.size());
  stack_.resize(children.base);
  Expr result;
  result.node = node;
  result.height = children.height + 1;
  if (result.height <= kMaxTreeHeight) return result;
  report(node->begin, node->end, "the expression is nested too deeply to be read");
  return placeholder(node->begin);
}

Parser::Expr Parser::wrap(Node* node, std::initializer_list<Expr> children) {
  Children all = open_children();
  for (const Expr& child : children) add(all, child);
  return close_children(node, all);
}

void Parser::set_meta(Node* node, const MetaList& metas) {
  node->meta_data = arena_.copy(std::span<const Meta>(metas.items, metas.size)).data();
  node->meta_count = metas.size;
}

void Parser::prepend_meta(Node* node, const MetaList& metas) {
  const std::size_t size = metas.size + std::size_t{node->meta_count};
  if (metas.size == 0 || size > UINT8_MAX) return;
  auto* all = static_cast<Meta*>(arena_.allocate(size * sizeof(Meta), alignof(Meta)));
  std::copy_n(metas.items, metas.size, all);
  std::copy_n(node->meta_data, node->meta_count, all + metas.size);
  node->meta_data = all;
  node->meta_count = static_cast<std::uint8_t>(size);
}

void Parser::note_literal(Node* node, const MetaList& metas) {
  node->literal = true;
  if (options_.literal_metadata && metas.size > 0) set_meta(node, metas);
}

void Parser::note_delimiter(MetaList& metas, char quote, std::size_t count) const {
  const char quotes[] = {quote, quote, quote};
  metas.add(MetaKey::kDelimiter, intern({quotes, count}).index);
}

void Parser::add_newlines(MetaList& metas, std::uint32_t newlines) const {
  if (metadata() && newlines > 0) metas.add(MetaKey::kNewlines, newlines);
}

// newlines_pair of the grammar.
Parser::MetaList Parser::pair_meta(std::uint32_t newlines, std::uint32_t closer) const {
  MetaList metas;
  if (!metadata()) return metas;
  add_newlines(metas, newlines);
  metas.add(MetaKey::kClosing, tokens_[closer].offset);
  return metas;
}

// Writes down where the line or semicolon behind an expression is; literals have no place for it.
void Parser::annotate_end(const Node* node, std::uint32_t eoe) {
  if (!metadata()) return;
  if (node->is_call(names().arrow) && node->child_count == 2) {
    if (takes_meta(node->child(1))) {
      node = &node->child(1);
    } else if (options_.level.at_least(1, 17)) {
      return;
    }
  }
  if (!takes_meta(*node)) return;
  MetaList metas;
  metas.add(MetaKey::kEndOfExpression, tokens_[eoe].offset);
  metas.add(MetaKey::kEndOfExpressionNewlines, tokens_[eoe].newlines);
  // The parser made the node and still owns it.
  prepend_meta(const_cast<Node*>(node), metas);
}

namespace {

// Where an error is, a quote may be missing or too many, and all texts behind it are inside out. The diagnostics stay those of
// the first reading, which are the compiler's.
void look_again(source::FileId file, std::string_view text, const Options& options, Tree& tree) {
  const source::Diagnostics diagnostics = std::move(tree.diagnostics);
  tree.diagnostics.clear();
  tree.comments.clear();
  tree.column_shifts.clear();
  tree.uncounted_lines.clear();
  Lexer lexer(file, text, options, tree);
  lexer.be_wary();
  const TokenList tokens = lexer.run();
  tree.root = Parser(file, text, options, tokens, tree).parse();
  tree.diagnostics = diagnostics;
}

}  // namespace

Tree parse(source::FileId file, std::string_view text, const Options& options) {
  Tree tree;
  tree.literal_metadata = options.literal_metadata;
  if (text.size() >= UINT32_MAX / 2) {
    tree.diagnostics.push_back({source::DiagnosticKind::kSyntax, {file, 0, 0}, "the file is larger than two gigabytes"});
    text = {};
  }
  Lexer lexer(file, text, options, tree);
  const TokenList tokens = lexer.run();
  tree.root = Parser(file, text, options, tokens, tree).parse();
  if (!tree.diagnostics.empty() && lexer.has_long_text()) look_again(file, text, options, tree);
  return tree;
}

}  // namespace beamwright::elixir
