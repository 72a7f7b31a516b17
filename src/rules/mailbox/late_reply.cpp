// A wait that is given up does not take the request back. The answer comes all the same, later, into a mailbox that nobody reads
// with it in mind. gen_server:call has closed that hole since OTP 24 with an alias of the caller; a receive with `after` has not.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/acquisition_sites.h"
#include "analysis/paths.h"
#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/requests.h"
#include "rules/stale_answers.h"
#include "rules/stale_reads.h"
#include "rules/waits.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;
using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!reporter_.wants(program_, function)) continue;
      if (!facts_.effects.all[i].has(Effect::kReceive) || !function_has(program_, function, ExprKind::kReceive)) continue;
      if (!in_production(program_, facts_, function)) continue;
      look_at_socket(function);
      for (const StaleAnswer& answer : stale_answers(program_, facts_, function)) report_stale(function, answer);
      if (!is_long_lived(function)) continue;
      look_at(function);
    }
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!facts_.effects.direct[i].has(Effect::kSpawn) || !facts_.effects.all[i].has(Effect::kReceive)) continue;
      if (!reporter_.wants(program_, function) || !in_production(program_, facts_, function)) continue;
      if (function_has(program_, function, ExprKind::kReceive)) look_at_crash(function);
      if (is_long_lived(function)) look_at_race(function);
    }
    const Symbol gun = intern("gun"), await = intern("await"), await_body = intern("await_body");
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (const std::optional<StaleAnswer> read = stale_read(program_, facts_, site))
        report_stale(program_.function_of(site), *read);
      if (calls_external(facts_, site, gun, await) || calls_external(facts_, site, gun, await_body)) look_at_stream(site);
    }
  }

 private:
  // gun sends every part of a response as a message, whether somebody still awaits it or not, until the stream is cancelled or
  // flushed (gun manual, gun:cancel/2 and gun:flush/1).
  void look_at_stream(CallId site) {
    const FunctionId function = program_.function_of(site);
    if (!function || program_.call(site).capture || !in_production(program_, facts_, function) || !is_long_lived(function))
      return;
    const Unit& unit = program_.unit_of(function);
    const ExprId request = analysis::request_awaited(program_, site);
    for (const analysis::Acquisition& stream : analysis::acquisitions_in(program_, facts_, function, Resource::kRequest)) {
      if (stream.site != site && !(request && mentions(unit, request, stream.variables))) continue;
      for (const analysis::ResourceLeft& left : stream.left) {
        const model::ClauseId clause = left.way == analysis::WayOut::kClause ? clause_of(unit, left.place) : model::ClauseId();
        if (!clause || ends_stream(unit, unit.clause(clause).body)) continue;
        return report_stream(function, site, {unit.file, unit.clause(clause).begin, unit.clause(clause).end});
      }
    }
  }

  // The clause that begins with the pattern.
  static model::ClauseId clause_of(const Unit& unit, ExprId pattern) {
    const ExprId around = unit.parent(pattern);
    if (!around || unit.expr(around).kind != ExprKind::kCase) return {};
    for (const model::ClauseId id : unit.clauses_of(unit.expr(around))) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(id));
      if (!patterns.empty() && patterns.back() == pattern) return id;
    }
    return {};
  }

  // The stream is cancelled here, or a function decides about it that is not looked into.
  bool ends_stream(const Unit& unit, ExprId body) const {
    return is_exit(unit, body) || any_below(unit, body, [&](ExprId id) {
             const model::Expr& e = unit.expr(id);
             if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
             const std::string_view name = unit.call_of(e).name.text();
             return name.find("flush") != name.npos || name.find("cancel") != name.npos || name.find("close") != name.npos ||
                    name.find("shutdown") != name.npos || name.find("stop") != name.npos || name.find("disconnect") != name.npos;
           });
  }

  void report_stream(FunctionId function, CallId site, source::Span clause) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " gives up on " + call + " and leaves the stream open: the rest of the response still comes";
    finding.why =
        "gun goes on to send the response to the caller in parts, as messages that nobody awaits any more: they fill the "
        "mailbox, or hit a "
        "server that has no clause for them.";
    finding.fix = erlang ? "Call gun:cancel(Pid, Ref) and gun:flush(Ref) in the clause for the error."
                         : "Call :gun.cancel(pid, ref) and :gun.flush(ref) in the clause for the error.";
    finding.path = {{finding.span, "waits for the response"}, {clause, "gives up, with the stream still open"}};
    finding.key = "stream " + call;
    report_weighed(reporter_, std::move(finding));
  }

  // ---- A socket that is given up ----------------------------------------------------------------------------------------------

  // {ok, Socket} = connect(…), a receive for what comes of it, and a timeout that neither closes the socket nor keeps it: what
  // the peer still sends, and its {tcp_closed, Socket}, come to whoever runs this.
  void look_at_socket(FunctionId function) {
    const analysis::Context& context = facts_.contexts.of(function);
    constexpr std::uint16_t kLong = analysis::kFromOutside | analysis::kInRequest;
    if (context.processes.empty() && !context.many && (context.flags & kLong) == 0) return;
    const Unit& unit = program_.unit_of(function);
    for (const ExprId body : bodies_of(program_, function)) {
      any_below(unit, body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kReceive || unit.expr(id).child_count != 2 || !takes_data(unit, id)) return false;
        const model::VariableId socket = connected_before(function, body, id);
        const ExprId rest = unit.child(id, 1);
        if (socket && !is_exit(unit, rest) && !ends_stream(unit, rest) && !is_named_later(unit, body, id, socket))
          report_socket(function, id, socket);
        return false;
      });
    }
  }

  // In the timeout itself, or behind the receive.
  static bool is_named_later(const Unit& unit, ExprId body, ExprId receive, model::VariableId socket) {
    const std::uint32_t from = unit.expr(unit.child(receive, 1)).begin;
    return any_below(unit, body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      return e.kind == ExprKind::kVariable && e.begin >= from && model::VariableId(e.payload) == socket;
    });
  }

  // {tcp, Socket, Data}, {Tag, _, Data} when Tag == ssl.
  static bool takes_data(const Unit& unit, ExprId receive) {
    const auto names_socket = [&](ExprId root) {
      return root && any_below(unit, root, [&](ExprId part) {
               const model::Expr& e = unit.expr(part);
               return e.kind == ExprKind::kAtom && (e.symbol() == sym::ssl || e.symbol().text() == "tcp");
             });
    };
    for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
      const model::Clause& clause = unit.clause(c);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (patterns.empty() || unit.expr(patterns[0]).kind != ExprKind::kTuple || unit.expr(patterns[0]).child_count != 3)
        continue;
      if (names_socket(patterns[0]) || names_socket(clause.guard)) return true;
    }
    return false;
  }

  // The socket of {ok, Socket} that a call named connect gives, in the branch in which the receive stands.
  model::VariableId connected_before(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    model::VariableId found;
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      const ExprId call = program_.call(site).expr;
      if (!name || name.text().find("connect") == std::string_view::npos || program_.call(site).capture) continue;
      if (unit.expr(call).begin < unit.expr(body).begin || unit.expr(call).begin > unit.expr(receive).begin) continue;
      const ExprId around = unit.parent(call);
      if (!around) continue;
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kMatch || e.kind == ExprKind::kGenerator) found = given_by(unit, unit.child(around, 0));
      if (e.kind != ExprKind::kCase || unit.child(around, 0) != call) continue;
      for (const model::ClauseId c : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(c);
        const bool inside = clause.begin <= unit.expr(receive).begin && unit.expr(receive).begin < clause.end;
        if (inside && clause.pattern_count > 0) found = given_by(unit, unit.patterns_of(clause)[0]);
      }
    }
    return found;
  }

  // The variable of {ok, Socket}.
  static model::VariableId given_by(const Unit& unit, ExprId pattern) {
    const model::Expr& e = unit.expr(pattern);
    if (e.kind != ExprKind::kTuple || e.child_count != 2 || analysis::atom_value(unit, unit.child(pattern, 0)) != sym::ok)
      return {};
    return analysis::whole_variable(unit, unit.child(pattern, 1));
  }

  void report_socket(FunctionId function, ExprId receive, model::VariableId socket) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string name(unit.variables[socket.index].name.text());
    Finding finding = found_in(reporter_, program_, function, unit.span(receive));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " gives up waiting for the answer on " + name + " and leaves the socket open";
    finding.why =
        "The socket belongs to the process that runs this: the late answer, and the message of its close, come into its mailbox, "
        "where "
        "they are taken for those of the next connection or hit a server that has no clause for them.";
    finding.fix =
        "Close " + name + " on the way out of the timeout and of each error, and take what it has sent out of the mailbox.";
    finding.path = {{finding.span, "waits for the answer"},
                    {unit.span(unit.child(receive, 1)), "gives up, with the socket still open"}};
    finding.key = std::string("socket ") + (erlang ? "erlang" : "elixir");
    report_weighed(reporter_, std::move(finding));
  }

  // Only tasks and tools run it: what is left in their mailbox goes with them.
  bool is_long_lived(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    if (program_.function(function).name == sym::terminate) return false;
    constexpr std::uint16_t kLong = analysis::kFromOutside | analysis::kInRequest;
    if (!context.processes.empty() && (context.flags & kLong) == 0 && is_read_by_all(context)) return false;
    return !context.processes.empty() || context.many || (context.flags & kLong) != 0;
  }

  // In a server receive-in-callback speaks of the wait, and partial-handle-info of what comes after it.
  bool is_read_by_all(const analysis::Context& context) const {
    return std::all_of(context.processes.begin(), context.processes.end(),
                       [&](ProcessId id) { return facts_.process(id).kind == analysis::ProcessKind::kGenServer; });
  }

  void look_at(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    for (const ExprId body : bodies_of(program_, function)) {
      any_below(unit, body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kReceive || unit.expr(id).child_count != 2) return false;
        const std::optional<std::int64_t> limit = analysis::integer_value(unit, unit.child(id, 0));
        if (limit == 0 || analysis::atom_value(unit, unit.child(id, 0)) == sym::infinity) return false;
        const ExprId waited = answer_of(unit, id);
        if (!waited || gives_up_cleanly(function, id)) return false;
        if (const CallId asked = asked_before(function, body, id)) {
          report(function, id, waited, asked, {});
        } else if (!makes_alias(function) && !calls_itself(function)) {
          // What is waited for was asked by the caller, and names what the function was given.
          const RequestAbove above = request_above(program_, facts_, function, asks_back);
          if (above.site && !makes_alias(above.function)) report(function, id, waited, above.site, above.chain);
        }
        return false;
      });
    }
  }

  // The clause that waits for an answer to just this request: it names a reference or pid that was made before the receive.
  static ExprId answer_of(const Unit& unit, ExprId receive) {
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(receive))) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
      if (patterns.empty() || unit.expr(patterns[0]).kind != ExprKind::kTuple) continue;
      const Symbol tag = analysis::outline(unit, {}, patterns[0]).tag;
      if (tag == sym::DOWN || tag == sym::EXIT || is_about_port(unit, patterns[0])) continue;
      bool names_request = false;
      any_below(unit, patterns[0], [&](ExprId part) {
        const model::Expr& e = unit.expr(part);
        names_request |= e.kind == ExprKind::kVariable && !e.has(model::kBinds);
        return false;
      });
      if (names_request) return patterns[0];
    }
    return {};
  }

  // {Port, closed}, {timeout, Timer, _}: ports and timers tell what they tell, and are asked nothing.
  static bool is_about_port(const Unit& unit, ExprId pattern) {
    return any_below(unit, pattern, [&](ExprId part) {
      if (unit.expr(part).kind != ExprKind::kAtom) return false;
      const std::string_view name = unit.expr(part).symbol().text();
      return name == "closed" || name == "exit_status" || name == "data" || name == "connected" || name == "timeout";
    });
  }

  // ---- The first of many ------------------------------------------------------------------------------------------------------

  // A process for each element, and a loop that returns as soon as one answer is good enough: the others come all the same.
  void look_at_race(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    CallId spawned, collected;
    model::ClauseId early;
    for (const CallId site : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(site);
      const bool spawns =
          external && external->row && external->row->effects.has(Effect::kSpawn) && external->row->returns == Resource::kProcess;
      if (spawns && in_loop(program_, facts_, site) && !inside_of_spawn(unit, site) && sends_back(site, *external))
        spawned = site;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!spawned || !callee || program_.call(site).closure || program_.module_of(callee) != program_.module_of(function))
        continue;
      if (const model::ClauseId clause = early_return(callee)) {
        collected = site;
        early = clause;
      }
    }
    if (spawned && collected) report_race(function, spawned, collected, early);
  }

  // The whole happens in a process of its own, and what is left ends with it.
  bool inside_of_spawn(const Unit& unit, CallId site) const {
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      if (unit.expr(around).kind != ExprKind::kCall) continue;
      const analysis::External* external = facts_.calls.external(CallId(unit.first_call + unit.expr(around).payload));
      if (external && external->row && external->row->closure_runs == Runs::kNewProcess) return true;
    }
    return false;
  }

  // The clause by which a loop of receives ends before all answers are there: another clause for the same kind of message waits
  // on.
  model::ClauseId early_return(FunctionId waits) const {
    const Unit& unit = program_.unit_of(waits);
    model::ClauseId found;
    for (const ExprId body : bodies_of(program_, waits)) {
      any_below(unit, body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kReceive) return false;
        std::vector<std::uint32_t> waiting;
        for (const model::ClauseId c : unit.clauses_of(unit.expr(id))) {
          if (waits_on(unit, unit.clause(c).body, waits)) waiting.push_back(size_of(unit, c));
        }
        for (const model::ClauseId c : unit.clauses_of(unit.expr(id))) {
          const model::Clause& clause = unit.clause(c);
          if (waits_on(unit, clause.body, waits) || is_exit(unit, clause.body) || takes_out(unit, clause.body)) continue;
          const Symbol tag = clause.pattern_count == 0 ? Symbol() : analysis::outline(unit, {}, unit.patterns_of(clause)[0]).tag;
          if (tag == sym::DOWN || tag == sym::EXIT) continue;
          if (std::find(waiting.begin(), waiting.end(), size_of(unit, c)) != waiting.end()) found = c;
        }
        return static_cast<bool>(found);
      });
    }
    return counts_down(waits) ? found : model::ClauseId();
  }

  static std::uint32_t size_of(const Unit& unit, model::ClauseId c) {
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
    return patterns.empty() ? 0 : analysis::outline(unit, {}, patterns[0]).size;
  }

  bool waits_on(const Unit& unit, ExprId body, FunctionId waits) const {
    return any_below(unit, body, [&](ExprId id) {
      return unit.expr(id).kind == ExprKind::kCall &&
             facts_.calls.callees[unit.first_call + unit.expr(id).payload].function == waits;
    });
  }

  // A flush, by whatever name.
  bool takes_out(const Unit& unit, ExprId body) const {
    return any_below(unit, body, [&](ExprId id) {
      if (unit.expr(id).kind == ExprKind::kReceive) return true;
      if (unit.expr(id).kind != ExprKind::kCall) return false;
      const FunctionId callee = facts_.calls.callees[unit.first_call + unit.expr(id).payload].function;
      return callee && facts_.effects.all[callee.index].has(Effect::kReceive);
    });
  }

  // collect(Ref, 0) ->, collect([]) ->: the loop knows how many answers there are.
  bool counts_down(FunctionId waits) const {
    const Unit& unit = program_.unit_of(waits);
    for (const model::ClauseId c : program_.function(waits).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
        const model::Expr& e = unit.expr(pattern);
        if (e.kind == ExprKind::kInteger || (e.kind == ExprKind::kList && e.child_count == 0)) return true;
      }
    }
    return false;
  }

  void report_race(FunctionId function, CallId spawned, CallId collected, model::ClauseId early) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const FunctionId waits = facts_.calls.callees[collected.index].function;
    const model::Clause& clause = program_.unit_of(waits).clause(early);
    const std::string answer = source_text(program_, program_.unit_of(waits), program_.unit_of(waits).patterns_of(clause)[0]);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, spawned));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " waits for the first of its processes that answers " + answer +
                      ", and the answers of the others stay with its caller";
    finding.why =
        "Those that were sent already are in the mailbox, and to end the other processes does not take them out: each call "
        "leaves "
        "some with a caller that lives on, or hits a server that has no clause for them.";
    finding.fix = erlang
                      ? "Start and collect them in a process of their own (spawn_monitor) that sends one answer, or take what is "
                        "left out of the mailbox by the reference."
                      : "Start and collect them in a Task of their own that returns one answer, or use Task.async_stream/3 with "
                        "Enum.find/2, which ends and flushes the others.";
    finding.path = {{finding.span, "a process for each, which sends its answer to the caller"},
                    {call_span(program_, collected), "waits for them"},
                    {{unit.file, clause.begin, clause.end}, "returns at " + answer + ", with the others open"}};
    finding.key = "race " + callee_text(program_, facts_, spawned);
    report_weighed(reporter_, std::move(finding));
  }

  // ---- The first that crashes
  // ---------------------------------------------------------------------------------------------------

  // A process for each element, a receive for each element, and a clause that raises at the first one that failed: whoever
  // catches that lives on with the answers of the others in its mailbox.
  void look_at_crash(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    CallId spawned;
    for (const CallId site : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(site);
      const bool spawns =
          external && external->row && external->row->effects.has(Effect::kSpawn) && external->row->returns == Resource::kProcess;
      if (spawns && in_loop(program_, facts_, site) && !inside_of_spawn(unit, site) && sends_back(site, *external))
        spawned = site;
    }
    if (!spawned || !is_survived(function)) return;
    for (const ExprId body : bodies_of(program_, function)) {
      any_below(unit, body, [&](ExprId id) {
        if (unit.expr(id).kind != ExprKind::kReceive || !is_for_each(unit, id)) return false;
        model::ClauseId leaves, goes_on;
        for (const model::ClauseId c : unit.clauses_of(unit.expr(id))) {
          const model::Clause& clause = unit.clause(c);
          const Symbol tag = clause.pattern_count == 0 ? Symbol() : analysis::outline(unit, {}, unit.patterns_of(clause)[0]).tag;
          if (!raises(unit, clause.body)) {
            goes_on = c;
          } else if (tag != sym::DOWN && tag != sym::EXIT) {
            leaves = c;
          }
        }
        if (leaves && goes_on) report_crash(function, spawned, id, leaves);
        return static_cast<bool>(leaves);
      });
    }
  }

  // In a comprehension or a fold, and no try of the function's own around it.
  static bool is_for_each(const Unit& unit, ExprId receive) {
    bool loop = false;
    for (ExprId around = unit.parent(receive); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kTry) return false;
      loop |= kind == ExprKind::kComprehension || kind == ExprKind::kClosure;
    }
    return loop && !stands_in_foreign_closure(unit, receive);
  }

  // erlang:Class(Reason) as well.
  static bool raises(const Unit& unit, ExprId body) {
    bool all = true;
    analysis::for_each_result(unit, body, [&](ExprId result) {
      const model::Expr& e = unit.expr(result);
      if (e.kind != ExprKind::kCall) {
        all = false;
        return;
      }
      const model::Call& call = unit.call_of(e);
      static constexpr std::array<std::string_view, 5> kRaises = {"exit", "error", "raise", "throw", "reraise"};
      const bool known = call.name && std::find(kRaises.begin(), kRaises.end(), call.name.text()) != kRaises.end();
      all &= known || (!call.name && call.module == sym::erlang);
    });
    return all;
  }

  // A caller catches, or whoever uses the library may.
  bool is_survived(FunctionId function) const {
    if ((facts_.contexts.of(function).flags & (analysis::kFromOutside | analysis::kInRequest)) != 0 && is_long_lived(function))
      return true;
    for (const std::uint32_t edge : facts_.calls.incoming_of(function)) {
      const CallId site = facts_.calls.edges[edge].site;
      const Unit& unit = program_.unit_of(site);
      for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
        if (unit.expr(around).kind == ExprKind::kTry) return true;
      }
    }
    return false;
  }

  void report_crash(FunctionId function, CallId spawned, ExprId receive, model::ClauseId leaves) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const model::Clause& clause = unit.clause(leaves);
    const std::string answer = source_text(program_, unit, unit.patterns_of(clause)[0]);
    Finding finding = found_in(reporter_, program_, function, unit.span(receive));
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " raises at the first " + answer +
                      " that its processes send, and the answers of the others stay with its caller";
    finding.why =
        "Whoever catches the error lives on, with answers in its mailbox that nobody awaits: the next round takes them for its "
        "own, "
        "or they hit a server that has no clause for them.";
    finding.fix = erlang ? "Take all answers first and raise then, with a reference of the round in each; or collect them in a "
                           "process of their own (spawn_monitor)."
                         : "Use Task.async_stream/3, or take all answers first and raise then, with a reference of the round in "
                           "each.";
    finding.path = {{call_span(program_, spawned), "a process for each, which sends its answer to the caller"},
                    {{unit.file, clause.begin, clause.end}, "leaves at " + answer + ", with the others open"}};
    finding.key = "crash " + callee_text(program_, facts_, spawned);
    report_weighed(reporter_, std::move(finding));
  }

  // On the way out of the timeout something stops the other side, or takes the answer out of the mailbox.
  bool gives_up_cleanly(FunctionId function, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId rest = unit.child(receive, 1);
    if (is_exit(unit, rest) || leaves_monitor(function, receive)) return true;
    return any_below(unit, rest, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kReceive) return true;
      if (e.kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + e.payload);
      const model::Call& call = unit.call_of(e);
      if (call.name == sym::exit && e.child_count == 2) return true;
      const std::string_view name = call.name ? call.name.text() : std::string_view();
      if (name.find("cancel") != name.npos || name == "stop_async" || name == "close") return true;
      if (name == "kill" || name == "unalias" || name == "flush" || name == "terminate_child") return true;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      return callee == function || (callee && facts_.effects.all[callee.index].has(Effect::kReceive)) || always_dies(callee);
    });
  }

  // exit(timeout): the caller dies, and its mailbox with it.
  static bool is_exit(const Unit& unit, ExprId rest) {
    const ExprId last = analysis::local_value(unit, rest);
    if (!last || unit.expr(last).kind != ExprKind::kCall) return false;
    const Symbol name = unit.call_of(unit.expr(last)).name;
    return name && (name == sym::exit || name.text() == "error" || name.text() == "raise");
  }

  // Where a monitor is left behind as well, monitor-left-on-a-branch speaks.
  bool leaves_monitor(FunctionId function, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    bool watched = false;
    for (const model::ClauseId clause : unit.clauses_of(unit.expr(receive))) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
      watched |= !patterns.empty() && analysis::outline(unit, {}, patterns[0]).tag == sym::DOWN;
    }
    return watched && !any_below(unit, unit.child(receive, 1), [&](ExprId id) {
             const model::Expr& e = unit.expr(id);
             return e.kind == ExprKind::kCall &&
                    released_by(program_, facts_, CallId(unit.first_call + e.payload)) == Resource::kMonitor;
           });
  }

  bool always_dies(FunctionId callee) const { return callee && always_exits(program_, facts_, callee); }

  // The process that was spawned, or the message that was sent, with the way back to this process in it.
  CallId asked_before(FunctionId function, ExprId body, ExprId receive) const {
    const Unit& unit = program_.unit_of(function);
    CallId found;
    for (const CallId site : program_.calls_of(function)) {
      const model::Call& call = program_.call(site);
      const model::Expr& e = unit.expr(call.expr);
      if (e.begin < unit.expr(body).begin || e.begin > unit.expr(receive).begin || call.capture) continue;
      const analysis::External* external = facts_.calls.external(site);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (callee && !call.closure && program_.module_of(callee) == program_.module_of(function) &&
          asks_back(program_, facts_, site)) {
        if (makes_alias(callee)) return {};
        found = site;
      }
      if (!external || !external->row) continue;
      if (external->name == intern("alias")) return {};
      const bool monitors = external->row->returns == Resource::kMonitor;
      if (monitors && external->arity == 3) return {};
      if (sends_back(site, *external) || asks_by_http(site, *external)) found = site;
    }
    return found;
  }

  bool sends_back(CallId site, const analysis::External& external) const {
    const bool spawns = external.row->effects.has(Effect::kSpawn) && external.row->returns == Resource::kProcess;
    const bool sends = external.row->effects.has(Effect::kSend) && external.row->message_argument != 0;
    if (!spawns && !sends) return false;
    const Unit& unit = program_.unit_of(site);
    // Sent from inside of a spawned function is the answer, not the request.
    if (sends && program_.call(site).closure && facts_.calls.runs[site.index] != Runs::kCaller) return false;
    for (const ExprId argument : arguments_of(program_, site)) {
      const ExprId term = unit.expr(argument).kind == ExprKind::kClosure ? argument : analysis::local_value(unit, argument);
      if (term && any_below(unit, term, [&](ExprId id) { return is_self(unit, id); })) {
        if (!sends || argument != arguments_of(program_, site)[0]) return true;
      }
    }
    return false;
  }

  // httpc:request(…, [{sync, false}]), HTTPoison.get(url, [], stream_to: self()): the response comes as messages.
  bool asks_by_http(CallId site, const analysis::External& external) const {
    if (!external.row->effects.has(Effect::kHttp)) return false;
    static const Symbol kSync = intern("sync"), kStream = intern("stream_to"), kAsync = intern("async");
    const Unit& unit = program_.unit_of(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    return !arguments.empty() && any_below(unit, arguments.back(), [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kAtom) return e.symbol() == kStream || e.symbol() == kAsync;
      return e.kind == ExprKind::kTuple && e.child_count == 2 && analysis::atom_value(unit, unit.child(id, 0)) == kSync &&
             analysis::atom_value(unit, unit.child(id, 1)) == sym::false_;
    });
  }

  static bool is_self(const Unit& unit, ExprId id) {
    const ExprId value = unit.expr(id).kind == ExprKind::kVariable ? analysis::local_value(unit, id) : id;
    return value && unit.expr(value).kind == ExprKind::kCall && unit.call_of(unit.expr(value)).name == sym::self;
  }

  bool calls_itself(FunctionId function) const {
    const std::span<const analysis::Edge> edges = facts_.calls.edges_of(function);
    return std::any_of(edges.begin(), edges.end(), [&](const analysis::Edge& edge) { return edge.callee == function; });
  }

  bool makes_alias(FunctionId function) const {
    static const Symbol kAlias = intern("alias");
    for (const CallId site : program_.calls_of(function)) {
      const analysis::External* external = facts_.calls.external(site);
      if (!external || !external->row) continue;
      if (external->name == kAlias || (external->row->returns == Resource::kMonitor && external->arity == 3)) return true;
    }
    return false;
  }

  void report_stale(FunctionId function, const StaleAnswer& stale) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string answer = source_text(program_, unit, stale.answer);
    Finding finding = found_in(reporter_, program_, function, unit.span(stale.receive));
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " gives up waiting for " + answer +
                      " and goes on with the same connection: the answer that comes late is taken for that of the next request";
    finding.why =
        "Nothing in it says which request it answers. After one slow answer every request gets the answer of the one before, and "
        "nothing crashes that would end it.";
    finding.fix =
        "Close the connection when the wait is given up, and open a new one; or give each request a number that comes back in "
        "its "
        "answer, and drop what has another.";
    if (unit.expr(stale.receive).kind == ExprKind::kReceive)
      finding.fix += std::string(" At the least take old answers out before each request: ") +
                     (erlang ? "receive … after 0 -> ok end." : "receive do … after 0 -> :ok end.");
    finding.path = {{call_span(program_, stale.request), "the request goes out"},
                    {stale.gives_up, "gives up, with the answer still to come"}};
    finding.key = "stale " + callee_text(program_, facts_, stale.request);
    report_weighed(reporter_, std::move(finding));
  }

  void report(FunctionId function, ExprId receive, ExprId waited, CallId asked, const std::vector<CallId>& chain) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string answer = source_text(program_, unit, waited);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, asked));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " gives up waiting for " + answer + ", and the answer still comes when nobody waits for it";
    finding.why =
        "The other side is neither stopped nor told: it goes on with work that nobody wants, and its message stays in the "
        "mailbox of the caller, or hits a server that has no clause for it.";
    finding.fix =
        erlang ? "Ask with erlang:monitor(process, Pid, [{alias, reply_demonitor}]) and send the alias instead of self(), use "
                 "gen_server:call, or stop the worker at the deadline and flush its answer."
               : "Use GenServer.call or Task.yield(task) || Task.shutdown(task), or stop the worker at the deadline and flush "
                 "its answer.";
    finding.path = {{finding.span, "the request goes out"}};
    append_chain(program_, facts_, chain, finding.path);
    finding.path.push_back({unit.span(receive), "waits for " + answer});
    finding.path.push_back({unit.span(unit.child(receive, 1)), "gives up, with the request still open"});
    finding.key = "late " + callee_text(program_, facts_, asked);
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& late_reply() {
  static const Rule rule{{.code = "BW212",
                          .name = "late-reply",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A hand-written wait that gives up and leaves its answer to come later"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
