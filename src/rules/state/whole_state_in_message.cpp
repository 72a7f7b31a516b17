// A message is copied. To send or answer the whole state where the other side wants one thing of it costs the copy of everything,
// in the process that everybody waits for, and a heap of that size on the other side.
#include <algorithm>
#include <set>

#include "analysis/closures.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::LeavesBy;
using analysis::PossibleKind;
using analysis::PossibleValue;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), states_(analysis::states_of(program, facts)) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!reporter_.wants(program_, function)) continue;
      const ProcessId process = facts_.processes.of(program_.module_of(function));
      const analysis::EffectSet direct = facts_.effects.direct[i];
      // Of a state machine handle_event alone is surely a callback: a state function looks like any other.
      const bool machine = process && facts_.process(process).kind == analysis::ProcessKind::kGenStatem &&
                           program_.function(function).name.text() == "handle_event";
      const bool server = process && (facts_.process(process).kind == analysis::ProcessKind::kGenServer || machine);
      if (server && has_collections(process) && in_production(program_, facts_, function)) of_clients(function, process);
      if (server && (direct.has(Effect::kSend) || direct.has(Effect::kCast) || direct.has(Effect::kCall)) &&
          has_collections(process) && in_production(program_, facts_, function))
        of_messages(function);
    }
    for (const CallId site : wanted_calls(program_, reporter_)) of_answer(site);
    for (std::uint32_t i = 0; i < facts_.processes.handlers.size(); ++i) of_reply(HandlerId(i));
  }

 private:
  // What makes a state large: collections that gain entries while the process lives.
  bool has_collections(ProcessId process) const { return !collections(process).empty(); }

  std::vector<std::string> collections(ProcessId process) const {
    std::vector<std::string> names;
    for (const analysis::StateField& field : states_.of(process).fields) {
      const bool grows = std::any_of(field.writes.begin(), field.writes.end(),
                                     [](const analysis::StateWrite& write) { return write.changes.has(Change::kGains); });
      if (grows) names.emplace_back(field.name ? field.name.text() : "its collection");
    }
    return names;
  }

  void of_messages(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    for (const analysis::Leaving& leaving : analysis::leaving_by(program_, facts_, function)) {
      // A reply with the state is a hand-over or a look for developers, as a rule.
      if (program_.call(leaving.site).name == sym::reply) continue;
      if (leaving.by != LeavesBy::kMessage && leaving.by != LeavesBy::kCall && leaving.by != LeavesBy::kCast) continue;
      if (unit.expr(analysis::local_value(unit, leaving.term)).kind == ExprKind::kClosure || leaving.has_closure) continue;
      const PossibleValue* state = leaving.whole_state();
      if (!state || !state->process || state->process != facts_.processes.of(program_.module_of(function))) continue;
      report(leaving.site, function, state->process,
             model::display_function(program_, function) + " sends the whole state of " +
                 process_name(program_, facts_, state->process));
    }
  }

  // `Audit.changed(state)`: the client function of another server sends on what it is given.
  void of_clients(FunctionId function, ProcessId own) {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const FunctionId client = facts_.calls.callees[site.index].function;
      if (!client || program_.call(site).capture || program_.module_of(client) == program_.module_of(function)) continue;
      const analysis::EffectSet direct = facts_.effects.direct[client.index];
      if (!direct.has(Effect::kCast) && !direct.has(Effect::kSend) && !direct.has(Effect::kCall)) continue;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (unit.expr(arguments[i]).kind != ExprKind::kVariable || !sends_parameter(client, i)) continue;
        const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, arguments[i]);
        const PossibleValue* state = values.first(PossibleKind::kState);
        if (!state || state->process != own) continue;
        report(site, function, own,
               model::display_function(program_, function) + " sends the whole state of " + process_name(program_, facts_, own));
      }
    }
  }

  bool sends_parameter(FunctionId client, std::size_t index) const {
    const Unit& unit = program_.unit_of(client);
    for (const MessageId id : facts_.messages.by_function[client.index]) {
      const Message& message = facts_.message(id);
      if (!message.pattern.expr) continue;
      for (const analysis::Captured& part : analysis::contained_in(unit, message.pattern.expr.expr)) {
        const auto parameter = analysis::parameter_of(unit, program_.function(client), part.variable);
        if (parameter && parameter->index == index) return true;
      }
    }
    return false;
  }

  // Agent.get(agent, & &1) and a call that is answered with the whole state, where the caller takes one thing out at once.
  void of_answer(CallId site) {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || program_.call(site).capture) return;
    const bool agent = external->module == sym::Elixir_Agent && external->name == sym::get;
    const bool whole = external->module.text() == "sys" && external->name.text() == "get_state";
    if (!agent && !whole) return;
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function)) return;
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (agent && (arguments.size() < 2 || !gives_itself(unit, arguments[1]))) return;
    if (!is_only_looked_into(unit, program_.call(site).expr)) {
      if (agent && gives_back(function, site)) of_callers(function, facts_.processes.of(program_.module_of(function)));
      return;
    }
    if (whole) {
      report(site, function, {},
             model::display_function(program_, function) + " gets the whole state of a process and looks up one thing in it");
      return;
    }
    report(site, function, facts_.processes.of(program_.module_of(function)),
           model::display_function(program_, function) + " gets the whole state of an agent and looks up one thing in it");
  }

  static bool gives_itself(const Unit& unit, ExprId id) {
    const ExprId closure = analysis::local_value(unit, id);
    const model::Expr& e = unit.expr(closure);
    if (e.kind != ExprKind::kClosure) return false;
    const model::ClauseRange clauses = unit.clauses_of(e);
    if (clauses.count != 1) return false;
    const model::Clause& clause = unit.clause(*clauses.begin());
    const std::span<const ExprId> patterns = unit.patterns_of(clause);
    if (patterns.size() != 1 || !clause.body) return false;
    const model::Expr& body = unit.expr(clause.body);
    return body.kind == ExprKind::kVariable && analysis::whole_variable(unit, patterns[0]).index == body.payload;
  }

  // handle_call(:all, _, state) that answers with the state: what the callers of its client function take out of it.
  void of_reply(HandlerId id) {
    const Handler& handler = facts_.handler(id);
    const Process& process = facts_.process(handler.process);
    if (handler.kind != HandlerKind::kCall || process.kind != analysis::ProcessKind::kGenServer ||
        !has_collections(handler.process))
      return;
    if (!answers_with_state(handler)) return;
    for (const MessageId message : messages_to(facts_, id)) {
      const CallId site = facts_.message(message).site;
      of_asking(handler.process, facts_.message(message).sender, site);
      const FunctionId client = facts_.message(message).sender;
      if (gives_back(client, site)) of_callers(client, handler.process);
    }
  }

  void of_callers(FunctionId client, ProcessId process) {
    for (const std::uint32_t i : facts_.calls.incoming_of(client)) {
      const CallId call = facts_.calls.edges[i].site;
      if (!program_.call(call).capture && facts_.calls.callees[call.index].function == client)
        of_asking(process, facts_.calls.callers[i], call);
    }
  }

  // `process`: none where an agent's module starts no process itself.
  void of_asking(ProcessId process, FunctionId function, CallId site) {
    if (!function || !in_production(program_, facts_, function)) return;
    if (!is_only_looked_into(program_.unit_of(site), program_.call(site).expr)) return;
    report(site, function, process,
           model::display_function(program_, function) + " gets the whole state of " +
               (process ? process_name(program_, facts_, process) : "an agent") + " and looks up one thing in it");
  }

  // The client function ends with the call.
  bool gives_back(FunctionId function, CallId site) const {
    const Unit& unit = program_.unit_of(site);
    bool found = false;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body,
                                [&](ExprId result) { found |= result == program_.call(site).expr; });
    }
    return found;
  }

  // {reply, State, State} with the variable that the clause got as its state.
  bool answers_with_state(const Handler& handler) const {
    const analysis::CallbackArguments* role = states_.role(handler.function);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (role == nullptr || role->state == 0 || role->state > clause.pattern_count || !clause.body) return false;
    const model::VariableId state = analysis::whole_variable(unit, unit.patterns_of(clause)[role->state - 1u]);
    if (!state) return false;
    bool found = false;
    analysis::for_each_result(unit, clause.body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      if (e.kind != ExprKind::kTuple || e.child_count != 3) return;
      ExprId answer = unit.child(result, 1);
      if (unit.expr(answer).kind == ExprKind::kTuple && unit.expr(answer).child_count == 2) answer = unit.child(answer, 1);
      found |= unit.expr(answer).kind == ExprKind::kVariable && unit.expr(answer).payload == state.index;
    });
    return found;
  }

  // One thing is taken out of what the expression gives, at once or by each use of the variable that holds it.
  bool is_only_looked_into(const Unit& unit, ExprId whole) const {
    const ExprId around = unit.parent(whole);
    if (!around) return false;
    const model::Expr& e = unit.expr(around);
    const bool binds = e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator;
    if (!binds || unit.child(around, 1) != whole) return is_looked_into(unit, whole);
    ExprId pattern = unit.child(around, 0);
    if (unit.expr(pattern).kind == ExprKind::kTuple && unit.expr(pattern).child_count == 2) pattern = unit.child(pattern, 1);
    if (unit.expr(pattern).kind != ExprKind::kVariable) return false;
    // In a comprehension each item is another one.
    if (e.kind == ExprKind::kGenerator && unit.expr(unit.parent(around)).kind != ExprKind::kWith) return false;
    const std::uint32_t variable = unit.expr(pattern).payload;
    std::size_t uses = 0;
    const bool other = any_below(unit, analysis::root_of(unit, around), [&](ExprId at) {
      const model::Expr& use = unit.expr(at);
      if (use.kind != ExprKind::kVariable || use.payload != variable || use.has(model::kBinds)) return false;
      ++uses;
      return !is_looked_into(unit, at);
    });
    return uses == 1 && !other;
  }

  bool is_looked_into(const Unit& unit, ExprId whole) const {
    const ExprId around = unit.parent(whole);
    if (!around) return false;
    if (analysis::field_read(unit, around)) return true;
    return unit.expr(around).kind == ExprKind::kCall && is_lookup(unit, around, whole);
  }

  bool is_lookup(const Unit& unit, ExprId call, ExprId collection) const {
    const std::span<const ExprId> arguments = unit.children_of(call);
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(call).payload));
    if (!external || std::find(arguments.begin(), arguments.end(), collection) == arguments.end()) return false;
    const std::string_view module = external->module.text(), name = external->name.text();
    if (module == "Elixir.Map" || module == "Elixir.Access" || module == "Elixir.Keyword")
      return arguments[0] == collection && (name.starts_with("get") || name.starts_with("fetch") || name == "has_key?" ||
                                            (module == "Elixir.Map" && name == "keys"));
    if (module == "maps") return name == "get" || name == "find" || name == "is_key" || name == "size";
    if (module == "dict") return name == "fetch" || name == "find" || name == "is_key" || name == "size";
    if (module == "lists") return name.starts_with("key") || name == "member";
    if (module == "proplists") return name == "get_value";
    if (module == "Elixir.Enum") return name == "count" || name == "member?" || name == "find";
    return name == "map_size" || (name == "length" && module != "string");
  }

  void report(CallId site, FunctionId function, ProcessId process, std::string what) {
    if (!reported_.insert(site).second) return;
    const bool erlang = in_erlang(program_, function);
    const std::vector<std::string> large = process ? collections(process) : std::vector<std::string>();
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = std::move(what) + (large.empty() ? std::string() : ", with " + join_names(large, 2) + " in it");
    finding.why =
        "A message is copied, 0.4 to 1.3 ms a megabyte with all sharing lost, by the process that sends it; the receiver's heap "
        "grows "
        "by as much. It gets slower with every entry.";
    finding.fix = erlang
                      ? "Send or answer what the other side needs: `{reply, maps:get(Key, State), State}`."
                      : "Send or answer what the other side needs: `{:reply, Map.get(state, key), state}`, or `Agent.get(agent, "
                        "&Map.get(&1, key))`, which looks it up inside.";
    finding.path = {{finding.span, finding.function + " calls " + callee_text(program_, facts_, site)}};
    finding.key = callee_text(program_, facts_, site);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
  std::set<CallId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& whole_state_in_message() {
  static const Rule rule{{.code = "BW504",
                          .name = "whole-state-in-message",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A message that copies a process's whole state"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
