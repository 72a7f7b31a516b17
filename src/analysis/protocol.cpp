#include "analysis/protocol.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/sites.h"

namespace beamwright::analysis {

using knowledge::Resource;
using model::Program;

namespace {

bool is_outlined(const Pattern& p) { return p.expr && !p.any && (p.tag || p.size != 0); }

bool hears(HandlerKind handler, MessageKind kind) {
  if (handler == HandlerKind::kEvent || handler == HandlerKind::kOther) return true;
  switch (kind) {
    case MessageKind::kCall:
      return handler == HandlerKind::kCall;
    case MessageKind::kCast:
      return handler == HandlerKind::kCast;
    case MessageKind::kInfo:
      return handler == HandlerKind::kInfo;
  }
  return true;
}

bool heard(const Facts& facts, const Message& message) {
  for (const HandlerId id : facts.process(message.receiver).handlers) {
    const Handler& h = facts.handler(id);
    if (hears(h.kind, message.kind) && may_match(h.pattern, message.pattern)) return true;
  }
  return false;
}

// A handler whose module has no clause of that kind at all gets what a macro or another module put there.
bool listens(const Facts& facts, const Message& message) {
  for (const HandlerId id : facts.process(message.receiver).handlers)
    if (hears(facts.handler(id).kind, message.kind)) return true;
  return false;
}

}  // namespace

Unmatched unmatched(const Program& program, const Facts& facts) {
  Unmatched out;
  const auto& messages = facts.messages.messages;
  std::vector<MessageId> lost;  // nobody knows who gets them, but what they are
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    const Message& m = messages[i];
    if (!m.receiver && is_outlined(m.pattern)) lost.push_back(MessageId(i));
    if (m.receiver && !m.likely && is_outlined(m.pattern) && listens(facts, m) && !heard(facts, m))
      out.unhandled.push_back(MessageId(i));
  }
  for (std::uint32_t i = 0; i < facts.processes.handlers.size(); ++i) {
    const Handler& h = facts.processes.handlers[i];
    if ((h.kind != HandlerKind::kCall && h.kind != HandlerKind::kCast) || !is_outlined(h.pattern)) continue;
    if (program.unit_of(facts.process(h.process).module).role != source::Role::kReviewed) continue;
    const auto meant = [&](MessageId id) {
      return hears(h.kind, facts.message(id).kind) && may_match(h.pattern, facts.message(id).pattern);
    };
    const auto& sent = facts.messages.to[h.process.index];
    if (std::none_of(sent.begin(), sent.end(), meant) && std::none_of(lost.begin(), lost.end(), meant))
      out.unsent.push_back(HandlerId(i));
  }
  return out;
}

std::vector<Task> tasks(const Facts& facts) {
  std::vector<Task> out;
  for (std::uint32_t e = 0; e < facts.calls.edges.size(); ++e) {
    const Edge& edge = facts.calls.edges[e];
    if (edge.runs != Runs::kNewProcess) continue;
    Task task;
    task.site = edge.site;
    task.owner = facts.calls.callers[e];
    task.body = edge.callee;
    task.possible = edge.possible;
    if (const knowledge::FunctionRow* row = row_at(facts.calls, edge.site)) {
      task.awaited = row->returns == Resource::kTask;
      task.supervised = row->effects.has(Effect::kStartChild) || row->module.text() == "Elixir.Task.Supervisor";
    }
    out.push_back(task);
  }
  return out;
}

std::vector<Subscription> subscriptions(const Program& program, const Facts& facts) {
  std::vector<Subscription> out;
  const auto subscribes = [](const knowledge::FunctionRow& row) { return row.returns == Resource::kSubscription; };
  for (const CallId site : sites_of_rows(facts.calls, subscribes)) {
    if (program.call(site).capture) continue;
    const FunctionId subscriber = program.function_of(site);
    if (subscriber) out.push_back({site, subscriber, facts.contexts.of(subscriber).processes});
  }
  return out;
}

}  // namespace beamwright::analysis
