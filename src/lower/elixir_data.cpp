// Maps, structs, binaries, strings with interpolation, sigils.
#include "lower/elixir_lowering.h"

namespace beamwright::lower {
namespace {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// {{:., _, [Kernel, :to_string]}, _, [value]} :: binary, which the parser puts around an interpolated value.
const Node* interpolated(const Node& node) {
  if (node.kind != NodeKind::kCallOn || node.child_count != 1) return nullptr;
  const Node& callee = *node.callee;
  const bool to_string = callee.is_call(sym::op_dot) && callee.child_count == 2 && callee.child(0).is_atom(sym::Elixir_Kernel) &&
                         callee.child(1).is_atom(sym::to_string);
  return to_string ? &node.child(0) : nullptr;
}

}  // namespace

// --- maps

// %{…}; `whole` is the struct around it, if there is one.
ExprId ElixirLowering::lower_map(const Node& node, const Node& whole, Symbol structure, const Node* dynamic_structure) {
  Exprs parts(*this);
  Nodes pairs = node.children();
  std::uint8_t flags = 0;
  const Node* inner = pairs.size() == 1 && pairs[0]->is_call(sym::op_bar) && pairs[0]->child_count == 2 ? pairs[0] : nullptr;
  if (inner) {
    flags = model::kUpdate;
    parts.push(lower(inner->child(0)));
    const Node& rest = inner->child(1);
    pairs = rest.kind == NodeKind::kList ? rest.children() : inner->children().subspan(1);
  }
  if (dynamic_structure) {
    // %name{} in a pattern binds the name, and matching the key __struct__ is what it means.
    parts.push(generated(ExprKind::kAtom, begin_of(*dynamic_structure), sym::dunder_struct.index));
    parts.push(lower(*dynamic_structure));
  }
  lower_pairs(pairs, parts);
  return add(ExprKind::kMap, whole, structure.index, parts.span(), flags);
}

void ElixirLowering::lower_pairs(Nodes pairs, Exprs& into) {
  for (const Node* pair : pairs) {
    if (pair->kind == NodeKind::kPair) {
      into.push(lower(pair->child(0)));
      into.push(lower(pair->child(1)));
    } else {
      // unquote_splicing and the like: keys and values that are not written here.
      const ExprId child = lower(*pair);
      into.push(unknown(*pair, {&child, 1}));
      into.push(unknown(*pair));
    }
  }
}

// %Name{…}, %Name{base | …}, %name{}, %_{}
ExprId ElixirLowering::lower_struct(const Node& node) {
  if (node.child_count != 2 || !node.child(1).is_call(sym::op_map)) return unknown_with_children(node);
  const Node& name = node.child(0);
  if (const Symbol module = literal_module(name)) return lower_map(node.child(1), node, module, nullptr);
  return lower_map(node.child(1), node, Symbol(), &name);
}

// --- binaries

ExprId ElixirLowering::lower_bits(const Node& node) { return lower_bits_as(node, node); }

// <<…>> and interpolated strings; one made of texts alone is a string.
ExprId ElixirLowering::lower_bits_as(const Node& node, const Node& whole) {
  const Nodes segments = node.children();
  if (segments.size() == 1 && segments[0]->kind == NodeKind::kBinary) {
    return add(ExprKind::kString, whole, builder_.text(segments[0]->text()));
  }
  if (segments.empty()) return add(ExprKind::kString, whole);
  Exprs values(*this);
  std::vector<model::Segment> specified;
  specified.reserve(segments.size());
  for (const Node* segment : segments) values.push(lower_segment(*segment, specified));
  return builder_.binary(begin_of(whole), end_of(whole), values.span(), specified, extra_flags_);
}

// A segment's value; what stands behind it goes to `specified`.
ExprId ElixirLowering::lower_segment(const Node& node, std::vector<model::Segment>& specified) {
  const bool typed = node.is_call(sym::op_type) && node.child_count == 2;
  const Node& written = typed ? node.child(0) : node;
  const Node* value = interpolated(written);
  model::Segment segment;
  if (written.kind == NodeKind::kBinary) segment.type = model::SegmentType::kBinary;
  if (written.kind == NodeKind::kFloat) segment.type = model::SegmentType::kFloat;
  if (written.is_call(sym::op_bits)) segment.type = model::SegmentType::kBits;
  if (typed) lower_specifiers(node.child(1), segment, 0);
  if (value && typed) segment.flags |= model::kInterpolated;
  const ExprId id = lower(value && typed ? *value : written);
  specified.push_back(segment);
  return id;
}

// binary-size(n)-unit(8), 16, size*unit. A macro may stand for any of it (Kernel.SpecialForms.<<>>/1).
void ElixirLowering::lower_specifiers(const Node& node, model::Segment& segment, int nesting) {
  constexpr int kMaxSpecifiers = 16;
  if (nesting > kMaxSpecifiers) return;
  if (node.is_call(sym::minus) && node.child_count == 2) {
    lower_specifiers(node.child(0), segment, nesting + 1);
    lower_specifiers(node.child(1), segment, nesting + 1);
  } else if (node.is_call(sym::times) && node.child_count == 2) {
    segment.size = lower(node.child(0));
    if (node.child(1).kind == NodeKind::kInteger) segment.unit = unit_of_segment(node.child(1));
  } else if (node.kind == NodeKind::kInteger) {
    segment.size = lower(node);
  } else if (node.kind == NodeKind::kCall && node.symbol.text() == "size" && node.child_count == 1) {
    segment.size = lower(node.child(0));
  } else if (node.kind == NodeKind::kCall && node.symbol.text() == "unit" && node.child_count == 1) {
    segment.unit = unit_of_segment(node.child(0));
  } else if (node.kind == NodeKind::kVariable || (node.kind == NodeKind::kCall && node.child_count == 0)) {
    model::specify(segment, node.symbol);
  } else {
    segment.type = model::SegmentType::kUnknown;
    segment.size = lower(node);
  }
}

std::uint16_t ElixirLowering::unit_of_segment(const Node& node) {
  return static_cast<std::uint16_t>(node.kind == NodeKind::kInteger && node.integer > 0 && node.integer <= 256 ? node.integer
                                                                                                               : 0);
}

// --- sigils

// The modifier of a sigil as one letter: the parser gives a list of code points. 's' when there is none.
char ElixirLowering::modifier_of(const Node& modifiers) {
  if (modifiers.kind == NodeKind::kCharlist && !modifiers.text().empty()) return modifiers.text()[0];
  if (modifiers.kind == NodeKind::kList && modifiers.child_count > 0 && modifiers.child(0).kind == NodeKind::kInteger) {
    return static_cast<char>(modifiers.child(0).integer & 0x7F);
  }
  return 's';
}

bool ElixirLowering::is_sigil(const Node& node) {
  return node.kind == NodeKind::kCall && node.child_count == 2 && node.child(0).is_call(sym::op_bits) &&
         node.symbol.text().starts_with("sigil_");
}

ExprId ElixirLowering::lower_sigil(const Node& node) {
  const Node& content = node.child(0);
  const bool constant = content.child_count == 1 && content.child(0).kind == NodeKind::kBinary;
  if (constant) {
    const std::string_view text = content.child(0).text();
    switch (node.symbol.index) {
      case sym::sigil_w_index:
      case sym::sigil_W_index:
        return lower_word_list(node, text, modifier_of(node.child(1)));
      case sym::sigil_c_index:
      case sym::sigil_C_index:
        return add(ExprKind::kCharlist, node, builder_.text(text));
      default:
        break;
    }
    const elixir::TemplateKind kind = elixir::template_kind(node.symbol.text());
    if (kind != elixir::TemplateKind::kNone) return lower_template(node, content.child(0), kind);
  }
  return lower_bits_as(content, node);
}

// A template is text made of its own text and of what the Elixir in it gives.
ExprId ElixirLowering::lower_template(const Node& node, const Node& text, elixir::TemplateKind kind) {
  const ExprId whole = add(ExprKind::kString, node, builder_.text(text.text()));
  // A template inside a template has its places in code that stands in no file.
  if (in_sigil_) return whole;
  const elixir::Template code = elixir::parse_template(file_, text_, text.begin, text.end, kind);
  if (!code.code) return whole;
  const Setting inside(in_sigil_, true);
  const Scope scope(*this);
  Exprs parts(*this);
  parts.push(whole);
  if (code.tree.root->is_call(sym::dunder_block)) {
    for (const Node* statement : code.tree.root->children()) parts.push_if(lower_statement(*statement));
  } else {
    parts.push_if(lower_statement(*code.tree.root));
  }
  model::Segment text_part;
  text_part.type = model::SegmentType::kBinary;
  const std::vector<model::Segment> specified(parts.size(), text_part);
  return builder_.binary(begin_of(node), end_of(node), parts.span(), specified, extra_flags_);
}

// ~w(a b)a is the list of its words, as strings, atoms or charlists.
ExprId ElixirLowering::lower_word_list(const Node& node, std::string_view text, char modifier) {
  const ExprKind kind = modifier == 'a' ? ExprKind::kAtom : modifier == 'c' ? ExprKind::kCharlist : ExprKind::kString;
  Exprs words(*this);
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    words.push(add(kind, node, intern(text.substr(at, end - at)).index));
    at = end;
  }
  return add(ExprKind::kList, node, 0, words.span());
}

}  // namespace beamwright::lower
