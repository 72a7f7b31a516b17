// Parses what template_code.h wrote and gives the nodes their places in the file.
#include "elixir/template.h"

#include <algorithm>
#include "elixir/names.h"

#include "elixir/template_code.h"

namespace beamwright::elixir {
namespace {

class Placing {
 public:
  Placing(const TemplateCode& code, Arena& arena) : code_(code), arena_(arena) {}

  // The nodes were made for this template alone, by the parser that was just run.
  void place(const Node& shared) {
    Node& node = const_cast<Node&>(shared);
    node.offset = code_.place(node.offset, false);
    node.begin = code_.place(node.begin, false);
    node.end = std::max(node.begin, code_.place(node.end, true));
    if (node.kind == NodeKind::kCallOn) place(*node.callee);
    for (const Node* child : node.children()) place(*child);
    if (node.is_call(names().at) && node.child_count == 1 && node.child(0).kind == NodeKind::kVariable) read_assign(node);
  }

 private:
  // @name is assigns.name: {{:., _, [{:assigns, _, nil}, :name]}, [no_parens: true], []}
  void read_assign(Node& node) {
    const Node& name = node.child(0);
    Node* assigns = make(NodeKind::kVariable, node.begin, name.begin);
    assigns->symbol = intern("assigns");
    Node* field = make(NodeKind::kAtom, name.begin, name.end);
    field->symbol = name.symbol;
    Node* callee = make(NodeKind::kCall, node.begin, node.end);
    callee->symbol = names().dot;
    const Node* parts[] = {assigns, field};
    callee->child_data = arena_.copy(std::span<const Node* const>(parts)).data();
    callee->child_count = 2;
    const Meta meta[] = {{MetaKey::kNoParens, 1}};
    node.kind = NodeKind::kCallOn;
    node.callee = callee;
    node.child_count = 0;
    node.meta_data = arena_.copy(std::span<const Meta>(meta)).data();
    node.meta_count = 1;
  }

  Node* make(NodeKind kind, std::uint32_t begin, std::uint32_t end) {
    Node* node = arena_.make<Node>();
    node->kind = kind;
    node->offset = node->begin = begin;
    node->end = end;
    return node;
  }

  const TemplateCode& code_;
  Arena& arena_;
};

}  // namespace

TemplateKind template_kind(std::string_view sigil) {
  if (sigil == "sigil_H") return TemplateKind::kHeex;
  return sigil == "sigil_E" || sigil == "sigil_L" ? TemplateKind::kEex : TemplateKind::kNone;
}

Template parse_template(source::FileId file, std::string_view text, std::uint32_t begin, std::uint32_t end, TemplateKind kind,
                        const Options& options) {
  Template result;
  TemplateCode reader(text, begin, end);
  reader.read(kind);
  std::string code = reader.take_code();
  if (code.empty()) return result;
  result.code = std::make_unique<std::string>(std::move(code));
  Options own = options;
  own.token_metadata = false;
  own.literal_metadata = false;
  result.tree = parse(file, *result.code, own);
  result.tree.diagnostics.clear();
  result.tree.comments.clear();
  Placing(reader, result.tree.arena).place(*result.tree.root);
  return result;
}

}  // namespace beamwright::elixir
