// What the clauses of callbacks return: OTP's gen_server and gen_statem documentation. Declared in results.h.
#include "analysis/results.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

constexpr int kMaxHelpers = 2;

// Where the state stands in a tuple of this tag and size; 0 when there is none.
std::size_t state_index(std::string_view tag, std::size_t size) {
  if (tag == "reply" && size >= 3) return 2;
  if ((tag == "noreply" || tag == "ok" || tag == "keep_state" || tag == "push" || tag == "cont") && size >= 2) return 1;
  if (tag == "next_state" && size >= 3) return 2;
  if (tag == "stop" && size == 3) return 2;
  if (tag == "stop" && size == 4) return 3;
  return 0;
}

class Reader {
 public:
  Reader(const Program& program, const Facts& facts, const Handler& handler)
      : program_(program), facts_(facts), handler_(handler) {}

  std::vector<CallbackReturn> read() {
    const Unit& unit = program_.unit_of(handler_.function);
    if (handler_.clause) results(handler_.function, unit.clause(handler_.clause).body, 0);
    return std::move(out_);
  }

 private:
  void results(FunctionId function, ExprId body, int helpers) {
    if (!body) return;
    for_each_result(program_.unit_of(function), body, [&](ExprId result) { one(function, result, helpers); });
  }

  void one(FunctionId function, ExprId result, int helpers) {
    const UnitId unit_id = program_.functions[function.index].unit;
    const Unit& unit = program_.unit(unit_id);
    const ExprId value = local_value(unit, result);
    const Expr& e = unit.expr(value);
    // Result = case … end, and then Result: each branch is a way of its own.
    const bool branches = e.kind == ExprKind::kCase || e.kind == ExprKind::kTry || e.kind == ExprKind::kReceive;
    if (branches && value != result) return results(function, value, helpers);
    if (e.kind == ExprKind::kCall && helpers < kMaxHelpers) {
      const CallId site(unit.first_call + e.payload);
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (callee && callee != function && !facts_.calls.external(site)) {
        for (const model::ClauseId clause : program_.function(callee).clauses) {
          results(callee, program_.unit_of(callee).clause(clause).body, helpers + 1);
        }
        return;
      }
    }
    CallbackReturn made;
    made.expr = {unit_id, value};
    made.by_helper = helpers > 0;
    if (e.kind == ExprKind::kAtom) made.tag = e.symbol();
    if (e.kind == ExprKind::kTuple && e.child_count > 0) tuple(unit, unit_id, value, made);
    out_.push_back(made);
  }

  void tuple(const Unit& unit, UnitId unit_id, ExprId value, CallbackReturn& made) const {
    const auto children = unit.children_of(value);
    if (unit.expr(children[0]).kind != ExprKind::kAtom) return;
    made.tag = unit.expr(children[0]).symbol();
    const std::string_view tag = made.tag.text();
    if (tag == "stop" && children.size() > 1) made.reason = {unit_id, children[1]};
    const std::size_t at = state_index(tag, children.size());
    if (at == 0) return;
    made.state = {unit_id, children[at]};
    made.same_state = !made.by_helper && is_given_state(unit, children[at]);
    if (at + 1 >= children.size() || tag == "stop") return;
    const ExprId extra = children[at + 1];
    const Expr& e = unit.expr(extra);
    if (e.kind == ExprKind::kAtom && e.symbol().text() == "hibernate") {
      made.hibernates = true;
    } else if (e.kind == ExprKind::kTuple && e.child_count == 2) {
      made.next = {unit_id, unit.child(extra, 1)};
    } else if (e.kind != ExprKind::kList) {
      made.timeout = {unit_id, extra};
    }
  }

  bool is_given_state(const Unit& unit, ExprId expr) const {
    if (unit.expr(expr).kind != ExprKind::kVariable) return false;
    const model::VariableId variable(unit.expr(expr).payload);
    const auto patterns = unit.patterns_of(unit.clause(handler_.clause));
    return !patterns.empty() && whole_variable(unit, patterns.back()) == variable;
  }

  const Program& program_;
  const Facts& facts_;
  const Handler& handler_;
  std::vector<CallbackReturn> out_;
};

}  // namespace

std::vector<CallbackReturn> returns_of(const Program& program, const Facts& facts, const Handler& handler) {
  return Reader(program, facts, handler).read();
}

}  // namespace beamwright::analysis
