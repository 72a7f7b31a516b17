#include "rules/exposures.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/possible_values.h"
#include "analysis/state_fields.h"
#include "rules/configured.h"
#include "rules/rest_of_messages.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Pattern;
using analysis::Runs;
using model::TargetKind;

// The function outside the sources that an effect at a site comes from, at the end of the way down.
const analysis::External* source_of(const Facts& facts, CallId site, Effect effect) {
  constexpr int kMaxSteps = 12;
  for (int step = 0; step < kMaxSteps && site; ++step) {
    if (const analysis::External* external = facts.calls.external(site)) return external;
    const FunctionId callee = facts.calls.callees[site.index].function;
    const analysis::Witness* witness = callee ? facts.effects.witness(callee, effect) : nullptr;
    if (!witness) return nullptr;
    site = witness->site;
  }
  return nullptr;
}

// Clients that give their answer as a value and clean up behind themselves.
bool is_tidy_client(const analysis::External* external) {
  if (!external) return true;
  const std::string_view module = external->module.text();
  return module == "httpc" || module == "Elixir.Finch" || module == "Elixir.Req" || module == "gen_tcp" || module == "ssl" ||
         module == "gen_udp" || module == "inet" ||
         // The distribution's own: they ask net_kernel or epmd, and wait for the answer.
         module == "Elixir.Node" || module == "net_kernel" || module == "net_adm" || module == "erl_epmd";
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, ProcessId id)
      : program_(program), facts_(facts), id_(id), process_(facts.process(id)), named_(process_.count == analysis::Count::kOne) {}

  // A page that listens to topics which others may write whatever they like to: two of them, or one whose name is made up at run
  // time by a function of the project.
  std::vector<Stray> find_subscriptions() const {
    const Handler* last = last_clause();
    if (!last || last->pattern.any) return {};
    std::vector<CallId> found;
    for (const FunctionId f : program_.functions_of(process_.module)) {
      if (!runs_here(f)) continue;
      for (const CallId site : program_.calls_of(f)) {
        const Symbol name = program_.call(site).name;
        if (program_.call(site).capture || !name || !name.text().starts_with("subscribe")) continue;
        // A helper of the page itself subscribes in turn.
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (!callee || program_.module_of(callee) != process_.module) found.push_back(site);
      }
    }
    if (found.size() < 2) return {};
    const CallId site = found.front();
    return {exposure(call_span(program_, site),
                     std::to_string(found.size()) + " subscriptions, the first by " + callee_text(program_, facts_, site))};
  }

  std::vector<Stray> find() const {
    const Handler* last = last_clause();
    if (!last || handles_the_rest(program_, facts_, *last)) return {};
    if (const std::optional<source::Span> stop = stops_on_unknown(program_, *last))
      return {exposure(*stop, "all but the connection that its client asks about")};
    for (const FunctionId f : program_.functions_of(process_.module)) {
      if (!runs_here(f)) continue;
      for (const CallId site : program_.calls_of(f)) {
        if (program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller) continue;
        std::string cause = client_at(site);
        if (cause.empty()) continue;
        cause += ", " + callee_text(program_, facts_, site) + " in " + model::display_function(program_, f);
        return {exposure(call_span(program_, site), std::move(cause))};
      }
    }
    // gen_server logs what a module without handle_info gets; one with clauses and no last one dies of it. In Erlang that is an
    // oversight, where Elixir's authors leave it out as often as not.
    const bool erlang =
        process_.behaviour == sym::gen_server || (is_state_machine(process_) && in_erlang(program_, process_.module));
    if ((named_ || named_when_started()) && erlang) return {exposure(clause_span(*last), "anybody who knows its name")};
    return foreign_code();
  }

 private:
  bool runs_here(FunctionId f) const {
    const std::vector<ProcessId>& runners = facts_.contexts.of(f).processes;
    return std::binary_search(runners.begin(), runners.end(), id_) && in_production(program_, facts_, f);
  }

  // gen_server:start_link({local, Name}, …): one of several, each under a name.
  bool named_when_started() const {
    return std::any_of(process_.starts.begin(), process_.starts.end(), [&](CallId site) {
      const model::Call& call = program_.call(site);
      return (call.module == sym::gen_server || call.module == sym::gen_statem) && call.arity == 4;
    });
  }

  const Handler* last_clause() const {
    const Handler* last = nullptr;
    for (const HandlerId id : process_.handlers) {
      const Handler& handler = facts_.handler(id);
      const bool event = is_state_machine(process_) && takes_info(program_, handler);
      // A state that takes every event does so for all: which states there are at what time is not told apart.
      if (event && handler.pattern.any) return &handler;
      if (event || (handler.kind == HandlerKind::kInfo && program_.function(handler.function).name.text() != "handle_async"))
        last = &handler;
    }
    return last;
  }

  source::Span clause_span(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    return {unit.file, clause.begin, clause.end};
  }

  static Stray exposure(source::Span span, std::string cause) {
    return {span, {}, 1, "a message that it does not expect", std::move(cause), Severity::kMedium, Confidence::kPossible};
  }

  // A client whose connections, or a subscription whose events, come as messages.
  std::string client_at(CallId site) const {
    const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
    if (effects.has(Effect::kHttp) && !is_tidy_client(source_of(facts_, site, Effect::kHttp))) return "an HTTP client";
    if (effects.has(Effect::kSocket) && !is_tidy_client(source_of(facts_, site, Effect::kSocket)))
      return "a client of the network";
    const Symbol name = program_.call(site).name;
    return named_ && name && name.text().starts_with("subscribe") ? "a subscription" : "";
  }

  // A module or a function that somebody else wrote runs in the server's callbacks: what that sends itself, or leaves behind when
  // a wait of its own is over, arrives here.
  std::vector<Stray> foreign_code() const {
    for (const FunctionId f : program_.functions_of(process_.module)) {
      if (!runs_here(f) || facts_.contexts.of(f).flags & analysis::kInShutdown) continue;
      for (const CallId site : program_.calls_of(f)) {
        const model::Call& call = program_.call(site);
        if (call.capture || facts_.calls.runs[site.index] != Runs::kCaller || facts_.calls.callees[site.index].known()) continue;
        if (!is_foreign(f, site)) continue;
        return {exposure(call_span(program_, site), "code that it is given, " +
                                                        source_text(program_, program_.unit_of(site), call.expr, 40) + " in " +
                                                        model::display_function(program_, f))};
      }
    }
    return {};
  }

  // A closure that came in a message, or a callback that no module of the sources has: the implementations are those of users.
  bool is_foreign(FunctionId function, CallId site) const {
    const model::Call& call = program_.call(site);
    if (call.target == TargetKind::kValue) {
      return call.module_expr && analysis::possible_values(program_, facts_, function, call.module_expr).message;
    }
    return call.target == TargetKind::kDynamicModule && !module_from_configuration(program_, facts_, site) &&
           !is_harmless(call.name) && !is_defined_in_sight(call.name, call.arity);
  }

  // module_info and its like, and the functions that gen_tcp, ssl and transports of the same shape have: nothing of theirs stays.
  static bool is_harmless(Symbol name) {
    static constexpr std::array<std::string_view, 12> kHarmless = {
        "module_info", "behaviour_info",      "setopts", "getopts", "send", "recv", "close", "shutdown", "peername",
        "sockname",    "controlling_process", "getstat"};
    const std::string_view text = name.text();
    return text.starts_with("__") || std::find(kHarmless.begin(), kHarmless.end(), text) != kHarmless.end();
  }

  bool is_defined_in_sight(Symbol name, std::uint32_t arity) const {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId f(i);
      const model::Function& function = program_.function(f);
      if (function.name != name || function.arity != arity || !function.has(model::kPublic)) continue;
      if (!function.has(model::kTemplate) && in_production(program_, facts_, f)) return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  ProcessId id_;
  const Process& process_;
  bool named_;
};

// The fields of the state that a clause compares with what the message names; with the whole message pattern none.
std::vector<Symbol> compared_fields(const Program& program, const Handler& handler) {
  const Unit& unit = program.unit_of(handler.function);
  const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
  if (!handler.pattern.expr || patterns.size() < 2 || patterns.back() == handler.pattern.expr.expr) return {};
  const std::vector<model::VariableId> bound = variables_in(unit, handler.pattern.expr.expr);
  ExprId state = patterns.back();
  // `%State{} = state` and `State = #state{}`: the map is one of the sides.
  while (unit.expr(state).kind == ExprKind::kMatch) {
    state = unit.expr(unit.child(state, 0)).kind == ExprKind::kVariable ? unit.child(state, 1) : unit.child(state, 0);
  }
  std::vector<Symbol> fields;
  if (bound.empty() || unit.expr(state).kind != ExprKind::kMap) return fields;
  const std::span<const ExprId> parts = unit.children_of(state);
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    if (unit.expr(parts[i]).kind == ExprKind::kAtom && mentions(unit, parts[i + 1], bound)) {
      fields.push_back(unit.expr(parts[i]).symbol());
    }
  }
  return fields;
}

// Does the server give the field another value while whoever sent the message may still send? What it gets once, when a
// connection is made, has none before it. A task's reply, a DOWN and an EXIT come once and end what the state holds: only
// somebody from outside can replace it before they do.
bool is_replaced(const Program& program, const Facts& facts, ProcessId id, Symbol name, bool once) {
  for (const analysis::StateField& field : analysis::states_of(program, facts).of(id).fields) {
    if (field.name != name) continue;
    const auto replaces = [&](const analysis::StateWrite& write) {
      return !write.initial && write.value &&
             (write.changes.has(analysis::Change::kSets) || write.changes.has(analysis::Change::kResets) ||
              write.changes.has(analysis::Change::kUnknown));
    };
    const auto from_outside = [&](const analysis::StateWrite& write) {
      return replaces(write) && std::any_of(write.handlers.begin(), write.handlers.end(), [&](HandlerId handler) {
               const HandlerKind kind = facts.handler(handler).kind;
               return kind == HandlerKind::kCall || kind == HandlerKind::kCast;
             });
    };
    return std::count_if(field.writes.begin(), field.writes.end(), replaces) >= 2 &&
           (!once || std::any_of(field.writes.begin(), field.writes.end(), from_outside));
  }
  return false;
}

}  // namespace

std::vector<Stray> exposures(const Program& program, const Facts& facts, ProcessId id) {
  const Process& process = facts.process(id);
  if (process.behaviour.text() == "Elixir.Phoenix.LiveView") return Finder(program, facts, id).find_subscriptions();
  if (process.kind != analysis::ProcessKind::kGenServer && process.kind != analysis::ProcessKind::kGenStatem) return {};
  return Finder(program, facts, id).find();
}

std::vector<Stray> outdated_messages(const Program& program, const Facts& facts, ProcessId id) {
  const Process& process = facts.process(id);
  std::vector<HandlerId> clauses;
  std::set<FunctionId> functions;
  for (const HandlerId handler : process.handlers) {
    functions.insert(facts.handler(handler).function);
    if (facts.handler(handler).kind != HandlerKind::kInfo) continue;
    if (!facts.handler(handler).pattern.expr || facts.handler(handler).pattern.any) return {};
    clauses.push_back(handler);
  }
  for (const HandlerId id_here : clauses) {
    const Handler& handler = facts.handler(id_here);
    const Pattern& pattern = handler.pattern;
    if (pattern.size < 2 || !in_production(program, facts, handler.function)) continue;
    // A timer that is cancelled by a function which takes its message out of the mailbox leaves none.
    if (pattern.tag == sym::timeout && std::any_of(functions.begin(), functions.end(), [&](FunctionId f) {
          return facts.effects.all[f.index].has(Effect::kReceive);
        })) {
      continue;
    }
    const std::vector<Symbol> fields = compared_fields(program, handler);
    const bool once = !pattern.tag || pattern.tag == sym::DOWN || pattern.tag == sym::EXIT;
    const auto replaced =
        std::find_if(fields.begin(), fields.end(), [&](Symbol field) { return is_replaced(program, facts, id, field, once); });
    if (replaced == fields.end()) continue;
    const bool all = std::all_of(clauses.begin(), clauses.end(), [&](HandlerId other) {
      const Handler& o = facts.handler(other);
      return !analysis::may_match(o.pattern, pattern) || !compared_fields(program, o).empty();
    });
    if (!all) continue;
    const Unit& unit = program.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    return {{{unit.file, clause.begin, clause.end},
             pattern.tag,
             pattern.size,
             message_text(pattern, in_erlang(program, process.module)) + " of an earlier " + std::string(replaced->text()),
             "one that its state held before",
             Severity::kMedium,
             Confidence::kPossible}};
  }
  return {};
}

}  // namespace beamwright::rules
