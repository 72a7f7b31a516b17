// Units are compared part by part, side by side: two functions are the same when walking down both meets the same kinds, names
// and numbers in the same places. What is found on the way says where each expression and call of then stands now.
#include "analysis/carry.h"

#include <bit>
#include <map>
#include <tuple>

namespace beamwright::analysis {

using model::Call;
using model::Clause;
using model::ClauseRange;
using model::Expr;
using model::ExprKind;
using model::Function;
using model::LocalFunctionId;
using model::LocalModuleId;
using model::Module;
using model::Program;
using model::Unit;
using model::VariableId;

namespace {

// What an instance is of, as a number; 0 for a unit that is none.
std::uint64_t instance_of(const Unit& unit) {
  if (!unit.is_instance()) return 0;
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15ull;
  std::uint64_t hash = (std::uint64_t{unit.user_file.index} << 32 | unit.user_module.index) * kFactor + 1;
  for (const Function& f : unit.functions) hash = ((hash ^ f.name.index) * kFactor ^ f.arity) * kFactor;
  return hash;
}

}  // namespace

Numbering::Numbering(const Program& program) {
  for (const auto& unit : program.units) {
    modules.push_back(unit->first_module);
    functions.push_back(unit->first_function);
    calls.push_back(unit->first_call);
    files.push_back(unit->file);
    instances.push_back(instance_of(*unit));
  }
  modules.push_back(static_cast<std::uint32_t>(program.modules.size()));
  functions.push_back(static_cast<std::uint32_t>(program.functions.size()));
  calls.push_back(static_cast<std::uint32_t>(program.call_units.size()));
}

namespace {

UnitId unit_of(const std::vector<std::uint32_t>& firsts, std::uint32_t number) {
  return UnitId(static_cast<std::size_t>(std::upper_bound(firsts.begin(), firsts.end() - 1, number) - firsts.begin()) - 1);
}

// Compares trees of two units, and notes which expression, call and variable is which.
class Comparison {
 public:
  Comparison(const Unit& then, const Unit& now, std::vector<ExprId>& exprs, std::vector<std::uint32_t>& calls)
      : then_(then), now_(now), exprs_(exprs), calls_(calls), variables_(then.variables.size()), taken_(now.variables.size()) {
    exprs_.assign(then.exprs.size(), ExprId());
    calls_.assign(then.calls.size(), UINT32_MAX);
  }

  bool same_function(const Function& a, const Function& b) {
    begin(a.begin, b.begin);
    return settle(a.name == b.name && a.arity == b.arity && a.flags == b.flags && a.clauses.size() == b.clauses.size() &&
                  a.calls.size() == b.calls.size() && a.end - a.begin == b.end - b.begin && clauses(a.clauses, b.clauses) &&
                  walk());
  }
  // Of attributes and directives, which may stand anywhere.
  bool same_tree(ExprId a, ExprId b) {
    if (!a || !b) return !a && !b;
    begin(then_.expr(a).begin, now_.expr(b).begin);
    return settle(pair(a, b) && walk());
  }

 private:
  void begin(std::uint32_t then, std::uint32_t now) {
    moved_ = now - then;
    waiting_.clear();
    bound_.clear();
    met_.clear();
  }
  // What was met in trees that turn out to be others stands nowhere.
  bool settle(bool same) {
    if (same) return true;
    for (const ExprId id : met_) exprs_[id.index] = ExprId();
    for (const VariableId v : bound_) {
      taken_[variables_[v.index].index] = false;
      variables_[v.index] = VariableId();
    }
    for (const ExprId id : met_) {
      const Expr& e = then_.expr(id);
      if (e.kind == ExprKind::kCall || e.kind == ExprKind::kCapture) calls_[e.payload] = UINT32_MAX;
    }
    return false;
  }
  bool moved(std::uint32_t then, std::uint32_t now) const { return now - then == moved_; }

  bool pair(ExprId a, ExprId b) {
    if (!a || !b) return !a && !b;
    waiting_.emplace_back(a, b);
    return true;
  }

  bool walk() {
    while (!waiting_.empty()) {
      const auto [a, b] = waiting_.back();
      waiting_.pop_back();
      if (!expression(a, b)) return false;
    }
    // A variable is bound in the same place.
    for (const VariableId v : bound_) {
      const ExprId then = then_.variables[v.index].binding, now = now_.variables[variables_[v.index].index].binding;
      if (static_cast<bool>(then) != static_cast<bool>(now) || (then && exprs_[then.index] != now)) return false;
    }
    return true;
  }

  bool expression(ExprId a, ExprId b) {
    const Expr& x = then_.expr(a);
    const Expr& y = now_.expr(b);
    if (x.kind != y.kind || x.flags != y.flags || x.child_count != y.child_count) return false;
    met_.push_back(a);
    if (!moved(x.begin, y.begin) || !moved(x.end, y.end) || !payload(x, y, a, b)) return false;
    exprs_[a.index] = b;
    const auto children = then_.children_of(x), others = now_.children_of(y);
    for (std::size_t i = 0; i < children.size(); ++i)
      if (!pair(children[i], others[i])) return false;
    return true;
  }

  bool payload(const Expr& x, const Expr& y, ExprId a, ExprId b) {
    switch (x.kind) {
      case ExprKind::kAtom:
      case ExprKind::kString:
      case ExprKind::kCharlist:
      case ExprKind::kMap:
      case ExprKind::kField:
      case ExprKind::kOperator:
        return x.payload == y.payload;
      case ExprKind::kInteger:
        return then_.integer_of(x) == now_.integer_of(y);
      case ExprKind::kFloat:
        return std::bit_cast<std::uint64_t>(then_.floats[x.payload]) == std::bit_cast<std::uint64_t>(now_.floats[y.payload]);
      case ExprKind::kVariable:
        return variable(x.payload, y.payload);
      case ExprKind::kBinary:
        return segments(x, y);
      case ExprKind::kCall:
      case ExprKind::kCapture:
        return call(x.payload, y.payload, a, b);
      case ExprKind::kClosure:
      case ExprKind::kCase:
      case ExprKind::kReceive:
      case ExprKind::kWith:
        return clauses(then_.clauses_of(x), now_.clauses_of(y));
      case ExprKind::kTry: {
        const model::Try& t = then_.try_of(x);
        const model::Try& u = now_.try_of(y);
        return clauses(t.else_clauses, u.else_clauses) && clauses(t.catch_clauses, u.catch_clauses) && pair(t.after, u.after);
      }
      default:
        return true;
    }
  }

  bool variable(std::uint32_t a, std::uint32_t b) {
    const bool known = a < then_.variables.size();
    if (known != (b < now_.variables.size())) return false;
    if (!known) return true;
    if (variables_[a]) return variables_[a].index == b;
    if (taken_[b] || then_.variables[a].name != now_.variables[b].name) return false;
    variables_[a] = VariableId(b);
    taken_[b] = true;
    bound_.push_back(VariableId(a));
    return true;
  }

  bool segments(const Expr& x, const Expr& y) {
    const auto a = then_.segments_of(x), b = now_.segments_of(y);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i].unit != b[i].unit || a[i].type != b[i].type || a[i].flags != b[i].flags || !pair(a[i].size, b[i].size))
        return false;
    }
    return true;
  }

  bool call(std::uint32_t a, std::uint32_t b, ExprId at, ExprId at_now) {
    const Call& x = then_.calls[a];
    const Call& y = now_.calls[b];
    if (x.expr != at || y.expr != at_now || x.target != y.target || x.capture != y.capture || x.in_guard != y.in_guard ||
        x.piped != y.piped || x.arity != y.arity || x.module != y.module || x.name != y.name)
      return false;
    // What is above has been seen: a closure around a call of then is that around the call of now.
    if (x.closure ? !y.closure || exprs_[x.closure.index] != y.closure : static_cast<bool>(y.closure)) return false;
    calls_[a] = b;
    return pair(x.module_expr, y.module_expr);
  }

  bool clauses(ClauseRange a, ClauseRange b) {
    if (a.size() != b.size()) return false;
    for (std::uint32_t i = 0; i < a.size(); ++i) {
      const Clause& x = then_.clause(a[i]);
      const Clause& y = now_.clause(b[i]);
      if (x.pattern_count != y.pattern_count || x.flags != y.flags || !moved(x.begin, y.begin) || !moved(x.end, y.end))
        return false;
      const auto patterns = then_.patterns_of(x), others = now_.patterns_of(y);
      for (std::size_t p = 0; p < patterns.size(); ++p)
        if (!pair(patterns[p], others[p])) return false;
      if (!pair(x.guard, y.guard) || !pair(x.body, y.body)) return false;
    }
    return true;
  }

  const Unit& then_;
  const Unit& now_;
  std::vector<ExprId>& exprs_;
  std::vector<std::uint32_t>& calls_;
  std::vector<VariableId> variables_;
  std::vector<bool> taken_;
  std::vector<std::pair<ExprId, ExprId>> waiting_;
  std::vector<VariableId> bound_;  // met in the tree at hand for the first time
  std::vector<ExprId> met_;        // in the tree at hand
  std::uint32_t moved_ = 0;
};

bool same_level(const Unit& then, const Module& a, const Unit& now, const Module& b, Comparison& comparison) {
  const auto directives = then.directives_of(a), directives_now = now.directives_of(b);
  const auto attributes = then.attributes_of(a), attributes_now = now.attributes_of(b);
  if (directives.size() != directives_now.size() || attributes.size() != attributes_now.size()) return false;
  for (std::size_t i = 0; i < directives.size(); ++i) {
    const model::Directive& x = directives[i];
    const model::Directive& y = directives_now[i];
    if (x.kind != y.kind || x.quoted != y.quoted || x.module != y.module || x.as != y.as ||
        static_cast<bool>(x.function) != static_cast<bool>(y.function) || !comparison.same_tree(x.options, y.options))
      return false;
  }
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i].name != attributes_now[i].name || !comparison.same_tree(attributes[i].value, attributes_now[i].value))
      return false;
  }
  return true;
}

bool gives_templates(const Unit& unit) {
  return std::any_of(unit.functions.begin(), unit.functions.end(),
                     [](const Function& f) { return f.has(model::kTemplate) || f.has(model::kMacro); }) ||
         std::any_of(unit.directives.begin(), unit.directives.end(), [](const model::Directive& d) { return d.quoted; });
}

}  // namespace

Carry::Carry(const Numbering& then, const Replaced& replaced, const Program& now) : then_(then), now_(now) {
  if (then.files.size() != now.units.size()) return;
  for (std::size_t u = 0; u < now.units.size(); ++u) {
    if (now.units[u]->file != then.files[u] || instance_of(*now.units[u]) != then.instances[u]) return;
  }
  kept_.resize(now.units.size());
  for (std::size_t u = 0; u < now.units.size(); ++u) {
    const auto before = replaced.find(now.units[u]->file);
    if (before == replaced.end()) continue;
    if (now.units[u]->is_instance()) return;
    if (!before->second || before->second->role != now.units[u]->role || before->second->project != now.units[u]->project) return;
    changed_.push_back(UnitId(u));
    kept_[u] = std::make_unique<Kept>();
    compare(*before->second, *now.units[u], *kept_[u]);
  }
  if (changed_.size() != replaced.size()) return;
  holds_ = true;
}

void Carry::compare(const Unit& then, const Unit& now, Kept& kept) {
  has_templates_ = has_templates_ || gives_templates(then) || gives_templates(now);
  match_modules(then, now, kept);
  match_functions(then, now, kept);
  Comparison comparison(then, now, kept.exprs, kept.calls);
  kept.same.assign(then.functions.size(), 0);
  for (std::uint32_t f = 0; f < then.functions.size(); ++f) {
    const LocalFunctionId other = kept.functions[f];
    kept.first_calls.push_back(then.functions[f].calls.first);
    kept.same[f] = other && comparison.same_function(then.functions[f], now.functions[other.index]) ? 1 : 0;
  }
  for (std::uint32_t m = 0; m < then.modules.size(); ++m) {
    const LocalModuleId other = kept.modules[m];
    same_levels_ = same_levels_ && other && same_level(then, then.modules[m], now, now.modules[other.index], comparison);
  }
  std::vector<bool> known(now.modules.size());
  LocalModuleId last;
  for (const LocalModuleId m : kept.modules) {
    if (!m) continue;
    if (last && m < last) same_levels_ = false;  // they stand in another order
    known[m.index] = true;
    last = m;
  }
  for (std::uint32_t m = 0; m < now.modules.size(); ++m) {
    const Module& fresh = now.modules[m];
    if (!known[m] && (fresh.directive_count != 0 || fresh.attribute_count != 0 || fresh.protocol)) same_levels_ = false;
  }
}

// By name; where two have one name the first is the first.
void Carry::match_modules(const Unit& then, const Unit& now, Kept& kept) {
  std::vector<bool> taken(now.modules.size());
  for (const Module& module : then.modules) {
    LocalModuleId found;
    for (std::uint32_t m = 0; m < now.modules.size() && !found; ++m) {
      const Module& other = now.modules[m];
      if (!taken[m] && other.name == module.name && other.kind == module.kind && other.protocol == module.protocol)
        found = LocalModuleId(m);
    }
    if (found)
      taken[found.index] = true;
    else
      modules_.push_back(module.name);
    kept.modules.push_back(found);
  }
  for (std::uint32_t m = 0; m < now.modules.size(); ++m)
    if (!taken[m]) modules_.push_back(now.modules[m].name);
}

void Carry::match_functions(const Unit& then, const Unit& now, Kept& kept) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // module of now, name, arity
  std::map<Key, std::vector<LocalFunctionId>> functions;
  for (std::uint32_t f = 0; f < now.functions.size(); ++f) {
    const Function& function = now.functions[f];
    functions[{function.module.index, function.name.index, function.arity}].push_back(LocalFunctionId(f));
  }
  for (const Function& function : then.functions) {
    const LocalModuleId module = kept.modules[function.module.index];
    const auto found = functions.find({module.index, function.name.index, function.arity});
    LocalFunctionId other;
    if (module && found != functions.end() && !found->second.empty()) {
      other = found->second.front();
      found->second.erase(found->second.begin());
    }
    kept.functions.push_back(other);
    if (!other || now.functions[other.index].flags != function.flags)
      names_.push_back({then.modules[function.module.index].name, function.name, function.arity});
  }
  for (const auto& [key, fresh] : functions) {
    for (const LocalFunctionId f : fresh)
      names_.push_back(
          {now.modules[now.functions[f.index].module.index].name, now.functions[f.index].name, now.functions[f.index].arity});
  }
}

FunctionId Carry::function(FunctionId then) const {
  if (!then) return {};
  const UnitId unit = unit_of(then_.functions, then.index);
  const std::uint32_t local = then.index - then_.functions[unit.index];
  if (!kept_[unit.index]) return FunctionId(now_.unit(unit).first_function + local);
  const LocalFunctionId other = kept_[unit.index]->functions[local];
  return other ? FunctionId(now_.unit(unit).first_function + other.index) : FunctionId();
}

ModuleId Carry::module(ModuleId then) const {
  if (!then) return {};
  const UnitId unit = unit_of(then_.modules, then.index);
  const std::uint32_t local = then.index - then_.modules[unit.index];
  if (!kept_[unit.index]) return ModuleId(now_.unit(unit).first_module + local);
  const LocalModuleId other = kept_[unit.index]->modules[local];
  return other ? ModuleId(now_.unit(unit).first_module + other.index) : ModuleId();
}

bool Carry::is_same(FunctionId then) const {
  const UnitId unit = unit_of(then_.functions, then.index);
  return !kept_[unit.index] || kept_[unit.index]->same[then.index - then_.functions[unit.index]] != 0;
}

std::uint32_t Carry::first_call(FunctionId then) const {
  const UnitId unit = unit_of(then_.functions, then.index);
  const std::uint32_t local = then.index - then_.functions[unit.index];
  // A unit that is the same has its calls where it had them.
  const std::uint32_t first =
      kept_[unit.index] ? kept_[unit.index]->first_calls[local] : now_.unit(unit).functions[local].calls.first;
  return then_.calls[unit.index] + first;
}

ExprRef Carry::expr(ExprRef then) const {
  if (!then || !kept_[then.unit.index]) return then;
  const ExprId now = kept_[then.unit.index]->exprs[then.expr.index];
  return now ? ExprRef{then.unit, now} : ExprRef{};
}

CallId Carry::call(CallId then) const {
  if (!then) return {};
  const UnitId unit = unit_of(then_.calls, then.index);
  const std::uint32_t local = then.index - then_.calls[unit.index];
  if (!kept_[unit.index]) return CallId(now_.unit(unit).first_call + local);
  const std::uint32_t other = kept_[unit.index]->calls[local];
  return other == UINT32_MAX ? CallId() : CallId(now_.unit(unit).first_call + other);
}

}  // namespace beamwright::analysis
