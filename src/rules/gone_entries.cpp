#include "rules/gone_entries.h"

#include <algorithm>
#include <array>

#include "analysis/results.h"
#include "analysis/state_fields.h"
#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::ResultUse;
using Variables = std::vector<model::VariableId>;

class Search {
 public:
  Search(const Program& program, const Facts& facts, const Handler& handler)
      : program_(program), facts_(facts), handler_(handler) {}

  std::vector<GoneEntry> run() {
    timed_ = is_own_timer();
    if (handler_.pattern.tag != sym::DOWN && handler_.pattern.tag != sym::EXIT && !timed_) return {};
    const Unit& unit = program_.unit_of(handler_.function);
    const model::Clause& clause = unit.clause(handler_.clause);
    if (clause.guard || !handler_.pattern.expr || program_.unit(handler_.pattern.expr.unit).file != unit.file) return {};
    const Variables given = variables_in(unit, handler_.pattern.expr.expr);
    look_at(handler_.function, handler_.clause, given, 0);
    return std::move(found_);
  }

 private:
  void look_at(FunctionId function, model::ClauseId id, const Variables& given, int depth) {
    const Unit& unit = program_.unit_of(function);
    const analysis::UnitId unit_id = program_.functions[function.index].unit;
    if (given.empty()) return;
    for (const CallId site : analysis::calls_in_clause(program_, function, id)) {
      const ExprId call = program_.call(site).expr;
      if (depth == 0) enter(site, given);
      if (!is_look_up(site) || !mentions(unit, call, given) || !is_hard(unit, call)) continue;
      if (is_chosen(unit, call) || is_caught(site)) continue;
      const bool row = facts_.calls.external(site)->module == sym::ets;
      if (row ? !timed_ && deletes_rows(site) : may_be_gone(looked_in(site))) found_.push_back({{unit_id, call}, site});
    }
    any_below(unit, unit.clause(id).body, [&](ExprId e) {
      if (!is_map_match(unit, e, given) || is_chosen(unit, e)) return false;
      const Symbol field = analysis::field_read(unit, analysis::local_value(unit, unit.child(e, 1)));
      if (!timed_ && may_be_gone(field)) found_.push_back({{unit_id, e}, {}});
      return false;
    });
  }

  // A function of the module that gets the reference or the pid, and has one clause for whatever is there.
  void enter(CallId site, const Variables& given) {
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee || program_.module_of(callee) != program_.module_of(handler_.function) || callee == handler_.function) return;
    const Unit& unit = program_.unit_of(site);
    if (is_chosen(unit, program_.call(site).expr) || is_caught(site) || program_.call(site).capture) return;
    const auto clauses = program_.function(callee).clauses;
    if (clauses.count != 1) return;
    const model::ClauseId clause = *clauses.begin();
    const Unit& there = program_.unit_of(callee);
    const std::span<const ExprId> patterns = there.patterns_of(there.clause(clause));
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    Variables passed;
    for (std::size_t i = 0; i < arguments.size() && i < patterns.size(); ++i) {
      if (unit.expr(arguments[i]).kind != ExprKind::kVariable || !mentions(unit, arguments[i], given)) continue;
      for (const model::VariableId variable : variables_in(there, patterns[i])) passed.push_back(variable);
    }
    if (!there.clause(clause).guard) look_at(callee, clause, passed, 1);
  }

  // %{^ref => job} = jobs, #{Ref := Job} = Jobs.
  static bool is_map_match(const Unit& unit, ExprId id, const Variables& given) {
    const model::Expr& e = unit.expr(id);
    if (e.kind != ExprKind::kMatch || e.has(model::kInPattern) || e.child_count != 2) return false;
    const ExprId pattern = unit.child(id, 0);
    const model::Expr& map = unit.expr(pattern);
    if (map.kind != ExprKind::kMap || map.has(model::kRecord) || map.payload != 0) return false;
    for (std::uint32_t i = 0; i + 1u < map.child_count; i += 2) {
      if (mentions(unit, unit.child(pattern, i), given)) return true;
    }
    return false;
  }

  bool may_be_gone(Symbol field) const { return timed_ ? outlives_its_entry(field) : is_taken_out_elsewhere(field); }

  // {parse, Uri}: a message that the server sends itself by a timer, for one entry.
  bool is_own_timer() const {
    if (!handler_.pattern.tag || handler_.pattern.size < 2) return false;
    for (const FunctionId f : program_.functions_of(program_.module_of(handler_.function))) {
      if (!facts_.effects.direct[f.index].has(Effect::kTimer)) continue;
      for (const CallId site : program_.calls_of(f)) {
        const analysis::External* external = facts_.calls.external(site);
        const std::size_t at = external && external->row ? external->row->message_argument : 0;
        const std::span<const ExprId> arguments = arguments_of(program_, site);
        if (at == 0 || at > arguments.size() || !external->row->effects.has(Effect::kTimer)) continue;
        const ExprId message = analysis::local_value(program_.unit_of(site), arguments[at - 1]);
        if (message && analysis::outline(program_.unit_of(site), {}, message).tag == handler_.pattern.tag) return true;
      }
    }
    return false;
  }

  // The field of the state that the look-up looks in; 0 where it cannot be read.
  Symbol looked_in(CallId look_up) const {
    const Unit& unit = program_.unit_of(look_up);
    for (const ExprId argument : arguments_of(program_, look_up)) {
      const ExprId value = analysis::local_value(unit, argument);
      if (const Symbol field = value ? analysis::field_read(unit, value) : Symbol()) return field;
    }
    return {};
  }

  // A clause that takes entries out of the same field, and does not cancel the timer.
  bool outlives_its_entry(Symbol field_name) const {
    const analysis::StateField* field =
        field_name ? analysis::states_of(program_, facts_).of(handler_.process).field(field_name) : nullptr;
    return field && is_lost_by(*field, [&](const Handler& taker) { return !cancels_timer(taker); });
  }

  template <typename Leaves>
  bool is_lost_by(const analysis::StateField& field, Leaves&& leaves) const {
    for (const analysis::StateWrite& write : field.writes) {
      if (!write.changes.has(analysis::Change::kLoses)) continue;
      for (const HandlerId other : write.handlers) {
        const Handler& taker = facts_.handler(other);
        if (taker.clause.index == handler_.clause.index && taker.function == handler_.function) continue;
        if (leaves(taker)) return true;
      }
    }
    return false;
  }

  // The calls of a clause, and those of the functions that it calls.
  template <typename Wanted>
  bool any_call(const Handler& taker, Wanted&& wanted) const {
    for (const CallId site : analysis::calls_in_clause(program_, taker.function, taker.clause)) {
      if (wanted(site)) return true;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      if (!callee || program_.module_of(callee) != program_.module_of(taker.function)) continue;
      for (const CallId inner : program_.calls_of(callee)) {
        if (wanted(inner)) return true;
      }
    }
    return false;
  }

  bool cancels_timer(const Handler& taker) const {
    return any_call(taker, [&](CallId site) {
      const Symbol name = program_.call(site).name;
      return name && name.text().find("cancel") != std::string_view::npos;
    });
  }

  // Of those that answer with nil, error, false or [] where there is no entry.
  bool is_look_up(CallId site) const {
    const analysis::External* external = facts_.calls.external(site);
    if (!external) return false;
    static constexpr std::array<std::string_view, 10> kLookUps = {"get",     "fetch",   "pop",    "find",   "take",
                                                                  "keyfind", "keytake", "lookup", "fetch!", "pop!"};
    static constexpr std::array<std::string_view, 6> kModules = {"Elixir.Map", "maps", "lists", "dict", "ets", "Elixir.List"};
    return std::find(kLookUps.begin(), kLookUps.end(), external->name.text()) != kLookUps.end() &&
           std::find(kModules.begin(), kModules.end(), external->module.text()) != kModules.end();
  }

  // Matched with a pattern that the answer for "no entry" does not have.
  static bool is_hard(const Unit& unit, ExprId call) {
    const Symbol name = unit.call_of(unit.expr(call)).name;
    if (name == intern("fetch!") || name == intern("pop!")) return true;
    const ExprId around = unit.parent(call);
    if (!around || unit.expr(around).kind != ExprKind::kMatch || unit.child(around, 1) != call) return false;
    ExprId pattern = unit.child(around, 0);
    if (name == intern("pop") && unit.expr(pattern).kind == ExprKind::kTuple && unit.expr(pattern).child_count == 2) {
      pattern = unit.child(pattern, 0);  // {value, rest}
    }
    const ExprKind kind = unit.expr(pattern).kind;
    return kind == ExprKind::kTuple || kind == ExprKind::kMap || (kind == ExprKind::kList && unit.expr(pattern).child_count > 0);
  }

  // Inside of a case or if: it may have been asked whether the entry is there.
  static bool is_chosen(const Unit& unit, ExprId id) {
    for (ExprId around = unit.parent(id); around; around = unit.parent(around)) {
      const ExprKind kind = unit.expr(around).kind;
      if (kind == ExprKind::kCase || kind == ExprKind::kWith) return true;
    }
    return false;
  }

  bool is_caught(CallId site) const { return (analysis::classes_caught(program_, facts_, site) & analysis::kErrorClass) != 0; }

  // Some other clause of the server takes entries out of this collection; of any where it is not known which one is meant.
  bool is_taken_out_elsewhere(Symbol looked) const {
    const analysis::StateClass& state = analysis::states_of(program_, facts_).of(handler_.process);
    const analysis::StateField* own = looked ? state.field(looked) : nullptr;
    for (const analysis::StateField& field : state.fields) {
      if (own && &field != own) continue;
      if (is_lost_by(field, [&](const Handler& taker) { return leaves_message(taker); })) return true;
    }
    return false;
  }

  bool leaves_message(const Handler& taker) const { return !drops_the_message(taker) || leaves_monitors(); }

  // Rows of a table of the server: another clause deletes some of the same table.
  bool deletes_rows(CallId look_up) const {
    const std::string table = table_text(look_up);
    for (const HandlerId id : facts_.process(handler_.process).handlers) {
      const Handler& taker = facts_.handler(id);
      if (taker.kind != HandlerKind::kCall && taker.kind != HandlerKind::kCast) continue;
      const bool deletes = any_call(taker, [&](CallId site) {
        const analysis::External* external = facts_.calls.external(site);
        if (!external || external->module != sym::ets) return false;
        const bool takes = (external->name.text() == "delete" && external->arity == 2) || external->name.text() == "take";
        return takes && table_text(site) == table;
      });
      if (deletes && leaves_message(taker)) return true;
    }
    return false;
  }

  std::string table_text(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    return arguments.empty() ? std::string() : source_text(program_, program_.unit_of(site), arguments[0]);
  }

  // demonitor(Ref, [flush]) beside the removal, or unlink and a receive: of an entry that is gone no message can come.
  bool drops_the_message(const Handler& taker) const {
    if (handler_.pattern.tag == sym::EXIT)
      return any_call(taker, [&](CallId site) {
        return program_.call(site).name && program_.call(site).name.text() == "unlink" &&
               function_has(program_, program_.function_of(site), ExprKind::kReceive);
      });
    return any_call(taker, [&](CallId site) { return flushes(site); });
  }

  // A task or monitor whose reference the module throws away: its DOWN never had an entry.
  bool leaves_monitors() const {
    for (const FunctionId f : program_.functions_of(program_.module_of(handler_.function))) {
      for (const CallId site : program_.calls_of(f)) {
        const std::string_view name = program_.call(site).name.text();
        if (name != "async_nolink" && name != "monitor" && name != "spawn_monitor") continue;
        const std::vector<analysis::CallResult> results = analysis::results_of(program_, facts_, site);
        const auto dropped = [](const analysis::CallResult& result) {
          return result.use == ResultUse::kIgnored || result.use == ResultUse::kUnused;
        };
        if (std::any_of(results.begin(), results.end(), dropped)) return true;
      }
    }
    return false;
  }

  bool flushes(CallId site) const {
    if (program_.call(site).name.text() != "demonitor") return false;
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    return arguments.size() == 2 && any_below(program_.unit_of(site), arguments[1], [&](ExprId part) {
             return analysis::atom_value(program_.unit_of(site), part) == intern("flush");
           });
  }

  const Program& program_;
  const Facts& facts_;
  const Handler& handler_;
  bool timed_ = false;
  std::vector<GoneEntry> found_;
};

}  // namespace

std::vector<GoneEntry> gone_entries(const Program& program, const Facts& facts, const Handler& handler) {
  return Search(program, facts, handler).run();
}

}  // namespace beamwright::rules
