#include "report/concerned.h"

#include <algorithm>
#include <vector>

namespace beamwright::report {
namespace {

using design::Design;
using design::NodeKind;

constexpr std::size_t kMaxNeighbours = 16;

// Nodes with findings of at least medium severity, the worst first.
std::vector<std::uint32_t> worst_nodes(const Design& design) {
  std::vector<std::pair<findings::Severity, std::uint32_t>> worst(design.nodes.size());
  for (std::uint32_t n = 0; n < design.nodes.size(); ++n) worst[n] = {findings::Severity::kInfo, n};
  for (const design::Concern& concern : design.concerns) {
    if (concern.node != design::kNone) worst[concern.node].first = std::max(worst[concern.node].first, concern.rank);
  }
  std::erase_if(worst, [&](const auto& row) {
    return row.first < findings::Severity::kMedium || design.nodes[row.second].kind == NodeKind::kApplication;
  });
  std::stable_sort(worst.begin(), worst.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::uint32_t> nodes;
  for (const auto& row : worst) nodes.push_back(row.second);
  return nodes;
}

// What is kept, and what its new index is.
class Part {
 public:
  explicit Part(const Design& design) : design_(design), kept_(design.nodes.size()) {}

  void keep(std::uint32_t node) { kept_[node] = true; }
  bool has(std::uint32_t node) const { return node != design::kNone && kept_[node]; }

  Design made() {
    for (std::uint32_t n = 0; n < kept_.size(); ++n) {
      if (kept_[n] && design_.nodes[n].application != design::kNone) kept_[design_.nodes[n].application] = true;
    }
    Design part;
    std::vector<std::uint32_t> index(kept_.size(), design::kNone);
    for (std::uint32_t n = 0; n < kept_.size(); ++n) {
      if (!kept_[n]) continue;
      index[n] = static_cast<std::uint32_t>(part.nodes.size());
      part.nodes.push_back(design_.nodes[n]);
    }
    const auto moved = [&](std::uint32_t node) { return node == design::kNone ? node : index[node]; };
    for (design::Node& node : part.nodes) node.application = moved(node.application);
    for (design::Child child : design_.children) {
      if (!has(child.supervisor) || !has(child.node)) continue;
      child.supervisor = moved(child.supervisor);
      child.node = moved(child.node);
      part.children.push_back(std::move(child));
    }
    for (design::Flow flow : design_.flows) {
      if (!has(flow.from) || !has(flow.to)) continue;
      flow.from = moved(flow.from);
      flow.to = moved(flow.to);
      part.flows.push_back(std::move(flow));
    }
    for (design::TableUse use : design_.table_uses) {
      if (!has(use.node) || !has(use.table)) continue;
      use.node = moved(use.node);
      use.table = moved(use.table);
      part.table_uses.push_back(std::move(use));
    }
    for (design::Link link : design_.links) {
      if (!has(link.from) || (link.to != design::kNone && !has(link.to))) continue;
      link.from = moved(link.from);
      link.to = moved(link.to);
      part.links.push_back(std::move(link));
    }
    for (design::Concern concern : design_.concerns) {
      if (!has(concern.node)) continue;
      concern.node = moved(concern.node);
      part.concerns.push_back(std::move(concern));
    }
    return part;
  }

 private:
  const Design& design_;
  std::vector<bool> kept_;
};

}  // namespace

Design concerned_part(const Design& design, std::size_t processes) {
  std::vector<std::uint32_t> worst = worst_nodes(design);
  worst.resize(std::min(worst.size(), processes));
  if (worst.empty()) return {};
  Part part(design);
  for (const std::uint32_t node : worst) part.keep(node);
  Part all = part;
  for (const design::Child& child : design.children) {
    if (part.has(child.node)) all.keep(child.supervisor);
  }
  std::size_t neighbours = 0;
  for (const design::Flow& flow : design.flows) {
    if (flow.kind != design::FlowKind::kCall || flow.from == design::kNone || flow.to == design::kNone) continue;
    if (part.has(flow.from) == part.has(flow.to) || neighbours == std::min(kMaxNeighbours, processes)) continue;
    const std::uint32_t other = part.has(flow.from) ? flow.to : flow.from;
    neighbours += !all.has(other);
    all.keep(other);
  }
  return all.made();
}

}  // namespace beamwright::report
