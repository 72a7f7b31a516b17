// A table that start_link makes belongs to the supervisor, not to the process that works with it. Without a name each restart
// makes another one and the old one stays; with the rows of a worker that died in the middle of its work, nobody reads or deletes
// it.
#include <set>

#include "rules/started_tables.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

void report(const Program& program, const Facts& facts, Reporter& reporter, const StartedTable& table) {
  const std::string process = process_name(program, facts, table.process);
  Finding finding = found_in(reporter, program, table.start, call_span(program, table.chain.front()));
  // Of children that come and go each one leaves its table, however it ends: that grows for as long as the node is up.
  finding.severity = table.many && !table.named ? Severity::kMedium : Severity::kLow;
  finding.confidence = table.child ? Confidence::kLikely : Confidence::kPossible;
  finding.message = finding.function + " makes a table in its supervisor, which keeps it when " + process + " dies";
  finding.why =
      table.named ? "The table and its rows outlive the process; whoever starts the process again finds the name taken."
      : table.many
          ? "Each child makes another table, and those of the children that have ended stay until the supervisor itself ends."
          : "Each restart makes another table, and those of the processes that died stay until the supervisor itself ends.";
  finding.fix = "Make the table in init/1, so that it dies with its process.";
  finding.path = path_of(program, facts, table);
  finding.key = process + " " + model::display_function(program, table.start);
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  std::set<FunctionId> reported;
  for (const StartedTable& table : started_tables(program, facts)) {
    if (table.named && table.restarted) continue;  // named-table-recreated
    if (reported.insert(table.start).second) report(program, facts, reporter, table);
  }
}

}  // namespace

const Rule& table_owned_by_supervisor() {
  static const Rule rule{{.code = "BW115",
                          .name = "table-owned-by-supervisor",
                          .family = findings::Family::kSupervision,
                          .severity = Severity::kLow,
                          .summary = "A table that a start function makes stays with the supervisor"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
