// Messages between nodes. The sender of a message is the function that holds it; the processes that may run that function are
// where it comes from.
#include <algorithm>

#include "design/builder.h"
#include "rules/support.h"

namespace beamwright::design {

using analysis::Context;
using analysis::Message;
using analysis::MessageKind;

namespace {

FlowKind kind_of(MessageKind kind) {
  return kind == MessageKind::kCall ? FlowKind::kCall : kind == MessageKind::kCast ? FlowKind::kCast : FlowKind::kSend;
}

// Where a function is run from, beside the processes in sight.
std::vector<std::string> origins_of(const Context& context) {
  std::vector<std::string> origins;
  if ((context.flags & analysis::kInRequest) != 0 && context.processes.empty()) origins.push_back("requests");
  if ((context.flags & analysis::kInTask) != 0) origins.push_back("spawned processes");
  if ((context.flags & analysis::kInBoot) != 0 && context.processes.empty()) origins.push_back("the start of an application");
  if ((context.flags & analysis::kFromOutside) != 0) origins.push_back("users of the interface");
  if ((context.flags & analysis::kInShutdown) != 0 && context.processes.empty()) origins.push_back("the stop of an application");
  return origins;
}

class Flows {
 public:
  explicit Flows(Builder& builder) : builder_(builder), supervisors_(builder.design.nodes.size()) {
    for (const Child& child : builder.design.children) supervisors_[child.node].push_back(child.supervisor);
  }

  void add(const Message& message) {
    if (!message.receiver || !rules::in_production(builder_.program, builder_.facts, message.sender)) return;
    const std::uint32_t to = builder_.node_of_process[message.receiver.index];
    if (to == kNone) return;
    Flow flow;
    flow.kind = kind_of(message.kind);
    flow.to = to;
    flow.message = rules::message_text(message.pattern, rules::in_erlang(builder_.program, message.sender));
    flow.sender = model::display_function(builder_.program, message.sender);
    flow.place = builder_.place_of(message.site);
    flow.timeout_ms = message.kind == MessageKind::kCall ? message.timeout.milliseconds : -1;
    flow.likely = message.likely;
    const Context& context = builder_.facts.contexts.of(message.sender);
    const bool here = message.runs == analysis::Runs::kCaller;
    if (here) {
      for (const std::uint32_t from : builder_.nodes_running(message.sender)) {
        flow.from = from;
        flow.crosses = crosses(from, to);
        builder_.design.flows.push_back(flow);
      }
    }
    flow.from = kNone;
    flow.crosses = false;
    flow.origins = here ? origins_of(context) : std::vector<std::string>{"spawned processes"};
    if (!flow.origins.empty()) builder_.design.flows.push_back(std::move(flow));
  }

 private:
  // Known supervisors on both sides, and none in common: a restart of the one does not touch the other.
  bool crosses(std::uint32_t from, std::uint32_t to) const {
    const auto& a = supervisors_[from];
    const auto& b = supervisors_[to];
    if (from == to || a.empty() || b.empty()) return false;
    return std::none_of(a.begin(), a.end(), [&](std::uint32_t s) { return std::find(b.begin(), b.end(), s) != b.end(); });
  }

  Builder& builder_;
  std::vector<std::vector<std::uint32_t>> supervisors_;  // by node
};

}  // namespace

void add_flows(Builder& builder) {
  Flows flows(builder);
  for (const Message& message : builder.facts.messages.messages) flows.add(message);
}

}  // namespace beamwright::design
