// A supervisor answers which_children with a list of all its children, copied to whoever asks, and answers nobody while it runs
// the init of a child. Who looks a process up there for each request waits for every start and restart, and pays for all children
// to find one.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analysis/forest.h"
#include "analysis/sites.h"
#include "analysis/values.h"
#include "rules/load.h"
#include "rules/support.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

bool lists_children(const analysis::External& external) {
  const std::string_view name = external.name.text(), module = external.module.text();
  if (name == "children") return module == "Elixir.Task.Supervisor";
  if (name != "which_children") return false;
  return module == "supervisor" || module == "supervisor2" || module == "Elixir.Supervisor" ||
         module == "Elixir.DynamicSupervisor" || module == "Elixir.Horde.DynamicSupervisor";
}

// Functions that take one thing out of a list.
bool picks(std::string_view name) {
  constexpr std::array<std::string_view, 13> kPicking = {"keyfind", "keysearch",  "keytake",     "keymember", "search",
                                                         "find",    "find_value", "find_index",  "get_value", "filter",
                                                         "any",     "any?",       "reduce_while"};
  return std::find(kPicking.begin(), kPicking.end(), name) != kPicking.end();
}

// Does the name say that the function looks something up? Of one that nobody in sight runs again and again, it is all that
// speaks.
bool names_a_lookup(std::string_view name) {
  constexpr std::array<std::string_view, 9> kBeginnings = {"find",  "get", "lookup",    "look_up", "whereis",
                                                           "fetch", "pid", "child_pid", "where"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](std::string_view word) { return name.starts_with(word); }) ||
         name.ends_with("_pid") || name.find("_for_") != name.npos || name == "ref";
}

// Who gets to a function by calling.
struct Askers {
  bool outside = false;  // an interface, of which nobody in sight says how often it is asked
  std::string load;      // how it is run again and again
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    const auto& externals = facts_.calls.externals;
    if (std::none_of(externals.begin(), externals.end(), lists_children)) return;
    std::set<FunctionId> reported;
    for (const CallId site : analysis::sites_of(facts_.calls, lists_children)) {
      if (program_.call(site).capture) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !reporter_.wants(program_, function) || reported.contains(function) ||
          !in_production(program_, facts_, function))
        continue;
      if (!asks_one_of_many(site) || manages_children(function)) continue;
      const FunctionId looking = looks_one_up(site, function) ? function : looks_up_in_answer(function);
      if (!looking) continue;
      const Askers askers = askers_of(looking);
      const bool open = askers.outside && names_a_lookup(program_.function(looking).name.text());
      if (askers.load.empty() && !open) continue;
      reported.insert(function);
      report(site, function, looking, askers);
    }
  }

 private:
  // A supervisor known by its name, and not by a list of children that is written once and for all: one that is handed over is
  // one of many, with a few children each.
  bool asks_one_of_many(CallId site) const {
    const std::span<const ExprId> arguments = arguments_of(program_, site);
    if (arguments.empty()) return false;
    const analysis::ExprRef target = analysis::resolve_value(program_, facts_, {program_.call_units[site.index], arguments[0]});
    const std::optional<Symbol> name = analysis::atom_value(program_.unit(target.unit), target.expr);
    if (!name) return false;
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      if (tree.name != *name && tree.module != *name) continue;
      return tree.dynamic || !tree.complete || tree.children.empty() ||
             std::any_of(tree.children.begin(), tree.children.end(),
                         [](const analysis::TreeChild& child) { return child.origin != analysis::Origin::kList; });
    }
    return true;
  }

  // Whoever starts and ends children by such a list puts in order what runs, and does so seldom.
  bool manages_children(FunctionId function) const {
    if (facts_.effects.direct[function.index].has(Effect::kStartChild)) return true;
    return std::any_of(program_.calls_of(function).begin(), program_.calls_of(function).end(), [&](CallId site) {
      const std::string_view name = program_.call(site).name.text();
      return name == "terminate_child" || name == "delete_child" || name == "restart_child" || name == "start_child";
    });
  }

  // Is one child taken out of the list, by something that the function was given?
  bool looks_one_up(CallId site, FunctionId function) const {
    const Unit& unit = program_.unit_of(function);
    const std::vector<model::VariableId> given = parameters_of(unit, function);
    if (given.empty()) return false;
    std::vector<model::VariableId> list;  // the variables that hold it, or a part of it
    const ExprId asked = program_.call(site).expr;
    for (ExprId id = asked; id; id = unit.parent(id)) {
      const model::Expr& expr = unit.expr(id);
      if (expr.kind == ExprKind::kMatch) list = variables_in(unit, unit.child(id, 0));
      if (expr.kind == ExprKind::kComprehension && id != asked && chooses(unit, id, given)) return true;
      if (expr.kind == ExprKind::kCall && id != asked && picks_by(unit, id, given)) return true;
      if (expr.kind == ExprKind::kClosure) return false;
    }
    if (list.empty()) return false;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      const bool found = any_below(unit, unit.clause(clause).body, [&](ExprId id) {
        const model::Expr& expr = unit.expr(id);
        if (expr.kind == ExprKind::kCall) return mentions(unit, id, list) && picks_by(unit, id, given);
        return expr.kind == ExprKind::kComprehension && mentions(unit, id, list) && chooses(unit, id, given);
      });
      if (found) return true;
    }
    return false;
  }

  // `defp children, do: DynamicSupervisor.which_children(@sup)`: a function of the module that takes one out of what it gives.
  FunctionId looks_up_in_answer(FunctionId function) const {
    if (program_.function(function).arity > 1) return {};
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      const analysis::Edge& edge = facts_.calls.edges[i];
      const FunctionId caller = facts_.calls.callers[i];
      if (edge.possible || caller == function || program_.module_of(caller) != program_.module_of(function)) continue;
      if (program_.call(edge.site).capture || manages_children(caller)) continue;
      if (looks_one_up(edge.site, caller)) return caller;
    }
    return {};
  }

  std::vector<model::VariableId> parameters_of(const Unit& unit, FunctionId function) const {
    std::vector<model::VariableId> given;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      for (const ExprId pattern : unit.patterns_of(unit.clause(clause))) {
        for (const model::VariableId variable : variables_in(unit, pattern)) given.push_back(variable);
      }
    }
    return given;
  }

  // lists:keyfind(Id, 1, Children), Enum.find(children, fn {child, _, _, _} -> child == id end)
  bool picks_by(const Unit& unit, ExprId call, const std::vector<model::VariableId>& given) const {
    if (!picks(unit.call_of(unit.expr(call)).name.text())) return false;
    return std::any_of(unit.children_of(call).begin(), unit.children_of(call).end(), [&](ExprId argument) {
      const model::Expr& expr = unit.expr(argument);
      return (expr.kind == ExprKind::kVariable || expr.kind == ExprKind::kClosure || expr.kind == ExprKind::kTuple) &&
             mentions(unit, argument, given);
    });
  }

  // [Pid || {Id, Pid, _, _} <- Children, Id =:= Wanted]
  bool chooses(const Unit& unit, ExprId comprehension, const std::vector<model::VariableId>& given) const {
    const std::span<const ExprId> parts = unit.children_of(comprehension);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const bool generator = unit.expr(parts[i]).kind == ExprKind::kGenerator;
      if (mentions(unit, generator ? unit.child(parts[i], 0) : parts[i], given)) return true;
    }
    return false;
  }

  Askers askers_of(FunctionId function) const {
    constexpr std::size_t kMostFunctions = 60;
    Askers askers;
    std::vector<FunctionId> ways = {function};
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (!in_production(program_, facts_, ways[i])) continue;
      if (askers.load.empty()) askers.load = load_on(program_, facts_, ways[i]);
      const analysis::Context& context = facts_.contexts.of(ways[i]);
      askers.outside |= (context.flags & analysis::kFromOutside) != 0 && program_.function(ways[i]).has(model::kPublic);
      for (const std::uint32_t edge : facts_.calls.incoming_of(ways[i])) {
        const FunctionId caller = facts_.calls.callers[edge];
        if (ways.size() < kMostFunctions && std::find(ways.begin(), ways.end(), caller) == ways.end()) ways.push_back(caller);
      }
    }
    return askers;
  }

  void report(CallId site, FunctionId function, FunctionId looking, const Askers& askers) {
    const bool erlang = in_erlang(program_, function);
    const std::string callee = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = askers.load.empty() ? Confidence::kPossible : Confidence::kLikely;
    finding.message = model::display_function(program_, looking) +
                      " looks one child up in the list of all that a supervisor has (" + callee + ")";
    finding.message += askers.load.empty() ? "; an interface that anybody may call" : "; run " + askers.load;
    finding.why =
        "The supervisor builds and copies the list of all children for each who asks, one after the other, and answers nobody "
        "while it waits for the init or the end of a child: a slow start of one holds up all look-ups.";
    finding.fix = erlang ? "Register the children by their key as they start ({via, Module, Key}, global, or a row in an ETS "
                           "table of their own), and look them up there; keep which_children for consoles."
                         : "Register the children by their key as they start (name: {:via, Registry, {MyApp.Registry, key}}), "
                           "and look them up there; keep which_children for consoles.";
    finding.path = {{finding.span, finding.function + " asks the supervisor for all its children"}};
    for (findings::Step& step : calling_steps(program_, facts_, looking, 3)) finding.path.push_back(std::move(step));
    finding.key = finding.function;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& supervisor_as_registry() {
  static const Rule rule{{.code = "BW309",
                          .name = "supervisor-as-registry",
                          .family = findings::Family::kBottleneck,
                          .severity = Severity::kMedium,
                          .summary = "A child is looked up in the supervisor's list of all its children"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
