// {nodedown, Node} says that this node no longer sees another one. The other may be dead, or behind a cut cable and at work, with
// its processes, its locks and its clients; {'DOWN', …, noconnection} says no more. Code that takes over at once runs twice what
// must run once; and since the messages come in any order, by themselves and long before anybody asked for them, code that
// expects one order, a free name or a waiting caller is wrong on the day the network breaks.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Clause;
using model::ClauseId;
using model::Expr;
using model::VariableId;

bool is_atom(const Unit& unit, ExprId expr, Symbol name) {
  return unit.expr(expr).kind == ExprKind::kAtom && unit.expr(expr).symbol() == name;
}

bool mentions_atom(const Unit& unit, ExprId root, Symbol name) {
  return any_below(unit, root, [&](ExprId id) { return is_atom(unit, id, name); });
}

// The Node of {nodedown, Node} or {nodedown, Node, Info} in one of a clause's patterns.
VariableId node_in(const Unit& unit, const Clause& clause, Symbol tag) {
  VariableId found;
  for (const ExprId pattern : unit.patterns_of(clause)) {
    any_below(unit, pattern, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kTuple || e.child_count < 2 || e.child_count > 3 || !is_atom(unit, unit.child(id, 0), tag))
        return false;
      const Expr& node = unit.expr(unit.child(id, 1));
      if (node.kind == ExprKind::kVariable && node.payload < unit.variables.size()) found = VariableId(node.payload);
      return static_cast<bool>(found);
    });
    if (found) return found;
  }
  return {};
}

struct DownClause {
  FunctionId function;
  ClauseId clause;
  VariableId node;
};

// All clauses of a function, of its cases and receives too, that take such a message.
std::vector<DownClause> clauses_for(const Program& program, FunctionId function, Symbol tag) {
  const Unit& unit = program.unit_of(function);
  std::vector<DownClause> found;
  const auto look = [&](ClauseId id) {
    if (const VariableId node = node_in(unit, unit.clause(id), tag)) found.push_back({function, id, node});
  };
  for (const ClauseId id : program.function(function).clauses) {
    look(id);
    any_below(unit, unit.clause(id).body, [&](ExprId at) {
      const ExprKind kind = unit.expr(at).kind;
      if (kind != ExprKind::kCase && kind != ExprKind::kReceive && kind != ExprKind::kClosure) return false;
      for (const ClauseId inner : unit.clauses_of(unit.expr(at))) look(inner);
      return false;
    });
  }
  return found;
}

// ---- The node that is added when it goes ------------------------------------------------------------------------------------

struct FieldText {
  Symbol field;
  std::string text;
  ExprId place;
};

// `nodes: [node | state.nodes]`: the writes of fields in a clause that speak of the node.
std::vector<FieldText> writes_with(const Program& program, const Unit& unit, const DownClause& down) {
  std::vector<FieldText> found;
  any_below(unit, unit.clause(down.clause).body, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kMap || !e.has(model::kUpdate)) return false;
    for (std::size_t i = 1; i + 1 < e.child_count; i += 2) {
      const ExprId key = unit.child(id, i), value = unit.child(id, i + 1);
      if (unit.expr(key).kind != ExprKind::kAtom || !mentions(unit, value, {down.node})) continue;
      found.push_back({unit.expr(key).symbol(), source_text(program, unit, value, 300), value});
    }
    return false;
  });
  return found;
}

bool takes_out(std::string_view text) {
  for (const std::string_view word : {"delete", "remove", "--", "subtract", "reject", "filter", "pop", "drop", "take"}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

void report_added(const Program& program, Reporter& reporter, const DownClause& down, const FieldText& write) {
  const Unit& unit = program.unit_of(down.function);
  Finding finding = found_in(reporter, program, down.function, unit.span(write.place));
  finding.severity = Severity::kHigh;
  finding.confidence = Confidence::kLikely;
  finding.message = finding.function + " adds the node that went down to `" + std::string(write.field.text()) +
                    "`, exactly as it does when a node comes up";
  finding.why = "What is kept about the cluster says that the node is there: work and names go on being sent to it.";
  finding.fix = "Take the node out where it goes down, and out of everything that is made of the list.";
  finding.path = {{finding.span, "`" + write.text + "`, in a clause for nodedown"}};
  finding.key = std::string("added ") + std::string(write.field.text());
  report_weighed(reporter, std::move(finding));
}

// ---- Taking over --------------------------------------------------------------------------------------------------------------

bool is_takeover_name(std::string_view name) {
  for (const std::string_view word : {"takeover", "take_over", "failover", "fail_over", "promote", "redistribut", "reassign",
                                      "release", "reclaim", "evict", "become_leader", "become_master", "adopt"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// Asks others, waits a while, or counts heads: an answer to the question who is cut off.
bool asks_for_agreement(const Program& program, const Facts& facts, const Unit& unit, ExprId body) {
  return any_below(unit, body, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall) return false;
    const analysis::EffectSet effects = analysis::effects_at(program, facts, CallId(unit.first_call + e.payload));
    if (effects.has(Effect::kGlobalLock) || effects.has(Effect::kTimer)) return true;
    const std::string_view name = unit.call_of(e).name.text();
    for (const std::string_view word :
         {"quorum", "majority", "partition", "elect", "vote", "consensus", "ping", "alive", "lock"}) {
      if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
  });
}

// The node and what is made of it before the place: `Lost = [Queue || {Queue, N} <- Owners, N =:= Node]`.
std::vector<VariableId> made_of(const Unit& unit, ExprId body, VariableId node) {
  std::vector<VariableId> all = {node};
  any_below(unit, body, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kMatch || !mentions(unit, unit.child(id, 1), all)) return false;
    for (const VariableId variable : variables_in(unit, unit.child(id, 0))) all.push_back(variable);
    return false;
  });
  return all;
}

// Stands the place in a call or a loop over what is made of the node: for {id, ^node} <- state.jobs, do: …?
bool is_about(const Unit& unit, ExprId place, const std::vector<VariableId>& variables) {
  if (mentions(unit, place, variables)) return true;
  for (ExprId around = unit.parent(place); around; around = unit.parent(around)) {
    const ExprKind kind = unit.expr(around).kind;
    if ((kind == ExprKind::kComprehension || kind == ExprKind::kCall) && mentions(unit, around, variables)) return true;
  }
  return false;
}

// DynamicSupervisor.start_child(…), or a function called start… that is not among the sources, in a loop over what the node had.
bool starts_for_entries(const Facts& facts, const Unit& unit, CallId site, ExprId place,
                        const std::vector<VariableId>& variables) {
  const analysis::External* external = facts.calls.external(site);
  const std::string_view name = unit.calls[site.index - unit.first_call].name.text();
  if (external && external->row) {
    return external->row->effects.has(Effect::kStartChild) && name.starts_with("start_child") && is_about(unit, place, variables);
  }
  return name.starts_with("start") && !mentions(unit, place, {variables.front()}) && is_about(unit, place, variables);
}

// mnesia:del_table_copy(schema, Node): the other node has lost its tables when it is seen again.
bool throws_out(const Facts& facts, CallId site) {
  return calls_external(facts, site, intern("mnesia"), intern("del_table_copy"));
}

bool takes_over(const Program& program, const Facts& facts, const DownClause& down, ExprId id,
                const std::vector<VariableId>& variables) {
  const Unit& unit = program.unit_of(down.function);
  const Expr& e = unit.expr(id);
  if (e.kind != ExprKind::kCall && e.kind != ExprKind::kCapture) return false;
  const CallId site(unit.first_call + e.payload);
  const FunctionId callee = facts.calls.callees[site.index].function;
  if (!callee) {
    if (e.kind != ExprKind::kCall) return false;
    if (throws_out(facts, site)) return mentions(unit, id, variables);
    const analysis::External* external = facts.calls.external(site);
    const bool named = !(external && external->row) && is_takeover_name(unit.call_of(e).name.text());
    return named || starts_for_entries(facts, unit, site, id, variables);
  }
  // spawn(fun maybe_handle/2, [Node]): another process, which may wait or ask.
  const ExprId run = e.kind == ExprKind::kCapture ? unit.parent(id) : ExprId();
  if (run && unit.expr(run).kind == ExprKind::kCall &&
      unit.call_of(unit.expr(run)).name.text().find("spawn") != std::string_view::npos)
    return false;
  const bool about = e.kind == ExprKind::kCapture ? is_about(unit, id, variables) : mentions(unit, id, variables);
  if (!about) return false;
  return is_takeover_name(program.function(callee).name.text()) || facts.effects.all[callee.index].has(Effect::kStartChild);
}

std::optional<CallId> takeover(const Program& program, const Facts& facts, const DownClause& down) {
  const Unit& unit = program.unit_of(down.function);
  const ExprId body = unit.clause(down.clause).body;
  if (!body || asks_for_agreement(program, facts, unit, body)) return {};
  const std::vector<VariableId> variables = made_of(unit, body, down.node);
  std::optional<CallId> found;
  any_below(unit, body, [&](ExprId id) {
    if (!takes_over(program, facts, down, id, variables)) return false;
    found = CallId(unit.first_call + unit.expr(id).payload);
    return true;
  });
  return found;
}

void report_takeover(const Program& program, const Facts& facts, Reporter& reporter, const DownClause& down, CallId site) {
  const bool erlang = in_erlang(program, down.function);
  Finding finding = found_in(reporter, program, down.function, call_span(program, site));
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " takes a node that is out of sight for dead and calls " +
                    callee_text(program, facts, site) + " at once";
  finding.why =
      "Behind a cut cable the other node goes on with what is taken from it here, and thinks the same of this one: both "
      "sides hold it, and when the cable is mended there are two.";
  finding.fix =
      "Ask before you take over: a majority of the known nodes, a lock or a lease in a store that both sides share; wait "
      "some seconds for the node to come back; and settle conflicts when it does.";
  finding.path = {{program.unit_of(down.function).span(program.unit_of(down.function).variables[down.node.index].binding),
                   std::string("the node that ") + (erlang ? "{nodedown, _}" : "{:nodedown, _}") + " names"}};
  if (analysis::effects_at(program, facts, site).has(Effect::kStartChild)) {
    const std::vector<findings::Step> steps = analysis::path_to(program, facts, site, Effect::kStartChild);
    finding.path.insert(finding.path.end(), steps.begin(), steps.end());
  } else {
    finding.path.push_back(
        {finding.span, finding.function + " calls " + callee_text(program, facts, site) + " without asking anybody"});
  }
  finding.key = "takeover " + callee_text(program, facts, site);
  report_weighed(reporter, std::move(finding));
}

// ---- DOWN with noconnection handed on as a nodedown
// ----------------------------------------------------------------------------

// The start of a process in the clause for a process that is only out of sight.
CallId replacement_in(const Program& program, const Facts& facts, FunctionId function, const Clause& clause) {
  const Unit& unit = program.unit_of(function);
  CallId found;
  if (asks_for_agreement(program, facts, unit, clause.body)) return found;
  any_below(unit, clause.body, [&](ExprId at) {
    const Expr& e = unit.expr(at);
    if (e.kind != ExprKind::kCall) return false;
    const CallId site(unit.first_call + e.payload);
    const FunctionId callee = facts.calls.callees[site.index].function;
    if (analysis::effects_at(program, facts, site).has(Effect::kStartChild) ||
        (callee && is_takeover_name(program.function(callee).name.text())))
      found = site;
    return static_cast<bool>(found);
  });
  return found;
}

void report_replacement(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function, CallId site) {
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " takes a process whose node is out of sight for dead and calls " +
                    callee_text(program, facts, site) + " at once";
  finding.why =
      "noconnection says that this node no longer sees the other one. Behind a cut cable the process goes on, with its state and "
      "its clients: when the cable is mended there are two.";
  finding.fix =
      "Take noconnection for `not known`: wait some seconds for the node to come back, ask a majority or a lock in a store that "
      "both "
      "sides share, and settle conflicts when it does.";
  finding.path = {
      {finding.span, finding.function + " calls " + callee_text(program, facts, site) + " in the clause for noconnection"}};
  finding.key = "replacement " + callee_text(program, facts, site);
  report_weighed(reporter, std::move(finding));
}

void check_noconnection(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const ClauseId id : program.function(function).clauses) {
    const Clause& clause = unit.clause(id);
    const auto patterns = unit.patterns_of(clause);
    const bool lost = std::any_of(patterns.begin(), patterns.end(),
                                  [&](ExprId pattern) { return mentions_atom(unit, pattern, intern("noconnection")); });
    if (!lost) continue;
    if (const CallId start = replacement_in(program, facts, function, clause))
      report_replacement(program, facts, reporter, function, start);
    any_below(unit, clause.body, [&](ExprId at) {
      const Expr& e = unit.expr(at);
      if (e.kind != ExprKind::kTuple || e.child_count != 2 || !is_atom(unit, unit.child(at, 0), sym::nodedown)) return false;
      const ExprId around = unit.parent(at);
      if (!around || unit.expr(around).kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + unit.expr(around).payload);
      if (!facts.calls.callees[site.index].function) return false;
      Finding finding = found_in(reporter, program, function, call_span(program, site));
      finding.confidence = Confidence::kLikely;
      finding.message =
          finding.function + " makes a nodedown of a process's noconnection, before the node itself is reported down";
      finding.why =
          "The DOWN of each process on a lost node and the nodedown of the node come in no promised order: here the state "
          "still counts the node as there, and what is distributed anew may go right back to it.";
      finding.fix =
          "Take the node out of the state first, with the same function that the nodedown message goes through, or wait for "
          "that message and only note the process as lost.";
      finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
      finding.key = "noconnection";
      report_weighed(reporter, std::move(finding));
      return true;
    });
  }
}

// ---- A name that must be free
// --------------------------------------------------------------------------------------------------

// Is a process started for the entry before it is written: with a start function, or an apply of what came along?
bool starts_before(const Program& program, const Facts& facts, const Unit& unit, ExprId match) {
  const ExprId root = analysis::root_of(unit, match);
  const std::uint32_t end = unit.expr(match).begin;
  return any_below(unit, root, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kCall || e.end > end) return false;
    const model::TargetKind target = unit.call_of(e).target;
    if (target == model::TargetKind::kDynamic || target == model::TargetKind::kDynamicModule) return true;
    const analysis::EffectSet effects = analysis::effects_at(program, facts, CallId(unit.first_call + e.payload));
    return effects.has(Effect::kStartChild) || effects.has(Effect::kSpawn);
  });
}

void check_insert(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    if (!calls_external(facts, site, sym::ets, intern("insert_new"))) continue;
    const ExprId match = unit.parent(program.call(site).expr);
    if (!match || unit.expr(match).kind != ExprKind::kMatch || !is_atom(unit, unit.child(match, 0), sym::true_)) continue;
    if (!starts_before(program, facts, unit, match)) continue;
    Finding finding = found_in(reporter, program, function, unit.span(match));
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " takes for granted that the key is free, in a process that follows nodes up and down";
    finding.why =
        "After a split both sides may have the entry: insert_new gives false, the match fails, and what was started for the "
        "entry before this line stays without one.";
    finding.fix = "Look first and settle the conflict: take false in a case, and stop the newcomer or the holder.";
    finding.path = {{finding.span, "a hard match of ets:insert_new"}};
    finding.key = "insert_new";
    report_weighed(reporter, std::move(finding));
  }
}

// ---- A reply to nobody
// ----------------------------------------------------------------------------------------------------------

bool is_empty_value(const Unit& unit, ExprId value) {
  return value && (is_atom(unit, value, sym::nil) || is_atom(unit, value, sym::undefined));
}

// May the field still be nil, because only a later request sets it?
bool starts_empty(const Program& program, const Facts& facts, FunctionId function, Symbol field) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const analysis::StateField* state = analysis::states_of(program, facts).of(id).field(field);
    if (!state) continue;
    bool given = false, later = false;
    for (const analysis::StateWrite& write : state->writes) {
      const bool empty = !write.value || is_empty_value(program.unit_of(write.function), write.value);
      given |= write.initial && !empty;
      later |= !write.initial && !empty;
    }
    if (!given && later) return true;
  }
  return false;
}

// Does the call stand in a clause for {nodedown, _}, or in a function of that name, or is its function called from such a place?
bool runs_on_nodedown(const Program& program, const Facts& facts, CallId site, int depth = 0) {
  const FunctionId function = program.function_of(site);
  const Unit& unit = program.unit_of(site);
  const Expr& call = unit.expr(program.call(site).expr);
  for (const DownClause& down : clauses_for(program, function, sym::nodedown)) {
    const Clause& clause = unit.clause(down.clause);
    if (call.begin >= clause.begin && call.end <= clause.end) return true;
  }
  const std::string_view name = program.function(function).name.text();
  if (name.find("nodedown") != std::string_view::npos || name.find("node_down") != std::string_view::npos) return true;
  if (depth == 1 || clauses_for(program, function, sym::nodedown).size() > 0) return false;
  for (const std::uint32_t i : facts.calls.incoming_of(function)) {
    if (facts.calls.callers[i] != function && runs_on_nodedown(program, facts, facts.calls.edges[i].site, depth + 1)) return true;
  }
  return false;
}

void check_reply(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || external->name != sym::reply || program.call(site).arity != 2) continue;
    const ExprId to = argument_at(program, site, 1);
    const Symbol field = to ? analysis::field_read(unit, to) : Symbol();
    if (!field || unit.expr(to).kind != ExprKind::kField) continue;
    const ClauseId clause = analysis::Clauses(unit).of(program.call(site).expr).clause;
    bool looked_at = false;  // the field is asked about elsewhere in the clause, or the state is told apart by its patterns
    std::size_t reads = 0;
    any_below(unit, unit.clause(clause).body, [&](ExprId id) {
      const Expr& e = unit.expr(id);
      reads += e.kind == ExprKind::kField && e.symbol() == field;
      return false;
    });
    for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
      looked_at |= any_below(unit, pattern, [&](ExprId id) {
        const Expr& e = unit.expr(id);
        return e.kind == ExprKind::kMap && e.child_count > (e.has(model::kUpdate) ? 1u : 0u);
      });
    }
    if (looked_at || reads != 1 || unit.clause(clause).guard) continue;
    if (!runs_on_nodedown(program, facts, site) || !starts_empty(program, facts, function, field)) continue;
    const bool erlang = in_erlang(program, function);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " answers the caller kept in `" + std::string(field.text()) +
                      "` when the node goes down, also when nobody has asked";
    finding.why = std::string("A node that dies by itself was stopped by nobody: the field is still ") +
                  (erlang ? "undefined" : "nil") + ", the reply raises, and the process ends in the middle of its cleaning up.";
    finding.fix = "Give the node that goes by itself a clause of its own, which replies to nobody and says why it went.";
    finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
    finding.key = "reply " + std::string(field.text());
    report_weighed(reporter, std::move(finding));
  }
}

void check_module(const Program& program, const Facts& facts, Reporter& reporter, ModuleId module) {
  std::vector<DownClause> ups, downs;
  for (const FunctionId function : program.functions_of(module)) {
    if (!in_production(program, facts, function) || program.unit_of(function).is_instance()) continue;
    for (const DownClause& up : clauses_for(program, function, sym::nodeup)) ups.push_back(up);
    for (const DownClause& down : clauses_for(program, function, sym::nodedown)) downs.push_back(down);
    check_noconnection(program, facts, reporter, function);
    check_reply(program, facts, reporter, function);
    if (facts.processes.of(module)) check_insert(program, facts, reporter, function);
  }
  const Unit& unit = program.unit_of(module);
  std::set<std::string> added;
  for (const DownClause& up : ups) {
    for (const FieldText& write : writes_with(program, unit, up)) {
      if (!takes_out(write.text)) added.insert(std::string(write.field.text()) + "=" + write.text);
    }
  }
  for (const DownClause& down : downs) {
    for (const FieldText& write : writes_with(program, unit, down)) {
      if (added.count(std::string(write.field.text()) + "=" + write.text) != 0) {
        report_added(program, reporter, down, write);
        break;
      }
    }
    if (const std::optional<CallId> site = takeover(program, facts, down)) report_takeover(program, facts, reporter, down, *site);
  }
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  const Symbol lost = intern("noconnection");
  // A look over the flat table of a unit costs less than a walk over its modules, and hardly any unit speaks of nodes.
  for (const auto& unit : program.units) {
    if (!reporter.wants(*unit)) continue;
    const bool speaks = std::any_of(unit->exprs.begin(), unit->exprs.end(), [&](const Expr& e) {
      return e.kind == ExprKind::kAtom && (e.symbol() == sym::nodedown || e.symbol() == lost);
    });
    if (!speaks) continue;
    for (std::uint32_t i = 0; i < unit->modules.size(); ++i) {
      check_module(program, facts, reporter, ModuleId(unit->first_module + i));
    }
  }
}

}  // namespace

const Rule& nodedown_means_dead() {
  static const Rule rule{
      {.code = "BW603",
       .name = "nodedown-means-dead",
       .family = findings::Family::kCluster,
       .severity = Severity::kMedium,
       .summary = "A node that is out of sight is taken for dead, or its going for something that was asked for"},
      check};
  return rule;
}

}  // namespace beamwright::rules
