// What each process may wait for inside its callbacks.
#include <set>

#include "design/builder.h"
#include "rules/work.h"

namespace beamwright::design {

void add_blocking(Builder& builder) {
  using analysis::HandlerKind;
  std::set<std::tuple<std::uint32_t, std::string, std::string>> told;
  for (const analysis::Handler& handler : builder.facts.processes.handlers) {
    const std::uint32_t node = builder.node_of_process[handler.process.index];
    if (node == kNone || handler.kind == HandlerKind::kTerminate) continue;
    for (const rules::SlowWork& work : rules::slow_work(builder.program, builder.facts, handler)) {
      Blocking row;
      row.node = node;
      row.effect = knowledge::to_string(work.effect);
      row.words = rules::describe_work(work);
      row.handler = analysis::display_handler(builder.program, builder.facts, handler);
      row.bound_ms = work.bound_ms;
      row.possible = work.possible;
      if (!told.emplace(node, row.words, row.handler).second) continue;
      row.path = builder.steps_of(rules::path_of(builder.program, builder.facts, work));
      builder.design.blocking.push_back(std::move(row));
    }
  }
}

}  // namespace beamwright::design
