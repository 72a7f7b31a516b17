// An ETS table can be read by every process at once. A handle_call that only looks something up in a table and answers makes one
// process of them all again, and each answer is copied twice: out of the table, and into the message. So it is with counters:
// update_counter is atomic, and a server that does nothing else with a message only makes its senders queue.
#include <algorithm>
#include <optional>

#include "analysis/state_fields.h"
#include "analysis/tables.h"
#include "rules/callers.h"
#include "rules/load.h"
#include "rules/reach.h"
#include "rules/replies.h"
#include "rules/support.h"
#include "rules/waiting.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Count;
using analysis::ProcessKind;

// What makes the name of a table, table_name(Site), makes an atom.
constexpr Effect kAllowed[] = {Effect::kEtsRead, Effect::kLog, Effect::kExit, Effect::kCompute, Effect::kAtomCreation};

bool only_looks(analysis::EffectSet effects) {
  for (const Effect allowed : kAllowed) effects.bits &= ~(1u << static_cast<unsigned>(allowed));
  return effects.empty();
}

bool only_counts(analysis::EffectSet effects) {
  effects.bits &= ~(1u << static_cast<unsigned>(Effect::kEtsWrite));
  return only_looks(effects);
}

// A clause that answers from a table, or counts in one.
struct Read {
  HandlerId handler;
  CallId lookup;  // the site in the clause that reads or counts
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    const bool serves = process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
    if (!serves || process.count == Count::kMany || !is_one_of_few(program_, facts_, id)) return;
    std::vector<Read> reads;
    std::vector<MessageId> messages;
    for (const HandlerId handler : process.handlers) {
      const std::optional<Read> read = read_of(handler);
      if (!read) continue;
      if (uses_changing_state(id, facts_.handler(handler))) continue;
      for (const MessageId message : messages_to(facts_, handler)) {
        if (!needs_the_server(message) && std::find(messages.begin(), messages.end(), message) == messages.end())
          messages.push_back(message);
      }
      reads.push_back(*read);
    }
    if (messages.empty()) return review_counters(id);
    const Callers callers = callers_of(program_, facts_, messages, id);
    if (callers.only_tools) return;
    const bool shared = callers.requests || callers.modules.size() >= 4 || (callers.many && callers.modules.size() >= 2) ||
                        std::any_of(callers.functions.begin(), callers.functions.end(),
                                    [&](FunctionId function) { return is_spawned_often(program_, facts_, function); });
    const bool seen = !callers.functions.empty() || callers.outside;
    const HandlerId busy = busy_clause(process);
    if (!shared && !(busy && seen)) return;
    report(id, reads, messages, callers, busy);
  }

  // Is it asked on another node, whose table nobody here can read; or by a client that looks into a table itself and asks only
  // where it found nothing?
  bool needs_the_server(MessageId id) const {
    const Message& message = facts_.message(id);
    return goes_to_nodes(program_, facts_, message) || facts_.effects.all[message.sender.index].has(Effect::kEtsRead);
  }

  // Does the answer hang on more of the state than the table and what init put there for good? Then the table alone would not do.
  bool uses_changing_state(ProcessId id, const Handler& handler) const {
    const analysis::StateClass& state = analysis::states_of(program_, facts_).of(id);
    const std::vector<FunctionId> functions = functions_at_home(handler);
    for (const analysis::StateField& field : state.fields) {
      const bool set_once = state.complete && std::all_of(field.writes.begin(), field.writes.end(),
                                                          [](const auto& write) { return write.initial; });
      if (set_once || !field.name) continue;
      for (const FunctionId function : functions) {
        if (function == handler.function ? reads_in(function, handler.clause, field.name) : reads_anywhere(function, field.name))
          return true;
      }
    }
    return false;
  }

  // The clause's function and those of its module that the clause gets to.
  std::vector<FunctionId> functions_at_home(const Handler& handler) const {
    constexpr std::size_t kMost = 12;
    const ModuleId home = program_.module_of(handler.function);
    std::vector<FunctionId> found = {handler.function};
    const auto add = [&](CallId site) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || program_.module_of(callee) != home || found.size() >= kMost) return;
      if (std::find(found.begin(), found.end(), callee) == found.end()) found.push_back(callee);
    };
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) add(site);
    for (std::size_t i = 1; i < found.size(); ++i) {
      for (const CallId site : program_.calls_of(found[i])) add(site);
    }
    return found;
  }

  bool reads_anywhere(FunctionId function, Symbol field) const {
    const auto clauses = program_.function(function).clauses;
    return std::any_of(clauses.begin(), clauses.end(), [&](model::ClauseId clause) { return reads_in(function, clause, field); });
  }

  // `state.field`, or a variable that a pattern takes out of it, other than as the table to look into.
  bool reads_in(FunctionId function, model::ClauseId clause, Symbol field) const {
    const Unit& unit = program_.unit_of(function);
    return any_below(unit, unit.clause(clause).body, [&](ExprId part) {
      if (analysis::field_read(unit, part) != field) return false;
      const ExprId around = unit.parent(part);
      return !around || unit.expr(around).kind != ExprKind::kCall || unit.call_of(unit.expr(around)).module != sym::ets;
    });
  }

  void review_counters(ProcessId id) {
    if (facts_.process(id).count != Count::kOne) return;
    for (const HandlerId handler : facts_.process(id).handlers) {
      const std::optional<Read> count = count_of(handler);
      if (!count) continue;
      const std::vector<MessageId> messages = messages_to(facts_, handler);
      const Callers callers = callers_of(program_, facts_, messages, id);
      const bool shared = callers.requests || callers.many || callers.modules.size() >= 4;
      const bool kept = std::any_of(messages.begin(), messages.end(), [&](MessageId m) { return is_sent_by_closure(m); });
      if (messages.empty() || (callers.only_tools && !kept)) continue;
      if (shared || callers.outside || kept) return report_counter(id, *count, messages, callers, shared);
    }
  }

  // Does a closure send it, that is made here for others to run?
  bool is_sent_by_closure(MessageId id) const {
    for (const std::uint32_t i : facts_.calls.incoming_of(facts_.message(id).sender)) {
      if (program_.call(facts_.calls.edges[i].site).closure) return true;
    }
    return false;
  }

  std::optional<Read> count_of(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    if (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast) return {};
    if (handler.changes_state || handler.catch_all || handler.keeps_caller) return {};
    if (!in_production(program_, facts_, handler.function)) return {};
    Read count{id, {}};
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (!facts_.calls.callees[site.index].known() || !only_counts(effects)) return {};
      if (effects.has(Effect::kEtsWrite) && moves_rows(site)) return {};
      if (effects.has(Effect::kEtsWrite) && !count.lookup && reaches_counter(site)) count.lookup = site;
    }
    if (!count.lookup) return {};
    return count;
  }

  // What belongs together, such as taking a row out and counting it elsewhere, needs its turn.
  bool moves_rows(CallId site) const {
    const auto moves = [](const analysis::External& external) {
      const std::string_view name = external.name.text();
      return external.module == sym::ets && name != "update_counter" && name != "insert" && name != "insert_new";
    };
    return !externals_reached(program_, facts_, site, Effect::kEtsWrite, moves).empty();
  }

  bool reaches_counter(CallId site) const {
    const auto counts = [](const analysis::External& external) {
      return external.module == sym::ets && external.name.text() == "update_counter";
    };
    return !externals_reached(program_, facts_, site, Effect::kEtsWrite, counts).empty();
  }

  void report_counter(ProcessId id, const Read& count, const std::vector<MessageId>& messages, const Callers& callers,
                      bool shared) {
    const Handler& handler = facts_.handler(count.handler);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, count.lookup));
    finding.confidence = shared ? Confidence::kLikely : Confidence::kPossible;
    finding.message = analysis::display_handler(program_, facts_, handler) +
                      " only counts in an ETS table: every count passes through the one process " + name;
    if (!callers.text.empty()) finding.message += "; sent by " + callers.text;
    finding.why =
        "update_counter is atomic, whoever calls it. Behind a server each count costs a message and its turn in a queue, and "
        "with casts nothing slows the senders down while the queue grows.";
    finding.fix =
        erlang ? "Make the table public with {write_concurrency, true} and call ets:update_counter/4 in the client function, or "
                 "count with the counters module."
               : "Make the table public with write_concurrency: true and call :ets.update_counter/4 in the client function, "
                 "or count with :counters.";
    finding.path = analysis::path_to(program_, facts_, count.lookup, Effect::kEtsWrite);
    add_creations(count, finding);
    for (const MessageId message : messages) {
      if (finding.path.size() >= 8) break;
      finding.path.push_back({call_span(program_, facts_.message(message).site),
                              model::display_function(program_, facts_.message(message).sender) + " sends it"});
    }
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i)
      finding.path.push_back(call_step(program_, facts_, callers.sites[i]));
    finding.key = name + " counts";
    report_weighed(reporter_, std::move(finding));
  }

  // Where the table is made, which says that nobody else may write it.
  void add_creations(const Read& count, Finding& finding) const {
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    std::vector<CallId> shown;
    for (const analysis::TableStep& step :
         analysis::table_steps(program_, facts_, tables, facts_.handler(count.handler).function)) {
      const analysis::TableUse& use = tables.use(step.use);
      if (use.operation != analysis::TableOperation::kUpdateCounter) continue;
      for (const analysis::TableCreation& creation : tables.table(use.table).creations) {
        if (std::find(shown.begin(), shown.end(), creation.site) != shown.end()) continue;
        shown.push_back(creation.site);
        finding.path.push_back({call_span(program_, creation.site), "the table is made here"});
      }
    }
  }

  std::optional<Read> read_of(HandlerId id) const {
    const Handler& handler = facts_.handler(id);
    if (handler.kind != HandlerKind::kCall || handler.changes_state || handler.catch_all || handler.keeps_caller) return {};
    if (!answers_at_once(program_, facts_, handler) || !in_production(program_, facts_, handler.function)) return {};
    Read read{id, {}};
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (is_reply(facts_, site)) continue;
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      if (!facts_.calls.callees[site.index].known() || !only_looks(effects)) return {};
      if (effects.has(Effect::kEtsRead) && !read.lookup && reaches_table(site)) read.lookup = site;
    }
    if (!read.lookup) return {};
    return read;
  }

  // A table of ETS itself: Mnesia's are read by everybody anyway.
  bool reaches_table(CallId site) const {
    const auto of_ets = [](const analysis::External& external) {
      return external.module == sym::ets && external.name.text() != "info";  // its size is no row
    };
    return !externals_reached(program_, facts_, site, Effect::kEtsRead, of_ets).empty();
  }

  // What else the server does for long: then one reader is enough to wait.
  HandlerId busy_clause(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInit || handler.kind == HandlerKind::kTerminate || handler.kind == HandlerKind::kOther)
        continue;
      for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
        const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
        if (effects.has(Effect::kHttp) || effects.has(Effect::kSubprocess) || effects.has(Effect::kRpc) ||
            effects.has(Effect::kStartChild))
          return id;
        if (effects.has(Effect::kCall) && analysis::bound_at(program_, facts_, site, Effect::kCall) == analysis::Bound::kInfinite)
          return id;
      }
    }
    return {};
  }

  void report(ProcessId id, const std::vector<Read>& reads, const std::vector<MessageId>& messages, const Callers& callers,
              HandlerId busy) {
    const Handler& handler = facts_.handler(reads.front().handler);
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    Finding finding = found_in(reporter_, program_, handler.function, call_span(program_, reads.front().lookup));
    finding.confidence = Confidence::kPossible;
    finding.message = shown + " only looks into an ETS table: every reader passes through the one process " + name;
    if (!callers.text.empty()) finding.message += "; asked by " + callers.text;
    if (reads.size() > 1) finding.message += "; " + std::to_string(reads.size() - 1) + " more clauses do the same";
    finding.why =
        "A table can be read by all processes at once; behind a server the readers stand in a line, and each waits for "
        "whatever else " +
        name + " does.";
    if (busy) {
      finding.why += " " + analysis::display_handler(program_, facts_, facts_.handler(busy)) + " can keep it busy for long.";
    }
    finding.fix = erlang ? "Make the table named and protected with {read_concurrency, true}, keep the writes in " + name +
                               ", and let the client function read it with ets:lookup/2."
                         : "Make the table named and protected with read_concurrency: true, keep the writes in " + name +
                               ", and let the client function read it with :ets.lookup/2.";
    finding.path = analysis::path_to(program_, facts_, reads.front().lookup, Effect::kEtsRead);
    for (findings::Step& step : asking_steps(program_, facts_, messages, 8)) finding.path.push_back(std::move(step));
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i) {
      finding.path.push_back(
          {call_span(program_, callers.sites[i]), model::display_function(program_, callers.functions[i]) + " reads"});
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& table_behind_server() {
  static const Rule rule{{.code = "BW302",
                          .name = "table-behind-server",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "Reads of an ETS table, or counts in it, pass through one server"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
