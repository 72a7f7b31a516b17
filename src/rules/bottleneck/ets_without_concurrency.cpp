// An ETS table has one lock unless it is told otherwise: each write shuts everybody else out, and a counter that every request
// increments makes them queue. With write_concurrency writers of different rows do not meet.
#include <set>
#include <tuple>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/load.h"
#include "rules/rewrites.h"
#include "rules/table_users.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Table;
using analysis::TableCreation;
using analysis::TableOperation;
using analysis::Tables;
using analysis::TableSetting;

// What one row takes: operations over the whole table take its lock in any case.
bool writes_a_row(TableOperation operation) {
  return operation == TableOperation::kInsert || operation == TableOperation::kInsertNew ||
         operation == TableOperation::kUpdateCounter || operation == TableOperation::kDeleteKey;
}
bool reads_a_row(TableOperation operation) { return operation == TableOperation::kLookup || operation == TableOperation::kScan; }

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), tables_(analysis::tables_of(program, facts)) {}

  void run() {
    for (const Table& table : tables_.tables) {
      if (table.kind != analysis::TableKind::kEts || !is_clear(table)) continue;
      if (reporter_.wants(program_, table.creations.front().function)) review(table);
    }
  }

 private:
  // Every creation is under review, lives long and says all its options.
  bool is_clear(const Table& table) const {
    for (const TableCreation& creation : table.creations) {
      if (!creation.options_known || creation.loaded || !in_production(program_, facts_, creation.function)) return false;
      for (const analysis::TableOwner& owner : creation.owners) {
        if (owner.kind == analysis::TableOwnerKind::kTool || owner.kind == analysis::TableOwnerKind::kTest) return false;
        // Without a name whoever makes it has one of his own.
        if (owner.kind == analysis::TableOwnerKind::kUnknown && creation.named == TableSetting::kOff) return false;
        // One that a request or task makes for itself is as private as its owner.
        if (owner.kind == analysis::TableOwnerKind::kRequest || owner.kind == analysis::TableOwnerKind::kTask) return false;
      }
    }
    return !table.creations.empty();
  }

  bool is_owned_by(const Table& table, ProcessId process) const {
    return std::any_of(table.creations.begin(), table.creations.end(), [&](const TableCreation& creation) {
      return std::any_of(creation.owners.begin(), creation.owners.end(),
                         [&](const analysis::TableOwner& owner) { return owner.process == process; });
    });
  }

  // A process of which there are many makes a table each: what it does to its own one nobody else waits for.
  TableUsers users(const Table& table, bool (*wanted)(TableOperation)) const {
    TableUsers found = users_of(program_, facts_, tables_, table, wanted, {.possible_too = true, .gaps = false});
    const auto own = [&](ProcessId process) { return is_owned_by(table, process) && has_many(program_, facts_, process); };
    if (std::erase_if(found.classes, own) == 0) return found;
    found.requests = found.many = found.tasks = false;
    for (const analysis::TableUseId id : found.uses) {
      const analysis::Context& context = facts_.contexts.of(tables_.use(id).function);
      found.requests |= (context.flags & analysis::kInRequest) != 0;
    }
    for (const ProcessId process : found.classes) {
      found.requests |= facts_.process(process).kind == analysis::ProcessKind::kRequest;
      found.many |= has_many(program_, facts_, process);
    }
    return found;
  }

  bool counts(const Table& table) const {
    return std::any_of(table.uses.begin(), table.uses.end(),
                       [&](analysis::TableUseId id) { return tables_.use(id).operation == TableOperation::kUpdateCounter; });
  }

  // Modules in sight that get at the table through an interface of which nobody knows which processes run it.
  static bool is_asked_by_many(const TableUsers& users) { return users.modules.size() >= 5 || users.askers.size() >= 5; }

  // Functions that nobody in sight calls put what they are given into a table of a fixed name, and its owner gathers that from
  // time to time: measures of whoever uses the library, in as many processes as there are requests. What nobody gathers is
  // configuration or a registry as a rule, and written seldom.
  bool is_written_by_interface(const Table& table, const TableUsers& writers) const {
    if (!table.atom || !is_named(table) || !is_gathered(table)) return false;
    return std::any_of(writers.uses.begin(), writers.uses.end(), [&](analysis::TableUseId id) {
      const analysis::TableUse& use = tables_.use(id);
      const bool puts = use.operation == TableOperation::kInsert || use.operation == TableOperation::kUpdateCounter;
      const model::Function& function = program_.function(use.function);
      return puts && is_open(use.function) && function.has(model::kPublic) && function.arity > 0;
    });
  }

  // Is the function run by an interface that nobody in sight calls?
  bool is_open(FunctionId function) const { return (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0; }

  // A library counts in it what its users do: nobody counts what happens once. One row that all count in gains nothing.
  bool is_counted_by_interface(const TableUsers& writers) const {
    return std::any_of(writers.uses.begin(), writers.uses.end(), [&](analysis::TableUseId id) {
      const analysis::TableUse& use = tables_.use(id);
      if (use.operation != TableOperation::kUpdateCounter || !is_open(use.function)) return false;
      const std::span<const ExprId> arguments = arguments_of(program_, use.site);
      const Unit& unit = program_.unit_of(use.site);
      return arguments.size() > 1 && any_below(unit, arguments[1], [&](ExprId part) {
               const ExprKind kind = unit.expr(part).kind;
               return kind == ExprKind::kVariable || kind == ExprKind::kCall;
             });
    });
  }

  // By whoever uses the functions that write. Who made the table for readers has thought of what it is for.
  bool is_open_to_writers(const Table& table, const TableUsers& writers) const {
    if (is_written_by_interface(table, writers)) return true;
    return table.read_concurrency() == TableSetting::kOff &&
           (is_counted_by_interface(writers) || is_passed_through(table, writers));
  }

  // Rows that spawned processes and the users of an interface put in and take out again by their keys: one for each request under
  // way. In a bag they stand under what they belong to.
  bool is_passed_through(const Table& table, const TableUsers& writers) const {
    const bool keyed = std::none_of(table.creations.begin(), table.creations.end(),
                                    [](const TableCreation& creation) { return creation.type.text().ends_with("bag"); });
    return writers.tasks && writers.outside && keyed && is_named(table) && turns_over(table);
  }

  bool is_gathered(const Table& table) const {
    return std::any_of(table.uses.begin(), table.uses.end(), [&](analysis::TableUseId id) {
      const analysis::TableUse& use = tables_.use(id);
      if (use.operation != TableOperation::kScan && use.operation != TableOperation::kTraverse) return false;
      const analysis::Context& context = facts_.contexts.of(use.function);
      return std::any_of(context.processes.begin(), context.processes.end(), [&](ProcessId process) {
        const std::vector<HandlerId> handlers = analysis::handlers_running(program_, facts_, process, use.function);
        return is_owned_by(table, process) && std::any_of(handlers.begin(), handlers.end(), [&](HandlerId handler) {
                 return facts_.handler(handler).kind == HandlerKind::kInfo;
               });
      });
    });
  }

  // Processes of different kinds: classes in sight, spawned ones, and those behind an interface.
  static std::size_t kinds_of(const TableUsers& users) {
    if (users.classes.size() < 2) return users.classes.size();
    return users.classes.size() + (users.tasks ? 1u : 0u) + (users.outside ? 1u : 0u);
  }

  // {write_concurrency, false}: somebody has thought of it.
  bool says(const Table& table, std::string_view option) const {
    return std::any_of(table.creations.begin(), table.creations.end(), [&](const TableCreation& creation) {
      const std::span<const ExprId> arguments = arguments_of(program_, creation.site);
      return arguments.size() == 2 &&
             static_cast<bool>(analysis::literal_option(program_.unit_of(creation.site), arguments[1], intern(option)));
    });
  }

  // A table that is told by its module alone, and that its maker takes for one that is read.
  bool is_made_for_readers(const Table& table, const TableUsers& writers) const {
    return writers.possible && table.read_concurrency() == TableSetting::kOn && !counts(table);
  }

  void review(const Table& table) {
    const TableUsers writers = users(table, writes_a_row);
    if (says(table, "write_concurrency") || is_made_for_readers(table, writers)) return review_reads(table, writers);
    const bool several = kinds_of(writers) >= 3 && !has_rival_makers(table);
    if (table.access() == analysis::TableAccess::kPublic && table.write_concurrency() == TableSetting::kOff &&
        (writers.requests || writers.many || several || (counts(table) && (writers.tasks || is_asked_by_many(writers))))) {
      report(table, writers, true);
      return;
    }
    if (table.access() == analysis::TableAccess::kPublic && table.write_concurrency() == TableSetting::kOff &&
        is_open_to_writers(table, writers) && !has_rival_makers(table)) {
      report(table, writers, true, true);
      return;
    }
    review_reads(table, writers);
  }

  void review_reads(const Table& table, const TableUsers& writers) {
    if (says(table, "read_concurrency")) return;
    if (table.access() == analysis::TableAccess::kPrivate || table.read_concurrency() != TableSetting::kOff) return;
    const TableUsers readers = users(table, reads_a_row);
    const bool busy = readers.requests || readers.many || is_asked_by_many(readers);
    const bool rarely_written = is_rarely_written(table, readers, writers);
    // A cache with one writer behind an interface that anybody may call: what it is for is to be read by many.
    const bool many_classes = readers.outside || readers.classes.size() >= 3;
    const bool is_cache = many_classes && rarely_written && (table.atom || is_named(table));
    // What its owner writes by itself, from time to time, is read more often than written wherever requests read it.
    const bool by_itself = rarely_written && (readers.requests || readers.many) && is_written_by_owner(table, writers);
    const bool is_read_mostly =
        busy && rarely_written && (readers.uses.size() > writers.uses.size() || (by_itself && !readers.uses.empty()));
    if (is_cache || is_read_mostly)
      report(table, readers, false, false, is_found_by_key(readers) && is_written_by_owner(table, writers));
  }

  // By one process alone: its owner, or whoever sets what many modules read.
  bool is_rarely_written(const Table& table, const TableUsers& readers, const TableUsers& writers) const {
    if (writers.concurrent()) return false;
    if (!writers.outside) return true;
    const bool stays = table.access() == analysis::TableAccess::kProtected || !turns_over(table);
    return stays && !counts(table) && is_asked_by_many(readers) && writers.askers.size() * 3 <= readers.askers.size();
  }

  // Only in the owner's own time: in a timer's message, in handle_continue, when it starts.
  bool is_written_by_owner(const Table& table, const TableUsers& writers) const {
    return std::all_of(writers.uses.begin(), writers.uses.end(), [&](analysis::TableUseId id) {
      const FunctionId function = tables_.use(id).function;
      const analysis::Context& context = facts_.contexts.of(function);
      return (context.flags & ~analysis::kInShutdown) == 0 && !context.processes.empty() &&
             std::all_of(context.processes.begin(), context.processes.end(),
                         [&](ProcessId process) { return is_owned_by(table, process) && runs_by_itself(process, function); });
    });
  }

  bool runs_by_itself(ProcessId process, FunctionId function) const {
    const std::vector<HandlerId> handlers = analysis::handlers_running(program_, facts_, process, function);
    return std::none_of(handlers.begin(), handlers.end(), [&](HandlerId id) {
      const HandlerKind kind = facts_.handler(id).kind;
      return kind == HandlerKind::kCall || kind == HandlerKind::kCast;
    });
  }

  // {ok, ets:new(name(Pool), [named_table])}: whoever knows the name gets at it without asking its owner.
  static bool is_named(const Table& table) {
    return std::all_of(table.creations.begin(), table.creations.end(),
                       [](const TableCreation& creation) { return creation.named == TableSetting::kOn; });
  }

  bool is_found_by_key(const TableUsers& readers) const {
    return std::any_of(readers.uses.begin(), readers.uses.end(), [&](analysis::TableUseId id) {
      return tables_.use(id).operation == TableOperation::kLookup && is_open(tables_.use(id).function);
    });
  }

  // Several modules look rows up by key, or several functions of an interface do: that is what it is there for.
  bool is_looked_up(const TableUsers& readers) const {
    constexpr std::ptrdiff_t kSeveral = 2;
    const std::ptrdiff_t by_key = std::count_if(readers.uses.begin(), readers.uses.end(), [&](analysis::TableUseId id) {
      return tables_.use(id).operation == TableOperation::kLookup;
    });
    return by_key >= kSeveral || (by_key > 0 && readers.askers.size() >= kSeveral);
  }

  // Several modules make a table of this name: only one of them can run at a time, and what the others write is not written.
  bool has_rival_makers(const Table& table) const {
    return std::any_of(table.creations.begin(), table.creations.end(), [&](const TableCreation& creation) {
      return program_.module_of(creation.function) != program_.module_of(table.creations.front().function);
    });
  }

  // Rows come and go, or count: it is written as often as it is used. One that only gains rows is soon read alone.
  bool turns_over(const Table& table) const {
    bool inserts = false, deletes = false;
    for (const analysis::TableUseId id : table.uses) {
      const TableOperation operation = tables_.use(id).operation;
      if (operation == TableOperation::kUpdateCounter) return true;
      inserts |= operation == TableOperation::kInsert || operation == TableOperation::kInsertNew;
      deletes |= operation == TableOperation::kDeleteKey;
    }
    return inserts && deletes;
  }

  // In each place that makes the table, where its options are written in the call itself and say nothing of concurrency: the
  // options change which locks the table's functions take, not what they do (OTP: ets:new/2). Whoever set one has thought of it.
  findings::Rewrite with_option(const Table& table, const std::string& option) const {
    RewriteBuilder rewrite(program_, table.creations.front().function);
    for (const TableCreation& creation : table.creations) {
      const std::span<const ExprId> arguments = arguments_of(program_, creation.site);
      const Unit& unit = program_.unit_of(creation.site);
      if (!creation.via.empty() || arguments.size() != 2 || program_.function_of(creation.site) != creation.function) return {};
      if (program_.call(creation.site).name.text() != "new" || in_loop(program_, facts_, creation.site)) return {};
      for (const std::string_view other : {"read_concurrency", "write_concurrency", "decentralized_counters"}) {
        if (analysis::literal_option(unit, arguments[1], intern(other))) return {};
      }
      const bool erlang = unit.language == source::Language::kErlang;
      rewrite.add_element(unit, arguments[1], erlang ? "{" + option + ", true}" : option + ": true");
    }
    return rewrite.take("Make the table with " + option);
  }

  // `open`: by whoever uses the functions that write, none of whom is in sight.
  // `kept_by_owner`: what is read by key is written by its owner alone, by itself.
  void report(const Table& table, const TableUsers& users, bool write, bool open = false, bool kept_by_owner = false) {
    const TableCreation& creation = table.creations.front();
    const bool erlang = in_erlang(program_, creation.function);
    const std::string option = write ? "write_concurrency" : "read_concurrency";
    const std::string who = users_text(program_, facts_, users);
    const std::string name = table.name;
    Finding finding = found_in(reporter_, program_, creation.function, call_span(program_, creation.site));
    const bool certain = users.requests || users.many || (kinds_of(users) >= 3 && turns_over(table)) ||
                         (counts(table) && (users.tasks || is_asked_by_many(users)));
    // An interface may have one user or a thousand.
    const bool interface_only = !write && !users.requests && !users.many && users.classes.size() < 3 && !is_asked_by_many(users);
    // Readers gain by it on many cores only (see the document): a risk to weigh where they are in sight, advice where they are
    // not.
    const bool weighs = open ? true : write ? certain : !interface_only || is_looked_up(users) || kept_by_owner;
    finding.severity = weighs ? Severity::kMedium : Severity::kLow;
    finding.confidence = open || interface_only || users.possible || (users.outside && users.classes.size() < 3)
                             ? Confidence::kPossible
                             : Confidence::kLikely;
    finding.message = "The table " + name +
                      (open             ? " may be written"
                       : interface_only ? " may be read"
                       : write          ? " is written"
                                        : " is read") +
                      " by many processes" + (who.empty() ? std::string() : ", " + who) + ", and made without " + option;
    finding.why =
        write ? "Without it each write takes the lock of the whole table: on many cores writers and readers wait for each "
                "other, however different their rows are."
              : "Without it readers on different cores fight for the table's one lock. It pays on machines with many cores "
                "and many readers; with writes between the reads it costs.";
    finding.fix =
        std::string("Make it with `") + (erlang ? "{" + option + ", true}" : option + ": true") + "`" +
        (write ? std::string(erlang ? ", and `{decentralized_counters, true}`" : ", and `decentralized_counters: true`") +
                     " where its size is seldom asked for."
               : ".");
    // What read_concurrency costs where somebody writes between the reads, nobody knows from the sources.
    if (certain && write) finding.rewrite = with_option(table, option);
    finding.path = {{finding.span, finding.function + " makes the table without " + option}};
    for (findings::Step& step : steps_of(program_, facts_, tables_, users, 3)) finding.path.push_back(std::move(step));
    finding.key = name + " " + option;
    // Of the tables that one place makes, in a loop over their names, the first of a kind speaks for all.
    const CallId given = creation.via.empty() ? creation.site : creation.via.back();
    if (!reported_.insert({creation.site, given, write, finding.severity}).second) return;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Tables& tables_;
  std::set<std::tuple<CallId, CallId, bool, Severity>> reported_;  // creations, with the call that gives them the name
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& ets_without_concurrency() {
  static const Rule rule{
      {.code = "BW303",
       .name = "ets-without-concurrency",
       .family = findings::Family::kBottleneck,
       .severity = Severity::kMedium,
       .summary = "An ETS table that many processes write or read, without write_concurrency or read_concurrency"},
      check};
  return rule;
}

}  // namespace beamwright::rules
