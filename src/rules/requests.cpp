#include "rules/requests.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::Runs;

FunctionId behind_defaults(const Program& program, const Facts& facts, FunctionId function) {
  if (!function || !program.function(function).has(model::kSynthetic)) return function;
  for (const CallId site : program.calls_of(function)) {
    const FunctionId callee = facts.calls.callees[site.index].function;
    if (callee && program.function(callee).name == program.function(function).name && !program.call(site).closure) return callee;
  }
  return function;
}

bool sends_request(const Program& program, const Facts& facts, CallId site) {
  if (program.call(site).capture) return false;
  if (analysis::effects_at(program, facts, site).has(Effect::kSend)) return true;
  const analysis::External* external = facts.calls.external(site);
  if (!external) return false;
  const std::string_view module = external->module.text(), name = external->name.text();
  const bool port = (module == "erlang" && name == "port_command") || (module == "Elixir.Port" && name == "command");
  const bool socket = (module == "gen_tcp" || module == "ssl" || module == "gen_udp") && name == "send";
  return port || socket;
}

bool starts_unwatched_answerer(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture) return false;
  const analysis::EffectSet effects = external->row->effects;
  if (!effects.has(Effect::kSpawn) || effects.has(Effect::kLink) || effects.has(Effect::kMonitor)) return false;
  if (external->row->returns != knowledge::Resource::kProcess || external->module.text().starts_with("Elixir.GenServer"))
    return false;
  const Unit& unit = program.unit_of(site);
  const model::Expr& start = unit.expr(program.call(site).expr);
  // spawn_opt(fun, [link | Options])
  const std::span<const ExprId> given = arguments_of(program, site);
  const bool watched = given.size() > 1 && any_below(unit, given.back(), [&](ExprId id) {
                         const model::Expr& e = unit.expr(id);
                         return e.kind == ExprKind::kAtom && (e.symbol().text() == "link" || e.symbol().text() == "monitor");
                       });
  if (watched) return false;
  // Who catches its own crash answers all the same.
  if (any_below(unit, program.call(site).expr, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kTry; })) return false;
  for (const CallId inner : program.calls_of(program.function_of(site))) {
    const model::Expr& e = unit.expr(program.call(inner).expr);
    if (inner == site || e.begin < start.begin || e.end > start.end) continue;
    const analysis::External* sent = facts.calls.external(inner);
    if (sent && sent->row && sent->row->effects.has(Effect::kSend) && sent->row->message_argument != 0) return true;
  }
  return false;
}

namespace {

bool sends_self(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || program.call(site).capture || facts.calls.runs[site.index] != Runs::kCaller) return false;
  const std::size_t at = external->row->message_argument;
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const bool sends = external->row->effects.has(Effect::kSend) || external->row->effects.has(Effect::kCast);
  if (!sends || at == 0 || at > arguments.size()) return false;
  const Unit& unit = program.unit_of(site);
  const ExprId message = analysis::local_value(unit, arguments[at - 1]);
  return message && any_below(unit, message, [&](ExprId id) {
           const ExprId value = unit.expr(id).kind == ExprKind::kVariable ? analysis::local_value(unit, id) : id;
           return value && unit.expr(value).kind == ExprKind::kCall && unit.call_of(unit.expr(value)).name == sym::self;
         });
}

}  // namespace

namespace {

// post(Server, Question, self()): the callee sends what it is given as the way back.
bool sends_parameter_for_self(const Program& program, const Facts& facts, CallId site, FunctionId callee) {
  const Unit& unit = program.unit_of(site);
  const Unit& below = program.unit_of(callee);
  const std::span<const ExprId> given = arguments_of(program, site);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const ExprId value = analysis::local_value(unit, given[i]);
    if (!value || unit.expr(value).kind != ExprKind::kCall || unit.call_of(unit.expr(value)).name != sym::self) continue;
    for (const CallId inner : program.calls_of(callee)) {
      const analysis::External* external = facts.calls.external(inner);
      if (!external || !external->row || !external->row->effects.has(Effect::kSend)) continue;
      const std::size_t at = external->row->message_argument;
      const std::span<const ExprId> sent = arguments_of(program, inner);
      if (at == 0 || at > sent.size()) continue;
      const ExprId message = analysis::local_value(below, sent[at - 1]);
      for (const model::VariableId variable : variables_in(below, message ? message : sent[at - 1])) {
        const auto parameter = analysis::parameter_of(below, program.function(callee), variable);
        if (parameter && parameter->index == i) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool asks_back(const Program& program, const Facts& facts, CallId site) {
  if (sends_self(program, facts, site)) return true;
  const FunctionId callee = behind_defaults(program, facts, facts.calls.callees[site.index].function);
  if (!callee || program.call(site).capture || !facts.effects.direct[callee.index].has(Effect::kSend)) return false;
  const auto sites = program.calls_of(callee);
  return std::any_of(sites.begin(), sites.end(), [&](CallId inner) { return sends_self(program, facts, inner); }) ||
         sends_parameter_for_self(program, facts, site, callee);
}

RequestAbove request_above(const Program& program, const Facts& facts, FunctionId receiving,
                           bool (*asks)(const Program&, const Facts&, CallId)) {
  constexpr std::size_t kDeepest = 2;
  struct Step {
    FunctionId function;
    std::vector<CallId> chain;
  };
  std::vector<Step> waiting = {{receiving, {}}};
  std::set<FunctionId> seen = {receiving};
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Step step = waiting[i];
    for (const std::uint32_t index : facts.calls.incoming_of(step.function)) {
      const analysis::Edge& edge = facts.calls.edges[index];
      const FunctionId caller = facts.calls.callers[index];
      if (edge.possible || edge.runs != Runs::kCaller || program.call(edge.site).capture) continue;
      if (program.module_of(caller) != program.module_of(receiving) || !in_production(program, facts, caller)) continue;
      if (!seen.insert(caller).second) continue;
      std::vector<CallId> chain = {edge.site};
      chain.insert(chain.end(), step.chain.begin(), step.chain.end());
      const Unit& unit = program.unit_of(caller);
      const std::uint32_t before = unit.expr(program.call(edge.site).expr).end;
      RequestAbove found;
      for (const CallId site : program.calls_of(caller)) {
        // What is written in the arguments, or comes through a pipe, is done before the call.
        if (site != edge.site && unit.expr(program.call(site).expr).end <= before && asks(program, facts, site))
          found = {site, caller, chain};
      }
      if (found.site) return found;
      if (chain.size() < kDeepest) waiting.push_back({caller, chain});
    }
  }
  return {};
}

namespace {

bool starts_linked(const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  return external && external->row && external->row->effects.has(Effect::kSpawn) && external->row->effects.has(Effect::kLink);
}

// spawn_link(fn -> ask(parent) end): the call stands in a closure that is given to it.
bool is_given_to_linked_start(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    if (unit.expr(around).kind == ExprKind::kCall && starts_linked(facts, CallId(unit.first_call + unit.expr(around).payload)))
      return true;
  }
  return false;
}

// From an entry that is spawned with a link, by calls of the module.
bool is_below_linked_start(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMostFunctions = 40;
  std::vector<FunctionId> waiting = {function};
  bool any = false;
  for (std::size_t i = 0; i < waiting.size() && i < kMostFunctions; ++i) {
    const std::span<const std::uint32_t> incoming = facts.calls.incoming_of(waiting[i]);
    if (incoming.empty()) return false;  // somebody else runs it as well
    for (const std::uint32_t index : incoming) {
      const analysis::Edge& edge = facts.calls.edges[index];
      if (edge.runs == Runs::kNewProcess || facts.calls.runs[edge.site.index] == Runs::kNewProcess) {
        if (!starts_linked(facts, edge.site) && !is_given_to_linked_start(program, facts, edge.site)) return false;
        any = true;
        continue;
      }
      const FunctionId caller = facts.calls.callers[index];
      if (std::find(waiting.begin(), waiting.end(), caller) == waiting.end()) waiting.push_back(caller);
    }
  }
  return any;
}

// run(Orders) -> Workers = [start(Order) || …], ask(Workers): the process that asks has started and linked whom it asks.
bool is_called_by_starter(const Program& program, const Facts& facts, FunctionId function) {
  constexpr std::size_t kMostFunctions = 12;
  std::vector<FunctionId> waiting = {function};
  for (std::size_t i = 0; i < waiting.size() && i < kMostFunctions; ++i) {
    for (const std::uint32_t index : facts.calls.incoming_of(waiting[i])) {
      const FunctionId caller = facts.calls.callers[index];
      if (facts.calls.edges[index].runs != Runs::kCaller || program.module_of(caller) != program.module_of(function)) continue;
      if (facts.effects.all[caller.index].has(Effect::kLink)) return true;
      if (std::find(waiting.begin(), waiting.end(), caller) == waiting.end()) waiting.push_back(caller);
    }
  }
  return false;
}

// The module starts with a link what has a receive for such a message.
bool links_its_takers(const Program& program, const Facts& facts, FunctionId function, CallId request) {
  const Unit& unit = program.unit_of(request);
  const analysis::External* external = facts.calls.external(request);
  const std::span<const ExprId> arguments = arguments_of(program, request);
  if (!external || !external->row || external->row->message_argument == 0 || external->row->message_argument > arguments.size())
    return false;
  const analysis::Pattern sent =
      analysis::outline(unit, {}, analysis::local_value(unit, arguments[external->row->message_argument - 1u]));
  if (!sent.tag) return false;
  const ModuleId module = program.module_of(function);
  if (program.module_of(program.function_of(request)) != module) return false;
  if (!is_called_by_starter(program, facts, function)) return false;
  bool links = false, takes = false;
  for (const FunctionId f : program.functions_of(module)) {
    for (const CallId site : program.calls_of(f)) links |= starts_linked(facts, site);
    if (f == function || !function_has(program, f, ExprKind::kReceive)) continue;
    for (const model::ClauseId c : program.function(f).clauses) {
      takes |= any_below(unit, unit.clause(c).body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kReceive) return false;
        for (const model::ClauseId taken : unit.clauses_of(unit.expr(id))) {
          const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(taken));
          const analysis::Pattern pattern = patterns.empty() ? analysis::Pattern{} : analysis::outline(unit, {}, patterns[0]);
          if (pattern.tag == sent.tag && pattern.size == sent.size) return true;
        }
        return false;
      });
    }
  }
  return links && takes;
}

}  // namespace

bool is_linked_to_peer(const Program& program, const Facts& facts, FunctionId function, CallId request) {
  return is_below_linked_start(program, facts, function) || links_its_takers(program, facts, function, request);
}

}  // namespace beamwright::rules
