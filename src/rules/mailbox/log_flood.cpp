// A limit that was reached is reached by every further request until it falls again, and clients that are turned away come back
// at once. A line in the log for each of them makes the log the next thing that is overloaded: its handlers drop, block or fill
// disks.
#include <algorithm>
#include <array>
#include <vector>

#include "analysis/values.h"
#include "rules/support.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const FunctionId function = program_.function_of(site);
      if (!function || !logs_loudly(site)) continue;
      if (!in_production(program_, facts_, function) || !is_per_request(function)) continue;
      const Symbol limit = limit_around(function, site);
      if (!limit) continue;
      if (found_.empty() || found_.front().function != function) flush();
      found_.push_back({function, site, limit});
    }
    flush();
  }

 private:
  struct Line {
    FunctionId function;
    CallId site;
    Symbol limit;
  };

  // One finding a function, with a step for each line of it.
  void flush() {
    if (!found_.empty()) report(found_.front().function, found_.front().site, found_.front().limit);
    found_.clear();
  }

  // Logger.error, logger:warning, or a helper that says that it logs errors or warnings.
  bool logs_loudly(CallId site) const {
    const model::Call& call = program_.call(site);
    if (!call.name || call.capture) return false;
    const std::string_view name = call.name.text();
    const bool loud = name.find("error") != name.npos || name.find("warn") != name.npos;
    if (!loud) return false;
    return name.find("log") != name.npos || call.module == intern("Elixir.Logger") || call.module == intern("logger") ||
           call.module == intern("lager");
  }

  // Clients decide how often it runs.
  bool is_per_request(FunctionId function) const {
    const analysis::Context& context = facts_.contexts.of(function);
    if ((context.flags & analysis::kInRequest) != 0) return true;
    return std::any_of(context.processes.begin(), context.processes.end(),
                       [&](ProcessId id) { return facts_.process(id).kind == analysis::ProcessKind::kRequest; });
  }

  static bool says_limit(std::string_view name) {
    static constexpr std::array<std::string_view, 9> kLimits = {"too_many",       "rate_limit",      "limit_reached",
                                                                "limit_exceeded", "overload",        "throttled",
                                                                "quota_exceeded", "max_connections", "max_channels"};
    return std::any_of(kLimits.begin(), kLimits.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
  }

  // The atom of a limit in the pattern of a clause around the call: {:error, :too_many_channels} -> …
  Symbol limit_around(FunctionId function, CallId site) const {
    const Unit& unit = program_.unit_of(function);
    const ExprId call = program_.call(site).expr;
    for (ExprId around = unit.parent(call); around; around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) continue;
      for (const model::ClauseId c : unit.clauses_of(e)) {
        if (const Symbol found = limit_in(unit, unit.clause(c), unit.expr(call).begin)) return found;
      }
    }
    for (const model::ClauseId c : program_.function(function).clauses) {
      if (const Symbol found = limit_in(unit, unit.clause(c), unit.expr(call).begin)) return found;
    }
    return {};
  }

  static Symbol limit_in(const Unit& unit, const model::Clause& clause, std::uint32_t at) {
    Symbol found;
    if (at < clause.begin || at >= clause.end) return found;
    for (const ExprId pattern : unit.patterns_of(clause)) {
      any_below(unit, pattern, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind == ExprKind::kAtom && says_limit(e.symbol().text())) found = e.symbol();
        return static_cast<bool>(found);
      });
    }
    return found;
  }

  void report(FunctionId function, CallId site, Symbol limit) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site), name = atom_text(limit, erlang);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " logs each request that is turned away for " + name + " with " + call;
    finding.why =
        "A client that is refused comes back at once, and so do all others: under the very overload that the limit is for, the "
        "log "
        "gets a line for each of them and becomes the next bottleneck.";
    finding.fix = "Log once when the limit is reached, count the rest in a metric, or log them at debug.";
    for (const Line& line : found_) {
      finding.path.push_back(
          {call_span(program_, line.site), "one line for each request refused with " + atom_text(line.limit, erlang)});
    }
    finding.key = name;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  std::vector<Line> found_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& log_flood() {
  static const Rule rule{{.code = "BW217",
                          .name = "log-flood",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "An error logged for each request that is turned away by a limit"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
