// A named table that start_link makes belongs to the supervisor, and lives on when the worker dies. The restart calls start_link
// again, ets:new raises badarg because the name is taken, and so does every further restart, until the supervisor gives up.
#include <set>

#include "rules/started_tables.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

void report(const Program& program, const Facts& facts, Reporter& reporter, const StartedTable& table) {
  const bool erlang = in_erlang(program, table.start);
  const std::string process = process_name(program, facts, table.process);
  Finding finding = found_in(reporter, program, table.start, call_span(program, table.chain.front()));
  finding.severity = Severity::kHigh;
  finding.confidence = table.child ? Confidence::kLikely : Confidence::kPossible;
  finding.message = finding.function + " makes a named table in its supervisor: after a crash of " + process +
                    " the table is still there, and the restart cannot make it again";
  finding.why =
      "start_link runs in the supervisor, which owns the table. When " + process +
      " dies the table stays, ets:new of the same name raises badarg in every restart, and the supervisor gives up with all "
      "its children" +
      (table.child ? ": " + model::display_module(program.module(table.supervisor).name) + "." : ".");
  finding.fix =
      std::string("Make the table in init/1, so that it dies with its process; or, where it shall outlive it, make it only if ") +
      (erlang ? "`ets:whereis(Name)` is undefined." : "`:ets.whereis(name)` is :undefined.");
  finding.path = path_of(program, facts, table);
  finding.key = process + " " + model::display_function(program, table.start);
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<FunctionId> reported;
  for (const StartedTable& table : started_tables(program, facts)) {
    if (table.named && table.restarted && reported.insert(table.start).second) report(program, facts, reporter, table);
  }
}

}  // namespace

const Rule& named_table_recreated() {
  static const Rule rule{{.code = "BW116",
                          .name = "named-table-recreated",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kHigh,
                          .summary = "A restart that makes a named table again, which is still there, and fails for ever"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
