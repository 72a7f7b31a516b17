// The main loop over forms.
#include "erlang/preprocessor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "erlang/directive_words.h"
#include "erlang/recovery.h"

namespace beamwright::erlang {
namespace {

struct Names : DirectiveWords {
  Symbol module = intern("module"), extends = intern("extends"), record = intern("record");
  Symbol FILE = intern("FILE"), MODULE = intern("MODULE"), MODULE_STRING = intern("MODULE_STRING"),
         BASE_MODULE = intern("BASE_MODULE"), BASE_MODULE_STRING = intern("BASE_MODULE_STRING"), MACHINE = intern("MACHINE"),
         BEAM = intern("BEAM"), LINE = intern("LINE"), FUNCTION_NAME = intern("FUNCTION_NAME"),
         FUNCTION_ARITY = intern("FUNCTION_ARITY"), OTP_RELEASE = intern("OTP_RELEASE");
};

const Names& names() {
  static const Names instance;
  return instance;
}

Token atom_token(Symbol symbol) {
  Token token;
  token.kind = TokenKind::kAtom;
  token.symbol_index = symbol.index;
  return token;
}

}  // namespace

Preprocessor::Preprocessor(Tree& tree, const Options& options)
    : tree_(tree),
      options_(options),
      macros_(tree.arena),
      parser_(tree.arena, options.level),
      maybe_enabled_(options.level.otp >= 27) {
  define_predefined();
  for (const Macro& macro : options.defines) define_option(macro);
}

void Preprocessor::define_predefined() {
  const auto one = [&](Token token) { return std::span<const Token>(tree_.arena.copy(std::span<const Token>(&token, 1))); };
  Token release;
  release.kind = TokenKind::kInteger;
  release.integer = options_.level.otp;
  Token line = release;
  line.integer = 1;
  for (const Symbol unset : {names().FUNCTION_NAME, names().FUNCTION_ARITY, names().MODULE, names().MODULE_STRING,
                             names().BASE_MODULE, names().BASE_MODULE_STRING}) {
    macros_.predefine_unset(unset);
  }
  macros_.predefine(names().LINE, one(line));
  macros_.predefine(names().MACHINE, one(atom_token(names().BEAM)));
  macros_.predefine(names().BEAM, one(atom_token(sym::true_)));
  macros_.predefine(names().OTP_RELEASE, one(release));
  set_file_macro({});
  define_option({"FEATURE_AVAILABLE(X)", "(X) == maybe_expr"});
  // A feature that is on without a directive does not count as enabled.
  define_option({"FEATURE_ENABLED(X)", "false"});
}

// Name, or Name(Parameters), with its value as source text.
void Preprocessor::define_option(const Macro& macro) {
  const std::string text = "(" + std::string(macro.name) + "," + std::string(macro.value.empty() ? "true" : macro.value) + ").";
  Lexer lexer(tree_.arena.copy(std::string_view(text)), options_.level, tree_.arena, nullptr);
  LexedForm form;
  TokenBuffer tokens;
  if (!lexer.next_form(form, tokens) || form.broken) return;
  MacroError error;
  if (const MacroDefinition* definition = parse_define(tokens.all(), tree_.arena, error)) macros_.define(*definition);
}

void Preprocessor::set_file_macro(std::string_view name) {
  Token token;
  token.kind = TokenKind::kString;
  token.text = tree_.arena.make<TokenText>(name.data(), static_cast<std::uint32_t>(name.size()));
  macros_.predefine(names().FILE, tree_.arena.copy(std::span<const Token>(&token, 1)));
}

std::int64_t Preprocessor::File::line_of(std::uint32_t offset) {
  if (line_starts.empty()) {
    line_starts.push_back(0);
    const char* begin = text.data();
    const char* end = begin + text.size();
    for (const char* at = begin; at < end;) {
      const void* line_end = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
      if (line_end == nullptr) break;
      at = static_cast<const char*>(line_end) + 1;
      line_starts.push_back(static_cast<std::uint32_t>(at - begin));
    }
  }
  const auto line = std::upper_bound(line_starts.begin(), line_starts.end(), offset) - line_starts.begin();
  return line + line_shift;
}

void Preprocessor::diagnose(const File& file, std::uint32_t begin, std::uint32_t end, std::string message) {
  if (tree_.diagnostics.size() >= kMostDiagnostics) return;
  tree_.diagnostics.push_back({source::DiagnosticKind::kSyntax, {file.id, begin, std::max(begin, end)}, std::move(message)});
}

void Preprocessor::run(source::FileId id, std::string_view text) {
  File file;
  file.id = id;
  file.text = text.substr(0, UINT32_MAX / 2);
  Lexer lexer(file.text, options_.level, tree_.arena, &tree_.comments);
  file.lexer = &lexer;
  if (options_.includes != nullptr) file.file_name = options_.includes->name(id);
  if (lexer.undeclared_bytes()) file.broken_utf8 = static_cast<std::uint32_t>(first_broken_utf8(file.text));
  set_file_macro(file.file_name);
  if (options_.keep_header_forms) add_file_form(file, 0, file.file_name, 1);
  run_file(file);
}

void Preprocessor::run_file(File& file) {
  Expander expander(macros_, tree_.arena, file);
  Expander* outer = expander_;
  expander_ = &expander;
  while (next_form(file)) {
    if (file.skipped.empty()) {
      handle_form(file);
    } else {
      handle_skipped(file);
    }
  }
  const auto size = static_cast<std::uint32_t>(file.text.size());
  for (std::size_t i = file.branches.size() + file.skipped.size(); i > 0; --i) diagnose(file, size, size, "unterminated '-if'");
  if (!file.header) {
    Node* end = tree_.arena.make<Node>();
    end->kind = NodeKind::kEndOfFile;
    end->offset = end->begin = end->end = size;
    tree_.forms.push_back({end, file.id});
  }
  expander_ = outer;
}

// Takes the forms of a shared header that need no look, up to the next that does.
void Preprocessor::take_known_forms(File& file) {
  using Use = LexedHeader::Use;
  const std::vector<LexedHeader::Known>& known = file.cached->known;
  for (; file.next_cached < known.size(); ++file.next_cached) {
    const LexedHeader::Known& next = known[file.next_cached];
    if (next.use == Use::kLook) return;
    if (!file.skipped.empty()) continue;
    switch (next.use) {
      case Use::kDefine:
        if (!std::exchange(file.room_made, true)) macros_.expect(file.cached->definitions);
        define(file, *next.definition);
        break;
      case Use::kParsed:
        tree_.forms.push_back({next.node, file.id});
        in_prefix_ = false;
        break;
      case Use::kDeclaration:
        if (options_.keep_header_forms) return;
        break;
      case Use::kLook:
        return;
    }
  }
}

bool Preprocessor::next_form(File& file) {
  if (file.cached != nullptr) {
    take_known_forms(file);
    if (file.next_cached == file.cached->forms.size()) return false;
    const LexedHeader::HeaderForm& next = file.cached->forms[file.next_cached++];
    form_ = next.form;
    form_tokens_ = std::span<const Token>(file.cached->tokens).subspan(next.first, next.count);
    if (form_.has_feature_word && !maybe_enabled_) {
      lexed_.assign(form_tokens_);
      choose_feature_words();
      form_tokens_ = lexed_.all();
    }
    return true;
  }
  const bool found = file.lexer->next_form(form_, lexed_);
  if (file.lexer->position() > file.broken_utf8) {
    // The compiler gives up here; the bytes are most likely Latin-1, and as such the rest can be read.
    diagnose(file, file.broken_utf8, file.broken_utf8 + 1, "the file is not UTF-8 and does not say that it is Latin-1");
    file.broken_utf8 = UINT32_MAX;
  }
  if (!found) return false;
  if (form_.has_feature_word && !maybe_enabled_) choose_feature_words();
  form_tokens_ = lexed_.all();
  return true;
}

// Without the feature, `maybe` and `else` are ordinary atoms.
void Preprocessor::choose_feature_words() {
  for (Token& token : lexed_)
    if (token.kind == TokenKind::kMaybe || token.kind == TokenKind::kElse) token.kind = TokenKind::kAtom;
}

void Preprocessor::handle_form(File& file) {
  if (form_.broken) {
    if (form_.begin >= file.quiet_until) diagnose(file, form_.error.begin, form_.error.end, form_.error.message);
    Node* broken = tree_.arena.make<Node>();
    broken->kind = NodeKind::kErrorForm;
    broken->offset = broken->begin = form_.begin;
    broken->end = form_.end;
    tree_.forms.push_back({broken, file.id});
    return recover(file);
  }
  if (form_tokens_[0].kind == TokenKind::kMinus && handle_directive(file)) return;
  parse_form(file);
}

bool Preprocessor::handle_directive(File& file) {
  const Token& word = form_tokens_[1];
  if (word.kind == TokenKind::kIf) return if_condition(file, word), true;
  if (word.kind == TokenKind::kElse) return else_branch(file, word), true;
  if (word.kind != TokenKind::kAtom) return false;
  const Symbol name = word.symbol();
  if (name == names().define) return define(file), true;
  if (name == names().undef) return in_prefix_ = false, undef(file), true;
  if (name == names().include) return include(file, false), true;
  if (name == names().include_lib) return include(file, true), true;
  if (name == names().ifdef) return if_defined(file, false), true;
  if (name == names().ifndef) return if_defined(file, true), true;
  if (name == names().else_) return else_branch(file, word), true;
  if (name == names().elif) return elif_branch(file, word), true;
  if (name == names().endif) return end_if(file, word), true;
  if (name == names().file) return file_directive(file), true;
  if (name == names().feature) return feature(file), true;
  if (name == names().error || name == names().warning) return in_prefix_ = false, user_error(file), true;
  if (options_.level.otp >= 27 && (name == names().doc || name == names().moduledoc)) return documentation_file(file);
  return false;
}

// epp:skip_toks/3.
void Preprocessor::handle_skipped(File& file) {
  if (form_tokens_[0].kind != TokenKind::kMinus) return;
  const Token& word = form_tokens_[1];
  const bool atom = word.kind == TokenKind::kAtom;
  if (word.kind == TokenKind::kIf || (atom && (word.symbol() == names().ifdef || word.symbol() == names().ifndef))) {
    file.skipped.push_back(Branch::kIf);
  } else if (word.kind == TokenKind::kElse || (atom && word.symbol() == names().else_)) {
    if (file.skipped.back() == Branch::kElse) {
      diagnose(file, word, "repeated '-else'");
    } else if (file.skipped.back() == Branch::kElif) {
      file.skipped.back() = Branch::kElse;
    } else if (file.skipped.size() == 1) {
      file.skipped.clear();
      file.branches.push_back(Branch::kElse);
    }
  } else if (atom && word.symbol() == names().elif) {
    if (file.skipped.back() == Branch::kElse) {
      diagnose(file, word, "'elif' following 'else'");
    } else if (file.skipped.size() == 1) {
      file.skipped.clear();
      if_condition(file, word);
    }
  } else if (atom && word.symbol() == names().endif) {
    file.skipped.pop_back();
  }
}

// Of headers a review needs records, functions and what they tell the compiler (parse transforms) only.
bool Preprocessor::wanted(const File& file) const {
  if (!file.header || options_.keep_header_forms) return true;
  return form_tokens_[0].kind != TokenKind::kMinus || form_tokens_[1].is_atom(names().record) ||
         form_tokens_[1].is_atom(sym::compile);
}

void Preprocessor::parse_form(File& file) {
  if (!wanted(file)) return;
  std::span<const Token> tokens = form_tokens_;
  bool reported = form_.begin < file.quiet_until;
  if (form_.has_question) {
    expander_->unknown_is_error = unknown_is_error();
    expander_->expand(form_tokens_, form_tokens_, expanded_);
    tokens = expanded_;
    const MacroError& error = expander_->error();
    if (!error.message.empty() && !reported) diagnose(file, error.begin, error.end, error.message);
    // A macro of a missing header may stand for anything: what then does not parse is no fault of the file.
    reported = reported || !error.message.empty() || expander_->met_unknown();
  }
  if (in_prefix_) note_prefix(tokens);
  // Also what then does not parse tells the module's name.
  if (tokens[0].kind == TokenKind::kMinus) note_module(tokens);
  const Node* node = parser_.parse_form(tokens);
  tree_.forms.push_back({node, file.id});
  if (parser_.error().set) {
    const SyntaxError& error = parser_.error();
    if (!reported) diagnose(file, error.begin, error.end, error.message);
    guess_module(tokens);
    if (const std::uint32_t next = next_form_in(file); next < form_.end) parse_up_to(file, next);
    recover(file);
  }
}

// Where another form seems to begin inside the one at hand; its end when none does, or when too much was read again already.
std::uint32_t Preprocessor::next_form_in(const File& file) const {
  if (file.lexer == nullptr) return form_.end;
  const std::uint32_t next = next_form_start(file.text, form_.begin, form_.end);
  // Every byte may be read again a few times only, or hostile input would take quadratic time.
  return file.relexed + std::uint64_t{form_.end - next} > 4 * file.text.size() + 65'536 ? form_.end : next;
}

// Reads the tokens before another form as if their full stop had been lost.
void Preprocessor::parse_up_to(File& file, std::uint32_t end) {
  std::vector<Token> tokens;
  for (const Token& token : form_tokens_) {
    if (token.kind == TokenKind::kEnd || token.begin >= end) break;
    tokens.push_back(token);
  }
  if (tokens.empty() || tokens.back().kind == TokenKind::kDot) return;
  for (const TokenKind kind : {TokenKind::kDot, TokenKind::kEnd}) {
    Token token = tokens.back();
    token.kind = kind;
    token.integer = 0;
    tokens.push_back(token);
  }
  if (form_.has_question) {
    expander_->expand(tokens, tokens, expanded_);
    if (!expander_->error().message.empty()) return;
    tokens.swap(expanded_);
  }
  const Node* node = parser_.parse_form(tokens);
  if (!parser_.error().set) tree_.forms.push_back({node, file.id});
}

void Preprocessor::recover(File& file) {
  const std::uint32_t next = next_form_in(file);
  if (next >= form_.end) return;
  file.relexed += form_.end - next;
  file.quiet_until = std::max(file.quiet_until, form_.end);
  file.lexer->seek(next);
}

// epp:in_prefix/1.
void Preprocessor::note_prefix(std::span<const Token> tokens) {
  static const Symbol kAllowed[] = {names().module, names().feature, names().else_,      names().elif,
                                    names().endif,  names().ifdef,   intern("ifndef"),   names().define,
                                    names().undef,  names().include, names().include_lib};
  static const Symbol kDocumentation[] = {intern("doc"), intern("moduledoc")};
  if (tokens[0].kind == TokenKind::kEnd) return;
  if (tokens[0].kind == TokenKind::kMinus && tokens[1].kind == TokenKind::kAtom) {
    const Symbol name = tokens[1].symbol();
    if (std::find(std::begin(kAllowed), std::end(kAllowed), name) != std::end(kAllowed)) return;
    const bool documentation = std::find(std::begin(kDocumentation), std::end(kDocumentation), name) != std::end(kDocumentation);
    if (documentation && options_.level.otp >= 27) return;
  }
  in_prefix_ = false;
}

// epp:scan_module/2.
void Preprocessor::note_module(std::span<const Token> tokens) {
  using K = TokenKind;
  if (tokens.size() < 5 || tokens[1].kind != K::kAtom || tokens[2].kind != K::kLeftParen || tokens[3].kind != K::kAtom) return;
  const bool module = tokens[1].symbol() == names().module;
  if (!module && tokens[1].symbol() != names().extends) return;
  if (tokens[4].kind != K::kRightParen && !(module && tokens[4].kind == K::kComma)) return;
  if (module) {
    set_module(names().MODULE, names().MODULE_STRING, tokens[3]);
  } else {
    set_module(names().BASE_MODULE, names().BASE_MODULE_STRING, tokens[3]);
  }
}

void Preprocessor::set_module(Symbol macro, Symbol string_macro, const Token& name) {
  const std::string_view text = name.symbol().text();
  Token string = name;
  string.kind = TokenKind::kString;
  string.text = tree_.arena.make<TokenText>(text.data(), static_cast<std::uint32_t>(text.size()));
  macros_.predefine(macro, tree_.arena.copy(std::span<const Token>(&name, 1)));
  macros_.predefine(string_macro, tree_.arena.copy(std::span<const Token>(&string, 1)));
}

// A broken -module still tells the name, without which every function that says ?MODULE would be lost, too.
void Preprocessor::guess_module(std::span<const Token> tokens) {
  const MacroTable::Macro* known = macros_.find(names().MODULE);
  if (known != nullptr && known->entries != nullptr) return;
  bool said = false;
  for (std::size_t i = 0; i < tokens.size() && (said || i < 3) && i < 8; ++i) {
    if (tokens[i].is_atom(names().module)) {
      said = true;
    } else if (said && tokens[i].kind == TokenKind::kAtom) {
      return set_module(names().MODULE, names().MODULE_STRING, tokens[i]);
    }
  }
}

Tree parse(source::FileId file, std::string_view text, const Options& options) {
  Tree tree;
  Preprocessor(tree, options).run(file, text);
  return tree;
}

}  // namespace beamwright::erlang
