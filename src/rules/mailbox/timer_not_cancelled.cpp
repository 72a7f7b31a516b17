// A timer that is not cancelled fires although nobody wants it any more. Two ways to get there are clear from the sources: the
// wrong function is asked to cancel it, for the references of the timer module and of the runtime are not interchangeable; and
// a request arms a timer anew and overwrites the reference to the one that still runs.
#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

bool is_timer(Resource resource) { return resource == Resource::kTimer || resource == Resource::kTimerServer; }

ExprId first_argument(const Program& program, CallId site, const knowledge::FunctionRow& row) {
  const std::span<const ExprId> arguments = arguments_of(program, site);
  const std::size_t at = row.target_argument == 0 ? 1 : row.target_argument;
  return at <= arguments.size() ? arguments[at - 1] : ExprId();
}

// A timer for a process that ends here anyway does no harm.
bool is_at_the_end(const Facts& facts, FunctionId function) {
  return std::any_of(facts.processes.handlers.begin(), facts.processes.handlers.end(), [&](const Handler& handler) {
    return handler.function == function && handler.kind == HandlerKind::kTerminate;
  });
}

void report_wrong_cancel(const Program& program, const Facts& facts, Reporter& reporter, CallId site, const Origins& origins) {
  const FunctionId function = program.function_of(site);
  const bool erlang = in_erlang(program, function);
  const CallId made = origins.made.front().site;
  const std::string cancel = callee_text(program, facts, site), arm = callee_text(program, facts, made);
  // timer:cancel answers {error, badarg}, which nobody reads; erlang:cancel_timer raises.
  const bool raises = origins.made.front().resource == Resource::kTimerServer;
  Finding finding = found_in(reporter, program, function, call_span(program, site));
  finding.severity = is_at_the_end(facts, function) ? Severity::kLow : raises ? Severity::kHigh : Severity::kMedium;
  finding.confidence = Confidence::kLikely;
  finding.message = cancel + " is given a reference of " + arm + ", which it does not know: the timer is not cancelled";
  finding.why =
      raises ? "The references of the timer module are not those of the runtime: the call raises badarg and the process dies."
             : "The references of the runtime are not those of the timer module: the call returns an error tuple that "
               "changes nothing, the timer fires all the same, and each one armed in its place comes on top.";
  finding.fix = raises ? (erlang ? "Cancel it with timer:cancel/1, or arm it with erlang:send_after/3."
                                 : "Cancel it with :timer.cancel/1, or arm it with Process.send_after/3.")
                       : (erlang ? "Cancel it with erlang:cancel_timer/1." : "Cancel it with Process.cancel_timer/1.");
  finding.path = {{call_span(program, made),
                   arm + " arms the timer" + (origins.field ? ", kept as " + atom_text(origins.field, erlang) : std::string())},
                  {finding.span, cancel + " is given its reference"}};
  finding.key = cancel + " " + arm;
  report_weighed(reporter, std::move(finding));
}

void check_wrong_cancel(const Program& program, const Facts& facts, Reporter& reporter, CallId site) {
  const Resource released = released_by(program, facts, site);
  if (!is_timer(released) || !in_production(program, facts, program.function_of(site))) return;
  const ExprId reference = first_argument(program, site, *facts.calls.external(site)->row);
  if (!reference) return;
  const Origins origins = origins_of(program, facts, program.function_of(site), reference);
  if (origins.unknown || origins.made.empty()) return;
  const bool wrong = std::all_of(origins.made.begin(), origins.made.end(),
                                 [&](const Origins::Made& made) { return is_timer(made.resource) && made.resource != released; });
  if (wrong) report_wrong_cancel(program, facts, reporter, site, origins);
}

// ---- Armed anew ---------------------------------------------------------------------------------------------------------------

// What a clause of a callback runs in its own process, in the module and in helpers of other modules, a few calls deep.
struct Scope {
  FunctionId function;
  ExprId pattern;  // of the state, in the callback's own clause
  ExprId body;
  CallId from;  // how it was reached
};

class Rearming {
 public:
  Rearming(const Program& program, const Facts& facts, Reporter& reporter)
      : program_(program), facts_(facts), reporter_(reporter) {}

  void look_at(const Handler& handler) {
    collect(handler);
    for (std::size_t i = 0; i < scopes_.size(); ++i) look_for_arming(handler, scopes_[i]);
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
    for (std::size_t i = 0; i < sites.size() && scopes_.size() < kMaxScopes; ++i) {
      const FunctionId callee = facts_.calls.callees[sites[i].index].function;
      if (!callee || facts_.calls.runs[sites[i].index] != Runs::kCaller || !seen.insert(callee).second) continue;
      for (const ExprId body : bodies_of(program_, callee)) scopes_.push_back({callee, {}, body, sites[i]});
      for (const model::ClauseId c : program_.function(callee).clauses) {
        const Unit& there = program_.unit_of(callee);
        for (const ExprId pattern : there.patterns_of(there.clause(c))) scopes_.push_back({callee, pattern, {}, sites[i]});
      }
      for (const CallId site : program_.calls_of(callee)) sites.push_back(site);
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
    return handler.kind != HandlerKind::kInfo || !analysis::may_match(handler.pattern, sent);
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

void check(const Program& program, const Facts& facts, Reporter& reporter) {
  for (std::uint32_t i = 0; i < program.call_units.size(); ++i) check_wrong_cancel(program, facts, reporter, CallId(i));
  Rearming rearming(program, facts, reporter);
  for (const Handler& handler : facts.processes.handlers) {
    const Process& process = facts.process(handler.process);
    const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
    if (process.kind != analysis::ProcessKind::kGenServer || !asked || !in_production(program, facts, handler.function)) continue;
    rearming.look_at(handler);
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
