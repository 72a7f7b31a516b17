// A table ends with the process that made it. One that a request or a job makes under a name and that others read is
// there until that piece of work is done: then everybody who reads it gets badarg.
#include <algorithm>
#include <set>

#include "analysis/tables.h"
#include "rules/support.h"

namespace beamwright::rules {
namespace {

using analysis::Table;
using analysis::TableCreation;
using analysis::TableOperation;
using analysis::TableOwnerKind;
using analysis::TableSetting;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), tables_(analysis::tables_of(program, facts)) {}

  void run() {
    for (const Table& table : tables_.tables) {
      if (table.kind != analysis::TableKind::kEts || table.creations.empty() || is_given_away(table)) continue;
      for (const TableCreation& creation : table.creations) review(table, creation);
    }
  }

 private:
  bool is_given_away(const Table& table) const {
    return std::any_of(table.uses.begin(), table.uses.end(),
                       [&](analysis::TableUseId id) { return tables_.use(id).operation == TableOperation::kGiveAway; });
  }

  void review(const Table& table, const TableCreation& creation) {
    if (creation.named != TableSetting::kOn || creation.heir != TableSetting::kOff ||
        creation.access == analysis::TableAccess::kPrivate)
      return;
    if (creation.owners.empty() || !in_production(program_, facts_, creation.function)) return;
    const bool brief = std::all_of(creation.owners.begin(), creation.owners.end(),
                                   [](const analysis::TableOwner& owner) { return owner.kind == TableOwnerKind::kRequest; });
    if (!brief) return;
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables_.use(id);
      if (!analysis::reads(use.operation) || use.operation == TableOperation::kInfo || use.possible) continue;
      if (!is_elsewhere(creation, use.function) || !reported_.insert(creation.site).second) continue;
      report(table, creation, use);
      return;
    }
  }

  // Run by processes of another class.
  bool is_elsewhere(const TableCreation& creation, FunctionId function) const {
    if (!in_production(program_, facts_, function)) return false;
    const analysis::Context& context = facts_.contexts.of(function);
    return std::any_of(context.processes.begin(), context.processes.end(), [&](ProcessId process) {
      return std::none_of(creation.owners.begin(), creation.owners.end(),
                          [&](const analysis::TableOwner& owner) { return owner.process == process; });
    });
  }

  void report(const Table& table, const TableCreation& creation, const analysis::TableUse& use) {
    const bool erlang = in_erlang(program_, creation.function);
    Finding finding = found_in(reporter_, program_, creation.function, call_span(program_, creation.site));
    finding.severity = Severity::kMedium;
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " makes the table " + table.name + " in a process that serves one request or job, and " +
                      model::display_function(program_, use.function) + " reads it from another process";
    finding.why =
        "A table is deleted when its owner ends. Readers get badarg from then on, and the next owner starts with an empty "
        "table, or fails because the name is still taken.";
    finding.fix =
        erlang ? "Let a process that lives as long as the readers make it, a server under the supervisor; or give it an heir: "
                 "`{heir, Pid, Data}`."
               : "Let a process that lives as long as the readers make it, a server under the supervisor; or give it an "
                 "heir: `{:heir, pid, data}`.";
    finding.path = {{finding.span, finding.function + " makes it"},
                    {call_span(program_, use.outermost()), model::display_function(program_, use.function) + " reads it"}};
    finding.key = table.name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const analysis::Tables& tables_;
  std::set<CallId> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& short_lived_table_owner() {
  static const Rule rule{{.code = "BW508",
                          .name = "short-lived-table-owner",
                          .family = findings::Family::kState,
                          .severity = Severity::kMedium,
                          .summary = "A named table that others read, made by a process that soon ends"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
