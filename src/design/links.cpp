// Links and monitors between nodes, by the call that makes them. What a supervisor has to its children is in the forest.
#include "analysis/links.h"

#include "design/builder.h"
#include "rules/support.h"

namespace beamwright::design {

void add_links(Builder& builder) {
  for (const analysis::Link& found : analysis::links_of(builder.program, builder.facts)) {
    if (!rules::in_production(builder.program, builder.facts, found.function)) continue;
    Link link;
    link.kind = found.kind == analysis::LinkKind::kLink ? LinkKind::kLink : LinkKind::kMonitor;
    link.with_start = found.with_start;
    link.likely = found.likely;
    if (found.other) link.to = builder.node_of_process[found.other.index];
    if (found.other && link.to == kNone)
      link.words = model::display_module(builder.program.module(builder.facts.process(found.other).module).name);
    if (found.name) link.words = model::display_module(found.name);
    if (link.to == kNone && link.words.empty()) link.words = found.words;
    link.function = model::display_function(builder.program, found.function);
    link.place = builder.place_of(found.site);
    if (found.runs == analysis::Runs::kCaller) {
      for (const std::uint32_t from : builder.nodes_running(found.function)) {
        // The start function of a child runs in its supervisor.
        if (found.with_start && builder.design.nodes[from].kind == NodeKind::kSupervisor) continue;
        link.from = from;
        builder.design.links.push_back(link);
      }
    }
  }
}

}  // namespace beamwright::design
