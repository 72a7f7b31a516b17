#include "analysis/state_growth.h"

#include <algorithm>

#include "analysis/flow.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

class GrowthFlow final : public Flow {
 public:
  GrowthFlow(const Program& program, const Facts& facts, const WrittenField& field)
      : Flow(program, facts, kVisits), field_(field) {}

  Changes run() {
    const Unit& unit = program_.unit_of(field_.function);
    if (field_.value) {
      follow({field_.function, field_.value}, {});
    } else {
      from_updater(unit);
    }
    if (gains_ && same_) changes_.add(Change::kGains);
    if (loses_ && same_) changes_.add(Change::kLoses);
    if (same_) changes_.add(Change::kKeeps);
    if (gains_ && !same_ && !changes_.has(Change::kUnknown)) changes_.add(Change::kSets);
    return changes_;
  }

 private:
  static constexpr int kVisits = 120;

  // Map.update(state, :items, %{}, fn items -> … end), update_in(state.items, …), put_in(state.items[key], v).
  void from_updater(const Unit& unit) {
    const auto arguments = unit.children_of(field_.place);
    if (arguments.empty()) return changes_.add(Change::kUnknown);
    const std::string_view name = unit.call_of(unit.expr(field_.place)).name.text();
    if (name == "put_in" || (name == "update_in" && unit.expr(arguments[0]).kind != ExprKind::kField)) {
      same_ = true;
      const bool listed = arguments.size() == 3 && unit.expr(arguments[1]).kind == ExprKind::kList;
      gains_ = listed ? !last_key_is_fixed(unit, arguments[1]) : !innermost_key_is_fixed(unit, arguments[0]);
      return;
    }
    closure_ = local_value(unit, arguments.back());
    if (closure_ && unit.expr(closure_).kind == ExprKind::kClosure) {
      for (const model::ClauseId c : unit.clauses_of(unit.expr(closure_))) follow({field_.function, unit.clause(c).body}, {});
    } else {
      changes_.add(Change::kUnknown);
    }
  }

  static bool innermost_key_is_fixed(const Unit& unit, ExprId chain) {
    const Expr& e = unit.expr(chain);
    return e.kind != ExprKind::kCall || e.child_count != 2 || written_key(unit, unit.child(chain, 1));
  }

  // put_in(state, [:refs, ref], pid): a key of its own below the field, or the field itself.
  static bool last_key_is_fixed(const Unit& unit, ExprId path) {
    const auto keys = unit.children_of(path);
    return keys.size() < 2 || static_cast<bool>(written_key(unit, keys.back()));
  }

  // `Requests#{Id => Answer}`: an entry more, if the key is new. `:=`, and Elixir's `%{requests | id => answer}`, need an old
  // key.
  bool adds_entries(const Place& place, const Expr& e) const {
    const Unit& unit = unit_of(place);
    if (!e.has(model::kUpdate) || e.symbol() || unit.language != source::Language::kErlang) return false;
    const std::string_view text = program_.files->file(unit.file).text;
    for (std::uint32_t i = 1; i + 1 < e.child_count; i += 2) {
      const ExprId key = unit.child(place.expr, i), value = unit.child(place.expr, i + 1);
      const std::uint32_t from = unit.expr(key).end, to = unit.expr(value).begin;
      if (written_key(unit, key) || from >= to || to > text.size()) continue;
      if (text.substr(from, to - from).find("=>") != std::string_view::npos) return true;
    }
    return false;
  }

  // Does the expression stand for what the field held before?
  bool is_old_value(const Unit& unit, const Place& place) const {
    const Expr& e = unit.expr(place.expr);
    if (field_.name && field_read(unit, place.expr) == field_.name) return true;
    if (e.kind != ExprKind::kVariable || e.payload >= unit.variables.size()) return false;
    const ExprId binding = unit.variables[e.payload].binding;
    if (!binding) return false;
    return closure_ && unit.parent(root_pattern(unit, binding)) == closure_;
  }

  static ExprId root_pattern(const Unit& unit, ExprId at) {
    for (ExprId around = unit.parent(at); around && unit.expr(around).has(model::kInPattern); around = unit.parent(at))
      at = around;
    return at;
  }

  // The rest of a list that a pattern takes apart.
  static bool is_tail(const Unit& unit, const Expr& variable) {
    if (variable.payload >= unit.variables.size() || !unit.variables[variable.payload].binding) return false;
    const ExprId binding = unit.variables[variable.payload].binding;
    const ExprId around = unit.parent(binding);
    if (!around) return false;
    const Expr& e = unit.expr(around);
    return e.kind == ExprKind::kList && e.has(model::kInPattern) && e.has(model::kHasTail) &&
           unit.children_of(e).back() == binding;
  }

  bool at(const Place& place, const Path& path) override {
    const Unit& unit = unit_of(place);
    const Expr& e = unit.expr(place.expr);
    if (path.empty() && is_old_value(unit, place)) {
      same_ = true;
      return true;
    }
    if (e.kind == ExprKind::kCall) return at_call(place, path);
    if (!path.empty()) return false;
    switch (e.kind) {
      case ExprKind::kVariable:
        loses_ |= is_tail(unit, e);
        return false;
      case ExprKind::kList:
        if (e.child_count == 0) return changes_.add(Change::kResets), true;
        if (!e.has(model::kHasTail)) return changes_.add(Change::kSets), true;
        gains_ = true;
        follow({place.function, unit.children_of(e).back(), place.frame}, path);
        return true;
      case ExprKind::kMap:
        gains_ = gains_ || adds_entries(place, e);
        if (!e.has(model::kUpdate)) changes_.add(e.child_count == 0 ? Change::kResets : Change::kSets);
        return !e.has(model::kUpdate);
      case ExprKind::kOperator:
        return at_operator(place, e);
      case ExprKind::kAtom:
        changes_.add(e.symbol() == sym::nil || e.symbol() == sym::undefined ? Change::kResets : Change::kSets);
        return true;
      case ExprKind::kComprehension:  // filters and builds anew
        changes_.add(Change::kUnknown);
        return true;
      case ExprKind::kInteger:
      case ExprKind::kFloat:
      case ExprKind::kString:
      case ExprKind::kCharlist:
      case ExprKind::kTuple:
      case ExprKind::kClosure:
      case ExprKind::kCapture:
      case ExprKind::kBinary:
        changes_.add(Change::kSets);
        return true;
      default:
        return false;
    }
  }

  bool at_operator(const Place& place, const Expr& e) {
    const std::string_view name = e.symbol().text();
    if (name == "++") return at_appended(place, e);
    if (name == "--") loses_ = true;
    if (name == "++" || name == "--" || name == "||" || name == "&&") return false;
    for (const ExprId child : unit_of(place).children_of(e))
      if (is_old_value(unit_of(place), {place.function, child, place.frame})) same_ = true;
    changes_.add(Change::kSets);
    return true;
  }

  // Old ++ New: what is appended to the old value says nothing of its own.
  bool at_appended(const Place& place, const Expr& e) {
    gains_ = true;
    const Changes before = changes_;
    const bool same_before = same_;
    bool found = false;
    Changes others = before;
    for (const ExprId child : unit_of(place).children_of(e)) {
      changes_ = before;
      same_ = false;
      follow({place.function, child, place.frame}, {});
      found |= same_;
      others.bits |= changes_.bits;
    }
    changes_ = found ? before : others;
    same_ = found || same_before;
    return true;
  }

  bool at_call(const Place& place, const Path& path) {
    const Unit& unit = unit_of(place);
    const External* external = facts_.calls.external(site_of(place));
    if (external == nullptr) return false;
    const Grown grown = growth_of(unit, place.expr, *external);
    if (grown.growth == Growth::kNone) {
      if (path.empty() && unit.expr(place.expr).child_count == 0 &&
          (external->name.text() == "new" || external->name.text() == "empty"))
        return changes_.add(Change::kResets), true;
      return false;
    }
    gains_ |= grown.growth == Growth::kGains && !(grown.key && written_key(unit, grown.key));
    loses_ |= grown.growth == Growth::kLoses;
    if (grown.growth == Growth::kBounds) changes_.add(Change::kBounds);
    // Of `{value, rest} = pop(…)` and the like the part does not matter: what is kept comes out of the collection.
    follow({place.function, grown.collection, place.frame}, {});
    return true;
  }

  void at_parameter(const ParameterPlace& parameter, const Path& path) override {
    if (path.empty() && !field_.name && field_.element < 0 && is_state(parameter)) {
      same_ = true;
    } else if (path.size() == 1 && field_.element >= 0 && path.front().kind == Selector::kElement &&
               path.front().index == field_.element && is_state(parameter)) {
      same_ = true;
    } else if (path.size() == 1 && path.front().kind == Selector::kKey && path.front().name == field_.name && field_.name) {
      same_ = true;
    } else if (!follow_callers(parameter, path)) {
      changes_.add(Change::kSets);
    }
  }

  bool at_closure_parameter(const Place&, const External& external, std::size_t, const Path& path) override {
    if (external.module != sym::Elixir_Agent) return false;
    const bool whole = path.empty() && !field_.name;
    const bool field = path.size() == 1 && path.front().kind == Selector::kKey && path.front().name == field_.name;
    if (whole || (field && field_.name)) {
      same_ = true;
    } else {
      changes_.add(Change::kSets);
    }
    return true;
  }

  // The last parameter of a callback is its state in every behaviour that takes one.
  bool is_state(const ParameterPlace& parameter) const {
    return parameter.index + 1 == program_.function(parameter.function).arity;
  }

  void lost(const Place&, const Path&) override { changes_.add(Change::kUnknown); }

  const WrittenField& field_;
  ExprId closure_;
  Changes changes_;
  bool same_ = false, gains_ = false, loses_ = false;
};

}  // namespace

Changes changes_of(const Program& program, const Facts& facts, const WrittenField& field) {
  return GrowthFlow(program, facts, field).run();
}

std::vector<KeyWrite> popped(const Unit& unit, ExprId call, const External& callee) {
  const auto arguments = unit.children_of(call);
  const std::string_view module = callee.module.text(), name = callee.name.text();
  if (arguments.empty()) return {};
  if (name == "pop_in") {
    KeyWrite write{arguments[0], {}, {}, true};
    for (int i = 0; i < 8; ++i) {
      const Expr& e = unit.expr(write.base);
      const bool access = e.kind == ExprKind::kCall && e.child_count == 2 && unit.call_of(e).name == sym::get;
      if (e.kind == ExprKind::kField) write.name = e.symbol();
      if (e.kind != ExprKind::kField && !access) break;
      write.base = unit.child(write.base, 0);
    }
    if (arguments.size() == 2 && unit.expr(arguments[1]).kind == ExprKind::kList && unit.expr(arguments[1]).child_count > 0)
      write.name = written_key(unit, unit.child(arguments[1], 0));
    return {write};
  }
  if ((module == "Elixir.Map" || module == "Elixir.Keyword") && name.starts_with("pop") && arguments.size() >= 2)
    return {{arguments[0], written_key(unit, arguments[1]), {}, true}};
  if (module == "maps" && name == "take" && arguments.size() == 2)
    return {{arguments[1], written_key(unit, arguments[0]), {}, true}};
  return {};
}

}  // namespace beamwright::analysis
