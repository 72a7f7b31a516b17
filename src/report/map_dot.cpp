// Applications are clusters; supervision is drawn in thick lines, calls in plain, casts in dashed, sends in dotted ones. Messages
// do not move the forest: they have no weight in the layout.
#include "report/map.h"
#include "report/map_edges.h"

namespace beamwright::report {
namespace {

using design::Design;
using design::kNone;
using design::Node;
using design::NodeKind;

// A double-quoted string of Graphviz: a quote is escaped, and so is the backslash, which would begin an escape of its own.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : clean(text)) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

std::string label_of(const Node& node, std::uint32_t findings) {
  std::string label = node.name;
  if (node.kind == NodeKind::kSupervisor) {
    label += "\n" + (node.strategy.empty() ? std::string("strategy unknown") : node.strategy);
    if (node.intensity >= 0) label += ", " + std::to_string(node.intensity) + " in " + std::to_string(node.period_seconds) + " s";
  } else if (!node.type.empty()) {
    label += "\n" + node.type + (node.count == "many" ? ", many" : "");
  }
  if (findings > 0) label += "\n" + counted(findings, "finding");
  return label;
}

std::string_view shape_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::kSupervisor:
      return "shape=box style=bold";
    case NodeKind::kProcess:
      return "shape=box style=rounded";
    case NodeKind::kTable:
      return "shape=cylinder";
    case NodeKind::kExternal:
      return "shape=box style=\"rounded,dashed\"";
    default:
      return "shape=plain";
  }
}

std::string_view style_of(design::FlowKind kind) {
  return kind == design::FlowKind::kCall ? "solid" : kind == design::FlowKind::kCast ? "dashed" : "dotted";
}

}  // namespace

std::string write_map_dot(const Design& design) {
  const auto findings = count_concerns(design);
  std::string out =
      "digraph beamwright {\n  rankdir=LR\n  node [fontname=\"sans-serif\" fontsize=10]\n"
      "  edge [fontname=\"sans-serif\" fontsize=8]\n";
  const auto write_node = [&](std::uint32_t n, std::string_view indent) {
    const Node& node = design.nodes[n];
    out += std::string(indent) + quoted(node.id) + " [label=" + quoted(label_of(node, findings[n].all())) + " " +
           std::string(shape_of(node.kind)) + "]\n";
  };
  for (std::uint32_t a = 0; a < design.nodes.size(); ++a) {
    if (design.nodes[a].kind != NodeKind::kApplication) continue;
    out += "  subgraph " + quoted("cluster " + design.nodes[a].id) + " {\n    label=" + quoted(design.nodes[a].name) + "\n";
    for (std::uint32_t n = 0; n < design.nodes.size(); ++n) {
      if (design.nodes[n].application == a) write_node(n, "    ");
    }
    out += "  }\n";
  }
  for (const design::Child& child : design.children) {
    out += "  " + quoted(design.nodes[child.supervisor].id) + " -> " + quoted(design.nodes[child.node].id) +
           " [penwidth=2 arrowhead=none";
    if (!child.restart.empty() && child.restart != "permanent") out += " label=" + quoted(child.restart);
    out += "]\n";
  }
  for (const auto& [key, edge] : map_edges(design)) {
    const auto [from, to, kind] = key;
    out += "  " + quoted(design.nodes[from].id) + " -> " + quoted(design.nodes[to].id) +
           " [style=" + std::string(style_of(kind)) + " constraint=false xlabel=" + quoted(label_of(edge)) +
           (edge.crosses ? " color=\"black:invis:black\"" : "") + "]\n";
  }
  for (const auto& [key, kind] : map_table_edges(design)) {
    const auto [node, table] = key;
    out += "  " + quoted(design.nodes[node].id) + " -> " + quoted(design.nodes[table].id) + " [arrowhead=" +
           (kind == design::UseKind::kOwns     ? "diamond"
            : kind == design::UseKind::kWrites ? "normal"
                                               : "empty") +
           " xlabel=" + quoted(to_string(kind)) + (kind == design::UseKind::kOwns ? "" : " constraint=false") + "]\n";
  }
  return out + "}\n";
}

}  // namespace beamwright::report
