// A closure takes along every variable it uses, whole: `fn -> state.field end` copies the whole state into the process that runs
// it, and there it stays until that process collects its garbage. For a field it is enough to bind the field outside.
#include <algorithm>
#include <set>

#include "analysis/closures.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/hoisted_fields.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::PossibleKind;
using analysis::Runs;

// `#{url := Url} = State` inside of the closure: the fields that a pattern takes out of the variable; none of any other place.
std::vector<Symbol> fields_matched(const Unit& unit, ExprId around, ExprId use) {
  const model::Expr& match = unit.expr(around);
  if (match.kind != ExprKind::kMatch || match.has(model::kInPattern) || unit.child(around, 1) != use) return {};
  const ExprId pattern = unit.child(around, 0);
  const auto children = unit.children_of(pattern);
  std::vector<Symbol> fields;
  if (unit.expr(pattern).kind != ExprKind::kMap) return {};
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    if (unit.expr(children[i]).kind != ExprKind::kAtom) return {};
    fields.push_back(unit.expr(children[i]).symbol());
  }
  return fields;
}

// What a closure looks at in a variable that it takes along: the fields, or nothing when it uses the whole of it somewhere.
std::vector<Symbol> fields_used(const Unit& unit, ExprId closure, model::VariableId variable) {
  std::vector<Symbol> fields;
  const bool whole = any_below(unit, closure, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kVariable || e.payload != variable.index) return false;
    const ExprId around = unit.parent(id);
    const Symbol field = around ? analysis::field_read(unit, around) : Symbol();
    const std::vector<Symbol> matched = around ? fields_matched(unit, around, id) : std::vector<Symbol>();
    fields.insert(fields.end(), matched.begin(), matched.end());
    if (!matched.empty()) return false;
    if (field && std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    return !field;
  });
  if (whole) fields.clear();
  return fields;
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), states_(analysis::states_of(program, facts)) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      if (const FunctionId helper = facts_.calls.callees[site.index].function; helper && !program_.call(site).capture) {
        of_helper(site, helper);
        continue;
      }
      if (!external || !external->row || program_.call(site).capture || external->row->closure_is_mfa) continue;
      const Runs runs = external->row->closure_runs;
      if (external->row->closure_argument == 0 || (runs != Runs::kNewProcess && runs != Runs::kOtherProcess)) continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) review(site, function, *external->row);
    }
  }

 private:
  // `in_background(fn -> … end)`: a helper that hands the closure which it is given to a task or another process.
  void of_helper(CallId site, FunctionId helper) {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (unit.expr(arguments[i]).kind != ExprKind::kClosure || !hands_on(helper, i)) continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function)) of_closure(site, function, arguments[i]);
    }
  }

  bool hands_on(FunctionId helper, std::size_t index) const {
    const Unit& unit = program_.unit_of(helper);
    const auto calls = program_.calls_of(helper);
    return std::any_of(calls.begin(), calls.end(), [&](CallId site) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !external->row || program_.call(site).capture || external->row->closure_is_mfa) return false;
      const Runs runs = external->row->closure_runs;
      if (external->row->closure_argument == 0 || (runs != Runs::kNewProcess && runs != Runs::kOtherProcess)) return false;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      for (std::size_t i = 1; i <= arguments.size(); ++i) {
        if ((!external->row->runs_argument(i) && external->row->closure_argument != i)) continue;
        const model::Expr& e = unit.expr(arguments[i - 1]);
        if (e.kind != ExprKind::kVariable) continue;
        const auto parameter = analysis::parameter_of(unit, program_.function(helper), model::VariableId(e.payload));
        if (parameter && parameter->index == index) return true;
      }
      return false;
    });
  }

  void review(CallId site, FunctionId function, const knowledge::FunctionRow& row) {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    for (std::size_t i = 1; i <= arguments.size(); ++i) {
      if (!row.runs_argument(i) && row.closure_argument != i) continue;
      const ExprId closure = analysis::local_value(unit, arguments[i - 1]);
      if (closure && unit.expr(closure).kind == ExprKind::kClosure) of_closure(site, function, closure);
    }
  }

  void of_closure(CallId site, FunctionId function, ExprId closure) {
    const Unit& unit = program_.unit_of(site);
    for (const analysis::Captured& captured : analysis::captured_by(unit, closure)) {
      const std::vector<Symbol> fields = fields_used(unit, closure, captured.variable);
      if (fields.empty()) continue;
      const analysis::PossibleValues values = analysis::possible_values(program_, facts_, function, captured.use);
      const analysis::PossibleValue* state = values.first(PossibleKind::kState);
      if (!state || !state->process || !reported_.insert({site, captured.variable}).second) continue;
      report(site, function, closure, captured, fields, state->process);
    }
  }

  // Collections that gain entries while the process lives: what makes a state large.
  std::vector<std::string> collections(ProcessId process, const std::vector<Symbol>& used) const {
    std::vector<std::string> names;
    for (const analysis::StateField& field : states_.of(process).fields) {
      if (!field.name || std::find(used.begin(), used.end(), field.name) != used.end()) continue;
      const bool grows = std::any_of(field.writes.begin(), field.writes.end(), [](const analysis::StateWrite& write) {
        return write.changes.has(analysis::Change::kGains);
      });
      if (grows) names.emplace_back(field.name.text());
    }
    return names;
  }

  void report(CallId site, FunctionId function, ExprId closure, const analysis::Captured& captured,
              const std::vector<Symbol>& fields, ProcessId process) {
    const Unit& unit = program_.unit_of(site);
    const bool erlang = in_erlang(program_, function);
    const std::string variable(unit.variables[captured.variable.index].name.text());
    const std::vector<std::string> large = collections(process, fields);
    std::vector<std::string> names;
    for (const Symbol field : fields) names.emplace_back(field.text());

    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    // A request's process carries its assigns or the connection along; of a small state the copy costs little.
    const bool request = facts_.process(process).kind == analysis::ProcessKind::kRequest;
    finding.severity = !large.empty() ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " gives " + callee_text(program_, facts_, site) +
                      " a closure that takes along the whole " + (request ? variable : "state") + " of " +
                      process_name(program_, facts_, process) + " for " + join_names(names, 3);
    if (!large.empty()) finding.message += ": " + join_names(large, 2) + " and all else in it are copied";
    finding.why =
        "A closure holds the variables it uses, not their fields. The whole term is copied into the other process, 0.4 to 1.3 ms "
        "a megabyte with all sharing lost, and stays on its heap while it runs.";
    const std::string& field = names.front();
    finding.fix = erlang ? "Take the field out before the closure: `Field = ...(" + variable + ")`, and use that variable inside."
                         : "Take the field out before the closure: `" + field + " = " + variable + "." + field +
                               "`, and use that variable inside.";
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (std::find(arguments.begin(), arguments.end(), closure) != arguments.end()) {
      finding.rewrite = hoist_fields(program_, function, closure, captured.variable);
    }
    finding.path = {{finding.span, finding.function + " hands the closure over"},
                    {unit.span(captured.use), "the closure uses " + variable + " for " + join_names(names, 3) + " alone"}};
    finding.key = callee_text(program_, facts_, site) + " " + variable;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::States& states_;
  std::set<std::pair<CallId, model::VariableId>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& captured_state() {
  static const Rule rule{{.code = "BW503",
                          .name = "captured-state",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A closure for another process that copies the whole state for a field of it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
