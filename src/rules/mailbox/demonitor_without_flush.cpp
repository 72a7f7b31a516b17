// demonitor/1 takes a monitor back, but not the DOWN that may be in the mailbox already: between the reply and the demonitor the
// other process may end. Without flush that message stays, in the mailbox of whoever called, or comes to a server that has just
// forgotten the reference.
#include <algorithm>
#include <array>
#include <tuple>

#include "analysis/values.h"
#include "rules/dropped_monitors.h"
#include "rules/failed_lookups.h"
#include "rules/kept.h"
#include "rules/rest_of_messages.h"
#include "rules/rewrites.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

// Is the site a demonitor that leaves a DOWN where it is, or a capture of one, which is given to a fold? Options that cannot be
// read may hold flush.
bool is_without_flush(const Program& program, const Facts& facts, CallId site) {
  const analysis::External* external = facts.calls.external(site);
  if (!external || !external->row || external->row->releases != Resource::kMonitor || external->name.text() != "demonitor")
    return false;
  if (external->module == intern("Elixir.Port")) return false;
  if (program.call(site).capture) return program.call(site).arity == 1;
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (arguments.size() == 1) return true;
  const Unit& unit = program.unit_of(site);
  const ExprId options = arguments.size() == 2 ? analysis::local_value(unit, arguments[1]) : ExprId();
  return options && unit.expr(options).kind == ExprKind::kList && unit.expr(options).child_count == 0;
}

bool takes_down(const analysis::Pattern& pattern) {
  return pattern.any || pattern.tag == sym::DOWN || (!pattern.tag && pattern.size == 5);
}

// Is there a receive in the function, outside the one around the site, that takes a DOWN: the flush as it was written before R12?
bool flushes_by_hand(const Program& program, FunctionId function, CallId site) {
  const Unit& unit = program.unit_of(function);
  const std::uint32_t end = unit.expr(program.call(site).expr).end;
  for (const ExprId body : bodies_of(program, function)) {
    const bool found = any_below(unit, body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kReceive || e.begin < end) return false;
      for (const model::ClauseId clause : unit.clauses_of(e)) {
        for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
          if (takes_down(analysis::outline(unit, {}, pattern))) return true;
        }
      }
      return false;
    });
    if (found) return true;
  }
  return false;
}

// The receive of a request written by hand, in which or behind which the site stands, with the monitor made in the same function.
ExprId own_receive(const Program& program, FunctionId function, CallId site) {
  const Unit& unit = program.unit_of(function);
  const std::uint32_t at = unit.expr(program.call(site).expr).begin;
  ExprId found;
  for (const ExprId body : bodies_of(program, function)) {
    if (at < unit.expr(body).begin || at >= unit.expr(body).end) continue;
    any_below(unit, body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kReceive && e.begin < at) found = id;
      return false;
    });
  }
  return found;
}

// In the branch of the DOWN itself nothing can be left.
bool stands_in_down_branch(const Program& program, FunctionId function, CallId site) {
  const Unit& unit = program.unit_of(function);
  const model::Expr& call = unit.expr(program.call(site).expr);
  for (ExprId around = unit.parent(program.call(site).expr); around; around = unit.parent(around)) {
    const model::Expr& e = unit.expr(around);
    if (e.kind != ExprKind::kReceive) continue;
    for (const model::ClauseId id : unit.clauses_of(e)) {
      const model::Clause& clause = unit.clause(id);
      if (call.begin < clause.begin || call.end > clause.end) continue;
      for (const ExprId pattern : unit.patterns_of(clause)) {
        if (takes_down(analysis::outline(unit, {}, pattern))) return true;
      }
    }
  }
  return false;
}

// Is the result asked for, as with [info], or does everything end behind it?
bool is_followed_by_exit(const Program& program, const Facts& facts, CallId site) {
  const Unit& unit = program.unit_of(site);
  const ExprId expr = program.call(site).expr;
  const ExprId block = unit.parent(expr);
  if (!block || unit.expr(block).kind != ExprKind::kBlock) return false;
  const ExprId last = unit.children_of(block).back();
  const model::Expr& e = unit.expr(last);
  if (e.kind != ExprKind::kCall) return false;
  const CallId end(unit.first_call + e.payload);
  const analysis::External* external = facts.calls.external(end);
  const FunctionId callee = facts.calls.callees[end.index].function;
  return (external && external->row && external->row->effects.has(Effect::kExit)) ||
         (callee && always_exits(program, facts, callee));
}

// What a stray DOWN does in a process: nobody takes it (it dies), somebody does (nothing to say), or there is no such clause at
// all and OTP logs it.
enum class Fate { kTaken, kDies, kLogged };

Fate fate_in(const Program& program, const Facts& facts, ProcessId id) {
  bool any = false;
  for (const HandlerId handler_id : facts.process(id).handlers) {
    const Handler& handler = facts.handler(handler_id);
    if (handler.kind != HandlerKind::kInfo && handler.kind != HandlerKind::kEvent) continue;
    any = true;
    const analysis::Pattern& p = handler.pattern;
    if (!p.expr || program.unit(p.expr.unit).expr(p.expr.expr).kind == ExprKind::kUnknown) return Fate::kTaken;
    if (!takes_down(p)) continue;
    if (!takes_only_some(program, handler))
      return handler.catch_all && stops_on_anything(program, facts, handler) ? Fate::kDies : Fate::kTaken;
  }
  return any ? Fate::kDies : Fate::kLogged;
}

// ---- A DOWN that is taken, and comes as a surprise --------------------------------------------------------------------------

// What a clause does with the DOWN of a reference that it has forgotten: it dies of the look-up, or calls it an error.
enum class Surprise { kNone, kDies, kAlarms };

// Says so in the log, louder than a debug line. A call that says by its name that it warns does so, whatever logger it is of.
bool raises_alarm(const Program& program, const Facts& facts, const Unit& unit, ExprId body) {
  return body && any_below(unit, body, [&](ExprId id) {
           const model::Expr& e = unit.expr(id);
           if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
           const CallId site(unit.first_call + e.payload);
           const std::string_view name = unit.call_of(e).name.text();
           if (name.find("warn") != name.npos) return true;
           return (name.find("error") != name.npos || name == "critical") &&
                  analysis::effects_at(program, facts, site).has(Effect::kLog);
         });
}

Surprise surprise_in(const Program& program, const Facts& facts, ProcessId id) {
  constexpr std::size_t kMostFunctions = 8;
  for (const HandlerId handler_id : facts.process(id).handlers) {
    const Handler& handler = facts.handler(handler_id);
    if ((handler.kind != HandlerKind::kInfo && handler.kind != HandlerKind::kEvent) || handler.pattern.tag != sym::DOWN) continue;
    const Unit& unit = program.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (dies_of_lookup(unit, clause.body, variables_in(unit, handler.pattern.expr.expr))) return Surprise::kDies;
    std::vector<std::pair<FunctionId, ExprId>> bodies = {{handler.function, clause.body}};
    for (const CallId site : analysis::calls_in_clause(program, handler.function, handler.clause)) {
      const FunctionId callee = facts.calls.callees[site.index].function;
      if (!callee || program.module_of(callee) != facts.process(id).module || bodies.size() > kMostFunctions) continue;
      for (const ExprId body : bodies_of(program, callee)) bodies.emplace_back(callee, body);
    }
    for (const auto& [function, body] : bodies) {
      const bool alarms = any_below(unit, body, [&](ExprId part) {
        const model::Expr& e = unit.expr(part);
        if (e.kind != ExprKind::kCase) return false;
        for (const model::ClauseId c : unit.clauses_of(e)) {
          const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
          if (!patterns.empty() && is_nothing(unit, patterns[0]) && raises_alarm(program, facts, unit, unit.clause(c).body))
            return true;
        }
        return false;
      });
      if (alarms) return Surprise::kAlarms;
    }
  }
  return Surprise::kNone;
}

// The last clause takes any message and says so in the log, louder than a debug line.
bool warns_of_anything(const Program& program, const Facts& facts, ProcessId id) {
  const auto& handlers = facts.process(id).handlers;
  return std::any_of(handlers.begin(), handlers.end(), [&](HandlerId handler_id) {
    const Handler& handler = facts.handler(handler_id);
    const Unit& unit = program.unit_of(handler.function);
    return handler.kind == HandlerKind::kInfo && handler.catch_all &&
           raises_alarm(program, facts, unit, unit.clause(handler.clause).body);
  });
}

// Every clause for a DOWN is for a certain reference, and the last clause warns of whatever comes to it.
bool warns_of_forgotten(const Program& program, const Facts& facts, ProcessId id) {
  bool any = false;
  for (const HandlerId handler_id : facts.process(id).handlers) {
    const Handler& handler = facts.handler(handler_id);
    if (handler.kind != HandlerKind::kInfo || handler.catch_all || !takes_down(handler.pattern)) continue;
    if (!takes_only_some(program, handler)) return false;
    any |= handler.pattern.tag == sym::DOWN;
  }
  return any && warns_of_anything(program, facts, id);
}

// The server of the function's own module that is surprised.
std::pair<ProcessId, Surprise> surprised_server(const Program& program, const Facts& facts, FunctionId function) {
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const Process& process = facts.process(id);
    if (process.kind != analysis::ProcessKind::kGenServer || process.module != program.module_of(function)) continue;
    if (const Surprise surprise = surprise_in(program, facts, id); surprise != Surprise::kNone) return {id, surprise};
    if (warns_of_forgotten(program, facts, id)) return {id, Surprise::kAlarms};
  }
  return {{}, Surprise::kNone};
}

// In a comprehension, or a closure that runs over a list.
bool in_collection(const Unit& unit, ExprId expr) {
  for (ExprId around = unit.parent(expr); around; around = unit.parent(around)) {
    const ExprKind kind = unit.expr(around).kind;
    if (kind == ExprKind::kComprehension || kind == ExprKind::kClosure) return true;
  }
  return false;
}

// Code that others run in their own process holds monitors over its work, and no receive of it takes a DOWN: whatever ended in
// the meantime has left one.
bool holds_over_work(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  const analysis::Context& context = facts.contexts.of(function);
  const std::uint16_t others = analysis::kFromOutside | analysis::kInRequest;
  const bool own =
      facts.processes.of(program.module_of(function)) &&
      std::binary_search(context.processes.begin(), context.processes.end(), facts.processes.of(program.module_of(function)));
  // To give all references of a list back by a capture is never for a single wait, whoever runs it.
  const bool of_others = program.call(site).capture && program.function(function).has(model::kPublic) && !own;
  if (!of_others && ((context.flags & others) == 0 || !context.processes.empty() || context.many)) return false;
  if (facts.effects.all[function.index].has(Effect::kReceive) || facts.effects.all[function.index].has(Effect::kCall))
    return false;
  const Unit& unit = program.unit_of(function);
  const std::span<const ExprId> arguments = arguments_of(program, site);
  // Of all references of a list: they were made by whoever called.
  const bool of_all = program.call(site).capture ||
                      (unit.expr(arguments[0]).kind == ExprKind::kVariable && in_collection(unit, program.call(site).expr));
  if (!of_all) return false;
  for (const FunctionId f : program.functions_of(program.module_of(function))) {
    for (const CallId other : program.calls_of(f)) {
      if (returned_by(program, facts, other) == Resource::kMonitor && facts.calls.external(other)->name.text() == "monitor")
        return true;
    }
  }
  return false;
}

// A helper that is given the reference afterwards and stands in a receive: clear_down(Ref, Pid).
bool flushes_by_helper(const Program& program, const Facts& facts, FunctionId function, CallId site) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  if (arguments.empty()) return false;
  const Unit& unit = program.unit_of(function);
  const std::vector<model::VariableId> reference = variables_in(unit, arguments[0]);
  const std::uint32_t end = unit.expr(program.call(site).expr).end;
  for (const CallId other : program.calls_of(function)) {
    const FunctionId callee = facts.calls.callees[other.index].function;
    if (!callee || callee == function || unit.expr(program.call(other).expr).begin < end) continue;
    if (facts.effects.all[callee.index].has(Effect::kReceive) && mentions(unit, program.call(other).expr, reference)) return true;
  }
  return false;
}

// Where a DOWN may be left behind that matters: not at the end of the process, nor where it has been taken.
bool leaves_down(const Program& program, const Facts& facts, CallId site) {
  const FunctionId function = program.function_of(site);
  if (!is_without_flush(program, facts, site) || !in_production(program, facts, function)) return false;
  if (program.function(function).name == sym::terminate || flushes_by_hand(program, function, site)) return false;
  if (flushes_by_helper(program, facts, function, site)) return false;
  return !stands_in_down_branch(program, function, site) && !is_followed_by_exit(program, facts, site);
}

// All of the function's at once, for they are one finding.
findings::Rewrite with_flush(const Program& program, const Facts& facts, FunctionId function) {
  RewriteBuilder rewrite(program, function);
  const bool erlang = in_erlang(program, function);
  for (const CallId site : program.calls_of(function)) {
    if (!leaves_down(program, facts, site) || program.call(site).capture) continue;
    if (program.call(site).arity == 1) {
      rewrite.add_argument(site, erlang ? "[flush]" : "[:flush]");
    } else {
      rewrite.add_element(program.unit_of(site), arguments_of(program, site)[1], erlang ? "flush" : ":flush");
    }
  }
  return rewrite.take("Flush the DOWN that may have come");
}

struct Harm {
  ProcessId dies;                       // a server that has no clause for it
  ProcessId surprised;                  // a server whose clause does not know the reference
  Surprise surprise = Surprise::kNone;  // what it does then
  bool over_work = false;
  bool own = false;
  bool often = false;  // a wait by hand for several processes, or for one that ends when it has answered
};

void report(const Program& program, const Facts& facts, Reporter& reporter, CallId site, const Harm& harm) {
  const ProcessId dies = harm.dies;
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const std::string callee = callee_text(program, facts, site);
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = dies || harm.surprised || harm.over_work || harm.often ? Severity::kMedium : Severity::kLow;
  finding.confidence = harm.own && harm.surprise != Surprise::kAlarms ? Confidence::kLikely : Confidence::kPossible;
  const std::string down = erlang ? "{'DOWN', _, _, _, _}" : "{:DOWN, _, _, _, _}";
  finding.message =
      finding.function + " calls " + callee + " without flush: a " + down + " that has come already stays in the mailbox";
  finding.why =
      "When the other process ends between its answer and the demonitor, the message stays in the mailbox of the caller, "
      "where nobody expects it: it slows each receive, or meets a handle_info without a clause for it.";
  if (dies) {
    const std::string server = process_name(program, facts, dies);
    finding.message += ", and " + server + " has no clause for one whose reference it has forgotten";
    finding.why = "When the other process has just ended, its " + down + " is in the mailbox of " + server +
                  " already; no clause takes it, and the process dies with function_clause.";
  }
  if (harm.surprised) {
    const std::string server = process_name(program, facts, harm.surprised);
    finding.message += ", and " + server +
                       (harm.surprise == Surprise::kDies ? " dies when it looks up a reference that it has forgotten"
                                                         : " reports a reference that it has forgotten as an error");
    finding.why = "When the other process has just ended, its " + down + " is in the mailbox of " + server +
                  " already, and comes after "
                  "the entry has been taken out: what was orderly ends " +
                  (harm.surprise == Surprise::kDies ? "as a crash." : "with an alarm in the log.");
  }
  if (harm.over_work) {
    finding.why = "The monitors are held over the work of whoever runs this. For each process that ended meanwhile a " + down +
                  " stays in the mailbox of the caller, where nobody expects it: it slows each receive, or meets a handle_info "
                  "without a clause for it.";
  }
  if (program.call(site).capture) {
    finding.fix = erlang ? "Write fun(Ref) -> erlang:demonitor(Ref, [flush]) end." : "Write &Process.demonitor(&1, [:flush]).";
  } else {
    const std::string name = source_text(program, program.unit_of(site), arguments_of(program, site)[0]);
    finding.fix = erlang ? "Write erlang:demonitor(" + name + ", [flush])." : "Write Process.demonitor(" + name + ", [:flush]).";
  }
  finding.rewrite = with_flush(program, facts, function);
  finding.path = {{finding.span, callee + " takes the monitor back and leaves its message"}};
  finding.key = callee;
  report_weighed(reporter, std::move(finding));
}

// A server that runs the function, whose handle_info has no clause for the message; one of the function's own module first.
ProcessId dying_server(const Program& program, const Facts& facts, FunctionId function) {
  ProcessId dies;
  for (const ProcessId id : facts.contexts.of(function).processes) {
    const Process& process = facts.process(id);
    if (process.kind != analysis::ProcessKind::kGenServer || fate_in(program, facts, id) != Fate::kDies) continue;
    if (process.module == program.module_of(function)) return id;
    if (!dies) dies = id;
  }
  return dies;
}

// {Pid, started}: the answer says that the process has begun, and it lives on.
bool hears_of_start(const Unit& unit, ExprId receive) {
  for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
    for (const ExprId pattern : unit.patterns_of(unit.clause(c))) {
      if (any_below(unit, pattern, [&](ExprId part) {
            const model::Expr& e = unit.expr(part);
            if (e.kind != ExprKind::kAtom) return false;
            const std::string_view text = e.symbol().text();
            return text.find("start") != text.npos || text.find("ready") != text.npos || text.find("init") != text.npos;
          }))
        return true;
    }
  }
  return false;
}

// The wait is one of many, in a fold or in a helper that goes on with the rest of a list, or the process that is waited for was
// started for it and ends when it has answered: then the DOWN follows the answer at once.
bool waits_often(const Program& program, const Facts& facts, FunctionId function, CallId site) {
  const Unit& unit = program.unit_of(function);
  if (program.call(site).capture || in_collection(unit, program.call(site).expr)) return true;
  const ExprId root = analysis::root_of(unit, program.call(site).expr);
  for (const CallId other : program.calls_of(function)) {
    const bool here = analysis::root_of(unit, program.call(other).expr) == root;
    if (here && returned_by(program, facts, other) == Resource::kMonitor && watches_new_process(program, facts, other))
      return !hears_of_start(unit, own_receive(program, function, site));
    const bool after = unit.expr(program.call(other).expr).begin > unit.expr(program.call(site).expr).begin;
    const bool again = here && after && facts.calls.callees[other.index].function == function && !program.call(other).capture;
    const std::vector<model::VariableId> reference = variables_in(unit, arguments_of(program, site)[0]);
    if (again && !mentions(unit, program.call(other).expr, reference)) return true;
  }
  return false;
}

// A server of OTP's whose clauses do not take it without a word.
bool meets_server(const Program& program, const Facts& facts, FunctionId function) {
  const std::vector<ProcessId>& processes = facts.contexts.of(function).processes;
  return std::any_of(processes.begin(), processes.end(), [&](ProcessId id) {
    const bool server = facts.process(id).kind == analysis::ProcessKind::kGenServer;
    return server && (fate_in(program, facts, id) != Fate::kTaken || warns_of_anything(program, facts, id));
  });
}

// Says whether the site was reported. One finding a function is enough: the others are mended with it.
bool look_at(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  if (!leaves_down(program, facts, site)) return false;
  const FunctionId function = program.function_of(site);
  const ProcessId dies = dying_server(program, facts, function);
  const bool own = dies && facts.process(dies).module == program.module_of(function);
  const bool outside = (facts.contexts.of(function).flags & (analysis::kFromOutside | analysis::kInRequest)) != 0;
  const bool by_hand = static_cast<bool>(own_receive(program, function, site));
  Harm harm{dies, {}, Surprise::kNone, false, own || by_hand, false};
  harm.often = by_hand && waits_often(program, facts, function, site);
  if (!own) {
    std::tie(harm.surprised, harm.surprise) = surprised_server(program, facts, function);
    harm.over_work = !by_hand && !harm.surprised && holds_over_work(program, facts, site);
  }
  const bool in_own_wait = by_hand && (outside || dies || (harm.often && meets_server(program, facts, function)));
  if (!own && !harm.surprised && !harm.over_work && !in_own_wait) return false;
  harm.own |= harm.surprised || harm.over_work;
  if (harm.surprised) harm.dies = {};
  report(program, facts, reporter, site, harm);
  return true;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  FunctionId reported;
  for (const CallId site : wanted_calls(program, reporter)) {
    const FunctionId function = program.function_of(site);
    if (!function || function == reported) continue;
    if (look_at(program, facts, reporter, site)) reported = function;
  }
}

}  // namespace

const Rule& demonitor_without_flush() {
  static const Rule rule{{.code = "BW207",
                          .name = "demonitor-without-flush",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A demonitor that leaves a DOWN in the mailbox of a process that does not expect it"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
