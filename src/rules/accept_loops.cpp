#include "rules/accept_loops.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using model::Clause;
using model::Expr;

// Whoever does one of these for an error has thought of it: it waits, ends, or opens the socket anew.
bool is_an_end(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kEnds = {"sleep",     "exit",       "error",  "throw",      "halt",
                                                             "stop",      "raise",      "listen", "connect",    "reraise",
                                                             "terminate", "send_after", "open",   "start_timer"};
  return std::find(kEnds.begin(), kEnds.end(), name) != kEnds.end();
}

bool is_accept(const analysis::External& external) {
  const std::string_view module = external.module.text(), name = external.name.text();
  if (module == "gen_tcp") return name == "accept";
  if (module == "ssl") return name == "transport_accept";
  return module == "gen_udp" && name == "recv";
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<AcceptLoop> find() {
    for (const CallId site : analysis::sites_of(facts_.calls, is_accept)) {
      const FunctionId function = program_.function_of(site);
      if (!function || program_.call(site).capture || !in_production(program_, facts_, function)) continue;
      of_site(function, site);
    }
    return std::move(found_);
  }

 private:
  void of_site(FunctionId function, CallId site) {
    const Unit& unit = program_.unit_of(site);
    const ExprId call = program_.call(site).expr;
    for (ExprId at = unit.parent(call); at; at = unit.parent(at)) {
      const Expr& e = unit.expr(at);
      if (e.kind == ExprKind::kClosure) return;
      // case gen_tcp:accept(Socket) of, and case Result of where that is what it stands for.
      if (e.kind != ExprKind::kCase || e.child_count == 0 || analysis::local_value(unit, unit.child(at, 0)) != call) continue;
      return of_case(function, site, at);
    }
  }

  void of_case(FunctionId function, CallId site, ExprId branch) {
    const Unit& unit = program_.unit_of(site);
    for (const model::ClauseId id : unit.clauses_of(unit.expr(branch))) {
      const Clause& clause = unit.clause(id);
      const auto patterns = unit.patterns_of(clause);
      if (patterns.size() != 1 || !clause.body) continue;
      if (names_closed(unit, patterns[0])) return;
      if (clause.guard || !takes_any_error(unit, patterns[0])) continue;
      if (any_below(unit, clause.body, [&](ExprId part) { return ends(unit, part); })) return;
      if (const CallId again = goes_on(function, unit, branch, clause.body)) {
        found_.push_back({function, site, unit.span(patterns[0]), again});
        return;
      }
    }
  }

  static bool names_closed(const Unit& unit, ExprId pattern) {
    return any_below(unit, pattern, [&](ExprId part) {
      return unit.expr(part).kind == ExprKind::kAtom && unit.expr(part).symbol().text() == "closed";
    });
  }

  static bool takes_any_error(const Unit& unit, ExprId pattern) {
    const auto is_open = [&](ExprId id) {
      const Expr& e = unit.expr(id);
      return e.kind == ExprKind::kWildcard || (e.kind == ExprKind::kVariable && e.has(model::kBinds));
    };
    if (is_open(pattern)) return true;
    const Expr& e = unit.expr(pattern);
    return e.kind == ExprKind::kTuple && e.child_count == 2 && analysis::atom_value(unit, unit.child(pattern, 0)) == sym::error &&
           is_open(unit.child(pattern, 1));
  }

  bool ends(const Unit& unit, ExprId id) const {
    const Expr& e = unit.expr(id);
    if (e.kind == ExprKind::kReceive) return true;
    if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
    const model::Call& call = unit.call_of(e);
    // logger:error/2 goes on.
    if (call.name == sym::error && call.target == model::TargetKind::kRemote && call.module != sym::erlang) return false;
    return is_an_end(call.name.text());
  }

  // The function's call of itself, as what the clause comes to or as what follows the case.
  CallId goes_on(FunctionId function, const Unit& unit, ExprId branch, ExprId body) const {
    CallId again;
    const auto look = [&](ExprId id) {
      const Expr& e = unit.expr(id);
      if (e.kind != ExprKind::kCall) return;
      const CallId site(unit.first_call + e.payload);
      if (facts_.calls.callees[site.index].function == function) again = site;
    };
    analysis::for_each_result(unit, body, look);
    if (again) return again;
    const ExprId around = unit.parent(branch);
    if (!around || unit.expr(around).kind != ExprKind::kBlock) return {};
    const auto steps = unit.children_of(around);
    const auto own = std::find(steps.begin(), steps.end(), branch);
    if (own == steps.end() || own + 1 == steps.end()) return {};
    for (auto after = own + 1; after != steps.end(); ++after) {
      if (any_below(unit, *after, [&](ExprId part) { return ends(unit, part); })) return {};
    }
    look(steps.back());
    return again;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<AcceptLoop> found_;
};

}  // namespace

std::vector<AcceptLoop> accept_loops(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
