#include "analysis/closures.h"

#include <algorithm>

#include "analysis/calls.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

bool is_inside(const Unit& unit, ExprId id, ExprId around) {
  return unit.expr(id).begin >= unit.expr(around).begin && unit.expr(id).end <= unit.expr(around).end;
}

void add_once(std::vector<Captured>& out, VariableId variable, ExprId use) {
  const bool known = std::any_of(out.begin(), out.end(), [&](const Captured& c) { return c.variable == variable; });
  if (!known) out.push_back({variable, use});
}

}  // namespace

std::vector<Captured> captured_by(const Unit& unit, ExprId closure) {
  std::vector<Captured> out;
  any_below(unit, closure, [&](ExprId id) {
    const Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kVariable || e.has(model::kBinds) || e.payload >= unit.variables.size()) return false;
    const ExprId binding = unit.variables[e.payload].binding;
    if (binding && !is_inside(unit, binding, closure)) add_once(out, VariableId(e.payload), id);
    return false;
  });
  return out;
}

namespace {

// With `calls`, also the parts that calls and readers of fields make; they have no variable.
void add_contained(const Unit& unit, ExprId id, bool calls, std::vector<Captured>& out, int depth) {
  if (!id || depth > 12) return;
  const Expr& e = unit.expr(id);
  switch (e.kind) {
    case ExprKind::kVariable: {
      if (e.payload >= unit.variables.size()) return;
      // A term that was put together before it is sent.
      const ExprId value = local_value(unit, id);
      const ExprKind kind = unit.expr(value).kind;
      const bool built =
          kind == ExprKind::kTuple || kind == ExprKind::kList || kind == ExprKind::kMap || kind == ExprKind::kClosure;
      if (value != id && built) return add_contained(unit, value, calls, out, depth + 1);
      return add_once(out, VariableId(e.payload), id);
    }
    case ExprKind::kTuple:
    case ExprKind::kList:
    case ExprKind::kMap:
      for (const ExprId child : unit.children_of(e)) add_contained(unit, child, calls, out, depth + 1);
      return;
    case ExprKind::kClosure:
      for (const Captured& c : captured_by(unit, id)) add_once(out, c.variable, c.use);
      return;
    case ExprKind::kBlock:
    case ExprKind::kCase:
    case ExprKind::kMatch:
      for_each_result(unit, id, [&](ExprId result) {
        if (result != id) add_contained(unit, result, calls, out, depth + 1);
      });
      return;
    case ExprKind::kCall:
    case ExprKind::kField:
      if (calls) out.push_back({{}, id});
      return;
    default:
      return;
  }
}

bool has_closure(const Unit& unit, ExprId term) {
  const ExprId value = local_value(unit, term);
  return any_below(unit, value, [&](ExprId id) { return unit.expr(id).kind == ExprKind::kClosure; });
}

// Not what goes to a database or a file.
bool leaves_by_message(const FunctionRow& row) {
  for (const Effect e : {Effect::kCall, Effect::kCast, Effect::kSend, Effect::kTimer, Effect::kRpc, Effect::kEtsWrite})
    if (row.effects.has(e)) return true;
  return false;
}

LeavesBy way_of_message(const FunctionRow& row) {
  if (row.effects.has(Effect::kEtsWrite)) return LeavesBy::kTable;
  if (row.effects.has(Effect::kRpc)) return LeavesBy::kNode;
  if (row.effects.has(Effect::kCall)) return LeavesBy::kCall;
  if (row.effects.has(Effect::kCast)) return LeavesBy::kCast;
  return row.delay_argument != 0 ? LeavesBy::kTimer : LeavesBy::kMessage;
}

class LeavingFinder {
 public:
  LeavingFinder(const Program& program, const Facts& facts, FunctionId function)
      : program_(program), facts_(facts), function_(function), unit_(program.unit_of(function)) {}

  std::vector<Leaving> find() {
    for (const CallId site : program_.calls_of(function_)) {
      const FunctionRow* row = row_at(facts_.calls, site);
      if (row != nullptr && !program_.call(site).capture) look_at(site, *row);
    }
    return std::move(out_);
  }

 private:
  void look_at(CallId site, const FunctionRow& row) {
    const auto arguments = unit_.children_of(program_.call(site).expr);
    const auto argument = [&](std::size_t at) { return at != 0 && at <= arguments.size() ? arguments[at - 1] : ExprId(); };
    if (row.target_argument != 0 && leaves_by_message(row)) add(site, way_of_message(row), argument(row.message_argument));
    if (row.module == sym::persistent_term && row.name == sym::put) add(site, LeavesBy::kTerm, argument(2));
    if (row.child_argument != 0 && row.effects.has(Effect::kStartChild))
      add(site, LeavesBy::kChild, argument(row.child_argument));
    const bool leaves = row.closure_runs == Runs::kNewProcess || row.closure_runs == Runs::kOtherProcess;
    const bool elsewhere = row.effects.has(Effect::kRpc) || (row.module.text() == "Elixir.Node" && leaves);
    if (!leaves && !elsewhere) return;
    const LeavesBy by = elsewhere                               ? LeavesBy::kNode
                        : row.closure_runs == Runs::kNewProcess ? LeavesBy::kSpawn
                                                                : LeavesBy::kOtherProcess;
    if (row.closure_is_mfa) return add(site, by, argument(row.closure_argument + 2u));
    for (std::size_t i = 1; i <= arguments.size(); ++i)
      if (row.runs_argument(i) || row.closure_argument == i) add(site, by, arguments[i - 1]);
  }

  void add(CallId site, LeavesBy by, ExprId term) {
    if (!term) return;
    Leaving leaving{site, function_, by, term, {}, has_closure(unit_, term)};
    for (const Captured& c : contained_in(unit_, term))
      leaving.parts.push_back(
          {unit_.variables[c.variable.index].name, c.use, possible_values(program_, facts_, function_, c.use)});
    out_.push_back(std::move(leaving));
  }

  const Program& program_;
  const Facts& facts_;
  const FunctionId function_;
  const Unit& unit_;
  std::vector<Leaving> out_;
};

}  // namespace

std::vector<Captured> contained_in(const Unit& unit, ExprId expr) {
  std::vector<Captured> out;
  add_contained(unit, expr, false, out, 0);
  return out;
}

std::string_view to_string(LeavesBy way) {
  constexpr std::string_view kWords[] = {"a message",     "a call",           "a cast",       "a timer",
                                         "a new process", "another process",  "another node", "a child's specification",
                                         "a table",       "a persistent term"};
  return kWords[static_cast<std::size_t>(way)];
}

const PossibleValue* Leaving::whole_state() const {
  for (const Part& part : parts)
    if (const PossibleValue* state = part.values.first(PossibleKind::kState)) return state;
  return nullptr;
}

std::vector<Leaving> leaving_by(const Program& program, const Facts& facts, FunctionId function) {
  return LeavingFinder(program, facts, function).find();
}

std::vector<CallId> calls_in_closure(const Program& program, FunctionId function, ExprId closure) {
  std::vector<CallId> found;
  const Unit& unit = program.unit_of(function);
  for (const CallId site : program.calls_of(function)) {
    for (ExprId at = program.call(site).closure; at; at = unit.parent(at)) {
      if (at != closure) continue;
      found.push_back(site);
      break;
    }
  }
  return found;
}

CallId RunEffects::site(Effect effect) const {
  for (const auto& [call, set] : calls)
    if (set.has(effect)) return call;
  return {};
}

RunEffects effects_of_running(const Program& program, const Facts& facts, const PossibleValue& function) {
  RunEffects out;
  if (function.kind != PossibleKind::kFunction) return out;
  if (function.target) {
    out.effects = facts.effects.all[function.target.index];
    return out;
  }
  const Expr& made = program.unit(function.made.unit).expr(function.made.expr);
  std::vector<CallId> sites;
  if (made.kind == ExprKind::kClosure) sites = calls_in_closure(program, function.function, function.made.expr);
  if (made.kind == ExprKind::kCapture) sites = {CallId(program.unit(function.made.unit).first_call + made.payload)};
  for (const CallId site : sites) {
    const FunctionRow* row = row_at(facts.calls, site);
    const FunctionId callee = facts.calls.callees[site.index].function;
    const EffectSet effects = row != nullptr ? row->effects : callee ? facts.effects.all[callee.index] : EffectSet();
    if (effects.empty()) continue;
    out.effects.bits |= effects.bits;
    out.calls.emplace_back(site, effects);
  }
  return out;
}

namespace {

constexpr int kMaxNesting = 3;
constexpr int kMaxQuestions = 60;

void add_everything(const Program& program, const Facts& facts, FunctionId function, ExprId expr, PossibleValues& out, int depth,
                    int& questions) {
  std::vector<Captured> parts;
  add_contained(program.unit_of(function), expr, true, parts, 0);
  for (const Captured& part : parts) {
    if (++questions > kMaxQuestions) return void(out.unknown = true);
    const PossibleValues values = possible_values(program, facts, function, part.use);
    out.unknown |= values.unknown;
    out.message |= values.message;
    for (const PossibleValue& v : values.all) {
      const bool known = std::any_of(out.all.begin(), out.all.end(), [&](const PossibleValue& o) {
        return o.kind == v.kind && o.made == v.made && o.name == v.name;
      });
      if (known) continue;
      out.all.push_back(v);
      if (v.kind == PossibleKind::kTerm && v.function && depth < kMaxNesting)
        add_everything(program, facts, v.function, v.made.expr, out, depth + 1, questions);
    }
  }
}

}  // namespace

PossibleValues everything_in(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  PossibleValues out;
  int questions = 0;
  add_everything(program, facts, function, expr, out, 0, questions);
  return out;
}

namespace {

// The expressions of a call that are run as functions in the process that makes the call, where they are not written there.
std::vector<ExprId> functions_run(const Program& program, const Facts& facts, CallId site) {
  std::vector<ExprId> found;
  const model::Call& call = program.call(site);
  const Unit& unit = program.unit_of(site);
  const auto is_variable = [&](ExprId id) { return id && unit.expr(id).kind == ExprKind::kVariable; };
  if (call.capture) return found;
  if (call.target == model::TargetKind::kValue) {
    if (is_variable(call.module_expr) || (call.module_expr && unit.expr(call.module_expr).kind == ExprKind::kField))
      found.push_back(call.module_expr);
    return found;
  }
  const auto arguments = unit.children_of(call.expr);
  const bool applies = call.name == sym::apply && arguments.size() == 2;
  if (applies && is_variable(arguments[0])) found.push_back(arguments[0]);
  const FunctionRow* row = row_at(facts.calls, site);
  if (row == nullptr || row->closure_runs != Runs::kCaller || row->closure_is_mfa) return found;
  for (std::size_t i = 1; i <= arguments.size(); ++i)
    if ((row->runs_argument(i) || row->closure_argument == i) && is_variable(arguments[i - 1])) found.push_back(arguments[i - 1]);
  return found;
}

}  // namespace

std::vector<SuppliedCode> supplied_code(const Program& program, const Facts& facts, FunctionId function) {
  std::vector<SuppliedCode> out;
  const Context& context = facts.contexts.of(function);
  if (context.processes.empty() || context.many) return out;
  for (const CallId site : program.calls_of(function)) {
    if (facts.calls.runs[site.index] != Runs::kCaller) continue;
    for (const ExprId expr : functions_run(program, facts, site)) {
      SuppliedCode code{site, function, {}, {}, possible_values(program, facts, function, expr)};
      if (!code.foreign()) continue;
      for (const ProcessId process : context.processes) {
        const auto handlers = handlers_running(program, facts, process, function);
        if (handlers.empty() || code.handler) continue;
        code.process = process;
        code.handler = handlers.front();
      }
      if (code.handler) out.push_back(std::move(code));
    }
  }
  return out;
}

std::vector<SuppliedCode> supplied_code(const Program& program, const Facts& facts) {
  std::vector<SuppliedCode> out;
  for (std::uint32_t f = 0; f < program.functions.size(); ++f)
    for (SuppliedCode& code : supplied_code(program, facts, FunctionId(f))) out.push_back(std::move(code));
  return out;
}

}  // namespace beamwright::analysis
