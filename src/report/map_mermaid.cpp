// A flowchart for Mermaid, which draws it in Markdown on many sites. Nodes are numbered, for ids of ours may hold anything.
#include "report/map.h"
#include "report/map_edges.h"

namespace beamwright::report {
namespace {

using design::Design;
using design::Node;
using design::NodeKind;

// Text between quotes. Mermaid knows entities by number; everything that could end the text or begin HTML is one.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : clean(text)) {
    switch (c) {
      case '"':
      case '#':
      case '&':
      case '<':
      case '>':
      case '`':
      case '\\':
        out += "#" + std::to_string(static_cast<int>(c)) + ";";
        break;
      case '\n':
        out += "<br>";
        break;
      default:
        out += c;
    }
  }
  return out + "\"";
}

std::string number(std::uint32_t node) { return "n" + std::to_string(node); }

std::string shaped(const Node& node, std::uint32_t findings) {
  std::string label = node.name;
  if (node.kind == NodeKind::kSupervisor && !node.strategy.empty()) label += "\n" + node.strategy;
  if (node.count == "many") label += "\nmany";
  if (findings > 0) label += "\n" + counted(findings, "finding");
  const std::string text = quoted(label);
  switch (node.kind) {
    case NodeKind::kSupervisor:
      return "[[" + text + "]]";
    case NodeKind::kProcess:
      return "(" + text + ")";
    case NodeKind::kTable:
      return "[(" + text + ")]";
    case NodeKind::kExternal:
      return "[" + text + "]";
    default:
      return "{{" + text + "}}";
  }
}

std::string_view arrow_of(design::FlowKind kind) {
  return kind == design::FlowKind::kCall ? "-->" : kind == design::FlowKind::kCast ? "-.->" : "-.-o";
}

}  // namespace

std::string write_map_mermaid(const Design& design) {
  const auto findings = count_concerns(design);
  std::string out = "flowchart LR\n";
  for (std::uint32_t a = 0; a < design.nodes.size(); ++a) {
    if (design.nodes[a].kind != NodeKind::kApplication) continue;
    out += "  subgraph " + number(a) + "[" + quoted(design.nodes[a].name) + "]\n";
    for (std::uint32_t n = 0; n < design.nodes.size(); ++n) {
      if (design.nodes[n].application == a) out += "    " + number(n) + shaped(design.nodes[n], findings[n].all()) + "\n";
    }
    out += "  end\n";
  }
  for (const design::Child& child : design.children) {
    const bool plain = child.restart.empty() || child.restart == "permanent";
    out +=
        "  " + number(child.supervisor) + " ===" + (plain ? " " : "|" + quoted(child.restart) + "| ") + number(child.node) + "\n";
  }
  for (const auto& [key, edge] : map_edges(design)) {
    const auto [from, to, kind] = key;
    const std::string label = (edge.crosses ? "\xE2\x80\x96 " : "") + label_of(edge);  // a double bar: a restart boundary
    out += "  " + number(from) + " " + std::string(arrow_of(kind)) + "|" + quoted(label) + "| " + number(to) + "\n";
  }
  for (const auto& [key, kind] : map_table_edges(design)) {
    const auto [node, table] = key;
    out += "  " + number(node) + " " + (kind == design::UseKind::kOwns ? "--o" : "-->") + "|" + quoted(to_string(kind)) + "| " +
           number(table) + "\n";
  }
  return out;
}

}  // namespace beamwright::report
