// Servers that call each other synchronously from their callbacks wait for each other: nobody is left to answer. With the default
// timeout both die after five seconds, with infinity they hang for ever. A server that calls itself exits with calling_self.
#include <algorithm>
#include <optional>
#include <set>

#include "rules/agent_cycles.h"
#include "rules/offloads.h"
#include "rules/reach.h"
#include "rules/support.h"
#include "rules/waiting.h"

namespace beamwright::rules {
namespace {

// A clause that, while it runs, calls another clause (of the same process or of another) and waits.
struct Wait {
  HandlerId from;
  HandlerId to;  // a clause that takes the message; unset when nobody does, yet the process is called
  ProcessId called;
  MessageId message;
  std::vector<CallId> chain;
  bool possible = false;
  bool stops = false;  // no message: it waits until a process of that class has stopped
};

bool is_callback(HandlerKind kind) {
  return kind == HandlerKind::kCall || kind == HandlerKind::kCast || kind == HandlerKind::kInfo || kind == HandlerKind::kContinue;
}

class Cycles {
 public:
  Cycles(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter), waits_(facts.processes.handlers.size()) {}

  // A circle is told once, at the first of its clauses: whether that is in a wanted file is asked only when a wanted clause is on
  // a circle at all.
  void run() {
    probing_ = true;
    search_all();
    probing_ = false;
    if (closed_) search_all();
  }

 private:
  void search_all() {
    // First the circles that one message closes by itself, then those that two messages under way at the same time close.
    for (const bool exact : {true, false}) {
      exact_ = exact;
      for (std::uint32_t i = 0; i < waits_.size() && !(probing_ && closed_); ++i) {
        if (probing_ && !reporter_.wants(program_, facts_.handler(HandlerId(i)).function)) continue;
        path_.clear();
        entered_.clear();
        search(HandlerId(i), facts_.handler(HandlerId(i)).process);
      }
    }
  }

  const std::vector<Wait>& waits_of(HandlerId id) {
    if (!waits_[id.index]) {
      waits_[id.index].emplace();
      collect(id, *waits_[id.index]);
    }
    return *waits_[id.index];
  }

  void collect(HandlerId id, std::vector<Wait>& waits) {
    const Handler& handler = facts_.handler(id);
    if (!is_callback(handler.kind) || !in_production(program_, facts_, handler.function)) return;
    for (const CallId site : analysis::calls_in_clause(program_, handler.function, handler.clause)) {
      for (Reached& reached : messages_reached(program_, facts_, site, MessageKind::kCall, true)) {
        const Message& message = facts_.message(reached.message);
        if (!message.receiver || goes_to_nodes(program_, facts_, message) || ends_in_exit(reached.chain)) continue;
        // Which instance is called, and which is calling, is known only of processes that there is one of.
        const bool possible = reached.possible || !is_one(message.receiver) || !is_one(handler.process);
        Wait wait{id, {}, message.receiver, reached.message, reached.chain, possible};
        if (message.receiver == handler.process) {
          waits.push_back(wait);
          continue;
        }
        for (const HandlerId taker : takers(facts_, message)) {
          wait.to = taker;
          waits.push_back(wait);
        }
      }
      if (handler.kind == HandlerKind::kCall) collect_stops(id, site, waits);
    }
    for (const Offload& offload : offloads_of(program_, facts_, handler)) collect_offloaded(id, offload, waits);
  }

  // A process that is to answer for the clause: whoever called waits for what it calls, whether the server is free or not.
  void collect_offloaded(HandlerId id, const Offload& offload, std::vector<Wait>& waits) {
    const ProcessId own = facts_.handler(id).process;
    for (const CallId site : calls_of_offload(program_, facts_, offload)) {
      for (const MessageId sent : facts_.messages.by_function[program_.function_of(site).index]) {
        if (facts_.message(sent).site == site && !asks_first(site)) add_offloaded(id, own, sent, offload.chain, {site}, waits);
      }
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || !facts_.effects.all[callee.index].has(Effect::kCall) || asks_who_it_is(program_, facts_, callee)) continue;
      for (const CallId inner : program_.calls_of(callee)) {
        for (const Reached& reached : messages_reached(program_, facts_, inner, MessageKind::kCall, true)) {
          std::vector<CallId> chain = {site};
          chain.insert(chain.end(), reached.chain.begin(), reached.chain.end());
          if (!reached.possible) add_offloaded(id, own, reached.message, offload.chain, chain, waits);
        }
      }
    }
  }

  bool asks_first(CallId site) const {
    const FunctionId wrapper = facts_.calls.callees[site.index].function;
    return wrapper && asks_who_it_is(program_, facts_, wrapper);
  }

  void add_offloaded(HandlerId id, ProcessId own, MessageId sent, const std::vector<CallId>& start,
                     const std::vector<CallId>& way, std::vector<Wait>& waits) {
    const Message& message = facts_.message(sent);
    // The server itself is free to answer its own task.
    if (message.kind != MessageKind::kCall || !message.receiver || message.receiver == own || message.likely) return;
    if (goes_to_nodes(program_, facts_, message)) return;
    Wait wait{id, {}, message.receiver, sent, start, !is_one(message.receiver) || !is_one(own)};
    wait.chain.insert(wait.chain.end(), way.begin(), way.end());
    for (const HandlerId taker : takers(facts_, message)) {
      wait.to = taker;
      waits.push_back(wait);
    }
  }

  // gen_statem:stop(Pid) and its like in the interface of another class: a process that is in a call cannot stop.
  void collect_stops(HandlerId id, CallId site, std::vector<Wait>& waits) {
    if (!analysis::effects_at(program_, facts_, site).has(Effect::kCall)) return;
    for (const ReachedCall& reached : externals_reached(program_, facts_, site, Effect::kCall, stops_process)) {
      const ProcessId stopped = facts_.processes.of(program_.module_of(program_.function_of(reached.leaf)));
      if (!stopped || stopped == facts_.handler(id).process || reached.chain.size() < 2 || reached.possible) continue;
      if (facts_.process(stopped).kind == analysis::ProcessKind::kSupervisor) continue;
      waits.push_back({id, {}, stopped, {}, reached.chain, true, true});
    }
  }

  // On the way to an exit the process is lost anyway.
  bool ends_in_exit(const std::vector<CallId>& chain) const {
    return std::any_of(chain.begin(), chain.end(), [&](CallId site) {
      const FunctionId callee = facts_.calls.callees[site.index].function;
      return callee && always_exits(program_, facts_, callee);
    });
  }

  bool is_one(ProcessId id) const { return facts_.process(id).count == analysis::Count::kOne; }

  // Depth first from a clause of `start` back to any clause of `start`.
  void search(HandlerId at, ProcessId start) {
    constexpr std::size_t kLongest = 6;
    if (path_.size() >= kLongest || !entered_.insert(at).second) return;
    for (const Wait& wait : waits_of(at)) {
      path_.push_back(&wait);
      if (wait.called == start) {
        if (!path_.front()->stops || wait.to == path_.front()->from) report();
      } else if (wait.stops && path_.size() == 1) {
        for (const HandlerId other : facts_.process(wait.called).handlers) search(other, start);
      } else if (wait.to && !on_path(wait.called)) {
        if (exact_)
          search(wait.to, start);
        else
          for (const HandlerId other : facts_.process(wait.called).handlers) search(other, start);
      }
      path_.pop_back();
    }
  }

  bool on_path(ProcessId id) const {
    return std::any_of(path_.begin(), path_.end() - 1, [&](const Wait* w) { return facts_.handler(w->from).process == id; });
  }

  void report() {
    std::vector<ProcessId> processes;
    bool possible = false;
    for (const Wait* wait : path_) {
      processes.push_back(facts_.handler(wait->from).process);
      possible |= wait->possible;
    }
    // Two instances of one class may call each other in peace, and often do.
    closed_ = true;
    if (probing_) return;
    if (processes.size() == 1 && possible) return;
    // A guess at the end of a long way is no evidence.
    constexpr std::size_t kLongGuess = 8;
    std::size_t steps = 0;
    for (const Wait* wait : path_) steps += wait->chain.size();
    if (possible && steps > kLongGuess) return;
    std::vector<ProcessId> key = processes;
    std::sort(key.begin(), key.end());
    if (!reported_.insert(key).second) return;

    const Wait& first = *path_.front();
    const CallId site = first.chain.front();
    const FunctionId function = facts_.handler(first.from).function;
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = exact_ ? Severity::kCritical : Severity::kHigh;
    constexpr std::size_t kShort = 3;  // on a longer way there may be conditions
    finding.confidence = possible                                                     ? Confidence::kPossible
                         : path_.size() == 1 && path_.front()->chain.size() <= kShort ? Confidence::kCertain
                                                                                      : Confidence::kLikely;
    finding.structural = true;
    describe(finding, processes, in_erlang(program_, function));
    for (const Wait* wait : path_) add_steps(*wait, finding.path);
    if (const HandlerId last = path_.back()->to; last && path_.size() > 1) {
      const Handler& taker = facts_.handler(last);
      const ExprId pattern = taker.pattern.expr.expr;
      if (pattern)
        finding.path.push_back({program_.unit(taker.pattern.expr.unit).span(pattern),
                                analysis::display_handler(program_, facts_, taker) + " cannot take it while " +
                                    process_name(program_, facts_, taker.process) + " waits"});
    }
    if (possible && only_as_fallback()) finding.severity = Severity::kLow;
    report_weighed(reporter_, std::move(finding));
  }

  // Does some step stand in a clause for anything else, of a case that looks something up first? `case cached(Key) of {ok, V} ->
  // V; _ -> gen_server:call(…) end` asks when the look-up found nothing, which the circle as a whole may rule out.
  bool only_as_fallback() const {
    return std::any_of(path_.begin(), path_.end(), [&](const Wait* wait) {
      return std::any_of(wait->chain.begin() + 1, wait->chain.end(), [&](CallId site) { return is_fallback(site); });
    });
  }

  bool is_fallback(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    ExprId below = program_.call(site).expr;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kClosure) return false;
      if (e.kind != ExprKind::kCase || e.child_count == 0 || unit.expr(unit.child(around, 0)).kind != ExprKind::kCall) continue;
      bool first = true;
      for (const model::ClauseId c : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(c);
        if (!first && clause.body == below && !clause.guard && clause.pattern_count == 1) {
          const ExprKind kind = unit.expr(unit.patterns_of(clause)[0]).kind;
          if (kind == ExprKind::kWildcard || kind == ExprKind::kVariable) return true;
        }
        first = false;
      }
    }
    return false;
  }

  void describe(Finding& finding, const std::vector<ProcessId>& processes, bool erlang) const {
    std::vector<std::string> names;
    for (const ProcessId id : processes) names.push_back(process_name(program_, facts_, id));
    const Wait& first = *path_.front();
    const std::string message = first.stops ? "a stop" : message_text(facts_.message(first.message).pattern, erlang);
    const std::string handler = analysis::display_handler(program_, facts_, facts_.handler(first.from));
    if (names.size() == 1) {
      finding.message = names[0] + " calls itself: " + handler + " sends it " + message + " and waits for the reply";
      finding.why =
          "Nobody but the process itself could answer; OTP exits with calling_self, and " + names[0] + " dies each time.";
      finding.fix = "In " + handler + " call the function that does the work of " + message +
                    " directly, on the state at hand; "
                    "the client function is for other processes.";
    } else {
      std::string circle;
      for (const std::string& name : names) circle += name + " → ";
      finding.message =
          "Servers that wait for each other: " + circle + names[0] + ", beginning with " + message + " from " + handler;
      finding.why = (exact_ ? "While " + names[0] + " waits for " + names[1] + ", it cannot answer the call that comes back to it"
                            : "When they do so at the same time, each waits for an answer that the other cannot give") +
                    ": all of them exit when the timeout is over, together with everybody who waits for them, or hang for ever "
                    "with infinity.";
      finding.fix = "Break the circle in one place: pass what " + names.back() + " needs from " + names[0] +
                    " along in the message, read it from an ETS table, or answer later with " +
                    (erlang ? "gen_server:reply/2" : "GenServer.reply/2") + " instead of waiting inside the callback.";
    }
    std::sort(names.begin(), names.end());
    finding.key = join_names(names, names.size());
  }

  void add_steps(const Wait& wait, std::vector<findings::Step>& path) const {
    if (wait.stops) {
      append_chain(program_, facts_, wait.chain, path);
      path.back().message += ", and waits until " + process_name(program_, facts_, wait.called) + " has stopped";
      return;
    }
    const Message& message = facts_.message(wait.message);
    const Handler& handler = facts_.handler(wait.from);
    const bool erlang = in_erlang(program_, handler.function);
    path.push_back({call_span(program_, wait.chain.front()), analysis::display_handler(program_, facts_, handler) + " calls " +
                                                                 callee_text(program_, facts_, wait.chain.front())});
    for (std::size_t i = 1; i < wait.chain.size(); ++i) path.push_back(call_step(program_, facts_, wait.chain[i]));
    path.push_back({call_span(program_, message.site), process_name(program_, facts_, wait.called) + " is asked for " +
                                                           message_text(message.pattern, erlang) + " and waited for" +
                                                           wait_text(message.timeout.milliseconds)});
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::vector<std::optional<std::vector<Wait>>> waits_;  // by HandlerId; none until somebody asks
  bool probing_ = false;                                 // looks whether there is a circle at all, and tells none
  bool closed_ = false;                                  // there is one
  bool exact_ = true;  // a message leads to the very clauses that take it, not to all of the process
  std::vector<const Wait*> path_;
  std::set<HandlerId> entered_;
  std::set<std::vector<ProcessId>> reported_;
};

void report_agent(const Program& program, const Facts& facts, Reporter& reporter, const AgentCycle& cycle) {
  const FunctionId function = program.function_of(cycle.site);
  const std::string name = model::display_module(cycle.agent);
  Finding finding = found_in(reporter, program, function, call_span(program, cycle.site));
  finding.severity = Severity::kCritical;
  finding.confidence = Confidence::kLikely;
  finding.structural = true;
  finding.message = "The agent " + name + " waits for itself: the function given to " + callee_text(program, facts, cycle.site) +
                    " asks it again";
  finding.why =
      "The function runs in the agent's process, and nobody but the agent could answer; OTP exits with calling_self, "
      "and the agent is lost with its state.";
  finding.fix =
      "Take what is needed out of the state that the function is given, or ask before: `value = get(key)`, then "
      "`Agent.update(agent, &Map.put(&1, key, value))`.";
  append_chain(program, facts, cycle.chain, finding.path);
  finding.key = name + " " + finding.function;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Cycles(program, facts, reporter).run();
  for (const AgentCycle& cycle : agent_cycles(program, facts, reporter)) report_agent(program, facts, reporter, cycle);
}

}  // namespace

const Rule& call_cycle() {
  static const Rule rule{{.code = "BW403",
                          .name = "call-cycle",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kCritical,
                          .summary = "Servers that call each other synchronously, or themselves: a deadlock"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
