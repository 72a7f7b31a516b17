// The VM promises one order only: signals of one process to another arrive as they were sent. What two processes do, or one does
// because a third told it, has no order until somebody waits. Code that tells a process something and goes on as if that were
// done works on a quiet machine and fails on a busy one.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/late_reads.h"
#include "rules/nodes.h"
#include "rules/reach.h"
#include "rules/sequence.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Edge;
using analysis::Runs;

// ---- A table that is read before it is written
// ---------------------------------------------------------------------------------

// `[{_, Value}] = ets:lookup(…)` right there, or lookup_element: without the row it is an exception.
bool needs_row(const Unit& unit, ExprId reading) {
  const model::Expr& call = unit.expr(reading);
  if (call.kind == ExprKind::kCall && unit.call_of(call).name.text() == "lookup_element" && unit.call_of(call).arity == 3)
    return true;
  const ExprId around = unit.parent(reading);
  if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != reading) return false;
  const model::Expr& pattern = unit.expr(unit.child(around, 0));
  return pattern.kind == ExprKind::kList && pattern.child_count > 0;
}

void check_tables(const Program& program, const Facts& facts, Reporter& reporter) {
  const analysis::Tables& tables = analysis::tables_of(program, facts);
  for (const LateRead& late : late_reads(program, facts)) {
    const analysis::Table& table = tables.table(tables.use(late.read.use).table);
    const Message& message = facts.message(late.message);
    const std::string receiver = process_name(program, facts, message.receiver);
    const std::string told = callee_text(program, facts, late.told[0]);
    const ExprId reading = program.call(late.read.calls[0]).expr;
    Finding finding = found_in(reporter, program, late.function, program.unit_of(late.function).span(reading));
    finding.severity = needs_row(program.unit_of(late.function), reading) ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " reads the table " + table.name + " right after " + told + ", which " + receiver +
                      (late.replied ? " answers before it writes the table" : " writes to when it gets to the message");
    finding.why =
        "A message is sent, not done: nothing orders what the receiver does with it and what the sender does next. While " +
        receiver + " has other messages before this one, what is read is what was there before.";
    finding.fix = late.replied
                      ? "Write first and reply then."
                      : "Make the message a call, whose answer comes after the write; or let the writer give back what it wrote; "
                        "or, after several casts, make one call that " +
                            receiver + " answers behind them.";
    finding.path = {{call_span(program, late.told[0]), finding.function + " calls " + told}};
    append_chain(program, facts, {late.told.begin() + 1, late.told.end()}, finding.path);
    append_chain(program, facts, late.write.calls, finding.path);
    finding.path.back().message += late.replied ? ", after the answer" : ", when the message is taken";
    append_chain(program, facts, late.read.calls, finding.path);
    finding.key = table.name + " " + told;
    report_weighed(reporter, std::move(finding));
  }
}

// ---- A name that the new process registers itself
// ------------------------------------------------------------------------------

struct Registered {
  CallId site;  // register(Name, self()) in the new process
  Symbol name;
};

// The name that a call gives to the process which makes it.
Symbol registers_itself(const Program& program, const Facts& facts, CallId site) {
  const bool process = calls_external(facts, site, sym::Elixir_Process, sym::register_);
  if (!process && !calls_external(facts, site, sym::erlang, sym::register_)) return {};
  const Unit& unit = program.unit_of(site);
  const ExprId pid = argument_at(program, site, process ? 1 : 2);
  if (!pid || unit.expr(pid).kind != ExprKind::kCall || unit.call_of(unit.expr(pid)).name != sym::self) return {};
  const std::optional<Symbol> name = analysis::atom_value(unit, argument_at(program, site, process ? 2 : 1));
  return name ? *name : Symbol();
}

bool spawns(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || !external->row->effects.has(Effect::kSpawn)) return false;
  const std::string_view name = external->name.text();
  return name.starts_with("spawn") || (external->module == intern("Elixir.Task") && name.starts_with("start"));
}

std::vector<Registered> registered_by(const Program& program, const Facts& facts, CallId spawn) {
  std::vector<Registered> found;
  const auto look = [&](CallId site) {
    if (const Symbol name = registers_itself(program, facts, site)) found.push_back({site, name});
  };
  const FunctionId function = program.function_of(spawn);
  const Unit& unit = program.unit_of(spawn);
  const model::Expr& call = unit.expr(program.call(spawn).expr);
  for (const CallId site : program.calls_of(function)) {
    const model::Expr& e = unit.expr(program.call(site).expr);
    if (site != spawn && program.call(site).closure && call.begin < e.begin && e.end <= call.end) look(site);
  }
  for (const Edge& edge : facts.calls.edges_of(function)) {
    const model::Expr& e = unit.expr(program.call(edge.site).expr);
    if (edge.runs != Runs::kNewProcess || edge.possible || e.begin < call.begin || e.end > call.end) continue;
    for (const CallId site : program.calls_of(edge.callee)) look(site);
  }
  return found;
}

// A send to the name, a request to it, a look for its pid that must find one.
bool uses_name(const Program& program, const Facts& facts, CallId site, Symbol name) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller) return false;
  const knowledge::EffectSet effects = external->row->effects;
  if (!effects.has(Effect::kSend) && !effects.has(Effect::kCall) && !effects.has(Effect::kLink)) return false;
  const ExprId target = argument_at(program, site, external->row->target_argument);
  return target && analysis::atom_value(program.unit_of(site), target) == name;
}

// The use of the name itself, or one in a function that is called; none when there is none.
CallId use_below(const Program& program, const Facts& facts, CallId site, Symbol name) {
  if (uses_name(program, facts, site, name)) return site;
  const FunctionId callee = facts.calls.callees[site.index].function;
  if (!callee || facts.calls.runs[site.index] != Runs::kCaller || program.call(site).capture) return {};
  for (const CallId inner : program.calls_of(callee)) {
    if (!program.call(inner).closure && uses_name(program, facts, inner, name)) return inner;
  }
  return {};
}

bool waits_between(const Program& program, const Facts& facts, FunctionId function, ExprId first, ExprId second) {
  if (receives_between(program.unit_of(function), first, second)) return true;
  for (const CallId site : calls_between(program, function, first, second)) {
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    for (const Effect effect : {Effect::kReceive, Effect::kCall, Effect::kAwait, Effect::kSleep}) {
      if (effects.has(effect)) return true;
    }
  }
  return false;
}

// A start function that waits until the new process says that it is there.
bool waits_after(const Program& program, const Facts& facts, CallId spawn) {
  const FunctionId function = program.function_of(spawn);
  const Unit& unit = program.unit_of(spawn);
  const std::uint32_t begin = unit.expr(program.call(spawn).expr).end;
  for (const CallId site : program.calls_of(function)) {
    if (unit.expr(program.call(site).expr).begin < begin) continue;
    const analysis::EffectSet effects = analysis::effects_at(program, facts, site);
    if (effects.has(Effect::kReceive) || effects.has(Effect::kAwait)) return true;
  }
  for (const model::ClauseId id : program.function(function).clauses) {
    const bool waits = any_below(unit, unit.clause(id).body, [&](ExprId at) {
      return unit.expr(at).kind == ExprKind::kReceive && unit.expr(at).begin >= begin;
    });
    if (waits) return true;
  }
  return false;
}

void report_name(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function, CallId started,
                 CallId spawn, const Registered& registered, CallId use, CallId site) {
  const bool erlang = in_erlang(program, function);
  const std::string name = atom_text(registered.name, erlang);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  // At once, with nothing in between: on a busy node the new process has not run yet.
  finding.severity = started == spawn && site == use ? Severity::kMedium : Severity::kLow;
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " uses the name " + name + " right after " + callee_text(program, facts, started) +
                    ", and the new process registers it when it first runs";
  finding.why =
      "spawn comes back before the new process has done anything: until it has registered itself, a send to the name is a "
      "badarg and a call exits with noproc.";
  finding.fix = erlang
                    ? "Register it here, `register(Name, Pid)`, use the pid, or start it with proc_lib:start_link, which comes "
                      "back after init_ack."
                    : "Use the pid, or start a GenServer with `name:`, whose start_link comes back when the name is there.";
  finding.path = {{call_span(program, started), finding.function + " calls " + callee_text(program, facts, started)}};
  if (spawn != started) finding.path.push_back(call_step(program, facts, spawn));
  finding.path.push_back({call_span(program, registered.site), "the new process registers " + name + " here"});
  finding.path.push_back({call_span(program, use), name + " is expected to be there"});
  finding.key = "name " + name;
  report_weighed(reporter, std::move(finding));
}

void check_names(const Program& program, const Facts& facts, Reporter& reporter, CallId spawn) {
  const std::vector<Registered> all = registered_by(program, facts, spawn);
  if (all.empty()) return;
  const FunctionId starter = program.function_of(spawn);
  std::vector<std::pair<FunctionId, CallId>> places = {{starter, spawn}};
  if (!waits_after(program, facts, spawn)) {
    for (const std::uint32_t i : facts.calls.incoming_of(starter)) {
      const Edge& edge = facts.calls.edges[i];
      if (edge.runs == Runs::kCaller && !edge.possible) places.emplace_back(facts.calls.callers[i], edge.site);
    }
  }
  for (const auto& [function, started] : places) {
    if (!in_production(program, facts, function)) continue;
    const Unit& unit = program.unit_of(function);
    const ExprId first = program.call(started).expr;
    for (const CallId site : program.calls_of(function)) {
      const ExprId second = program.call(site).expr;
      if (!runs_after(unit, first, second)) continue;
      for (const Registered& registered : all) {
        const CallId use = use_below(program, facts, site, registered.name);
        if (!use || waits_between(program, facts, function, first, second)) continue;
        return report_name(program, facts, reporter, function, started, spawn, registered, use, site);
      }
    }
  }
}

// ---- Two casts to a node
// -------------------------------------------------------------------------------------------------------

bool is_node_cast(const analysis::External* external) {
  return external && external->arity == 4 && external->name == sym::cast &&
         (external->module == sym::rpc || external->module == sym::erpc);
}

bool runs_there(const analysis::External* external) { return is_node_cast(external) || is_remote_call(external); }

// The same node and the same module over there, as they are written.
bool is_same_target(const Program& program, CallId one, CallId other) {
  const Unit& unit = program.unit_of(one);
  for (const std::size_t argument : {1u, 2u}) {
    const ExprId a = argument_at(program, one, argument), b = argument_at(program, other, argument);
    if (!a || !b || source_text(program, unit, a) != source_text(program, unit, b)) return false;
  }
  return true;
}

void check_node_casts(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!in_production(program, facts, function)) return;
  const Unit& unit = program.unit_of(site);
  for (const CallId next : program.calls_of(function)) {
    const analysis::External* external = facts.calls.external(next);
    if (next == site || !runs_there(external) || program.call(next).capture) continue;
    if (!runs_after(unit, program.call(site).expr, program.call(next).expr) || !is_same_target(program, site, next)) continue;
    const std::string first = callee_text(program, facts, site), second = callee_text(program, facts, next);
    Finding finding = found_in(reporter, program, function, call_span(program, next));
    finding.severity = Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message =
        finding.function + " runs two functions of one module on another node, and the second may run before the first";
    finding.why = first +
                  " starts a process of its own over there for each request (kernel: erpc:cast/4): the two run beside each "
                  "other, in any order.";
    finding.fix =
        "Make the first one a call with a timeout, or send both to one process over there, or run one function that does "
        "both.";
    finding.path = {{call_span(program, site), finding.function + " calls " + first},
                    {call_span(program, next), "and " + second + " before that is done"}};
    finding.key = "casts " + first;
    return report_weighed(reporter, std::move(finding));
  }
}

// ---- A relay
// -------------------------------------------------------------------------------------------------------------------

// Does the receiver keep its messages outside its heap? Only then, and between nodes, signals of two senders were seen to
// overtake each other.
bool keeps_messages_off_heap(const Program& program, const Facts& facts, ProcessId id) {
  return module_names_atom(program, facts.process(id).module, intern("off_heap"));
}

// The message of the clause that takes `message`, sent on to `receiver`.
std::vector<CallId> passes_on(const Program& program, const Facts& facts, const Message& message, ProcessId receiver) {
  for (const HandlerId id : takers(facts, message)) {
    const Handler& handler = facts.handler(id);
    for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
      for (const MessageKind kind : {MessageKind::kCast, MessageKind::kInfo, MessageKind::kCall}) {
        for (const Reached& reached : messages_reached(program, facts, site, kind)) {
          if (!reached.possible && facts.message(reached.message).receiver == receiver) return reached.chain;
        }
      }
    }
  }
  return {};
}

void check_relays(const Program& program, const Facts& facts, Reporter& reporter, MessageId id) {
  const Message& first = facts.message(id);
  if (first.kind == MessageKind::kCall || !first.receiver || first.likely || first.runs != Runs::kCaller) return;
  if (!reporter.wants(program, first.sender)) return;
  const bool remote = goes_to_nodes(program, facts, first);
  if (!remote && !keeps_messages_off_heap(program, facts, first.receiver)) return;
  if (!in_production(program, facts, first.sender)) return;
  const Unit& unit = program.unit_of(first.sender);
  for (const CallId site : program.calls_of(first.sender)) {
    if (!runs_after(unit, program.call(first.site).expr, program.call(site).expr)) continue;
    std::vector<Reached> sent = messages_reached(program, facts, site, MessageKind::kCast);
    for (Reached& call : messages_reached(program, facts, site, MessageKind::kCall)) sent.push_back(std::move(call));
    for (const Reached& reached : sent) {
      const Message& second = facts.message(reached.message);
      if (!second.receiver || second.receiver == first.receiver || reached.possible) continue;
      const std::vector<CallId> onwards = passes_on(program, facts, second, first.receiver);
      if (onwards.empty()) continue;
      const std::string receiver = process_name(program, facts, first.receiver),
                        relay = process_name(program, facts, second.receiver);
      Finding finding = found_in(reporter, program, first.sender, call_span(program, site));
      finding.severity = Severity::kLow;
      finding.confidence = Confidence::kPossible;
      finding.message = finding.function + " sends to " + receiver + " and then has " + relay +
                        " send to it as well: the second may "
                        "arrive first";
      finding.why = "Signals of one sender arrive in order, those of two do not (erts: signals): " +
                    std::string(remote ? "a busy connection to another node holds one of them up for seconds."
                                       : "with message_queue_data off_heap 7 of 10 of them were seen to overtake.");
      finding.fix = "Send both from one process, wait for an answer of " + receiver + " before you tell " + relay +
                    ", or number the messages.";
      finding.path = {{call_span(program, first.site), finding.function + " sends to " + receiver},
                      {call_span(program, site), finding.function + " tells " + relay}};
      append_chain(program, facts, onwards, finding.path);
      finding.key = "relay " + receiver + " " + relay;
      return report_weighed(reporter, std::move(finding));
    }
  }
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  check_tables(program, facts, reporter);
  for (const CallId site : wanted_calls(program, reporter)) {
    if (!facts.calls.external(site) || !program.function_of(site) || program.call(site).capture) continue;
    if (spawns(program, facts, site)) check_names(program, facts, reporter, site);
    if (is_node_cast(facts.calls.external(site))) check_node_casts(program, facts, reporter, site);
  }
  for (std::uint32_t i = 0; i < facts.messages.messages.size(); ++i) check_relays(program, facts, reporter, MessageId(i));
}

}  // namespace

const Rule& cross_sender_order() {
  static const Rule rule{{.code = "BW610",
                          .name = "cross-sender-order",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kLow,
                          .summary = "Code that needs an order between processes which the VM does not promise"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
