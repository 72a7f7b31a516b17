// A function that sleeps and calls itself again with the same arguments tries for ever: its caller, a request or a server, never
// gets an answer, and what was meant for a moment's trouble turns a lasting one into a hang.
#include <algorithm>
#include <optional>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const FunctionId function(i);
      const analysis::EffectSet& effects = facts_.effects.all[i];
      if (!effects.has(Effect::kSleep) && !effects.has(Effect::kReceive)) continue;
      if (!in_production(program_, facts_, function)) continue;
      if (looks_at_the_time(function) || accepts(function) || takes_messages(function)) continue;
      review(function);
    }
  }

 private:
  struct Again {
    CallId site;
    source::Span pause;
  };

  void review(FunctionId function) {
    std::vector<Again> found;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      for (const CallId site : analysis::calls_in_clause(program_, function, clause)) {
        if (facts_.calls.callees[site.index].function != function || facts_.calls.runs[site.index] != Runs::kCaller) continue;
        const std::optional<source::Span> pause = pause_before(site);
        if (!pause || asked_for_ever(function, clause) || !passes_the_same(function, clause, site) || !has_way_out(function))
          continue;
        found.push_back({site, *pause});
      }
    }
    if (found.empty() || ends_with_its_runner(function, 2)) return;
    std::stable_partition(found.begin(), found.end(), [&](const Again& again) { return after_failure(again.site); });
    report(function, found);
  }

  // A receive with clauses takes messages meanwhile; `receive after 500 -> ok end` is a sleep.
  bool takes_messages(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    for (const ExprId body : bodies_of(program_, function)) {
      const bool takes = any_below(unit, body, [&](ExprId id) {
        return unit.expr(id).kind == ExprKind::kReceive && unit.clauses_of(unit.expr(id)).size() > 0;
      });
      if (takes) return true;
    }
    return false;
  }

  // Is the function always handed as a closure to one that ends it in time: run_with_timeout(fun() -> … end, 5000)?
  bool ends_with_its_runner(FunctionId function, int levels) const {
    bool any = false;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const FunctionId caller = facts_.calls.callers[i];
      if (caller == function) continue;
      any = true;
      if (is_run_with_limit(facts_.calls.edges[i].site)) continue;
      if (levels == 0 || !ends_with_its_runner(caller, levels - 1)) return false;
    }
    return any;
  }

  bool is_run_with_limit(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId made = program_.call(site).expr;
    ExprId closure = program_.call(site).capture || has_hole(unit, made) ? made : program_.call(site).closure;
    for (; closure; closure = unit.parent(closure)) {
      const ExprId around = unit.parent(closure);
      if (!around || unit.expr(around).kind != ExprKind::kCall) continue;
      const model::Call& call = unit.call_of(unit.expr(around));
      const bool hands_on = call.name && (unit.expr(closure).kind != ExprKind::kCall || has_hole(unit, closure));
      if (hands_on && (call.name.text().find("timeout") != std::string_view::npos || takes_limit(unit, around))) return true;
    }
    return false;
  }

  // ask(_, Pid), of the parse transform cut: a function of what is missing.
  static bool has_hole(const Unit& unit, ExprId call) {
    const std::span<const ExprId> arguments = unit.children_of(call);
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](ExprId argument) { return unit.expr(argument).kind == ExprKind::kWildcard; });
  }

  // parallel_map(Fun, Nodes, ?TIMEOUT): a last argument that says so by its name.
  bool takes_limit(const Unit& unit, ExprId call) const {
    const std::span<const ExprId> arguments = unit.children_of(call);
    if (arguments.size() < 2) return false;
    const std::string text = source_text(program_, unit, arguments.back(), 60);
    return text.find("imeout") != std::string::npos || text.find("TIMEOUT") != std::string::npos;
  }

  // A deadline is a limit.
  bool looks_at_the_time(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      const std::string_view name = program_.call(site).name.text();
      if (name == "monotonic_time" || name == "system_time" || name == "timestamp" || name == "now" || name == "utc_now" ||
          name == "os_time" || name == "clock" || name.starts_with("elapsed"))
        return true;
    }
    return false;
  }

  // wait_for(State, infinity): whoever calls it has chosen.
  bool asked_for_ever(FunctionId function, model::ClauseId clause) const {
    const Unit& unit = program_.unit_of(function);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](ExprId pattern) { return analysis::atom_value(unit, pattern) == sym::infinity; });
  }

  // Is the call made because something failed: in a handler of an exception, or where an error has been matched?
  bool after_failure(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    ExprId below = program_.call(site).expr;
    for (ExprId around = unit.parent(below); around; below = around, around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind != ExprKind::kCase && e.kind != ExprKind::kTry && e.kind != ExprKind::kWith) continue;
      if (e.kind == ExprKind::kTry && in_handler(unit, e, below)) return true;
      if (e.kind == ExprKind::kCase && in_error_clause(unit, unit.clauses_of(e), below)) return true;
    }
    return false;
  }

  static bool in_handler(const Unit& unit, const model::Expr& e, ExprId below) {
    for (const model::ClauseId id : unit.try_of(e).catch_clauses) {
      if (unit.clause(id).body == below) return true;
    }
    return false;
  }

  static bool in_error_clause(const Unit& unit, model::ClauseRange clauses, ExprId below) {
    static const Symbol kErrors[] = {sym::error,   intern("EXIT"),   intern("badrpc"),
                                     sym::timeout, intern("noproc"), intern("aborted")};
    for (const model::ClauseId id : clauses) {
      const model::Clause& clause = unit.clause(id);
      if (!(clause.body == below)) continue;
      for (const ExprId pattern : unit.patterns_of(clause)) {
        const bool failed = any_below(unit, pattern, [&](ExprId part) {
          const std::optional<Symbol> atom = analysis::atom_value(unit, part);
          return atom && std::find(std::begin(kErrors), std::end(kErrors), *atom) != std::end(kErrors);
        });
        if (failed) return true;
      }
    }
    return false;
  }

  // An acceptor has nothing else to do than to try again.
  bool accepts(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name.text() == "accept" || program_.call(site).name.text() == "handshake") return true;
    }
    return false;
  }

  // A sleep in the same sequence of expressions, before the call.
  std::optional<source::Span> pause_before(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId sequence = unit.parent(program_.call(site).expr);
    for (const CallId other : program_.calls_of(program_.function_of(site))) {
      if (!(other < site)) break;
      const analysis::External* external = facts_.calls.external(other);
      const bool sleeps = external && external->row && external->row->effects.has(Effect::kSleep);
      if (sleeps && unit.parent(program_.call(other).expr) == sequence) return call_span(program_, other);
    }
    if (!sequence || unit.expr(sequence).kind != ExprKind::kBlock) return {};
    for (const ExprId part : unit.children_of(sequence)) {
      if (part == program_.call(site).expr) break;
      const model::Expr& e = unit.expr(part);
      if (e.kind == ExprKind::kReceive && e.child_count > 0 && unit.clauses_of(e).size() == 0) return unit.span(part);
    }
    return {};
  }

  // Every argument is the parameter that stands in its place.
  bool passes_the_same(FunctionId function, model::ClauseId clause, CallId site) const {
    const Unit& unit = program_.unit_of(function);
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    const std::span<const ExprId> patterns = unit.patterns_of(unit.clause(clause));
    if (arguments.size() != patterns.size()) return false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const model::Expr& argument = unit.expr(arguments[i]);
      if (argument.kind != ExprKind::kVariable) {
        if (source_text(program_, unit, arguments[i], 80) != source_text(program_, unit, patterns[i], 80)) return false;
        continue;
      }
      const std::vector<model::VariableId> parameters = variables_in(unit, patterns[i]);
      const model::VariableId passed(argument.payload);
      if (parameters.size() != 1 || !(parameters[0] == passed)) return false;
    }
    return true;
  }

  // Some way through the function ends without the call: it is no loop that a process lives in.
  bool has_way_out(FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    bool out = false;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      if (!unit.clause(clause).body) continue;
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
        const model::Expr& e = unit.expr(result);
        const bool again = e.kind == ExprKind::kCall && facts_.calls.callees[unit.first_call + e.payload].function == function;
        out |= !again;
      });
    }
    return out;
  }

  void report(FunctionId function, const std::vector<Again>& found) {
    const CallId site = found.front().site;
    const bool erlang = in_erlang(program_, function);
    const analysis::Context& context = facts_.contexts.of(function);
    const std::uint16_t starting = analysis::kInBoot | analysis::kInTool | analysis::kInShutdown;
    // An acceptor or a worker that nobody calls may well try for ever.
    const bool called = std::any_of(context.processes.begin(), context.processes.end(), [&](ProcessId process) {
      const std::vector<MessageId>& sent = facts_.messages.to[process.index];
      return std::any_of(sent.begin(), sent.end(), [&](MessageId id) { return facts_.message(id).kind == MessageKind::kCall; });
    });
    const bool waited_for = called || context.many || (context.flags & analysis::kInRequest) != 0 ||
                            ((context.flags & analysis::kFromOutside) != 0 && (context.flags & starting) == 0);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.severity = waited_for && after_failure(site) ? Severity::kMedium : Severity::kLow;
    finding.confidence = Confidence::kPossible;
    finding.message = finding.function + " sleeps and calls itself with the same arguments: it tries again without a limit";
    finding.why =
        "If the trouble lasts, whoever runs it never goes on: a server answers nobody, a request hangs with its connection, and "
        "no crash tells a supervisor.";
    finding.fix =
        erlang ? "Pass the number of tries that are left, or a deadline, and return {error, timeout} when it is used up."
               : "Pass the number of tries that are left, or a deadline, and return {:error, :timeout} when it is used up.";
    for (const Again& again : found) {
      finding.path.push_back({again.pause, finding.function + " waits"});
      finding.path.push_back({call_span(program_, again.site), "and begins again"});
    }
    finding.key = finding.function;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& endless_retry() {
  static const Rule rule{{.code = "BW414",
                          .name = "endless-retry",
                          .family = findings::Family::kBlocking,
                          .severity = Severity::kMedium,
                          .summary = "A function sleeps and calls itself again with the same arguments, without a limit"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
