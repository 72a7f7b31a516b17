// A lock of :global is taken on every node that the cluster knows, one round of messages each, and who finds it taken sleeps for
// a random time and tries again (global:random_sleep/1: up to 250 ms at first, later up to 8 s) instead of standing in a queue. A
// table lock of Mnesia shuts out every other transaction on that table, on all its nodes. Both belong into what happens seldom.
#include <algorithm>
#include <optional>

#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/load.h"
#include "rules/nodes.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

enum class Lock : std::uint8_t {
  kNamed,     // global:trans, global:set_lock: whoever takes the same name waits
  kRegistry,  // global:register_name, pg2:join: one lock of the cluster for all names
  kTable,     // mnesia:write_lock_table
  kLibrary,   // a cache's transaction
};

std::optional<Lock> lock_of(const analysis::External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  if (module == "mnesia") {
    const bool table = name == "lock" || name == "write_lock_table" || name == "read_lock_table";
    return table ? std::optional(Lock::kTable) : std::nullopt;
  }
  if (!external.row || !external.row->effects.has(Effect::kGlobalLock)) return {};
  if (module == "global") {
    if (name == "trans" || name == "set_lock") return Lock::kNamed;
    if (name == "register_name" || name == "re_register_name") return Lock::kRegistry;
    return {};  // what is given back, and what is asked for once
  }
  if (module == "pg2") return Lock::kRegistry;
  return module == "global_group" ? std::nullopt : std::optional(Lock::kLibrary);
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const analysis::External* external = facts_.calls.external(site);
      const std::optional<Lock> lock = external ? lock_of(*external) : std::nullopt;
      if (lock) review(site, *lock);
    }
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review_names(ProcessId(i));
  }

 private:
  void review(CallId site, Lock lock) {
    const FunctionId function = program_.function_of(site);
    if (!function || program_.call(site).capture || !in_production(program_, facts_, function)) return;
    if (lock == Lock::kTable && !locks_a_table(site)) return;
    if (lock == Lock::kNamed && (tries_once(site) || excludes_nobody(site))) return;
    const std::string who = load_on(program_, facts_, function, lock == Lock::kRegistry ? Doing::kRegistering : Doing::kWork);
    if (who.empty()) return;
    report(site, function, lock, who);
  }

  // `name: {:global, {__MODULE__, id}}` of a process that is started for each request: registering it takes the lock of all
  // names.
  void review_names(ProcessId id) {
    const Process& process = facts_.process(id);
    if (!reporter_.wants(program_, process.module)) return;
    for (const CallId site : process.starts) {
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function) || !registers_many(site)) continue;
      for (const ChildStart& start : starts()) {
        if (start.spec.module != process.module) continue;
        const std::string who = load_on(program_, facts_, start.function, Doing::kRegistering);
        if (who.empty()) continue;
        return report(site, function, Lock::kRegistry, who, start.site);
      }
    }
  }

  // {global, Name} with a name that differs from one process to the next.
  bool registers_many(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (!external || !external->row || arguments.empty()) return false;
    const Unit& unit = program_.unit_of(site);
    const std::size_t at = external->row->name_argument;
    ExprId name =
        at != 0 && at <= arguments.size() ? arguments[at - 1] : analysis::literal_option(unit, arguments.back(), sym::name);
    if (name) name = analysis::local_value(unit, name);
    if (!name || unit.expr(name).kind != ExprKind::kTuple || unit.expr(name).child_count != 2) return false;
    return analysis::atom_value(unit, unit.child(name, 0)) == sym::global &&
           any_below(unit, unit.child(name, 1), [&](ExprId part) { return unit.expr(part).kind == ExprKind::kVariable; });
  }

  const std::vector<ChildStart>& starts() {
    if (!starts_) starts_ = child_starts(program_, facts_);
    return *starts_;
  }

  // mnesia:lock(Item, Kind): {table, _} and {global, _, _}, not {record, _, _}.
  bool locks_a_table(CallId site) const {
    if (program_.call(site).name.text() != "lock") return true;
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const ExprId item = arguments.empty() ? ExprId{} : analysis::local_value(unit, arguments[0]);
    if (!item || unit.expr(item).kind != ExprKind::kTuple || unit.expr(item).child_count == 0) return false;
    const auto kind = analysis::atom_value(unit, unit.child(item, 0));
    return kind && (kind->text() == "table" || kind->text() == "global");
  }

  // With no retries nobody waits: global:set_lock(Id, Nodes, 0), global:trans(Id, Fun, Nodes, 0).
  bool tries_once(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const std::size_t retries = program_.call(site).name.text() == "trans" ? 3 : 2;
    return arguments.size() > retries && analysis::integer_value(program_.unit_of(site), arguments[retries]) == 0;
  }

  // {Resource, token_fetch}: a lock is given again to the requester who holds it, and here all are the same one (kernel: global,
  // set_lock/3).
  bool excludes_nobody(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const ExprId id = arguments.empty() ? ExprId{} : analysis::local_value(unit, arguments[0]);
    return id && unit.expr(id).kind == ExprKind::kTuple && unit.expr(id).child_count == 2 &&
           analysis::atom_value(unit, unit.child(id, 1)).has_value();
  }

  bool stays_here(CallId site) const {
    return names_own_node_alone(program_, facts_, site, program_.call(site).name.text() == "trans" ? 3 : 2);
  }

  // A name that differs from one item to the next is no queue for all.
  bool is_one_of_many(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    ExprId id = arguments.empty() ? ExprId{} : analysis::local_value(unit, arguments[0]);
    if (!id) return true;
    // {Resource, Requester}
    if (unit.expr(id).kind == ExprKind::kTuple && unit.expr(id).child_count == 2)
      id = analysis::local_value(unit, unit.child(id, 0));
    return any_below(unit, id, [&](ExprId part) {
      const ExprKind kind = unit.expr(part).kind;
      if (kind == ExprKind::kVariable) return !is_given_by_name(site, part);
      return kind == ExprKind::kCall || kind == ExprKind::kField;
    });
  }

  // `with_lock(resource, fun)` of a helper, whose callers write the name: :stock.
  bool is_given_by_name(CallId site, ExprId variable) const {
    const FunctionId function = program_.function_of(site);
    const Unit& unit = program_.unit_of(site);
    const auto parameter =
        analysis::parameter_of(unit, program_.function(function), model::VariableId(unit.expr(variable).payload));
    if (!parameter) return false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const CallId call = facts_.calls.edges[i].site;
      const std::span<const ExprId> given = arguments_of(program_, call);
      if (program_.call(call).capture || parameter->index >= given.size()) continue;
      if (!analysis::atom_value(program_.unit_of(call), given[parameter->index])) continue;
      if (!load_on(program_, facts_, facts_.calls.callers[i]).empty()) return true;
    }
    return false;
  }

  // `started`: the call that starts the process which registers itself here.
  void report(CallId site, FunctionId function, Lock lock, const std::string& who, CallId started = {}) {
    const bool erlang = in_erlang(program_, function);
    const std::string callee = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    const bool one_of_many = lock == Lock::kLibrary || (lock == Lock::kNamed && (is_one_of_many(site) || stays_here(site)));
    finding.severity = one_of_many ? Severity::kLow : Severity::kMedium;
    // How many of these a cluster starts in a second nobody sees; each is found by its name from every node, and may have to be.
    finding.confidence = started ? Confidence::kPossible : Confidence::kLikely;
    finding.message = callee +
                      (lock == Lock::kTable      ? " locks a whole table"
                       : lock == Lock::kRegistry ? " takes the cluster's one lock for names"
                                                 : " takes a lock of global") +
                      ", and is reached " + who;
    finding.why =
        lock == Lock::kTable
            ? "While one transaction holds it no other reads or writes a row of the table, on any node: they wait in line or are "
              "restarted, however different their rows are."
            : "Each lock asks every known node in turn, and who finds it taken sleeps for a random time, up to 250 ms at first "
              "and "
              "8 s later, before it asks again: under load the lock stands idle while all who want it sleep, and one slow node "
              "slows every request.";
    finding.fix = fix_for(lock, erlang);
    finding.path = {{finding.span, finding.function + " calls " + callee}};
    if (started) finding.path.push_back(call_step(program_, facts_, started));
    for (findings::Step& step : calling_steps(program_, facts_, function, 3)) finding.path.push_back(std::move(step));
    finding.key = finding.function + " " + callee;
    report_weighed(reporter_, std::move(finding));
  }

  static std::string fix_for(Lock lock, bool erlang) {
    switch (lock) {
      case Lock::kTable:
        return erlang ? "Lock the rows that the transaction works on: mnesia:read/3 and mnesia:write/3 take their locks "
                        "themselves, mnesia:wread/1 the one for writing at once."
                      : "Lock the rows that the transaction works on: :mnesia.read/3 and :mnesia.write/3 take their locks "
                        "themselves, :mnesia.wread/1 the one for writing at once.";
      case Lock::kRegistry:
        return erlang
                   ? "Keep names that come and go with requests in a registry of the node, or in pg, whose groups need no lock; "
                     "register globally only what the cluster has one of."
                   : "Keep names that come and go with requests in a Registry, or in :pg, whose groups need no lock; register "
                     "globally only what the cluster has one of.";
      default:
        return erlang
                   ? "Let one process own what the lock guards, one for each key, and let the requests ask it; or make the step "
                     "atomic where the data is: ets:insert_new/2, ets:update_counter/3, a unique index of the database."
                   : "Let one process own what the lock guards, one for each key, and let the requests ask it; or make the step "
                     "atomic where the data is: :ets.insert_new/2, :ets.update_counter/3, a unique index of the database.";
    }
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::optional<std::vector<ChildStart>> starts_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& global_lock_per_request() {
  static const Rule rule{
      {.code = "BW307",
       .name = "global-lock-per-request",
       .family = findings::Family::kBottleneck,
       .severity = Severity::kMedium,
       .summary = "A lock of the whole cluster, or of a whole Mnesia table, taken for each request or message"},
      check};
  return rule;
}

}  // namespace beamwright::rules
