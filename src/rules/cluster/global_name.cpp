// After a split both sides may have registered a name in global. When they see each other again, global settles it: without a
// function of one's own it keeps the process on the node whose name comes first and kills the other (global:random_exit_name is
// the default; measured: the smaller node name stays), whatever it was doing. register_name answers no when the name is taken.
#include <set>

#include "analysis/results.h"
#include "rules/nodes.h"

namespace beamwright::rules {
namespace {

bool handles_conflicts(const Program& program, FunctionId function) {
  const Unit& unit = program.unit_of(function);
  for (const model::Expr& e : unit.exprs) {
    if (e.kind == ExprKind::kAtom && e.symbol() == intern("global_name_conflict")) return true;
  }
  return false;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  const Symbol register_name = intern("register_name"), again = intern("re_register_name");
  std::set<FunctionId> reported;
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) {
    const CallId site(i);
    const analysis::External* external = facts.calls.external(site);
    if (!external || external->module != sym::global || external->arity != 2 || program.call(site).capture) continue;
    if (external->name != register_name && external->name != again) continue;
    const FunctionId function = program.function_of(site);
    if (!function || !in_production(program, facts, function) || handles_conflicts(program, function)) continue;
    bool ignored = false;
    for (const analysis::CallResult& result : analysis::results_of(program, facts, site)) {
      ignored |= result.use == analysis::ResultUse::kIgnored || result.use == analysis::ResultUse::kUnused;
    }
    if (!reported.insert(function).second) continue;
    const bool erlang = in_erlang(program, function);
    const std::string callee = callee_text(program, facts, site);
    Finding finding = found_in(reporter, program, function, call_span(program, site));
    finding.severity = ignored && external->name == register_name ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " registers a global name and says nothing about a second holder" +
                      (ignored && external->name == register_name ? ", nor looks whether it got the name" : "");
    finding.why =
        "Both sides of a split hold the name; when it heals, global kills one of the two holders, by the order of the nodes' "
        "names, with all it knows, and logs it as a mere notice.";
    finding.fix = erlang
                      ? "Give it a function that settles the clash, `global:register_name(Name, Pid, fun Module:resolve/3)`, or "
                        "`fun global:random_notify_name/3` and take {global_name_conflict, Name}; and take `no`."
                      : "Give it a function that settles the clash, `:global.register_name(name, pid, &Module.resolve/3)`, or "
                        "`&:global.random_notify_name/3` and take {:global_name_conflict, name}; and take `:no`.";
    finding.path = {{finding.span, finding.function + " calls " + callee}};
    finding.key = callee;
    report_weighed(reporter, std::move(finding));
  }
}

}  // namespace

const Rule& global_name() {
  static const Rule rule{{.code = "BW601",
                          .name = "global-name",
                          .family = findings::Family::kCluster,
                          .severity = Severity::kMedium,
                          .summary = "A global name whose second holder is killed when a split heals"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
