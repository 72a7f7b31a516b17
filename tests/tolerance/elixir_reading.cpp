// Elixir's half of the tolerance benchmark. A function is a def, defp, defmacro or defmacrop that stands where a review looks for
// one: in the blocks of calls such as defmodule, not inside another function.
#include <algorithm>

#include "elixir/lexer.h"
#include "elixir/tree.h"
#include "reading.h"

namespace beamwright::tolerance {
namespace {

using elixir::Node;
using elixir::NodeKind;

std::uint64_t shape_of(const Node& node) {
  std::uint64_t shape = mix(static_cast<std::uint64_t>(node.kind), node.child_count);
  switch (node.kind) {
    case NodeKind::kInteger:
      shape = node.wide_integer ? mix(shape, node.text()) : mix(shape, static_cast<std::uint64_t>(node.integer));
      break;
    case NodeKind::kFloat:
      shape = mix(shape, static_cast<std::uint64_t>(node.floating * 1024));
      break;
    case NodeKind::kBinary:
    case NodeKind::kCharlist:
      shape = mix(shape, node.text());
      break;
    case NodeKind::kAtom:
    case NodeKind::kVariable:
    case NodeKind::kCall:
      shape = mix(shape, node.symbol.index);
      break;
    case NodeKind::kCallOn:
      shape = mix(shape, shape_of(*node.callee));
      break;
    case NodeKind::kList:
    case NodeKind::kPair:
      break;
  }
  for (const Node* child : node.children()) shape = mix(shape, shape_of(*child));
  return shape;
}

bool is_definition(const Node& node) {
  return node.child_count > 0 &&
         (node.is_call(sym::def) || node.is_call(sym::defp) || node.is_call(sym::defmacro) || node.is_call(sym::defmacrop));
}

void find_definitions(const Node& node, std::vector<Definition>& found) {
  if (is_definition(node)) {
    found.push_back({{node.begin, node.end}, shape_of(node)});
    return;
  }
  if (node.is_call(sym::dunder_block)) {
    for (const Node* child : node.children()) find_definitions(*child, found);
    return;
  }
  if (node.kind != NodeKind::kCall || node.child_count == 0) return;
  const Node& last = node.child(node.child_count - 1);
  if (last.kind != NodeKind::kList) return;
  for (const Node* section : last.children())
    if (section->kind == NodeKind::kPair && section->child_count == 2) find_definitions(section->child(1), found);
}

elixir::Options review_options() {
  elixir::Options options;
  options.token_metadata = false;
  return options;
}

Reading read(std::string_view text) {
  const elixir::Tree tree = elixir::parse(source::FileId(0), text, review_options());
  Reading reading;
  reading.faultless = tree.diagnostics.empty();
  find_definitions(*tree.root, reading.definitions);
  return reading;
}

std::vector<Slice> tokens(std::string_view text) {
  elixir::Tree tree;
  const elixir::TokenList list = elixir::Lexer(source::FileId(0), text, review_options(), tree).run();
  std::vector<Slice> slices;
  for (const elixir::Token& token : list.tokens) {
    if (token.end <= token.offset) continue;
    if (!elixir::is_text(token.kind)) {
      slices.push_back({token.offset, token.end});
      continue;
    }
    const elixir::TextLiteral& literal = list.texts[token.value];
    const elixir::TextPart& first = list.parts[literal.first_part];
    const elixir::TextPart& last = list.parts[literal.first_part + literal.part_count - 1];
    std::uint32_t closing = last.first_token != 0 ? last.end + 1 : last.end;
    while (closing < token.end && (text[closing] == ' ' || text[closing] == '\t')) ++closing;
    slices.push_back({token.offset, first.begin});
    slices.push_back({closing, token.end});
  }
  std::erase_if(slices, [](const Slice& one) { return one.end <= one.begin; });
  std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) { return a.begin < b.begin; });
  return slices;
}

}  // namespace

const FrontEnd& elixir_front_end() {
  static const FrontEnd front_end{"elixir", read, tokens};
  return front_end;
}

}  // namespace beamwright::tolerance
