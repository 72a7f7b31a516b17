// A table ends with the process that made it. One that a request or a job makes under a name and that others read is
// there until that piece of work is done: then everybody who reads it gets badarg.
#include <algorithm>
#include <set>

#include "analysis/tables.h"
#include "rules/remote_answers.h"
#include "rules/support.h"
#include "rules/walk.h"

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
    return std::any_of(table.uses.begin(), table.uses.end(), [&](analysis::TableUseId id) {
      // Whoever deletes it himself has thought of how long it is there.
      const TableOperation operation = tables_.use(id).operation;
      return operation == TableOperation::kGiveAway || operation == TableOperation::kDeleteTable;
    });
  }

  void review(const Table& table, const TableCreation& creation) {
    if (creation.named != TableSetting::kOn || creation.heir != TableSetting::kOff ||
        creation.access == analysis::TableAccess::kPrivate)
      return;
    if (creation.owners.empty() || !in_production(program_, facts_, creation.function)) return;
    const bool brief = std::all_of(creation.owners.begin(), creation.owners.end(), [&](const analysis::TableOwner& owner) {
      return owner.kind == TableOwnerKind::kRequest || (owner.kind == TableOwnerKind::kTask && ends(creation));
    });
    if (!brief) return;
    for (const analysis::TableUseId id : table.uses) {
      const analysis::TableUse& use = tables_.use(id);
      if (!analysis::reads(use.operation) || use.operation == TableOperation::kInfo || use.possible) continue;
      if (!(is_elsewhere(creation, use.function) || is_shared(creation, use.function)) || !reported_.insert(creation.site).second)
        continue;
      report(table, creation, use);
      return;
    }
  }

  // A spawned process that fills the table and is done: nothing that it runs waits for messages or for ever.
  bool ends(const TableCreation& creation) const {
    const auto lasts = [&](CallId site) {
      const analysis::External* external = facts_.calls.external(site);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const analysis::EffectSet effects = external && external->row ? external->row->effects
                                          : callee                  ? facts_.effects.all[callee.index]
                                                                    : analysis::EffectSet();
      const std::string_view name = program_.call(site).name.text();
      return effects.has(Effect::kReceive) || effects.has(Effect::kSleep) || name == "hibernate" || name.ends_with("_loop") ||
             name == "loop" || (callee && function_has(program_, callee, ExprKind::kReceive));
    };
    const CallId made = creation.via.empty() ? creation.site : creation.via.back();
    const Unit& unit = program_.unit_of(made);
    const ExprId closure = program_.call(made).closure;
    if (!closure || !is_spawned(unit, closure)) return false;
    const bool waits = any_below(unit, closure, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kReceive; });
    if (waits) return false;
    const model::Expr& around = unit.expr(closure);
    const auto calls = program_.calls_of(creation.function);
    return std::none_of(calls.begin(), calls.end(), [&](CallId site) {
      const model::Expr& e = unit.expr(program_.call(site).expr);
      return e.begin >= around.begin && e.end <= around.end && lasts(site);
    });
  }

  // spawn(fun() -> … end), Task.start(fn -> … end); an agent's start function is run by a process that stays.
  static bool is_spawned(const Unit& unit, ExprId closure) {
    const ExprId around = unit.parent(closure);
    if (!around || unit.expr(around).kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(unit.expr(around));
    const std::string_view name = call.name.text(), module = call.module.text();
    return name.starts_with("spawn") ||
           (module.starts_with("Elixir.Task") && (name.starts_with("start") || name.starts_with("async")));
  }

  // One that is made where it is missing, `if ets:whereis(…) == undefined`, is meant for all processes: the first one that
  // comes owns it. And what a spawned process made is for others.
  bool is_shared(const TableCreation& creation, FunctionId reader) const {
    if (!in_production(program_, facts_, reader)) return false;
    const bool served = !facts_.contexts.of(reader).processes.empty() ||
                        (facts_.contexts.of(reader).flags & (analysis::kInRequest | analysis::kFromOutside)) != 0;
    if (!served) return false;
    if (creation.owners.front().kind == TableOwnerKind::kTask) return reader != creation.function;
    if (is_caught_around(program_.unit_of(creation.site), program_.call(creation.site).expr)) return true;
    const auto calls = program_.calls_of(program_.function_of(creation.site));
    return std::any_of(calls.begin(), calls.end(), [&](CallId site) {
      return calls_external(facts_, site, sym::ets, intern("whereis")) || calls_external(facts_, site, sym::ets, intern("info"));
    });
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
    finding.message =
        finding.function + " makes the table " + table.name +
        (creation.owners.front().kind == TableOwnerKind::kTask ? " in a process that is spawned for it and ends, and "
                                                               : " in a process that serves one request or job, and ") +
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
