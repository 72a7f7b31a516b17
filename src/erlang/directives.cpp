// Directives of the preprocessor: definitions, includes and conditions.
#include "erlang/condition.h"
#include "erlang/preprocessor.h"

namespace beamwright::erlang {
namespace {

// Stands for an atom or a variable in a pattern of tokens.
constexpr TokenKind kName = TokenKind::kParameter;

}  // namespace

int Preprocessor::mismatch(std::initializer_list<TokenKind> kinds) const {
  std::size_t at = 2;
  for (const TokenKind kind : kinds) {
    const TokenKind found = form_tokens_[at].kind;
    const bool matches = kind == kName ? found == TokenKind::kAtom || found == TokenKind::kVar : found == kind;
    if (!matches) return static_cast<int>(at);
    ++at;
  }
  return -1;
}

void Preprocessor::bad_directive(File& file, int at, std::string_view name) {
  if (form_.begin >= file.quiet_until) {
    diagnose(file, form_tokens_[static_cast<std::size_t>(at)], "badly formed '" + std::string(name) + "'");
  }
  recover(file);
}

void Preprocessor::define(File& file) {
  MacroError error;
  const MacroDefinition* definition = parse_define(form_tokens_.subspan(2), tree_.arena, error);
  if (definition == nullptr) {
    if (form_.begin >= file.quiet_until) diagnose(file, error.begin, error.end, error.message);
    return recover(file);
  }
  define(file, *definition);
}

void Preprocessor::define(const File& file, const MacroDefinition& definition) {
  if (macros_.define(definition)) return;
  diagnose(file, definition.location, definition.end, "redefining macro '" + std::string(definition.name.text()) + "'");
}

void Preprocessor::undef(File& file) {
  if (const int at = mismatch({TokenKind::kLeftParen, kName, TokenKind::kRightParen, TokenKind::kDot}); at >= 0) {
    return bad_directive(file, at, "undef");
  }
  macros_.undefine(form_tokens_[3].symbol());
}

void Preprocessor::feature(File& file) {
  using K = TokenKind;
  static const Symbol kMaybeFeature = intern("maybe_expr");
  static const Symbol kEnable = intern("enable");
  static const Symbol kDisable = intern("disable");
  const int at = mismatch({K::kLeftParen, K::kAtom, K::kComma, K::kAtom, K::kRightParen, K::kDot});
  if (at >= 0) return bad_directive(file, 2, "feature");
  if (!in_prefix_) {
    return diagnose(file, form_tokens_[1], "feature directive not allowed after exports or record definitions");
  }
  const Symbol name = form_tokens_[3].symbol();
  const Symbol action = form_tokens_[5].symbol();
  if (action != kEnable && action != kDisable) return bad_directive(file, 2, "feature");
  if (name != kMaybeFeature) return diagnose(file, form_tokens_[1], "unknown feature '" + std::string(name.text()) + "'");
  maybe_enabled_ = action == kEnable;
  macros_.undefine(intern("FEATURE_ENABLED"));
  define_option({"FEATURE_ENABLED(X)", maybe_enabled_ ? "(X) == maybe_expr" : "false"});
}

void Preprocessor::user_error(File& file) {
  static const Symbol kWarning = intern("warning");
  const Token& word = form_tokens_[1];
  if (form_tokens_[2].kind != TokenKind::kLeftParen) return bad_directive(file, 2, word.symbol().text());
  if (word.symbol() == kWarning) return;
  const std::uint32_t end = form_tokens_[form_tokens_.size() - 2].begin;
  diagnose(file, word.location, end, "-error" + std::string(file.text.substr(word.end, std::min(end - word.end, 200u))));
}

void Preprocessor::include(File& file, bool library) {
  using K = TokenKind;
  const Token& word = form_tokens_[1];
  // Adjacent strings are one.
  std::size_t after = 3;
  while (form_tokens_[2].kind == K::kLeftParen && form_tokens_[after].kind == K::kString) ++after;
  const bool well_formed = after > 3 && form_tokens_[after].kind == K::kRightParen && form_tokens_[after + 1].kind == K::kDot;
  if (!well_formed) {
    int at = mismatch({K::kLeftParen, K::kString});
    if (at < 0) at = static_cast<int>(form_tokens_[after].kind == K::kRightParen ? after + 1 : after);
    return bad_directive(file, at, word.symbol().text());
  }
  std::string path;
  for (std::size_t i = 3; i < after; ++i) path += form_tokens_[i].text->view();
  if (include_depth_ >= kDeepestInclude || headers_entered_ >= kMostHeaders || header_bytes_ > kMostHeaderBytes) {
    return diagnose(file, form_tokens_[3], std::string(word.symbol().text()) + " too deep");
  }
  Includes::Header header;
  if (options_.includes != nullptr) {
    header = library ? options_.includes->include_lib(path, file.id) : options_.includes->include(path, file.id);
  }
  if (!header.file) {
    tree_.missing_includes.push_back(tree_.arena.copy(std::string_view(path)));
    return;
  }
  enter_header(file, header);
}

void Preprocessor::enter_header(File& file, Includes::Header header) {
  ++include_depth_;
  ++headers_entered_;
  header_bytes_ += header.text.size();
  const std::uint32_t after_include = form_.end;
  {
    File inner;
    inner.id = header.file;
    inner.text = header.text.substr(0, UINT32_MAX / 2);
    inner.header = true;
    inner.file_name = options_.includes->name(header.file);
    std::unique_ptr<Lexer> lexer;
    if (options_.headers != nullptr) {
      inner.cached = &options_.headers->get(header.file, inner.text, options_.level);
    } else {
      lexer = std::make_unique<Lexer>(inner.text, options_.level, tree_.arena, nullptr);
      inner.lexer = lexer.get();
    }
    set_file_macro(inner.file_name);
    if (options_.keep_header_forms) add_file_form(inner, 0, inner.file_name, 1);
    run_file(inner);
  }
  set_file_macro(file.file_name);
  if (options_.keep_header_forms) {
    const std::string_view name = options_.includes->name(file.id);
    const std::int64_t shifted = file.line_of(after_include);
    add_file_form(file, after_include, name, shifted - file.line_shift);
    // After -file the module goes on under the name and line that it gave.
    if (name != file.file_name) add_file_form(file, after_include, file.file_name, shifted);
  }
  --include_depth_;
}

void Preprocessor::if_defined(File& file, bool negated) {
  const int at = mismatch({TokenKind::kLeftParen, kName, TokenKind::kRightParen, TokenKind::kDot});
  if (at >= 0) {
    file.skipped.push_back(Branch::kIf);
    return bad_directive(file, at, negated ? "ifndef" : "ifdef");
  }
  const MacroTable::Macro* macro = macros_.find(form_tokens_[3].symbol());
  const bool defined = macro != nullptr && macro->entries != nullptr;
  if (defined != negated) {
    file.branches.push_back(Branch::kIf);
  } else {
    file.skipped.push_back(Branch::kIf);
  }
}

void Preprocessor::if_condition(File& file, const Token& word) {
  if (form_tokens_[2].kind != TokenKind::kLeftParen) {
    file.skipped.push_back(Branch::kIf);
    return bad_directive(file, 2, "if");
  }
  // The words of -if are not part of its expression.
  const std::span<const Token> condition = form_tokens_.subspan(2);
  expander_->unknown_is_error = unknown_is_error();
  expander_->expand(condition, {}, expanded_);
  const MacroError& error = expander_->error();
  if (!error.message.empty()) {
    diagnose(file, error.begin, error.end, error.message);
    file.skipped.push_back(Branch::kIf);
    return;
  }
  const Node* expressions = parser_.parse_expressions(expanded_);
  if (parser_.error().set && !expander_->met_unknown()) {
    diagnose(file, parser_.error().begin, parser_.error().end, parser_.error().message);
    file.skipped.push_back(Branch::kIf);
    return;
  }
  const bool unknown = expander_->met_unknown() || parser_.error().set;
  const Condition result = unknown ? Condition::kUnknown : evaluate_condition(*expressions, macros_, options_.level);
  if (result == Condition::kMalformed) diagnose(file, word, "badly formed 'if'");
  const bool taken = result == Condition::kHolds || result == Condition::kUnknown;
  (taken ? file.branches : file.skipped).push_back(Branch::kIf);
}

void Preprocessor::else_branch(File& file, const Token& word) {
  if (form_tokens_[2].kind != TokenKind::kDot) return bad_directive(file, 2, "else");
  if (file.branches.empty()) return diagnose(file, word, "unbalanced '-else'");
  if (file.branches.back() == Branch::kElse) diagnose(file, word, "repeated '-else'");
  file.branches.pop_back();
  file.skipped.push_back(Branch::kElse);
}

void Preprocessor::elif_branch(File& file, const Token& word) {
  if (file.branches.empty()) return diagnose(file, word, "unbalanced '-elif'");
  const bool after_else = file.branches.back() == Branch::kElse;
  if (after_else) diagnose(file, word, "unbalanced '-elif'");
  file.branches.pop_back();
  file.skipped.push_back(after_else ? Branch::kElse : Branch::kElif);
}

void Preprocessor::end_if(File& file, const Token& word) {
  if (form_tokens_[2].kind != TokenKind::kDot) return bad_directive(file, 2, "endif");
  if (file.branches.empty()) return diagnose(file, word, "unbalanced '-endif'");
  file.branches.pop_back();
}

void Preprocessor::file_directive(File& file) {
  using K = TokenKind;
  expander_->unknown_is_error = unknown_is_error();
  expander_->expand(form_tokens_, {}, expanded_);
  if (!expander_->error().message.empty()) {
    return diagnose(file, expander_->error().begin, expander_->error().end, expander_->error().message);
  }
  form_tokens_ = expanded_;
  std::size_t after = 3;
  while (form_tokens_[2].kind == K::kLeftParen && form_tokens_[after].kind == K::kString) ++after;
  const auto kind_at = [&](std::size_t i) { return i < form_tokens_.size() ? form_tokens_[i].kind : K::kEnd; };
  const bool well_formed = after > 3 && kind_at(after) == K::kComma && kind_at(after + 1) == K::kInteger &&
                           !form_tokens_[after + 1].wide && kind_at(after + 2) == K::kRightParen && kind_at(after + 3) == K::kDot;
  if (!well_formed) {
    int at = mismatch({K::kLeftParen, K::kString});
    if (at < 0) at = static_cast<int>(after);
    return bad_directive(file, at, "file");
  }
  std::string name;
  for (std::size_t i = 3; i < after; ++i) name += form_tokens_[i].text->view();
  const std::string_view kept = tree_.arena.copy(std::string_view(name));
  const std::int64_t line = form_tokens_[after + 1].integer;
  const std::uint32_t location = form_tokens_[1].location;
  set_file_macro(kept);
  file.file_name = kept;
  add_file_form(file, location, kept, line);
  file.line_shift = 0;
  file.line_shift = line - file.line_of(location);
}

// -doc({file, "name"}) since OTP 27: the attribute holds what stands in a file beside this one; epp:scan_filedoc/4. False for a
// plain -doc.
bool Preprocessor::documentation_file(File& file) {
  using K = TokenKind;
  static const Symbol kFile = intern("file");
  const std::size_t enclosed = form_tokens_[2].kind == K::kLeftParen ? 1 : 0;
  if (form_tokens_[2 + enclosed].kind != K::kLeftBrace) return false;
  const Token& word = form_tokens_[1];
  const Token& tag = form_tokens_[3 + enclosed];
  if (!tag.is_atom(kFile)) {
    diagnose(file, tag, "invalid " + std::string(word.symbol().text()) + " tag, only file allowed");
    return true;
  }
  // Adjacent strings are one.
  std::size_t after = 5 + enclosed;
  std::string path;
  if (form_tokens_[4 + enclosed].kind == K::kComma) {
    for (; form_tokens_[after].kind == K::kString; ++after) path += form_tokens_[after].text->view();
  }
  const bool named = after > 5 + enclosed;
  const std::size_t dot = after + 1 + enclosed;
  const bool closed = named && form_tokens_[after].kind == K::kRightBrace &&
                      (enclosed == 0 || form_tokens_[after + 1].kind == K::kRightParen) && form_tokens_[dot].kind == K::kDot;
  if (!closed) {
    const int at = enclosed == 1 ? mismatch({K::kLeftParen, K::kLeftBrace, K::kAtom, K::kComma, K::kString})
                                 : mismatch({K::kLeftBrace, K::kAtom, K::kComma, K::kString});
    return bad_directive(file, at < 0 ? static_cast<int>(after) : at, word.symbol().text()), true;
  }
  if (!options_.keep_header_forms) return true;
  Includes::Header text;
  if (options_.includes != nullptr) text = options_.includes->include(path, file.id);
  Node* value = tree_.arena.make<Node>();
  value->kind = NodeKind::kString;
  value->text_data = text.text.data();
  value->text_size = static_cast<std::uint32_t>(text.text.size());
  if (!text.file) {
    tree_.forms.push_back({attribute_node(word.symbol(), word.location, value), file.id});
    return true;
  }
  File inner;
  inner.id = text.file;
  const std::uint32_t end = form_tokens_[dot].location;
  add_file_form(inner, 0, options_.includes->name(text.file), 1);
  tree_.forms.push_back({attribute_node(word.symbol(), 0, value), text.file});
  add_file_form(file, end, options_.includes->name(file.id), file.line_of(end));
  return true;
}

Node* Preprocessor::attribute_node(Symbol name, std::uint32_t offset, const Node* value) {
  Node* attribute = tree_.arena.make<Node>();
  attribute->kind = NodeKind::kAttribute;
  attribute->offset = attribute->begin = attribute->end = offset;
  attribute->symbol = name;
  attribute->child_data = tree_.arena.copy(std::span<const Node* const>(&value, 1)).data();
  attribute->child_count = 1;
  return attribute;
}

// The attribute that tells in which file and line what follows was written.
void Preprocessor::add_file_form(const File& file, std::uint32_t offset, std::string_view name, std::int64_t line) {
  static const Symbol kFile = intern("file");
  Arena& arena = tree_.arena;
  const auto make = [&](NodeKind kind) {
    Node* node = arena.make<Node>();
    node->kind = kind;
    node->offset = node->begin = node->end = offset;
    return node;
  };
  Node* path = make(NodeKind::kString);
  path->text_data = name.data();
  path->text_size = static_cast<std::uint32_t>(name.size());
  Node* number = make(NodeKind::kBareInteger);
  number->integer = line;
  const Node* parts[] = {path, number};
  Node* value = make(NodeKind::kBareTuple);
  value->child_data = arena.copy(std::span<const Node* const>(parts)).data();
  value->child_count = 2;
  tree_.forms.push_back({attribute_node(kFile, offset, value), file.id});
}

}  // namespace beamwright::erlang
