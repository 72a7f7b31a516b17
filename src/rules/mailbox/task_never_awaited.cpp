// A task owes its owner two messages: {ref, result} and, unless the monitor is removed, DOWN. Whoever drops the %Task{} gets both
// all the same, at a time when nobody waits for them, and is linked to the task besides: its crash is the owner's.
#include <algorithm>
#include <set>

#include "analysis/paths.h"
#include "rules/kept.h"
#include "rules/rewrites.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"
#include "rules/yielded_tasks.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      if (returned_by(program_, facts_, site) != Resource::kTask || facts_.calls.runs[site.index] != Runs::kCaller) continue;
      const FunctionId function = program_.function_of(site);
      if (function && in_production(program_, facts_, function) && is_lost(function, site) && !is_taken(function)) {
        report(function, site);
      }
    }
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      if (!facts_.effects.direct[i].has(Effect::kAwait) || !reporter_.wants(program_, function)) continue;
      if (!in_production(program_, facts_, function) || is_short_lived(function)) continue;
      for (const YieldedTask& task : yielded_tasks(program_, facts_, function)) report_yielded(function, task);
    }
  }

 private:
  // Does nobody have the task once the function has gone on?
  bool is_lost(FunctionId function, CallId site) const {
    const auto task = analysis::acquisition_at(program_, facts_, site, Resource::kTask);
    return task && analysis::nobody_has(program_, facts_, *task) && !ends_at_once(function);
  }

  // An init that ends with `:ignore`: the process is gone before the reply comes.
  bool ends_at_once(FunctionId function) const {
    if (program_.function(function).name != sym::init) return false;
    const Unit& unit = program_.unit_of(function);
    for (const ExprId body : bodies_of(program_, function)) {
      if (any_below(unit, body, [&](ExprId id) {
            return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol().text() == "ignore";
          })) {
        return true;
      }
    }
    return false;
  }

  // Every process that runs it has a clause for {ref, result}, or is told about by partial-handle-info.
  bool is_taken(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    if (context.processes.empty() || context.many) return false;
    return std::all_of(context.processes.begin(), context.processes.end(), [&](ProcessId id) {
      const analysis::ProcessKind kind = facts_.process(id).kind;
      if (kind == analysis::ProcessKind::kTask || kind == analysis::ProcessKind::kOther) return true;
      bool any = false;
      for (const HandlerId h : facts_.process(id).handlers) {
        any |= facts_.handler(h).kind == HandlerKind::kInfo || facts_.handler(h).kind == HandlerKind::kEvent;
      }
      return any;
    });
  }

  // Only processes that end soon run it.
  bool is_short_lived(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    constexpr std::uint16_t kSoon = analysis::kInBoot | analysis::kInTool | analysis::kInShutdown;
    return context.processes.empty() && !context.many && (context.flags & kSoon) != 0 && (context.flags & ~kSoon) == 0;
  }

  // The start that is the same but for the reply, where nothing looks at what it returns. A task of a supervisor has none: async
  // raises when the supervisor takes no more children, start_child says so in its result.
  findings::Rewrite without_reply(FunctionId function, CallId site) const {
    const analysis::External& external = *facts_.calls.external(site);
    const std::string_view module = external.module.text(), name = external.name.text();
    if (program_.call(site).capture || !is_statement(program_.unit_of(site), program_.call(site).expr)) return {};
    const bool erlang = in_erlang(program_, function);
    std::string instead;
    if (module == "Elixir.Task" && name == "async") instead = erlang ? "'Elixir.Task':start_link" : "Task.start_link";
    if (module == "rpc" && name == "async_call") instead = erlang ? "rpc:cast" : ":rpc.cast";
    if (module == "erpc" && name == "send_request" && external.arity <= 4) instead = erlang ? "erpc:cast" : ":erpc.cast";
    if (instead.empty()) return {};
    RewriteBuilder rewrite(program_, function);
    rewrite.replace_callee(site, instead);
    return rewrite.take("Start it with " + instead + ", which sends no reply");
  }

  void report_yielded(FunctionId function, const YieldedTask& task) {
    const std::string yield = callee_text(program_, facts_, task.site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, task.site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " gives up on a task with " + yield + " and neither shuts it down nor ignores it";
    finding.why =
        "The task goes on, and sends {ref, result} when it is done: into the mailbox of a process that no longer waits for it, "
        "where "
        "a server without a clause for it crashes. The two stay linked as well.";
    finding.fix =
        "Write Task.yield(task, timeout) || Task.shutdown(task), or Task.ignore(task); Task.yield_many/2 takes "
        "on_timeout: :kill_task.";
    finding.path = {{finding.span, "waits for a while"},
                    {program_.unit_of(function).span(task.given_up), "goes on, with the task still running"}};
    finding.key = "yielded " + yield;
    report_weighed(reporter_, std::move(finding));
  }

  void report(FunctionId function, CallId site) {
    const bool erlang = in_erlang(program_, function);
    const std::string start = callee_text(program_, facts_, site);
    const analysis::External& external = *facts_.calls.external(site);
    const bool linked = external.row->effects.has(Effect::kLink);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    if (is_short_lived(function)) finding.severity = Severity::kLow;
    finding.confidence = Confidence::kLikely;
    finding.message = "Nobody awaits the task that " + finding.function + " starts with " + start +
                      ": its reply stays in the mailbox of whichever process calls it";
    finding.why =
        "The task sends {ref, result} to the process that started it, and a DOWN if it dies: a server without clauses for them "
        "crashes or logs each of them, a plain process keeps them in its mailbox for ever.";
    if (linked) finding.why += " The two are linked as well: a task that crashes takes its caller along.";
    finding.fix =
        erlang ? "Use rpc:cast/4 or erpc:cast/4 where no answer is wanted, or collect it with rpc:yield/1."
               : "Where no answer is wanted, start it under a supervisor: Task.Supervisor.start_child(Shop.Tasks, fn -> … end). "
                 "Otherwise await it.";
    finding.rewrite = without_reply(function, site);
    finding.path = {{finding.span, start + " starts a task whose reply nobody takes"}};
    for (const ProcessId id : facts_.contexts.of(function).processes) {
      if (finding.path.size() < 4) {
        finding.path.push_back({process_span(id), process_name(program_, facts_, id) + " runs it and gets the reply"});
      }
    }
    finding.key = start;
    report_weighed(reporter_, std::move(finding));
  }

  source::Span process_span(ProcessId id) const {
    const ModuleId module = facts_.process(id).module;
    const model::Module& m = program_.module(module);
    return {program_.unit_of(module).file, m.name_begin, m.name_end};
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& task_never_awaited() {
  static const Rule rule{{.code = "BW211",
                          .name = "task-never-awaited",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A task that owes its caller a reply which nobody takes"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
