// A limit that was reached is reached by every further request until it falls again, and clients that are turned away come back
// at once. A line in the log for each of them makes the log the next thing that is overloaded: its handlers drop, block or fill
// disks.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>
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
      const std::string limit = limit_of(function, site);
      if (limit.empty()) continue;
      if (found_.empty() || found_.front().function != function) flush();
      found_.push_back({function, site, limit});
    }
    flush();
  }

 private:
  struct Line {
    FunctionId function;
    CallId site;
    std::string limit;  // as people read it: ":too_many_joins", "too many"
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

  // What the clause around the call says, the answer of a limiter, or the line itself.
  std::string limit_of(FunctionId function, CallId site) const {
    if (const Symbol atom = limit_around(function, site)) return atom_text(atom, in_erlang(program_, function));
    if (!turns_away(function)) return {};
    return is_denied(site) ? "the limit of its rate" : text_of_limit(site);
  }

  // The request is answered with 429, or its connection ends: a job that waits for its turn is none.
  bool turns_away(FunctionId function) const {
    static constexpr std::array<std::string_view, 5> kEnds = {"halt", "close", "reject", "refuse", "deny"};
    for (const CallId site : program_.calls_of(function)) {
      const Symbol name = program_.call(site).name;
      if (name && std::any_of(kEnds.begin(), kEnds.end(),
                              [&](std::string_view word) { return name.text().find(word) != std::string_view::npos; }))
        return true;
    }
    constexpr std::int64_t kTooManyRequests = 429;
    const Unit& unit = program_.unit_of(function);
    for (const model::ClauseId c : program_.function(function).clauses) {
      if (any_below(unit, unit.clause(c).body, [&](ExprId id) {
            const model::Expr& e = unit.expr(id);
            return (e.kind == ExprKind::kInteger && analysis::integer_value(unit, id) == kTooManyRequests) ||
                   (e.kind == ExprKind::kAtom && e.symbol().text() == "too_many_requests");
          }))
        return true;
    }
    return false;
  }

  // case Hammer.check_rate(key, 60_000, 10) do {:deny, _} -> …
  bool is_denied(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    static constexpr std::array<std::string_view, 4> kAsks = {"check_rate", "limit", "throttle", "quota"};
    static constexpr std::array<std::string_view, 4> kNo = {"deny", "denied", "block", "blocked"};
    const std::uint32_t at = unit.expr(program_.call(site).expr).begin;
    for (ExprId around = unit.parent(program_.call(site).expr); around; around = unit.parent(around)) {
      const model::Expr& e = unit.expr(around);
      if (e.kind != ExprKind::kCase || e.child_count != 1 || unit.expr(unit.child(around, 0)).kind != ExprKind::kCall) continue;
      const Symbol asked = unit.call_of(unit.expr(unit.child(around, 0))).name;
      if (!asked || std::none_of(kAsks.begin(), kAsks.end(),
                                 [&](std::string_view word) { return asked.text().find(word) != std::string_view::npos; }))
        continue;
      for (const model::ClauseId c : unit.clauses_of(e)) {
        const model::Clause& clause = unit.clause(c);
        if (at < clause.begin || at >= clause.end || clause.pattern_count == 0) continue;
        const Symbol tag = analysis::outline(unit, {}, unit.patterns_of(clause)[0]).tag;
        if (tag && std::find(kNo.begin(), kNo.end(), tag.text()) != kNo.end()) return true;
      }
    }
    return false;
  }

  // "too many connections (~p), refusing ~p"
  std::string text_of_limit(CallId site) const {
    static constexpr std::array<std::string_view, 9> kWords = {"too many connections", "too many requests", "too many channels",
                                                               "rate limit",           "rate-limit",        "limit exceeded",
                                                               "limit reached",        "throttl",           "quota exceeded"};
    const Unit& unit = program_.unit_of(site);
    std::string found;
    for (const ExprId argument : arguments_of(program_, site)) {
      any_below(unit, argument, [&](ExprId id) {
        const model::Expr& e = unit.expr(id);
        if (e.kind != ExprKind::kString && e.kind != ExprKind::kCharlist) return false;
        std::string text(e.symbol().text());
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        for (const std::string_view word : kWords) {
          if (text.find(word) != text.npos) found = '"' + std::string(word) + '"';
        }
        return !found.empty();
      });
    }
    return found;
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

  void report(FunctionId function, CallId site, const std::string& name) {
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    finding.message = finding.function + " logs each request that is turned away for " + name + " with " + call;
    finding.why =
        "A client that is refused comes back at once, and so do all others: under the very overload that the limit is for, the "
        "log "
        "gets a line for each of them and becomes the next bottleneck.";
    finding.fix = "Log once when the limit is reached, count the rest in a metric, or log them at debug.";
    for (const Line& line : found_) {
      finding.path.push_back({call_span(program_, line.site), "one line for each request refused with " + line.limit});
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
