// Supervisors and their children, from the supervision forest. A child whose module is under review is its node; one of a library
// is a node of its own below each supervisor, for two registries have nothing in common but their code.
#include "analysis/forest.h"

#include "design/builder.h"

namespace beamwright::design {

using analysis::Forest;
using analysis::Process;
using analysis::ProcessKind;
using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

namespace {

class ForestNodes {
 public:
  explicit ForestNodes(Builder& builder)
      : builder_(builder), forest_(forest_of(builder.program, builder.facts)), nodes_(forest_.trees.size(), kNone) {}

  void add() {
    for (std::uint32_t t = 0; t < forest_.trees.size(); ++t) {
      const Tree& tree = forest_.trees[t];
      // A library's supervisor has no inside to show: it is a child like any other.
      if (tree.opaque || !tree.source || !builder_.is_reviewed(tree.source)) continue;
      // Supervisors that differ in nothing that is shown are one node, as processes of one class are.
      const auto [known, fresh] = alike_.try_emplace(outline(tree, 0), kNone);
      if (fresh) {
        known->second = nodes_[t] = add_supervisor(tree);
      } else {
        nodes_[t] = known->second;
        repeated_.insert(t);
      }
    }
    add_unread_supervisors();
    for (std::uint32_t t = 0; t < forest_.trees.size(); ++t) {
      if (nodes_[t] != kNone && !repeated_.contains(t)) add_children(forest_.trees[t], nodes_[t]);
    }
    for (const std::uint32_t node : unread_) add_unknown(node, 0);
    find_roots();
  }

 private:
  std::uint32_t add_supervisor(const Tree& tree) {
    const std::uint32_t node = add_node(tree.source, name_of(tree));
    Node& n = builder_.design.nodes[node];
    if (tree.behaviour) n.type = model::display_module(tree.behaviour);
    // Of a module that is started under several names, each tree has its own.
    if (tree.name) n.names = {model::display_module(tree.name)};
    n.strategy = tree.strategy.text();
    n.intensity = tree.period >= 0 ? tree.intensity : -1;
    n.period_seconds = tree.intensity >= 0 ? tree.period : -1;
    n.dynamic = tree.dynamic;
    n.children_complete = tree.complete;
    if (tree.function) {
      const model::Function& f = builder_.program.function(tree.function);
      n.place = builder_.place_of({builder_.program.unit_of(tree.function).file, f.name_begin, f.name_end});
    }
    builder_.node_of_module.try_emplace(tree.source.index, node);
    return node;
  }

  // All that a map shows of a supervisor and what is below it.
  std::string outline(const Tree& tree, int depth) const {
    constexpr int kDeepest = 12;
    std::string text = std::to_string(name_of(tree).index) + " " + std::to_string(tree.source.index) + " " +
                       std::to_string(tree.strategy.index) + " " + std::to_string(tree.intensity) + " " +
                       std::to_string(tree.period) + (tree.dynamic ? " d" : "") + (tree.complete ? " c" : "") + "(";
    for (const TreeChild& child : tree.children) {
      text += child.id + " " + std::to_string(child.module.index) + " " + std::to_string(child.start_module.index) + " " +
              std::to_string(child.name.index) + " " + std::to_string(child.restart.index) + " " +
              std::to_string(static_cast<int>(child.presence)) + " ";
      if (child.tree && depth < kDeepest) text += outline(forest_.tree(child.tree), depth + 1);
      text += ",";
    }
    return text + ")";
  }

  // A supervisor without a module of its own is called by its registered name; one that an application starts, by the
  // application's module, which is where people look for it.
  Symbol name_of(const Tree& tree) const {
    if (tree.module) return tree.module;
    if (tree.behaviour == sym::Elixir_Supervisor) return builder_.program.module(tree.source).name;
    return tree.name ? tree.name : tree.behaviour ? tree.behaviour : builder_.program.module(tree.source).name;
  }

  std::uint32_t add_node(ModuleId module, Symbol name) {
    const std::uint32_t application = builder_.application_of(builder_.program.unit_of(module).file);
    const std::uint32_t node =
        builder_.add(NodeKind::kSupervisor, model::display_module(name), builder_.place_of(module), application);
    const ProcessId process = builder_.facts.processes.of(module);
    if (process && builder_.facts.process(process).kind == ProcessKind::kSupervisor) {
      Node& n = builder_.design.nodes[node];
      n.type = model::display_module(builder_.facts.process(process).behaviour);
      for (const Symbol registered : builder_.facts.process(process).names) n.names.push_back(model::display_module(registered));
      if (builder_.node_of_process[process.index] == kNone) builder_.node_of_process[process.index] = node;
    }
    return node;
  }

  // Supervisor modules that the forest does not hold are supervisors all the same.
  void add_unread_supervisors() {
    const auto& processes = builder_.facts.processes.processes;
    for (std::uint32_t p = 0; p < processes.size(); ++p) {
      if (processes[p].kind != ProcessKind::kSupervisor || builder_.node_of_process[p] != kNone) continue;
      if (!builder_.is_reviewed(processes[p].module)) continue;
      const std::uint32_t node = add_node(processes[p].module, builder_.program.module(processes[p].module).name);
      builder_.node_of_module.try_emplace(processes[p].module.index, node);
      unread_.push_back(node);
    }
  }

  void add_children(const Tree& tree, std::uint32_t node) {
    std::uint32_t order = 0;
    for (const TreeChild& child : tree.children) {
      Child row;
      row.supervisor = node;
      row.order = order++;
      row.id = child.id;
      row.restart = child.restart.text();
      row.conditional = child.presence == analysis::Presence::kPerhaps;
      row.many = child.presence == analysis::Presence::kMany || child.origin == analysis::Origin::kTemplate || tree.dynamic;
      row.node = node_of(child);
      // A supervisor whose module also runs the processes that it starts.
      if (row.node == node && !child.tree) row.node = plain_of(child.source);
      if (row.node == kNone || row.node == node) row.node = add_external(child, node);
      builder_.design.children.push_back(std::move(row));
    }
    if (!tree.complete || (tree.dynamic && tree.children.empty())) add_unknown(node, order);
  }

  std::uint32_t node_of(const TreeChild& child) {
    if (child.tree && nodes_[child.tree.index] != kNone) return nodes_[child.tree.index];
    if (!child.source || !builder_.is_reviewed(child.source)) return kNone;
    const std::uint32_t node = builder_.node_of(child.source);
    return node != kNone || child.tree ? node : plain_of(child.source);
  }

  // A process that its module runs by itself, with spawn_link or proc_lib and without a behaviour.
  std::uint32_t plain_of(ModuleId module) {
    const auto [found, fresh] = plain_.try_emplace(module.index, kNone);
    if (!fresh) return found->second;
    const std::uint32_t application = builder_.application_of(builder_.program.unit_of(module).file);
    const std::string name = model::display_module(builder_.program.module(module).name);
    const std::uint32_t node = builder_.add(NodeKind::kProcess, name, builder_.place_of(module), application);
    builder_.design.nodes[node].type = "plain process";
    builder_.design.nodes[node].count = "unknown";
    builder_.node_of_module.try_emplace(module.index, node);
    return found->second = node;
  }

  std::uint32_t add_external(const TreeChild& child, std::uint32_t supervisor) {
    const Symbol module = child.module ? child.module : child.start_module;
    std::string name = module ? model::display_module(module) : child.id;
    if (child.name && module && child.name != module) name += " " + model::display_module(child.name);
    const NodeKind kind = module || !child.id.empty() ? NodeKind::kExternal : NodeKind::kUnknown;
    if (name.empty()) name = "a child that cannot be read";
    const Place place = child.place ? builder_.place_of(builder_.program.unit(child.place.unit).span(child.place.expr)) : Place();
    return add_below(supervisor, kind, name, place);
  }

  void add_unknown(std::uint32_t supervisor, std::uint32_t order) {
    const bool dynamic = builder_.design.nodes[supervisor].dynamic;
    Child row;
    row.supervisor = supervisor;
    row.node =
        add_below(supervisor, NodeKind::kUnknown, dynamic ? "children started at run time" : "children that cannot be read",
                  Place(builder_.design.nodes[supervisor].place));
    row.order = order;
    row.many = dynamic;
    builder_.design.children.push_back(std::move(row));
  }

  // A node of this supervisor alone, whose id says so.
  std::uint32_t add_below(std::uint32_t supervisor, NodeKind kind, std::string name, Place place) {
    const std::string id = builder_.design.nodes[supervisor].name + "/" + name;
    const std::uint32_t node = builder_.add(kind, id, std::move(place), builder_.design.nodes[supervisor].application);
    builder_.design.nodes[node].name = std::move(name);
    return node;
  }

  void find_roots() {
    const auto parents = parents_of(builder_.design);
    for (std::uint32_t n = 0; n < builder_.design.nodes.size(); ++n) {
      Node& node = builder_.design.nodes[n];
      node.root = node.kind == NodeKind::kSupervisor && parents[n].empty();
    }
  }

  Builder& builder_;
  const Forest& forest_;
  std::vector<std::uint32_t> nodes_;                        // by TreeId
  std::vector<std::uint32_t> unread_;                       // supervisors outside the forest
  std::unordered_map<std::string, std::uint32_t> alike_;    // outline → node
  std::unordered_map<std::uint32_t, std::uint32_t> plain_;  // ModuleId → its process without a behaviour
  std::set<std::uint32_t> repeated_;                        // trees that another one stands for
};

}  // namespace

void add_forest(Builder& builder) { ForestNodes(builder).add(); }

}  // namespace beamwright::design
