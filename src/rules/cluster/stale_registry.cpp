// Registry and pg take a dead process out when they get its DOWN themselves, which may be after everybody else got theirs: a look
// right after a death often still finds the dead pid (measured: Registry 30 to 98 of 100, pg about half, for microseconds up to
// 52 ms). whereis_name, :via and registered names are not affected, they ask whether the process lives.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

bool looks_up(const analysis::External* external) {
  if (!external) return false;
  const std::string_view name = external->name.text();
  if (external->module == sym::Elixir_Registry) {
    return name == "lookup" || name == "match" || name == "select" || name.starts_with("count") || name == "dispatch" ||
           name == "keys";
  }
  return external->module.text() == "pg" && (name == "get_members" || name == "get_local_members");
}

// The look-up itself, or in a function that the clause calls.
CallId look_up_below(const Program& program, const Facts& facts, CallId site) {
  if (facts.calls.runs[site.index] != analysis::Runs::kCaller || program.call(site).capture) return {};
  if (looks_up(facts.calls.external(site))) return site;
  const FunctionId callee = facts.calls.callees[site.index].function;
  if (!callee) return {};
  for (const CallId inner : program.calls_of(callee)) {
    if (facts.calls.runs[inner.index] == analysis::Runs::kCaller && looks_up(facts.calls.external(inner))) return inner;
  }
  return {};
}

bool asks_whether_alive(const Program& program, FunctionId function) {
  for (const CallId site : program.calls_of(function)) {
    const std::string_view name = program.call(site).name.text();
    if (name == "alive?" || name == "is_process_alive" || name == "unregister" || name == "leave" || name == "send_after")
      return true;
  }
  return false;
}

// The pid of {'DOWN', Ref, process, Pid, Reason} or {'EXIT', Pid, Reason}; none where it is no variable.
model::VariableId dead_pid(const Unit& unit, ExprId pattern) {
  if (unit.expr(pattern).kind == ExprKind::kMatch) pattern = unit.child(pattern, 0);
  if (unit.expr(pattern).kind != ExprKind::kTuple || unit.expr(pattern).child_count < 3) return {};
  const std::size_t at = unit.expr(pattern).child_count == 5 ? 3 : 1;
  const model::Expr& pid = unit.expr(unit.child(pattern, at));
  return pid.kind == ExprKind::kVariable ? model::VariableId(pid.payload) : model::VariableId();
}

// A pid that the state names, `#state{helper = Pid}`: one certain process, which need not be in the registry at all.
bool is_known_pid(const Unit& unit, const model::Clause& clause, ExprId pattern) {
  const model::VariableId pid = dead_pid(unit, pattern);
  if (!pid) return false;
  const auto patterns = unit.patterns_of(clause);
  return std::any_of(patterns.begin() + (patterns.empty() ? 0 : 1), patterns.end(),
                     [&](ExprId other) { return mentions(unit, other, {pid}); });
}

// Is the pid of the message compared or taken out somewhere in the clause? Then who wrote it knows that it may still be there.
bool uses_dead_pid(const Unit& unit, const model::Clause& clause, ExprId pattern) {
  const model::VariableId pid = dead_pid(unit, pattern);
  if (!pid) return false;
  return any_below(unit, clause.body, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kVariable || model::VariableId(e.payload) != pid) return false;
    for (ExprId around = unit.parent(id); around; around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kOperator) return true;
    }
    return false;
  });
}

void report(const Program& program, const Facts& facts, Reporter& reporter, const Handler& handler, CallId site, CallId look) {
  const std::string callee = callee_text(program, facts, look);
  const bool registry = facts.calls.external(look)->module == sym::Elixir_Registry;
  Finding finding = found_in(reporter, program, handler.function, call_span(program, site));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kPossible;
  finding.message = analysis::display_handler(program, facts, handler) + " asks " + callee + " right after a death";
  finding.why =
      std::string(registry ? "The registry" : "pg") +
      " learns of the death by a message of its own, often later than this process: the dead pid is still in the answer, and "
      "what is decided by it (is it still there, how many are left, whom to ask) is wrong.";
  finding.fix =
      "Leave the pid of the message out of the answer, look with whereis_name, which asks whether the process lives, or look "
      "again a moment later.";
  finding.path = {{finding.span, finding.function + " calls " + callee_text(program, facts, site)}};
  if (look != site) {
    finding.path.push_back(
        {call_span(program, look), model::display_function(program, program.function_of(look)) + " calls " + callee});
  }
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

// Waits for the DOWN of a process by itself, `receive do {:DOWN, …} -> … end`, and then looks.
CallId look_up_after_wait(const Program& program, const Facts& facts, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const model::ClauseId id : program.function(function).clauses) {
    std::uint32_t waited = 0;  // where the receive ends
    any_below(unit, unit.clause(id).body, [&](ExprId at) {
      const model::Expr& e = unit.expr(at);
      if (e.kind != ExprKind::kReceive) return false;
      for (const model::ClauseId inner : unit.clauses_of(e)) {
        const auto patterns = unit.patterns_of(unit.clause(inner));
        if (!patterns.empty() && analysis::outline(unit, {}, patterns[0]).tag == sym::DOWN) waited = e.end;
      }
      return waited != 0;
    });
    if (waited == 0) continue;
    for (const CallId site : analysis::calls_in_clause(program, function, id)) {
      if (unit.expr(program.call(site).expr).begin < waited || program.call(site).capture) continue;
      if (looks_up(facts.calls.external(site))) return site;
    }
  }
  return {};
}

void report_wait(const Program& program, const Facts& facts, Reporter& reporter, FunctionId function, CallId site) {
  const std::string callee = callee_text(program, facts, site);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = Severity::kMedium;
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " asks " + callee + " right after it has waited for a death";
  finding.why =
      "The registry learns of the death by a message of its own, often later than this process: the dead pid is still in the "
      "answer, and what is decided by it is wrong.";
  finding.fix =
      "Compare with the pid that has just died, look with whereis_name, which asks whether the process lives, or start "
      "at once and take `already_started` for an answer after a moment.";
  finding.path = {{finding.span, finding.function + " calls " + callee}};
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

void after_waits(const Program& program, const Facts& facts, Reporter& reporter) {
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionId function(i);
    if (!facts.effects.direct[i].has(Effect::kReceive) && !function_has(program, function, ExprKind::kReceive)) continue;
    if (!reporter.wants(program, function) || !in_production(program, facts, function)) continue;
    const CallId site = look_up_after_wait(program, facts, function);
    if (site && !asks_whether_alive(program, function)) report_wait(program, facts, reporter, function, site);
  }
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<std::pair<FunctionId, std::uint32_t>> reported;
  after_waits(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) {
    const bool machine = facts.process(handler.process).kind == analysis::ProcessKind::kGenStatem;
    if ((handler.kind != HandlerKind::kInfo && !machine) ||
        (handler.pattern.tag != sym::DOWN && handler.pattern.tag != intern("EXIT")))
      continue;
    if (!in_production(program, facts, handler.function)) continue;
    const Unit& unit = program.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (handler.pattern.expr &&
        (uses_dead_pid(unit, clause, handler.pattern.expr.expr) || is_known_pid(unit, clause, handler.pattern.expr.expr)))
      continue;
    for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
      const CallId look = look_up_below(program, facts, site);
      if (!look || asks_whether_alive(program, program.function_of(look))) continue;
      if (reported.emplace(handler.function, handler.clause.index).second) report(program, facts, reporter, handler, site, look);
      break;
    }
  }
}

}  // namespace

const Rule& stale_registry() {
  static const Rule rule{{.code = "BW614",
                          .name = "stale-registry",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A registry that is asked right after a death still knows the dead"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
