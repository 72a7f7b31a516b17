#include "rules/wrong_cancels.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/rewrites.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

bool is_timer(Resource resource) { return resource == Resource::kTimer || resource == Resource::kTimerServer; }

ExprId first_argument(const Program& program, CallId site, const knowledge::FunctionRow& row) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const std::size_t at = row.target_argument == 0 ? 1 : row.target_argument;
  return at <= arguments.size() ? arguments[at - 1] : ExprId();
}

// A timer for a process that ends here anyway does no harm.
bool is_at_the_end(const Facts& facts, FunctionId function) {
  return std::any_of(facts.processes.handlers.begin(), facts.processes.handlers.end(), [&](const Handler& handler) {
    return handler.function == function && handler.kind == HandlerKind::kTerminate;
  });
}

// The function of the other module, where nothing looks at its answer, which is another. timer:cancel takes anything and raises
// never; erlang:cancel_timer raises for what is no reference, such as the `undefined` that a field begins with.
findings::Rewrite right_cancel(const Program& program, CallId site, const Origins& origins) {
  const bool to_server = origins.made.front().resource == Resource::kTimerServer;
  if (program.call(site).arity != 1 || program.call(site).capture || (!to_server && origins.field)) return {};
  if (!is_statement(program.unit_of(site), program.call(site).expr)) return {};
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string instead =
      to_server ? (erlang ? "timer:cancel" : ":timer.cancel") : (erlang ? "erlang:cancel_timer" : "Process.cancel_timer");
  RewriteBuilder rewrite(program, function);
  rewrite.replace_callee(site, instead);
  return rewrite.take("Cancel it with " + instead);
}

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, const Origins& origins) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const CallId made = origins.made.front().site;
  const std::string cancel = callee_text(program, facts, site), arm = callee_text(program, facts, made);
  // timer:cancel answers {error, badarg}, which nobody reads; erlang:cancel_timer raises.
  const bool raises = origins.made.front().resource == Resource::kTimerServer;
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = is_at_the_end(facts, function) ? Severity::kLow : raises ? Severity::kHigh : Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message = cancel + " is given a reference of " + arm + ", which it does not know: the timer is not cancelled";
  finding.why =
      raises ? "The references of the timer module are not those of the runtime: the call raises badarg and the process dies."
             : "The references of the runtime are not those of the timer module: the call returns an error tuple that "
               "changes nothing, the timer fires all the same, and each one armed in its place comes on top.";
  finding.fix = raises ? (erlang ? "Cancel it with timer:cancel/1, or arm it with erlang:send_after/3."
                                 : "Cancel it with :timer.cancel/1, or arm it with Process.send_after/3.")
                       : (erlang ? "Cancel it with erlang:cancel_timer/1." : "Cancel it with Process.cancel_timer/1.");
  finding.rewrite = right_cancel(program, site, origins);
  finding.path = {{call_span(program, made),
                   arm + " arms the timer" + (origins.field ? ", kept as " + atom_text(origins.field, erlang) : std::string())},
                  {finding.span, cancel + " is given its reference"}};
  finding.key = cancel + " " + arm;
  report_weighed(reporter, std::move(finding));
}

// cancel(Ref) when is_reference(Ref) -> …: what the timer module hands out is a tuple and goes another way.
bool is_asked_for(const Program& program, CallId site) {
  static const Symbol kIsReference = intern("is_reference");
  const Unit& unit = program.unit_of(site);
  const std::uint32_t at = unit.expr(program.call(site).expr).begin;
  const auto asks = [&](const model::Clause& clause) {
    return clause.guard && clause.begin <= at && at < clause.end && any_below(unit, clause.guard, [&](ExprId id) {
             const model::Expr& e = unit.expr(id);
             return e.kind == ExprKind::kCall && unit.call_of(e).name == kIsReference;
           });
  };
  for (const model::ClauseId c : program.function(program.function_of(site)).clauses) {
    if (asks(unit.clause(c))) return true;
  }
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kCase) continue;
    for (const model::ClauseId c : unit.clauses_of(e)) {
      if (asks(unit.clause(c))) return true;
    }
    // if is_reference(ref), do: …
    if (e.child_count == 1 && any_below(unit, unit.child(around, 0), [&](ExprId id) {
          return unit.expr(id).kind == ExprKind::kCall && unit.call_of(unit.expr(id)).name == kIsReference;
        }))
      return true;
  }
  return false;
}

}  // namespace

void report_wrong_cancel(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const Resource released = released_by(program, facts, site);
  if (!is_timer(released) || !in_production(program, facts, program.function_of(site))) return;
  const ExprId reference = first_argument(program, site, *facts.calls.external(site)->row);
  if (!reference) return;
  const Origins origins = origins_of(program, facts, program.function_of(site), reference);
  if (origins.unknown || origins.made.empty()) return;
  const bool wrong = std::all_of(origins.made.begin(), origins.made.end(),
                                 [&](const Origins::Made& made) { return is_timer(made.resource) && made.resource != released; });
  const bool raises = released == Resource::kTimer;
  if (wrong && (raises ? !is_asked_for(program, site) : program.function(program.function_of(site)).name != sym::terminate))
    report(program, facts, reporter, site, origins);
}

}  // namespace beamwright::rules
