#include "rules/boot_turns.h"

#include <algorithm>

#include "analysis/values.h"
#include "rules/walk.h"

namespace beamwright::rules {

using analysis::ExprRef;
using analysis::Tree;
using analysis::TreeChild;
using analysis::TreeId;

namespace {

// What a child is written as: the module of Module, {Module, options}, Module.child_spec(…), Supervisor.child_spec(child, …).
struct Written {
  Symbol module;
  ExprId options;
};

Written written_as(const Unit& unit, ExprId place, int depth = 0) {
  constexpr int kMaxDepth = 3;
  const ExprId value = analysis::local_value(unit, place);
  if (!value || depth > kMaxDepth) return {};
  const model::Expr& e = unit.expr(value);
  if (e.kind == ExprKind::kAtom) return {e.symbol(), {}};
  if (e.kind == ExprKind::kTuple && e.child_count == 2) {
    const auto module = analysis::atom_value(unit, unit.child(value, 0));
    return module ? Written{*module, unit.child(value, 1)} : Written{};
  }
  if (e.kind != ExprKind::kCall) return {};
  const model::Call& call = unit.call_of(e);
  if (call.target != model::TargetKind::kRemote || call.name != sym::child_spec) return {};
  const auto arguments = unit.children_of(value);
  if (call.module == sym::Elixir_Supervisor && !arguments.empty()) return written_as(unit, arguments[0], depth + 1);
  return {call.module, arguments.empty() ? ExprId() : arguments[0]};
}

bool uses(const Program& program, ModuleId module, std::string_view used) {
  const auto directives = program.unit_of(module).directives_of(program.module(module));
  return std::any_of(directives.begin(), directives.end(), [&](const model::Directive& d) {
    return d.kind == model::DirectiveKind::kUse && !d.quoted && d.module.text() == used;
  });
}

bool is_listener(std::string_view library) {
  return library == "Elixir.Plug.Cowboy" || library == "Elixir.Plug.Adapters.Cowboy" ||
         library == "Elixir.Plug.Adapters.Cowboy2" || library == "Elixir.Bandit" || library == "Elixir.ThousandIsland" ||
         library == "cowboy" || library == "ranch" || library == "Elixir.GRPC.Server.Supervisor";
}

bool is_supervisor(std::string_view library) {
  return library == "supervisor" || library == "Elixir.Supervisor" || library == "Elixir.DynamicSupervisor";
}

}  // namespace

BootTurns::BootTurns(const Program& program, const Facts& facts)
    : program_(program), forest_(analysis::forest_of(program, facts)) {
  std::set<std::uint32_t> below;
  for (const Tree& tree : forest_.trees) {
    for (const TreeChild& child : tree.children) {
      // What is started on demand has an order of its own below it, and none against what stands in a list.
      if (child.tree && child.origin == analysis::Origin::kList) below.insert(child.tree.index);
    }
  }
  for (std::uint32_t i = 0; i < forest_.trees.size(); ++i) {
    std::uint32_t position = 0;
    std::vector<TreeId> above;
    if (!below.contains(i)) count(TreeId(i), position, true, above);
  }
  for (std::uint32_t i = 0; i < facts.processes.processes.size(); ++i) started_by_hand(facts, facts.process(ProcessId(i)));
}

// A process that no list has starts with the one that starts it: in the init of a supervisor, or in a server's callback.
void BootTurns::started_by_hand(const Facts& facts, const Process& process) {
  if (users_.contains(process.module) || process.kind == analysis::ProcessKind::kSupervisor) return;
  std::vector<Turn> turns;
  for (const CallId site : process.starts) {
    const FunctionId start = program_.function_of(site);
    if (!start || program_.module_of(start) != process.module) continue;
    for (const std::uint32_t i : facts.calls.incoming_of(start)) {
      const analysis::Edge& edge = facts.calls.edges[i];
      const FunctionId caller = facts.calls.callers[i];
      if (edge.possible || edge.runs != analysis::Runs::kCaller || program_.module_of(caller) == process.module) continue;
      if (!in_production(program_, facts, caller)) return;
      const std::size_t before = turns.size();
      if (const auto found = inits_.find(caller); found != inits_.end())
        turns.insert(turns.end(), found->second.begin(), found->second.end());
      for (const ProcessId runner : facts.contexts.of(caller).processes) {
        if (const std::vector<Turn>* own = of_user(facts.process(runner).module))
          turns.insert(turns.end(), own->begin(), own->end());
      }
      if (turns.size() == before) return;  // started by somebody whose turn is not known
    }
  }
  if (!turns.empty()) users_[process.module] = std::move(turns);
}

// Depth first: a supervisor's children have started when the supervisor has.
void BootTurns::count(TreeId id, std::uint32_t& position, bool always, std::vector<TreeId>& above) {
  constexpr std::size_t kMaxDepth = 24;
  if (above.size() > kMaxDepth) return;
  above.push_back(id);
  const std::uint32_t own = position == 0 ? 0 : position - 1;  // the turn of the supervisor itself
  if (forest_.tree(id).function) inits_[forest_.tree(id).function].push_back({own, forest_.tree(id).place, false, above});
  for (const TreeChild& child : forest_.tree(id).children) {
    if (child.origin != analysis::Origin::kList) {
      if (child.source) users_[child.source].push_back({own, child.place, false, above});
      continue;
    }
    const Turn turn{position++, child.place, always && child.presence == analysis::Presence::kAlways, above};
    enter(child, turn);
    if (child.tree) count(child.tree, position, turn.always, above);
  }
  above.pop_back();
}

void BootTurns::enter(const TreeChild& child, const Turn& turn) {
  if (child.source) {
    modules_[child.source].push_back(turn);
    users_[child.source].push_back(turn);
  }
  enter_name(child, turn);
  if (!child.place) return;
  const Unit& unit = program_.unit(child.place.unit);
  const Written written = written_as(unit, child.place.expr);
  const Symbol library = written.module ? written.module : child.start_module;
  if (!library) return;
  const ModuleId source = program_.find_module(library, unit.project);
  if (source && uses(program_, source, "Elixir.Ecto.Repo")) repositories_[source].push_back(turn);
  if (source ? uses(program_, source, "Elixir.Phoenix.Endpoint") : is_listener(library.text())) listeners_.push_back(turn);
}

void BootTurns::enter_name(const TreeChild& child, const Turn& turn) {
  Symbol name = child.name, library = child.source ? Symbol() : child.start_module;
  if (child.place && !child.source) {
    const Unit& unit = program_.unit(child.place.unit);
    const Written written = written_as(unit, child.place.expr);
    if (written.module) library = written.module;
    const ExprId option = !name && written.options ? analysis::literal_option(unit, written.options, sym::name) : ExprId();
    if (option) name = analysis::atom_value(unit, option).value_or(Symbol());
  }
  const auto add = [&](Symbol as, Symbol from) {
    if (!as || !from) return;
    NamedTurns& all = named_[as.text()];
    all.name = as;
    all.libraries.insert(from.text());
    if (is_supervisor(from.text())) all.libraries.insert({"supervisor", "Elixir.Supervisor", "Elixir.DynamicSupervisor"});
    const bool known = std::any_of(all.turns.begin(), all.turns.end(), [&](const Turn& t) {
      return t.position == turn.position && t.above.front() == turn.above.front();
    });
    if (!known) all.turns.push_back(turn);
  };
  add(name, library);
  if (!child.tree) return;
  const Tree& tree = forest_.tree(child.tree);
  add(tree.name ? tree.name : name, tree.behaviour);
}

const std::vector<Turn>* BootTurns::of(ModuleId module) const {
  const auto found = modules_.find(module);
  return found == modules_.end() ? nullptr : &found->second;
}

const std::vector<Turn>* BootTurns::of_user(ModuleId module) const {
  const auto found = users_.find(module);
  return found == users_.end() ? nullptr : &found->second;
}

std::set<std::string_view> BootTurns::libraries() const {
  std::set<std::string_view> all;
  for (const auto& [name, named] : named_) all.insert(named.libraries.begin(), named.libraries.end());
  return all;
}

const NamedTurns* BootTurns::named(Symbol name) const {
  const auto found = named_.find(name.text());
  return found == named_.end() ? nullptr : &found->second;
}

std::optional<Turn> BootTurns::later(const std::vector<Turn>& users, const std::vector<Turn>& useds) {
  std::optional<Turn> out;
  for (const Turn& user : users) {
    for (const Turn& used : useds) {
      if (used.above.front() != user.above.front()) continue;
      if (used.position <= user.position) return {};
      if (!out) out = used;
    }
  }
  return out;
}

Symbol BootTurns::strategy_above(const Turn& one, const Turn& other) const {
  TreeId common;
  for (std::size_t i = 0; i < std::min(one.above.size(), other.above.size()); ++i) {
    if (one.above[i] != other.above[i]) break;
    common = one.above[i];
  }
  return common ? forest_.tree(common).strategy : Symbol();
}

}  // namespace beamwright::rules
