// Once about a megabyte waits to be sent to another node (the distribution buffer, +zdbbl), whoever sends to it is suspended: a
// cast does wait, and a call waits longer than its timeout says. A peer that hangs keeps its senders so until it is noticed,
// about a minute. `nosuspend` avoids the wait by dropping the message, which only its result tells.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

// ---- Messages that are dropped ------------------------------------------------------------------------------------------------

bool may_drop(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || program.call(site).capture) return false;
  if (external->module == sym::erlang && external->name == intern("send_nosuspend")) return true;
  const bool sends = (external->module == sym::erlang || external->module == sym::Elixir_Process) && external->name == sym::send;
  if (!sends || external->arity != 3) return false;
  const analysis::ExprRef options =
      analysis::resolve_value(program, facts, {program.call_units[site.index], argument_at(program, site, 3)});
  const Unit& unit = program.unit(options.unit);
  return any_below(unit, options.expr, [&](ExprId id) {
    return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol() == intern("nosuspend");
  });
}

// A statement, or matched with _.
bool is_ignored(const Unit& unit, ExprId call) {
  ExprId at = call;
  ExprId around = unit.parent(at);
  if (around && unit.expr(around).kind == ExprKind::kTry && unit.expr(around).has(model::kOldCatch)) {
    at = around;
    around = unit.parent(at);
  }
  if (!around) return false;
  const model::Expr& e = unit.expr(around);
  if (e.kind == ExprKind::kMatch && unit.child(around, 1) == at) {
    const ExprKind pattern = unit.expr(unit.child(around, 0)).kind;
    return pattern == ExprKind::kWildcard;
  }
  return e.kind == ExprKind::kBlock && unit.child(around, e.child_count - 1) != at;
}

void report_dropped(const Program& program, const Facts& facts, Reporter& reporter, CallId site, CallId send) {
  const FunctionId function = program.function_of(site);
  const std::string callee = callee_text(program, facts, site);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " does not look whether " + callee +
                    " has sent its message, which nosuspend drops while the "
                    "channel to the node is busy";
  finding.why =
      "The other node is up and is never told, no monitor fires, and nothing sends the message again: what waits for it "
      "waits for ever.";
  finding.fix =
      "Take nosuspend and noconnect apart from ok: keep the message and send it again, or let the process use an "
      "unlimited buffer, process_flag(async_dist, true) (OTP 25.3), and send without nosuspend.";
  finding.path = {{finding.span, finding.function + " calls " + callee + " and drops its result"}};
  if (site != send) {
    finding.path.push_back(
        {call_span(program, send), model::display_function(program, program.function_of(send)) + " sends with nosuspend"});
  }
  finding.key = "dropped " + callee;
  report_weighed(reporter, std::move(finding));
}

// A name says that the loss is meant: cast_unreliable, volatile_send.
bool admits_loss(const Program& program, FunctionId function) {
  const std::string_view name = program.function(function).name.text();
  for (const std::string_view word : {"unreliable", "volatile", "lossy", "best_effort", "maybe", "nosuspend"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

void check_dropped(const Program& program, const Facts& facts, Reporter& reporter, CallId send) {
  const FunctionId sender = program.function_of(send);
  if (!in_production(program, facts, sender) || admits_loss(program, sender)) return;
  if (is_ignored(program.unit_of(send), program.call(send).expr)) return report_dropped(program, facts, reporter, send, send);
  // What the sender hands on as its own result.
  std::set<FunctionId> reported;
  for (const std::uint32_t i : facts.calls.incoming_of(sender)) {
    const analysis::Edge& edge = facts.calls.edges[i];
    const FunctionId caller = facts.calls.callers[i];
    if (facts.calls.callees[edge.site.index].function != sender || program.call(edge.site).capture) continue;
    if (!is_ignored(program.unit_of(edge.site), program.call(edge.site).expr) || !in_production(program, facts, caller)) continue;
    if (reported.insert(caller).second) report_dropped(program, facts, reporter, edge.site, send);
  }
}

// A clause that takes nosuspend does something about it, unless it only says so.
bool tells_apart(const Program& program, CallId send, model::ClauseRange clauses) {
  const Unit& unit = program.unit_of(send);
  for (const model::ClauseId id : clauses) {
    const auto patterns = unit.patterns_of(unit.clause(id));
    if (patterns.empty()) continue;
    const model::Expr& pattern = unit.expr(patterns[0]);
    const ExprId body = unit.clause(id).body;
    if (pattern.kind == ExprKind::kAtom && pattern.symbol() == intern("nosuspend"))
      return unit.expr(body).kind != ExprKind::kAtom;
    // Any other answer: the message is kept or sent in another way.
    const bool rest = pattern.kind == ExprKind::kVariable || pattern.kind == ExprKind::kWildcard;
    if (rest) return mentions(unit, body, variables_in(unit, argument_at(program, send, 2)));
  }
  return false;
}

// Does the function's result say whether the message was sent? Then the send, or the case over it, is its last expression.
bool hands_on(const Program& program, CallId send) {
  const Unit& unit = program.unit_of(send);
  for (ExprId at = program.call(send).expr, around = unit.parent(at); around; at = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kBlock && unit.child(around, e.child_count - 1) != at) return false;
    if (e.kind != ExprKind::kBlock && e.kind != ExprKind::kCase && e.kind != ExprKind::kTry) return false;
    if (e.kind == ExprKind::kCase && unit.child(around, 0) == at && tells_apart(program, send, unit.clauses_of(e))) return false;
    if (e.kind == ExprKind::kTry && unit.child(around, 0) == at && tells_apart(program, send, unit.try_of(e).else_clauses))
      return false;
  }
  return true;
}

// ---- Senders that are suspended
// -------------------------------------------------------------------------------------------------

// send(neighbour, Message): what everybody calls processes of other nodes.
bool is_called_remote(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row) return false;
  const ExprId target = argument_at(program, site, std::max<std::size_t>(1, external->row->target_argument));
  const Unit& unit = program.unit_of(site);
  if (!target || unit.expr(target).kind != ExprKind::kVariable || unit.expr(target).payload >= unit.variables.size())
    return false;
  std::string name(unit.variables[unit.expr(target).payload].name.text());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view word : {"neighbour", "neighbor", "replica", "remote", "follower"}) {
    if (name.starts_with(word)) return true;
  }
  return false;
}

// for pid <- :pg.get_members(group), do: send(pid, …): the members of a group live on all nodes.
bool goes_over_group(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  const auto is_group = [&](ExprId expr) {
    const ExprId list = analysis::local_value(unit, expr);
    return any_below(unit, list, [&](ExprId id) {
      if (unit.expr(id).kind != ExprKind::kCall) return false;
      const CallId call(unit.first_call + unit.expr(id).payload);
      return calls_external(facts, call, intern("pg"), intern("get_members")) ||
             calls_external(facts, call, intern("pg2"), intern("get_members"));
    });
  };
  for (ExprId below = program.call(site).expr, around = unit.parent(below); around;
       below = around, around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind == ExprKind::kComprehension) {
      const ExprId first = unit.child(around, 0);
      return unit.expr(first).kind == ExprKind::kGenerator && is_group(unit.child(first, 1));
    }
    if (e.kind == ExprKind::kCall && unit.expr(below).kind == ExprKind::kClosure) {
      const auto arguments = unit.children_of(around);
      return std::any_of(arguments.begin(), arguments.end(),
                         [&](ExprId argument) { return argument != below && is_group(argument); });
    }
  }
  return false;
}

// An asynchronous message to each of several nodes.
bool sends_to_nodes(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture) return false;
  if (facts.calls.runs[site.index] != analysis::Runs::kCaller) return false;
  const knowledge::EffectSet effects = external->row->effects;
  if (!effects.has(Effect::kCast) && !effects.has(Effect::kSend)) return false;
  if (external->name == intern("abcast")) {
    return external->module == sym::gen_server || external->module == sym::Elixir_GenServer || external->module == sym::rpc;
  }
  // One message to each node there is.
  if (external->name == intern("eval_everywhere")) return external->module == sym::rpc;
  if (external->name == intern("multicast")) return external->module == sym::erpc;
  return in_loop(program, facts, site) && (node_of_target(program, facts, site) || is_called_remote(program, facts, site) ||
                                           goes_over_group(program, facts, site));
}

// The processes that others ask through functions of the module, where no one of them is the only one.
ProcessId asked_by_users(const Program& program, const Facts& facts, FunctionId function) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const Process& process = facts.process(id);
    const bool server = process.kind == analysis::ProcessKind::kGenServer || process.kind == analysis::ProcessKind::kGenStatem;
    if (!server || process.module != program.module_of(function)) continue;
    for (const MessageId message : facts.messages.to[id.index]) {
      if (facts.message(message).kind == MessageKind::kCall) return id;
    }
  }
  return {};
}

bool uses_async_dist(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  return std::any_of(unit.exprs.begin(), unit.exprs.end(),
                     [](const model::Expr& e) { return e.kind == ExprKind::kAtom && e.symbol() == intern("async_dist"); });
}

void check_suspended(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!in_production(program, facts, function)) return;
  ProcessId process = waited_for(program, facts, function);
  const bool everywhere = calls_external(facts, site, sym::rpc, intern("eval_everywhere"));
  if (!process && (everywhere || is_called_remote(program, facts, site))) process = asked_by_users(program, facts, function);
  if (!process || uses_async_dist(program, function)) return;
  const std::string callee = callee_text(program, facts, site), name = process_name(program, facts, process);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " sends to many nodes with " + callee + " in " + name + ", which others wait for";
  finding.why =
      "A node that hangs suspends the sender once about 1 MB is unsent (measured: a cast waited 59 to 71 s), past any timeout: "
      "meanwhile every call to " +
      name + " times out.";
  finding.fix = "Set process_flag(async_dist, true) in init (OTP 25.3), or send from a process of its own for each node.";
  finding.path = {{finding.span, finding.function + " calls " + callee}};
  finding.key = "suspended " + callee;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::string>> reported;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    if (!facts.calls.external(site) || !program.function_of(site)) continue;
    if (may_drop(program, facts, site) &&
        (is_ignored(program.unit_of(site), program.call(site).expr) || hands_on(program, site))) {
      check_dropped(program, facts, reporter, site);
    }
    if (sends_to_nodes(program, facts, site) &&
        reported.emplace(program.function_of(site), callee_text(program, facts, site)).second)
      check_suspended(program, facts, reporter, site);
  }
}

}  // namespace

const Rule& busy_channel() {
  static const Rule rule{{.code = "BW613",
                          .name = "busy-channel",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "Messages to other nodes that suspend their sender, or are dropped unseen"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
