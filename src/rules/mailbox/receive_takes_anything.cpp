// A receive with a bare variable takes whatever lies first in the mailbox. In a process of its own that is a loop; in a function
// that others call it takes what they are waiting for, a task's reply, a DOWN, the answer of a server, and drops it.
#include <algorithm>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Bound;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!facts_.effects.all[i].has(Effect::kReceive) || !function_has(program_, function, ExprKind::kReceive)) continue;
      if (!reporter_.wants(program_, function) || !in_production(program_, facts_, function) || !is_run_by_others(function))
        continue;
      for (const ExprId body : bodies_of(program_, function)) {
        for (const HandWait& wait : hand_waits(program_, facts_, function, body)) {
          if (const model::ClauseId clause = clause_for_anything(wait)) report(function, wait, clause);
        }
      }
    }
  }

 private:
  // By processes that are not its own: requests, and whoever uses the interface. A function that is spawned somewhere, or whose
  // callers nobody knows, may be the loop of a process.
  bool is_run_by_others(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    if ((context.flags & (analysis::kInTask | analysis::kInBoot | analysis::kInTool | analysis::kInTest)) != 0) return false;
    if (!context.processes.empty() || context.many) return false;
    if ((context.flags & analysis::kInRequest) != 0) return true;
    // A helper of a public function; a public one itself may be what somebody spawns by its name.
    return (context.flags & analysis::kFromOutside) != 0 && !program_.function(function).has(model::kPublic);
  }

  // The clause that takes any message, looks whether it is its own, and drops it where it is not.
  model::ClauseId clause_for_anything(const HandWait& wait) const {
    const Unit& unit = program_.unit_of(wait.function);
    // A wait with an end, for something: without one it is rather the loop of a process.
    if (!wait.takes_any || wait.bound_ms == 0 || wait.bound_ms == Bound::kInfinite || is_end(wait.function)) return {};
    if (is_main_loop(unit, wait.receive)) return {};
    for (const model::ClauseId c : unit.clauses_of(unit.expr(wait.receive))) {
      const model::Clause& clause = unit.clause(c);
      if (clause.guard || clause.pattern_count != 1) continue;
      const ExprId pattern = unit.patterns_of(clause)[0];
      const model::Expr& e = unit.expr(pattern);
      // `Ref ->` in Erlang is what Ref is bound to already.
      const bool anything = e.kind == ExprKind::kWildcard || (e.kind == ExprKind::kVariable && e.has(model::kBinds));
      if (!anything) continue;
      return drops(wait.function, unit, clause) ? c : model::ClauseId();
    }
    return {};
  }

  // Who takes system messages and the ends of links is a process of its own.
  static bool is_main_loop(const Unit& unit, ExprId receive) {
    for (const model::ClauseId c : unit.clauses_of(unit.expr(receive))) {
      const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(c));
      const Symbol tag = patterns.empty() ? Symbol() : analysis::outline(unit, {}, patterns[0]).tag;
      if (tag && (tag == sym::EXIT || tag.text() == "system" || tag.text().starts_with("$gen_"))) return true;
    }
    return false;
  }

  // The process ends here: what is in its mailbox is nobody's any more.
  bool is_end(FunctionId function) const {
    const std::string_view name = program_.function(function).name.text();
    for (const std::string_view word : {"terminate", "linger", "shutdown", "flush", "drain", "clean", "stop", "close"}) {
      if (name.find(word) != name.npos) return true;
    }
    return false;
  }

  // It comes back to the receive without having kept the message, or sent it to anybody.
  bool drops(FunctionId function, const Unit& unit, const model::Clause& clause) const {
    const std::vector<model::VariableId> message = variables_in(unit, unit.patterns_of(clause)[0]);
    bool again = false;
    const bool kept = any_below(unit, clause.body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + e.payload);
      const bool waits_on = facts_.calls.callees[site.index].function == function;
      again |= waits_on;
      if (waits_on && mentions(unit, id, message)) return true;  // kept for later
      const analysis::External* external = facts_.calls.external(site);
      return external && external->row &&
             (external->row->effects.has(Effect::kSend) || external->row->effects.has(Effect::kExit));
    });
    return again && !kept;
  }

  void report(FunctionId function, const HandWait& wait, model::ClauseId taker) {
    const Unit& unit = program_.unit_of(function);
    const model::Clause& clause = unit.clause(taker);
    const std::string pattern = source_text(program_, unit, unit.patterns_of(clause)[0]);
    Finding finding = found_in(reporter_, program_, function, unit.span(wait.receive));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " takes every message of the process that calls it (" + pattern +
                      "), and drops those that are not its own";
    finding.why =
        "The caller may be waiting for some of them: the reply of a task, the DOWN of a monitor, a message for its handle_info. "
        "They "
        "are gone, and the caller waits until it gives up, or for ever.";
    finding.fix =
        "Match only what belongs to the request: its reference, its socket, the tags that its library sends; or run the wait in "
        "a task "
        "of its own.";
    finding.path = {{finding.span, "the receive, in the process of the caller"},
                    {{unit.file, clause.begin, clause.end}, "takes anything, and waits on"}};
    finding.key = "receive";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& receive_takes_anything() {
  static const Rule rule{{.code = "BW219",
                          .name = "receive-takes-anything",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A receive in its caller's process that takes every message and drops those of others"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
