// The forest is built from the roots: each application's start/2 is asked what it starts; what is a supervisor is asked for its
// children; each child's start function is asked in turn. Children that are added later are then hung where they belong, and what
// supervisors are left stand by themselves.

#include "analysis/forest.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analysis/added_children.h"
#include "analysis/child_specs.h"
#include "analysis/forest_builder.h"
#include "analysis/on_demand.h"
#include "source/discovery.h"

namespace beamwright::analysis {

using model::Program;

namespace {

// What one question may cost; real trees need some hundreds of steps.
constexpr int kSteps = 40'000;
constexpr int kMaxTreeDepth = 24;
constexpr int kMaxSameModule = 4;
constexpr std::size_t kMaxTrees = 20'000;

bool is_library(Symbol behaviour) {
  const std::string_view m = behaviour.text();
  return m == "Elixir.Task.Supervisor" || m == "Elixir.Registry" || m == "Elixir.PartitionSupervisor";
}

}  // namespace

ForestBuilder::ForestBuilder(const Program& program, const Facts& facts, Reads* reads)
    : program_(program), facts_(facts), e_(program, facts, reads), specs_(program, e_) {}

Forest ForestBuilder::build() {
  add_applications();
  AddedChildren(program_, facts_, *this, e_).add();
  complete_templates();
  add_loose();
  complete_templates();  // of those
  return std::move(out_);
}

// ---- Roots ------------------------------------------------------------------------------------------------------------------

void ForestBuilder::add_applications() {
  std::unordered_set<std::uint32_t> seen;
  if (facts_.on_demand && facts_.on_demand->applications != nullptr) {
    for (const source::Application& application : *facts_.on_demand->applications) {
      // erlang.mk takes src/NAME_app.erl where the Makefile names no PROJECT_MOD (erlang.mk: Applications).
      const bool by_custom = application.callback.empty();
      const Symbol name = intern(by_custom ? application.name + "_app" : application.callback);
      const ModuleId module = e_.find_module(name, application.project);
      if (!name || (by_custom && !(module && declares_application(module))) || (module && !seen.insert(module.index).second))
        continue;
      add_application(application.name, name, module, true);
    }
  }
  for (std::uint32_t m = 0; m < program_.modules.size(); ++m) {
    const ModuleId module(m);
    if (program_.unit_of(module).role != source::Role::kReviewed || !declares_application(module) || !seen.insert(m).second)
      continue;
    add_application(model::display_module(program_.module(module).name), program_.module(module).name, module, false);
  }
}

bool ForestBuilder::declares_application(ModuleId module) const {
  const model::Unit& unit = program_.unit_of(module);
  const auto directives = unit.directives_of(program_.module(module));
  return std::any_of(directives.begin(), directives.end(), [](const model::Directive& d) {
    return !d.quoted && (d.kind == model::DirectiveKind::kUse || d.kind == model::DirectiveKind::kBehaviour) &&
           (d.module == sym::application || d.module == sym::Elixir_Application);
  });
}

void ForestBuilder::add_application(const std::string& name, Symbol module, ModuleId source, bool declared) {
  TreeApplication application;
  application.name = name;
  application.module = module;
  application.declared = declared;
  if (source) application.start = e_.find_function(source, sym::start, 2);
  if (application.start) {
    e_.allow(kSteps);
    const auto start = one_start(e_.call(application.start, {e_.unknown(), e_.unknown()}, 0));
    if (start && e_.starts[*start].supervisor) application.tree = add_tree(*start, source);
  }
  out_.applications.push_back(std::move(application));
}

// A template whose start_child is not read, where one start function alone can be meant: it is given what nobody knows.
void ForestBuilder::complete_templates() {
  for (std::uint32_t t = 0; t < out_.trees.size(); ++t) {
    if (!templates_.contains(t)) continue;
    const TreeChild& child = out_.trees[t].children.front();
    if (child.tree || child.type != sym::supervisor || !child.source || child.start_arity < 0) continue;
    if (program_.module(child.source).name != child.start_module) continue;
    constexpr std::size_t kMostMore = 4;
    std::size_t more = 0, functions = 0;
    for (std::size_t each = 1; each <= kMostMore; ++each) {
      const auto arity = static_cast<std::uint32_t>(child.start_arity) + static_cast<std::uint32_t>(each);
      if (!e_.find_function(child.source, child.start_function, arity)) continue;
      more = each;
      ++functions;
    }
    if (functions == 1) start_template(TreeId(t), e_.list(Values(more, e_.unknown()), {}, false), child.source);
  }
}

// Supervisors that no application is seen to start: a library's, or those that a process starts by itself.
void ForestBuilder::add_loose() {
  std::unordered_set<std::uint32_t> standing;
  for (const Tree& tree : out_.trees)
    if (tree.source) standing.insert(tree.source.index);
  for (const Supervisor& s : facts_.supervisors) {
    if (program_.unit_of(s.module).role != source::Role::kReviewed || !standing.insert(s.module.index).second) continue;
    e_.allow(kSteps);
    const model::Function& function = program_.function(s.function);
    e_.note_reading(s.function);
    std::size_t start = e_.starts.size();
    if (function.name == sym::init && function.arity == 1) {
      Start whole;
      whole.supervisor = true;
      whole.behaviour = sym::supervisor;
      whole.module = program_.module(s.module).name;
      whole.argument = e_.unknown();
      whole.place = s.flags_expr;
      whole.function = s.function;
      e_.starts.push_back(whole);
    } else {
      const auto one = one_start(e_.call(s.function, Values(function.arity, e_.unknown()), 0));
      if (!one || !e_.starts[*one].supervisor) continue;
      start = *one;
    }
    if (const TreeId tree = add_tree(start, s.module)) out_.loose.push_back(tree);
  }
}

std::vector<std::size_t> ForestBuilder::started(ValueRef given) {
  std::vector<std::size_t> out;
  const auto collect = [&](const auto& self, ValueRef each) -> void {
    const ValueRef value = e_.force(each);
    if (value->kind == ValueKind::kStart) {
      const auto start = static_cast<std::size_t>(value->integer);
      if (std::find(out.begin(), out.end(), start) == out.end()) out.push_back(start);
    } else if (value->kind == ValueKind::kTuple && value->parts.size() >= 2 && e_.atom_of(value->parts[0]) == sym::ok) {
      self(self, value->parts[1]);
    } else if (value->kind == ValueKind::kChoice) {
      for (const ValueRef part : value->parts) self(self, part);
    }
  };
  collect(collect, given);
  return out;
}

// The one process that a start function starts. Several places that start the same one, each with its own argument, are one.
std::optional<std::size_t> ForestBuilder::one_start(ValueRef value) {
  const std::vector<std::size_t> all = started(value);
  if (all.empty()) return {};
  if (all.size() == 1) return all[0];
  Start merged = e_.starts[all[0]];
  Values arguments = e_.values();
  for (const std::size_t each : all) {
    const Start& start = e_.starts[each];
    if (start.behaviour != merged.behaviour || start.module != merged.module || start.children != nullptr ||
        start.argument == nullptr)
      return {};
    if (start.name != merged.name) merged.name = Symbol();
    arguments.push_back(start.argument);
  }
  merged.argument = e_.choice(arguments);
  e_.starts.push_back(merged);
  return e_.starts.size() - 1;
}

// ---- Supervisors ------------------------------------------------------------------------------------------------------------

TreeId ForestBuilder::add_tree(std::size_t start_index, ModuleId from) {
  if (const auto known = tree_of_start_.find(start_index); known != tree_of_start_.end()) return known->second;
  const Start start = e_.starts[start_index];
  const auto above = std::count(path_.begin(), path_.end(), start.module);
  if (path_.size() >= kMaxTreeDepth || above >= kMaxSameModule || out_.trees.size() >= kMaxTrees) return {};
  const TreeId id(out_.trees.size());
  tree_of_start_.emplace(start_index, id);
  out_.trees.emplace_back();
  path_.push_back(start.module);
  Tree tree;
  tree.behaviour = start.behaviour;
  tree.module = start.module;
  tree.name = start.name;
  tree.place = start.place;
  tree.function = start.function;
  tree.source = start.function ? program_.module_of(start.function) : from;
  if (is_library(start.behaviour)) {
    read_library(start, tree);
  } else if (start.children != nullptr) {
    read_flags(start.options, tree);
    read_children(start.children, tree.source, tree);
  } else if (start.module) {
    read_callback(start, from, tree);
  } else if (start.behaviour == sym::Elixir_DynamicSupervisor) {
    read_flags(start.options, tree);
    tree.dynamic = tree.complete = true;
  }
  path_.pop_back();
  if (tree.strategy == sym::simple_one_for_one && tree.children.size() == 1 && template_ != nullptr)
    templates_.emplace(id.index, template_);
  template_ = nullptr;
  out_.trees[id.index] = std::move(tree);
  return id;
}

// start_child(Supervisor, Arguments): the template's start function is called with its own arguments and these after them
// (stdlib: supervisor, "simple_one_for_one").
void ForestBuilder::start_template(TreeId id, ValueRef given, ModuleId from) {
  const auto found = templates_.find(id.index);
  if (found == templates_.end() || out_.trees[id.index].children.front().tree) return;
  const auto is_sure = [](ValueRef list) {
    return list->kind == ValueKind::kList && !list->open &&
           std::all_of(list->presences.begin(), list->presences.end(), [](Presence p) { return p == Presence::kAlways; });
  };
  const ValueRef mfa = e_.force(found->second);
  if (mfa->kind != ValueKind::kTuple || mfa->parts.size() != 3) return;
  const ValueRef own = e_.force(mfa->parts[2]), more = e_.force(given);
  if (!is_sure(own) || !is_sure(more) || more->parts.empty()) return;
  Values all = own->parts;
  all.insert(all.end(), more->parts.begin(), more->parts.end());
  TreeChild child = out_.trees[id.index].children.front();
  const int arity = child.start_arity;
  read_start(e_.tuple({mfa->parts[0], mfa->parts[1], e_.list(std::move(all), {}, false)}, mfa->place), from, child);
  child.start_arity = arity;  // as it is specified
  if (child.tree) out_.trees[id.index].children.front() = std::move(child);
}

void ForestBuilder::read_library(const Start& start, Tree& tree) {
  const std::string_view behaviour = start.behaviour.text();
  tree.opaque = behaviour == "Elixir.Registry";
  if (tree.opaque) return;
  read_flags(start.options, tree);
  tree.complete = true;
  tree.strategy = sym::one_for_one;
  tree.dynamic = behaviour != "Elixir.PartitionSupervisor";
  if (tree.dynamic) return;
  // A partition is started by a function of the library's own, which starts what child_spec says.
  TreeChild child = read_child(e_.option(start.options, sym::child_spec, e_.unknown()), tree.source);
  child.id.clear();
  child.start_module = start.behaviour;
  child.start_function = intern("start_child");
  child.start_arity = -1;
  child.presence = Presence::kMany;
  tree.children.push_back(std::move(child));
}

void ForestBuilder::read_callback(const Start& start, ModuleId from, Tree& tree) {
  const source::ProjectId project = program_.unit_of(from).project;
  tree.source = e_.find_module(start.module, project);
  const FunctionId init = tree.source ? e_.find_function(tree.source, sym::init, 1) : FunctionId();
  tree.opaque = !init || start.behaviour.text() == "supervisor_bridge";
  if (tree.opaque) return;
  tree.function = init;
  e_.allow(kSteps);
  const ValueRef argument = start.argument != nullptr ? start.argument : e_.unknown();
  const ValueRef result = e_.force(e_.call(init, {argument}, 0));
  // ignore is an answer too, and tells nothing of the children that are there otherwise.
  Values flags = e_.values(), children = e_.values();
  const Values one{result};
  for (const ValueRef each : result->kind == ValueKind::kChoice ? result->parts : one) {
    const ValueRef ok = e_.force(each);
    if (ok->kind != ValueKind::kTuple || ok->parts.size() < 2 || e_.atom_of(ok->parts[0]) != sym::ok) continue;
    for (const ValueRef pair : alternatives(ok->parts[1])) {
      if (pair->kind == ValueKind::kTuple && pair->parts.size() == 2) {
        flags.push_back(e_.force(pair->parts[0]));
        children.push_back(e_.as_list(pair->parts[1]));
      } else if (pair->kind == ValueKind::kMap) {  // DynamicSupervisor's callback may give the flags alone
        flags.push_back(pair);
        children.push_back(e_.list({}, {}, false));
      }
    }
  }
  if (flags.empty()) return;
  read_flags(e_.choice(flags), tree);
  read_children(e_.choice(children), tree.source, tree);
}

Values ForestBuilder::alternatives(ValueRef given) {
  const ValueRef value = e_.force(given);
  if (value->kind != ValueKind::kChoice) return {value};
  Values out;
  for (const ValueRef part : value->parts) out.push_back(e_.force(part));
  return out;
}

// {Strategy, Intensity, Period}, a map, or Elixir's options. What the alternatives agree on is known.
void ForestBuilder::read_flags(ValueRef given, Tree& tree) {
  bool first = true;
  for (const ValueRef flags : alternatives(given)) {
    Tree one;
    read_flags_of(flags, one, tree.behaviour);
    if (first) {
      tree.strategy = one.strategy, tree.intensity = one.intensity, tree.period = one.period;
    } else {
      if (tree.strategy != one.strategy) tree.strategy = Symbol();
      if (tree.intensity != one.intensity) tree.intensity = -1;
      if (tree.period != one.period) tree.period = -1;
    }
    first = false;
  }
  tree.dynamic = tree.dynamic || tree.strategy == sym::simple_one_for_one || tree.behaviour == sym::Elixir_DynamicSupervisor;
}

void ForestBuilder::read_flags_of(ValueRef flags, Tree& tree, Symbol behaviour) {
  const auto number = [&](ValueRef value) { return e_.integer_of(value).value_or(-1); };
  if (flags->kind == ValueKind::kTuple && flags->parts.size() >= 3) {
    // supervisor2 and its like may add to the tuple.
    tree.strategy = e_.atom_of(flags->parts[0]).value_or(Symbol());
    tree.intensity = number(flags->parts[1]);
    tree.period = number(flags->parts[2]);
    return;
  }
  if (flags->kind != ValueKind::kMap && flags->kind != ValueKind::kList) return;
  const bool options = flags->kind == ValueKind::kList;  // Elixir: Supervisor.init/2, defaults of its own
  const bool has_default = !options || behaviour == sym::Elixir_DynamicSupervisor;
  const ValueRef none = e_.unknown();
  tree.strategy = e_.atom_of(e_.option(flags, sym::strategy, has_default ? e_.atom(sym::one_for_one) : none)).value_or(Symbol());
  tree.intensity = number(e_.option(flags, options ? sym::max_restarts : sym::intensity, e_.integer(options ? 3 : 1)));
  tree.period = number(e_.option(flags, options ? sym::max_seconds : sym::period, e_.integer(5)));
}

void ForestBuilder::read_children(ValueRef given, ModuleId from, Tree& tree) {
  const ValueRef list = e_.as_list(given);
  tree.complete = !list->open;
  for (std::size_t i = 0; i < list->parts.size(); ++i) {
    TreeChild child = read_child(list->parts[i], from);
    child.presence = list->presences[i];
    if (tree.strategy == sym::simple_one_for_one) {
      child.presence = Presence::kMany, child.origin = Origin::kTemplate;
      template_ = specs_.read(e_.force(list->parts[i]), from).start;
    }
    tree.children.push_back(std::move(child));
  }
}

// A helper may make specifications of modules that stand in a list elsewhere, Supervisor.child_spec({module, options}, []) for
// each of them: what a reader takes for the child is the module with its options in that list.
ExprRef ForestBuilder::written_at(ValueRef value) {
  ValueRef inner = value;
  if (value->kind == ValueKind::kTuple && value->parts.size() == 3 && e_.atom_of(value->parts[0]) == sym::child_spec) {
    const ValueRef overrides = e_.force(value->parts[2]);
    if (overrides->kind != ValueKind::kList || overrides->open || !overrides->parts.empty()) return value->place;
    inner = e_.force(value->parts[1]);
  }
  ValueRef head = inner;
  if (inner->kind == ValueKind::kTuple && inner->parts.size() == 2) head = e_.force(inner->parts[0]);
  if (head == value || head->kind != ValueKind::kAtom || !head->place || !value->place) return value->place;
  const model::Unit& unit = program_.unit(head->place.unit);
  const model::Expr& around = program_.unit(value->place.unit).expr(value->place.expr);
  const model::Expr& written = unit.expr(head->place.expr);
  if (head->place.unit == value->place.unit && around.begin <= written.begin && written.begin < around.end) return value->place;
  const ExprId parent = unit.parent(head->place.expr);
  const bool in_tuple = parent && unit.expr(parent).kind == model::ExprKind::kTuple && unit.expr(parent).child_count <= 3 &&
                        unit.child(parent, 0) == head->place.expr;
  return in_tuple ? ExprRef{head->place.unit, parent} : head->place;
}

TreeChild ForestBuilder::read_child(ValueRef specification, ModuleId from) {
  e_.allow(kSteps);
  const ValueRef value = e_.force(specification);
  const ChildSpec spec = specs_.read(value, from);
  TreeChild child;
  child.place = written_at(value);
  child.id = spec.id;
  child.restart = spec.restart;
  child.shutdown = spec.shutdown;
  child.type = spec.type;
  if (spec.start != nullptr) read_start(spec.start, from, child);
  return child;
}

void ForestBuilder::read_start(ValueRef given, ModuleId from, TreeChild& child) {
  const ValueRef mfa = e_.force(given);
  if (mfa->kind != ValueKind::kTuple || mfa->parts.size() != 3) return;
  child.start_module = e_.atom_of(mfa->parts[0]).value_or(Symbol());
  child.start_function = e_.atom_of(mfa->parts[1]).value_or(Symbol());
  const source::ProjectId project = program_.unit_of(from).project;
  if (child.start_module) child.source = e_.find_module(child.start_module, project);
  const ValueRef arguments = e_.force(mfa->parts[2]);
  const bool known = arguments->kind == ValueKind::kList && !arguments->open &&
                     std::all_of(arguments->presences.begin(), arguments->presences.end(),
                                 [](Presence presence) { return presence == Presence::kAlways; });
  if (!known || !child.start_module || !child.start_function) return;
  child.start_arity = static_cast<int>(arguments->parts.size());
  const UnitId unit = program_.modules[(child.source ? child.source : from).index].unit;
  const ExprRef place = child.place ? child.place : mfa->place;
  if (!place) return;
  e_.allow(kSteps);
  const auto one =
      one_start(e_.call(child.start_module, child.start_function, arguments->parts, *e_.frame(unit, nullptr, 0), place));
  if (!one) return;
  const Start start = e_.starts[*one];
  child.module = start.module;
  child.name = start.name;
  if (const ModuleId callback = start.module ? e_.find_module(start.module, project) : ModuleId()) child.source = callback;
  if (start.supervisor) child.tree = add_tree(*one, child.source ? child.source : from);
}

const Forest& forest_of(const Program& program, const Facts& facts) {
  std::call_once(facts.on_demand->forest_once, [&] {
    facts.on_demand->forest =
        std::make_shared<const Forest>(ForestBuilder(program, facts, facts.on_demand->forest_reads.get()).build());
  });
  return *facts.on_demand->forest;
}

}  // namespace beamwright::analysis
