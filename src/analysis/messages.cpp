// A message is read where it is sent. Where the sending function only passes on what it is given (`call(Server, Msg) ->
// gen_server:call(Server, Msg, infinity)`), the message belongs to its callers, and is read from their arguments.

#include "analysis/messages.h"

#include <algorithm>
#include <unordered_map>

#include "analysis/calls.h"
#include "analysis/effects.h"
#include "analysis/instances.h"
#include "analysis/sites.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

// How far a message is followed out of generic wrappers, and to how many callers of each.
constexpr int kMaxWrappers = 6;
constexpr std::size_t kMaxCallers = 400;

// A message on its way out of wrappers: where it is sent, and the expressions for target and message as the caller sees them.
struct Sending {
  MessageKind kind;
  CallId site;
  FunctionId function;
  ExprId target;
  ExprId message;
  Bound timeout;
  Runs runs;
};

class MessageFinder {
 public:
  MessageFinder(const Program& program, const Calls& calls, const Processes& processes)
      : program_(program), calls_(calls), processes_(processes) {
    for (std::uint32_t p = 0; p < processes.processes.size(); ++p) {
      if (processes.processes[p].receive_loop) continue;  // no handler takes the message
      for (const Symbol name : processes.processes[p].names) by_name_[name.index].push_back(ProcessId(p));
    }
    for (const Handler& h : processes.handlers) {
      if (!h.pattern.tag || (h.kind != HandlerKind::kCall && h.kind != HandlerKind::kCast)) continue;
      const source::ProjectId project = program.unit_of(processes.processes[h.process.index].module).project;
      const auto [found, fresh] = takers_.try_emplace(key_of(h.kind, h.pattern, project), h.process);
      if (!fresh && found->second != h.process) found->second = ProcessId();
    }
  }

  Messages find() {
    out_.to.resize(processes_.processes.size());
    out_.by_function.resize(program_.functions.size());
    const auto sends = [](const FunctionRow& row) { return row.message_argument != 0 && row.target_argument != 0; };
    const Instantiated instantiated(program_);
    for (const CallId site : sites_of_rows(calls_, sends)) {
      const FunctionId sender = program_.function_of(site);
      if (!sender || !instantiated.contains(program_, sender)) read_call(site, *row_at(calls_, site));
    }
    std::stable_sort(out_.messages.begin(), out_.messages.end(),
                     [](const Message& a, const Message& b) { return a.site < b.site; });
    for (std::uint32_t i = 0; i < out_.messages.size(); ++i) {
      const Message& m = out_.messages[i];
      if (m.receiver) out_.to[m.receiver.index].push_back(MessageId(i));
      out_.by_function[m.sender.index].push_back(MessageId(i));
    }
    return std::move(out_);
  }

 private:
  void read_call(CallId site, const FunctionRow& row) {
    const model::Call& call = program_.call(site);
    if (call.capture || !call.function) return;
    const Unit& unit = program_.unit_of(site);
    const auto arguments = unit.children_of(call.expr);
    if (row.message_argument > arguments.size() || row.target_argument > arguments.size()) return;
    MessageKind kind = MessageKind::kInfo;
    if (row.effects.has(Effect::kCall))
      kind = MessageKind::kCall;
    else if (row.effects.has(Effect::kCast) && row.returns == knowledge::Resource::kRequest)
      return;  // gen_server:send_request arrives in handle_call, and nobody waits for it here
    else if (row.effects.has(Effect::kCast))
      kind = MessageKind::kCast;
    else if (!row.effects.has(Effect::kSend) && !row.effects.has(Effect::kTimer))
      return;  // a query to a database, the row of a table: nothing that a process of the sources receives
    Bound timeout;
    if (kind == MessageKind::kCall) timeout.milliseconds = leaf_bound(program_, calls_, site);
    follow({kind, site, program_.function_of(site), arguments[row.target_argument - 1u], arguments[row.message_argument - 1u],
            timeout, calls_.runs[site.index]},
           0);
  }

  // The parameter of the function that an expression is, counted from 0.
  std::optional<std::uint32_t> parameter(const Unit& unit, const model::Function& function, ExprId id) const {
    id = local_value(unit, id);
    if (!id || unit.expr(id).kind != ExprKind::kVariable) return {};
    const auto found = parameter_of(unit, function, VariableId(unit.expr(id).payload));
    if (!found) return {};
    return found->index;
  }

  void follow(const Sending& sending, int depth) {
    const Unit& unit = program_.unit_of(sending.function);
    const model::Function& function = program_.function(sending.function);
    const auto message_parameter = parameter(unit, function, sending.message);
    const auto incoming = calls_.incoming_of(sending.function);
    if (!message_parameter || depth >= kMaxWrappers || incoming.empty() || incoming.size() > kMaxCallers) return add(sending);
    const auto target_parameter = parameter(unit, function, sending.target);
    bool followed = false;
    for (const std::uint32_t index : incoming) {
      const Edge& edge = calls_.edges[index];
      if (program_.call(edge.site).capture || edge.possible) continue;
      const Unit& caller_unit = program_.unit_of(edge.site);
      const auto arguments = caller_unit.children_of(program_.call(edge.site).expr);
      if (*message_parameter >= arguments.size()) continue;
      // A target that the wrapper itself names is settled here; one that it is given is the caller's to say.
      if (target_parameter && *target_parameter >= arguments.size()) continue;
      if (!target_parameter && &caller_unit != &unit) {
        const ProcessId receiver = written_receiver(unit, sending.target);
        if (!receiver) continue;
        add_with(sending, calls_.callers[index], edge.site, caller_unit, arguments[*message_parameter], receiver, edge.runs);
        followed = true;
        continue;
      }
      Sending outer = sending;
      outer.site = edge.site;
      outer.function = calls_.callers[index];
      outer.message = arguments[*message_parameter];
      outer.target = target_parameter ? arguments[*target_parameter] : sending.target;
      outer.runs = edge.runs;
      follow(outer, depth + 1);
      followed = true;
    }
    if (!followed) add(sending);
  }

  void add_with(const Sending& sending, FunctionId sender, CallId site, const Unit& unit, ExprId message, ProcessId receiver,
                Runs runs) {
    Message m;
    m.kind = sending.kind;
    m.site = site;
    m.sender = sender;
    m.receiver = receiver;
    m.pattern = outline(unit, program_.call_units[site.index], message);
    m.timeout = sending.timeout;
    m.runs = runs;
    out_.messages.push_back(m);
  }

  void add(const Sending& sending) {
    const Unit& unit = program_.unit_of(sending.function);
    Message m;
    m.kind = sending.kind;
    m.site = sending.site;
    m.sender = sending.function;
    m.pattern = outline(unit, program_.functions[sending.function.index].unit, sending.message);
    m.timeout = sending.timeout;
    m.runs = sending.runs;
    m.receiver = written_receiver(unit, sending.target);
    if (!m.receiver) {
      m.receiver = concluded_receiver(sending, m.pattern);
      m.likely = static_cast<bool>(m.receiver);
    }
    out_.messages.push_back(m);
  }

  // A name that is written: an atom, {:global, name}, {name, node}.
  ProcessId written_receiver(const Unit& unit, ExprId target) const {
    target = local_value(unit, target);
    if (!target) return {};
    const Expr& e = unit.expr(target);
    if (e.kind == ExprKind::kAtom) {
      if (const ProcessId named = named_process(e.symbol(), unit.project)) return named;
      const ModuleId m = program_.find_module(e.symbol(), unit.project);
      return m ? processes_.of(m) : ProcessId{};
    }
    if (e.kind == ExprKind::kTuple && e.child_count == 2) {
      const auto first = atom_value(unit, unit.child(target, 0));
      return written_receiver(unit, unit.child(target, first == sym::global ? 1 : 0));
    }
    return {};
  }

  // Independent projects under one root may use one name: each means its own process.
  ProcessId named_process(Symbol name, source::ProjectId project) const {
    const auto found = by_name_.find(name.index);
    if (found == by_name_.end()) return {};
    for (const ProcessId p : found->second)
      if (program_.unit_of(processes_.processes[p.index].module).project == project) return p;
    return found->second.front();
  }

  // A pid in a module that is a process and handles just such a message: its client function, or self().
  ProcessId concluded_receiver(const Sending& sending, const Pattern& sent) const {
    if (sent.any || !sent.expr || !sending.target) return {};
    if (const ProcessId own = processes_.of(program_.module_of(sending.function))) {
      for (const HandlerId id : processes_.processes[own.index].handlers) {
        const Handler& h = processes_.handlers[id.index];
        if (!takes(h.kind, sending.kind) || h.pattern.any || !(h.pattern.tag || h.pattern.size)) continue;
        if (sent.tag == h.pattern.tag && sent.size == h.pattern.size) return own;
      }
    }
    // A pid from elsewhere, with a request that just one process of the project answers.
    if (!sent.tag || sending.kind == MessageKind::kInfo) return {};
    const HandlerKind kind = sending.kind == MessageKind::kCall ? HandlerKind::kCall : HandlerKind::kCast;
    const auto found = takers_.find(key_of(kind, sent, program_.unit_of(sending.function).project));
    return found == takers_.end() ? ProcessId{} : found->second;
  }

  // Kind, outline and project of a request, as one number to look up by.
  using RequestKey = std::pair<std::uint64_t, std::uint32_t>;
  struct RequestHash {
    std::size_t operator()(const RequestKey& k) const {
      return (k.first ^ (std::uint64_t{k.second} << 20)) * 0x9E3779B97F4A7C15ull;
    }
  };
  static RequestKey key_of(HandlerKind kind, const Pattern& p, source::ProjectId project) {
    return {(static_cast<std::uint64_t>(p.tag.index) << 32) | (std::uint64_t{p.size} << 1) | (kind == HandlerKind::kCall ? 1 : 0),
            project.index};
  }

  static bool takes(HandlerKind handler, MessageKind kind) {
    if (handler == HandlerKind::kEvent) return true;
    if (kind == MessageKind::kCall) return handler == HandlerKind::kCall;
    if (kind == MessageKind::kCast) return handler == HandlerKind::kCast;
    return handler == HandlerKind::kInfo;
  }

  const Program& program_;
  const Calls& calls_;
  const Processes& processes_;
  std::unordered_map<std::uint32_t, std::vector<ProcessId>> by_name_;
  std::unordered_map<RequestKey, ProcessId, RequestHash> takers_;  // none where several processes take it
  Messages out_;
};

}  // namespace

Messages find_messages(const Program& program, const Calls& calls, const Processes& processes) {
  return MessageFinder(program, calls, processes).find();
}

}  // namespace beamwright::analysis
