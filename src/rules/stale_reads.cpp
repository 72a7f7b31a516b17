#include "rules/stale_reads.h"

#include <algorithm>
#include <array>
#include <set>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::CallResult;
using analysis::ResultUse;
using analysis::Runs;

bool is_socket_module(Symbol module) {
  const std::string_view name = module.text();
  return name == "gen_tcp" || name == "ssl" || name == "gen_udp";
}

// By its name the call ends the connection, makes a new one, or ends the process.
bool takes_care(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kWords = {
      "close", "stop", "exit", "kill", "shutdown", "reset", "flush", "drain", "raise", "throw", "connect", "open", "terminate"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, CallId site)
      : program_(program), facts_(facts), site_(site), function_(program.function_of(site)), unit_(program.unit_of(site)) {}

  std::optional<StaleAnswer> find() {
    if (!reads_with_limit()) return std::nullopt;
    for (const CallResult& result : analysis::results_of(program_, facts_, site_)) {
      const std::optional<source::Span> gives_up = goes_on(result);
      if (!gives_up) continue;
      for (const ProcessId process : facts_.contexts.of(function_).processes) {
        if (facts_.process(process).kind != analysis::ProcessKind::kGenServer) continue;
        for (const HandlerId handler : facts_.process(process).handlers) {
          const CallId request = request_of(facts_.handler(handler), result);
          if (request) return StaleAnswer{program_.call(site_).expr, program_.call(site_).expr, request, *gives_up};
        }
      }
    }
    return std::nullopt;
  }

 private:
  bool reads_with_limit() const {
    const analysis::External* external = facts_.calls.external(site_);
    if (!function_ || !external || !is_socket_module(external->module) || external->name.text() != "recv") return false;
    const std::span<const ExprId> arguments = arguments_of(program_, site_);
    if (arguments.size() != 3 || program_.call(site_).capture || !in_production(program_, facts_, function_)) return false;
    const ExprId limit = analysis::local_value(unit_, arguments[2]);
    return limit && analysis::integer_value(unit_, limit) != 0 && analysis::atom_value(unit_, limit) != sym::infinity;
  }

  // The place where the time-out is taken for an answer like any other: the clause for it, or the call itself where nobody looks.
  std::optional<source::Span> goes_on(const CallResult& result) const {
    if (result.use == ResultUse::kReturned || result.use == ResultUse::kPassed) return call_span(program_, site_);
    if (result.use != ResultUse::kMatchedPartly && result.use != ResultUse::kMatchedFully) return std::nullopt;
    const Unit& unit = program_.unit(result.place.unit);
    const model::Expr& e = unit.expr(decision_at(unit, result.place.expr));
    if (e.kind != ExprKind::kCase && e.kind != ExprKind::kWith) return std::nullopt;
    bool any = false;
    for (const model::ClauseId id : unit.clauses_of(e)) {
      any = true;
      const model::Clause& clause = unit.clause(id);
      const std::span<const ExprId> patterns = unit.patterns_of(clause);
      if (patterns.empty() || !takes_timeout(unit, patterns[0])) continue;
      if (looks_after(unit, clause.body)) return std::nullopt;
      return source::Span{unit.file, clause.begin, clause.end};
    }
    return any ? std::nullopt : std::optional<source::Span>(call_span(program_, site_));  // a with that hands it on
  }

  // The case or with that takes the answer; of a with the place is its step.
  static ExprId decision_at(const Unit& unit, ExprId place) {
    return unit.expr(place).kind == ExprKind::kGenerator && unit.parent(place) ? unit.parent(place) : place;
  }

  static bool takes_timeout(const Unit& unit, ExprId pattern) {
    const model::Expr& e = unit.expr(pattern);
    if (e.kind == ExprKind::kVariable) return true;
    if (e.kind == ExprKind::kMatch)
      return takes_timeout(unit, unit.child(pattern, 0)) && takes_timeout(unit, unit.child(pattern, 1));
    if (e.kind != ExprKind::kTuple || e.child_count != 2 || analysis::atom_value(unit, unit.child(pattern, 0)) != sym::error)
      return false;
    const auto reason = analysis::atom_value(unit, unit.child(pattern, 1));
    return !reason || *reason == intern("timeout");
  }

  // A call of such a name, {stop, …}, {:disconnect, …}, or a socket that is forgotten.
  static bool looks_after(const Unit& unit, ExprId root) {
    return any_below(unit, root, [&](ExprId id) {
      const model::Expr& e = unit.expr(id);
      if (e.kind == ExprKind::kAtom) {
        const std::string_view name = e.symbol().text();
        return name == "stop" || name == "disconnect" || name == "connect" || name == "reconnect" || name == "shutdown" ||
               name == "undefined" || name == "nil";
      }
      if (e.kind != ExprKind::kCall || !unit.call_of(e).name) return false;
      const model::Call& call = unit.call_of(e);
      return takes_care(call.name.text()) || (call.name == sym::error && call.target == model::TargetKind::kLocal);
    });
  }

  // What is sent before on the way from the handler's clause to the read; none where anything on the way looks after the socket.
  CallId request_of(const Handler& handler, const CallResult& result) const {
    const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
    if (!asked || !handler.function) return {};
    constexpr std::size_t kMostFunctions = 60;
    const FunctionId decides = result.place.expr ? function_of_place(result) : FunctionId();
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (decides != handler.function && looks_after(unit, clause.body)) return {};
    std::set<FunctionId> seen = {handler.function};
    std::vector<CallId> sites = analysis::calls_in_clause(program_, handler.function, handler.clause);
    CallId request;
    bool reads = false;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const CallId site = sites[i];
      reads |= site == site_;
      const model::Call& call = program_.call(site);
      const analysis::External* external = facts_.calls.external(site);
      if (external && is_socket_module(external->module) && external->name.text() == "send") request = site;
      if (call.name && !stands_in_decision(site, decides, result) && takes_care(call.name.text())) return {};
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || facts_.calls.runs[site.index] != Runs::kCaller || !seen.insert(callee).second) continue;
      if (seen.size() > kMostFunctions) return {};
      for (const CallId inner : program_.calls_of(callee)) sites.push_back(inner);
    }
    return reads ? request : CallId();
  }

  // In another clause of the case or with that takes the answer: what is done for another error.
  bool stands_in_decision(CallId site, FunctionId decides, const CallResult& result) const {
    if (!decides || program_.function_of(site) != decides || !result.place.expr) return false;
    const Unit& unit = program_.unit_of(site);
    const model::Expr& place = unit.expr(decision_at(unit, result.place.expr));
    const model::Expr& call = unit.expr(program_.call(site).expr);
    return (place.kind == ExprKind::kCase || place.kind == ExprKind::kWith) && place.begin <= call.begin && call.end <= place.end;
  }

  FunctionId function_of_place(const CallResult& result) const {
    if (result.wrappers.empty()) return function_;
    return program_.function_of(result.wrappers.back());
  }

  const Program& program_;
  const Facts& facts_;
  CallId site_;
  FunctionId function_;
  const Unit& unit_;
};

}  // namespace

std::optional<StaleAnswer> stale_read(const Program& program, const Facts& facts, CallId site) {
  return Finder(program, facts, site).find();
}

}  // namespace beamwright::rules
