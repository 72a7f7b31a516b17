// A node for each process class under review. Supervisors get theirs with the forest.
#include "design/builder.h"

namespace beamwright::design {

using analysis::Process;
using analysis::ProcessKind;

namespace {

std::string count_text(analysis::Count count) {
  return count == analysis::Count::kOne ? "one" : count == analysis::Count::kMany ? "many" : "unknown";
}

}  // namespace

void add_processes(Builder& builder) {
  const auto& processes = builder.facts.processes.processes;
  builder.node_of_process.assign(processes.size(), kNone);
  for (std::uint32_t p = 0; p < processes.size(); ++p) {
    const Process& process = processes[p];
    if (process.kind == ProcessKind::kSupervisor || !builder.is_reviewed(process.module)) continue;
    const Symbol module = builder.program.module(process.module).name;
    const std::uint32_t application = builder.application_of(builder.program.unit_of(process.module).file);
    const std::uint32_t node =
        builder.add(NodeKind::kProcess, model::display_module(module), builder.place_of(process.module), application);
    Node& n = builder.design.nodes[node];
    n.type = process.behaviour ? model::display_module(process.behaviour) : "plain process";
    n.count = count_text(process.count);
    for (const Symbol name : process.names) n.names.push_back(model::display_module(name));
    n.per_request = process.kind == ProcessKind::kRequest;
    builder.node_of_process[p] = node;
    builder.node_of_module.try_emplace(process.module.index, node);
  }
}

}  // namespace beamwright::design
