// A timer that is not cancelled fires although nobody wants it any more. Three ways to get there are clear from the sources: the
// wrong function is asked to cancel it, for the references of the timer module and of the runtime are not interchangeable; and
// a request arms a timer anew and overwrites the reference to the one that still runs, or keeps no reference at all.
#include <algorithm>
#include <set>

#include "analysis/paths.h"
#include "analysis/values.h"
#include "rules/cancelled_timers.h"
#include "rules/kept.h"
#include "rules/stale_timers.h"
#include "rules/timers_by_key.h"
#include "rules/walk.h"
#include "rules/wanted.h"
#include "rules/wrong_cancels.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

bool is_timer(Resource resource) { return resource == Resource::kTimer || resource == Resource::kTimerServer; }

// ---- Armed anew ---------------------------------------------------------------------------------------------------------------

// What a clause of a callback runs in its own process, in the module and in helpers of other modules, a few calls deep.
struct Scope {
  FunctionId function;
  ExprId pattern;  // of the state, in the callback's own clause
  ExprId body;
  CallId from;           // how it was reached
  bool decided = false;  // something on the way decides whether it runs
};

class Rearming {
 public:
  Rearming(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(const Handler& handler) {
    collect(handler);
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      if (handler.kind != HandlerKind::kInfo && facts_.process(handler.process).kind == analysis::ProcessKind::kGenServer)
        look_for_arming(handler, scopes_[i]);
      look_for_loose_timers(handler, scopes_[i]);
    }
  }

 private:
  void collect(const Handler& handler) {
    constexpr std::size_t kMaxScopes = 60;
    scopes_.clear();
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    scopes_.push_back({handler.function, {}, clause.body, {}});
    for (const ExprId pattern : unit.patterns_of(clause)) scopes_.push_back({handler.function, pattern, {}, {}});
    if (clause.guard) scopes_.push_back({handler.function, clause.guard, {}, {}});
    std::set<FunctionId> seen;
    std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    std::vector<bool> decided(sites.size(), false);
    for (std::size_t i = 0; i < sites.size() && scopes_.size() < kMaxScopes; ++i) {
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || facts_.calls.runs[sites[i].index] != Runs::kCaller || !seen.insert(callee).second) continue;
      const bool chosen = decided[i] || is_conditional(program_.unit_of(sites[i]), program_.call(sites[i]).expr) ||
                          program_.function(callee).clauses.count > 1;
      for (const ExprId body : bodies_of(program_, callee)) scopes_.push_back({callee, {}, body, sites[i], chosen});
      for (const model::ClauseId c : program_.function(callee).clauses) {
        const Unit& there = program_.unit_of(callee);
        for (const ExprId pattern : there.patterns_of(there.clause(c))) scopes_.push_back({callee, pattern, {}, sites[i]});
      }
      for (const CallId site : program_.calls_of(callee)) {
        sites.push_back(site);
        decided.push_back(chosen);
      }
    }
  }

  void look_for_arming(const Handler& handler, const Scope& scope) {
    if (!scope.body) return;
    const Unit& unit = program_.unit_of(scope.function);
    for (const FieldWrite& write : field_writes(unit, scope.body)) {
      const ExprId value = write.value ? analysis::local_value(unit, write.value) : ExprId();
      if (!value || !is_in_state(unit, write.place)) continue;
      const Origins origins = origins_of(program_, facts_, scope.function, value);
      if (origins.unknown || origins.field || origins.made.size() != 1 || !is_timer(origins.made[0].resource)) continue;
      const CallId arming = origins.made[0].site;
      if (!is_plain_timer(handler, arming) || is_conditional(unit, write.place) || looks_at(write.field)) continue;
      report(handler, write.field, arming, unit.span(write.place));
    }
  }

  // Each event arms a timer of which nobody keeps the reference, and the timer's own handler arms the next one: every event adds
  // another loop that never ends. After an EXIT, which comes once for each linked process, one that fires once is enough.
  void look_for_loose_timers(const Handler& handler, const Scope& scope) {
    if (!scope.body || scope.decided) return;
    const Unit& unit = program_.unit_of(scope.function);
    any_below(unit, scope.body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall) return false;
      const CallId arming(unit.first_call + e.payload);
      if (returned_by(program_, facts_, arming) != Resource::kTimer) return false;
      if (!is_plain_timer(handler, arming) || is_conditional(unit, id) || cancels() || is_answer_to_end(handler)) return false;
      if (!is_dropped(arming)) return false;
      const HandlerId own = handler_of(handler.process, arming);
      const bool loops = own && arms_again(facts_.handler(own), arming);
      if (!loops && own && own != handler_id_of(handler) && means_to_wait(unit, handler, scope)) {
        report_undebounced(handler, arming, own);
        return false;
      }
      // A request's process has its own beginning and end: only what is to wait is looked at.
      if (facts_.process(handler.process).kind == analysis::ProcessKind::kRequest) return false;
      const bool at_exit = handler.kind == HandlerKind::kInfo && handler.pattern.tag == sym::EXIT &&
                           facts_.process(handler.process).traps_exits && !is_of_one_in_state(handler);
      if (loops || at_exit) report_loose(handler, arming, own, loops);
      return false;
    });
  }

  // handle_info({'EXIT', Pid, _}, #state{connection = Pid}): of the one that it made, which ends once.
  bool is_of_one_in_state(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(handler.clause));
    if (patterns.size() < 2) return false;
    const ExprId message = unit.expr(patterns[0]).kind == ExprKind::kMatch ? unit.child(patterns[0], 0) : patterns[0];
    if (unit.expr(message).kind != ExprKind::kTuple || unit.expr(message).child_count != 3) return false;
    const std::vector<model::VariableId> who = variables_in(unit, unit.child(message, 1));
    return !who.empty() && mentions(unit, patterns[1], who);
  }

  static bool names_waiting(std::string_view text) {
    for (const std::string_view word : {"debounc", "Debounc", "DEBOUNC", "throttl", "THROTTL", "coalesc", "COALESC"}) {
      if (text.find(word) != text.npos) return true;
    }
    return false;
  }

  // The code says what the timer is for: several events in a row are to be answered once.
  bool means_to_wait(const Unit& unit, const Handler& handler, const Scope& scope) const {
    const bool named = any_below(unit, scope.body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      switch (e.kind) {
        case ExprKind::kAtom:
        case ExprKind::kField:
          return names_waiting(e.symbol().text());
        case ExprKind::kVariable:
          return e.payload < unit.variables.size() && names_waiting(unit.variable_of(e).name.text());
        case ExprKind::kCall:
          return unit.call_of(e).name && names_waiting(unit.call_of(e).name.text());
        default:
          return false;
      }
    });
    return named || names_waiting(program_.function(scope.function).name.text()) ||
           (handler.pattern.tag && names_waiting(handler.pattern.tag.text()));
  }

  HandlerId handler_id_of(const Handler& handler) const {
    for (const HandlerId id : facts_.process(handler.process).handlers) {
      if (&facts_.handler(id) == &handler) return id;
    }
    return {};
  }

  void report_undebounced(const Handler& handler, CallId arming, HandlerId own) {
    if (!reported_.insert({arming.index, UINT32_MAX}).second) return;
    const FunctionId function = program_.function_of(arming);
    const bool erlang = in_erlang(program_, function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string tick = message_text(sent_by(arming), erlang);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, arming));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " is to wait until events are over, and arms another timer for " + tick + " at each of them";
    finding.why =
        "Nothing cancels the timer of the event before: a burst of a hundred events is answered a hundred times, only later, "
        "and the work that was to be saved is done in full.";
    finding.fix =
        erlang ? "Keep the reference in the state, and call erlang:cancel_timer/1 before arming the next one; let the message "
                 "carry a reference, and drop one that is not the last."
               : "Keep the reference in the state, and call Process.cancel_timer/1 before arming the next one; let the "
                 "message carry a reference, and drop one that is not the last.";
    const Handler& taker = facts_.handler(own);
    const Unit& unit = program_.unit_of(taker.function);
    const model::Clause& clause = unit.clause(taker.clause);
    finding.path = {{finding.span, "armed at each event, with no reference kept"},
                    {{unit.file, clause.begin, clause.end}, "takes " + tick + " once for each"}};
    finding.key = "debounce " + tick;
    report_weighed(reporter_, std::move(finding));
  }

  // A tick that arms itself again without cancelling, and an interface that sends the same message from outside: each such
  // message adds a loop.
 public:
  void look_for_doubled_tick(const Handler& own) {
    if (own.kind != HandlerKind::kInfo || !own.pattern.tag || own.pattern.size != 0) return;
    collect(own);
    if (cancels()) return;
    CallId arming;
    for (const CallId site : analysis::calls_in_clause(program_, own.function, own.clause)) {
      const Unit& unit = program_.unit_of(site);
      if (returned_by(program_, facts_, site) != Resource::kTimer || is_conditional(unit, program_.call(site).expr)) continue;
      if (sent_by(site).tag == own.pattern.tag && is_dropped(site)) arming = site;
    }
    if (!arming) return;
    for (const MessageId id : facts_.messages.to[own.process.index]) {
      const Message& message = facts_.message(id);
      if (message.kind != MessageKind::kInfo || message.pattern.tag != own.pattern.tag || message.pattern.size != 0) continue;
      const analysis::Context& context = facts_.contexts.of(message.sender);
      const bool interface = (context.flags & (analysis::kFromOutside | analysis::kInRequest)) != 0;
      const bool itself = std::binary_search(context.processes.begin(), context.processes.end(), own.process);
      if (!interface || itself || !in_production(program_, facts_, message.sender)) continue;
      return report_doubled(own, arming, message);
    }
  }

 private:
  void report_doubled(const Handler& own, CallId arming, const Message& message) {
    if (!reported_.insert({arming.index, UINT32_MAX}).second) return;
    const bool erlang = in_erlang(program_, own.function);
    const std::string tick = message_text(own.pattern, erlang), server = process_name(program_, facts_, own.process);
    Finding finding = found_in(reporter_, program_, own.function, call_span(program_, arming));
    finding.confidence = Confidence::kLikely;
    finding.message = analysis::display_handler(program_, facts_, own) + " arms itself again, and " +
                      model::display_function(program_, message.sender) + " sends " + tick +
                      " as well: each time adds a loop that never ends";
    finding.why = "The timer that runs already is not cancelled: after a hundred such messages " + server +
                  " does its periodic work a hundred times a period, and nothing can stop it.";
    finding.fix =
        erlang
            ? "Keep the reference in the state, and call erlang:cancel_timer/1 before arming the next one; or give the request a "
              "message of its own."
            : "Keep the reference in the state, and call Process.cancel_timer/1 before arming the next one; or give the request "
              "a message of its own.";
    finding.path = {{finding.span, tick + " is armed again"}, {call_span(program_, message.site), "sends it from outside"}};
    finding.key = "doubled " + tick;
    report_weighed(reporter_, std::move(finding));
  }

  // Nobody can cancel it: the reference goes nowhere, here or where the function that arms the timer returns it.
  bool is_dropped(CallId arming) const {
    const auto timer = analysis::acquisition_at(program_, facts_, arming, Resource::kTimer);
    return timer && analysis::nobody_has(program_, facts_, *timer);
  }

  // A connection that is gone is gone once; and a clause that starts the loop is no event.
  static bool is_answer_to_end(const Handler& handler) {
    if (!handler.pattern.tag) return false;
    const std::string_view tag = handler.pattern.tag.text();
    for (const std::string_view word :
         {"DOWN", "clos", "error", "disconnect", "start", "init", "connect", "setup", "begin", "timeout", "resume"}) {
      if (tag.find(word) != tag.npos) return true;
    }
    return false;
  }

  bool cancels() const {
    for (const Scope& scope : scopes_) {
      const Unit& unit = program_.unit_of(scope.function);
      if (scope.body && any_below(unit, scope.body, [&](ExprId id) {
            const model::Expr& e = unit.expr(id);
            return e.kind == ExprKind::kCall && is_timer(released_by(program_, facts_, CallId(unit.first_call + e.payload)));
          })) {
        return true;
      }
    }
    return false;
  }

  // The clause that takes the timer's message.
  HandlerId handler_of(ProcessId process, CallId arming) const {
    const analysis::Pattern sent = sent_by(arming);
    for (const HandlerId id : facts_.process(process).handlers) {
      const Handler& handler = facts_.handler(id);
      if (handler.kind == HandlerKind::kInfo && sent.tag && handler.pattern.tag == sent.tag &&
          analysis::may_match(handler.pattern, sent)) {
        return id;
      }
    }
    return {};
  }

  analysis::Pattern sent_by(CallId arming) const {
    const std::span<const ExprId> arguments = arguments_of(program_, arming);
    const analysis::External* external = facts_.calls.external(arming);
    const std::size_t at = external && external->row ? external->row->message_argument : 0;
    if (at == 0 || at > arguments.size()) return {};
    const Unit& unit = program_.unit_of(arming);
    const ExprId message = analysis::local_value(unit, arguments[at - 1]);
    return message ? analysis::outline(unit, program_.call_units[arming.index], message) : analysis::Pattern{};
  }

  // On every way, by the same helper or by a call of its own in the clause itself.
  bool arms_again(const Handler& own, CallId arming) const {
    const Symbol tag = sent_by(arming).tag;
    for (const CallId site : analysis::calls_in_clause(program_, own.function, own.clause)) {
      if (is_conditional(program_.unit_of(site), program_.call(site).expr)) continue;
      if (facts_.calls.callees[site.index].function == program_.function_of(arming)) return true;
      if (returned_by(program_, facts_, site) == Resource::kTimer && sent_by(site).tag == tag) return true;
      if (always_gets_to(site, program_.function_of(arming))) return true;
    }
    return false;
  }

  // load(State) -> … schedule(State): by calls of the module that nothing decides about.
  bool always_gets_to(CallId from, FunctionId arms) const {
    constexpr std::size_t kMostFunctions = 12;
    std::vector<FunctionId> waiting = {facts_.calls.callees[from.index].function};
    for (std::size_t i = 0; i < waiting.size() && i < kMostFunctions; ++i) {
      if (!waiting[i] || program_.module_of(waiting[i]) != program_.module_of(arms) ||
          program_.function(waiting[i]).clauses.count != 1)
        continue;
      for (const CallId site : program_.calls_of(waiting[i])) {
        const FunctionId callee = facts_.calls.callees[site.index].function;
        if (!callee || is_conditional(program_.unit_of(site), program_.call(site).expr)) continue;
        if (callee == arms) return true;
        if (std::find(waiting.begin(), waiting.end(), callee) == waiting.end()) waiting.push_back(callee);
      }
    }
    return false;
  }

  void report_loose(const Handler& handler, CallId arming, HandlerId own, bool loops) {
    if (!reported_.insert({arming.index, UINT32_MAX}).second) return;
    const FunctionId function = program_.function_of(arming);
    const bool erlang = in_erlang(program_, function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string tick = message_text(sent_by(arming), erlang), server = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, arming));
    finding.confidence = loops ? Confidence::kLikely : Confidence::kPossible;
    finding.message = shown + " arms a timer for " + tick + " each time and keeps no reference" +
                      (loops ? ", though " + tick + " arms itself again: each time adds a loop that never ends"
                             : ": nobody can cancel the one before");
    finding.why = loops ? "After a hundred such messages " + server +
                              " does its periodic work a hundred times a period, and nothing can stop it."
                        : "Several ends in a row leave as many timers running in " + server +
                              ", and each of them does the work again when it fires.";
    finding.fix = erlang ? "Keep the reference in the state, and call erlang:cancel_timer/1 before arming the next one."
                         : "Keep the reference in the state, and call Process.cancel_timer/1 before arming the next one.";
    finding.path = {{finding.span, "armed from " + shown}};
    if (own) {
      const Handler& taker = facts_.handler(own);
      const Unit& unit = program_.unit_of(taker.function);
      const model::Clause& clause = unit.clause(taker.clause);
      finding.path.push_back(
          {{unit.file, clause.begin, clause.end}, loops ? "takes " + tick + " and arms it again" : "takes " + tick});
    }
    finding.key = "loose " + tick;
    report_weighed(reporter_, std::move(finding));
  }

  // A field of an update or of Map.put: of a map that was there before.
  static bool is_in_state(const Unit& unit, ExprId place) {
    const model::Expr& e = unit.expr(place);
    return e.kind == ExprKind::kCall || (e.kind == ExprKind::kMap && e.has(model::kUpdate));
  }

  // A timer of the process for itself whose message says nothing about which timer it is, and not the one that has just fired.
  bool is_plain_timer(const Handler& handler, CallId arming) const {
    const analysis::External* external = facts_.calls.external(arming);
    if (external->name.text().ends_with("start_timer") || external->name.text().starts_with("apply")) return false;
    const std::span<const ExprId> arguments = arguments_of(program_, arming);
    const std::size_t at = external->row->message_argument;
    if (at == 0 || at > arguments.size()) return false;
    const Unit& unit = program_.unit_of(arming);
    const ExprId message = analysis::local_value(unit, arguments[at - 1]);
    if (!message || unit.expr(message).kind != ExprKind::kAtom) return false;
    const analysis::Pattern sent = analysis::outline(unit, program_.call_units[arming.index], message);
    return handler.kind != HandlerKind::kInfo || is_map(handler.pattern) || !analysis::may_match(handler.pattern, sent);
  }

  // %Broadcast{} takes no atom.
  bool is_map(const analysis::Pattern& pattern) const {
    if (!pattern.expr) return false;
    const Unit& unit = program_.unit(pattern.expr.unit);
    ExprId id = pattern.expr.expr;
    if (unit.expr(id).kind == ExprKind::kMatch) id = unit.child(id, 0);
    return unit.expr(id).kind == ExprKind::kMap;
  }

  // Decided by something: whoever wrote it may know that no timer runs.
  static bool is_conditional(const Unit& unit, ExprId place) {
    for (ExprId around = unit.parent(place); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kCase || kind == ExprKind::kWith || kind == ExprKind::kClosure || kind == ExprKind::kTry) return true;
    }
    return false;
  }

  // Does anything on the way read the field, or cancel a timer, or choose by what the state says?
  bool looks_at(Symbol field) const {
    for (const Scope& scope : scopes_) {
      const Unit& unit = program_.unit_of(scope.function);
      const bool found = any_below(unit, scope.body ? scope.body : scope.pattern, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind == ExprKind::kField && e.symbol() == field) return true;
        if (e.kind == ExprKind::kMap && e.has(model::kInPattern)) return is_chosen_by(unit, id, field);
        if (e.kind != ExprKind::kCall) return false;
        return is_timer(released_by(program_, facts_, CallId(unit.first_call + e.payload))) || field_read(unit, id) == field;
      });
      if (found) return true;
    }
    return false;
  }

  // A pattern for the state that names the field, or that asks for a certain value.
  static bool is_chosen_by(const Unit& unit, ExprId map, Symbol field) {
    const std::span<const ExprId> children = unit.children_of(map);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      const model::Expr& key = unit.expr(children[i]);
      if (key.kind == ExprKind::kAtom && key.symbol() == field) return true;
      const ExprKind value = unit.expr(children[i + 1]).kind;
      if (value != ExprKind::kVariable && value != ExprKind::kWildcard && value != ExprKind::kMatch) return true;
    }
    return false;
  }

  void report(const Handler& handler, Symbol field, CallId arming, source::Span kept) {
    if (!reported_.insert({arming.index, field.index}).second) return;
    const FunctionId function = program_.function_of(arming);
    const bool erlang = in_erlang(program_, function);
    const std::string shown = analysis::display_handler(program_, facts_, handler);
    const std::string arm = callee_text(program_, facts_, arming), name = atom_text(field, erlang);
    const std::string server = process_name(program_, facts_, handler.process);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, arming));
    finding.confidence = Confidence::kLikely;
    finding.message = shown + " arms a timer and overwrites " + name + ", the reference to the one before, which nobody cancels";
    finding.why = "The second request leaves two timers running in " + server +
                  ": the first one fires at the old time, and its reference is lost, so nothing can stop it any more.";
    finding.fix = erlang ? "Cancel the timer in " + name + " with erlang:cancel_timer/1 before arming the next one."
                         : "Cancel the timer in " + name + " with Process.cancel_timer/1 before arming the next one.";
    finding.path = {{finding.span, shown + " reaches " + arm}, {kept, "its reference replaces " + name}};
    finding.key = "rearmed " + std::string(field.text());
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::vector<Scope> scopes_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reported_;
};

void report_by_key(const Program& program, const Facts& facts, Reporter& reporter, const TimerByKey& timer) {
  const bool erlang = in_erlang(program, timer.function);
  const Unit& unit = program.unit_of(timer.function);
  const std::string shown = analysis::display_handler(program, facts, facts.handler(timer.handler));
  const std::string arm = callee_text(program, facts, timer.arming), key = source_text(program, unit, timer.key);
  const std::string server = process_name(program, facts, facts.handler(timer.handler).process);
  Finding finding = found_in(reporter, program, timer.function, call_span(program, timer.arming));
  finding.confidence = Confidence::kPossible;
  finding.message =
      shown + " arms a timer for " + key + " and writes over the entry that may be there, with a timer that nobody cancels";
  finding.why = "A second request for the same " + key + " leaves two timers running in " + server +
                ": the first one fires at the old time, for what has begun anew, and its reference is lost.";
  finding.fix =
      erlang ? "Take the entry under " + key + " out first, and call erlang:cancel_timer/1 with its reference."
             : "Take the entry under " + key + " out first (Map.pop/2), and call Process.cancel_timer/1 with its reference.";
  finding.path = {{finding.span, shown + " reaches " + arm},
                  {unit.span(timer.place), "its reference replaces the one under " + key}};
  finding.key = "by key " + arm;
  report_weighed(reporter, std::move(finding));
}

void report_stale(const Program& program, const Facts& facts, Reporter& reporter, const StaleTimer& timer) {
  const bool erlang = in_erlang(program, timer.function);
  const Handler& asked = facts.handler(timer.asked);
  const std::string shown = analysis::display_handler(program, facts, asked);
  const std::string own = message_text(facts.handler(timer.own).pattern, erlang);
  const std::string what =
      timer.key ? source_text(program, program.unit_of(timer.function), timer.key) : atom_text(timer.field, erlang);
  Finding finding = found_in(reporter, program, timer.function, call_span(program, timer.arming));
  finding.confidence = Confidence::kPossible;
  finding.message = shown + " arms a timer for " + own + " and keeps no reference, though " +
                    (timer.key ? "it puts " + what + " anew each time" : what + " also ends otherwise") + ": the timer hits " +
                    (timer.key ? "what was refreshed" : "the next one");
  finding.why = timer.key ? "After a second message for the same " + what +
                                " two timers run. The first one takes out what the second message has put, long before its time."
                          : "When " + what +
                                " is over before the time, the timer runs on. It fires in the middle of the next one, and " +
                                own + " does not say which it is for.";
  finding.fix = erlang ? "Keep the reference in the state and call erlang:cancel_timer/1 with it; or send a reference along, and "
                         "drop a message whose reference is not the last."
                       : "Keep the reference in the state and call Process.cancel_timer/1 with it; or send a reference along, "
                         "and drop a message whose reference is not the last.";
  finding.path = {{finding.span, "armed, with no reference kept"},
                  {program.unit_of(timer.where).span(timer.place), timer.key ? "puts " + what + " anew" : "fills " + what}};
  for (const HandlerId id : {timer.ends, timer.own}) {
    if (!id) continue;
    const Handler& handler = facts.handler(id);
    const Unit& unit = program.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    finding.path.push_back(
        {{unit.file, clause.begin, clause.end},
         id == timer.own ? "what the timer sends is taken for the one of now" : "ends it, and the timer runs on"});
  }
  finding.key = "stale " + own;
  report_weighed(reporter, std::move(finding));
}

void report_cancelled(const Program& program, const Facts& facts, Reporter& reporter, const CancelledTimer& timer) {
  const bool erlang = in_erlang(program, timer.function);
  const Handler& own = facts.handler(timer.own);
  const std::string cancel = callee_text(program, facts, timer.site), server = process_name(program, facts, own.process);
  const std::string tick = message_text(own.pattern, erlang);
  Finding finding = found_in(reporter, program, timer.function, call_span(program, timer.site));
  finding.confidence = Confidence::kPossible;
  finding.message = finding.function + " cancels a timer with " + cancel + " and leaves its " + tick +
                    " in the mailbox where it has fired already; " + server + " dies when it looks for what is gone";
  finding.why =
      "To cancel a timer takes no message out of the mailbox. When it fires while the server is busy with something else, " +
      tick + " comes after the cancel, for an entry or a reference that has been forgotten: " + server + " crashes.";
  finding.fix = erlang
                    ? "When erlang:cancel_timer/1 answers false, take the message in a receive with `after 0`; or let the clause "
                      "drop one that it does not know."
                    : "When Process.cancel_timer/1 answers false, take the message in a receive with `after 0`; or let the "
                      "clause drop one that it does not know.";
  if (timer.arming) finding.path.push_back({call_span(program, timer.arming), "arms the timer"});
  finding.path.push_back({finding.span, "cancels it, too late for a message that is there"});
  const Unit& unit = program.unit_of(own.function);
  const model::Clause& clause = unit.clause(own.clause);
  finding.path.push_back({{unit.file, clause.begin, clause.end}, "looks for what is gone"});
  finding.key = "cancelled " + cancel;
  report_weighed(reporter, std::move(finding));
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (const CancelledTimer& timer : cancelled_timers(program, facts)) report_cancelled(program, facts, reporter, timer);
  for (const StaleTimer& timer : stale_timers(program, facts)) report_stale(program, facts, reporter, timer);
  for (const TimerByKey& timer : timers_by_key(program, facts)) report_by_key(program, facts, reporter, timer);
  for (const CallId site : wanted_calls(program, reporter)) report_wrong_cancel(program, facts, reporter, site);
  // What follows is told of calls that arm a timer.
  const auto calls = wanted_calls(program, reporter);
  const auto arms = [&](CallId site) { return is_timer(returned_by(program, facts, site)); };
  if (std::none_of(calls.begin(), calls.end(), arms)) return;
  Rearming rearming(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) {
    const Process& process = facts.process(handler.process);
    const bool asked =
        handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast || handler.kind == HandlerKind::kInfo;
    const bool request = process.kind == analysis::ProcessKind::kRequest && handler.kind == HandlerKind::kInfo;
    if ((process.kind != analysis::ProcessKind::kGenServer && !request) || !asked) continue;
    if (!in_production(program, facts, handler.function)) continue;
    if (!facts.effects.all[handler.function.index].has(Effect::kTimer)) continue;
    rearming.look_at(handler);
    if (!request) rearming.look_for_doubled_tick(handler);
  }
}

}  // namespace

const Rule& timer_not_cancelled() {
  static const Rule rule{{.code = "BW210",
                          .name = "timer-not-cancelled",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A timer that keeps running: the wrong cancel, or another one armed over it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
