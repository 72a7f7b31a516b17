// Who is linked to whom and who watches whom: each call that links or monitors, with the process class at the other end as far as
// values tell it. Links that a supervisor has to the children in its list are the forest's.
#pragma once

#include <string>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::analysis {

enum class LinkKind : std::uint8_t {
  kLink,     // an exit of either end reaches the other
  kMonitor,  // a message tells of the other's end
  kNodes,    // monitor_node, monitor_nodes: of whole nodes
};

struct Link {
  LinkKind kind = LinkKind::kLink;
  CallId site;
  FunctionId function;      // that holds the site: who runs it is one end
  ProcessId other;          // the class at the other end; none when it is not known or not among the sources
  Symbol name;              // the module or registered name at the other end where there is no class
  std::string words;        // the other end in words where neither is known: "whoever calls it", "a process it spawns"
  bool with_start = false;  // the call starts the other end: start_link, spawn_monitor, Task.async
  bool likely = false;      // `other` is one of several things that the values allow
  Runs runs = Runs::kCaller;
};

// In order of site.
std::vector<Link> links_of(const model::Program& program, const Facts& facts);

}  // namespace beamwright::analysis
