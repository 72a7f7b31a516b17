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
      if (process && facts_.process(process).kind == analysis::ProcessKind::kGenServer &&
          (direct.has(Effect::kSend) || direct.has(Effect::kCast) || direct.has(Effect::kCall)) && has_collections(process) &&
          in_production(program_, facts_, function))
        of_messages(function);
    }
    for (const CallId site : wanted_calls(program_, reporter_)) of_answer(site);
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

  // Agent.get(agent, & &1) and a call that is answered with the whole state, where the caller takes one thing out at once.
  void of_answer(CallId site) {
    const analysis::External* external = facts_.calls.external(site);
    if (!external || !external->row || program_.call(site).capture) return;
    const bool agent = external->module == sym::Elixir_Agent && external->name == sym::get;
    if (!agent) return;
    const FunctionId function = program_.function_of(site);
    if (!function || !in_production(program_, facts_, function)) return;
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.size() < 2 || !gives_itself(unit, arguments[1])) return;
    ExprId around = unit.parent(program_.call(site).expr);
    const Symbol field = around ? analysis::field_read(unit, around) : Symbol();
    const bool looked_up =
        around && unit.expr(around).kind == ExprKind::kCall && is_lookup(unit, around, program_.call(site).expr);
    if (!field && !looked_up) return;
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

  bool is_lookup(const Unit& unit, ExprId call, ExprId collection) const {
    const std::span<const ExprId> arguments = unit.children_of(call);
    const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(call).payload));
    if (!external || arguments.empty() || arguments[0] != collection) return false;
    const std::string_view module = external->module.text(), name = external->name.text();
    const bool map = module == "Elixir.Map" || module == "Elixir.Access" || module == "Elixir.Keyword";
    return map && (name.starts_with("get") || name.starts_with("fetch") || name == "has_key?");
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
