// For formats that draw one line between two nodes: all messages from one to the other put together.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "design/design.h"

namespace beamwright::report {

struct MapEdge {
  std::size_t count = 0;
  std::string label;  // of the first message
  bool crosses = false;
};

// By sender, receiver and kind; messages to oneself and from nowhere are left out.
inline std::map<std::tuple<std::uint32_t, std::uint32_t, design::FlowKind>, MapEdge> map_edges(const design::Design& design) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, design::FlowKind>, MapEdge> edges;
  for (const design::Flow& flow : design.flows) {
    if (flow.from == design::kNone || flow.from == flow.to) continue;
    MapEdge& edge = edges[{flow.from, flow.to, flow.kind}];
    if (edge.count++ == 0) edge.label = flow.message;
    edge.crosses = edge.crosses || flow.crosses;
  }
  return edges;
}

inline std::string label_of(const MapEdge& edge) {
  return edge.count == 1 ? edge.label : edge.label + " +" + std::to_string(edge.count - 1);
}

// Table and user; owners are drawn as their own kind of line.
inline std::map<std::tuple<std::uint32_t, std::uint32_t>, design::UseKind> map_table_edges(const design::Design& design) {
  std::map<std::tuple<std::uint32_t, std::uint32_t>, design::UseKind> edges;
  for (const design::TableUse& use : design.table_uses) {
    if (use.node == design::kNone) continue;
    const auto [found, fresh] = edges.try_emplace({use.node, use.table}, use.kind);
    if (!fresh && use.kind == design::UseKind::kOwns)
      found->second = use.kind;
    else if (!fresh && found->second == design::UseKind::kReads)
      found->second = use.kind;
  }
  return edges;
}

}  // namespace beamwright::report
