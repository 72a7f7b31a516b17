#include "design/design.h"

namespace beamwright::design {

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::kApplication:
      return "application";
    case NodeKind::kSupervisor:
      return "supervisor";
    case NodeKind::kProcess:
      return "process";
    case NodeKind::kTable:
      return "table";
    case NodeKind::kExternal:
      return "external";
    case NodeKind::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(FlowKind kind) { return kind == FlowKind::kCall ? "call" : kind == FlowKind::kCast ? "cast" : "send"; }

std::string_view to_string(UseKind kind) {
  return kind == UseKind::kOwns ? "owns" : kind == UseKind::kReads ? "reads" : "writes";
}

std::string_view to_string(LinkKind kind) { return kind == LinkKind::kLink ? "link" : "monitor"; }

std::vector<ConcernCounts> count_concerns(const Design& design) {
  std::vector<ConcernCounts> counts(design.nodes.size());
  for (const Concern& concern : design.concerns) {
    if (concern.node != kNone) ++counts[concern.node].of[static_cast<std::size_t>(concern.rank)];
  }
  return counts;
}

}  // namespace beamwright::design
