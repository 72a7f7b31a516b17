// The parts are added one after the other; at the end all rows are put in an order that nothing but the sources decides.
#include "design/build.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "design/builder.h"

namespace beamwright::design {
namespace {

// Moves the nodes into the order of kind and id, and with them every number of a node.
void sort_nodes(Builder& builder) {
  Design& design = builder.design;
  std::vector<std::uint32_t> order(design.nodes.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(design.nodes[a].kind, design.nodes[a].id) < std::tie(design.nodes[b].kind, design.nodes[b].id);
  });
  std::vector<std::uint32_t> now_at(order.size());
  std::vector<Node> nodes;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    now_at[order[i]] = i;
    nodes.push_back(std::move(design.nodes[order[i]]));
  }
  design.nodes = std::move(nodes);
  const auto move = [&](std::uint32_t& node) {
    if (node != kNone) node = now_at[node];
  };
  for (Node& n : design.nodes) move(n.application);
  for (Child& c : design.children) move(c.supervisor), move(c.node);
  for (Flow& f : design.flows) move(f.from), move(f.to);
  for (TableUse& u : design.table_uses) move(u.node), move(u.table);
  for (Link& l : design.links) move(l.from), move(l.to);
  for (Blocking& b : design.blocking) move(b.node);
  for (Concern& c : design.concerns) {
    move(c.node);
    for (Step& step : c.path) move(step.node);
  }
  for (std::uint32_t& node : builder.node_of_process) move(node);
}

auto order_of(const Place& p) { return std::tie(p.file, p.line, p.column); }

auto order_of(const Flow& f) {
  return std::tuple(f.from, f.to, f.kind, std::string_view(f.message), std::string_view(f.sender), order_of(f.place));
}

auto order_of(const TableUse& u) { return std::tuple(u.table, u.node, u.kind, std::string_view(u.function), order_of(u.place)); }

auto order_of(const Link& l) {
  return std::tuple(l.from, l.to, l.kind, std::string_view(l.words), std::string_view(l.function), order_of(l.place));
}

void sort_rows(Design& design) {
  std::stable_sort(design.children.begin(), design.children.end(), [](const Child& a, const Child& b) {
    return std::tie(a.supervisor, a.order) < std::tie(b.supervisor, b.order);
  });
  std::sort(design.flows.begin(), design.flows.end(), [](const Flow& a, const Flow& b) { return order_of(a) < order_of(b); });
  std::sort(design.table_uses.begin(), design.table_uses.end(),
            [](const TableUse& a, const TableUse& b) { return order_of(a) < order_of(b); });
  std::sort(design.links.begin(), design.links.end(), [](const Link& a, const Link& b) { return order_of(a) < order_of(b); });
  std::stable_sort(design.blocking.begin(), design.blocking.end(),
                   [](const Blocking& a, const Blocking& b) { return a.node < b.node; });
  std::stable_sort(design.concerns.begin(), design.concerns.end(),
                   [](const Concern& a, const Concern& b) { return a.node != b.node ? a.node < b.node : a.rank > b.rank; });
}

// One row for each message and sender is enough for a design.
void drop_repetitions(Design& design) {
  const auto same_flow = [](const Flow& a, const Flow& b) {
    return std::tie(a.from, a.to, a.kind, a.message, a.sender) == std::tie(b.from, b.to, b.kind, b.message, b.sender);
  };
  design.flows.erase(std::unique(design.flows.begin(), design.flows.end(), same_flow), design.flows.end());
  const auto same_use = [](const TableUse& a, const TableUse& b) {
    return std::tie(a.table, a.node, a.kind, a.function) == std::tie(b.table, b.node, b.kind, b.function);
  };
  design.table_uses.erase(std::unique(design.table_uses.begin(), design.table_uses.end(), same_use), design.table_uses.end());
  const auto same_link = [](const Link& a, const Link& b) {
    return std::tie(a.from, a.to, a.kind, a.words, a.function) == std::tie(b.from, b.to, b.kind, b.words, b.function);
  };
  design.links.erase(std::unique(design.links.begin(), design.links.end(), same_link), design.links.end());
}

}  // namespace

std::uint32_t Builder::add(NodeKind kind, std::string name, Place place, std::uint32_t application) {
  const std::string base = std::string(to_string(kind)) + ":" + name;
  std::string id = base;
  for (int i = 2; !ids.insert(id).second; ++i) id = base + "#" + std::to_string(i);
  Node node;
  node.id = std::move(id);
  node.name = std::move(name);
  node.kind = kind;
  node.place = std::move(place);
  node.application = application;
  design.nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(design.nodes.size() - 1);
}

std::uint32_t Builder::application_of(source::FileId file) {
  const source::SourceFile& f = from.discovery.files->file(file);
  const source::Application* application = from.discovery.application_of(f.path);
  std::string name, path;
  if (application != nullptr) {
    name = application->name, path = application->path;
  } else if (f.project && f.project.index < from.discovery.projects.size()) {
    name = from.discovery.projects[f.project.index].name, path = from.discovery.projects[f.project.index].path;
  }
  if (const auto found = applications.find(path); found != applications.end()) return found->second;
  if (name.empty() || name == ".") name = "sources";
  const std::uint32_t node = add(NodeKind::kApplication, name, {path, 0, 0}, kNone);
  return applications[path] = node;
}

Place Builder::place_of(const source::Span& span) const {
  if (!span.file) return {};
  const source::Position at = program.files->position(span.file, span.begin);
  return {program.files->file(span.file).path, at.line, at.column};
}

Place Builder::place_of(ModuleId module) const {
  const model::Module& m = program.module(module);
  return place_of({program.unit_of(module).file, m.name_begin, m.name_end});
}

Place Builder::place_of(CallId site) const { return place_of(program.span_of(site)); }

std::vector<Step> Builder::steps_of(const std::vector<findings::Step>& path) const {
  std::vector<Step> steps;
  for (const findings::Step& step : path) steps.push_back({place_of(step.span), step.message, kNone});
  return steps;
}

std::uint32_t Builder::node_of(ModuleId module) const {
  if (const ProcessId process = facts.processes.of(module); process && node_of_process[process.index] != kNone)
    return node_of_process[process.index];
  const auto found = node_of_module.find(module.index);
  return found == node_of_module.end() ? kNone : found->second;
}

std::vector<std::uint32_t> Builder::nodes_running(FunctionId function) const {
  std::vector<std::uint32_t> nodes;
  for (const ProcessId p : facts.contexts.of(function).processes) {
    const std::uint32_t node = node_of_process[p.index];
    if (node != kNone && std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
  }
  return nodes;
}

Design build(const Sources& sources) {
  Builder builder(sources);
  builder.design.root = sources.discovery.root;
  builder.design.verdict = to_string(findings::verdict_of(sources.findings));
  add_processes(builder);
  add_forest(builder);
  add_flows(builder);
  add_tables(builder);
  add_links(builder);
  if (sources.with_waits) add_blocking(builder);
  add_concerns(builder);
  sort_nodes(builder);
  sort_rows(builder.design);
  drop_repetitions(builder.design);
  add_contracts(builder);
  return std::move(builder.design);
}

std::vector<std::vector<std::uint32_t>> parents_of(const Design& design) {
  std::vector<std::vector<std::uint32_t>> parents(design.nodes.size());
  for (std::uint32_t i = 0; i < design.children.size(); ++i) parents[design.children[i].node].push_back(i);
  return parents;
}

}  // namespace beamwright::design
