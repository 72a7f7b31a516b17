#include "rules/child_starts.h"

#include <algorithm>
#include <set>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::ExprRef;
using analysis::Forest;
using analysis::TreeId;

namespace {

constexpr int kMaxDepth = 4;

bool is_restart(Symbol word) { return word == sym::permanent || word == sym::transient || word == sym::temporary; }

class SpecReader {
 public:
  SpecReader(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  WrittenSpec read(ExprRef given, source::ProjectId project, int depth) const {
    if (!given || depth > kMaxDepth) return {};
    const ExprRef at = analysis::resolve_value(program_, facts_, given);
    const Unit& unit = program_.unit(at.unit);
    const model::Expr& expr = unit.expr(at.expr);
    if (expr.kind == ExprKind::kAtom) return of_module(expr.symbol(), project, 0);
    if (expr.kind == ExprKind::kMap) return of_map(at, project);
    if (expr.kind == ExprKind::kTuple) return of_tuple(at, project, depth);
    if (expr.kind == ExprKind::kCall) return of_call(at, project, depth);
    return {};
  }

 private:
  source::Span span(ExprRef at) const { return program_.unit(at.unit).span(at.expr); }

  // {Module, Function, Arguments}
  void take_start(ExprRef start, source::ProjectId project, WrittenSpec& spec) const {
    if (!start) return;
    const ExprRef at = analysis::resolve_value(program_, facts_, start);
    const Unit& unit = program_.unit(at.unit);
    if (unit.expr(at.expr).kind != ExprKind::kTuple || unit.expr(at.expr).child_count != 3) return;
    const auto parts = unit.children_of(at.expr);
    if (const auto module = analysis::atom_value(unit, parts[0])) spec.module = program_.find_module(*module, project);
    spec.with_arguments = is_open(unit, parts[2]);
  }

  bool is_open(const Unit& unit, ExprId expr) const {
    return any_below(unit, expr, [&](ExprId id) {
      const ExprKind kind = unit.expr(id).kind;
      return kind == ExprKind::kVariable || kind == ExprKind::kCall || kind == ExprKind::kField;
    });
  }

  void take_restart(ExprRef written, WrittenSpec& spec) const {
    if (!written) {
      spec.restart = sym::permanent;
      spec.defaulted = true;
      return;
    }
    const ExprRef at = analysis::resolve_value(program_, facts_, written);
    const Unit& unit = program_.unit(at.unit);
    ExprId word = at.expr;
    // supervisor2's {permanent, Delay}.
    if (unit.expr(word).kind == ExprKind::kTuple && unit.expr(word).child_count == 2) word = unit.child(word, 0);
    const auto atom = analysis::atom_value(unit, word);
    spec.restart = atom && is_restart(*atom) ? *atom : Symbol();
    spec.restart_place = span(written);
    spec.defaulted = false;
  }

  WrittenSpec of_map(ExprRef map, source::ProjectId project) const {
    WrittenSpec spec;
    if (program_.unit(map.unit).expr(map.expr).has(model::kUpdate)) return spec;
    const ExprRef start = analysis::option(program_, facts_, map, sym::start);
    if (!start) return spec;
    take_start(start, project, spec);
    take_restart(analysis::option(program_, facts_, map, sym::restart), spec);
    return spec;
  }

  WrittenSpec of_tuple(ExprRef tuple, source::ProjectId project, int depth) const {
    const Unit& unit = program_.unit(tuple.unit);
    const auto parts = unit.children_of(tuple.expr);
    WrittenSpec spec;
    if (parts.size() == 6) {
      take_start({tuple.unit, parts[1]}, project, spec);
      take_restart({tuple.unit, parts[2]}, spec);
    } else if (parts.size() == 2) {
      spec = read({tuple.unit, parts[0]}, project, depth + 1);
      spec.with_arguments = is_open(unit, parts[1]);
    }
    return spec;
  }

  // Supervisor.child_spec(specification, overrides), Module.child_spec(argument)
  WrittenSpec of_call(ExprRef at, source::ProjectId project, int depth) const {
    const Unit& unit = program_.unit(at.unit);
    const model::Call& call = unit.call_of(unit.expr(at.expr));
    const auto arguments = unit.children_of(at.expr);
    if (!call.capture && call.module.text() == "Elixir.Map" && arguments.size() > 1) return of_change(at, project, depth);
    if (call.capture || call.name != sym::child_spec || call.target != model::TargetKind::kRemote) return {};
    if (call.module == sym::Elixir_Supervisor && arguments.size() == 2) {
      WrittenSpec spec = read({at.unit, arguments[0]}, project, depth + 1);
      const ExprRef restart = analysis::option(program_, facts_, {at.unit, arguments[1]}, sym::restart);
      if (restart) take_restart(restart, spec);
      return spec;
    }
    WrittenSpec spec = of_module(call.module, project, 0);
    if (arguments.size() == 1) spec.with_arguments = is_open(unit, arguments[0]);
    return spec;
  }

  // Map.put(specification, :restart, :transient), Map.merge(specification, %{restart: :transient})
  WrittenSpec of_change(ExprRef at, source::ProjectId project, int depth) const {
    const Unit& unit = program_.unit(at.unit);
    const std::string_view name = unit.call_of(unit.expr(at.expr)).name.text();
    const auto arguments = unit.children_of(at.expr);
    if (name != "put" && name != "put_new" && name != "merge" && name != "replace!" && name != "replace") return {};
    WrittenSpec spec = read({at.unit, arguments[0]}, project, depth + 1);
    ExprRef restart;
    if (arguments.size() == 2) restart = analysis::option(program_, facts_, {at.unit, arguments[1]}, sym::restart);
    if (arguments.size() == 3 && analysis::atom_value(unit, arguments[1]) == sym::restart) restart = {at.unit, arguments[2]};
    if (restart && (name != "put_new" || spec.defaulted)) take_restart(restart, spec);
    return spec;
  }

  WrittenSpec of_module(Symbol name, source::ProjectId project, int depth) const {
    WrittenSpec spec;
    const ModuleId module = program_.find_module(name, project);
    if (!module) return spec;
    if (!of_use(module, module, depth, spec)) spec = {};
    const FunctionId written = program_.find_function(module, sym::child_spec, 1);
    if (written && !program_.function(written).has(model::kTemplate)) of_function(written, spec);
    spec.module = module;
    return spec;
  }

  // A child_spec/1 that is written out: the restart that stands in it, else the default of maps.
  void of_function(FunctionId function, WrittenSpec& spec) const {
    const Unit& unit = program_.unit_of(function);
    const UnitId unit_id = program_.functions[function.index].unit;
    bool map = false;
    for (const auto clause_id : program_.function(function).clauses) {
      any_below(unit, unit.clause(clause_id).body, [&](ExprId id) {
        const model::Expr& expr = unit.expr(id);
        if (expr.kind != ExprKind::kMap && expr.kind != ExprKind::kList) return false;
        const ExprId restart = analysis::literal_option(unit, id, sym::restart);
        if (!restart) {
          map = map || (expr.kind == ExprKind::kMap && analysis::literal_option(unit, id, sym::start));
          return false;
        }
        take_restart({unit_id, restart}, spec);
        return true;
      });
    }
    if (map && !spec.restart) {
      spec.restart = sym::permanent;
      spec.defaulted = true;
      spec.restart_place = name_span(program_, function);
    }
  }

  bool of_use(ModuleId module, ModuleId outer, int depth, WrittenSpec& spec) const {
    if (depth > kMaxDepth) return false;
    const Unit& unit = program_.unit_of(module);
    for (const model::Directive& directive : unit.directives_of(program_.module(module))) {
      if (directive.kind != model::DirectiveKind::kUse || directive.quoted != (depth > 0)) continue;
      const std::string_view name = directive.module.text();
      const bool task = name == "Elixir.Task";
      if (task || name == "Elixir.GenServer" || name == "Elixir.Supervisor" || name == "Elixir.DynamicSupervisor" ||
          name == "Elixir.Agent" || name == "Elixir.GenStage") {
        spec.restart = task ? sym::temporary : sym::permanent;
        spec.defaulted = true;
        spec.restart_place = {unit.file, directive.begin, directive.end};
        if (!directive.options) return true;
        const ExprId restart = analysis::literal_option(unit, directive.options, sym::restart);
        if (restart) take_restart({program_.modules[module.index].unit, restart}, spec);
        return true;
      }
      const ModuleId used = program_.find_module(directive.module, unit.project);
      if (used && of_use(used, outer, depth + 1, spec)) return true;
    }
    return false;
  }

  using UnitId = model::UnitId;
  const Program& program_;
  const Facts& facts_;
};

// Atoms that only say how a name is written.
bool is_form(Symbol atom) {
  static const std::set<std::string_view> kForms = {"via",
                                                    "global",
                                                    "local",
                                                    "nil",
                                                    "true",
                                                    "false",
                                                    "name",
                                                    "node",
                                                    "Elixir.Registry",
                                                    "infinity",
                                                    "undefined",
                                                    "partitions",
                                                    "Elixir.PartitionSupervisor",
                                                    "Elixir.DynamicSupervisor",
                                                    "Elixir.Supervisor",
                                                    "Elixir.Horde.DynamicSupervisor",
                                                    "Elixir.Horde.Registry",
                                                    "supervisor",
                                                    "strategy",
                                                    "one_for_one"};
  return kForms.contains(atom.text());
}

class NameReader {
 public:
  NameReader(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  void collect(const Unit& unit, ExprId root, int depth, std::vector<Symbol>& out) const {
    any_below(unit, root, [&](ExprId id) {
      const model::Expr& expr = unit.expr(id);
      if (expr.kind == ExprKind::kAtom && !is_form(expr.symbol())) out.push_back(expr.symbol());
      if (depth >= kMaxDepth) return false;
      if (expr.kind == ExprKind::kVariable && expr.payload < unit.variables.size()) {
        const ExprId value = analysis::bound_value(unit, model::VariableId(expr.payload));
        if (value && value != id) collect(unit, value, depth + 1, out);
      }
      if (expr.kind == ExprKind::kCall) collect_function(unit, unit.call_of(expr), depth, out);
      return false;
    });
  }

 private:
  // A helper of the same module that gives the name.
  void collect_function(const Unit& unit, const model::Call& call, int depth, std::vector<Symbol>& out) const {
    if (call.capture || call.target != model::TargetKind::kLocal || !call.expr) return;
    const CallId site(unit.first_call + static_cast<std::uint32_t>(&call - unit.calls.data()));
    const FunctionId callee = facts_.calls.callees[site.index].function;
    if (!callee) return;
    const Unit& there = program_.unit_of(callee);
    for (const auto clause_id : program_.function(callee).clauses) collect(there, there.clause(clause_id).body, depth + 2, out);
  }

  const Program& program_;
  const Facts& facts_;
};

}  // namespace

WrittenSpec read_written_spec(const Program& program, const Facts& facts, FunctionId function, ExprId expr) {
  const ExprRef place{program.functions[function.index].unit, expr};
  return SpecReader(program, facts).read(place, program.unit_of(function).project, 0);
}

std::vector<ChildStart> child_starts(const Program& program, const Facts& facts) {
  std::vector<ChildStart> out;
  const NameReader names(program, facts);
  for (std::uint32_t f = 0; f < program.functions.size(); ++f) {
    const FunctionId function(f);
    if (!facts.effects.direct[f].has(Effect::kStartChild) || !in_production(program, facts, function)) continue;
    const Unit& unit = program.unit_of(function);
    for (const CallId site : program.calls_of(function)) {
      const analysis::External* external = facts.calls.external(site);
      if (!external || !external->row || external->name != sym::start_child || program.call(site).capture) continue;
      const std::size_t child = external->row->child_argument;
      const auto arguments = arguments_of(program, site);
      if (child == 0 || arguments.size() < child) continue;
      ChildStart start{site, function, {}, read_written_spec(program, facts, function, arguments[child - 1])};
      names.collect(unit, arguments[0], 0, start.names);
      out.push_back(std::move(start));
    }
  }
  return out;
}

std::vector<TreePlace> tree_places(const Forest& forest) {
  std::vector<TreePlace> out(forest.trees.size());
  for (std::uint32_t i = 0; i < forest.trees.size(); ++i) {
    for (const analysis::TreeChild& child : forest.trees[i].children) {
      if (child.tree && !out[child.tree.index].parent) out[child.tree.index] = {TreeId(i), child.place};
    }
  }
  return out;
}

std::vector<Symbol> names_of_tree(const Program& program, const Facts& facts, const Forest& forest,
                                  const std::vector<TreePlace>& places, TreeId id) {
  const analysis::Tree& tree = forest.tree(id);
  std::vector<Symbol> out;
  if (tree.name) out.push_back(tree.name);
  if (tree.module && !is_form(tree.module)) out.push_back(tree.module);
  const ProcessId process = tree.source ? facts.processes.of(tree.source) : ProcessId();
  if (!tree.name && process) out.insert(out.end(), facts.process(process).names.begin(), facts.process(process).names.end());
  const TreePlace& place = places[id.index];
  if (!place.parent) return out;
  const analysis::Tree& parent = forest.tree(place.parent);
  if (parent.behaviour == sym::Elixir_PartitionSupervisor && parent.name) out.push_back(parent.name);
  if (out.empty() && place.place) {
    const ExprRef at = analysis::resolve_value(program, facts, place.place);
    NameReader(program, facts).collect(program.unit(at.unit), at.expr, 0, out);
  }
  return out;
}

bool share_a_name(const std::vector<Symbol>& one, const std::vector<Symbol>& other) {
  return std::any_of(one.begin(), one.end(),
                     [&](Symbol name) { return std::find(other.begin(), other.end(), name) != other.end(); });
}

FunctionId function_at(const Program& program, ExprRef place) {
  if (!place) return {};
  const Unit& unit = program.unit(place.unit);
  const std::uint32_t at = unit.expr(place.expr).begin;
  for (std::uint32_t i = 0; i < unit.functions.size(); ++i) {
    if (unit.functions[i].begin <= at && at < unit.functions[i].end && !unit.functions[i].has(model::kModuleBody)) {
      return FunctionId(unit.first_function + i);
    }
  }
  return {};
}

bool production_place(const Program& program, const Facts& facts, ExprRef place) {
  const FunctionId function = function_at(program, place);
  return function && in_production(program, facts, function);
}

}  // namespace beamwright::rules
