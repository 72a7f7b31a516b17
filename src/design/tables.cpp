// Tables of ETS, DETS and Mnesia, and who makes, reads and writes them. Persistent terms and process dictionaries are no tables
// that people draw.
#include "analysis/tables.h"

#include "design/builder.h"
#include "rules/support.h"

namespace beamwright::design {

using analysis::Table;
using analysis::TableCreation;
using analysis::TableKind;
using analysis::TableOwnerKind;

namespace {

class TableNodes {
 public:
  explicit TableNodes(Builder& builder) : builder_(builder), tables_(tables_of(builder.program, builder.facts)) {}

  void add() {
    for (const Table& table : tables_.tables) {
      const bool drawn = table.kind == TableKind::kEts || table.kind == TableKind::kDets || table.kind == TableKind::kMnesia;
      if (!drawn || table.creations.empty() || !table.module || !builder_.is_reviewed(table.module)) continue;
      add_table(table);
    }
  }

 private:
  void add_table(const Table& table) {
    const TableCreation& first = table.creations.front();
    const std::uint32_t application = builder_.application_of(builder_.program.unit_of(table.module).file);
    const std::uint32_t node = builder_.add(NodeKind::kTable, table.name, builder_.place_of(first.site), application);
    std::string type(to_string(table.kind));
    if (first.type) type += " " + std::string(first.type.text());
    if (table.kind == TableKind::kEts && table.access() == analysis::TableAccess::kPublic) type += ", public";
    builder_.design.nodes[node].type = std::move(type);
    for (const TableCreation& creation : table.creations) add_owners(creation, node);
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables_.use(id);
      if (!rules::in_production(builder_.program, builder_.facts, use.function)) continue;
      if (writes(use.operation))
        add_use(use.function, use.outermost(), node, UseKind::kWrites);
      else if (reads(use.operation))
        add_use(use.function, use.outermost(), node, UseKind::kReads);
    }
  }

  void add_owners(const TableCreation& creation, std::uint32_t table) {
    for (const analysis::TableOwner& owner : creation.owners) {
      if (owner.kind == TableOwnerKind::kTest || owner.kind == TableOwnerKind::kTool) continue;
      TableUse use = row(creation.function, creation.site, table, UseKind::kOwns);
      if (owner.process && owner.kind == TableOwnerKind::kSupervisor)
        use.node = supervisor_of(owner.process);
      else if (owner.process)
        use.node = builder_.node_of_process[owner.process.index];
      builder_.design.table_uses.push_back(std::move(use));
    }
  }

  // The supervisor that starts a process, or the process itself when it is one.
  std::uint32_t supervisor_of(ProcessId process) const {
    const std::uint32_t node = builder_.node_of_process[process.index];
    if (node == kNone || builder_.design.nodes[node].kind == NodeKind::kSupervisor) return node;
    for (const Child& child : builder_.design.children) {
      if (child.node == node) return child.supervisor;
    }
    return kNone;
  }

  void add_use(FunctionId function, CallId site, std::uint32_t table, UseKind kind) {
    TableUse use = row(function, site, table, kind);
    const std::vector<std::uint32_t> nodes = builder_.nodes_running(function);
    for (const std::uint32_t node : nodes) {
      use.node = node;
      builder_.design.table_uses.push_back(use);
    }
    if (nodes.empty()) builder_.design.table_uses.push_back(std::move(use));
  }

  TableUse row(FunctionId function, CallId site, std::uint32_t table, UseKind kind) const {
    TableUse use;
    use.table = table;
    use.kind = kind;
    use.function = model::display_function(builder_.program, function);
    use.place = builder_.place_of(site);
    return use;
  }

  Builder& builder_;
  const analysis::Tables& tables_;
};

}  // namespace

void add_tables(Builder& builder) { TableNodes(builder).add(); }

}  // namespace beamwright::design
