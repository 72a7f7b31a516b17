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

// {start, Job}, {:subscribe, pid}: an order, of which a clause that changes nothing is the case in which nothing is to be done,
// or one whose work is done elsewhere. It is no question.
bool is_order(std::string_view tag) {
  constexpr std::array<std::string_view, 26> kVerbs = {
      "start",  "stop",   "send",  "subscribe", "unsubscribe", "publish",  "notify",     "write", "store",
      "update", "add",    "put",   "delete",    "remove",      "register", "unregister", "set",   "new",
      "run",    "invoke", "apply", "execute",   "cancel",      "reset",    "reload",     "submit"};
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view verb) {
    return tag.starts_with(verb) && (tag.size() == verb.size() || tag[verb.size()] == '_');
  });
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
      if (is_quiet_answer(clause) && !is_order(clause.pattern.tag.text()) &&
          (gives_state(clause) || gives_what_all_may_read(clause)))
        reads.push_back(handler);
    }
    if (reads.empty()) return;
    if (review_fixed(id, reads) || !is_one_of_few(program_, facts_, id)) return;
    const HandlerId busy = slow_handler(process);
    // The design is the same for all reads of the process: the one that is asked most speaks for all.
    std::optional<Reading> best;
    for (const HandlerId handler : reads) {
      std::optional<Reading> reading = reading_of(id, handler, busy);
      if (reading && (!best || reading->weight() > best->weight())) best = std::move(reading);
    }
    if (best) report(id, *best, busy, reads);
  }

  // A clause that only reads, and who asks it.
  struct Reading {
    HandlerId handler;
    std::vector<MessageId> messages;
    Callers callers;
    Given given = Given::kState;
    bool many = false;   // by many processes, of a state that hardly anybody writes
    bool often = false;  // they are many or ask often, as far as it can be seen
    int weight() const { return (many ? 2 : 0) + (often ? 1 : 0); }
  };

  std::optional<Reading> reading_of(ProcessId id, HandlerId handler, HandlerId busy) const {
    const Process& process = facts_.process(id);
    const std::vector<MessageId> messages = messages_to(facts_, handler);
    const Callers callers = callers_of(program_, facts_, messages, id);
    if (messages.empty() || callers.only_tools) return {};
    const bool goes_on = process.count == Count::kOne && asks_for_a_key(messages) && is_asked_by_interface(callers, messages);
    // What is asked for on the way to something else is asked for each time that is done.
    const std::size_t places = callers.functions.size() + (goes_on ? home_callers(messages).size() + 1 : 0);
    const Writing writing = writing_of(process, id, callers, places, fields_given_by(id, facts_.handler(handler)));
    if (writing == Writing::kOften) return {};
    const bool shared = callers.requests || callers.modules.size() >= 4 || (callers.many && callers.modules.size() >= 2) ||
                        names_processes(messages);
    // A reader has to wait for whatever else the server does: then one public reader is enough.
    const bool stalled = busy && process.count == Count::kOne && (!callers.functions.empty() || callers.outside);
    const bool spawned = callers.tasks && writing == Writing::kSeldom && is_asked_by_spawned(callers);
    const Given given = gives_state(facts_.handler(handler)) ? Given::kState : Given::kElsewhere;
    const bool needless = given == Given::kElsewhere && (!callers.functions.empty() || callers.outside);
    if (!shared && !stalled && !goes_on && !spawned && !needless) return {};
    const bool often = shared || goes_on || spawned || needless || are_several(callers) ||
                       (waits_for_requests(busy) && asks_in_its_turns(callers));
    return Reading{handler, messages, callers, given, shared && writing == Writing::kSeldom, often};
  }

  // {pool_of, Slot}: what is asked for depends on what is done. A value without a key is asked for once, or by a person.
  bool asks_for_a_key(const std::vector<MessageId>& messages) const {
    return std::any_of(messages.begin(), messages.end(), [&](MessageId id) { return facts_.message(id).pattern.size >= 2; });
  }

  // Functions of several modules ask on their way to something else, or one that goes on with other processes, the network or
  // modules it is given, and nobody in sight calls them: the interface of a library, whose users may be as many as there are
  // requests.
  bool is_asked_by_interface(const Callers& callers, const std::vector<MessageId>& messages) const {
    std::vector<ModuleId> modules;
    for (std::size_t i = 0; i < callers.functions.size(); ++i) {
      const FunctionId function = callers.functions[i];
      if (!is_open(function)) continue;
      const ModuleId module = program_.module_of(function);
      if (std::find(modules.begin(), modules.end(), module) == modules.end()) modules.push_back(module);
      if (goes_on(callers.sites[i])) return true;
    }
    const std::vector<CallId> at_home = home_callers(messages);
    return modules.size() >= 2 || std::any_of(at_home.begin(), at_home.end(),
                                              [&](CallId site) { return is_open(program_.function_of(site)) && goes_on(site); });
  }

  bool is_open(FunctionId function) const { return (facts_.contexts.of(function).flags & analysis::kFromOutside) != 0; }

  // Are both requests to one server, by themselves or through functions of its module?
  bool is_for_the_same(CallId asking, CallId site) const {
    const FunctionId asked = facts_.calls.callees[asking.index].function, next = facts_.calls.callees[site.index].function;
    if (asked) return next && program_.module_of(asked) == program_.module_of(next);
    ProcessId first, second;
    for (const MessageId id : facts_.messages.by_function[program_.function_of(asking).index]) {
      if (facts_.message(id).site == asking) first = facts_.message(id).receiver;
      if (facts_.message(id).site == site) second = facts_.message(id).receiver;
    }
    return first && first == second;
  }

  // Does the function, beside asking, call other processes or hosts, work with files, or call a module that is known
  // only when it runs?
  bool goes_on(CallId asking) const {
    const auto sites = program_.calls_of(program_.function_of(asking));
    return std::any_of(sites.begin(), sites.end(), [&](CallId site) {
      if (site == asking || is_for_the_same(asking, site)) return false;
      if (!facts_.calls.callees[site.index].known()) return static_cast<bool>(program_.call(site).name);
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      return effects.has(Effect::kCall) || effects.has(Effect::kHttp) || effects.has(Effect::kSocket) ||
             effects.has(Effect::kDatabase) || effects.has(Effect::kFile);
    });
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
      // A state that is one small thing is that of many a helper, which one process asks now and then.
      if (is_one_thing(id) && !callers.concurrent() && !is_used_at_home(messages)) continue;
      report(id, {handler, messages, callers, given, callers.concurrent(), true}, {}, reads);
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
      // A function that asks by itself and goes on.
      const std::uint16_t flags = facts_.contexts.of(message.sender).flags;
      if ((flags & (analysis::kFromOutside | analysis::kInRequest)) != 0 && goes_on(message.site) &&
          in_production(program_, facts_, message.sender))
        sites.push_back(message.site);
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
      if (is_one_thing(id) && gives_unchanging_whole(state, unit, answer)) {
        any = true;
        continue;
      }
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

  // No map, record or the like with parts.
  bool is_one_thing(ProcessId id) const {
    const analysis::StateClass& state = analysis::states_of(program_, facts_).of(id);
    if (state.fields.size() != 1 || !state.whole()) return false;
    // Callbacks of another behaviour may return states as well.
    const ModuleId module = facts_.process(id).module;
    const auto directives = program_.unit_of(module).directives_of(program_.module(module));
    return std::all_of(directives.begin(), directives.end(), [](const model::Directive& directive) {
      const std::string_view name = directive.module.text();
      const bool gives = directive.kind == model::DirectiveKind::kUse || directive.kind == model::DirectiveKind::kBehaviour;
      return !gives || name == "gen_server" || name == "Elixir.GenServer";
    });
  }

  // {reply, {ok, State}, State} of a state without parts that init alone makes.
  static bool gives_unchanging_whole(const analysis::StateClass& state, const Unit& unit, const Answer& answer) {
    if (!state.whole() || state.whole()->writes.empty()) return false;
    const std::vector<analysis::StateWrite>& writes = state.whole()->writes;
    if (!std::all_of(writes.begin(), writes.end(), [](const analysis::StateWrite& write) { return write.initial; })) return false;
    return !any_below(unit, answer.value, [&](ExprId part) {
      const ExprKind kind = unit.expr(part).kind;
      return kind == ExprKind::kCall || (kind == ExprKind::kVariable && !mentions(unit, part, answer.state));
    });
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
  // `places`: where it is read.
  Writing writing_of(const Process& process, ProcessId id, const Callers& readers, std::size_t places,
                     const Fields& fields) const {
    Writing found = Writing::kSeldom;
    for (const HandlerId handler_id : process.handlers) {
      const Handler& handler = facts_.handler(handler_id);
      const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
      if (!asked || !handler.changes_state || handler.catch_all || !writes(handler_id, fields)) continue;
      const Callers writers = callers_of(program_, facts_, messages_to(facts_, handler_id), id);
      // Processes of which there are many write what is their own, as a rule, and each of them does.
      const std::size_t mostly = writers.many || writers.tasks ? 3 : writers.requests ? 2 : 0;
      const std::size_t writing = writing_places(writers, readers);
      if (writing * mostly > places) return Writing::kOften;
      if (mostly > 0) found = Writing::kSometimes;
      if (!readers.requests && writing * 2 > places) return Writing::kOften;
    }
    return found;
  }

  // Who reads first and then, in one branch of a case over what came of it, has the state mended, reads each time and writes now
  // and then.
  std::size_t writing_places(const Callers& writers, const Callers& readers) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < writers.functions.size(); ++i) {
      const auto reader = std::find(readers.functions.begin(), readers.functions.end(), writers.functions[i]);
      const bool mends = reader != readers.functions.end() &&
                         readers.sites[static_cast<std::size_t>(reader - readers.functions.begin())] < writers.sites[i] &&
                         stands_in_a_case(writers.sites[i]);
      count += mends ? 0 : 1;
    }
    return count;
  }

  bool stands_in_a_case(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kCase) return true;
    }
    return false;
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

  // The network decides how long the server works, and so how long even a rare reader waits.
  bool waits_for_requests(HandlerId busy) const {
    if (!busy) return false;
    const Effect effect = slow_part(facts_.handler(busy))->effect;
    return effect == Effect::kHttp || effect == Effect::kDatabase;
  }

  // The one reader is a server, which asks for each of its messages.
  bool asks_in_its_turns(const Callers& callers) const {
    return std::all_of(callers.functions.begin(), callers.functions.end(), [&](FunctionId function) {
      const std::vector<ProcessId>& processes = facts_.contexts.of(function).processes;
      return std::any_of(processes.begin(), processes.end(), [&](ProcessId id) {
        const std::vector<HandlerId> handlers = analysis::handlers_running(program_, facts_, id, function);
        return std::any_of(handlers.begin(), handlers.end(), [&](HandlerId handler) {
          const HandlerKind kind = facts_.handler(handler).kind;
          return kind == HandlerKind::kInfo || kind == HandlerKind::kCall || kind == HandlerKind::kCast;
        });
      });
    });
  }

  // Readers of several modules or processes, or none in sight at all. One alone may ask once in a while, and waits once in a
  // while.
  static bool are_several(const Callers& callers) {
    return callers.concurrent() || callers.tasks || callers.loop || callers.functions.size() != 1;
  }

  void report(ProcessId id, const Reading& reading, HandlerId busy, const std::vector<HandlerId>& reads) {
    const Handler& handler = facts_.handler(reading.handler);
    const std::vector<MessageId>& messages = reading.messages;
    const Callers& callers = reading.callers;
    const Given given = reading.given;
    const bool fixed = given == Given::kFixed || given == Given::kComputed;
    const bool erlang = in_erlang(program_, handler.function);
    const std::string name = process_name(program_, facts_, id);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const Message& message = facts_.message(messages.front());

    Finding finding = found_in(reporter_, program_, handler.function, clause_span(handler));
    // Readers that are not in sight may be rare; they matter where the network decides how long they wait.
    const std::vector<CallId> at_home = home_callers(messages);
    const bool seen = !callers.functions.empty() || ((fixed || asks_for_a_key(messages)) && !at_home.empty()) ||
                      given == Given::kElsewhere || names_processes(messages);
    const bool unseen = !seen && !(busy && is_network(*slow_part(facts_.handler(busy))));
    finding.severity = unseen || !reading.often ? Severity::kLow : Severity::kMedium;
    finding.confidence = reading.many ? Confidence::kLikely : Confidence::kPossible;
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
