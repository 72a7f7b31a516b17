#include "analysis/links.h"

#include "analysis/calls.h"
#include "analysis/possible_values.h"
#include "analysis/sites.h"
#include "analysis/values.h"

namespace beamwright::analysis {

using knowledge::FunctionRow;
using model::Program;
using model::Unit;

namespace {

class LinkFinder {
 public:
  LinkFinder(const Program& program, const Facts& facts) : program_(program), facts_(facts) {}

  std::vector<Link> run() {
    const auto ties = [](const FunctionRow& row) { return row.effects.has(Effect::kLink) || row.effects.has(Effect::kMonitor); };
    for (const CallId site : sites_of_rows(facts_.calls, ties)) {
      const FunctionId function = program_.function_of(site);
      if (function && !program_.call(site).capture) add(site, function, *row_at(facts_.calls, site));
    }
    return std::move(out_);
  }

 private:
  void add(CallId site, FunctionId function, const FunctionRow& row) {
    Link link;
    link.site = site;
    link.function = function;
    link.kind = row.effects.has(Effect::kMonitor) ? LinkKind::kMonitor : LinkKind::kLink;
    link.runs = facts_.calls.runs[site.index];
    const std::string_view name = row.name.text();
    const bool of_nodes =
        row.module.text() == "Elixir.Node" ? name == "monitor" : name == "monitor_node" || name == "monitor_nodes";
    if (of_nodes) {
      link.kind = LinkKind::kNodes;
      link.words = "other nodes";
    } else if (row.effects.has(Effect::kSpawn) || row.effects.has(Effect::kStartChild)) {
      started(site, row, link);
    } else {
      given(site, row, link);
    }
    out_.push_back(std::move(link));
    // Task.async: linked and monitored at once.
    if (!of_nodes && row.effects.has(Effect::kLink) && row.effects.has(Effect::kMonitor)) {
      out_.push_back(out_.back());
      out_.back().kind = LinkKind::kLink;
    }
  }

  ExprId argument(CallId site, std::size_t at) const {
    const auto arguments = program_.unit_of(site).children_of(program_.call(site).expr);
    return at != 0 && at <= arguments.size() ? arguments[at - 1] : ExprId();
  }

  // What the call itself starts: a module's process, or one that runs a function.
  void started(CallId site, const FunctionRow& row, Link& link) const {
    const Unit& unit = program_.unit_of(site);
    link.with_start = true;
    if (row.module_argument != 0) {
      if (const ExprId written = argument(site, row.module_argument))
        if (const auto module = atom_value(unit, written)) return named(unit, *module, link);
      link.words = "a process of a module that is not written";
    } else if (row.returns == knowledge::Resource::kTask) {
      link.words = "a task";
    } else if (row.closure_runs == Runs::kNewProcess) {
      link.words = "a process it spawns";
    } else {
      link.name = row.module;
    }
  }

  void named(const Unit& unit, Symbol module, Link& link) const {
    const ModuleId id = program_.find_module(module, unit.project);
    if (id) link.other = facts_.processes.of(id);
    if (!link.other) link.name = module;
  }

  // A pid or name that somebody gave.
  void given(CallId site, const FunctionRow& row, Link& link) const {
    const Unit& unit = program_.unit_of(site);
    const ExprId target = argument(site, row.target_argument);
    if (!target) return;
    const PossibleValues values = possible_values(program_, facts_, link.function, target);
    link.other = process_behind(program_, facts_, values, unit.project);
    if (link.other) return;
    if (link.other = only_class(values); link.other) return void(link.likely = true);
    if (values.has(PossibleKind::kCaller)) {
      link.words = "whoever calls it";
    } else if (const PossibleValue* name = values.first(PossibleKind::kAtom); name != nullptr && values.all.size() == 1 &&
                                                                              !values.unknown && name->name != sym::undefined &&
                                                                              name->name != sym::nil) {
      link.name = name->name;
    } else if (values.has(PossibleKind::kGiven) || values.message) {
      link.words = "a process it is given";
    } else if (const PossibleValue* self = values.first(PossibleKind::kSelf); self != nullptr && !self->process) {
      link.words = "whoever runs the code that asks";
    } else {
      link.words = "a process that is not known";
    }
  }

  // The class of the pids among the values, when they are all of one.
  static ProcessId only_class(const PossibleValues& values) {
    ProcessId found;
    for (const PossibleValue& v : values.all) {
      if (v.kind != PossibleKind::kProcess && v.kind != PossibleKind::kSelf) continue;
      if (!v.process || (found && found != v.process)) return {};
      found = v.process;
    }
    return found;
  }

  const Program& program_;
  const Facts& facts_;
  std::vector<Link> out_;
};

}  // namespace

std::vector<Link> links_of(const Program& program, const Facts& facts) { return LinkFinder(program, facts).run(); }

}  // namespace beamwright::analysis
