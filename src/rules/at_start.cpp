#include "rules/at_start.h"

#include <algorithm>
#include <optional>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::External;

namespace {

// init answers {ok, State, {continue, Tag}}, or a timeout of nothing.
bool asks_for_it(const Program& program, const Facts& facts, const Handler& init, const Handler& handler) {
  for (const analysis::CallbackReturn& r : analysis::returns_of(program, facts, init)) {
    if (handler.kind == HandlerKind::kContinue && r.next) {
      const analysis::Pattern sent = analysis::outline(program.unit(r.next.unit), r.next.unit, r.next.expr);
      if (may_match(handler.pattern, sent)) return true;
    }
    if (handler.kind == HandlerKind::kInfo && r.timeout && handler.pattern.tag == sym::timeout &&
        analysis::integer_value(program.unit(r.timeout.unit), r.timeout.expr) == 0)
      return true;
  }
  return false;
}

// A state machine's init answers {ok, State, Data, [{next_event, internal, connect}]}, or with a timeout of nothing
// (stdlib: gen_statem, Module:init/1); the clause takes that event.
bool leaves_event(const Program& program, const Handler& init, const Handler& handler) {
  const Unit& unit = program.unit_of(init.function);
  const model::Clause& taker = program.unit_of(handler.function).clause(handler.clause);
  const std::span<const ExprId> patterns = program.unit_of(handler.function).patterns_of(taker);
  if (patterns.empty()) return false;
  const std::optional<Symbol> type = analysis::atom_value(program.unit_of(handler.function), patterns[0]);
  if (!type) return false;
  return any_below(unit, unit.clause(init.clause).body, [&](ExprId id) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kTuple || e.child_count != 3) return false;
    const auto word = analysis::atom_value(unit, unit.child(id, 0));
    if (!word) return false;
    const bool event = word->text() == "next_event" && analysis::atom_value(unit, unit.child(id, 1)) == *type;
    const bool timeout = *word == *type && analysis::integer_value(unit, unit.child(id, 1)) == 0;
    return (event || timeout) && may_match(handler.pattern, analysis::outline(unit, {}, unit.child(id, 2)));
  });
}

// init sends itself the message, at once or after a moment.
bool sends_it(const Program& program, const Facts& facts, const Handler& init, const Handler& handler) {
  if ((handler.kind != HandlerKind::kInfo && handler.kind != HandlerKind::kCast) || !handler.pattern.tag) return false;
  constexpr std::int64_t kMoment = 100;  // milliseconds: a start of many children takes longer
  const Unit& unit = program.unit_of(init.function);
  for (const CallId site : analysis::calls_in_clause(program, init.function, init.clause)) {
    const External* external = facts.calls.external(site);
    if (!external || !external->row || external->row->message_argument == 0) continue;
    if ((external->name.text() == "cast") != (handler.kind == HandlerKind::kCast)) continue;
    const auto arguments = arguments_of(program, site);
    const std::size_t at = external->row->message_argument - 1u;
    if (at >= arguments.size()) continue;
    const analysis::Pattern sent = analysis::outline(unit, {}, arguments[at]);
    if (sent.tag != handler.pattern.tag) continue;
    const ExprId to = analysis::local_value(unit, arguments[at == 0 ? arguments.size() - 1 : 0]);
    const bool timer = external->row->effects.has(Effect::kTimer);
    if (!timer) {
      const bool own = unit.expr(to).kind == ExprKind::kCall && unit.call_of(unit.expr(to)).name == sym::self;
      if (own) return true;
      continue;
    }
    const bool soon = std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
      const auto delay = analysis::integer_value(unit, argument);
      return delay && *delay <= kMoment;
    });
    if (soon) return true;
  }
  return false;
}

}  // namespace

bool runs_at_start(const Program& program, const Facts& facts, const Handler& handler) {
  const Process& process = facts.process(handler.process);
  if (handler.kind == HandlerKind::kRun) return process.kind == analysis::ProcessKind::kTask;
  const bool machine = process.kind == analysis::ProcessKind::kGenStatem && handler.kind == HandlerKind::kEvent;
  if (!machine && handler.kind != HandlerKind::kContinue && handler.kind != HandlerKind::kInfo &&
      handler.kind != HandlerKind::kCast)
    return false;
  return std::any_of(process.handlers.begin(), process.handlers.end(), [&](HandlerId id) {
    const Handler& init = facts.handler(id);
    return init.kind == HandlerKind::kInit &&
           (machine ? leaves_event(program, init, handler)
                    : asks_for_it(program, facts, init, handler) || sends_it(program, facts, init, handler));
  });
}

}  // namespace beamwright::rules
