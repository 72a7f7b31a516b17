#include "rules/handed_out.h"

#include <algorithm>
#include <array>

#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Change;
using analysis::ProcessKind;
using analysis::StateField;
using analysis::StateWrite;

bool has_word(Symbol tag, std::span<const std::string_view> words) {
  if (!tag) return false;
  std::string name(tag.text());
  std::erase(name, '_');
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool names_giving_back(Symbol tag) {
  constexpr std::array<std::string_view, 8> kWords = {"checkin", "release", "return",  "giveback",
                                                      "putback", "free",    "restore", "yield"};
  return has_word(tag, kWords);
}

bool names_taking(Symbol tag) {
  constexpr std::array<std::string_view, 10> kWords = {"checkout", "acquire", "borrow", "lease",   "alloc",
                                                       "reserve",  "claim",   "take",   "request", "get"};
  return has_word(tag, kWords);
}

class Search {
 public:
  Search(const Program& program, const Facts& facts)
      : program_(program), facts_(facts), states_(analysis::states_of(program, facts)) {}

  std::vector<HandedOut> run() {
    std::vector<HandedOut> found;
    for (std::uint32_t i = 0; i < facts_.processes.processes.size(); ++i) {
      const ProcessId id(i);
      if (facts_.process(id).kind != ProcessKind::kGenServer) continue;
      for (const StateField& field : states_.of(id).fields) {
        if (!field.name || !field.loses()) continue;
        const HandlerId back = taken_back(field);
        if (!back) continue;
        const HandedOut out = taken(id, field, back);
        if (out.taking) found.push_back(out);
      }
    }
    return found;
  }

 private:
  // The message that puts an entry back, as its name says.
  HandlerId taken_back(const StateField& field) const {
    for (const StateWrite& write : field.writes) {
      if (!write.changes.has(Change::kGains) || write.initial) continue;
      for (const HandlerId id : write.handlers) {
        const Handler& handler = facts_.handler(id);
        const bool asked = handler.kind == HandlerKind::kCall || handler.kind == HandlerKind::kCast;
        if (asked && names_giving_back(handler.pattern.tag)) return id;
      }
    }
    return {};
  }

  HandedOut taken(ProcessId process, const StateField& field, HandlerId back) const {
    for (const StateWrite& write : field.writes) {
      if (!write.changes.has(Change::kLoses) || write.initial) continue;
      for (const HandlerId id : write.handlers) {
        const Handler& handler = facts_.handler(id);
        if (handler.kind != HandlerKind::kCall || id == back || !names_taking(handler.pattern.tag)) continue;
        if (!in_production(program_, facts_, handler.function) || !ignores_caller(handler) || watches_or_times(handler)) continue;
        const ExprId answer = answered_entry(handler);
        if (answer) return {process, id, back, field.name, answer};
      }
    }
    return {};
  }

  // Nothing but the answer goes to whoever asks: From is a wildcard, or used to reply alone.
  bool ignores_caller(const Handler& handler) const {
    const analysis::CallbackArguments* role = states_.role(handler.function);
    const Unit& unit = program_.unit_of(handler.function);
    const model::Clause& clause = unit.clause(handler.clause);
    if (role == nullptr || role->from == 0 || role->from > clause.pattern_count) return false;
    const ExprId from = unit.patterns_of(clause)[role->from - 1u];
    if (unit.expr(from).kind == ExprKind::kWildcard) return true;
    if (unit.expr(from).kind != ExprKind::kVariable) return false;
    const std::uint32_t variable = unit.expr(from).payload;
    return !any_below(unit, clause.body,
                      [&](ExprId at) { return unit.expr(at).kind == ExprKind::kVariable && unit.expr(at).payload == variable; });
  }

  // A monitor, a link or a timer in the clause or below it: the pool hears of the end some other way.
  bool watches_or_times(const Handler& handler) const {
    const std::vector<CallId> calls = analysis::calls_in_clause(program_, handler.function, handler.clause);
    return std::any_of(calls.begin(), calls.end(), [&](CallId site) {
      const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
      return effects.has(Effect::kMonitor) || effects.has(Effect::kLink) || effects.has(Effect::kTimer);
    });
  }

  // {reply, {ok, Entry}, State}: a variable that a pattern takes out of a list, a queue or the result of a call.
  ExprId answered_entry(const Handler& handler) const {
    const Unit& unit = program_.unit_of(handler.function);
    ExprId answer;
    any_below(unit, unit.clause(handler.clause).body, [&](ExprId at) {
      const model::Expr& e = unit.expr(at);
      const bool reply = e.kind == ExprKind::kTuple && e.child_count >= 3 &&
                         unit.expr(unit.child(at, 0)).kind == ExprKind::kAtom &&
                         unit.expr(unit.child(at, 0)).symbol() == sym::reply;
      if (!reply) return false;
      for (const model::VariableId variable : variables_in(unit, unit.child(at, 1))) {
        if (is_taken_out(unit, unit.variables[variable.index].binding)) answer = at;
      }
      return static_cast<bool>(answer);
    });
    return answer;
  }

  static bool is_taken_out(const Unit& unit, ExprId binding) {
    const ExprId around = binding ? unit.parent(binding) : ExprId();
    if (!around || !unit.expr(around).has(model::kInPattern)) return false;
    const model::Expr& e = unit.expr(around);
    return (e.kind == ExprKind::kList && e.has(model::kHasTail)) || e.kind == ExprKind::kTuple;
  }

  const Program& program_;
  const Facts& facts_;
  const analysis::States& states_;
};

}  // namespace

std::vector<HandedOut> handed_out(const Program& program, const Facts& facts) { return Search(program, facts).run(); }

}  // namespace beamwright::rules
