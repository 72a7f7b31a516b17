// What failed once fails again. A message that cannot be worked off comes back when the broker puts it into the queue again: the
// consumer fails, requeues, gets it anew, and so on for ever, at the full speed of both; somebody has to stop counting on it, by
// a dead-letter queue or a limit. A process that adds a child to its own supervisor finds it there when it is started again.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/accept_loops.h"
#include "rules/added_again.h"
#include "rules/old_catch.h"
#include "rules/reach.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t u = 0; u < program_.units.size(); ++u) {
      const Unit& unit = *program_.units[u];
      if (unit.role != source::Role::kReviewed || unit.tries.empty()) continue;
      look_at(unit);
    }
    for (const AddedAgain& added : added_again(program_, facts_)) report_child(added);
    for (const AcceptLoop& loop : accept_loops(program_, facts_)) report_loop(loop);
  }

 private:
  void look_at(const Unit& unit) {
    for (const ExprId attempt : unit.of_kind(ExprKind::kTry)) {
      const model::Expr& e = unit.expr(attempt);
      if (e.has(model::kOldCatch)) {
        for (const model::ClauseId c : exit_clauses(unit, attempt)) look_below(unit, attempt, unit.clause(c).body);
      } else {
        for (const model::ClauseId c : unit.try_of(e).catch_clauses) look_below(unit, attempt, unit.clause(c).body);
      }
    }
  }

  // In a handler of an exception, and in the functions of its module that it calls.
  void look_below(const Unit& unit, ExprId place, ExprId body) {
    any_below(unit, body, [&](ExprId id) {
      if (puts_back(unit, id)) note(unit, place, id);
      if (unit.expr(id).kind != ExprKind::kCall) return false;
      const FunctionId callee = facts_.calls.callees[unit.first_call + unit.expr(id).payload].function;
      if (!callee || &program_.unit_of(callee) != &unit) return false;
      for (const model::ClauseId clause : program_.function(callee).clauses) {
        any_below(unit, unit.clause(clause).body, [&](ExprId inner) {
          if (puts_back(unit, inner)) note(unit, place, inner);
          return false;
        });
      }
      return false;
    });
  }

  // AMQP.Basic.reject(channel, tag) and nack requeue unless they are told not to, as do the methods of amqp_client.
  bool puts_back(const Unit& unit, ExprId id) const {
    const model::Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kMap) {
      const std::string_view record = e.symbol() ? e.symbol().text() : std::string_view();
      if (!e.has(model::kRecord) || (record != "basic.reject" && record != "basic.nack")) return false;
      return !is_refused(unit, unit.children_of(id));
    }
    if (e.kind != ExprKind::kCall) return false;
    const model::Call& call = unit.call_of(e);
    if (!call.module || !call.name || !is_basic(unit, call.module)) return false;
    if (call.name.text() != "reject" && call.name.text() != "nack") return false;
    const std::span<const ExprId> arguments = unit.children_of(id);
    if (arguments.size() < 3) return true;
    const ExprId value = analysis::literal_option(unit, analysis::local_value(unit, arguments.back()), intern("requeue"));
    return value && analysis::atom_value(unit, value) == sym::true_;
  }

  // `use AMQP` makes Basic stand for AMQP.Basic (amqp: AMQP.__using__/1).
  static bool is_basic(const Unit& unit, Symbol module) {
    if (module.text() == "Elixir.AMQP.Basic") return true;
    if (module.text() != "Elixir.Basic") return false;
    return std::any_of(unit.directives.begin(), unit.directives.end(), [](const model::Directive& directive) {
      return directive.kind == model::DirectiveKind::kUse && directive.module && directive.module.text() == "Elixir.AMQP";
    });
  }

  static bool is_refused(const Unit& unit, std::span<const ExprId> pairs) {
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      if (analysis::atom_value(unit, pairs[i]) == intern("requeue"))
        return analysis::atom_value(unit, pairs[i + 1]) != sym::true_;
    }
    return false;
  }

  void note(const Unit& unit, ExprId place, ExprId back) {
    const analysis::Clauses clauses(unit);
    const analysis::Clauses::Place at = clauses.of(back);
    if (!at.function || !reported_.insert({unit.file, back.index}).second) return;
    const FunctionId function(unit.first_function + at.function.index);
    if (!in_production(program_, facts_, function) || counts(function)) return;
    report(unit, function, place, back);
  }

  // Whoever looks at `redelivered` or at the deaths of a message ends the circle somewhere.
  bool counts(FunctionId function) const {
    const ModuleId id = program_.module_of(function);
    const model::Module& module = program_.module(id);
    const std::string_view text =
        std::string_view(program_.files->file(program_.unit_of(id).file).text).substr(module.begin, module.end - module.begin);
    return text.find("redelivered") != text.npos || text.find("x-death") != text.npos || text.find("delivery-count") != text.npos;
  }

  void report_loop(const AcceptLoop& loop) {
    const bool erlang = in_erlang(program_, loop.function);
    Finding finding = found_in(reporter_, program_, loop.function, call_span(program_, loop.accept));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " begins again at once after any error of " +
                      callee_text(program_, facts_, loop.accept) + ", also when the socket is closed: it then spins for ever";
    finding.why =
        "A closed socket answers {error, closed} at once, each time, and a node without free file descriptors {error, emfile}: "
        "the "
        "loop takes a whole scheduler and fills the log, and because it never ends nobody starts it again with a socket that "
        "works.";
    finding.fix =
        erlang ? "Stop on {error, closed}, so that a supervisor starts it again with a new socket, and sleep a moment before "
                 "the next try after other errors."
               : "Stop on {:error, :closed}, so that a supervisor starts it again with a new socket, and sleep a moment "
                 "before the next try after other errors.";
    finding.path = {{finding.span, "fails at once when the socket is closed"},
                    {loop.clause, "takes any error"},
                    {call_span(program_, loop.again), "and begins again without a pause"}};
    finding.key = "accept";
    report_weighed(reporter_, std::move(finding));
  }

  void report_child(const AddedAgain& added) {
    const FunctionId function = program_.function_of(added.matched);
    const bool erlang = in_erlang(program_, function);
    const std::string name = process_name(program_, facts_, added.process);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, added.matched));
    finding.confidence = added.sure ? Confidence::kLikely : Confidence::kPossible;
    finding.message = name + " adds a child to its own supervisor when it starts and takes no answer but " +
                      (erlang ? "{ok, _}" : "{:ok, _}") + ": started again it finds the child there and crashes";
    finding.why =
        "The supervisor keeps the child that was added when " + name +
        " crashes, or starts it again itself. The next start_child answers " +
        (erlang ? "{error, {already_started, Pid}}" : "{:error, {:already_started, pid}}") +
        ", the match fails, and each further start fails the same way until the restarts are used up: one crash ends the tree.";
    finding.fix = std::string("Take ") + (erlang ? "{error, {already_started, Pid}}" : "{:error, {:already_started, pid}}") +
                  " as well, or let the supervisor's own list start the child after " + name + ".";
    finding.path.push_back(
        {name_span(program_, facts_.handler(added.handler).function), "runs each time " + name + " has started"});
    append_chain(program_, facts_, added.chain, finding.path);
    finding.key = "added again " + name;
    report_weighed(reporter_, std::move(finding));
  }

  void report(const Unit& unit, FunctionId function, ExprId place, ExprId back) {
    const bool erlang = in_erlang(program_, function);
    Finding finding = found_in(reporter_, program_, function, unit.span(back));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " puts a message whose handling failed back into the queue, without end";
    finding.why =
        "What fails because of the message itself fails again: the broker delivers it anew at once, and consumer and broker go "
        "round at "
        "full speed, with everything else waiting behind it.";
    finding.fix =
        erlang ? "Reject it with requeue = false into a dead-letter exchange, or requeue it only when `redelivered` is false."
               : "Reject it with requeue: false into a dead-letter exchange, or with requeue: not redelivered.";
    finding.path = {{unit.span(unit.child(place, 0)), "fails because of what the message holds"},
                    {finding.span, "and the same message comes back"}};
    finding.key = "requeue";
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::set<std::pair<source::FileId, std::uint32_t>> reported_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& crash_loop() {
  static const Rule rule{
      {.code = "BW110",
       .name = "crash-loop",
       .family = findings::Family::kSupervision,
       .severity = Severity::kMedium,
       .summary = "What failed once fails again: a message put back into its queue, a child added twice, a closed socket"},
      check};
  return rule;
}

}  // namespace beamwright::rules
