// One process answers at most a few hundred thousand small reads a second, and while it does anything else it answers none. State
// that many processes read and that rarely changes belongs into an ETS table or persistent_term, where readers do not meet.
#include <algorithm>
#include <array>
#include <optional>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/callers.h"
#include "rules/load.h"
#include "rules/replies.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/work.h"

namespace beamwright::rules {
namespace {

using analysis::Count;
using analysis::ProcessKind;

// What a read may do besides looking at the state.
bool is_quiet(analysis::EffectSet effects) {
  for (const Effect allowed : {Effect::kLog, Effect::kExit, Effect::kCompute})
    effects.bits &= ~(1u << static_cast<unsigned>(allowed));
  return effects.empty();
}

bool is_network(const SlowWork& work) {
  return work.effect == Effect::kHttp || work.effect == Effect::kDatabase || work.effect == Effect::kRpc;
}

// What a clause answers with.
enum class Given : std::uint8_t {
  kState,      // what the state holds now
  kFixed,      // what init put into the state and nothing changes
  kComputed,   // what is computed of such a value, and of what the caller sent
  kElsewhere,  // what every process can read by itself: a setting, a persistent term, a table of Mnesia
};

// Is the answer of the function another one each time it is asked, or does it ask somebody, by its name?
bool varies(std::string_view name) {
  constexpr std::array<std::string_view, 26> kWords = {
      "now",   "time", "rand",  "uniform", "unique", "uuid", "today",   "send",  "call", "request", "fetch", "load",   "query",
      "write", "read", "store", "save",    "update", "post", "publish", "start", "stop", "spawn",   "exec",  "notify", "connect"};
  if (name == "make_ref" || name == "self" || name == "get" || name == "put" || name == "node") return true;
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
}

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) review(ProcessId(i));
  }

 private:
  static bool serves(const Process& process) {
    return process.kind == ProcessKind::kGenServer || process.kind == ProcessKind::kGenStatem;
  }

  void review(ProcessId id) {
    const Process& process = facts_.process(id);
    if (process.count == Count::kMany || !serves(process)) return;
    std::vector<HandlerId> reads;
    for (const HandlerId handler : process.handlers) {
      const Handler& clause = facts_.handler(handler);
      if (is_quiet_answer(clause) && (gives_state(clause) || gives_what_all_may_read(clause))) reads.push_back(handler);
    }
    if (reads.empty()) return;
    if (review_fixed(id, reads) || !is_one_of_few(program_, facts_, id)) return;
    const HandlerId busy = slow_handler(process);
    for (const HandlerId handler : reads) {
      const std::vector<MessageId> messages = messages_to(facts_, handler);
      const Callers callers = callers_of(program_, facts_, messages, id);
      if (messages.empty() || callers.only_tools) continue;
      const Writing writing = writing_of(process, id, callers, fields_given_by(id, facts_.handler(handler)));
      if (writing == Writing::kOften) continue;
      const bool shared = callers.requests || callers.modules.size() >= 4 || (callers.many && callers.modules.size() >= 2) ||
                          names_processes(messages);
      // A reader has to wait for whatever else the server does: then one public reader is enough.
      const bool stalled = busy && process.count == Count::kOne && (!callers.functions.empty() || callers.outside);
      const bool interface = process.count == Count::kOne && asks_for_a_key(messages) && is_asked_by_interface(callers);
      const bool spawned = callers.tasks && writing == Writing::kSeldom && is_asked_by_spawned(callers);
      const Given given = gives_state(facts_.handler(handler)) ? Given::kState : Given::kElsewhere;
      const bool needless = given == Given::kElsewhere && !callers.functions.empty();
      if (!shared && !stalled && !interface && !spawned && !needless) continue;
      report(id, facts_.handler(handler), messages, callers, busy, shared && writing == Writing::kSeldom, given, reads);
      return;  // the design is the same for all reads of the process
    }
  }

  // {pool_of, Slot}: what is asked for depends on what is done. A value without a key is asked for once, or by a person.
  bool asks_for_a_key(const std::vector<MessageId>& messages) const {
    return std::any_of(messages.begin(), messages.end(), [&](MessageId id) { return facts_.message(id).pattern.size >= 2; });
  }

  // Functions of several modules ask on their way to something else, and nobody in sight calls them: the interface of a library,
  // whose users may be as many as there are requests.
  bool is_asked_by_interface(const Callers& callers) const {
    std::vector<ModuleId> modules;
    for (const FunctionId function : callers.functions) {
      const bool open = (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0;
      const ModuleId module = program_.module_of(function);
      if (open && std::find(modules.begin(), modules.end(), module) == modules.end()) modules.push_back(module);
    }
    return modules.size() >= 2;
  }

  // By processes that somebody spawns for each connection, job or element of a list.
  bool is_asked_by_spawned(const Callers& callers) const {
    return std::any_of(callers.functions.begin(), callers.functions.end(),
                       [&](FunctionId function) { return is_spawned_often(program_, facts_, function); });
  }

  // A value that init sets and nothing changes needs no process at all.
  bool review_fixed(ProcessId id, const std::vector<HandlerId>& reads) {
    for (const HandlerId handler : reads) {
      const Given given = given_by(id, facts_.handler(handler));
      if (given == Given::kState) continue;
      std::vector<MessageId> messages = messages_to(facts_, handler);
      std::erase_if(messages, [&](MessageId message) { return asks_a_pid(facts_.message(message)); });
      if (messages.empty() || (given == Given::kComputed && !asks_for_a_key(messages))) continue;
      const Callers callers = callers_of(program_, facts_, messages, id);
      if (callers.only_tools || (callers.functions.empty() && !is_used_at_home(messages))) continue;
      report(id, facts_.handler(handler), messages, callers, {}, callers.concurrent(), given, reads);
      return true;
    }
    return false;
  }

  // The functions of the server's own module that get to a message by calling, the sender first.
  std::vector<FunctionId> ways_at_home(const Message& message) const {
    constexpr std::size_t kMost = 30;
    const ModuleId home = program_.module_of(message.sender);
    std::vector<FunctionId> ways = {message.sender};
    for (std::size_t i = 0; i < ways.size() && ways.size() < kMost; ++i) {
      for (const std::uint32_t edge : facts_.calls.incoming_of(ways[i])) {
        const FunctionId caller = facts_.calls.callers[edge];
        if (program_.module_of(caller) != home || std::find(ways.begin(), ways.end(), caller) != ways.end()) continue;
        ways.push_back(caller);
      }
    }
    return ways;
  }

  // whereis_name/1 of a registry is asked for each message that is sent to {via, Registry, Name} (OTP: gen_server, server_ref()).
  bool names_processes(const std::vector<MessageId>& messages) const {
    return std::any_of(messages.begin(), messages.end(), [&](MessageId id) {
      const std::vector<FunctionId> ways = ways_at_home(facts_.message(id));
      return std::any_of(ways.begin(), ways.end(), [&](FunctionId way) {
        const model::Function& function = program_.function(way);
        return function.arity == 1 && function.name.text() == "whereis_name" && function.has(model::kPublic);
      });
    });
  }

  // A function of the server's module that other processes run, a hook or callback, asks on its way to something else.
  bool is_used_at_home(const std::vector<MessageId>& messages) const { return !home_callers(messages).empty(); }

  std::vector<CallId> home_callers(const std::vector<MessageId>& messages) const {
    std::vector<CallId> sites;
    for (const MessageId id : messages) {
      const Message& message = facts_.message(id);
      const ModuleId home = program_.module_of(message.sender);
      for (const std::uint32_t i : facts_.calls.incoming_of(message.sender)) {
        const FunctionId caller = facts_.calls.callers[i];
        const analysis::Context& context = facts_.contexts.of(caller);
        if (program_.module_of(caller) != home || (context.flags & (analysis::kFromOutside | analysis::kInRequest)) == 0)
          continue;
        if (!in_production(program_, facts_, caller) || program_.function(caller).has(model::kSynthetic)) continue;
        sites.push_back(facts_.calls.edges[i].site);
      }
    }
    return sites;
  }

  // Is every field in the reply written by init alone, and is the reply such a value or made of such values?
  Given given_by(ProcessId id, const Handler& handler) const {
    const analysis::StateClass& state = analysis::states_of(program_, facts_).of(id);
    if (!state.complete) return Given::kState;
    bool any = false, computed = false;
    for (const Answer& answer : answers_of(program_, facts_, handler)) {
      const Unit& unit = program_.unit_of(answer.function);
      const bool changing = any_below(unit, analysis::local_value(unit, answer.value), [&](ExprId part) {
        const Symbol name = analysis::field_read(unit, part);
        if (!name) {
          const bool call = unit.expr(part).kind == ExprKind::kCall;
          computed |= call;
          return call && varies(unit.call_of(unit.expr(part)).name.text());
        }
        any = true;
        const analysis::StateField* field = state.field(name);
        return !field || field->writes.empty() ||
               !std::all_of(field->writes.begin(), field->writes.end(), [](const auto& write) { return write.initial; });
      });
      if (changing) return Given::kState;
    }
    return !any ? Given::kState : computed ? Given::kComputed : Given::kFixed;
  }

  // A pid at hand is one process of several: each keeps its own value.
  bool asks_a_pid(const Message& message) const {
    const analysis::External* external = facts_.calls.external(message.site);
    const std::span<const ExprId> arguments = arguments_of(program_, message.site);
    const std::size_t at = external && external->row ? external->row->target_argument : 0;
    if (at == 0 || at > arguments.size()) return true;
    const Unit& unit = program_.unit_of(message.site);
    const ExprId target = analysis::local_value(unit, arguments[at - 1]);
    return !target || (unit.expr(target).kind != ExprKind::kAtom && unit.expr(target).kind != ExprKind::kCall);
  }

  // A clause that answers and does nothing else.
  bool is_quiet_answer(const Handler& handler) const {
    if (handler.kind != HandlerKind::kCall || handler.changes_state || handler.catch_all) return false;
    if (!answers_at_once(program_, facts_, handler) || !in_production(program_, facts_, handler.function)) return false;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      if (is_reply(facts_, site) || reads_for_all(site)) continue;
      if (!facts_.calls.callees[site.index].known() || !is_quiet(analysis::effects_at(program_, facts_, site))) return false;
    }
    return true;
  }

  // Part of the state, itself or what is made of it.
  bool gives_state(const Handler& handler) const {
    const std::vector<Answer> answers = answers_of(program_, facts_, handler);
    return std::any_of(answers.begin(), answers.end(), [&](const Answer& answer) {
      return mentions(program_.unit_of(answer.function), answer.value, answer.state);
    });
  }

  // A clause that never looks at its state and gives what its callers could read where they are.
  bool gives_what_all_may_read(const Handler& handler) const {
    if (handler.reads_state) return false;
    const std::vector<CallId> sites = calls_at_home(handler);
    return std::any_of(sites.begin(), sites.end(), [&](CallId site) { return reads_for_all(site); }) &&
           std::none_of(sites.begin(), sites.end(), [&](CallId site) { return writes_for_all(site); });
  }

  // The calls in the clause, and in the functions of its module that it calls.
  std::vector<CallId> calls_at_home(const Handler& handler) const {
    std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    for (std::size_t i = 0, end = sites.size(); i < end; ++i) {
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || program_.module_of(callee) != program_.module_of(handler.function)) continue;
      for (const CallId inner : program_.calls_of(callee)) sites.push_back(inner);
    }
    return sites;
  }

  bool writes_for_all(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external) return false;
    const std::string_view name = external->name.text();
    return name == "set_env" || name == "put_env" || name == "unset_env" || name == "put" || name == "erase";
  }

  // Settings, persistent terms and dirty reads of Mnesia, which every process of the node may make (OTP: application:get_env/2,
  // persistent_term:get/2, mnesia:dirty_read/2).
  bool reads_for_all(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external) return false;
    const std::string_view module = external->module.text(), name = external->name.text();
    if (module == "application" || module == "Elixir.Application")
      return name == "get_env" || name == "get_all_env" || name == "fetch_env!" || name == "fetch_env";
    if (module == "persistent_term") return name == "get";
    return module == "mnesia" && name.starts_with("dirty_") &&
           (name.ends_with("read") || name == "dirty_match_object" || name == "dirty_select" || name == "dirty_all_keys");
  }

  using Fields = std::vector<const analysis::StateField*>;

  // The fields that the answers are taken from; none where they cannot all be told.
  Fields fields_given_by(ProcessId id, const Handler& handler) const {
    const analysis::StateClass& state = analysis::states_of(program_, facts_).of(id);
    Fields fields;
    if (!state.complete) return fields;
    for (const Answer& answer : answers_of(program_, facts_, handler)) {
      const Unit& unit = program_.unit_of(answer.function);
      const bool lost = any_below(unit, answer.value, [&](ExprId part) {
        const ExprKind kind = unit.expr(part).kind;
        if (kind != ExprKind::kVariable && kind != ExprKind::kField) return false;
        const Symbol name = analysis::field_read(unit, part);
        const analysis::StateField* field = name ? state.field(name) : nullptr;
        if (field) fields.push_back(field);
        return !field && kind == ExprKind::kVariable && mentions(unit, part, answer.state) && !is_base_of_field(unit, part);
      });
      if (lost) return {};
    }
    return fields;
  }

  static bool is_base_of_field(const Unit& unit, ExprId variable) {
    const ExprId around = unit.parent(variable);
    return around && static_cast<bool>(analysis::field_read(unit, around));
  }

  // May a clause change one of the fields; any, where they are not known?
  static bool writes(HandlerId handler, const Fields& fields) {
    if (fields.empty()) return true;
    return std::any_of(fields.begin(), fields.end(), [&](const analysis::StateField* field) {
      return std::any_of(field->writes.begin(), field->writes.end(), [&](const analysis::StateWrite& write) {
        return std::find(write.handlers.begin(), write.handlers.end(), handler) != write.handlers.end();
      });
    });
  }

  // How often the state changes on request, beside the reads.
  enum class Writing : std::uint8_t { kSeldom, kSometimes, kOften };

  // Calls and casts that change the state and come from where the reads come from: then it is no read-mostly state. Of two places
  // that requests run nobody knows which is run more often; several readers to one writer say that it is read, mostly.
  Writing writing_of(const Process& process, ProcessId id, const Callers& readers, const Fields& fields) const {
    Writing found = Writing::kSeldom;
    for (const HandlerId handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
      if (!asked || !handler.changes_state || handler.catch_all || !writes(handler_id, fields)) continue;
      const Callers writers = callers_of(program_, facts_, messages_to(facts_, handler_id), id);
      // Processes of which there are many write what is their own, as a rule, and each of them does.
      const std::size_t mostly = writers.many || writers.tasks ? 3 : writers.requests ? 2 : 0;
      if (writers.functions.size() * mostly > readers.functions.size()) return Writing::kOften;
      if (mostly > 0) found = Writing::kSometimes;
      if (!readers.requests && writers.functions.size() * 2 > readers.functions.size()) return Writing::kOften;
    }
    return found;
  }

  HandlerId slow_handler(const Process& process) const {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      // What the server does by itself comes again and again; what it is asked for may be rare.
      if (handler.kind != HandlerKind::kInfo && handler.kind != HandlerKind::kCast && handler.kind != HandlerKind::kContinue)
        continue;
      if (slow_part(handler)) return id;
    }
    return {};
  }

  std::optional<SlowWork> slow_part(const Handler& handler) const {
    for (const SlowWork& work : slow_work(program_, facts_, handler, {.files = false, .calls = false})) {
      if (!work.possible && is_heavy(work) && !is_mnesia(facts_, work)) return work;
    }
    return {};
  }

  void report(ProcessId id, const Handler& handler, const std::vector<MessageId>& messages, const Callers& callers,
              HandlerId busy, bool shared, Given given, const std::vector<HandlerId>& reads) {
    const bool fixed = given == Given::kFixed || given == Given::kComputed;
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const Message& message = facts_.message(messages.front());

    Finding finding = found_in(reporter_, program_, handler.function, clause_span(handler));
    // Readers that are not in sight may be rare; they matter where the network decides how long they wait.
    const std::vector<CallId> at_home = home_callers(messages);
    const bool seen = !callers.functions.empty() || (fixed && !at_home.empty()) || names_processes(messages);
    const bool unseen = !seen && !(busy && is_network(*slow_part(facts_.handler(busy))));
    finding.severity = unseen ? Severity::kLow : Severity::kMedium;
    finding.confidence = shared ? Confidence::kLikely : Confidence::kPossible;
    finding.message = "Every reader of " + message_text(message.pattern, erlang) + " passes through the one process " + name +
                      ": " + shown +
                      (given == Given::kFixed       ? " gives a value that never changes after init"
                       : given == Given::kComputed  ? " computes from values that never change after init"
                       : given == Given::kElsewhere ? " reads what every process can read by itself"
                                                    : " only reads its state");
    if (!callers.text.empty()) finding.message += "; asked by " + callers.text;
    finding.why =
        "One server answers 0.2 to 0.4 million small reads a second on all cores together, ETS 4 to 12 and persistent_term "
        "13 to 19.";
    if (busy) {
      const SlowWork work = *slow_part(facts_.handler(busy));
      const std::string slow = analysis::display_handler(program_, facts_, facts_.handler(busy));
      finding.why += " And while " + slow + " does " + describe_work(work) + ", no reader gets an answer.";
      finding.path.push_back({call_span(program_, work.site), slow + " keeps the readers waiting for " + describe_work(work)});
    }
    const std::string table = erlang ? "`ets:new(" + name + ", [named_table, protected, {read_concurrency, true}])`"
                                     : "`:ets.new(" + name + ", [:named_table, :protected, read_concurrency: true])`";
    finding.fix = "Keep what is read in a table that " + name + " owns and writes, " + table +
                  " in init, and let the client function " +
                  (erlang ? "read it with ets:lookup/2" : "read it with :ets.lookup/2") +
                  "; for a value that changes hardly ever use persistent_term.";
    finding.path.push_back(
        {call_span(program_, message.site), model::display_function(program_, message.sender) + " asks " + name});
    for (std::size_t i = 0; i < at_home.size() && i < 4; ++i) {
      finding.path.push_back(
          {call_span(program_, at_home[i]), model::display_function(program_, program_.function_of(at_home[i])) + " reads"});
    }
    for (std::size_t i = 0; i < callers.sites.size() && i < 2; ++i) {
      if (callers.sites[i] == message.site) continue;
      finding.path.push_back(
          {call_span(program_, callers.sites[i]), model::display_function(program_, callers.functions[i]) + " reads"});
    }
    add_other_reads(handler, reads, finding);
    finding.key = name + " " + std::string(message.pattern.tag.text());
    report_weighed(reporter_, std::move(finding));
  }

  // The other clauses that only read, and who asks them.
  void add_other_reads(const Handler& first, const std::vector<HandlerId>& reads, Finding& finding) const {
    constexpr std::size_t kMostSteps = 12;
    for (const HandlerId id : reads) {
      const Handler& handler = facts_.handler(id);
      if (&handler == &first) continue;
      const std::vector<MessageId> messages = messages_to(facts_, id);
      if (messages.empty() || finding.path.size() >= kMostSteps) continue;
      finding.path.push_back(
          {clause_span(handler), analysis::display_handler(program_, facts_, handler) + " only reads as well"});
      const Message& message = facts_.message(messages.front());
      finding.path.push_back({call_span(program_, message.site), model::display_function(program_, message.sender) + " asks it"});
    }
  }

  source::Span clause_span(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    if (handler.pattern.expr) return program_.unit(handler.pattern.expr.unit).span(handler.pattern.expr.expr);
    const model::Clause& clause = unit.clause(handler.clause);
    return {unit.file, clause.begin, clause.end};
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& read_through_server() {
  static const Rule rule{{.code = "BW301",
                          .name = "read-through-server",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "Many processes read state that rarely changes through one server"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
