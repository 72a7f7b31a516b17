#include "analysis/added_children.h"

#include <algorithm>

#include "analysis/sites.h"
#include "analysis/values.h"
#include "analysis/walk.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Program;
using model::Unit;

namespace {

constexpr int kSteps = 3'000;
constexpr std::size_t kMaxChain = 5;
constexpr std::size_t kMaxCallers = 64;
constexpr int kMaxChains = 150;
// Supervisors that are added may have children added to them.
constexpr int kMaxRounds = 3;

}  // namespace

std::vector<CallId> adding_sites(const Program& program, const Facts& facts) {
  std::vector<CallId> sites = sites_of_rows(facts.calls, [](const knowledge::FunctionRow& row) {
    return row.effects.has(Effect::kStartChild) && row.target_argument != 0;
  });
  std::erase_if(sites, [&](CallId site) {
    const model::Call& call = program.call(site);
    return !call.function || call.capture || program.unit_of(site).role == source::Role::kTest;
  });
  return sites;
}

AddedChildren::AddedChildren(const Program& program, const Facts& facts, ForestBuilder& builder, Evaluator& evaluator)
    : program_(program), facts_(facts), builder_(builder), e_(evaluator) {}

void AddedChildren::add() {
  std::vector<CallId> sites = adding_sites(program_, facts_);
  if (sites.empty()) return;
  index_data();
  for (int round = 0; round < kMaxRounds && !sites.empty(); ++round) {
    bool added = false;
    std::erase_if(sites, [&](CallId site) {
      chains_left_ = kMaxChains;
      named_ = unnamed_ = false;
      const Found best = explore({{site}, {}});
      // Somebody adds a child that nobody names: it comes from configuration or from a message.
      if (unnamed_) read({{site}, {}}, true);
      added = added || best != Found::kNothing;
      return best != Found::kNothing || !named_;
    });
    if (!added) break;
  }
}

void AddedChildren::index_data() {
  for (const auto& unit : program_.units) {
    for (const model::Attribute& attribute : unit->attributes) {
      any_below(*unit, attribute.value, [&](ExprId id) {
        const Expr& e = unit->expr(id);
        if (e.kind != ExprKind::kTuple || e.child_count != 3) return false;
        const Expr& arguments = unit->expr(unit->child(id, 2));
        const auto module = atom_value(*unit, unit->child(id, 0)), function = atom_value(*unit, unit->child(id, 1));
        if (!module || !function || arguments.kind != ExprKind::kList || arguments.has(model::kHasTail)) return false;
        const ModuleId m = e_.find_module(*module, unit->project);
        if (const FunctionId f = m ? e_.find_function(m, *function, arguments.child_count) : FunctionId())
          data_[f.index].push_back({UnitId(static_cast<std::size_t>(&unit - program_.units.data())), id});
        return false;
      });
    }
  }
}

// Goes out to the callers while there is something to learn from them; says the most that any of them knows.
AddedChildren::Found AddedChildren::explore(const Chain& chain) {
  if (--chains_left_ < 0) return Found::kNothing;
  e_.allow(kSteps);
  const Found found = read(chain, false);
  if (found == Found::kChild || (found == Found::kNothing && chain.sites.size() == 1 && !target_is_given(chain.sites[0])))
    return found;
  Found best = found;
  bool asked = false;
  const FunctionId outermost = program_.function_of(chain.sites.back());
  e_.note_reading(outermost);
  e_.note_asking_for_callers(outermost);
  const auto ask = [&](const Chain& outer) {
    asked = true;
    best = std::max(best, explore(outer));
  };
  if (!chain.data && chain.sites.size() < kMaxChain && program_.function(outermost).arity > 0) {
    if (const auto written = data_.find(outermost.index); written != data_.end()) {
      for (const ExprRef data : written->second) ask({chain.sites, data});
    }
    const auto incoming = facts_.calls.incoming_of(outermost);
    for (const std::uint32_t edge : incoming.size() <= kMaxCallers ? incoming : std::span<const std::uint32_t>()) {
      const CallId site = facts_.calls.edges[edge].site;
      if (!goes_on(chain, site, outermost)) continue;
      Chain outer = chain;
      outer.sites.push_back(site);
      ask(outer);
    }
  }
  if (!asked && found == Found::kSupervisor) unnamed_ = true;
  return best;
}

// Is the call one more step out? A capture, or {M, F, A} that somebody else runs, has other arguments than the call.
bool AddedChildren::goes_on(const Chain& chain, CallId site, FunctionId outermost) const {
  const model::Call& call = program_.call(site);
  return !call.capture && call.function && program_.unit_of(site).role != source::Role::kTest &&
         std::find(chain.sites.begin(), chain.sites.end(), site) == chain.sites.end() &&
         facts_.calls.callees[site.index].function == outermost;
}

// Do the callers say which supervisor it is? A name that stands in the forest under no supervisor, or a pid out of a state or a
// table, is no better known to them.
bool AddedChildren::target_is_given(CallId site) const {
  const Unit& unit = program_.unit_of(site);
  const auto arguments = unit.children_of(program_.call(site).expr);
  const std::size_t at = facts_.calls.external(site)->row->target_argument - 1u;
  const ExprId target = at < arguments.size() ? local_value(unit, arguments[at]) : ExprId();
  if (!target || unit.expr(target).kind != ExprKind::kVariable) return false;
  return parameter_of(unit, program_.function(program_.function_of(site)), model::VariableId(unit.expr(target).payload))
      .has_value();
}

// The frame of the function that holds the start_child, entered by way of the chain; null when the way is not open.
Frame* AddedChildren::frame_of(const Chain& chain) {
  Frame* frame = nullptr;
  const auto evaluated = [&](std::span<const ExprId> written) {
    Values arguments = e_.values();
    for (const ExprId id : written) arguments.push_back(e_.evaluate(frame, id));
    return arguments;
  };
  if (chain.data) {
    const Unit& unit = program_.unit(chain.data.unit);
    e_.note_reading_level(chain.data.unit);
    frame = e_.frame(chain.data.unit, nullptr, 0);
    const FunctionId function = program_.function_of(chain.sites.back());
    frame = entered(function, chain.sites.back(), evaluated(unit.children_of(unit.child(chain.data.expr, 2))));
  } else {
    frame = e_.frame(program_.call_units[chain.sites.back().index], nullptr, 0);
  }
  for (std::size_t i = chain.sites.size() - 1; i > 0 && frame != nullptr; --i) {
    const Unit& unit = program_.unit_of(chain.sites[i]);
    const auto arguments = evaluated(unit.children_of(program_.call(chain.sites[i]).expr));
    frame = entered(program_.function_of(chain.sites[i - 1]), chain.sites[i - 1], arguments);
  }
  return frame;
}

// The activation of the clause that holds a call; null when the arguments surely lead elsewhere.
Frame* AddedChildren::entered(FunctionId function, CallId inner, const Values& arguments) {
  const UnitId unit_id = program_.functions[function.index].unit;
  const Unit& unit = program_.unit(unit_id);
  const std::uint32_t at = unit.expr(program_.call(inner).expr).begin;
  for (const model::ClauseId c : program_.function(function).clauses) {
    const model::Clause& clause = unit.clause(c);
    const auto patterns = unit.patterns_of(clause);
    if (at < clause.begin || at >= clause.end || patterns.size() != arguments.size()) continue;
    Frame* frame = e_.frame(unit_id, nullptr, 0);
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (e_.match(frame, patterns[i], arguments[i]) == Truth::kNo) return nullptr;
    return frame;
  }
  return nullptr;
}

std::vector<TreeId> AddedChildren::targets(ValueRef given) {
  const ValueRef value = e_.force(given);
  std::vector<TreeId> out;
  if (value->kind == ValueKind::kStart) {
    named_ = true;
    if (const TreeId tree = builder_.tree_of(static_cast<std::size_t>(value->integer))) out.push_back(tree);
  }
  ValueRef name = value;
  if (value->kind == ValueKind::kTuple && value->parts.size() == 2)
    name = e_.atom_of(value->parts[0]) == sym::global ? value->parts[1] : value->parts[0];
  if (const auto atom = e_.atom_of(name)) {
    named_ = true;
    for (std::uint32_t t = 0; t < builder_.trees().size(); ++t)
      if (builder_.trees()[t].name == *atom) out.push_back(TreeId(t));
  }
  return out;
}

AddedChildren::Found AddedChildren::read(const Chain& chain, bool settle) {
  Frame* frame = frame_of(chain);
  if (frame == nullptr) return Found::kNothing;
  const CallId site = chain.sites[0];
  const knowledge::FunctionRow& row = *facts_.calls.external(site)->row;
  const Unit& unit = program_.unit_of(site);
  const auto arguments = unit.children_of(program_.call(site).expr);
  if (row.target_argument > arguments.size()) return Found::kNothing;
  const std::vector<TreeId> trees = targets(e_.evaluate(frame, arguments[row.target_argument - 1u]));
  if (trees.empty()) return Found::kNothing;
  const CallId outermost = chain.sites.back();
  const ModuleId from = program_.module_of(program_.function_of(site));
  const ExprRef place = chain.data ? chain.data : ExprRef{program_.call_units[outermost.index], program_.call(outermost).expr};
  const bool dynamic = builder_.trees()[trees[0].index].dynamic;
  if (dynamic || row.child_argument == 0 || row.child_argument > arguments.size()) {
    for (const TreeId tree : trees) {
      auto& added = builder_.trees()[tree.index].added_at;
      if (std::find(added.begin(), added.end(), place) == added.end()) added.push_back(place);
    }
    // Elixir's dynamic supervisor is given whole specifications; simple_one_for_one has its own and is given arguments.
    const bool specified = builder_.trees()[trees[0].index].behaviour == sym::Elixir_DynamicSupervisor;
    if (!specified && row.child_argument != 0 && row.child_argument <= arguments.size()) {
      const ValueRef given = e_.evaluate(frame, arguments[row.child_argument - 1u]);
      for (const TreeId tree : trees) builder_.start_template(tree, given, from);
    }
    if (!specified || row.child_argument == 0 || row.child_argument > arguments.size()) return Found::kChild;
    TreeChild child = builder_.read_child(e_.evaluate(frame, arguments[row.child_argument - 1u]), from);
    child.origin = Origin::kAdded;
    child.presence = Presence::kMany;
    for (const TreeId tree : trees) {
      if (child.module || child.start_module) hang(tree, child, place);
    }
    return Found::kChild;
  }
  TreeChild child = builder_.read_child(e_.evaluate(frame, arguments[row.child_argument - 1u]), from);
  if (child.id.empty() && !settle) return Found::kSupervisor;
  child.origin = Origin::kAdded;
  child.presence = child.id.empty() ? Presence::kMany : Presence::kPerhaps;
  for (const TreeId tree : trees) hang(tree, child, place);
  return child.id.empty() ? Found::kSupervisor : Found::kChild;
}

void AddedChildren::hang(TreeId tree, TreeChild child, ExprRef site) {
  child.place = site;
  auto& children = builder_.trees()[tree.index].children;
  const bool known = std::any_of(children.begin(), children.end(), [&](const TreeChild& each) {
    if (each.id != child.id || (child.id.empty() && each.origin != Origin::kAdded)) return false;
    return each.start_module == child.start_module || (!child.id.empty() && each.origin == Origin::kAdded);
  });
  if (!known) children.push_back(std::move(child));
}

}  // namespace beamwright::analysis
