// Macro expansion; epp:expand_macros/2 and what it calls.
#include "erlang/expander.h"

#include <charconv>

#include "erlang/characters.h"

namespace beamwright::erlang {
namespace {

const Token kEndToken{};

struct Names {
  Symbol function_name = intern("FUNCTION_NAME"), function_arity = intern("FUNCTION_ARITY"), line = intern("LINE");
};

const Names& names() {
  static const Names instance;
  return instance;
}

// The last of the three tokens of a sigil stands behind its string.
std::uint32_t last_location(const Token& token) {
  const bool sigil = token.kind == TokenKind::kSigil && !token.expanded;
  return sigil ? token.end - token.sigil().suffix_bytes : token.location;
}

// Atoms become text by io_lib's ~w, which knows Latin-1 only.
void append_wide_atom(const Token& token, std::string& to) {
  std::string source;
  append_source(token, source);
  for (std::size_t at = 0; at < source.size();) {
    const std::uint32_t c = decode_utf8(source, at);
    if (c < 0x100) {
      append_utf8(c, to);
      continue;
    }
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, c, 16).ptr;
    to += "\\x{";
    for (const char* digit = digits; digit != end; ++digit) to += *digit >= 'a' ? static_cast<char>(*digit - 32) : *digit;
    to += '}';
  }
}

// epp writes the three tokens of a sigil: prefix and suffix as the terms that they hold.
void append_sigil_terms(const Token& sigil, std::string& to) {
  Token part = sigil;
  part.kind = TokenKind::kAtom;
  part.symbol_index = sigil.sigil().prefix.index;
  append_source(part, to);
  to += ' ';
  part = sigil;
  part.kind = TokenKind::kString;
  append_source(part, to);
  to += " []";
}

}  // namespace

class Expander::Input {
 public:
  explicit Input(std::span<const Token> rest) : rest_(rest) {}

  const Token& ahead(std::size_t i) const {
    if (i < pushed_.size()) return pushed_[pushed_.size() - 1 - i];
    i -= pushed_.size();
    return i < rest_.size() ? rest_[i] : kEndToken;
  }
  void skip(std::size_t count) {
    const std::size_t from_pushed = std::min(count, pushed_.size());
    pushed_.resize(pushed_.size() - from_pushed);
    rest_ = rest_.subspan(std::min(count - from_pushed, rest_.size()));
  }
  bool empty() const { return pushed_.empty() && (rest_.empty() || rest_.front().kind == TokenKind::kEnd); }
  // Puts tokens in front of the input.
  void push(std::span<const Token> tokens) { pushed_.insert(pushed_.end(), tokens.rbegin(), tokens.rend()); }
  void clear() {
    pushed_.clear();
    rest_ = {};
  }
  std::size_t pushed() const { return pushed_.size(); }
  bool only_rest() const { return pushed_.empty(); }
  std::span<const Token> rest() const { return rest_; }

 private:
  std::vector<Token> pushed_;
  std::span<const Token> rest_;
};

void Expander::note(const Token& at, std::string message) {
  if (error_.message.empty()) error_ = {at.location, at.end, std::move(message)};
}

bool Expander::spend(std::size_t steps) {
  steps_in_form_ += steps;
  steps_in_file_ += steps;
  return steps_in_form_ <= kMostStepsInForm && steps_in_file_ <= kMostStepsInFile;
}

void Expander::cut_off(const Token& at, Input& input) {
  note(at, "macro expansion too large");
  input.clear();
}

void Expander::expand(std::span<const Token> tokens, std::span<const Token> whole_form, std::vector<Token>& to) {
  to.clear();
  whole_form_ = whole_form;
  function_state_ = FunctionState::kUnknown;
  error_.message.clear();
  met_unknown_ = false;
  steps_in_form_ = 0;
  expand_range(tokens, to, 0);
  Token end = tokens.back();
  if (!to.empty()) {
    end = to.back();
    end.kind = TokenKind::kEnd;
  }
  to.push_back(end);
}

void Expander::expand_range(std::span<const Token> tokens, std::vector<Token>& to, int depth) {
  Input input(tokens);
  while (!input.empty()) {
    if (input.only_rest()) {
      // Most tokens are no macros: copy them in one go.
      const std::span<const Token> rest = input.rest();
      std::size_t plain = 0;
      while (plain < rest.size() && rest[plain].kind != TokenKind::kQuestion && rest[plain].kind != TokenKind::kEnd) ++plain;
      to.insert(to.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(plain));
      input.skip(plain);
      if (input.empty()) break;
    }
    const Token token = input.ahead(0);
    input.skip(1);
    if (token.kind != TokenKind::kQuestion || input.empty()) {
      to.push_back(token);
    } else {
      expand_call(input, token, to, depth);
    }
    if (!spend(1) || to.size() + input.pushed() > kMostTokensInForm + tokens.size()) cut_off(token, input);
  }
}

void Expander::expand_call(Input& input, const Token& question, std::vector<Token>& to, int depth) {
  const Token name = input.ahead(0);
  if (name.kind != TokenKind::kAtom && name.kind != TokenKind::kVar) {
    std::string source = "?";
    append_source(name, source);
    note(name, "illegal macro call '" + source + "'");
    return;
  }
  input.skip(1);
  if (name.kind == TokenKind::kVar && expand_special(question, name, to)) return;
  // The name alone stands for a macro that is not known.
  const auto give_up = [&] {
    Token atom = name;
    atom.kind = TokenKind::kAtom;
    atom.begin = question.begin;
    to.push_back(atom);
  };
  const MacroTable::Macro* macro = macros_.find(name.symbol());
  const std::string_view text = name.symbol().text();
  if (macro == nullptr || macro->entries == nullptr) {
    met_unknown_ = true;
    if (unknown_is_error) note(name, "undefined macro '" + std::string(text) + "'");
    return give_up();
  }
  MacroTable::Entry* entry = macro->entries;
  if (entry->overload != nullptr || entry->definition->arity != kNoArguments) {
    std::size_t end;
    const auto token_at = [&](std::size_t i) -> const Token& { return input.ahead(i); };
    const int arity = count_macro_arguments(token_at, 0, closers_, ranges_, end);
    if (!spend(0) || (steps_in_file_ += end) > kMostStepsInFile) return give_up();
    if (arity == kMalformedArguments) {
      note(name, "badly formed argument for macro '" + std::string(text) + "'");
      return give_up();
    }
    entry = MacroTable::overload_for(*macro, arity);
  }
  if (entry == nullptr) {
    note(name, "argument mismatch for macro '" + std::string(text) + "'");
    return give_up();
  }
  if (depth >= kDeepestCall || macros_.is_circular(*entry)) {
    note(name, "circular macro '" + std::string(text) + "'");
    return give_up();
  }
  if (entry->definition->arity == kNoArguments) {
    expand_plain(*entry->definition, question, name, input, to, depth);
  } else {
    for (const ArgumentRange& range : ranges_) {
      if (range.count != 0) continue;
      note(name, "argument mismatch for macro '" + std::string(text) + "'");
      return give_up();
    }
    expand_with_arguments(*entry->definition, question, name, input);
  }
}

void Expander::expand_plain(const MacroDefinition& macro, const Token& question, const Token& name, Input& input,
                            std::vector<Token>& to, int depth) {
  const auto placed = [&](Token token) {
    token.location = name.location;
    token.begin = question.begin;
    token.end = name.end;
    token.expanded = true;
    return token;
  };
  if (!spend(macro.body.size())) {
    return cut_off(name, input);
  }
  if (!macro.has_question) {
    for (const Token& token : macro.body) to.push_back(placed(token));
    return;
  }
  std::vector<Token> body;
  body.reserve(macro.body.size());
  for (const Token& token : macro.body) body.push_back(placed(token));
  std::vector<Token> expanded;
  expand_range(body, expanded, depth + 1);
  if (!spend(expanded.size())) {
    return cut_off(name, input);
  }
  input.push(expanded);
}

void Expander::expand_with_arguments(const MacroDefinition& macro, const Token& question, const Token& name, Input& input) {
  // The arguments are copied out first: the body goes in front of what follows them.
  std::vector<Token> arguments;
  std::vector<ArgumentRange> places;
  std::uint32_t call_end = name.end;
  std::size_t consumed = 2;
  for (const ArgumentRange& range : ranges_) {
    places.push_back({arguments.size(), range.count});
    for (std::size_t i = 0; i < range.count; ++i) arguments.push_back(input.ahead(range.first + i));
    consumed = range.first + range.count + 1;
  }
  call_end = std::max(call_end, input.ahead(consumed - 1).end);
  input.skip(consumed);

  std::vector<Token> body;
  Token place = name;
  place.begin = question.begin;
  place.end = call_end;
  for (const Token& token : macro.body) {
    if (token.kind == TokenKind::kParameter || token.kind == TokenKind::kStringifiedParameter) {
      const ArgumentRange& argument = places[static_cast<std::size_t>(token.integer)];
      const auto tokens = std::span<const Token>(arguments).subspan(argument.first, argument.count);
      if (!spend(argument.count)) {
        return cut_off(name, input);
      }
      if (token.kind == TokenKind::kStringifiedParameter) {
        body.push_back(stringified(tokens, place));
      } else {
        body.insert(body.end(), tokens.begin(), tokens.end());
        place.location = last_location(tokens.back());
      }
      continue;
    }
    Token& placed = body.emplace_back(token);
    placed.location = place.location;
    placed.begin = place.begin;
    placed.end = place.end;
    placed.expanded = true;
  }
  if (!spend(body.size())) {
    return cut_off(name, input);
  }
  input.push(body);
}

Token Expander::stringified(std::span<const Token> tokens, const Token& place) {
  std::string text;
  for (const Token& token : tokens) {
    if (!text.empty()) text += ' ';
    if (token.kind == TokenKind::kSigil) {
      append_sigil_terms(token, text);
    } else if (token.kind == TokenKind::kAtom) {
      append_wide_atom(token, text);
    } else {
      append_source(token, text);
    }
  }
  Token made = place;
  made.kind = TokenKind::kString;
  made.expanded = true;
  const std::string_view kept = arena_.copy(std::string_view(text));
  made.text = arena_.make<TokenText>(kept.data(), static_cast<std::uint32_t>(kept.size()));
  return made;
}

// ?LINE, ?FUNCTION_NAME and ?FUNCTION_ARITY are no macros of the table.
bool Expander::expand_special(const Token& question, const Token& name, std::vector<Token>& to) {
  const Symbol symbol = name.symbol();
  Token made = name;
  made.begin = question.begin;
  made.expanded = true;
  if (symbol == names().line) {
    made.kind = TokenKind::kInteger;
    made.integer = lines_.line_of(name.location);
    to.push_back(made);
    return true;
  }
  const bool wants_name = symbol == names().function_name;
  if (!wants_name && symbol != names().function_arity) return false;
  if (function_state_ == FunctionState::kAsking) {
    to.push_back(question);
    to.push_back(name);
    return true;
  }
  if (function_state_ == FunctionState::kUnknown) find_function();
  if (function_state_ == FunctionState::kNone) {
    note(name, "?" + std::string(symbol.text()) + " can only be used within a function");
    function_name_ = sym::underscore;
  }
  if (wants_name) {
    made.kind = TokenKind::kAtom;
    made.integer = 0;
    made.symbol_index = function_name_.index;
  } else {
    made.kind = TokenKind::kInteger;
    made.integer = function_arity_;
  }
  to.push_back(made);
  return true;
}

// epp:update_fun_name/2: the parser has not run yet, so the head is read from the form's own tokens.
void Expander::find_function() {
  const std::span<const Token> form = whole_form_;
  function_state_ = FunctionState::kNone;
  if (form.empty()) return;
  bool plain_head = form.front().kind == TokenKind::kAtom;
  for (std::size_t i = 0; plain_head && i < form.size() && form[i].kind != TokenKind::kArrow; ++i)
    plain_head = form[i].kind != TokenKind::kQuestion;
  if (plain_head) return find_function_in(form);
  function_state_ = FunctionState::kAsking;
  const MacroError outer_error = error_;
  std::vector<Token> expanded;
  expand_range(form, expanded, 0);
  error_ = outer_error;
  expanded.push_back(kEndToken);
  function_state_ = FunctionState::kNone;
  find_function_in(expanded);
}

void Expander::find_function_in(std::span<const Token> tokens) {
  using K = TokenKind;
  if (tokens.size() < 2 || tokens[0].kind != K::kAtom || tokens[1].kind != K::kLeftParen) return;
  function_state_ = FunctionState::kFound;
  function_name_ = tokens[0].symbol();
  function_arity_ = 0;
  int level = 1;
  for (std::size_t i = 2; i < tokens.size() && level > 0; ++i) {
    switch (tokens[i].kind) {
      case K::kComma:
        if (level == 1) ++function_arity_;
        break;
      case K::kLeftParen:
      case K::kLeftBrace:
      case K::kLeftBracket:
      case K::kLeftBinary:
        ++level;
        break;
      case K::kRightParen:
      case K::kRightBrace:
      case K::kRightBracket:
      case K::kRightBinary:
        --level;
        break;
      case K::kEnd:
        return;
      default:
        if (function_arity_ == 0) function_arity_ = 1;
        break;
    }
  }
}

}  // namespace beamwright::erlang
