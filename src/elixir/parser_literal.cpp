// Numbers, atoms, texts and sigils.
#include <charconv>
#include <cstdlib>

#include "elixir/characters.h"
#include "elixir/escapes.h"
#include "elixir/names.h"
#include "elixir/parser.h"

namespace beamwright::elixir {

using enum TokenKind;

namespace {

// Turning digits of base 16 into base 10 takes time with the square of their number.
constexpr std::size_t kMaxBasedDigits = 20000;

}  // namespace

std::string_view wide_integer_digits(std::string_view digits, int base, Arena& arena) {
  std::string plain;
  for (const char c : digits) {
    if (c != '_' && !(plain.empty() && c == '0')) plain.push_back(c);
  }
  if (base == 10) return arena.copy(std::string_view(plain));
  std::vector<std::uint32_t> limbs;  // base 1e9, least first
  for (const char c : plain) {
    std::uint64_t carry = static_cast<std::uint64_t>(hex_value(c));
    for (std::uint32_t& limb : limbs) {
      carry += static_cast<std::uint64_t>(limb) * static_cast<std::uint64_t>(base);
      limb = static_cast<std::uint32_t>(carry % 1000000000);
      carry /= 1000000000;
    }
    if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
  }
  std::string text = std::to_string(limbs.back());
  for (std::size_t i = limbs.size() - 1; i-- > 0;) {
    const std::string part = std::to_string(limbs[i]);
    text.append(9 - part.size(), '0').append(part);
  }
  return arena.copy(std::string_view(text));
}

Parser::Expr Parser::literal(NodeKind kind, const Token& at) {
  Expr result;
  result.node = make(kind, at.offset, at.offset, at.end);
  note_literal(result.node, literal_meta(at));
  result.access = true;
  return result;
}

Parser::MetaList Parser::literal_meta(const Token& at) const {
  MetaList metas;
  if (!options_.literal_metadata) return metas;
  switch (at.kind) {
    case kInteger:
    case kFloat:
    case kCharacter:
      metas.add(MetaKey::kToken, intern(text_.substr(at.offset, at.end - at.offset)).index);
      break;
    case kAtom: {
      const bool word = at.value == sym::true_.index || at.value == sym::false_.index || at.value == sym::nil.index;
      if (word && options_.level.at_least(1, 18)) metas.add(MetaKey::kFormat, intern("atom").index);
      break;
    }
    case kAtomQuoted:
      note_delimiter(metas, options_.level.at_least(1, 18) ? static_cast<char>(at.delimiter) : '"', 1);
      break;
    case kString:
    case kCharlist:
    case kStringHeredoc:
    case kCharlistHeredoc: {
      const TextLiteral& text = list_.texts[at.value];
      note_delimiter(metas, text.delimiter, text.heredoc ? 3 : 1);
      if (text.heredoc) metas.add(MetaKey::kIndentation, text.indentation);
      break;
    }
    default:
      break;
  }
  return metas;
}

Parser::Expr Parser::parse_literal() {
  const Token at = token();
  switch (at.kind) {
    case kInteger:
    case kFloat:
      return parse_number();
    case kTrue:
    case kFalse:
    case kNil:
    case kAtom:
    case kAtomQuoted: {
      advance();
      Expr result = literal(NodeKind::kAtom, at);
      result.node->symbol = Symbol(at.value);
      return result;
    }
    case kCharacter: {
      advance();
      Expr result = literal(NodeKind::kInteger, at);
      const bool escaped = text_[at.offset + 1] == '\\' && at.end > at.offset + 2;
      const std::uint32_t from = at.offset + (escaped ? 2 : 1);
      std::uint32_t length = 0;
      std::uint32_t value = decode_character(text_.data() + from, text_.size() - from, length);
      if (escaped && value < 0x80) value = static_cast<unsigned char>(escaped_character(static_cast<char>(value)));
      result.node->integer = value;
      return result;
    }
    case kString:
    case kCharlist:
    case kStringHeredoc:
    case kCharlistHeredoc:
    case kAtomInterpolated:
      return parse_text();
    case kSigil:
      return parse_sigil();
    default:
      return fail_before();
  }
}

Parser::Expr Parser::parse_number() {
  const Token at = token();
  advance();
  std::string_view text = text_.substr(at.offset, at.end - at.offset);
  if (at.kind == kFloat) {
    Expr result = literal(NodeKind::kFloat, at);
    std::string digits;
    for (const char c : text) {
      if (c != '_') digits.push_back(c);
    }
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) value = std::strtod(digits.c_str(), nullptr);
    if (value > 1.7976931348623157e308) {
      report(at.offset, at.end, "invalid float number " + digits);
      value = 0;
    }
    result.node->floating = value;
    return result;
  }
  Expr result = literal(NodeKind::kInteger, at);
  int base = 10;
  if (text.size() > 2 && text[0] == '0') {
    base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : text[1] == 'b' ? 2 : 10;
    if (base != 10) text.remove_prefix(2);
  }
  std::int64_t value = 0;
  bool wide = false;
  for (const char c : text) {
    if (c == '_') continue;
    wide = wide || __builtin_mul_overflow(value, static_cast<std::int64_t>(base), &value) ||
           __builtin_add_overflow(value, static_cast<std::int64_t>(hex_value(c)), &value);
    if (wide) break;
  }
  if (!wide) {
    result.node->integer = value;
    return result;
  }
  if (base != 10 && text.size() > kMaxBasedDigits) {
    report(at.offset, at.end, "the integer has too many digits");
    text = text.substr(0, kMaxBasedDigits);
  }
  const std::string_view digits = wide_integer_digits(text, base, arena_);
  result.node->wide_integer = true;
  result.node->text_data = digits.data();
  result.node->text_size = static_cast<std::uint32_t>(digits.size());
  return result;
}

// Strings, charlists, heredocs, and atoms and keywords with an interpolation.
Parser::Expr Parser::parse_text() {
  const Token at = token();
  const TextLiteral& text = list_.texts[at.value];
  const bool charlist = at.kind == kCharlist || at.kind == kCharlistHeredoc;
  const bool name = at.kind == kAtomInterpolated || at.kind == kKwInterpolated;
  const TextPart& first = list_.parts[text.first_part];
  if (!name && text.part_count == 1 && first.first_token == 0) {
    advance();
    Expr result = literal(charlist ? NodeKind::kCharlist : NodeKind::kBinary, at);
    result.node->text_data = first.data;
    result.node->text_size = first.size;
    return result;
  }
  MetaList metas;
  if (metadata()) {
    if (at.kind == kKwInterpolated) {
      if (options_.level.at_least(1, 18)) note_delimiter(metas, text.delimiter, 1);
      metas.add(MetaKey::kFormat, intern("keyword").index);
    } else {
      const char shown = at.kind == kAtomInterpolated && !options_.level.at_least(1, 18) ? '"' : text.delimiter;
      note_delimiter(metas, shown, text.heredoc ? 3 : 1);
    }
    if (text.heredoc) metas.add(MetaKey::kIndentation, text.indentation);
  }
  Node* parts =
      charlist ? make(NodeKind::kList, at.offset, at.offset, at.end) : make_call(names().bits, at.offset, at.offset, at.end);
  if (!charlist && !name) set_meta(parts, metas);
  Expr result = text_parts(text, parts, charlist);
  advance();
  if (!charlist && !name) return result;
  // List.to_charlist([…]) or :erlang.binary_to_atom(<<…>>, :utf8)
  Node* callee = make_call(names().dot, at.offset, at.offset, at.end);
  Expr module;
  module.node = make_atom(charlist ? sym::Elixir_List : sym::erlang, at.offset, at.end);
  Expr function;
  function.node = make_atom(charlist ? names().to_charlist : sym::binary_to_atom, at.offset, at.end);
  const Expr target = wrap(callee, {module, function});
  Node* node = make(NodeKind::kCallOn, at.offset, at.offset, at.end);
  node->callee = target.node;
  set_meta(node, metas);
  Children arguments = open_children();
  add(arguments, result);
  if (name) add(arguments, make_atom(names().utf8, at.offset, at.end));
  result = close_children(node, arguments);
  result.access = true;
  return result;
}

// Fills `node` with the stretches of a text: plain ones as binaries, the others as to_string(…).
Parser::Expr Parser::text_parts(const TextLiteral& text, Node* node, bool charlist) {
  Children parts = open_children();
  for (std::uint32_t i = 0; i < text.part_count; ++i) {
    const TextPart& part = list_.parts[text.first_part + i];
    if (part.first_token != 0) {
      add(parts, interpolation(part, charlist));
      continue;
    }
    Node* plain = make(NodeKind::kBinary, part.begin, part.begin, part.end);
    plain->text_data = part.data;
    plain->text_size = part.size;
    add(parts, plain);
  }
  Expr result = close_children(node, parts);
  result.access = true;
  return result;
}

// #{…}: Kernel.to_string(…), in a binary with :: binary behind it.
Parser::Expr Parser::interpolation(const TextPart& part, bool charlist) {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return placeholder(part.begin);
  const std::uint32_t position = pos_;
  const std::uint32_t end = end_;
  const std::uint32_t failed = failed_at_;
  clause_start_ = UINT32_MAX;
  pos_ = part.first_token;
  end_ = part.begin;
  std::uint32_t closer = pos_;
  while (tokens_[closer].kind != kEndOfInput) closer = next_token(tokens_, closer);
  const Expr form = parse_block(closer, nullptr);
  pos_ = position;
  end_ = end;
  failed_at_ = failed;
  Node* callee = make_call(names().dot, part.begin, part.begin, part.end + 1);
  Expr module;
  module.node = make_atom(sym::Elixir_Kernel, part.begin, part.begin + 2);
  Expr function;
  function.node = make_atom(names().to_string, part.begin, part.begin + 2);
  const Expr target = wrap(callee, {module, function});
  Node* call = make(NodeKind::kCallOn, part.begin, part.begin, part.end + 1);
  call->callee = target.node;
  MetaList metas;
  if (options_.level.at_least(1, 16)) metas.add(MetaKey::kFromInterpolation, 1);
  if (metadata()) metas.add(MetaKey::kClosing, part.end);
  set_meta(call, metas);
  Children arguments = open_children();
  add(arguments, form);
  arguments.height = std::max(arguments.height, target.height);
  const Expr text = close_children(call, arguments);
  if (charlist) return text;
  Expr binary;
  binary.node = make(NodeKind::kVariable, part.begin, part.begin, part.end + 1);
  binary.node->symbol = names().binary;
  return wrap(make_call(names().binary_type, part.begin, part.begin, part.end + 1), {text, binary});
}

Parser::Expr Parser::parse_sigil() {
  const Token at = token();
  const TextLiteral& text = list_.texts[at.value];
  Node* bits = make_call(names().bits, at.offset, at.offset, at.end);
  MetaList metas;
  if (text.heredoc) metas.add(MetaKey::kIndentation, text.indentation);
  set_meta(bits, metas);
  const Expr parts = text_parts(text, bits, false);
  advance();
  Expr modifiers;
  modifiers.node = make(NodeKind::kCharlist, text.modifiers_begin, text.modifiers_begin, text.modifiers_end);
  modifiers.node->text_data = text_.data() + text.modifiers_begin;
  modifiers.node->text_size = text.modifiers_end - text.modifiers_begin;
  Node* node = make_call(text.sigil, at.offset, at.offset, at.end);
  MetaList delimiter;
  note_delimiter(delimiter, text.delimiter, text.heredoc ? 3 : 1);
  set_meta(node, delimiter);
  Expr result = wrap(node, {parts, modifiers});
  result.access = true;
  return result;
}

}  // namespace beamwright::elixir
