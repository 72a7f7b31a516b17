// A wait with a limit, written by hand: a timer that sends something to the process itself, and a receive that takes either the
// answer or the timer's message. Whoever gets the answer must take the timer back. Else its message comes later, to a process
// that does not expect it, or to the next such wait, which then ends before its time.
#include <algorithm>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/last_acts.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

struct Armed {
  CallId site;
  model::VariableId reference;  // none where it is dropped
  analysis::Pattern message;
  bool wrapped = false;  // start_timer: it comes as {timeout, Ref, Message}
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(FunctionId function) {
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).capture || program_.call(site).closure) continue;
      const Armed armed = arming(unit, site);
      if (!armed.message.expr) continue;
      for (const ExprId body : bodies_of(program_, function)) {
        const model::Expr& call = unit.expr(program_.call(site).expr);
        if (call.begin < unit.expr(body).begin || call.end > unit.expr(body).end) continue;
        any_below(unit, body, [&](ExprId id) {
          const model::Expr& e = unit.expr(id);
          if (e.kind == ExprKind::kReceive && e.begin > call.end && !is_in_closure(unit, id)) review(function, body, id, armed);
          return false;
        });
        look_at_helpers(function, body, armed);
      }
    }
  }

 private:
  // case wait(Timer) of …: the receive stands in a helper that is given the reference, and nobody looks at it afterwards.
  void look_at_helpers(FunctionId function, ExprId body, const Armed& armed) {
    if (!armed.reference) return;
    const Unit& unit = program_.unit_of(function);
    for (const CallId site : program_.calls_of(function)) {
      const FunctionId helper = facts_.calls.callees[site.index].function;
      const model::Expr& call = unit.expr(program_.call(site).expr);
      if (!helper || helper == function || program_.call(site).capture || call.begin < unit.expr(body).begin) continue;
      if (call.end > unit.expr(body).end || program_.module_of(helper) != program_.module_of(function)) continue;
      if (!function_has(program_, helper, ExprKind::kReceive) || is_used_behind(unit, body, program_.call(site).expr, armed))
        continue;
      const std::span<const ExprId> arguments = arguments_of(program_, site);
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const model::Expr& given = unit.expr(arguments[i]);
        if (given.kind == ExprKind::kVariable && model::VariableId(given.payload) == armed.reference)
          review_helper(helper, i, armed);
      }
    }
  }

  void review_helper(FunctionId helper, std::size_t index, Armed armed) {
    const Unit& unit = program_.unit_of(helper);
    for (const model::ClauseId c : program_.function(helper).clauses) {
      const model::Clause& clause = unit.clause(c);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (index >= patterns.size() || !clause.body) continue;
      armed.reference = analysis::whole_variable(unit, patterns[index]);
      any_below(unit, clause.body, [&](ExprId id) {
        if (armed.reference && unit.expr(id).kind == ExprKind::kReceive && !is_in_closure(unit, id))
          review(helper, clause.body, id, armed);
        return false;
      });
    }
  }

  static bool is_in_closure(const Unit& unit, ExprId id) {
    for (ExprId around = unit.parent(id); around; around = unit.parent(around)) {
      if (unit.expr(around).kind == ExprKind::kClosure) return true;
    }
    return false;
  }

  // erlang:send_after(T, self(), Message), start_timer: the message that will come, and who holds the reference.
  Armed arming(const Unit& unit, CallId site) const {
    Armed armed{site, {}, {}, false};
    if (returned_by(program_, facts_, site) != Resource::kTimer) return armed;
    const analysis::External* external = facts_.calls.external(site);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const std::size_t to = external->row->target_argument, at = external->row->message_argument;
    if (to == 0 || at == 0 || to > arguments.size() || at > arguments.size() || !is_self(unit, arguments[to - 1])) return armed;
    const ExprId message = analysis::local_value(unit, arguments[at - 1]);
    armed.message = analysis::outline(unit, program_.call_units[site.index], message);
    if (external->name.text().ends_with("start_timer")) {
      armed.message.tag = sym::timeout;
      armed.message.size = 3;
      armed.message.any = false;
      armed.wrapped = true;
    }
    if (!armed.message.tag) armed.message.expr = {};
    armed.reference = holder(unit, program_.call(site).expr);
    return armed;
  }

  static bool is_self(const Unit& unit, ExprId target) {
    target = analysis::local_value(unit, target);
    if (!target || unit.expr(target).kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(unit.expr(target));
    return call.name == sym::self && call.arity == 0;
  }

  // TRef = erlang:send_after(…), also in a branch of a case: TRef = case Timeout of infinity -> none; _ -> … end
  static model::VariableId holder(const Unit& unit, ExprId call) {
    for (ExprId at = call, around = unit.parent(call); around; at = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind == ExprKind::kMatch)
        return unit.child(around, 1) == at ? analysis::whole_variable(unit, unit.child(around, 0)) : model::VariableId();
      if (e.kind != ExprKind::kBlock && e.kind != ExprKind::kCase) return {};
      if (e.kind == ExprKind::kBlock && unit.children_of(e).back() != at) return {};
    }
    return {};
  }

  void review(FunctionId function, ExprId body, ExprId receive, const Armed& armed) {
    const Unit& unit = program_.unit_of(function);
    if (unit.expr(receive).child_count != 0) return;  // an `after` of its own: the timer is for something else
    ExprId taken;
    std::vector<ExprId> left;
    for (const model::ClauseId id : unit.clauses_of(unit.expr(receive))) {
      const model::Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (patterns.empty()) return;
      const analysis::Pattern pattern = analysis::outline(unit, program_.functions[function.index].unit, patterns[0]);
      if (pattern.any) return;
      const bool fires = pattern.tag == armed.message.tag && pattern.size == armed.message.size &&
                         (armed.wrapped || analysis::may_match(pattern, armed.message));
      if (fires) {
        taken = patterns[0];
      } else if (leaves(unit, function, clause.body, armed)) {
        left.push_back(patterns[0]);
      }
    }
    if (!taken || left.empty() || is_used_behind(unit, body, receive, armed)) return;
    report(function, armed, taken, left);
  }

  // Goes on living without a look at the timer.
  bool leaves(const Unit& unit, FunctionId function, ExprId branch, const Armed& armed) const {
    if (!branch || (armed.reference && mentions(unit, branch, {armed.reference}))) return false;
    return !any_below(unit, branch, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kReceive) return true;  // waits on
      if (e.kind != ExprKind::kCall) return false;
      const CallId site(unit.first_call + e.payload);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const analysis::External* external = facts_.calls.external(site);
      const bool ends = external && external->row && external->row->effects.has(Effect::kExit);
      return ends || released_by(program_, facts_, site) == Resource::kTimer || callee == function ||
             (callee && (cancels(callee) || always_exits(program_, facts_, callee)));
    });
  }

  bool cancels(FunctionId helper) const {
    for (const CallId site : program_.calls_of(helper)) {
      if (released_by(program_, facts_, site) == Resource::kTimer) return true;
    }
    return function_has(program_, helper, ExprKind::kReceive);
  }

  bool is_used_behind(const Unit& unit, ExprId body, ExprId receive, const Armed& armed) const {
    const std::uint32_t end = unit.expr(receive).end;
    return any_below(unit, body, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.begin < end) return false;
      if (e.kind == ExprKind::kVariable) return armed.reference && model::VariableId(e.payload) == armed.reference;
      return e.kind == ExprKind::kReceive ||
             (e.kind == ExprKind::kCall &&
              released_by(program_, facts_, CallId(unit.first_call + e.payload)) == Resource::kTimer);
    });
  }

  void report(FunctionId function, const Armed& armed, ExprId taken, const std::vector<ExprId>& left) {
    const Unit& unit = program_.unit_of(function);
    const bool erlang = in_erlang(program_, function);
    const std::string arm = callee_text(program_, facts_, armed.site), branch = source_text(program_, unit, left[0]);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, armed.site));
    finding.confidence = Confidence::kLikely;
    finding.message =
        finding.function + " arms a timer with " + arm + " and leaves by the branch " + branch + " without cancelling it";
    finding.why =
        "The timer's message comes later all the same: into the mailbox of a caller that does not expect it, or to the next "
        "wait of this kind, which it ends too early.";
    finding.fix =
        erlang ? "Use `receive … after Timeout ->` in place of the timer; or call erlang:cancel_timer(Ref) on every way out, and "
                 "take a message that has come already with `receive … after 0`."
               : "Use `receive … after timeout ->` in place of the timer; or call Process.cancel_timer(ref) on every way out, "
                 "and take a message that has come already with `receive … after 0`.";
    finding.path = {{finding.span, arm + " arms the timer"}, {unit.span(taken), "takes its message"}};
    for (const ExprId pattern : left) finding.path.push_back({unit.span(pattern), "leaves it running"});
    finding.key = arm + " branch";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

// Only processes that were started for this run it: the timer's message dies with them.
bool is_short_lived(const Facts& facts, FunctionId function) {
  const analysis::Context& context = facts.contexts.of(function);
  return context.processes.empty() && !context.many && (context.flags & analysis::kInTask) != 0 &&
         (context.flags & (analysis::kFromOutside | analysis::kInRequest)) == 0;
}

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  Check check(program, facts, reporter);
  for (std::uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionId function(i);
    if (!facts.effects.direct[i].has(Effect::kTimer) || !in_production(program, facts, function)) continue;
    if (!is_short_lived(facts, function) && !is_last_act(program, facts, function)) check.look_at(function);
  }
}

}  // namespace

const Rule& timer_left_on_a_branch() {
  static const Rule rule{{.code = "BW218",
                          .name = "timer-left-on-a-branch",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A wait written by hand that leaves its timer running when the answer comes"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
