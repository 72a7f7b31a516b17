#include "analysis/value_sources.h"

#include <string>

#include "analysis/on_demand.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

enum class Stores : std::uint8_t { kNo, kDictionary, kTerm, kChild };

Stores stores(const External& callee) {
  if (callee.row != nullptr && callee.row->child_argument != 0) return Stores::kChild;
  if (callee.arity != 2 || callee.name != sym::put) return Stores::kNo;
  if (callee.module == sym::Elixir_Process || callee.module == sym::erlang) return Stores::kDictionary;
  return callee.module == sym::persistent_term ? Stores::kTerm : Stores::kNo;
}

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::shared_ptr<const ValueSources> run() {
    out_->children.resize(program_.modules.size());
    std::vector<Stores> kinds;
    for (const External& e : facts_.calls.externals) kinds.push_back(stores(e));
    for (std::uint32_t c = 0; c < facts_.calls.callees.size(); ++c) {
      const std::uint32_t external = facts_.calls.callees[c].external;
      if (external == UINT32_MAX || kinds[external] == Stores::kNo) continue;
      if (const FunctionId f = program_.function_of(CallId(c))) read(CallId(c), f, kinds[external]);
    }
    for (const Supervisor& supervisor : facts_.supervisors) {
      for (const Child& child : supervisor.children)
        if (child.module && child.expr.unit == program_.functions[supervisor.function.index].unit)
          out_->children[child.module.index].push_back({supervisor.function, child.expr.expr});
    }
    out_->configuration.emplace(program_, facts_.on_demand->applications);
    return out_;
  }

 private:
  void read(CallId site, FunctionId function, Stores kind) {
    const model::Call& call = program_.call(site);
    const Unit& unit = program_.unit_of(site);
    const auto arguments = unit.children_of(call.expr);
    if (call.capture) return;
    if (kind == Stores::kChild) {
      const std::size_t at = facts_.calls.external(site)->row->child_argument;
      if (at <= arguments.size()) add_child(unit, function, local_value(unit, arguments[at - 1]));
      return;
    }
    if (arguments.size() != 2) return;
    if (const Symbol name = storage_key(unit, arguments[0]))
      (kind == Stores::kTerm ? out_->terms : out_->dictionary)[name].push_back({function, arguments[1]});
  }

  // {Shop.Cart, argument} given to start_child. Lists of children are in the supervisors already.
  void add_child(const Unit& unit, FunctionId function, ExprId child) {
    if (!child || unit.expr(child).kind == ExprKind::kList) return;
    const Expr& e = unit.expr(child);
    ExprId named = child;
    if (e.kind == ExprKind::kTuple && e.child_count == 2) named = unit.child(child, 0);
    if (e.kind == ExprKind::kMap) {
      const ExprId start = literal_option(unit, child, sym::start);
      if (!start || unit.expr(start).kind != ExprKind::kTuple || unit.expr(start).child_count == 0) return;
      named = unit.child(start, 0);
    }
    const auto module = atom_value(unit, named);
    const ModuleId id = module ? program_.find_module(*module, unit.project) : ModuleId();
    if (id) out_->children[id.index].push_back({function, child});
  }

  const Program& program_;
  const Facts& facts_;
  std::shared_ptr<ValueSources> out_ = std::make_shared<ValueSources>();
};

}  // namespace

const ValueSources& value_sources_of(const Program& program, const Facts& facts) {
  OnDemand& on_demand = *facts.on_demand;
  std::call_once(on_demand.value_sources_once, [&] { on_demand.value_sources = Finder(program, facts).run(); });
  return *on_demand.value_sources;
}

Symbol storage_key(const Unit& unit, ExprId key) {
  key = local_value(unit, key);
  if (!key) return {};
  const Expr& e = unit.expr(key);
  if (e.kind == ExprKind::kAtom) return e.symbol();
  if (e.kind != ExprKind::kTuple) return {};
  std::string text;
  for (const ExprId part : unit.children_of(e)) {
    const auto atom = atom_value(unit, part);
    if (!atom) return {};
    text.append(1, ',').append(atom->text());
  }
  return intern(text);
}

ExprId argument_in_child(const Unit& unit, ExprId child, Symbol name, std::uint32_t index) {
  const Expr& e = unit.expr(child);
  if (unit.language == source::Language::kElixir && e.kind == ExprKind::kTuple && e.child_count == 2)
    return index == 0 ? unit.child(child, 1) : ExprId();
  ExprId start;
  if (e.kind == ExprKind::kMap) start = literal_option(unit, child, sym::start);
  if (e.kind == ExprKind::kTuple && e.child_count == 6) start = unit.child(child, 1);
  start = start ? local_value(unit, start) : start;
  if (!start || unit.expr(start).kind != ExprKind::kTuple || unit.expr(start).child_count != 3) return {};
  if (atom_value(unit, unit.child(start, 1)) != name) return {};
  const ExprId list = local_value(unit, unit.child(start, 2));
  const bool written = list && unit.expr(list).kind == ExprKind::kList && !unit.expr(list).has(model::kHasTail);
  return written && index < unit.expr(list).child_count ? unit.child(list, index) : ExprId();
}

}  // namespace beamwright::analysis
