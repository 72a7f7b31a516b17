#include "rules/unlinked_starts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "analysis/forest.h"
#include "analysis/values.h"
#include "rules/child_starts.h"
#include "rules/walk.h"

namespace beamwright::rules {
namespace {

using analysis::Runs;

struct Place {
  CallId site;
  FunctionId holder;
};

class Finder {
 public:
  Finder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<UnlinkedStart> find() {
    by_name();
    by_specification();
    std::vector<UnlinkedStart> out;
    for (auto& [index, start] : found_) out.push_back(start);
    return out;
  }

 private:
  void by_name() {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      const model::Function& function = program_.function(FunctionId(i));
      if (function.name == sym::start_link && function.has(model::kPublic)) look_at(FunctionId(i), {});
    }
  }

  void by_specification() {
    for (const analysis::Tree& tree : analysis::forest_of(program_, facts_).trees) {
      for (const analysis::TreeChild& child : tree.children) {
        if (!child.place || !child.start_module || !child.start_function || !production_place(program_, facts_, child.place))
          continue;
        const Unit& unit = program_.unit(child.place.unit);
        const ModuleId module = program_.find_module(child.start_module, unit.project);
        if (!module || child.start_arity < 0) continue;
        const FunctionId start =
            program_.find_function(module, child.start_function, static_cast<std::uint32_t>(child.start_arity));
        if (start) look_at(start, unit.span(child.place.expr));
      }
    }
  }

  void look_at(FunctionId function, source::Span child) {
    if (!program_.reviewed(function) || !in_production(program_, facts_, function)) return;
    const auto known = found_.find(function.index);
    if (known != found_.end()) {
      if (child.end > child.begin) known->second.child = child;
      return;
    }
    if (facts_.effects.all[function.index].has(Effect::kLink) || links_by_itself(program_.module_of(function))) return;
    const std::optional<Place> place = unlinked(function, 0);
    if (!place || links_by_itself(program_.module_of(place->holder))) return;
    const std::string_view name = facts_.calls.external(place->site)->name.text();
    found_.emplace(function.index, UnlinkedStart{function, place->site, place->holder, child, name == "spawn"});
  }

  // The process may link itself to the one that starts it, as older code does: link(Parent) in init.
  bool links_by_itself(ModuleId module) const {
    for (const FunctionId f : program_.functions_of(module)) {
      if (!facts_.effects.direct[f.index].has(Effect::kLink)) continue;
      for (const CallId site : program_.calls_of(f)) {
        if (program_.call(site).name.text() == "link") return true;
      }
    }
    return false;
  }

  // The start that the function ends in, followed through functions that it returns the result of.
  std::optional<Place> unlinked(FunctionId function, int depth) const {
    constexpr int kMaxDepth = 3;
    const Unit& unit = program_.unit_of(function);
    if (depth > kMaxDepth || calls_a_start_link(function)) return {};
    std::optional<Place> found;
    for (const model::ClauseId clause : program_.function(function).clauses) {
      analysis::for_each_result(unit, unit.clause(clause).body, [&](ExprId result) {
        if (!found) found = started_by(unit, function, result, depth);
      });
    }
    return found;
  }

  std::optional<Place> started_by(const Unit& unit, FunctionId function, ExprId result, int depth) const {
    ExprId value = analysis::local_value(unit, result);
    if (!value) return {};
    // {ok, Pid}: the pid is what was spawned, or stood in {ok, Pid} = gen_server:start(…).
    if (unit.expr(value).kind == ExprKind::kTuple && unit.expr(value).child_count == 2) {
      if (analysis::atom_value(unit, unit.child(value, 0)) != sym::ok) return {};
      value = came_from(unit, unit.child(value, 1));
    }
    if (!value || unit.expr(value).kind != ExprKind::kCall) return {};
    const CallId site(unit.first_call + unit.expr(value).payload);
    if (program_.call(site).capture || facts_.calls.runs[site.index] != Runs::kCaller) return {};
    if (const analysis::External* external = facts_.calls.external(site)) {
      if (makes_no_link(*external) && !asks_for_a_link(unit, value)) return Place{site, function};
      return {};
    }
    const FunctionId callee = facts_.calls.callees[site.index].function;
    return callee && callee != function ? unlinked(callee, depth + 1) : std::nullopt;
  }

  // The call behind a variable: Pid = spawn(…), {ok, Pid} = start(…), case start(…) of {ok, Pid} -> ….
  static ExprId came_from(const Unit& unit, ExprId expr) {
    const ExprId value = analysis::local_value(unit, expr);
    if (!value || unit.expr(value).kind != ExprKind::kVariable) return value;
    ExprId inner = unit.variable_of(unit.expr(value)).binding;
    if (!inner) return {};
    for (ExprId e = unit.parent(inner); e; inner = e, e = unit.parent(e)) {
      const model::Expr& at = unit.expr(e);
      if (at.kind == ExprKind::kMatch) return analysis::local_value(unit, unit.child(e, 1));
      if (at.kind == ExprKind::kCase) return at.child_count == 0 ? ExprId() : analysis::local_value(unit, unit.child(e, 0));
      if (at.kind != ExprKind::kTuple) return {};
    }
    return {};
  }

  static bool makes_no_link(const analysis::External& external) {
    if (!external.row || !external.row->effects.has(Effect::kSpawn) || external.row->effects.has(Effect::kLink)) return false;
    const std::string_view name = external.name.text(), module = external.module.text();
    // mochiweb_http:start and its like are applications' own ways of starting, and may link.
    static constexpr std::array<std::string_view, 14> kStarters = {
        "gen_server",      "gen_statem",   "gen_fsm", "gen_event",        "gen_server2",  "p1_server",
        "p1_fsm",          "proc_lib",     "erlang",  "Elixir.GenServer", "Elixir.Agent", "Elixir.GenStateMachine",
        "Elixir.GenStage", "Elixir.Kernel"};
    if (std::find(kStarters.begin(), kStarters.end(), module) == kStarters.end())
      return module == "Elixir.Task" && name == "start";
    return name == "start" || name == "spawn";
  }

  // {spawn_opt, [link]}, or the options of proc_lib:start/5.
  static bool asks_for_a_link(const Unit& unit, ExprId call) {
    return any_below(unit, call,
                     [&](ExprId id) { return unit.expr(id).kind == ExprKind::kAtom && unit.expr(id).symbol().text() == "link"; });
  }

  // Another way through the function is a module's own start_link, known or not.
  bool calls_a_start_link(FunctionId function) const {
    for (const CallId site : program_.calls_of(function)) {
      if (program_.call(site).name && program_.call(site).name.text().starts_with("start_link")) return true;
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  std::map<std::uint32_t, UnlinkedStart> found_;
};

}  // namespace

std::vector<UnlinkedStart> unlinked_starts(const Program& program, const Facts& facts) { return Finder(program, facts).find(); }

}  // namespace beamwright::rules
