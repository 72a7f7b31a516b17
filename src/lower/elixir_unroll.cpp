// Definitions made in a loop: `for name <- [:add, :remove] do def unquote(name)(x), do: … end` in the body of a module defines a
// function for each element. Where the list is written, in place or in an attribute, the body is lowered once for each of them
// with the pattern's variables known, likewise for several generators and for Enum.each(list, fn name -> … end), and an unquote
// of such a variable stands for the literal (Kernel.SpecialForms.quote/2, "Unquote fragments"). Names put together of literals
// are known too: :"get_#{name}".
#include <string>

#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

constexpr std::size_t kMaxElements = 128;
constexpr std::size_t kMaxRounds = 512;  // of loops inside each other
// Nodes of one body, and of all copies in a file together: loops stand inside each other.
constexpr std::size_t kMaxBody = 2000;
constexpr std::size_t kMaxCopied = 100'000;
constexpr std::size_t kMaxName = 200;

// The nodes of a tree, counted up to a limit.
void count(const Node& node, std::size_t& seen) {
  if (++seen > kMaxBody) return;
  if (node.kind == NodeKind::kCallOn) count(*node.callee, seen);
  for (const Node* child : node.children()) count(*child, seen);
}

bool unquotes(const Node& node) {
  if (node.is_call(sym::unquote) || node.is_call(sym::unquote_splicing)) return true;
  if (node.kind == NodeKind::kCallOn && unquotes(*node.callee)) return true;
  for (const Node* child : node.children())
    if (unquotes(*child)) return true;
  return false;
}

bool defines_with_unquote(const Node& body) {
  const auto defines = [](const Node& node) {
    return (node.is_call(sym::def) || node.is_call(sym::defp) || node.is_call(sym::defmacro) || node.is_call(sym::defmacrop)) &&
           unquotes(node);
  };
  if (!body.is_call(sym::dunder_block)) return defines(body);
  for (const Node* statement : body.children())
    if (defines(*statement)) return true;
  return false;
}

// Module.name(…) of a module that is written; the module without "Elixir.".
bool is_remote(const Node& node, std::string_view& module, std::string_view& name) {
  if (node.kind != NodeKind::kCallOn || !node.callee->is_call(sym::op_dot) || node.callee->child_count != 2) return false;
  const Node& left = node.callee->child(0);
  if (node.callee->child(1).kind != NodeKind::kAtom) return false;
  name = node.callee->child(1).symbol.text();
  if (left.kind == NodeKind::kAtom) module = left.symbol.text();
  if (left.is_call(sym::dunder_aliases) && left.child_count == 1 && left.child(0).kind == NodeKind::kAtom)
    module = left.child(0).symbol.text();
  if (module.starts_with("Elixir.")) module.remove_prefix(7);
  return !module.empty();
}

}  // namespace

// None when it is no loop that is known to define functions.
ExprId ElixirLowering::unroll_for(const Node& node, Nodes qualifiers, const Node& body) {
  std::vector<Loop> loops;
  for (const Node* generator : qualifiers) {
    if (!generator->is_call(sym::op_left_arrow) || generator->child_count != 2) return {};
    loops.push_back({&generator->child(0), &generator->child(1)});
  }
  Exprs statements(*this);
  if (!unroll(loops, body, statements)) return {};
  Exprs parts(*this);
  for (const Node* generator : qualifiers) parts.push(lower(*generator));
  parts.push(finish_block(statements, begin_of(body), end_of(body)));
  return add(ExprKind::kComprehension, node, 0, parts.span());
}

// Enum.each(list, fn name -> def unquote(name)() … end), and the same with the list piped into it.
ExprId ElixirLowering::unroll_each(const Node& node, const Node* piped) {
  std::string_view module, name;
  if (node.child_count + (piped ? 1u : 0u) != 2 || !is_remote(node, module, name)) return {};
  if (module != "Enum" || (name != "each" && name != "map" && name != "flat_map")) return {};
  const Node& function = *node.children().back();
  if (!function.is_call(sym::fn) || function.child_count != 1 || function.child(0).child_count != 2) return {};
  const Node& parameters = function.child(0).child(0);
  const Node& body = function.child(0).child(1);
  if (parameters.child_count != 1 || parameters.child(0).is_call(sym::when)) return {};
  const Node& list = piped ? *piped : node.child(0);
  const Loop loop{&parameters.child(0), &list};
  Exprs statements(*this);
  if (!unroll({&loop, 1}, body, statements)) return {};
  return finish_block(statements, begin_of(node), end_of(node));
}

bool ElixirLowering::unroll(std::span<const Loop> loops, const Node& body, Exprs& statements) {
  if (loops.empty() || !may_define() || in_template_ || defining_templates_ || !defines_with_unquote(body)) return false;
  std::size_t size = 0;
  count(body, size);
  const std::size_t rounds = size > kMaxBody ? 0 : rounds_of(loops);
  if (rounds == 0 || copied_ + rounds * size > kMaxCopied) return false;
  copied_ += rounds * size;
  bool again = copying_;
  unroll_rounds(loops, body, statements, again);
  return true;
}

// How often loops inside each other run; 0 where an element is not known or cannot be taken apart.
std::size_t ElixirLowering::rounds_of(std::span<const Loop> loops) {
  if (loops.empty()) return 1;
  std::vector<Fragment> elements;
  if (!elements_of(*loops[0].list, elements)) return 0;
  std::size_t rounds = 0;
  const std::size_t outside = fragments_.mark();
  for (const Fragment& element : elements) {
    const std::size_t inner = bind_fragment(*loops[0].pattern, element) ? rounds_of(loops.subspan(1)) : 0;
    fragments_.forget(outside);
    rounds += inner;
    if (inner == 0 || rounds > kMaxRounds) return 0;
  }
  return rounds;
}

void ElixirLowering::unroll_rounds(std::span<const Loop> loops, const Node& body, Exprs& statements, bool& again) {
  if (loops.empty()) {
    const Scope scope(*this);
    const Setting copy(copying_, again);
    again = true;
    return unrolled_body(body, statements);
  }
  std::vector<Fragment> elements;
  elements_of(*loops[0].list, elements);
  const std::size_t outside = fragments_.mark();
  for (const Fragment& element : elements) {
    bind_fragment(*loops[0].pattern, element);
    unroll_rounds(loops.subspan(1), body, statements, again);
    fragments_.forget(outside);
  }
}

// A variable that is set to something known, `name = :"get_#{field}"`, is known from there on.
void ElixirLowering::unrolled_body(const Node& body, Exprs& statements) {
  for (const Node* statement : body.is_call(sym::dunder_block) ? body.children() : Nodes()) {
    statements.push_if(lower_statement(*statement));
    if (!statement->is_call(sym::op_match) || statement->child_count != 2) continue;
    if (const Fragment value = evaluate(statement->child(1))) bind_fragment(statement->child(0), value);
  }
  if (!body.is_call(sym::dunder_block)) statements.push_if(lower_statement(body));
}

// The elements of a written list, word list or map, or of an attribute that is one.
bool ElixirLowering::elements_of(const Node& node, std::vector<Fragment>& out) {
  if (const std::size_t found = known_attribute(node)) {
    const Node* list = known_attributes_.at(found).list;
    if (!list) return false;
    const Setting as_it_was_set(attributes_until_, found - 1);
    return elements_of(*list, out);
  }
  if (node.kind == NodeKind::kVariable) {  // what a loop around this one runs over holds lists
    const Fragment value = evaluate(node);
    return value.node && value.node->kind == NodeKind::kList && elements_of(*value.node, out);
  }
  Nodes elements = node.children();
  if (node.kind == NodeKind::kCall && is_sigil(node) && (node.symbol.text() == "sigil_w" || node.symbol.text() == "sigil_W"))
    return words_of(node, out);
  if (node.kind != NodeKind::kList && !node.is_call(sym::op_map)) return false;
  if (elements.size() > kMaxElements) return false;
  for (const Node* element : elements) {
    const Fragment value = evaluate(*element);
    if (!value) return false;
    out.push_back(value);
  }
  return true;
}

bool ElixirLowering::words_of(const Node& node, std::vector<Fragment>& out) {
  const Node& text = node.child(0);
  if (node.child_count != 2 || text.child_count != 1 || text.child(0).kind != NodeKind::kBinary) return false;
  const char modifier = modifier_of(node.child(1));
  if (modifier == 'c') return false;
  std::string_view rest = text.child(0).text();
  constexpr std::string_view kBlank = " \t\r\n";
  while (true) {
    const std::size_t begin = rest.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return true;
    rest.remove_prefix(begin);
    const std::size_t end = std::min(rest.find_first_of(kBlank), rest.size());
    if (end > kMaxName || out.size() == kMaxElements) return false;
    out.push_back({.node = nullptr, .text = intern(rest.substr(0, end)), .atom = modifier == 'a'});
    rest.remove_prefix(end);
  }
}

// Makes the variables of a pattern known; false where the value does not fit or cannot be taken apart.
bool ElixirLowering::bind_fragment(const Node& pattern, const Fragment& value) {
  if (pattern.kind == NodeKind::kVariable) {
    if (pattern.symbol != sym::underscore) fragments_.add(pattern.symbol, value);
    return true;
  }
  const bool tuple = pattern.kind == NodeKind::kPair || pattern.is_call(sym::op_tuple);
  if (!tuple || !value.node || value.node->child_count != pattern.child_count) return false;
  if (value.node->kind != NodeKind::kPair && !value.node->is_call(sym::op_tuple)) return false;
  for (std::size_t i = 0; i < pattern.child_count; ++i) {
    const Fragment part = evaluate(value.node->child(i));
    if (!part || !bind_fragment(pattern.child(i), part)) return false;
  }
  return true;
}

// The literal that an expression of a module's body is; nothing when that is not known.
ElixirLowering::Fragment ElixirLowering::evaluate(const Node& node) {
  constexpr std::uint32_t kMaxLiteral = 200;
  if (node.kind == NodeKind::kVariable) {
    const std::size_t found = fragments_.find(node.symbol);
    return found == 0 ? Fragment() : fragments_.at(found);
  }
  if ((node.is_call(sym::unquote) || node.is_call(sym::dunder_block)) && node.child_count == 1) return evaluate(node.child(0));
  std::string_view module, name;
  if (is_remote(node, module, name) && node.child_count > 0) {
    const bool text = (module == "Atom" || module == "Kernel" || module == "String.Chars") && name == "to_string";
    const bool atom = (module == "String" && (name == "to_atom" || name == "to_existing_atom")) ||
                      (module == "erlang" && name == "binary_to_atom");
    if (module == "Macro" && name == "escape") return evaluate(node.child(0));
    if (text || atom) return made_of(node.child(0), atom);
    return {};
  }
  if (node.kind == NodeKind::kCall && node.child_count == 1 && node.symbol.text() == "to_string")
    return made_of(node.child(0), false);
  if (node.is_call(sym::op_bits) || node.is_call(sym::op_join)) return made_of(node, false);
  return literal_weight(node, kMaxLiteral) <= kMaxLiteral ? Fragment{.node = &node, .text = {}, .atom = false} : Fragment();
}

ElixirLowering::Fragment ElixirLowering::made_of(const Node& node, bool atom) {
  std::string text;
  if (!append_text(node, text) || text.size() > kMaxName) return {};
  return {.node = nullptr, .text = intern(text), .atom = atom};
}

// The text that an expression becomes inside of a text.
bool ElixirLowering::append_text(const Node& node, std::string& out) {
  if (out.size() > kMaxName) return false;
  if (node.is_call(sym::op_bits)) {
    for (const Node* part : node.children()) {
      const bool typed = part->is_call(sym::op_type) && part->child_count == 2;
      if (!append_text(typed ? part->child(0) : *part, out)) return false;
    }
    return true;
  }
  if (node.is_call(sym::op_join) && node.child_count == 2)
    return append_text(node.child(0), out) && append_text(node.child(1), out);
  const Fragment value = evaluate(node);
  if (!value) return false;
  if (!value.node) {
    out += value.text.text();
    return true;
  }
  switch (value.node->kind) {
    case NodeKind::kAtom:
      out += value.node->symbol.text();
      return true;
    case NodeKind::kBinary:
      out += value.node->text();
      return true;
    case NodeKind::kInteger:
      if (value.node->wide_integer) return false;
      out += std::to_string(value.node->integer);
      return true;
    default:
      return false;
  }
}

Symbol ElixirLowering::atom_of(const Fragment& value) const {
  if (!value.node) return value.atom ? value.text : Symbol();
  return value.node->kind == NodeKind::kAtom ? value.node->symbol : Symbol();
}

// A known value in the place where it is unquoted.
ExprId ElixirLowering::lower_fragment(const Node& node, const Fragment& value) {
  const Setting here(place_, place_ ? place_ : &node);
  const Setting flags(extra_flags_, static_cast<std::uint8_t>(extra_flags_ | model::kFromMacro));
  if (value.node) return lower(*value.node);
  return value.atom ? atom(value.text, node) : add(ExprKind::kString, node, value.text.index);
}

}  // namespace beamwright::lower
