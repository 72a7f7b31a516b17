// Each construct is read as Kernel expands it (lib/elixir/lib/kernel.ex: raise, in, .., put_in and their relatives) and as the
// compiler reduces conversions of what is text already (elixir_rewrite.erl, is_always_string).
#include "analysis/implied.h"

#include <algorithm>

#include "analysis/values.h"

namespace beamwright::analysis {

using model::Call;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

// `x in [a, b]` is written out as comparisons for lists up to this length (Kernel.small_literal_list?/1).
constexpr std::size_t kSmallList = 32;

// The module whose function a call reaches; unset when nobody knows.
Symbol module_called(const Program& program, const Unit& unit, const Calls& calls, const Expr& e) {
  const CallId site(unit.first_call + e.payload);
  if (const External* external = calls.external(site)) return external->module;
  const FunctionId own = calls.callees[site.index].function;
  return own ? program.module(program.module_of(own)).name : Symbol();
}

bool is_kernel_call(const Program& program, const Unit& unit, const Calls& calls, const Expr& e, std::span<const Symbol> names) {
  if (e.kind != ExprKind::kCall) return false;
  if (std::find(names.begin(), names.end(), unit.call_of(e).name) == names.end()) return false;
  return module_called(program, unit, calls, e) == sym::Elixir_Kernel;
}

// The macros that take a path such as state.jobs[id] apart.
struct PathMacros {
  const Symbol put_in = intern("put_in");
  const Symbol update_in = intern("update_in");
  const Symbol get_and_update_in = intern("get_and_update_in");
  const Symbol pop_in = intern("pop_in");
  const Symbol all[4] = {put_in, update_in, get_and_update_in, pop_in};
};

const PathMacros& path_macros() {
  static const PathMacros macros;
  return macros;
}

bool takes_a_path(const Program& program, const Unit& unit, const Calls& calls, const Expr& e) {
  return is_kernel_call(program, unit, calls, e, path_macros().all) &&
         e.child_count == (unit.call_of(e).name == path_macros().pop_in ? 1u : 2u);
}

bool is_access(const Unit& unit, const Expr& e) {
  if (e.kind != ExprKind::kCall || e.child_count != 2) return false;
  const Call& call = unit.call_of(e);
  return call.module == sym::Elixir_Access && call.name == sym::get;
}

class Finder {
 public:
  Finder(const Program& program, UnitId unit, const Calls& calls)
      : program_(program), unit_(program.unit(unit)), calls_(calls), clauses_(program.unit(unit)) {}

  std::vector<Implied> find() {
    collect_guards();
    for (std::uint32_t i = 0; i < unit_.exprs.size(); ++i) look(ExprId(i));
    std::stable_sort(found_.begin(), found_.end(), [&](const Implied& a, const Implied& b) {
      if (a.function != b.function) return a.function.index < b.function.index;
      return unit_.expr(a.expr).begin < unit_.expr(b.expr).begin;
    });
    return std::move(found_);
  }

 private:
  void look(ExprId id) {
    const Expr& e = unit_.expr(id);
    switch (e.kind) {
      case ExprKind::kBinary:
        return interpolation(id, e);
      case ExprKind::kOperator:
        return operation(id, e);
      case ExprKind::kCall:
        return call(id, e);
      default:
        return;
    }
  }

  void add(ExprId at, Symbol module, std::string_view name, std::uint32_t arity) {
    const model::LocalFunctionId function = clauses_.of(at).function;
    if (function) found_.push_back({function, at, module, intern(name), arity});
  }

  void interpolation(ExprId id, const Expr& e) {
    const auto segments = unit_.segments_of(e);
    const auto values = unit_.children_of(e);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if ((segments[i].flags & model::kInterpolated) && !is_text(values[i]))
        add(id, intern("Elixir.String.Chars"), "to_string", 1);
    }
  }

  // What the compiler knows to be text needs no conversion.
  bool is_text(ExprId id) const {
    const Expr& e = unit_.expr(id);
    if (e.kind == ExprKind::kString || e.kind == ExprKind::kBinary) return true;
    if (e.kind != ExprKind::kCall) return false;
    const std::string_view name = unit_.call_of(e).name.text();
    const std::string_view from = module_called(program_, unit_, calls_, e).text();
    return (from == "Elixir.Enum" && (name == "join" || name == "map_join")) || (from == "Elixir.Kernel" && name == "inspect") ||
           (from == "Elixir.Macro" && name == "to_string") || (from == "Elixir.String.Chars" && name == "to_string") ||
           (from == "Elixir.Kernel" && name == "to_string") || (from == "Elixir.Path" && name == "join");
  }

  bool is_literal(ExprId id) const {
    const ExprKind kind = unit_.expr(id).kind;
    return kind == ExprKind::kAtom || kind == ExprKind::kString || kind == ExprKind::kInteger || kind == ExprKind::kFloat;
  }

  bool in_guard(ExprId id) const {
    for (ExprId at = id; at; at = unit_.parent(at)) {
      if (unit_.expr(at).has(model::kInPattern) || guards_[at.index]) return true;
    }
    return false;
  }

  void operation(ExprId id, const Expr& e) {
    const auto operands = unit_.children_of(e);
    const bool of_interest = e.symbol() == sym::in || e.symbol() == sym::op_range || e.symbol() == sym::op_range_step ||
                             e.symbol() == sym::op_matches || e.symbol() == sym::op_power || e.symbol() == sym::and_ ||
                             e.symbol() == sym::or_;
    if (!of_interest || e.has(model::kInPattern)) return;
    if (in_guard(id)) return;
    if (e.symbol() == sym::and_ || e.symbol() == sym::or_) {
      // Unless the left side surely is a boolean, a last clause raises BadBooleanError.
      if (operands.size() == 2 && !is_boolean(operands[0], 0)) add(id, sym::erlang, "error", 1);
      return;
    }
    if (e.symbol() == sym::op_matches) return add(id, sym::Elixir_Kernel, "=~", 2);
    if (e.symbol() == sym::op_power) return add(id, sym::Elixir_Kernel, "**", 2);
    if (e.symbol() == sym::in && operands.size() == 2) return membership(id, operands[1]);
    if (e.symbol() == sym::op_range || e.symbol() == sym::op_range_step) range(id, operands);
  }

  // What elixir_utils:returns_boolean/1 sees in the expanded code.
  bool is_boolean(ExprId id, int depth) const {
    constexpr int kMaxDepth = 64;
    if (depth > kMaxDepth) return false;
    const Expr& e = unit_.expr(id);
    const auto children = unit_.children_of(e);
    if (e.kind == ExprKind::kAtom) return e.symbol() == sym::true_ || e.symbol() == sym::false_;
    if (e.kind == ExprKind::kOperator) {
      if (e.symbol() == sym::and_ || e.symbol() == sym::or_) return children.size() == 2 && is_boolean(children[1], depth + 1);
      if (e.symbol() == sym::in) return children.size() == 2 && !calls_a_function(children[1]);
      static constexpr Symbol kBooleans[] = {sym::op_equal,        sym::op_not_equal,        sym::op_less,
                                             sym::op_greater,      sym::op_less_equal,       sym::op_greater_equal,
                                             sym::op_equal_strict, sym::op_not_equal_strict, sym::not_,
                                             sym::op_bang};
      return std::find(std::begin(kBooleans), std::end(kBooleans), e.symbol()) != std::end(kBooleans);
    }
    if (e.kind == ExprKind::kBlock) return !children.empty() && is_boolean(children.back(), depth + 1);
    if (e.kind == ExprKind::kCase) {
      for (const model::ClauseId c : unit_.clauses_of(e)) {
        const ExprId body = unit_.clause(c).body;
        if (!body || !is_boolean(body, depth + 1)) return false;
      }
      return true;
    }
    if (e.kind != ExprKind::kCall) return false;
    const Symbol module = module_called(program_, unit_, calls_, e);
    const std::string_view name = unit_.call_of(e).name.text();
    return (module == sym::Elixir_Kernel || module == sym::erlang) && name.starts_with("is_");
  }

  bool calls_a_function(ExprId right) const {
    const Expr& e = unit_.expr(right);
    if (e.kind == ExprKind::kList) return !written_short_list(e);
    const bool is_range = e.kind == ExprKind::kOperator && (e.symbol() == sym::op_range || e.symbol() == sym::op_range_step);
    return e.kind != ExprKind::kCharlist && !(is_range && literal_range(unit_.children_of(e)));
  }

  // A short list of literals, written here: neither an attribute's value nor a word list, whose words stand where it stands.
  bool written_short_list(const Expr& e) const {
    const auto elements = unit_.children_of(e);
    if (elements.empty()) return true;
    return elements.size() <= kSmallList && !e.has(model::kHasTail) && !e.has(model::kFromMacro) &&
           unit_.expr(elements[0]).begin != e.begin &&
           std::all_of(elements.begin(), elements.end(), [&](ExprId x) { return is_literal(x); });
  }

  void membership(ExprId id, ExprId right) {
    const Expr& e = unit_.expr(right);
    if (e.kind == ExprKind::kList) {
      if (!written_short_list(e)) add(id, intern("lists"), "member", 2);
      return;
    }
    if (e.kind == ExprKind::kCharlist) return;
    const bool is_range = e.kind == ExprKind::kOperator && (e.symbol() == sym::op_range || e.symbol() == sym::op_range_step);
    if (is_range && literal_range(unit_.children_of(e))) return;
    if (e.kind == ExprKind::kUnknown) return;  // an attribute whose value is not known
    add(id, sym::Elixir_Enum, "member?", 2);
  }

  bool literal_range(std::span<const ExprId> operands) const {
    return std::all_of(operands.begin(), operands.end(), [&](ExprId x) { return unit_.expr(x).kind == ExprKind::kInteger; });
  }

  void range(ExprId id, std::span<const ExprId> operands) {
    if (operands.size() < 2 || literal_range(operands)) return;
    add(id, intern("Elixir.Range"), "new", static_cast<std::uint32_t>(operands.size()));
  }

  void call(ExprId id, const Expr& e) {
    if (updates_record(e)) add(id, sym::erlang, "setelement", 3);
    static const Symbol to_charlist = intern("to_charlist");
    static const Symbol names[] = {sym::raise, sym::reraise, sym::to_string, to_charlist};
    if (takes_a_path(program_, unit_, calls_, e)) return path(id, e);
    if (!is_kernel_call(program_, unit_, calls_, e, names) || e.child_count == 0) return;
    const Symbol name = unit_.call_of(e).name;
    const auto arguments = unit_.children_of(e);
    if (name == sym::to_string) {
      if (!is_text(arguments[0])) add(id, intern("Elixir.String.Chars"), "to_string", 1);
    } else if (name == to_charlist) {
      add(id, intern("Elixir.List.Chars"), "to_charlist", 1);
    } else if (name == sym::raise) {
      raised(id, arguments[0], arguments.size() > 1);
      add(id, sym::erlang, "error", arguments.size() > 1 ? 1 : 3);
    } else {
      raised(id, arguments[0], arguments.size() > 2);
      add(id, sym::erlang, "raise", 3);
      if (arguments.size() == 2) add(id, sym::erlang, "error", 1);
    }
  }

  // record(value, field: x), with a macro that Record.defrecord has made
  bool updates_record(const Expr& e) const {
    const FunctionId own = calls_.callees[unit_.first_call + e.payload].function;
    if (!own || e.child_count != 2) return false;
    const model::Function& f = program_.function(own);
    if (!f.has(model::kMacro) || !f.has(model::kSynthetic)) return false;
    const Expr& fields = unit_.expr(unit_.children_of(e)[1]);
    return fields.kind == ExprKind::kList && fields.child_count > 0 && !e.has(model::kInPattern);
  }

  void raised(ExprId id, ExprId what, bool has_options) {
    const Expr& e = unit_.expr(what);
    if (e.kind == ExprKind::kAtom) return add(id, e.symbol(), "exception", 1);
    if (has_options) return;
    const bool text = e.kind == ExprKind::kString || e.kind == ExprKind::kBinary ||
                      (e.kind == ExprKind::kOperator && e.symbol() == sym::op_join);
    add(id, intern(text ? "Elixir.RuntimeError" : "Elixir.Kernel.Utils"), text ? "exception" : "raise", 1);
  }

  // a.b[c].d is taken apart into keys of maps and keys of Access.
  void path(ExprId id, const Expr& e) {
    std::size_t fields = 0, keys = 0;
    bool first_is_key = false;  // the last step in the text
    ExprId at = unit_.child(id, 0);
    for (bool first = true;; first = false) {
      const Expr& step = unit_.expr(at);
      const bool key = is_access(unit_, step);
      if (!key && step.kind != ExprKind::kField) break;
      if (first) first_is_key = key;
      ++(key ? keys : fields);
      at = unit_.child(at, 0);
    }
    const Symbol name = unit_.call_of(e).name;
    const Symbol map = intern("Elixir.Map");
    if (name == path_macros().pop_in) {
      if (first_is_key) add(id, sym::Elixir_Access, "pop", 2);
      if (keys > 1) add(id, sym::Elixir_Access, "get_and_update", 3);
      if (fields > 0) add(id, map, "get_and_update!", 3);
    } else if (keys == 0 && name != path_macros().get_and_update_in) {
      if (fields > 0) add(id, map, "update!", 3);
    } else {
      if (keys > 0) add(id, sym::Elixir_Access, "get_and_update", 3);
      if (fields > 0) add(id, map, "get_and_update!", 3);
    }
  }

  // In guards `in` and ranges are plain comparisons. A condition of cond stands where a guard would, and is none.
  void collect_guards() {
    guards_.assign(unit_.exprs.size(), false);
    for (const model::Clause& clause : unit_.clauses)
      if (clause.guard) guards_[clause.guard.index] = true;
    for (const Expr& e : unit_.exprs) {
      if (e.kind != ExprKind::kCase || e.child_count != 0) continue;
      for (const model::ClauseId c : unit_.clauses_of(e))
        if (const ExprId condition = unit_.clause(c).guard) guards_[condition.index] = false;
    }
  }

  const Program& program_;
  const Unit& unit_;
  const Calls& calls_;
  const Clauses clauses_;
  std::vector<bool> guards_;  // by ExprId
  std::vector<Implied> found_;
};

}  // namespace

std::vector<Implied> implied_calls(const Program& program, UnitId unit, const Calls& calls) {
  if (program.unit(unit).language != source::Language::kElixir) return {};
  return Finder(program, unit, calls).find();
}

bool in_access_path(const Program& program, UnitId unit_id, const Calls& calls, CallId site) {
  const Unit& unit = program.unit(unit_id);
  ExprId at = program.call(site).expr;
  if (!is_access(unit, unit.expr(at))) return false;
  for (ExprId parent = unit.parent(at); parent; at = parent, parent = unit.parent(at)) {
    const Expr& e = unit.expr(parent);
    if (e.child_count == 0 || unit.child(parent, 0) != at) return false;
    if (takes_a_path(program, unit, calls, e)) return true;
    if (e.kind != ExprKind::kField && !is_access(unit, e)) return false;
  }
  return false;
}

}  // namespace beamwright::analysis
