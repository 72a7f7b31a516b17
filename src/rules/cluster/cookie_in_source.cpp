// The cookie is all that keeps strangers from running code on a node (erts: distributed Erlang). Written in the source it is in
// every clone of the repository, is the same in test and production, and cannot be changed without a release.
#include "analysis/values.h"
#include "rules/nodes.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

// The literal that stands behind a cookie: an atom, a text that becomes one, or the default of a setting.
analysis::ExprRef written_cookie(const Program& program, const Facts& facts, analysis::ExprRef expr, int depth = 0) {
  const analysis::ExprRef value = analysis::resolve_value(program, facts, expr);
  const Unit& unit = program.unit(value.unit);
  const model::Expr& e = unit.expr(value.expr);
  if (e.kind == ExprKind::kAtom) {
    const std::string_view text = e.symbol().text();
    return text == "nocookie" || text == "nil" || text == "undefined" ? analysis::ExprRef() : value;
  }
  if (e.kind == ExprKind::kString || e.kind == ExprKind::kCharlist) return depth > 0 ? value : analysis::ExprRef();
  if (e.kind != ExprKind::kCall || depth > 2 || e.child_count == 0) return {};
  const model::Call& call = unit.call_of(e);
  const std::string_view name = call.name.text();
  if (name == "to_atom" || name == "list_to_atom" || name == "binary_to_atom")
    return written_cookie(program, facts, {value.unit, unit.child(value.expr, 0)}, depth + 1);
  const bool setting = name == "get_env" && (e.child_count == 3 || (e.child_count == 2 && call.module.text() != "application" &&
                                                                    call.module.text() != "Elixir.Application"));
  return setting || (name == "getenv" && e.child_count == 2)
             ? written_cookie(program, facts, {value.unit, unit.child(value.expr, e.child_count - 1)}, depth + 1)
             : analysis::ExprRef();
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  const Symbol set_cookie = intern("set_cookie");
  for (const CallId site : wanted_calls(program, reporter)) {
    const analysis::External* external = facts.calls.external(site);
    if (!external || external->name != set_cookie || program.call(site).capture) continue;
    if (external->module != sym::erlang && external->module != sym::Elixir_Node) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function)) continue;
    const ExprId written = argument_at(program, site, arguments_of(program, site).size());
    if (!written) continue;
    const analysis::ExprRef value = written_cookie(program, facts, {program.call_units[site.index], written});
    if (!value) continue;
    const bool erlang = in_erlang(program, function);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kCertain;
    finding.message = finding.function + " sets the cluster's cookie to what is written in the source";
    finding.why = "Whoever reads the repository and reaches the distribution port runs any code on the node.";
    finding.fix = erlang ? "Leave it to the release (vm.args, the cookie file), or read it where secrets are kept: "
                           "`list_to_atom(os:getenv(\"COOKIE\"))`."
                         : "Leave it to the release (RELEASE_COOKIE), or read it in config/runtime.exs from the environment.";
    finding.path = {{program.unit(value.unit).span(value.expr), "the cookie"}};
    finding.key = "set_cookie";
    report_weighed(reporter, std::move(finding));
  }
}

}  // namespace

const Rule& cookie_in_source() {
  static const Rule rule{{.code = "BW616",
                          .name = "cookie-in-source",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "The cluster's cookie is written in the source"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
