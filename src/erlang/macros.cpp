// -define, and the table of macros; epp:scan_define/4, macro_pars/3, check_uses/4.
#include "erlang/macros.h"

#include <algorithm>

#include "erlang/macro_arguments.h"

namespace beamwright::erlang {
namespace {

constexpr std::size_t kLongestChain = 256;

MacroError error_at(const Token& token, std::string message) { return {token.location, token.end, std::move(message)}; }

// epp:macro_ref/1.
bool find_uses(std::span<const Token> body, std::vector<MacroUse>& uses, MacroError& error) {
  static const Token kEndToken{};
  const auto token_at = [&](std::size_t i) -> const Token& { return i < body.size() ? body[i] : kEndToken; };
  std::vector<TokenKind> closers;
  std::vector<ArgumentRange> ranges;
  for (std::size_t i = 0; i + 1 < body.size(); ++i) {
    if (body[i].kind != TokenKind::kQuestion) continue;
    const Token& name = body[i + 1];
    if (name.kind == TokenKind::kQuestion) ++i;
    if (name.kind != TokenKind::kAtom && name.kind != TokenKind::kVar) continue;
    std::size_t end;
    const int arity = count_macro_arguments(token_at, i + 2, closers, ranges, end);
    if (arity == kMalformedArguments) {
      error = error_at(name, "badly formed argument for macro '" + std::string(name.symbol().text()) + "'");
      return false;
    }
    uses.push_back({name.symbol(), arity});
    ++i;
  }
  return true;
}

}  // namespace

const MacroDefinition* parse_define(std::span<const Token> tokens, Arena& arena, MacroError& error) {
  using K = TokenKind;
  const auto bad = [&](const Token& token) {
    error = error_at(token, "badly formed 'define'");
    return nullptr;
  };
  std::size_t at = 0;
  if (tokens[at].kind != K::kLeftParen) return bad(tokens[at]);
  const Token& name = tokens[++at];
  if (name.kind != K::kAtom && name.kind != K::kVar) return bad(name);
  ++at;
  std::vector<Symbol> parameters;
  int arity = kNoArguments;
  if (tokens[at].kind == K::kLeftParen) {
    ++at;
    while (tokens[at].kind == K::kVar) {
      const Symbol parameter = tokens[at].symbol();
      if (std::find(parameters.begin(), parameters.end(), parameter) != parameters.end()) {
        error = error_at(tokens[at], "argument '" + std::string(parameter.text()) + "' already used");
        return nullptr;
      }
      parameters.push_back(parameter);
      ++at;
      if (tokens[at].kind != K::kComma) break;
      ++at;
      if (tokens[at].kind != K::kVar) return bad(tokens[at]);
    }
    if (tokens[at].kind != K::kRightParen) return bad(tokens[at]);
    ++at;
    arity = static_cast<int>(parameters.size());
    if (tokens[at].kind != K::kComma) {
      error = error_at(tokens[at], "badly formed define: missing comma");
      return nullptr;
    }
  }
  if (tokens[at].kind != K::kComma) return bad(tokens[at]);
  ++at;
  // The body ends at the last ')' before the full stop.
  const std::size_t count = tokens.size() - 1;  // without kEnd
  if (count == 0 || tokens[count - 1].kind != K::kDot) {
    error = error_at(tokens[count == 0 ? 0 : count - 1], "premature end");
    return nullptr;
  }
  if (count < at + 2 || tokens[count - 2].kind != K::kRightParen) {
    error = error_at(tokens[count - 1], "badly formed define: missing closing right parenthesis");
    return nullptr;
  }
  const std::span<const Token> source = tokens.subspan(at, count - 2 - at);
  std::vector<MacroUse> uses;
  if (!find_uses(source, uses, error)) return nullptr;

  auto* definition = arena.make<MacroDefinition>();
  definition->name = name.symbol();
  definition->location = name.location;
  definition->end = name.end;
  definition->arity = arity;
  definition->uses = arena.copy(std::span<const MacroUse>(uses));
  auto* body = static_cast<Token*>(arena.allocate(source.size_bytes() + 1, alignof(Token)));
  std::size_t size = 0;
  const auto parameter_number = [&](const Token& token) -> std::ptrdiff_t {
    if (token.kind != K::kVar) return -1;
    const auto found = std::find(parameters.begin(), parameters.end(), token.symbol());
    return found == parameters.end() ? -1 : found - parameters.begin();
  };
  for (std::size_t i = 0; i < source.size(); ++i) {
    Token token = source[i];
    // ??Name is the name alone where it is no parameter.
    if (token.kind == K::kQuestion && i + 2 < source.size() && source[i + 1].kind == K::kQuestion &&
        source[i + 2].kind == K::kVar) {
      token = source[i + 2];
      if (const auto number = parameter_number(token); number >= 0) {
        token.kind = K::kStringifiedParameter;
        token.integer = number;
      }
      i += 2;
    } else if (const auto number = parameter_number(token); number >= 0) {
      token.kind = K::kParameter;
      token.integer = number;
    }
    definition->has_question = definition->has_question || token.kind == K::kQuestion;
    body[size++] = token;
  }
  definition->body = {body, size};
  return definition;
}

MacroTable::Macro& MacroTable::slot(Symbol name) {
  if ((used_ + 1) * 2 > slots_.size()) grow(slots_.size() * 2);
  std::size_t at = (name.index * 0x9E3779B1u) & (slots_.size() - 1);
  while (slots_[at].name && slots_[at].name != name) at = (at + 1) & (slots_.size() - 1);
  if (!slots_[at].name) {
    slots_[at].name = name;
    ++used_;
  }
  return slots_[at];
}

void MacroTable::grow(std::size_t size) {
  std::vector<Macro> larger(size);
  for (const Macro& macro : slots_) {
    if (!macro.name) continue;
    std::size_t at = (macro.name.index * 0x9E3779B1u) & (larger.size() - 1);
    while (larger[at].name) at = (at + 1) & (larger.size() - 1);
    larger[at] = macro;
  }
  slots_.swap(larger);
}

MacroTable::Macro* MacroTable::find(Symbol name) {
  std::size_t at = (name.index * 0x9E3779B1u) & (slots_.size() - 1);
  while (slots_[at].name && slots_[at].name != name) at = (at + 1) & (slots_.size() - 1);
  return slots_[at].name && slots_[at].known ? &slots_[at] : nullptr;
}

bool MacroTable::define(const MacroDefinition& definition) {
  Macro& macro = slot(definition.name);
  if (macro.known && macro.predefined) return false;
  for (const Entry* entry = macro.entries; entry != nullptr; entry = entry->overload)
    if (entry->definition->arity == definition.arity) return false;
  macro.known = true;
  macro.entries = arena_.make<Entry>(&definition, macro.entries, 0u);
  ++version_;
  return true;
}

void MacroTable::undefine(Symbol name) {
  Macro& macro = slot(name);
  macro.known = false;
  macro.predefined = false;
  macro.entries = nullptr;
  ++version_;
}

void MacroTable::predefine(Symbol name, std::span<const Token> body) {
  auto* definition = arena_.make<MacroDefinition>();
  definition->name = name;
  definition->body = body;
  Macro& macro = slot(name);
  macro.known = macro.predefined = true;
  macro.entries = arena_.make<Entry>(definition, nullptr, 0u);
  ++version_;
}

void MacroTable::predefine_unset(Symbol name) {
  Macro& macro = slot(name);
  macro.known = macro.predefined = true;
  macro.entries = nullptr;
}

MacroTable::Entry* MacroTable::overload_for(const Macro& macro, int arity) {
  Entry* only = macro.entries;
  if (only != nullptr && only->overload == nullptr && only->definition->arity == kNoArguments) return only;
  for (Entry* entry = macro.entries; entry != nullptr; entry = entry->overload)
    if (entry->definition->arity == arity) return entry;
  return nullptr;
}

MacroTable::Check MacroTable::check(Entry& entry, std::vector<const Entry*>& above) {
  if (entry.checked == version_ || entry.definition->uses.empty()) return Check::kFine;
  if (above.size() > kLongestChain || std::find(above.begin(), above.end(), &entry) != above.end()) return Check::kCircular;
  above.push_back(&entry);
  for (const MacroUse use : entry.definition->uses) {
    const Macro* used = find(use.name);
    if (used == nullptr) continue;
    Entry* next = overload_for(*used, use.arity);
    if (next == nullptr) next = overload_for(*used, kNoArguments);
    if (next != nullptr && check(*next, above) == Check::kCircular) return Check::kCircular;
  }
  above.pop_back();
  entry.checked = version_;
  return Check::kFine;
}

bool MacroTable::is_circular(Entry& entry) {
  if (entry.checked == version_ || entry.definition->uses.empty()) return false;
  std::vector<const Entry*> above;
  return check(entry, above) == Check::kCircular;
}

}  // namespace beamwright::erlang
