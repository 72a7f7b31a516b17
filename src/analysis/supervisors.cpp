// A supervisor is found where its options are given: Supervisor.init/2, Supervisor.start_link/2 with a child list,
// DynamicSupervisor.init/1, or what init/1 of an Erlang supervisor returns.

#include "analysis/supervisors.h"

#include "analysis/calls.h"
#include "analysis/sites.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

class SupervisorFinder {
 public:
  SupervisorFinder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<Supervisor> find() {
    const auto is_of_elixir = [](const External& e) {
      return is_supervisor_module(e.module) || e.module.text() == "Elixir.Supervisor.Spec";
    };
    for (const CallId site : sites_of(facts_.calls, is_of_elixir)) read_call(site);
    for (const Handler& h : facts_.processes.handlers) {
      if (h.kind == HandlerKind::kInit && facts_.process(h.process).kind == ProcessKind::kSupervisor) read_init(h);
    }
    return std::move(out_);
  }

 private:
  static bool is_supervisor_module(Symbol m) { return m == sym::Elixir_Supervisor || m == sym::Elixir_DynamicSupervisor; }

  void read_call(CallId site) {
    const External* e = facts_.calls.external(site);
    const model::Call& call = program_.call(site);
    const Unit& unit = program_.unit_of(site);
    if (is_supervise(e, call)) return read_supervise(unit, site, call);
    if (e == nullptr || !is_supervisor_module(e->module) || call.capture || !call.function) return;
    const UnitId unit_id = program_.call_units[site.index];
    const auto arguments = unit.children_of(call.expr);
    const bool dynamic = e->module == sym::Elixir_DynamicSupervisor;
    ExprId children, options;
    if (e->name == sym::init && !dynamic && arguments.size() == 2) {
      children = arguments[0], options = arguments[1];
    } else if (e->name == sym::init && dynamic && arguments.size() == 1) {
      options = arguments[0];
    } else if (e->name == sym::start_link && !dynamic && arguments.size() == 2) {
      // start_link(Module, arg) names a supervisor module, whose init says the rest.
      if (unit.expr(local_value(unit, arguments[0])).kind == ExprKind::kAtom) return;
      children = arguments[0], options = arguments[1];
    } else if (e->name == sym::start_link && dynamic && arguments.size() == 1) {
      options = arguments[0];
    } else {
      return;
    }
    Supervisor s;
    s.function = program_.function_of(site);
    s.module = program_.module_of(s.function);
    s.dynamic = dynamic;
    s.flags_expr = {unit_id, local_value(unit, options)};
    if (children) read_children(unit_id, children, s);
    read_elixir_options(s);
    out_.push_back(std::move(s));
  }

  // supervise(children, options) of Supervisor.Spec, as it was before Elixir 1.5.
  static bool is_supervise(const External* e, const model::Call& call) {
    return e != nullptr && !call.capture && call.function && call.arity == 2 && e->name.text() == "supervise" &&
           e->module.text() == "Elixir.Supervisor.Spec";
  }

  void read_supervise(const Unit& unit, CallId site, const model::Call& call) {
    const auto arguments = unit.children_of(call.expr);
    const UnitId unit_id = program_.call_units[site.index];
    Supervisor s;
    s.function = program_.function_of(site);
    s.module = program_.module_of(s.function);
    s.flags_expr = {unit_id, local_value(unit, arguments[1])};
    read_children(unit_id, arguments[0], s);
    read_elixir_options(s);
    out_.push_back(std::move(s));
  }

  void read_elixir_options(Supervisor& s) {
    const UnitId u = s.flags_expr.unit;
    const Unit& unit = program_.unit(u);
    if (const ExprRef strategy = option(program_, facts_, s.flags_expr, sym::strategy))
      set_strategy(s, strategy);
    else if (s.dynamic)
      s.strategy = sym::one_for_one;
    const ExprKind kind = unit.expr(s.flags_expr.expr).kind;
    if (kind != ExprKind::kList && kind != ExprKind::kMap) return;
    s.intensity = number(s.flags_expr, sym::max_restarts, 3);
    s.period = number(s.flags_expr, sym::max_seconds, 5);
    s.intensity_known = s.intensity >= 0 && s.period >= 0;
  }

  // A written number, or the default when the key is not there; -1 when it cannot be read.
  std::int64_t number(ExprRef options, Symbol key, std::int64_t otherwise) {
    const ExprRef value = option(program_, facts_, options, key);
    if (!value) return otherwise;
    return integer_value(program_.unit(value.unit), value.expr).value_or(-1);
  }

  void set_strategy(Supervisor& s, ExprRef value) {
    value = resolve_value(program_, facts_, value);
    s.strategy_expr = value;
    const Expr& e = program_.unit(value.unit).expr(value.expr);
    if (e.kind == ExprKind::kAtom) s.strategy = e.symbol();
  }

  // {ok, {Flags, Children}} of an Erlang supervisor; Flags is {Strategy, Intensity, Period} or a map. Elixir's module-based
  // supervisors may return the same.
  void read_init(const Handler& h) {
    const UnitId u = program_.functions[h.function.index].unit;
    const Unit& unit = program_.unit(u);
    for_each_result(unit, unit.clause(h.clause).body, [&](ExprId result) {
      const ExprRef value = resolve_value(program_, facts_, {u, result});
      const Unit& at = program_.unit(value.unit);
      const Expr& ok = at.expr(value.expr);
      if (ok.kind != ExprKind::kTuple || ok.child_count != 2 || atom_value(at, at.child(value.expr, 0)) != sym::ok) return;
      const ExprRef pair = resolve_value(program_, facts_, {value.unit, at.child(value.expr, 1)});
      const Unit& in = program_.unit(pair.unit);
      if (in.expr(pair.expr).kind != ExprKind::kTuple || in.expr(pair.expr).child_count != 2) return;
      add_erlang(h, {pair.unit, in.child(pair.expr, 0)}, {pair.unit, in.child(pair.expr, 1)});
    });
  }

  void add_erlang(const Handler& h, ExprRef flags, ExprRef children) {
    Supervisor s;
    s.function = h.function;
    s.module = program_.module_of(h.function);
    s.flags_expr = flags = resolve_value(program_, facts_, flags);
    const Unit& unit = program_.unit(flags.unit);
    const Expr& e = unit.expr(flags.expr);
    if (e.kind == ExprKind::kTuple && e.child_count == 3) {
      set_strategy(s, {flags.unit, unit.child(flags.expr, 0)});
      s.intensity = integer_value(unit, unit.child(flags.expr, 1)).value_or(-1);
      s.period = integer_value(unit, unit.child(flags.expr, 2)).value_or(-1);
    } else if (e.kind == ExprKind::kMap) {
      if (const ExprRef strategy = option(program_, facts_, flags, sym::strategy))
        set_strategy(s, strategy);
      else if (!e.has(model::kUpdate))
        s.strategy = sym::one_for_one;
      s.intensity = number(flags, sym::intensity, 1);
      s.period = number(flags, sym::period, 5);
    }
    s.intensity_known = s.intensity >= 0 && s.period >= 0;
    s.dynamic = s.strategy == sym::simple_one_for_one;
    read_children(children.unit, children.expr, s);
    out_.push_back(std::move(s));
  }

  void read_children(UnitId u, ExprId list, Supervisor& s) {
    const ExprRef value = resolve_value(program_, facts_, {u, list});
    s.children_expr = value;
    const Unit& unit = program_.unit(value.unit);
    const Expr& e = unit.expr(value.expr);
    if (e.kind == ExprKind::kOperator && e.symbol() == sym::concat) {
      s.children_known = true;
      for (const ExprId side : unit.children_of(e)) {
        Supervisor part;
        read_children(value.unit, side, part);
        s.children_known = s.children_known && part.children_known;
        s.children.insert(s.children.end(), part.children.begin(), part.children.end());
      }
      return;
    }
    if (e.kind != ExprKind::kList) return;
    s.children_known = !e.has(model::kHasTail);
    for (const ExprId child : unit.children_of(e)) s.children.push_back(read_child({value.unit, child}));
  }

  Child read_child(ExprRef written) {
    const ExprRef value = resolve_value(program_, facts_, written);
    const Unit& unit = program_.unit(value.unit);
    const Expr& e = unit.expr(value.expr);
    Child child;
    child.expr = value;
    const auto set_module = [&](ExprId id) {
      if (const auto name = atom_value(unit, id)) {
        child.module_name = *name;
        child.module = program_.find_module(*name, unit.project);
      }
    };
    if (e.kind == ExprKind::kAtom) {
      set_module(value.expr);
    } else if (e.kind == ExprKind::kTuple && e.child_count == 2) {  // {Module, argument}
      set_module(unit.child(value.expr, 0));
    } else if (e.kind == ExprKind::kTuple && e.child_count == 6) {  // {Id, {M, F, A}, Restart, Shutdown, Type, Modules}
      read_start(unit, unit.child(value.expr, 1), set_module);
      child.restart = atom_value(unit, unit.child(value.expr, 2)).value_or(Symbol());
    } else if (e.kind == ExprKind::kMap) {
      if (const ExprId start = literal_option(unit, value.expr, sym::start)) read_start(unit, start, set_module);
      const ExprId restart = literal_option(unit, value.expr, sym::restart);
      child.restart = restart ? atom_value(unit, restart).value_or(Symbol()) : sym::permanent;
    } else if (e.kind == ExprKind::kCall &&
               e.child_count >= 1) {  // Supervisor.child_spec(Module or {Module, argument}, overrides)
      const External* external = facts_.calls.external(CallId(unit.first_call + e.payload));
      if (external != nullptr && external->module == sym::Elixir_Supervisor && external->name == sym::child_spec) {
        const Child base = read_child({value.unit, unit.child(value.expr, 0)});
        child.module = base.module;
        child.module_name = base.module_name;
      }
    }
    return child;
  }

  template <typename SetModule>
  void read_start(const Unit& unit, ExprId start, const SetModule& set_module) {
    start = local_value(unit, start);
    if (unit.expr(start).kind == ExprKind::kTuple && unit.expr(start).child_count == 3) set_module(unit.child(start, 0));
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<Supervisor> out_;
};

}  // namespace

std::vector<Supervisor> find_supervisors(const Program& program, const Facts& facts) {
  return SupervisorFinder(program, facts).find();
}

}  // namespace beamwright::analysis
